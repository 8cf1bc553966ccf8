package page

import (
	"cmp"
	"strings"

	"dagrun/engine"
	"dagrun/engine/report"
)

// sheet is what the page of a run shows.
type sheet struct {
	frame

	Pipeline, RunID string
	Status          string
	Verdict         string
	Facts           []field
	Alert           string // why, when no step tells
	Forgiven        bool   // the run went on without what failed
	Problems        []problem
	FoldedProblems  []problem
	MoreProblems    int
	Outputs         []field
	Gallery         gallery
	Graphs          []graph
	NotDrawn        int  // blocks
	EdgesUnknown    bool // the log is too old to say them
	Timeline        timeline
	Sections        []section
	Variables       []field
	Unset           string
	Sources         []file
	Unread          []string
	MoreUnread      int
}

func newSheet(s *story, o Options) sheet {
	w, start := o.wording(), s.run.Started
	now := s.at(o.Status, o.Now)
	p := sheet{frame: newFrame(toneOf(o.Status)), Pipeline: w.line(start.Pipeline), RunID: w.line(start.RunID), Status: w.line(o.Status)}
	p.Title = p.Pipeline + " " + p.Status + ", " + report.Clock(start.LogicalTime)
	p.Facts, p.Verdict = w.facts(s, now), w.verdict(s, now)
	p.EdgesUnknown = len(start.Steps) == 0
	blocks := blocksOf(s)
	full := fullyTold(blocks)
	p.problems(s, blocks, full, w)
	p.pictures(blocks, w)
	p.draw(blocks, now, w)
	p.Timeline = drawTimeline(blocks, ruler{start.Time.Time, now.time.Sub(start.Time.Time)}, now, w)
	p.Sections = w.sections(blocks, full, start.Time.Time, now)
	p.record(s, w)
	return p
}

// facts are when, where and by what the run was made.
func (w wording) facts(s *story, now moment) []field {
	start := s.run.Started
	facts := []field{{Name: "Logical time", Text: report.Clock(start.LogicalTime)}, {Name: "Started", Text: w.when(start.Time.Time)}}
	facts = append(facts, w.ended(s, now)...)
	facts = append(facts, field{Name: "Trigger", Text: w.line(string(start.Trigger))})
	if start.ResumedFrom != "" {
		facts = append(facts, field{Name: "Takes up run", Text: w.line(start.ResumedFrom)})
	}
	return append(facts, field{Name: "Run", Text: w.line(start.RunID)},
		field{Name: "Made on", Text: w.line(start.Host) + " by dagrun " + w.line(start.Version)})
}

// ended says when the run ended, or how far it is told of.
func (w wording) ended(s *story, now moment) []field {
	end := s.finished
	heard := field{Name: "Last heard of", Text: w.when(s.last)}
	switch {
	case end == nil && now.status == running:
		return []field{{Name: "As of", Text: w.when(now.time)}}
	case end == nil:
		return []field{heard}
	case end.Result == engine.RunCrashed:
		return []field{heard, {Name: "Recorded as crashed", Text: w.when(end.Time.Time)}}
	case end.Result == engine.RunSkipped:
		return []field{{Name: "Skipped", Text: w.when(end.Time.Time)}}
	case end.Idle():
		return []field{{Name: "Finished", Text: w.when(end.Time.Time)}}
	}
	return []field{{Name: "Finished", Text: w.when(end.Time.Time)}, {Name: "Duration", Text: report.Length(end.Duration.Duration())}}
}

// verdict says in a line how the run ended. How long it took until its process
// died nobody knows.
func (w wording) verdict(s *story, now moment) string {
	end := s.finished
	switch {
	case end == nil && now.status == running:
		return s.counts(now)
	case end == nil || end.Result == engine.RunCrashed:
		return strings.TrimPrefix(s.counts(now)+", "+s.heard(), ", ")
	case end.Idle():
		return report.Counts(end.Steps)
	}
	return report.Counts(end.Steps) + " in " + report.Length(end.Duration.Duration())
}

// heard says how long after its beginning the run wrote its last event.
func (s *story) heard() string {
	return "last heard of after " + report.Length(s.last.Sub(s.run.Started.Time.Time))
}

// counts says how the steps stand of a run without an end.
func (s *story) counts(now moment) string {
	counts := map[state]int{}
	for _, t := range s.steps {
		counts[t.state().known()]++
	}
	return listed(counts, now.status)
}

// problems puts what went wrong first.
func (p *sheet) problems(s *story, blocks []*block, full map[*step]string, w wording) {
	ids := map[engine.Address]string{}
	for _, b := range blocks {
		ids[b.address] = b.id
	}
	for _, t := range s.steps {
		if t.state() == state(engine.StepFailed) {
			p.problem(t, cmp.Or(full[t], ids[t.address.Block()]), w)
		}
	}
	if end := s.finished; end != nil {
		p.Alert, p.Forgiven = told(w.text(end.Error)), end.Result == engine.RunSucceeded
		if end.Result == engine.RunCrashed {
			p.Alert = "The process died. At work were: " + w.line(report.AtWork(end.AtWork))
		}
	}
}

// problem adds a step that failed; of many, the first are open and the last
// only counted.
func (p *sheet) problem(t *step, link string, w wording) {
	one := problem{}
	if e := w.problemOf(t.finished.Error); e != nil {
		one = *e
	}
	one.Name, one.Title, one.Link = w.short(t.address), w.headline(t), link
	switch n := len(p.Problems) + len(p.FoldedProblems); {
	case n == mostProblems:
		p.MoreProblems++
	case n < openProblems:
		p.Problems = append(p.Problems, one)
	default:
		p.FoldedProblems = append(p.FoldedProblems, one)
	}
}

func (p *sheet) pictures(blocks []*block, w wording) {
	p.Gallery = gallery{room: pictureBytes, seen: map[string]bool{}}
	for _, b := range blocks {
		for _, t := range b.steps {
			p.Gallery.hang(t, b.id, w)
		}
	}
}

// draw draws the graph twice: for wide screens and for narrow ones.
func (p *sheet) draw(blocks []*block, now moment, w wording) {
	chosen := choose(blocks)
	p.NotDrawn = len(blocks) - len(chosen)
	position := map[int]int{}
	for i, b := range chosen {
		position[b] = i
	}
	nodes, needs := make([]node, len(chosen)), make([][]int, len(chosen))
	for i, at := range chosen {
		b := blocks[at]
		name := w.short(b.address)
		nodes[i] = node{ID: b.id, State: b.state(), Name: w.line(b.address.Name), Whole: name, Note: w.line(b.note(now)), Told: b.summary(now), Keyed: b.keyed()}
		for _, need := range b.needs {
			if up, drawn := position[need]; drawn {
				needs[i] = append(needs[i], up)
			}
		}
	}
	if len(nodes) > 0 {
		p.Graphs = []graph{drawGraph(nodes, needs, false), drawGraph(nodes, needs, true)}
	}
}

// record adds what the run was made of.
func (p *sheet) record(s *story, w wording) {
	start := s.run.Started
	var unset []string
	p.Variables, unset = w.fields(start.Variables)
	p.Unset = strings.Join(unset, ", ")
	if s.finished != nil {
		p.Outputs, _ = w.fields(s.finished.Outputs)
	}
	for _, source := range start.Sources {
		p.Sources = append(p.Sources, file{Path: w.line(source.Path), Hash: w.line(source.SHA256)})
	}
	for _, err := range s.unread[:min(len(s.unread), mostProblems)] {
		p.Unread = append(p.Unread, w.line(err.Error()))
	}
	p.MoreUnread = len(s.unread) - len(p.Unread)
}
