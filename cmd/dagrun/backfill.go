package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/runlog"
)

// most is how many dates a backfill may have: more are a mistake in --every.
const most = 100_000

// backfill is the flags of the command.
type backfill struct {
	launch
	from, to, every string
	keepGoing, redo bool
}

func (a *app) backfillCommand() *cobra.Command {
	var b backfill
	c := &cobra.Command{
		Use:   "backfill PATH --from DATE --to DATE",
		Short: "Run a pipeline for each date of a range",
		Long: "Runs a pipeline once for each logical date from --from to --to, both included, oldest first.\n" +
			"A date on which a run with the same variables has succeeded is passed over. A run of the\n" +
			"pipeline that is under way is waited for; between two dates others can run.\n" +
			"It stops at the first date that fails, unless told to keep going.\n\n" +
			"A line about each date goes to standard output. Exit codes are those of `dagrun run`; 1 when\n" +
			"a date failed.",
		Args: cobra.ExactArgs(1),
	}
	b.addFlags(c)
	c.Flags().StringVar(&b.from, "from", "", "first `date`, 2026-11-20 or 2026-11-20T08:00 in the pipeline's time zone")
	c.Flags().StringVar(&b.to, "to", "", "last `date`")
	c.Flags().StringVar(&b.every, "every", "1d", "`distance` of the dates; whole days keep the time of day when clocks change")
	c.Flags().BoolVar(&b.keepGoing, "keep-going", false, "go on with the next date after one that failed")
	c.Flags().BoolVar(&b.redo, "force", false, "run also the dates that have succeeded")
	b.addReport(c, "write an HTML page about the runs of the backfill to this `file` when it ends; where only that fails, the exit code is 1")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := b.settle(c); err != nil {
			return usageError{err}
		}
		return a.writeJUnit(b.junit, a.backfill(args[0], b))
	}
	return c
}

func (a *app) backfill(path string, b backfill) error {
	b.trigger, b.waits, b.silent = string(engine.Backfill), true, true
	p, err := a.loadToRun(path, b.launch)
	if err != nil {
		return err
	}
	dates, leftOut, err := b.dates(p.Timezone)
	if err != nil {
		return usageError{err}
	}
	for _, day := range leftOut {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: there is no %s in %s, which left that day out; it is stepped over\n", day, p.Timezone)
	}
	if err := p.ExportDotenv(os.Setenv); err != nil {
		return err
	}
	stateDir := stateDirOf(b.stateDir, p.WorkingDir)
	newest := newestOf(stateDir, p.Name)
	var done func(time.Time) string
	if !b.redo {
		a.look(historyIn(stateDir), p.Name)
		done = a.succeeded(p, stateDir, b)
	}
	signals := catchSignals()
	defer signals.stop()
	end := a.backfillDates(path, b, dates, done, signals)
	return a.afterPage(end, a.backfillPage(stateDir, p.Name, newest, b.launch))
}

// backfillDates makes the runs. done gives the run that has succeeded on a
// date; it is nil when that does not count.
func (a *app) backfillDates(path string, b backfill, dates []time.Time, done func(time.Time) string, signals *signals) error {
	failed := 0
	for i, date := range dates {
		if signals.received() != nil {
			return exit{signals.code()}
		}
		_, _ = fmt.Fprintf(a.stderr, "dagrun: backfill of %s, %d of %d\n", shortDate(date), i+1, len(dates))
		l := b.launch
		l.date = date.Format(time.RFC3339Nano)
		if done != nil {
			l.done = func() string { return done(date) }
		}
		err := a.launch(path, l, signals)
		var code exit
		var other needless
		switch {
		case errors.As(err, &other):
			a.tellDate(b, date, "passed over: run "+other.run+" succeeded")
		case err == nil:
			a.tellDate(b, date, "succeeded")
		case errors.As(err, &code) && code.code == exitFailed:
			failed++
			a.tellDate(b, date, "failed")
			if !b.keepGoing {
				return a.stopped(len(dates)-i-1, code)
			}
		case errors.As(err, &code) && code.code == exitLocked:
			a.tellDate(b, date, "failed: another run was under way")
			return err
		default:
			a.tellDate(b, date, "did not run to its end")
			return err
		}
	}
	if failed > 0 {
		return exit{exitFailed}
	}
	return nil
}

// stopped says that a backfill stops before its end.
func (a *app) stopped(left int, code exit) error {
	if left > 0 {
		_, _ = fmt.Fprintf(a.stderr, "dagrun: %s not run; with --keep-going a failure does not stop the others\n", count(left, "later date"))
	}
	return code
}

