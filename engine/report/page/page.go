// Package page makes HTML pages of the history: Run one of a run, Index one of
// many runs. A page is one file that needs no other: styles and pictures are in
// it, it loads nothing and has no script, so that it can be sent by mail, kept
// with a build, and opened offline on any screen.
//
// A page is made of the run log alone. From elsewhere come only the pictures
// that the run's steps have written, and those only while they are, byte for
// byte, what the log says. What the log says is never trusted to be harmless:
// every text passes wording, and html/template escapes it.
package page

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

const (
	mostAccounts = 250  // steps and instances that are told of in full
	mostBriefs   = 5000 // that are told of in a line
	mostProblems = 50   // errors at the top
	openProblems = 5    // of them, that are not folded
	openSteps    = 3    // instances of a block that are not folded, since they failed
)

// Options are what a page cannot learn from the log.
type Options struct {
	// Status is the run's result, or "running" or what else there is instead.
	Status string
	// Zone is that of the times, but for the logical time, which has its own.
	Zone *time.Location
	// Mask hides what must not be seen, beside what the log has masked; it may
	// be nil.
	Mask func(string) string
	// Now is the time of a run that is under way.
	Now time.Time
}

func (o Options) wording() wording {
	w := wording{mask: o.Mask, zone: o.Zone}
	if w.mask == nil {
		w.mask = func(s string) string { return s }
	}
	if w.zone == nil {
		w.zone = time.UTC
	}
	return w
}

// Run writes the page of a run. Lines of its log that cannot be read are told on
// the page; the error is that of a log that cannot be read at all, or of the
// writer.
func Run(out io.Writer, run runlog.Run, o Options) error {
	s, err := read(run)
	if err != nil {
		return fmt.Errorf("read the run log: %w", err)
	}
	return render(out, "run.html.tmpl", newSheet(s, o))
}

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
	now := moment{time: s.last, status: o.Status}
	if s.finished == nil && o.Status == running && o.Now.After(s.last) {
		now.time = o.Now
	}
	p := sheet{frame: newFrame(toneOf(o.Status)), Pipeline: w.line(start.Pipeline), RunID: w.line(start.RunID), Status: w.line(o.Status)}
	p.Title = p.Pipeline + " " + p.Status + ", " + report.Clock(start.LogicalTime)
	p.Facts, p.Verdict = w.facts(s, now), w.verdict(s, now)
	p.EdgesUnknown = len(start.Steps) == 0
	blocks := blocksOf(s)
	p.problems(s, blocks, w)
	p.pictures(blocks, w)
	p.draw(blocks, now, w)
	p.Timeline = drawTimeline(blocks, ruler{start.Time.Time, now.time.Sub(start.Time.Time)}, now, w)
	p.Sections = w.sections(blocks, start.Time.Time, now)
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
	if end == nil {
		return []field{{Name: "As of", Text: w.when(now.time)}}
	}
	took := field{Name: "Duration", Text: report.Length(end.Duration.Duration())}
	switch end.Result {
	case engine.RunSkipped:
		return []field{{Name: "Skipped", Text: w.when(end.Time.Time)}}
	case engine.RunCrashed:
		return []field{{Name: "Last heard of", Text: w.when(s.last)}, took, {Name: "Found dead", Text: w.when(end.Time.Time)}}
	}
	return []field{{Name: "Finished", Text: w.when(end.Time.Time)}, took}
}

// verdict says in a line how the run ended.
func (w wording) verdict(s *story, now moment) string {
	end := s.finished
	if end == nil {
		counts := map[state]int{}
		for _, t := range s.steps {
			counts[t.state().known()]++
		}
		var parts []string
		for _, g := range gravest {
			if n := counts[g]; n > 0 {
				parts = append(parts, report.Count(n)+" "+g.words(now.status))
			}
		}
		return strings.Join(parts, ", ")
	}
	text := report.Counts(end.Steps)
	if end.Result != engine.RunSkipped {
		text += " in " + report.Length(end.Duration.Duration())
	}
	return text
}

