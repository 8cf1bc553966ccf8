package csvresample

import (
	"fmt"
	"os"
	"path/filepath"

	"dagrun/engine"
)

// input is a file to read.
type input struct {
	path   string
	format format
	size   int64
}

// inputsOf lists the files of the argument input.
func inputsOf(env *engine.Env, patterns []string) ([]input, error) {
	paths, err := env.Inputs("input", patterns...)
	if err != nil {
		return nil, err
	}
	inputs := make([]input, len(paths))
	for i, path := range paths {
		format, err := formatOf(path)
		if err != nil {
			return nil, &engine.StepError{
				Code: "unsupported_file", Argument: "input", Message: "read input", Err: err,
				Remedy: "Name only files with these endings.",
			}
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, errUnreadable(path, err)
		}
		inputs[i] = input{path: path, format: format, size: info.Size()}
	}
	return inputs, nil
}

// checkTarget refuses an output that is one of the inputs, or that would be
// one the next time.
func checkTarget(env *engine.Env, argument, target string, inputs []input, patterns []string) error {
	path := env.Path(target)
	info, statErr := os.Stat(path)
	for _, in := range inputs {
		same := in.path == path
		if other, err := os.Stat(in.path); err == nil && statErr == nil {
			same = same || os.SameFile(info, other)
		}
		if same {
			return errOutputIsInput(argument, fmt.Sprintf("write %s: it is the input %s", path, in.path))
		}
	}
	for _, pattern := range patterns {
		if _, err := os.Stat(env.Path(pattern)); err == nil {
			continue // taken literally, whatever characters it has
		}
		if match, err := filepath.Match(env.Path(pattern), path); err == nil && match {
			return errOutputIsInput(argument, fmt.Sprintf("write %s: the next run would read it as input, since it matches %q", path, pattern))
		}
	}
	return nil
}

func errOutputIsInput(argument, message string) error {
	return &engine.StepError{
		Code: "output_is_input", Argument: argument, Message: message,
		Remedy: "Write to another file, or one in another folder.",
	}
}