// tellDate prints the result of a date. With --json standard output has the
// events and nothing else.
func (a *app) tellDate(b backfill, date time.Time, result string) {
	out := a.stdout
	if b.asJSON {
		out = a.stderr
	}
	_, _ = fmt.Fprintf(out, "%s  %s\n", shortDate(date), result)
}

// shortDate is a date, with its time of day where that is not midnight.
func shortDate(t time.Time) string {
	if h, m, s := t.Clock(); h+m+s == 0 {
		return t.Format("2006-01-02")
	}
	return t.Format(rfc3339)
}

// span is the distance of two dates.
func (b backfill) span() time.Duration {
	d, _ := engine.ParseDuration(b.every) // checked by dates
	return d
}

// dates lists the logical times, oldest first, and the days that the zone leaves
// out.
func (b backfill) dates(zone *time.Location) (dates []time.Time, leftOut []string, err error) {
	if b.from == "" || b.to == "" {
		return nil, nil, errors.New("--from and --to are both needed: --from 2026-11-01 --to 2026-11-20")
	}
	from, err := config.ParseDate(b.from, zone)
	if err != nil {
		return nil, nil, fmt.Errorf("--from: %w", err)
	}
	to, err := config.ParseDate(b.to, zone)
	if err != nil {
		return nil, nil, fmt.Errorf("--to: %w", err)
	}
	if _, err := time.Parse(time.DateOnly, b.to); err == nil { // the whole of that day
		year, month, day := to.Date()
		next, _ := config.StartOf(year, month, day+1, zone)
		to = next.Add(-time.Nanosecond)
	}
	every, err := engine.ParseDuration(b.every)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("--every: %w", err)
	case every < time.Second:
		return nil, nil, fmt.Errorf("--every: %q is too short; the shortest distance is 1s", b.every)
	case to.Before(from):
		return nil, nil, fmt.Errorf("--to %s is before --from %s", b.to, b.from)
	case to.Sub(from)/every >= most:
		return nil, nil, fmt.Errorf("from %s to %s every %s are more than %d dates; make --every longer", b.from, b.to, b.every, most)
	}
	dates, leftOut = between(from, to, every)
	return dates, leftOut, nil
}

// between lists the dates of a range, and the days in it that the zone leaves
// out. Whole days are those of the calendar.
func between(from, to time.Time, every time.Duration) (dates []time.Time, leftOut []string) {
	const day = 24 * time.Hour
	for i := 0; ; i++ {
		at, ok, days := from.Add(time.Duration(i)*every), true, i*int(every/day)
		if every%day == 0 {
			at, ok = config.DaysAfter(from, days)
		}
		switch {
		case at.After(to):
			return dates, leftOut
		case ok:
			dates = append(dates, at)
		default:
			year, month, first := from.Date()
			leftOut = append(leftOut, time.Date(year, month, first+days, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
		}
	}
}

// succeeded gives a function that tells which run with the pipeline's variables
// has succeeded for a date: on that day where dates are whole days apart, else
// in the stretch of time that begins with it. Each time it looks at the runs that
// have come since.
func (a *app) succeeded(p *config.Pipeline, stateDir string, b backfill) func(time.Time) string {
	variables := string(a.redactor.JSON(config.Masked(cty.ObjectVal(p.Variables))))
	var runs []runlog.Run
	newest := ""
	look := func() {
		seen := newest
		for run, err := range runlog.History(stateDir, p.Name) {
			if run.ID != "" && run.ID <= seen {
				return
			}
			newest = max(newest, run.ID)
			switch {
			case err != nil:
				a.say(err)
			case run.Finished == nil || run.Finished.Result != engine.RunSucceeded:
			case string(run.Started.Variables) == variables && b.covered(run.Started):
				runs = append(runs, run)
			}
		}
	}
	return func(date time.Time) string {
		look()
		for _, run := range runs {
			if counts(date, b.span(), run.Started.LogicalTime.In(p.Timezone)) {
				return run.ID
			}
		}
		return ""
	}
}

// covered reports whether a run had all steps that are asked for: all that there
// are, or by the same flags.
func (b backfill) covered(run *engine.RunStarted) bool {
	if len(run.Targets)+len(run.Exclusions) == 0 {
		return true
	}
	same := func(a engine.Address, text string) bool { return a.String() == text }
	return slices.EqualFunc(run.Targets, b.targets, same) && slices.EqualFunc(run.Exclusions, b.exclusions, same)
}

// counts reports whether a logical time is that of a date.
func counts(date time.Time, every time.Duration, logical time.Time) bool {
	if every%(24*time.Hour) == 0 {
		return date.Format(time.DateOnly) == logical.Format(time.DateOnly)
	}
	return !logical.Before(date) && logical.Before(date.Add(every))
}
