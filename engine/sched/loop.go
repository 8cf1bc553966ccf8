package sched

import (
	"context"
	"sync"
	"time"

	"dagrun/engine"
)

// Driver does what the machine decides. Prepare and Record are called from the
// loop's goroutine, Attempt from one of its own.
type Driver interface {
	// Record makes events durable enough for what follows from them. An error
	// stops the run: an unrecorded step does not run.
	Record(events []Event) error
	// Prepare evaluates a step whose turn has come. What the step needs has
	// ended and is recorded.
	Prepare(step int) Preparation
	// Attempt makes an attempt and returns how it ended, soon after ctx ends.
	Attempt(ctx context.Context, step, attempt int) Ending
}

// Control tells a loop to stop. Either channel may be nil.
type Control struct {
	// Cancel takes a reason: nothing new starts, and running attempts are told
	// to stop and given Grace.
	Cancel <-chan engine.Reason
	// Kill, closed or sent to after Cancel, stops everything at once.
	Kill <-chan struct{}
	// Grace is how long a cancelled attempt may take to return.
	Grace time.Duration
}

// Run drives a plan to its end. It returns when every step has ended, or with
// the error of Record. An attempt that ignores its context for longer than
// Grace is given up: it is recorded as cancelled, and its goroutine is left
// behind.
func Run(plan Plan, d Driver, c Control) error {
	l := &loop{
		machine: NewMachine(plan), driver: d, control: c,
		done: make(chan finished, 64), wake: make(chan int), quit: make(chan struct{}),
		cancels: map[int]context.CancelFunc{},
	}
	defer l.close()
	return l.run()
}

type finished struct {
	step   int
	ending Ending
}

type loop struct {
	machine *Machine
	driver  Driver
	todo    Effects
	control Control

	done    chan finished
	wake    chan int
	quit    chan struct{} // closed when the loop is over: nobody blocks on it
	cancels map[int]context.CancelFunc
	waits   sync.WaitGroup
	grace   <-chan time.Time
	stop    func() // of the grace timer
}

func (l *loop) run() error {
	l.take(l.machine.Start())
	if err := l.flush(); err != nil {
		return err
	}
	for !l.todo.Done {
		l.turn()
		if err := l.flush(); err != nil {
			return err
		}
	}
	return nil
}

// turn waits for the next thing to happen, and takes along what else has.
func (l *loop) turn() {
	select {
	case f := <-l.done:
		l.finish(f)
		for range len(l.done) {
			l.finish(<-l.done)
		}
	case id := <-l.wake:
		l.take(l.machine.Wake(id))
	case reason := <-l.control.Cancel:
		l.cancel(reason)
	case <-l.control.Kill:
		l.control.Kill = nil
		l.take(l.machine.Cancel(engine.ReasonInterrupted, true))
		l.abandon()
	case <-l.grace:
		l.abandon()
	}
}

func (l *loop) finish(f finished) {
	cancel, ok := l.cancels[f.step]
	if !ok { // it was given up
		return
	}
	cancel()
	delete(l.cancels, f.step)
	l.take(l.machine.Finish(f.step, f.ending))
}

func (l *loop) cancel(reason engine.Reason) {
	if l.grace == nil {
		timer := time.NewTimer(l.control.Grace)
		l.grace, l.stop = timer.C, func() { timer.Stop() }
	}
	l.take(l.machine.Cancel(reason, false))
}

// abandon gives up the attempts that were told to stop and did not return.
func (l *loop) abandon() {
	l.grace = nil
	for _, id := range l.machine.Stopped() {
		l.finish(finished{id, Ending{Outcome: engine.AttemptCancelled}})
	}
}

// take adds to what there is to do. Steps are prepared at once: that has no
// effect outside, and one record then holds all that follows.
func (l *loop) take(e Effects) {
	l.todo.add(e)
	for len(l.todo.Prepare) > 0 {
		id := l.todo.Prepare[0]
		l.todo.Prepare = l.todo.Prepare[1:]
		l.todo.add(l.machine.Prepared(id, l.driver.Prepare(id)))
	}
	l.todo.Prepare = l.todo.Prepare[:0]
}

func (e *Effects) add(more Effects) {
	e.Events = append(e.Events, more.Events...)
	e.Prepare = append(e.Prepare, more.Prepare...)
	e.Start = append(e.Start, more.Start...)
	e.Wait = append(e.Wait, more.Wait...)
	e.Stop = append(e.Stop, more.Stop...)
	e.Done = more.Done
}

// flush records what happened, then does what follows.
func (l *loop) flush() error {
	todo := &l.todo
	if len(todo.Events) > 0 {
		if err := l.driver.Record(todo.Events); err != nil {
			return err
		}
	}
	for _, id := range todo.Stop {
		if cancel, ok := l.cancels[id]; ok { // else it was given up in the same turn
			cancel()
		}
	}
	for _, s := range todo.Start {
		l.start(s)
	}
	for _, w := range todo.Wait {
		l.after(w)
	}
	todo.Events, todo.Stop = todo.Events[:0], todo.Stop[:0]
	todo.Start, todo.Wait = todo.Start[:0], todo.Wait[:0]
	return nil
}

func (l *loop) start(s Start) {
	ctx, cancel := context.WithCancel(context.Background())
	l.cancels[s.Step] = cancel
	go func() {
		f := finished{s.Step, l.driver.Attempt(ctx, s.Step, s.Attempt)}
		select {
		case l.done <- f:
		case <-l.quit:
		}
	}()
}

func (l *loop) after(w Wait) {
	timer := time.NewTimer(w.Delay)
	l.waits.Go(func() {
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-l.quit:
			return
		}
		select {
		case l.wake <- w.Step:
		case <-l.quit:
		}
	})
}

func (l *loop) close() {
	close(l.quit)
	for _, cancel := range l.cancels {
		cancel()
	}
	if l.stop != nil {
		l.stop()
	}
	l.waits.Wait()
}
