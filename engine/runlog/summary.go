package runlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"dagrun/engine"
)

// Summary is what a list of runs tells of each.
type Summary struct {
	ID          string
	Short       string // the end of the id, as long as it takes to tell the runs apart that are summed up
	Dir         string
	Pipeline    string
	LogicalTime time.Time
	Trigger     engine.Trigger
	ResumedFrom string
	Started     time.Time
	Result      engine.RunResult // empty while there is no run_finished
	Duration    time.Duration
	Error       string          // why, when no step tells
	FailedStep  string          // of a failed run: the address of the first that failed
	AtWork      []engine.AtWork // of a crashed run
}

// Log is the path of the run's log.
func (s Summary) Log() string { return filepath.Join(s.Dir, FileName) }

// Idle reports whether the run ended before it began, and did nothing.
func (s Summary) Idle() bool {
	end := engine.RunFinished{Result: s.Result, Duration: engine.Milliseconds(s.Duration)}
	return end.Idle()
}

// Summaries gives in short what History gives. It opens logs side by side,
// twice as many each time, so that a long list is quick and a short one opens
// little more than it gives. Only of failed runs the whole log is read.
func Summaries(stateDir, pipeline string) iter.Seq2[Summary, error] {
	return func(yield func(Summary, error) bool) {
		found, err := foldersOf(stateDir, pipeline)
		if err != nil && !yield(Summary{}, err) {
			return
		}
		short := shortening(found)
		for size := 32; len(found) > 0; size *= 2 {
			batch := found[:min(size, len(found))]
			found = found[len(batch):]
			for _, s := range summarize(batch) {
				s.Short = short(s.ID)
				if (s.err != nil || s.begun) && !yield(s.Summary, s.err) {
					return
				}
			}
		}
	}
}

// summarized is what became of a folder.
type summarized struct {
	Summary
	begun bool
	err   error
}

func summarize(found []folder) []summarized {
	out := make([]summarized, len(found))
	var next atomic.Int64
	var readers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(found)) {
		readers.Go(func() {
			buf := make([]byte, 64<<10)
			for i := next.Add(1) - 1; i < int64(len(found)); i = next.Add(1) - 1 {
				out[i] = found[i].summarize(buf)
			}
		})
	}
	readers.Wait()
	return out
}

// summarize reads a log: a short one that is in order quickly, any other with
// all care.
func (f folder) summarize(buf []byte) summarized {
	s := summarized{Summary: Summary{ID: f.id, Dir: f.dir}, begun: true}
	if log, ok := readShort(filepath.Join(f.dir, FileName), buf); ok && s.quickly(log) {
		return s
	}
	s.Summary = Summary{ID: f.id, Dir: f.dir}
	s.begun, s.err = s.slowly()
	return s
}

// readShort reads a file that is shorter than buf. For thousands of files the
// bookkeeping of os.File would take as long as the reading.
func readShort(path string, buf []byte) ([]byte, bool) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer syscall.Close(fd) //nolint:errcheck // it was only read
	n, err := syscall.Read(fd, buf)
	return buf[:max(n, 0)], err == nil && n < len(buf)
}

// quickly reads a log. It is false for what dagrun does not write.
func (s *Summary) quickly(log []byte) bool {
	first, rest, _ := bytes.Cut(log, []byte("\n"))
	lines, whole := bytes.CutSuffix(rest, []byte("\n"))
	if !whole || !s.start(first) || !s.end(lines[bytes.LastIndexByte(lines, '\n')+1:]) {
		return false
	}
	if s.Result == engine.RunFailed {
		s.FailedStep = firstFailure(lines)
	}
	return true
}

// slowly reads a log of any length and in any state.
func (s *Summary) slowly() (begun bool, err error) {
	run, err := folder{s.ID, s.Dir}.open()
	if err != nil {
		return false, err
	}
	if run.Started == nil {
		return false, run.noBeginning()
	}
	start := run.Started
	s.Pipeline, s.LogicalTime, s.Trigger, s.ResumedFrom, s.Started = start.Pipeline, start.LogicalTime, start.Trigger, start.ResumedFrom, start.Time.Time
	end := run.Finished
	if end == nil {
		return true, nil
	}
	s.Result, s.Duration, s.Error, s.AtWork = end.Result, end.Duration.Duration(), end.Error, end.AtWork
	if s.Result != engine.RunFailed {
		return true, nil
	}
	for e, err := range run.Events() {
		if err != nil {
			continue // who shows the run tells of it
		}
		if step, ok := e.(*engine.StepFinished); ok && step.Result == engine.StepFailed {
			s.FailedStep = step.Step.String()
			break
		}
	}
	return true, nil
}

// start reads a run_started. It is false for what is none, or not whole.
func (s *Summary) start(line []byte) bool {
	var schema string
	var err, errs error
	for key, value := range topFields(line) {
		switch key {
		case "schema":
			schema = textOf(value)
		case "time":
			s.Started, err = time.Parse(time.RFC3339, textOf(value))
		case "pipeline":
			s.Pipeline = textOf(value)
		case "logical_time":
			s.LogicalTime, err = time.Parse(time.RFC3339, textOf(value))
		case "trigger":
			s.Trigger = engine.Trigger(textOf(value))
		case "resumed_from":
			s.ResumedFrom = textOf(value)
		}
		errs = errors.Join(errs, err)
	}
	return errs == nil && bytes.HasSuffix(line, []byte("}")) && readable(schema) && !s.LogicalTime.IsZero()
}

// end reads the last line; it is false where that is a run_finished with
// something wrong. Any other line means that the run has not ended.
func (s *Summary) end(line []byte) bool {
	var event string
	var err error
	for key, value := range topFields(line) {
		switch key {
		case "event":
			if event = textOf(value); event != "run_finished" {
				return true
			}
		case "result":
			s.Result = engine.RunResult(textOf(value))
		case "duration_ms":
			var ms float64
			ms, err = strconv.ParseFloat(string(value), 64)
			s.Duration = time.Duration(ms * float64(time.Millisecond))
		case "error":
			s.Error = textOf(value)
		case "at_work":
			err = json.Unmarshal(value, &s.AtWork)
		}
		if err != nil {
			return false
		}
	}
	return event == "" || bytes.HasSuffix(line, []byte("}")) && s.Result != ""
}

// firstFailure is the address of the first step that failed.
func firstFailure(lines []byte) string {
	for line := range bytes.Lines(lines) {
		var event, step string
		for key, value := range topFields(bytes.TrimSuffix(line, []byte("\n"))) {
			switch key {
			case "event":
				event = textOf(value)
			case "step":
				step = textOf(value)
			case "result":
				if event == "step_finished" && textOf(value) == string(engine.StepFailed) {
					return step
				}
			}
			if event != "" && event != "step_finished" {
				break
			}
		}
	}
	return ""
}
