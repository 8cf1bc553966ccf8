package reuse

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"dagrun/engine"
	"dagrun/engine/local"
)

// Judge decides for each step of a run, when its turn comes, whether its record
// in the ledger still stands. Its methods are called from one goroutine.
type Judge struct {
	ledger *Ledger
	key    Key
	files  *files
	force  bool
	needed map[engine.Address]engine.Address
	ran    map[engine.Address]bool // steps that were at work in this run
}

// NewJudge looks at the files that the ledger names, which means to read them.
// When ctx ends before all are read, its error comes with a Judge that tells what
// is taken up, and no more: who has not seen all does not judge. With force nothing is reused.
func NewJudge(ctx context.Context, l *Ledger, key Key, force bool) (*Judge, error) {
	j := &Judge{ledger: l, key: key, force: force, needed: map[engine.Address]engine.Address{}, ran: map[engine.Address]bool{}}
	if force {
		return j, nil
	}
	j.files = survey(ctx, l)
	return j, ctx.Err()
}

// Question is a step whose turn has come.
type Question struct {
	Step        engine.Address
	Fingerprint string          // of its arguments, see Key
	Arguments   json.RawMessage // as the log would have them
	Inputs      []string        // the files that they name and that are there
	// Upstream lists all steps that it needs, directly or through others. It is
	// asked where databases are in play.
	Upstream func() []engine.Address
	// Adds says that the step adds to a file in place whatever it holds: done once
	// more, it would be there twice.
	Adds      bool
	OnFailure bool // it is there for what goes wrong in a run: that of an earlier run is not that of this
}

// Decide gives the record of a step that stands, or nil, and the reason.
func (j *Judge) Decide(q Question) (*Record, engine.Decision) {
	if j.force {
		return nil, engine.Decision{Reason: engine.DecisionForced}
	}
	if q.OnFailure {
		return nil, engine.Decision{Reason: engine.DecisionTriggerRule}
	}
	e, known := j.ledger.steps[q.Step]
	if !known {
		return nil, engine.Decision{Reason: engine.DecisionNotRecorded}
	}
	d := engine.Decision{Run: e.run}
	if e.record == nil {
		d.Reason = e.reason
		return nil, d
	}
	if d.Reason, d.Detail = j.difference(e.record, q); d.Reason != engine.DecisionUnchanged {
		return nil, d
	}
	return e.record, d
}

// difference finds the first thing that is not as recorded.
func (j *Judge) difference(r *Record, q Question) (engine.DecisionReason, string) {
	if r.End.Fingerprint.Arguments != q.Fingerprint {
		return engine.DecisionArguments, changedArguments(r.Arguments, q.Arguments)
	}
	if r.End.Fingerprint.Outputs != j.key.Outputs(r.End.Outputs) {
		return engine.DecisionMasked, ""
	}
	if path := j.changedInput(r, q.Inputs); path != "" {
		return engine.DecisionInput, path
	}
	if reason, path := j.changedInPlace(r, q.Adds); path != "" {
		return reason, path
	}
	if !q.Adds && slices.ContainsFunc(r.End.Files, func(f engine.FileRecord) bool { return j.isInPlace(f.Path) }) {
		if step := j.newerUpstream(r, q.Upstream()); step != "" {
			return engine.DecisionUpstream, step
		}
	}
	if reason, path := j.changedOutput(r); path != "" {
		return reason, path
	}
	if by, ok := j.needed[q.Step]; ok {
		return engine.DecisionNeededAgain, by.String()
	}
	return engine.DecisionUnchanged, ""
}

