package runlog

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Latest is the reference to the newest run that was not idle.
const Latest = "latest"

// ErrAmbiguous is the error of a reference that several runs have.
var ErrAmbiguous = errors.New("is the beginning or end of several ids")

// Find gives the run of a pipeline, or with an empty name of any pipeline, that
// a reference names: its id, the beginning or the end of its id where no other
// run has the same, or "latest". Ids that were made in one morning begin alike,
// and end in random digits: the end is what people type, see Summary.Short. The
// error says what there is instead; it is ErrAmbiguous where that is several
// runs, and ErrUnreadable where it cannot be told.
func Find(stateDir, pipeline, ref string) (Run, error) {
	if ref == Latest {
		return latest(stateDir, pipeline, func(run Run) bool { return !run.Idle() })
	}
	found, err := foldersOf(stateDir, pipeline)
	if err != nil {
		return Run{}, err
	}
	matches := matching(found, ref)
	switch {
	case ref == "":
		return Run{}, errors.New("it is empty; give the id of a run, its beginning or end, or latest")
	case len(matches) == 0:
		return Run{}, noRun(stateDir, pipeline, fmt.Errorf("there is no run %q", ref))
	case len(matches) > 1:
		return Run{}, fmt.Errorf("%q %w: %s", ref, ErrAmbiguous, candidates(matches))
	}
	run, err := matches[0].open()
	if err == nil && run.Started == nil {
		err = fmt.Errorf("the run %s has no beginning in its log %s: it is just starting, or its process died as it began", run.ID, run.Log())
	}
	return run, err
}

// LatestWhole gives the newest run that was neither idle nor partial; where there
// is none, the newest that was not idle.
func LatestWhole(stateDir, pipeline string) (Run, error) {
	run, err := latest(stateDir, pipeline, func(run Run) bool { return !run.Idle() && !run.Partial() })
	if errors.Is(err, errNoRun) {
		return Find(stateDir, pipeline, Latest)
	}
	return run, err
}

var errNoRun = errors.New("there is no run yet")

// latest gives the newest run that is wanted.
func latest(stateDir, pipeline string, wanted func(Run) bool) (Run, error) {
	for run, err := range History(stateDir, pipeline) {
		switch {
		case errors.Is(err, ErrNoBeginning): // it did nothing
		case err != nil:
			return Run{}, fmt.Errorf("which run is the latest cannot be told: %w", err)
		case wanted(run):
			return run, nil
		}
	}
	return Run{}, noRun(stateDir, pipeline, errNoRun)
}

func noRun(stateDir, pipeline string, what error) error {
	if pipeline != "" {
		what = fmt.Errorf("%w of the pipeline %q", what, pipeline)
	}
	return fmt.Errorf("%w in %s", what, filepath.Join(stateDir, "runs"))
}

// matching gives the folder whose id is a reference, else those whose ids begin
// or end with it.
func matching(found []folder, ref string) (matches []folder) {
	for _, f := range found {
		if f.id == ref {
			matches = append(matches, f)
		}
	}
	if len(matches) > 0 {
		return matches
	}
	for _, f := range found {
		if strings.HasPrefix(f.id, ref) || strings.HasSuffix(f.id, ref) {
			matches = append(matches, f)
		}
	}
	return matches
}

// candidates lists ids, at most ten.
func candidates(found []folder) string {
	const most = 10
	var ids []string
	for _, f := range found[:min(len(found), most)] {
		ids = append(ids, f.id)
	}
	text := strings.Join(ids, ", ")
	if more := len(found) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// shortening gives a function that shortens the ids of runs to what Find needs:
// the last eight digits, or as many more as it takes to tell all runs apart. A
// name that is no id of ours is left as it is.
func shortening(found []folder) func(id string) string {
	for length := 8; length <= 12; length += 4 {
		if tellsApart(found, length) {
			return func(id string) string { return ending(id, length) }
		}
	}
	return func(id string) string { return id }
}

func tellsApart(found []folder, length int) bool {
	seen := make(map[string]bool, len(found))
	for _, f := range found {
		end := ending(f.id, length)
		if seen[end] {
			return false
		}
		seen[end] = true
	}
	return true
}

func ending(id string, length int) string {
	if len(id) != len("01234567-0123-7123-8123-0123456789ab") {
		return id
	}
	return id[len(id)-length:]
}
