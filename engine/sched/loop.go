package sched

import (
	"context"
	"sync"
	"time"

	"dagrun/engine"
)

// Driver does what the machine decides. Attempt is called from a goroutine of
// its own, the others from the loop's.
type Driver interface {
	// Record takes note of what happened.
	Record(events []Event)
	// Commit writes down all that was recorded, before anything that follows
	// from it starts. An error stops the run: an unrecorded step does not run.
	Commit() error
	// Prepare evaluates a step whose turn has come. What the step needs has
	// ended, and Record was told.
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

// Run drives a plan to its end, and says why it was cancelled, if it was. It
// returns when every step has ended, or with the error of Commit. An attempt that ignores its context for longer than
// Grace is given up: it is recorded as cancelled, and its goroutine is left
// behind.
func Run(plan Plan, d Driver, c Control) (cancelled engine.Reason, err error) {
	l := &loop{
		machine: NewMachine(plan), driver: d, control: c,
		jobs: make(chan job), done: make(chan finished, 64), wake: make(chan int), quit: make(chan struct{}),
		cancels: map[int]context.CancelFunc{},
	}
	defer l.close()
	err = l.run()
	return l.machine.cancelled, err
}

type finished struct {
	step   int
	ending Ending
}

type loop struct {
	machine *Machine
	driver  Driver
	todo    Effects

	uncommitted bool
	control     Control

	jobs    chan job
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
	if f.ending.Accept != nil {
		f.ending.Accept()
	}
	l.take(l.machine.Finish(f.step, f.ending))
}

func (l *loop) cancel(reason engine.Reason) {
	if l.grace == nil {
		timer := time.NewTimer(l.control.Grace)
		l.grace, l.stop = timer.C, func() { timer.Stop() }
	}
	l.take(l.machine.Cancel(reason, reason == engine.ReasonUnrecorded)) // nor do steps start then that are there for failures
}

// abandon gives up the attempts that were told to stop and did not return.
func (l *loop) abandon() {
	l.grace = nil
	for _, id := range l.machine.Stopped() {
		l.finish(finished{id, Ending{Outcome: engine.AttemptCancelled}})
	}
}

// take adds to what there is to do. Steps are prepared at once: that has no
// effect outside, and one commit then covers all that follows.
func (l *loop) take(e Effects) {
	l.add(e)
	for i := 0; i < len(l.todo.Prepare); i++ { // add appends to it
		id := l.todo.Prepare[i]
		l.add(l.machine.Prepared(id, l.driver.Prepare(id)))
	}
	l.todo.Prepare = l.todo.Prepare[:0]
}

func (l *loop) add(more Effects) {
	if len(more.Events) > 0 {
		l.driver.Record(more.Events)
		l.uncommitted = true
	}
	e := &l.todo
	e.Prepare = append(e.Prepare, more.Prepare...)
	e.Start = append(e.Start, more.Start...)
	e.Wait = append(e.Wait, more.Wait...)
	e.Stop = append(e.Stop, more.Stop...)
	e.Done = more.Done
}

// flush commits what happened, then does what follows.
func (l *loop) flush() error {
	todo := &l.todo
	if l.uncommitted {
		if err := l.driver.Commit(); err != nil {
			return err
		}
		l.uncommitted = false
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
	todo.Stop, todo.Start, todo.Wait = todo.Stop[:0], todo.Start[:0], todo.Wait[:0]
	return nil
}

// job is an attempt to make.
type job struct {
	ctx context.Context // handed to the worker that makes the attempt
	Start
}

// start hands an attempt to a worker that is idle, or to a new one: a worker
// that is used again has its stack grown already.
func (l *loop) start(s Start) {
	ctx, cancel := context.WithCancel(context.Background())
	l.cancels[s.Step] = cancel
	j := job{ctx, s}
	select {
	case l.jobs <- j:
	default:
		go l.work(j)
	}
}

func (l *loop) work(j job) {
	for {
		f := finished{j.Step, l.driver.Attempt(j.ctx, j.Step, j.Attempt)}
		select {
		case l.done <- f:
		case <-l.quit:
			return
		}
		select {
		case j = <-l.jobs:
		case <-l.quit:
			return
		}
	}
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
