package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

// glance is how often a log that is followed is looked at.
const glance = 200 * time.Millisecond

// logsFlags are the flags of `dagrun logs`.
type logsFlags struct {
	step     string
	follow   bool
	asJSON   bool
	stateDir string
}

func (a *app) logsCommand() *cobra.Command {
	var f logsFlags
	c := &cobra.Command{
		Use:   "logs RUN",
		Short: "Print what the steps of a run said",
		Long: "Prints what the steps of a run said, and which attempts failed, a line each: time, step,\n" +
			"level, message, fields. RUN is what `dagrun show` takes. Times are in the time zone of this\n" +
			"machine (TZ).\n\n" +
			"With --follow it goes on until the run has ended; when the run's process dies, the run is\n" +
			"recorded as crashed. With --json it prints the events log and attempt_finished as they\n" +
			"stand in the run log, one a line: `dagrun schema runlog` describes them.",
		Args: cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&f.step, "step", "", "only the step with this `address`: step.TYPE.NAME, or step.TYPE.NAME[\"KEY\"] for one instance")
	c.Flags().BoolVarP(&f.follow, "follow", "f", false, "go on until the run has ended")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print the lines of the run log")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", stateDirHelp)
	c.RunE = func(c *cobra.Command, args []string) error {
		if !c.Flags().Changed("step") {
			return a.printLogs(args[0], nil, f)
		}
		only, err := typedAddress(f.step)
		if err != nil {
			return usageError{fmt.Errorf("--step: %w", err)}
		}
		return a.printLogs(args[0], &only, f)
	}
	return c
}

// completeStep offers the steps of the run that is named.
func completeStep(c *cobra.Command, args []string, typed string) (offers []string, _ cobra.ShellCompDirective) {
	h, err := openHistory(c.Flag("state-dir").Value.String())
	if err != nil || len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	run, err := runlog.Find(h.dir, "", args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	record, _ := run.Record() // there is nothing to say here
	for _, s := range record.Steps {
		if offer := completed(s.Step, typed); offer != "" {
			offers = append(offers, offer)
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}

func addresses(record runlog.Record) (names []string) {
	for _, s := range record.Steps {
		names = append(names, s.Step.String())
	}
	return names
}

func (a *app) printLogs(ref string, only *engine.Address, f logsFlags) error {
	h, run, status, err := a.find(f.stateDir, ref)
	if err != nil {
		return err
	}
	record, err := run.Record()
	if err != nil {
		return err
	}
	follow := f.follow && status == running
	if only != nil && !follow && !has(record, *only) {
		return noStep(record, *only)
	}
	tail, err := run.Tail()
	if err != nil {
		return err
	}
	defer func() { _ = tail.Close() }()
	v := &viewer{app: a, tail: tail, only: only, asJSON: f.asJSON, messages: report.NewMessages(harmless(a.stdout), time.Local, report.Options{Color: a.outColor()})}
	for _, s := range record.Steps {
		if only == nil || covers(*only, s.Step) {
			v.messages.Widen(s.Step)
		}
	}
	if !follow {
		return v.all()
	}
	return v.follow(h, run)
}

// covers reports whether an address names a step, or the block that an
// instance belongs to.
func covers(only, step engine.Address) bool { return only == step || only == step.Block() }

func has(record runlog.Record, only engine.Address) bool {
	for _, s := range record.Steps {
		if covers(only, s.Step) {
			return true
		}
	}
	return false
}

func noStep(record runlog.Record, only engine.Address) error {
	names := addresses(record)
	detail := fmt.Sprintf("No step %s began in the run %s. Its steps are %s.", only, record.ID, strings.Join(names, ", "))
	if len(names) == 0 {
		detail = fmt.Sprintf("No step %s began in the run %s, nor any other.", only, record.ID)
	}
	if near := engine.Nearest(only.String(), names); near != "" {
		detail += fmt.Sprintf(" Did you mean %s?", near)
	}
	return refusal{"No such step", detail}
}

// viewer prints the messages of a log.
type viewer struct {
	*app

	tail     *runlog.Tail
	only     *engine.Address
	asJSON   bool
	messages *report.Messages
	end      *engine.RunFinished
}

// all prints what the log has.
func (v *viewer) all() error {
	if err := v.more(); err != nil {
		return err
	}
	line, ok, err := v.tail.Rest()
	if ok && err == nil {
		err = v.line(line)
	}
	return err
}

// more prints what is new in the log.
func (v *viewer) more() error {
	for {
		line, ok, err := v.tail.Next()
		if err != nil || !ok {
			return err
		}
		if err := v.line(line); err != nil {
			return err
		}
	}
}

func (v *viewer) line(l runlog.Line) error {
	if l.Err != nil {
		v.say(l.Err)
		return nil
	}
	if end, ok := l.Event.(*engine.RunFinished); ok {
		v.end = end
	}
	step, spoken := report.Spoken(l.Event)
	if !spoken || v.only != nil && !covers(*v.only, step) {
		return nil
	}
	if v.asJSON {
		_, err := fmt.Fprintf(v.stdout, "%s\n", l.Data)
		return err
	}
	return v.messages.Event(l.Event)
}

// follow prints what the log has and what comes, until the run has ended.
func (v *viewer) follow(h *history, run runlog.Run) error {
	signals := catchSignals()
	defer signals.stop()
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		if err := v.more(); err != nil {
			return err
		}
		if v.end != nil {
			return v.ended(run)
		}
		if err := waitFor(signals.context(), ticker); err != nil {
			return exit{signals.code()}
		}
		if v.closeDead(h.dir, run.Pipeline()) {
			continue
		}
		if err := v.more(); err != nil {
			return err
		}
		if v.end == nil {
			return fmt.Errorf("the run %s has no end, and nobody can tell whether its process is alive", run.ID)
		}
	}
}

func waitFor(ctx context.Context, ticker *time.Ticker) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-ticker.C:
		return nil
	}
}

// ended says how a run ended that was followed.
func (v *viewer) ended(run runlog.Run) error {
	if v.only != nil {
		record, err := run.Record()
		if err == nil && !has(record, *v.only) {
			return noStep(record, *v.only)
		}
	}
	_, err := fmt.Fprintf(v.stderr, "dagrun: the run has %s\n", map[engine.RunResult]string{
		engine.RunSucceeded: "succeeded", engine.RunFailed: "failed", engine.RunCancelled: "been cancelled", engine.RunCrashed: "crashed",
	}[v.end.Result])
	return err
}
