package csvresample

import (
	"context"
	"fmt"
	"time"

	"dagrun/engine"
)

// Type is the step type csv_resample.
var Type = engine.Define("csv_resample", "Turns readings at one interval into rows at another.", run,
	engine.AtMostOne("method", "aggregate"),
	engine.NeededWith("rejects", "on_bad_row", rejectBadRow),
	engine.OnlyWith("rejects", "on_bad_row", rejectBadRow),
	engine.OnlyWith("max_bad_rows", "on_bad_row", "skip", rejectBadRow),
	engine.WithCheck(checkArguments),
	engine.WithExample(`
step "csv_resample" "hourly" {
  input     = "data/readings-*.csv"
  output    = "out/hourly.csv"
  time      = ["date", "time"]
  period    = "2024-06-15"
  interval  = "1h"
  group_by  = "probe"
  aggregate = { temperature = ["mean", "min", "max"], status = "last" }
  fill      = "null"
}
`))

// Args are the arguments of the step type.
type Args struct {
	Input      engine.Strings `arg:"input,required" file:"read" doc:"Path, glob or list of .csv and .tsv files, also .gz and .zst. Several files are one series and must have the same header."`
	Output     Target         `arg:"output,required" file:"write" doc:"Path of the file to write: .csv or .tsv, also .gz or .zst."`
	Time       engine.Strings `arg:"time,required" doc:"The column with the time, or the columns that make it when their texts are joined by a space."`
	TimeFormat *TimeFormat    `arg:"time_format" doc:"How times are written, where that is not ISO 8601: with the directives of strptime, such as %d/%m/%Y %H:%M, or epoch or epoch_ms for seconds or milliseconds since 1970."`
	Timezone   *Zone          `arg:"timezone" doc:"The zone of times that carry no offset, and of the days of period and buckets. Default: the pipeline's."`
	Period     Period         `arg:"period" default:"all" doc:"Which rows count: all, latest (the newest calendar day in the data), a date, or an interval A/B of dates or date-times whose end is exclusive."`
	Interval   Interval       `arg:"interval,required" doc:"Width of a bucket. Intervals that divide a day start anew every day, days are calendar days, others are counted from the first day."`
	Origin     *Origin        `arg:"origin" doc:"Where buckets start: a time of day at which days begin, such as 06:00, or a date or date-time from which they are counted. Default: midnight, and the first day."`
	Method     string         `arg:"method" enum:"first|last|mean|min|max|sum|median|count" default:"first" doc:"What a bucket becomes: its first or last row by time, unchanged, or one number for each numeric column. median holds every number of the period in memory, in 8 bytes."`
	Aggregate  Aggregate      `arg:"aggregate" doc:"What is made of which column, such as { temperature = [\"mean\", \"max\"] }, which gives columns temperature_mean and temperature_max: first, last, mean, min, max, sum, median or count. A text where a number is needed is a bad row."`
	GroupBy    engine.Strings `arg:"group_by" doc:"Columns that tell series apart, such as a probe's id: each series is resampled by itself, and they are written one after the other."`
	Fill       string         `arg:"fill" enum:"none|null|previous|linear" default:"none" doc:"What becomes of empty buckets between the first and the last of a series: no row, or one with empty values, with the values before, or with values on the straight line between those before and behind. Values that a bucket with rows lacks are filled too, unless whole rows are kept."`
	Duplicates *string        `arg:"duplicates" enum:"keep_first|keep_last|error" doc:"What becomes of rows of a series with the same time: the one that comes first or last in the files counts, or the step fails. Default: all count. All rows of the period are then held in memory, unless whole rows are kept."`
	OnBadRow   string         `arg:"on_bad_row" enum:"fail|skip|reject" default:"fail" doc:"What becomes of a row that does not parse: the step fails with its line, or it is passed over, or written to rejects."`
	Rejects    *Target        `arg:"rejects" file:"write" doc:"Path of the file for rows that do not parse: .csv or .tsv, also .gz or .zst, with the columns file, line, reason and row. It is written even when there are none."`
	MaxBadRows *int64         `arg:"max_bad_rows" min:"0" doc:"The step fails when more rows than this do not parse. Default: any number may."`
	MinRows    int64          `arg:"min_rows" default:"1" min:"0" doc:"The step fails when fewer rows than this come out; 0 allows none."`
}

