package page_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/report/page"
)

// instance is one of many.
func instance(i int) engine.Address {
	one := probe
	one.Key, one.Keyed = fmt.Sprintf("probe%d", i), true
	return one
}

// nineteen is a run in which all of nineteen instances fail.
func nineteen(r *recorder) {
	r.run(`{}`, block(probe), block(chart, probe))
	for i := range 19 {
		r.begin(instance(i), `{}`)
		r.fail(instance(i), engine.AttemptFailed, 20*time.Millisecond, busy(i), 0)
		r.end(instance(i), engine.StepFinished{Result: engine.StepFailed, Error: busy(i)})
	}
	r.skip(chart, engine.ReasonUpstreamFailed, probe.String())
	r.over(engine.RunFailed, engine.RunFinished{})
}

// unmet is a run in which the preconditions of 380 of 2,000 instances do not
// hold.
func unmet(r *recorder) {
	r.run(`{}`, block(probe))
	for i := range 2000 {
		one := instance(i)
		if i%100 < 19 {
			r.end(one, engine.StepFinished{Result: engine.StepFailed, Reason: engine.ReasonPrecondition, Error: busy(i)})
			continue
		}
		r.begin(one, `{}`)
		r.succeed(one, 3*time.Millisecond, engine.StepFinished{})
	}
	r.over(engine.RunFailed, engine.RunFinished{})
}

// timelineOf is the part of a page that is its timeline.
func timelineOf(t *testing.T, html string) string {
	t.Helper()
	_, after, _ := strings.Cut(html, `<div class="timeline">`)
	timeline, _, found := strings.Cut(after, "</section>")
	if !found {
		t.Fatal("the page has no timeline")
	}
	return timeline
}

func TestARowOfInstancesIsGreenOnlyWhereAllWentWell(t *testing.T) {
	for name, c := range map[string]struct {
		tell func(r *recorder)
		want []string
	}{
		"all fail": {nineteen, []string{
			`! <g class="bar succeeded">`, "<title>19 attempts: 19 failed</title>", `<span class="faint">19 failed</span>`, "! >succeeded</li>", ">failed</li>", `! <circle`,
		}},
		"some fail without an attempt": {unmet, []string{
			"1,620 attempts: 1,620 succeeded", `<span class="faint">380 of 2,000 failed</span>`, "19 failed without an attempt</title>", "</svg>failed without an attempt</li>",
		}},
		"all fail without an attempt": {func(r *recorder) {
			r.run(`{}`, block(probe), block(chart, probe))
			for i := range 19 {
				r.end(instance(i), engine.StepFinished{Result: engine.StepFailed, Reason: engine.ReasonPrecondition})
			}
			r.over(engine.RunFailed, engine.RunFinished{})
		}, []string{"! <g class", "<title>19 failed without an attempt</title>", "! &lt;1ms</span>"}},
		"one fails for a long time": {func(r *recorder) {
			r.run(`{}`, block(probe))
			r.begin(instance(0), `{}`)
			for i := range 19 {
				r.begin(instance(1+i), `{}`)
				r.succeed(instance(1+i), time.Second, engine.StepFinished{})
			}
			r.tell(&engine.AttemptFinished{Step: instance(0), Attempt: 1, Result: engine.AttemptTimedOut, Duration: engine.Milliseconds(10 * time.Second)})
			r.end(instance(0), engine.StepFinished{Result: engine.StepFailed, Error: busy(1)})
			r.over(engine.RunFailed, engine.RunFinished{})
		}, []string{"12 attempts: 1 failed, 11 succeeded", "9 attempts: 9 succeeded"}},
		"a single step fails without an attempt": {func(r *recorder) {
			r.run(`{}`, block(clean))
			r.end(clean, engine.StepFinished{Result: engine.StepFailed, Reason: engine.ReasonPrecondition})
			r.over(engine.RunFailed, engine.RunFinished{})
		}, []string{"<title>failed without an attempt: its precondition does not hold</title>"}},
	} {
		t.Run(name, func(t *testing.T) {
			timeline := timelineOf(t, pageOf(t, record(t, c.tell), page.Options{}))
			wants(t, timeline, append(c.want, "! <title></title>")...)
		})
	}
}

// states are the colours of a timeline's bars, in the order in which they are
// drawn.
var states = regexp.MustCompile(`<g class="bar (\w+)">`)

func TestAShortFailureIsDrawnAboveItsNeighbours(t *testing.T) {
	html := timelineOf(t, pageOf(t, record(t, many), page.Options{}))
	_, row, _ := strings.Cut(html, "csv_resample.probe")
	var order []string
	for _, match := range states.FindAllStringSubmatch(row, -1) {
		order = append(order, match[1])
	}
	if got := strings.Join(order, " "); !regexp.MustCompile(`^(succeeded )+failed( failed)+$`).MatchString(got) {
		t.Errorf("drawn in the order %s", got)
	}
}
