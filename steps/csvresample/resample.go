package csvresample

import (
	"context"
	"time"

	"dagrun/engine"
)

// Type is the step type csv_resample.
var Type = engine.Define("csv_resample", "Turns readings at one interval into rows at another.", run,
	engine.WithExample(`
step "csv_resample" "hourly" {
  input    = "data/readings.csv"
  output   = "out/hourly.csv"
  time     = ["date", "time"]
  period   = "2024-06-15"
  interval = "1h"
  method   = "first"
}
`))

// Args are the arguments of the step type.
type Args struct {
	Input    engine.Strings `arg:"input,required" file:"read" doc:"Path, glob or list of .csv and .tsv files. Several files are one series and must have the same header."`
	Output   Target         `arg:"output,required" file:"write" doc:"Path of the .csv or .tsv file to write."`
	Time     engine.Strings `arg:"time,required" doc:"The column with the time, or the columns that make it when their texts are joined by a space. Times are ISO 8601; those without an offset are in the pipeline's zone."`
	Period   Period         `arg:"period" default:"all" doc:"Which rows count: all, latest (the newest calendar day in the data), a date, or an interval A/B of dates or date-times whose end is exclusive."`
	Interval Interval       `arg:"interval,required" doc:"Width of a bucket. Intervals that divide a day start anew at each local midnight, days are calendar days, others are counted from the first day."`
	Method   string         `arg:"method" enum:"first|last|mean|min|max|sum|median|count" default:"first" doc:"What a bucket becomes: its first or last row by time, unchanged, or one number for each numeric column."`
	MinRows  int64          `arg:"min_rows" default:"1" min:"0" doc:"The step fails when fewer rows than this come out; 0 allows none."`
}

// Outputs are the outputs of the step type.
type Outputs struct {
	Output    string   `out:"output" file:"write" doc:"Path of the file that was written."`
	RowsIn    int64    `out:"rows_in" volume:"rows_in" doc:"Rows read from the input, within the period or not."`
	RowsOut   int64    `out:"rows_out" volume:"rows_out" doc:"Rows written, the header not counted."`
	FirstTime *string  `out:"first_time" doc:"Time of the first row written, RFC 3339 in the pipeline's zone: the row's own for first and last, else the start of its bucket. Null when there is none."`
	LastTime  *string  `out:"last_time" doc:"Time of the last row written, as for first_time."`
	Columns   []string `out:"columns" doc:"Names of the columns written, in order."`
}

// run makes one attempt: it reads, gathers and, when enough came out, writes.
func run(ctx context.Context, env *engine.Env, a Args) (Outputs, error) {
	j, err := newJob(env, a)
	if err != nil {
		return Outputs{}, err
	}
	total, err := j.resample(ctx)
	if err != nil {
		return Outputs{}, err
	}
	if total.doubtful > 0 {
		env.Log.Warn("times without an offset fall where the clocks change: a repeated time was read as its first occurrence, a skipped one with the offset before the change",
			"rows", total.doubtful, "zone", j.zone.String())
	}
	t, err := j.table(total)
	if err != nil {
		return Outputs{}, err
	}
	if err := j.write(ctx, t); err != nil {
		return Outputs{}, err
	}
	return j.outputs(total, t), nil
}

func (j *job) outputs(total *partial, t *table) Outputs {
	out := Outputs{
		Output: string(j.args.Output), RowsIn: total.rows, RowsOut: int64(len(t.buckets)), Columns: t.columns,
	}
	if n := len(t.buckets); n > 0 {
		out.FirstTime, out.LastTime = j.rfc3339(t.buckets[0].at), j.rfc3339(t.buckets[n-1].at)
	}
	return out
}

func (j *job) rfc3339(at int64) *string {
	text := time.Unix(0, at).In(j.zone).Format(time.RFC3339Nano)
	return &text
}