// changedArguments names the arguments that differ.
func changedArguments(before, after json.RawMessage) string {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(before, &a) != nil || json.Unmarshal(after, &b) != nil {
		return ""
	}
	union := maps.Clone(b)
	maps.Copy(union, a)
	var names []string
	for name := range union {
		if string(a[name]) != string(b[name]) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "a sensitive argument, or the name, folder, zone or key of the pipeline"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// changedInput finds an input that is another than recorded, new or gone. One
// that was deleted by a step of the record is gone rightly.
func (j *Judge) changedInput(r *Record, now []string) string {
	recorded := map[string]bool{}
	for _, f := range r.End.Files {
		if f.Role != engine.Reads {
			continue
		}
		recorded[f.Path] = true
		if j.isInPlace(f.Path) {
			continue
		}
		there, same := j.files.is(f.Path, f.SHA256)
		if there && (!same || local.HasJournal(f.Path)) || !there && !j.wasDeleted(f) {
			return f.Path
		}
	}
	for _, path := range now {
		if !recorded[path] {
			return path
		}
	}
	return ""
}

func (j *Judge) wasDeleted(f engine.FileRecord) bool {
	sum, ok := j.ledger.deleted[f.Path]
	return ok && sum == f.SHA256 && sum != ""
}

func (j *Judge) isInPlace(path string) bool {
	_, ok := j.ledger.inPlace[local.RealPath(path)]
	return ok
}

// changedInPlace finds a database that something other than the recorded steps
// has touched before this run.
func (j *Judge) changedInPlace(r *Record, adds bool) (engine.DecisionReason, string) {
	for _, f := range r.End.Files {
		path := local.RealPath(f.Path)
		last, ok := j.ledger.inPlace[path]
		now := j.files.inPlace[path]
		if !ok || last.state != "" && last.state == now || adds && f.Role == engine.Exclusive && now != "" {
			continue
		}
		if f.Role == engine.Exclusive {
			return engine.DecisionOutput, f.Path
		}
		return engine.DecisionInput, f.Path
	}
	return "", ""
}

// newerUpstream finds a step upstream that has written to a database which this
// one uses, after this one has used it.
func (j *Judge) newerUpstream(r *Record, upstream []engine.Address) string {
	for _, up := range upstream {
		e := j.ledger.steps[up]
		shared := e.record != nil && sharesInPlace(e.record, r)
		if e.record == nil && j.ran[up] { // what it writes to is not recorded
			shared = true
		}
		if shared && (j.ran[up] || e.record.at.after(r.at)) {
			return up.String()
		}
	}
	return ""
}

// sharesInPlace reports whether the first changes a file in place that the
// second uses.
func sharesInPlace(writer, user *Record) bool {
	for _, w := range writer.End.Files {
		if w.Role != engine.Exclusive {
			continue
		}
		for _, u := range user.End.Files {
			if local.RealPath(u.Path) == local.RealPath(w.Path) {
				return true
			}
		}
	}
	return false
}

// changedOutput finds a file that the step wrote and that is not there as it
// was, or one that it deleted and that is there again.
func (j *Judge) changedOutput(r *Record) (engine.DecisionReason, string) {
	for _, f := range r.End.Files {
		switch f.Role {
		case engine.Writes:
			there, same := j.files.is(f.Path, f.SHA256)
			switch {
			case !there && !j.wasDeleted(f):
				return engine.DecisionOutputMissing, f.Path
			case there && !same:
				return engine.DecisionOutput, f.Path
			}
		case engine.Deletes:
			if there, _ := j.files.is(f.Path, ""); there {
				return engine.DecisionOutput, f.Path
			}
		}
	}
	return "", ""
}

// Deleted lists the files that a step wrote and that a step of the record has
// deleted since: they stand only as long as no other step needs them.
func (j *Judge) Deleted(r *Record) []string {
	var gone []string
	for _, f := range r.End.Files {
		if there, _ := j.files.is(f.Path, ""); f.Role == engine.Writes && !there {
			gone = append(gone, f.Path)
		}
	}
	return gone
}

// Key is the key of the ledger's fingerprints.
func (j *Judge) Key() Key { return j.key }

// Resumed is the run that is taken up.
func (j *Judge) Resumed() string { return j.ledger.Run }

// Runs lists the runs that tell of what is taken up, newest first, and last the
// one that it all began with.
func (j *Judge) Runs() []string { return j.ledger.Runs }

// Origin is the first of the runs that were taken up one from the other.
func (j *Judge) Origin() string { return j.ledger.Origin }

// Need says that a step has to make its files again, and for whom.
func (j *Judge) Need(step, by engine.Address) { j.needed[step] = by }

// Uses lists the files that a step has read, written or changed by its record;
// nil when there is none.
func (j *Judge) Uses(step engine.Address) []engine.FileRecord {
	if r := j.ledger.steps[step].record; r != nil {
		return r.End.Files
	}
	return nil
}

// Ran says that a step is at work in this run.
func (j *Judge) Ran(step engine.Address) { j.ran[step] = true }

// Wrote takes over what a step has written in this run.
func (j *Judge) Wrote(written []engine.FileRecord) {
	if j.force {
		return
	}
	for _, f := range written {
		switch f.Role {
		case engine.Writes:
			j.files.note(f)
		case engine.Deletes:
			j.ledger.deleted[f.Path] = f.SHA256
		}
	}
}
