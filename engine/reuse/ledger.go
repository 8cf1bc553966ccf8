package reuse

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"slices"

	"dagrun/engine"
	"dagrun/engine/local"
)

// Record is the work of a step that succeeded.
type Record struct {
	Run       string          // in which the work was done
	Arguments json.RawMessage // as the log has them
	End       *engine.StepFinished

	at moment
}

// moment orders what is recorded. Ids of a pipeline's runs are in the order of
// the runs.
type moment struct {
	run string
	seq int64
}

func (m moment) after(o moment) bool {
	return cmp.Or(cmp.Compare(m.run, o.run), cmp.Compare(m.seq, o.seq)) > 0
}

// Ledger is what earlier runs tell of each step.
type Ledger struct {
	Run    string // the run that is taken up
	Origin string // the first of the runs that were taken up one from the other
	// Runs are those without whose logs the ledger would be another, newest first,
	// and last the origin.
	Runs []string

	steps   map[engine.Address]entry
	deleted map[string]string // the hash of each file that a recorded step deleted
	inPlace map[string]change // what was last known of each file that steps change in place
}

// entry is the newest time that a step was at work.
type entry struct {
	run    string
	record *Record // nil when it did not succeed
	reason engine.DecisionReason
}

type change struct {
	at    moment
	state string
}

// ReadLedger reads the log of the run that is to be taken up, and of those
// that it names as telling of what it had taken up itself: what it did not come to
// is told by them. open gives the events of a run, or an error that is
// fs.ErrNotExist for one that the history no longer has, which is stepped over.
// Lines that cannot be read tell nothing.
func ReadLedger(run string, open func(run string) iter.Seq2[engine.Event, error]) (*Ledger, error) {
	l := &Ledger{
		Run:   run,
		steps: map[engine.Address]entry{}, deleted: map[string]string{}, inPlace: map[string]change{},
	}
	named := []string{run}
	for i, last := 0, false; i < len(named); i++ {
		p, err := readPage(named[i], open)
		switch {
		case errors.Is(err, fs.ErrNotExist) && i > 0:
			continue
		case err != nil:
			return nil, err
		}
		if l.add(p) {
			l.Runs = append(l.Runs, p.run)
		}
		if !last {
			named, last = p.follow(named)
		}
	}
	l.Origin = slices.Min(named)
	if !slices.Contains(l.Runs, l.Origin) {
		l.Runs = append(l.Runs, l.Origin)
	}
	for _, e := range l.steps {
		if e.record != nil {
			l.noteFiles(e.record)
		}
	}
	return l, nil
}

// page is what one run tells.
type page struct {
	run       string
	resumed   string   // the run that it took up
	runs      []string // those that tell of what it took up; nil where its log does not say
	arguments map[engine.Address]json.RawMessage
	steps     map[engine.Address]entry // of steps that were at work or reused
}

// follow adds the runs that a page leads to. last is true when it names all
// that there are.
func (p page) follow(named []string) (all []string, last bool) {
	next := p.runs
	if next == nil && p.resumed != "" {
		next = []string{p.resumed}
	}
	for _, run := range next {
		if !slices.Contains(named, run) {
			named = append(named, run)
		}
	}
	return named, p.runs != nil
}

func readPage(run string, open func(string) iter.Seq2[engine.Event, error]) (page, error) {
	p := page{run: run, arguments: map[engine.Address]json.RawMessage{}, steps: map[engine.Address]entry{}}
	for e, err := range open(run) {
		if e == nil && errors.Is(err, fs.ErrNotExist) {
			return p, err
		}
		p.note(e)
	}
	return p, nil
}

func (p *page) note(e engine.Event) {
	switch e := e.(type) {
	case *engine.RunStarted:
		p.resumed, p.runs = e.ResumedFrom, e.ResumedRuns
	case *engine.StepStarted:
		p.arguments[e.Step] = e.Arguments
	case *engine.AttemptStarted:
		p.steps[e.Step] = entry{run: p.run, reason: engine.DecisionNotRecorded}
	case *engine.StepFinished:
		p.finished(e)
	}
}

func (p *page) finished(e *engine.StepFinished) {
	switch {
	case e.Fingerprint != nil:
		r := &Record{Run: p.run, Arguments: p.arguments[e.Step], End: e}
		if e.Result == engine.StepReused {
			r.Run = e.Cause
		}
		r.at = moment{r.Run, e.Seq}
		p.steps[e.Step] = entry{run: r.Run, record: r}
	case e.Attempts > 0:
		p.steps[e.Step] = entry{run: p.run, reason: engine.DecisionNotSucceeded}
	}
}

// add adds an older page: what is known of a step already is newer. Of a step
// that was reused it tells when its work was done. told is false when the page has
// nothing to add.
func (l *Ledger) add(p page) (told bool) {
	for step, e := range p.steps {
		newer, known := l.steps[step]
		switch {
		case !known:
			l.steps[step] = e
		case newer.record != nil && newer.record.Run == p.run && e.record != nil:
			newer.record.at = e.record.at
		default:
			continue
		}
		told = true
	}
	return told
}

func (l *Ledger) noteFiles(r *Record) {
	for _, f := range r.End.Files {
		switch f.Role {
		case engine.Deletes:
			l.deleted[f.Path] = f.SHA256
		case engine.Exclusive:
			path := local.RealPath(f.Path)
			if before, known := l.inPlace[path]; !known || r.at.after(before.at) {
				l.inPlace[path] = change{r.at, f.State}
			}
		}
	}
}
