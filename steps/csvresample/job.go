package csvresample

import (
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
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
	out      format
	block    int // bytes read at once

	header header        // of the first file
	times  []int         // columns
	groups []int         // columns
	values []valueColumn // of which values are made
	anchor day           // from which buckets are counted

	done, total int64 // bytes
	repeated    int64 // rows that are written with the time of an earlier one
}

func newJob(env *engine.Env, a Args) (*job, error) {
	j := &job{env: env, args: a, zone: env.LogicalTime.Location()}
	if a.Timezone != nil {
		j.zone = a.Timezone.location
	}
	if err := checkArguments(a); err != nil {
		return nil, err
	}
	var err error
	if j.from, j.to, err = a.Period.bounds(j.clock()); err != nil {
		return nil, errArgument("period", err.Error(), "Write the earlier bound first.")
	}
	if j.out, err = formatOf(string(a.Output)); err != nil {
		return nil, errArgument("output", err.Error(), "Write to a file with such an ending.")
	}
	if j.inputs, err = inputsOf(env, a.Input); err != nil {
		return nil, err
	}
	for _, in := range j.inputs {
		j.total += in.size
	}
	return j, j.checkTargets()
}

// checkArguments finds what can be wrong with several arguments together.
func checkArguments(a Args) error {
	if err := checkTimes(a.Time); err != nil {
		return err
	}
	if a.TimeFormat != nil && a.TimeFormat.epoch != 0 && len(a.Time) > 1 {
		return errArgument("time", "a number since 1970 stands in one column", "Name that column alone.")
	}
	for i, name := range a.GroupBy {
		switch {
		case name == "":
			return errArgument("group_by", "a column without a name can not be named", "Name it in the file.")
		case slices.Contains(a.Time, name):
			return errArgument("group_by", fmt.Sprintf("%q is a column of the time", name), "Name the columns that tell series apart.")
		case slices.Contains(a.GroupBy[:i], name):
			return errArgument("group_by", fmt.Sprintf("the column %q is named twice", name), "Name each column once.")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Aggregate)) {
		if slices.Contains(a.Time, name) || slices.Contains(a.GroupBy, name) {
			return errArgument("aggregate", fmt.Sprintf("%q is a column of the time or of group_by", name), "Name columns with readings.")
		}
	}
	if a.Rejects != nil && filepath.Clean(string(*a.Rejects)) == filepath.Clean(string(a.Output)) {
		return errArgument("rejects", "it is the output", "Write rejected rows to a file of their own.")
	}
	return nil
}

func (j *job) checkTargets() error {
	if err := checkTarget(j.env, "output", string(j.args.Output), j.inputs, j.args.Input); err != nil || j.args.Rejects == nil {
		return err
	}
	rejects := string(*j.args.Rejects)
	if j.env.Path(rejects) == j.env.Path(string(j.args.Output)) {
		return errArgument("rejects", "it is the output", "Write rejected rows to a file of their own.")
	}
	return checkTarget(j.env, "rejects", rejects, j.inputs, j.args.Input)
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

// clock is the calendar's.
func (j *job) clock() *clock { return &clock{zone: j.zone} }

// dayClock is one whose days begin where buckets do.
func (j *job) dayClock() *clock {
	c := j.clock()
	if o := j.args.Origin; o != nil {
		start := o.from
		if start.layout.zoned() {
			local := time.Unix(start.local-start.offset, 0).In(j.zone)
			start.local = int64(local.Hour()*3600 + local.Minute()*60 + local.Second())
		}
		c.dayStart = start.local - floorDiv(start.local, secondsPerDay)*secondsPerDay
	}
	return c
}

// dated reports whether the origin says from which day buckets are counted.
func (j *job) dated() bool { return j.args.Origin != nil && j.args.Origin.dated }

// resample reads every input and gives what comes of them.
func (j *job) resample(ctx context.Context, rejected *rejection) (*partial, error) {
	var err error
	if j.anchor, err = j.firstDay(ctx); err != nil {
		return nil, err
	}
	p := &pass{job: j, newFold: j.newFold, rejected: rejected, anchor: j.anchor}
	if err := p.run(ctx); err != nil {
		return nil, err
	}
	j.anchor = p.total.grid.anchor
	return p.total, nil
}

// newFold makes the fold that the arguments ask for.
func (j *job) newFold(in input) fold {
	var f fold
	if j.values == nil {
		f = j.newKeep(in)
	} else {
		f = j.newAggregate(in)
	}
	if _, kept := f.(*keep); j.args.Duplicates == nil || kept && *j.args.Duplicates != errorOnDuplicates {
		return f
	}
	return &distinct{fold: f, job: j, from: &origin{in: in}, policy: *j.args.Duplicates}
}

// firstDay is the day from which buckets are counted, where that matters: the
// origin's, the period's first, or else that of the earliest row, for which
// every input is read once before.
func (j *job) firstDay(ctx context.Context) (day, error) {
	g := j.newGrid(day{})
	switch {
	case j.dated():
		return g.clock.dayOf(g.clock.instantOf(j.args.Origin.from)), nil
	case !g.anchored() || j.args.Period.latest:
		return day{}, nil
	case j.args.Period.bounded:
		return g.clock.dayOf(j.from), nil
	}
	j.total *= 2
	p := &pass{job: j}
	if err := p.run(ctx); err != nil {
		return day{}, err
	}
	for i := range j.inputs {
		j.done += j.inputs[i].size
	}
	if p.total.earliest == math.MaxInt64 {
		return day{}, nil
	}
	return g.clock.dayOf(p.total.earliest), nil
}
