// Package textjoin is the step type text_join: it joins text files into one.
package textjoin

import (
	"context"
	"fmt"
	"io"
	"os"

	"dagrun/engine"
)

// Type is the step type.
var Type = engine.Define("text_join", "Joins text files into one.", run,
	engine.WithExample(`
step "text_join" "log" {
  input   = "logs/*.txt"
  output  = "out/all.txt"
  between = "---\n"
}`),
)

// Args are the arguments.
type Args struct {
	Input   engine.Strings `arg:"input,required" file:"read" doc:"The files to join: paths and globs."`
	Output  string         `arg:"output,required" file:"write" doc:"Path of the file to write."`
	Between string         `arg:"between" default:"" doc:"Text to put between two files."`
}

// Outputs are what the step gives.
type Outputs struct {
	Output string `out:"output" file:"write" doc:"The file that was written."`
	Files  int64  `out:"files" doc:"How many files were joined."`
}

// run makes one attempt.
func run(ctx context.Context, env *engine.Env, a Args) (Outputs, error) {
	paths, err := env.Inputs("input", a.Input...)
	if err != nil {
		return Outputs{}, err
	}
	out, err := env.Files.Create(a.Output)
	if err != nil {
		return Outputs{}, err
	}
	for i, path := range paths {
		if i > 0 {
			if _, err := io.WriteString(out, a.Between); err != nil {
				return Outputs{}, err
			}
		}
		if err := appendFile(ctx, out, path); err != nil {
			return Outputs{}, fmt.Errorf("join %s: %w", path, err)
		}
		env.Progress(int64(i+1), int64(len(paths)), "files")
	}
	return Outputs{Output: a.Output, Files: int64(len(paths))}, nil
}

func appendFile(ctx context.Context, out io.Writer, path string) error {
	f, err := os.Open(path) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	_, err = io.Copy(out, reader{ctx, f})
	return err
}

// reader stops when the attempt is cancelled.
type reader struct {
	ctx  context.Context
	from io.Reader
}

// Read implements io.Reader.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
