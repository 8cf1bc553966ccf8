package csvresample

import (
	"context"
	"fmt"
	"math"
	"time"

	"dagrun/engine"
)

// job is one attempt: its arguments worked out, and how far it has come.
type job struct {
	env      *engine.Env
	args     Args
	zone     *time.Location
	from, to int64 // rows of the period are at or after from and before to
	inputs   []input
	out      byte // the output's delimiter

	scanner     *scanner
	header      header // of the first file
	times       []int  // columns
	done, total int64  // bytes
}

func newJob(env *engine.Env, a Args) (*job, error) {
	j := &job{env: env, args: a, zone: env.LogicalTime.Location(), scanner: newScanner(blockSize)}
	if err := checkTimes(a.Time); err != nil {
		return nil, err
	}
	var err error
	if j.from, j.to, err = a.Period.bounds(j.clock()); err != nil {
		return nil, errArgument("period", err.Error(), "Write the earlier bound first.")
	}
	if j.out, err = delimiterOf(string(a.Output)); err != nil {
		return nil, errArgument("output", err.Error(), "Write to a .csv or .tsv file.")
	}
	if j.inputs, err = inputsOf(env, a.Input); err != nil {
		return nil, err
	}
	for _, in := range j.inputs {
		j.total += in.size
	}
	return j, checkTarget(env, string(a.Output), j.inputs, a.Input)
}

func checkTimes(names []string) error {
	if len(names) > 3 {
		return errArgument("time", fmt.Sprintf("%d columns are too many", len(names)),
			"Name at most three columns: date, time of day and offset.")
	}
	for i, name := range names {
		for _, other := range names[:i] {
			if name == other {
				return errArgument("time", fmt.Sprintf("the column %q is named twice", name), "Name each column once.")
			}
		}
	}
	return nil
}

func (j *job) clock() *clock { return &clock{zone: j.zone} }

// resample reads every input and merges what comes of each, in order.
func (j *job) resample(ctx context.Context) (*partial, error) {
	anchor, err := j.firstDay(ctx)
	if err != nil {
		return nil, err
	}
	var total *partial
	for _, in := range j.inputs {
		p := j.newPartial(anchor)
		if err := j.scan(ctx, in, p); err != nil {
			return nil, err
		}
		if total == nil {
			total = p
		} else if err := total.merge(ctx, p); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// firstDay is the day from which buckets are counted, where that matters: the
// period's first, or else that of the earliest row, for which every input is
// read once before.
func (j *job) firstDay(ctx context.Context) (day, error) {
	g := grid{width: int64(j.args.Interval)}
	switch {
	case !g.anchored() || j.args.Period.latest:
		return day{}, nil
	case j.args.Period.bounded:
		return j.clock().dayOf(j.from), nil
	}
	j.total *= 2
	first := earliest{at: math.MaxInt64}
	for _, in := range j.inputs {
		if err := j.scan(ctx, in, &first); err != nil {
			return day{}, err
		}
	}
	if first.at == math.MaxInt64 {
		return day{}, nil
	}
	return j.clock().dayOf(first.at), nil
}

// earliest looks for the earliest row.
type earliest struct{ at int64 }

func (e *earliest) prepare(input) int { return 0 }

func (e *earliest) take(_ *row, at int64, _ bool) { e.at = min(e.at, at) }
