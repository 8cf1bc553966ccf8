package page

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

const mostColumns = 120 // steps of a pipeline in an index

// Index writes a page about many runs, given newest first: for each pipeline a
// grid of its runs and steps, with how each step ended and how long it took.
// Runs whose log cannot be read at all are named on the page.
func Index(out io.Writer, runs []report.Row, o Options) error {
	w := o.wording()
	tone := state(engine.StepSucceeded)
	if len(runs) > 0 {
		tone = toneOf(runs[0].Status)
	}
	p := overview{frame: newFrame(tone), index: map[string]int{}}
	for _, r := range runs {
		p.add(r, w)
	}
	p.Title = "History"
	if len(p.Pipelines) == 1 {
		p.Title = "History of " + p.Pipelines[0].Name
	}
	for i := range p.Pipelines {
		p.Pipelines[i].finish(w)
		p.Counts = merged(append(p.Counts, p.Pipelines[i].Counts...))
	}
	return render(out, "index.html.tmpl", p)
}

// add adds a run, which is older than those before.
func (p *overview) add(r report.Row, w wording) {
	i, known := p.index[r.Pipeline]
	if !known {
		i = len(p.Pipelines)
		p.index[r.Pipeline] = i
		p.Pipelines = append(p.Pipelines, grid{Name: w.line(r.Pipeline), columns: map[engine.Address]int{}})
	}
	s, err := read(runlog.Run{ID: r.ID, Dir: r.Dir})
	if err == nil && s.run.Started == nil {
		err = errors.New("its log has no beginning")
	}
	if err != nil {
		p.Unread = append(p.Unread, w.line(fmt.Sprintf("run %s: %v", r.ID, err)))
		return
	}
	p.Pipelines[i].add(r, s, s.at(r.Status, time.Time{}), w)
}

// overview is what the page of an index shows.
type overview struct {
	frame

	Counts    []tally
	Pipelines []grid
	Unread    []string

	index map[string]int // of the pipelines
}

// tally is how many runs ended so.
type tally struct {
	Status string
	Tone   state
	Number int
}

// grid is the runs of a pipeline and their steps.
type grid struct {
	Name    string
	Counts  []tally
	Steps   []string // the columns
	More    int      // steps without a column
	Runs    []gridRun
	Bars    []column
	Cut     bool // the chart has runs whose duration is not known
	order   []engine.Address
	columns map[engine.Address]int
	longest time.Duration
}

// gridRun is a row of a grid.
type gridRun struct {
	ID, Short string
	Logical   string
	Started   string
	Status    string
	Tone      state
	Took      string
	Cut       bool   // how long it takes is not known
	Heard     string // where it did not end: how far it is told of
	Cells     []cell
	byColumn  map[int]cell
	took      time.Duration
}

// cell is a step of a run; its state is empty where the run had no such step.
type cell struct {
	State state
	Took  string
	Text  string
}

// column is a bar of the chart of durations.
type column struct {
	X, Width, Y, Height percent
	Tone                state
	Cut                 bool // how high it were is not known
	Text                string
}

// add adds a run, which is older than those before.
func (g *grid) add(r report.Row, s *story, now moment, w wording) {
	run := gridRun{
		ID: w.line(r.ID), Short: w.line(r.Short), Logical: report.Clock(r.LogicalTime), Started: w.when(r.Started), Status: w.line(r.Status),
		Tone: toneOf(r.Status), byColumn: map[int]cell{},
	}
	switch {
	case r.Result == "" && r.Status == running:
		run.Cut = true
	case r.Result == "" || r.Result == engine.RunCrashed:
		run.Cut, run.Took, run.Heard = true, unknown, s.heard()
	case !r.Idle():
		run.took, run.Took = r.Duration, report.Length(r.Duration)
	}
	g.Cut = g.Cut || run.Cut
	g.longest = max(g.longest, run.took)
	g.Counts = merged(append(g.Counts, tally{run.Status, run.Tone, 1}))
	for _, b := range blocksOf(s) {
		if len(b.steps) > 0 {
			run.byColumn[g.column(b.address)] = b.cell(now, w)
		}
	}
	g.Runs = append(g.Runs, run)
}

// column gives the column of a step, a new one where it has none.
func (g *grid) column(a engine.Address) int {
	i, known := g.columns[a]
	if !known {
		i = len(g.order)
		g.columns[a] = i
		g.order = append(g.order, a)
	}
	return i
}

func (b *block) cell(now moment, w wording) cell {
	c := cell{State: b.state(), Text: w.short(b.address) + ": " + b.summary(now)}
	if len(b.steps) == 1 {
		c.Text = w.short(b.address) + ": " + w.ending(b.steps[0], now)
		if why := w.brief(b.steps[0]); why != "" {
			c.Text += ": " + why
		}
	}
	if b.ended(now) {
		c.Took = b.length(now)
	}
	return c
}

// merged adds up the tallies of equal results.
func merged(all []tally) []tally {
	var sums []tally
	for _, t := range all {
		i := slices.IndexFunc(sums, func(s tally) bool { return s.Status == t.Status })
		if i < 0 {
			sums = append(sums, t)
			continue
		}
		sums[i].Number += t.Number
	}
	return sums
}

// finish makes the cells of all rows, now that all columns are known, and the
// chart.
func (g *grid) finish(w wording) {
	shown := g.order[:min(len(g.order), mostColumns)]
	g.More = len(g.order) - len(shown)
	for _, a := range shown {
		g.Steps = append(g.Steps, w.short(a))
	}
	for i := range g.Runs {
		run := &g.Runs[i]
		for k := range shown {
			run.Cells = append(run.Cells, run.byColumn[k])
		}
	}
	const few = 3 // runs that need no chart
	for i := range g.Runs {
		if len(g.Runs) >= few {
			g.Bars = append(g.Bars, g.bar(i))
		}
	}
}

// bar is a run in the chart, in which time goes to the right.
func (g *grid) bar(i int) column {
	run := g.Runs[i]
	room := 100 / percent(max(len(g.Runs), 30))
	high := percent(6)
	if g.longest > 0 {
		high = max(high, 100*percent(run.took)/percent(g.longest))
	}
	told := " " + run.Took
	if run.Cut {
		high, told = 100, ", "+run.Heard
	}
	return column{
		X: 100 - percent(i+1)*room, Width: room * 0.8, Y: 100 - high, Height: high, Tone: run.Tone, Cut: run.Cut,
		Text: strings.TrimRight(run.Logical+": "+run.Status+told, ", "),
	}
}