// Outputs are the outputs of the step type.
type Outputs struct {
	Output       string   `out:"output" file:"write" doc:"Path of the file that was written."`
	RowsIn       int64    `out:"rows_in" volume:"rows_in" doc:"Rows read from the input, within the period or not, those included that do not parse."`
	RowsOut      int64    `out:"rows_out" volume:"rows_out" doc:"Rows written, the header not counted."`
	RowsRejected int64    `out:"rows_rejected" doc:"Rows that do not parse and were passed over or written to rejects."`
	FirstTime    *string  `out:"first_time" doc:"The earliest time of a row written, RFC 3339 in the zone of the step: the row's own for first and last, else the start of its bucket. Null when there is none."`
	LastTime     *string  `out:"last_time" doc:"The latest time of a row written, as for first_time."`
	Columns      []string `out:"columns" doc:"Names of the columns written, in order."`
}

func run(ctx context.Context, env *engine.Env, a Args) (Outputs, error) {
	return runInBlocks(ctx, env, a, blockSize)
}

// runInBlocks makes one attempt: it reads, gathers and, when enough came out,
// writes. Nothing depends on the size of the blocks that are read at once.
func runInBlocks(ctx context.Context, env *engine.Env, a Args, block int) (Outputs, error) {
	j, err := newJob(env, a)
	if err != nil {
		return Outputs{}, err
	}
	j.block = block
	rejected, err := j.newRejection()
	if err != nil {
		return Outputs{}, err
	}
	total, err := j.resample(ctx, rejected)
	if err != nil {
		return Outputs{}, err
	}
	if err := rejected.close(ctx); err != nil {
		return Outputs{}, err
	}
	j.warnOfDoubt(ctx, total)
	s, err := j.lay(ctx, total, rejected)
	if err != nil {
		return Outputs{}, err
	}
	if j.repeated > 0 {
		env.Log.WarnContext(ctx, "the clocks were put back: buckets of the hour that is there twice are written with the same times, which carry no offset",
			"rows", j.repeated, "zone", j.zone.String())
	}
	if err := s.write(ctx, j, total.grid); err != nil {
		return Outputs{}, err
	}
	return j.outputs(total, s, rejected.count), nil
}

func (j *job) warnOfDoubt(ctx context.Context, total *partial) {
	if total.doubtful > 0 {
		j.env.Log.WarnContext(ctx, "times without an offset fall where the clocks change: a repeated time was read as its first occurrence, a skipped one with the offset before the change",
			"rows", total.doubtful, "zone", j.zone.String())
	}
}

// lay lays out the rows of what was gathered, unless they are too few.
func (j *job) lay(ctx context.Context, total *partial, rejected *rejection) (*sheet, error) {
	if len(total.series) == 0 && j.args.MinRows > 0 {
		return nil, j.errTooFew(total, 0, rejected)
	}
	s, err := total.fold.sheet(ctx, total.sortedSeries())
	if err != nil {
		return nil, err
	}
	if s.rows < j.args.MinRows {
		return nil, j.errTooFew(total, s.rows, rejected)
	}
	return s, nil
}

func (j *job) outputs(total *partial, s *sheet, rejected int64) Outputs {
	out := Outputs{
		Output: string(j.args.Output), RowsIn: total.rows, RowsOut: s.rows, RowsRejected: rejected, Columns: validNames(s.columns),
	}
	if s.rows > 0 {
		out.FirstTime, out.LastTime = j.rfc3339(s.first), j.rfc3339(s.last)
	}
	return out
}

func (j *job) rfc3339(at int64) *string {
	text := time.Unix(0, at).In(j.zone).Format(time.RFC3339Nano)
	return &text
}

func (j *job) errTooFew(total *partial, rows int64, rejected *rejection) error {
	e := &engine.StepError{
		Code: "too_few_rows", Argument: "min_rows",
		Message: fmt.Sprintf("resample %s over period %q: %s came out, min_rows is %d",
			plural(int64(len(j.inputs)), "file"), j.args.Period.text, plural(rows, "row"), j.args.MinRows),
		Remedy: "Check the input and the period, or lower min_rows.",
	}
	switch total.rows {
	case 0:
		e.Message += "; no rows were read, only " + plural(int64(len(j.inputs)), "header")
		return e
	case 1:
		e.Message += "; 1 row was read"
	default:
		e.Message += fmt.Sprintf("; %d rows were read", total.rows)
	}
	if total.earliest <= total.newest {
		e.Message += fmt.Sprintf(", from %s to %s", *j.rfc3339(total.earliest), *j.rfc3339(total.newest))
	}
	if rejected.count > 0 {
		e.Message += fmt.Sprintf("; %s did not parse, the first at %s", plural(rejected.count, "row"), rejected.first)
	}
	return e
}
