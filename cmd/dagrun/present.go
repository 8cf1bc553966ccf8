package main

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"dagrun/engine"
	"dagrun/engine/config"
	"dagrun/engine/execute"
	"dagrun/engine/report"
	"dagrun/engine/runlog"
)

// consoleOptions say how a run is shown.
func (a *app) consoleOptions(p *config.Pipeline, l launch, dir string) report.Options {
	attempts := map[engine.Address]int{}
	var forFailures []engine.Address
	for _, s := range p.Steps {
		attempts[s.Address] = s.Retry.MaxAttempts
		if s.Rule.OnFailure() {
			forFailures = append(forFailures, s.Address)
		}
	}
	o := report.Options{
		Color: a.color, Log: filepath.Join(dir, runlog.FileName), Dir: p.WorkingDir, MaxAttempts: attempts, ForFailures: forFailures,
		Terminal: a.screen.live(l.asJSON), ASCII: os.Getenv("TERM") == "linux", Source: a.source(p),
	}
	if o.Terminal != nil {
		o.Log = fromHere(o.Log)
	}
	return o
}

// present makes a run while the console shows how far it has come, and answers
// to signals. What asks the run to end is passed to it.
func present(c *report.Console, live bool, s *signals, run func(interrupt, kill <-chan struct{}) (execute.Result, error)) (execute.Result, error) {
	ctx, cancel := context.WithCancel(context.Background())
	var shown sync.WaitGroup
	shown.Go(func() { c.Run(ctx) })
	defer shown.Wait()
	defer cancel()
	if live {
		suspendAside(c, ctx.Done())
	}
	return run(announced(s, c, ctx.Done()))
}

// announced passes the signals on to a run once the console has said what they
// do, and what a second would do.
func announced(s *signals, c *report.Console, over <-chan struct{}) (interrupt, kill <-chan struct{}) {
	first, second := make(chan struct{}), make(chan struct{})
	go func() {
		select {
		case <-over:
			return
		case <-s.first:
			sooner := "a second signal stops them at once"
			if s.received() == os.Interrupt {
				sooner = "press Ctrl-C again to stop at once"
			}
			c.Stopping(time.Now(), grace, sooner)
			close(first)
		}
		select {
		case <-over:
		case <-s.second:
			c.StoppingNow()
			close(second)
		}
	}()
	return first, second
}