// problems puts what went wrong first.
func (p *sheet) problems(s *story, blocks []*block, w wording) {
	ids := map[engine.Address]string{}
	for _, b := range blocks {
		ids[b.address] = b.id
	}
	for _, t := range s.steps {
		if t.finished == nil || t.finished.Result != engine.StepFailed {
			continue
		}
		if len(p.Problems)+len(p.FoldedProblems) == mostProblems {
			p.MoreProblems++
			continue
		}
		problem := w.problemOf(t.finished.Error)
		if problem == nil {
			problem = w.problemOf(new(engine.LocatedError))
		}
		problem.Name, problem.Title, problem.Link = w.short(t.address), w.headline(t), ids[t.address.Block()]
		if len(p.Problems) < openProblems {
			p.Problems = append(p.Problems, *problem)
		} else {
			p.FoldedProblems = append(p.FoldedProblems, *problem)
		}
	}
	if end := s.finished; end != nil {
		p.Alert = w.text(end.Error)
		p.Forgiven = end.Result == engine.RunSucceeded
		if end.Result == engine.RunCrashed {
			p.Alert = "The process died. At work were: " + w.line(report.AtWork(end.AtWork))
		}
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

// sections tells of each block. Where there are too many steps and instances,
// what went wrong comes first, then what has no instances, then what was
// remarkable, and the others are told of in a line.
func (w wording) sections(blocks []*block, start time.Time, now moment) []section {
	full, briefs := fullyTold(blocks), 0
	sections := make([]section, 0, len(blocks))
	for _, b := range blocks {
		s := section{ID: b.id, Name: w.short(b.address), State: b.state(), Text: b.summary(now), Keyed: b.keyed()}
		if len(b.steps) == 1 && !s.Keyed {
			s.Text, s.Brief = w.ending(b.steps[0], now), w.brief(b.steps[0])
		}
		for _, need := range b.needs {
			s.Needs = append(s.Needs, link{blocks[need].id, w.short(blocks[need].address)})
		}
		s.Open = s.State == state(engine.StepFailed)
		for _, t := range b.steps {
			switch {
			case full[t]:
				s.tell(w.accountOf(t, start, now), t)
			case briefs < mostBriefs:
				s.Rest = append(s.Rest, brief{Name: w.key(t.address), State: t.state().known(), Text: w.ending(t, now)})
				briefs++
			default:
				s.Hidden++
			}
		}
		sections = append(sections, s)
	}
	return sections
}

// tell adds the account of a step. Of instances those that went well without
// remark are folded, so that what went wrong is seen.
func (s *section) tell(a account, t *step) {
	switch {
	case a.State == state(engine.StepFailed):
		a.Open = len(s.Steps) < openSteps
		s.Steps = append(s.Steps, a)
	case s.Keyed && t.state() != atWork && !t.remarkable():
		s.Quiet = append(s.Quiet, a)
	default:
		s.Steps = append(s.Steps, a)
	}
}

// fullyTold chooses the steps that are told of in full.
func fullyTold(blocks []*block) map[*step]bool {
	var ranks [4][]*step
	for _, b := range blocks {
		for _, t := range b.steps {
			rank := 3
			switch s := t.state(); {
			case s == state(engine.StepFailed), s == atWork:
				rank = 0
			case !t.address.Keyed:
				rank = 1
			case t.remarkable():
				rank = 2
			}
			ranks[rank] = append(ranks[rank], t)
		}
	}
	all := slices.Concat(ranks[:]...)
	full := map[*step]bool{}
	for _, t := range all[:min(len(all), mostAccounts)] {
		full[t] = true
	}
	return full
}

// render fills in a template, and writes the page when it is whole.
func render(out io.Writer, name string, data any) error {
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, data); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	_, err := page.WriteTo(out)
	return err
}
