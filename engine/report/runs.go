package report

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// Row is a run in a list of runs.
type Row struct {
	runlog.Summary

	Status string // the run's result, or what there is instead
}

// Runs writes a list of runs as a table. Times are shown in a zone, and logical
// times in the zone of their pipeline.
func Runs(out io.Writer, rows []Row, zone *time.Location, options Options) error {
	table := [][]string{{"RUN", "PIPELINE", "LOGICAL TIME", "STARTED", "DURATION", "RESULT", "STEP OR REASON"}}
	for _, r := range rows {
		table = append(table, []string{
			line(r.Short), line(r.Pipeline), clock(r.LogicalTime), moment(r.Started.In(zone)), took(r), line(r.Status), line(reason(r)),
		})
	}
	_, err := io.WriteString(out, tableText(table, style(options.Color)))
	return err
}

// took is how long a run took. One whose process died took longer than its log
// tells.
func took(r Row) string {
	switch {
	case r.Result == "", r.Idle(), r.Result == engine.RunCrashed && r.Duration < time.Millisecond:
		return "-"
	case r.Result == engine.RunCrashed:
		return ">" + length(r.Duration)
	}
	return length(r.Duration)
}

// tableText aligns the columns of a table. The last but one is coloured as the
// result that it is.
func tableText(table [][]string, style style) string {
	widths := make([]int, len(table[0]))
	for _, row := range table {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	for n, row := range table {
		for i, cell := range row {
			room := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
			switch {
			case i == len(row)-1:
				room = ""
			case n > 0 && i == len(row)-2:
				cell = style.result(engine.RunResult(cell), cell)
			}
			if i == len(row)-2 && row[i+1] == "" {
				room = ""
			}
			out.WriteString(cell + room)
		}
		out.WriteString("\n")
	}
	return out.String()
}

// reason says in a few words why a run did not succeed.
func reason(r Row) string {
	switch {
	case r.FailedStep != "":
		return causeOf(r.FailedStep)
	case r.Result == engine.RunCrashed:
		return "at work: " + AtWork(r.AtWork)
	}
	return r.Error
}

// AtWork lists the steps that were at work: smtp.report (attempt 2), plot.chart.
func AtWork(steps []engine.AtWork) string {
	if len(steps) == 0 {
		return "no step"
	}
	var names []string
	for _, s := range steps {
		names = append(names, strings.TrimPrefix(s.String(), "step."))
	}
	return strings.Join(names, ", ")
}

// moment is a point in time in a zone that is known.
func moment(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

// line is a text on one line.
func line(s string) string { return strings.ReplaceAll(printable(s), "\n", `\n`) }
