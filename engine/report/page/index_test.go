package page_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/report/page"
	"dagrun/engine/runlog"
)

// rowOf is what a list of runs has of a run, which is moved back by days.
func rowOf(run runlog.Run, pipeline string, days int) report.Row {
	when := start.AddDate(0, 0, -days)
	s := runlog.Summary{
		ID: run.ID, Short: fmt.Sprintf("%08d", days), Dir: run.Dir, Pipeline: pipeline, LogicalTime: when, Started: when, Trigger: engine.Cron,
	}
	if end := run.Finished; end != nil {
		s.Result, s.Duration, s.Error = end.Result, end.Duration.Duration(), end.Error
	}
	status := "running"
	if s.Result != "" {
		status = string(s.Result)
	}
	return report.Row{Summary: s, Status: status}
}

// history is the runs of two pipelines, the newest first.
func history(t *testing.T) []report.Row {
	t.Helper()
	var rows []report.Row
	for i, name := range []string{"succeeded", "failed", "crashed", "old", "succeeded", "many", "failed"} {
		rows = append(rows, rowOf(record(t, runs[name]), "temperature", i))
	}
	for i, name := range []string{"hostile", "sixty"} {
		rows = append(rows, rowOf(record(t, runs[name]), []string{evil, "plant"}[i], i))
	}
	return rows
}

func indexOf(t *testing.T, rows []report.Row, o page.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := page.Index(&out, rows, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAnIndexHasARowForEachRunAndAColumnForEachStep(t *testing.T) {
	rows := []report.Row{rowOf(record(t, runs["succeeded"]), "temperature", 0), rowOf(record(t, runs["failed"]), "temperature", 1), rowOf(record(t, runs["crashed"]), "temperature", 2)}
	golden(t, "index", indexOf(t, rows, page.Options{}))
}

func TestAnIndexOfOddRuns(t *testing.T) {
	gone := record(t, runs["failed"])
	if err := os.Remove(gone.Log()); err != nil {
		t.Fatal(err)
	}
	underWay := record(t, func(r *recorder) {
		r.run(`{}`, block(clean), block(mail, clean))
		r.begin(clean, `{}`)
		r.pass(time.Second)
		r.succeed(clean, time.Second, engine.StepFinished{})
		r.begin(mail, `{}`)
	})
	html := indexOf(t, append(history(t), rowOf(underWay, "w", 0), rowOf(gone, "w", 1)), page.Options{})
	wants(t, html, "<title>History</title>", "Runs that cannot be read", "5 failed", "1 running", "csv_resample.probe: 13 of 5,000 failed", "smtp.report: at work",
		"! <script", "! \u202e", "! \x1b", "! \x00")
	wants(t, indexOf(t, nil, page.Options{}), "There is no run yet")
}

func TestAnIndexIsMasked(t *testing.T) {
	wants(t, indexOf(t, history(t), page.Options{Mask: func(string) string { return "(sensitive)" }}), "! temperature", "! csv_resample", "! 451", "(sensitive)")
}

func TestHowLongARunTookThatWasCutOffIsNotInvented(t *testing.T) {
	cut := rowOf(record(t, runs["crashed"]), "temperature", 0)
	open := rowOf(record(t, func(r *recorder) {
		r.run(`{}`, block(clean))
		r.pass(14 * time.Millisecond)
		r.begin(clean, `{}`)
	}), "temperature", 1)
	open.Status = "unfinished"
	html := indexOf(t, []report.Row{cut, open, rowOf(record(t, runs["failed"]), "temperature", 2)}, page.Options{})
	wants(t, html, `title="last heard of after 6s">unknown</td>`, `title="last heard of after 14ms">unknown</td>`, ">10.8s</td>", "! >6s<", "! >14ms<",
		`<rect class="bar failed cut" x="96.67%" y="0%" width="2.67%" height="100%" rx="2"><title>2024-06-15 08:00 UTC: crashed, last heard of after 6s</title>`)
}
