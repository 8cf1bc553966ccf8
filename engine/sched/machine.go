package sched

import (
	"math/rand/v2"
	"time"

	"dagrun/engine"
)

type state uint8

const (
	pending   state = iota // waits for steps upstream
	ready                  // waits for a slot, to be prepared
	preparing              // condition and arguments are being evaluated
	prepared               // waits for a slot, or for a file that another step uses
	running                // an attempt is under way
	waiting                // a retry's delay runs
	done
)

// node is what changes about a step. Counts are of what is directly upstream:
// steps, and groups of steps.
type node struct {
	state    state
	attempts int32 // started so far
	open     int32 // not done
	failed   int32 // failed, cancelled, or skipped because of such a step
	forgiven int32 // failed under continue_on_error
	skipped  int32 // skipped for another reason
	cause    int32 // root of the first failure upstream, else of the first skip; NoStep
	stopped  bool  // the attempt under way was told to stop
}

// Machine is the state of a run's steps. It is not safe for concurrent use.
type Machine struct {
	plan  Plan
	nodes []node
	group groups
	next  [][]int32 // steps directly downstream, where they need this one alone
	ready queue
	locks locks
	busy  int // slots taken
	left  int // steps not done

	cancelled engine.Reason // empty until the run is cancelled
	killed    bool          // steps that are about what went wrong may not run either
	failedBy  int           // the step whose failure stopped a fail_fast run, or NoStep

	touched [][]int32 // steps that were told of an end upstream, and are to decide
	out     Effects
}

// NewMachine makes the machine of a plan, which must not change afterwards and
// must be free of cycles.
func NewMachine(plan Plan) *Machine {
	m := &Machine{
		plan: plan, nodes: make([]node, len(plan.Steps)), next: make([][]int32, len(plan.Steps)),
		locks: newLocks(), left: len(plan.Steps), failedBy: NoStep,
	}
	m.group.of = make([][]int32, len(plan.Steps))
	for id := range plan.Steps {
		m.connect(int32(id))
	}
	return m
}

// connect lets a step be told of the end of what it needs.
func (m *Machine) connect(id int32) {
	n := &m.nodes[id]
	n.cause = NoStep
	for _, up := range m.plan.Steps[id].Needs {
		switch up.Len() {
		case 0:
			continue
		case 1:
			m.next[up.From] = append(m.next[up.From], id)
		default:
			m.group.join(up, id)
		}
		n.open++
	}
}

// Start begins the run.
func (m *Machine) Start() Effects {
	m.reset()
	for id := range m.nodes {
		if m.plan.Steps[id].Excluded {
			m.finish(id, engine.StepSkipped, engine.ReasonNotTargeted, NoStep)
		}
	}
	for id := range m.nodes {
		m.decide(id)
	}
	return m.effects()
}

// Prepared says what became of a step that Effects.Prepare named.
func (m *Machine) Prepared(id int, p Preparation) Effects {
	m.reset()
	n := &m.nodes[id]
	switch {
	case n.state != preparing:
		return m.effects()
	case p.Result != "" && p.Result != engine.StepReused:
		m.busy--
		m.finish(id, p.Result, p.Reason, NoStep)
	case m.barred(id):
		m.busy--
		m.bar(id)
	case p.Result == engine.StepReused:
		m.busy--
		m.event(Event{Kind: StepStarted, Step: id, Cause: NoStep})
		m.finish(id, p.Result, p.Reason, NoStep)
	default:
		m.event(Event{Kind: StepStarted, Step: id, Cause: NoStep})
		m.locks.want(id, p.Locks)
		m.begin(id)
	}
	return m.effects()
}

// Finish says how the attempt under way of a step ended.
func (m *Machine) Finish(id int, e Ending) Effects {
	m.reset()
	n := &m.nodes[id]
	if n.state != running {
		return m.effects()
	}
	m.busy--
	m.locks.release(id)
	m.requeue(m.locks.next(id))
	attempted := Event{Kind: AttemptFinished, Step: id, Attempt: int(n.attempts), Outcome: e.Outcome, Cause: NoStep}
	if m.retries(id, e) {
		attempted.Retry, attempted.RetryIn = true, m.delay(id)
		m.event(attempted)
		n.state = waiting
		m.out.Wait = append(m.out.Wait, Wait{id, attempted.RetryIn})
		return m.effects()
	}
	m.event(attempted)
	m.end(id, e)
	return m.effects()
}

// Wake says that the delay before a step's retry has passed.
func (m *Machine) Wake(id int) Effects {
	m.reset()
	if n := &m.nodes[id]; n.state == waiting {
		n.state = prepared
		m.ready.push(id)
	}
	return m.effects()
}

// Cancel stops the run: nothing new starts, and running attempts are told to
// stop; steps whose trigger rule is about what went wrong still run. A second
// call with everything set stops those as well.
func (m *Machine) Cancel(reason engine.Reason, everything bool) Effects {
	m.reset()
	if m.cancelled == "" {
		m.cancelled = reason
	}
	m.killed = m.killed || everything
	for id := range m.nodes {
		n := &m.nodes[id]
		if m.plan.Steps[id].Rule.OnFailure() && !everything {
			continue
		}
		switch n.state {
		case running:
			if !n.stopped {
				n.stopped = true
				m.out.Stop = append(m.out.Stop, id)
			}
		case pending, ready, prepared, waiting:
			m.finish(id, engine.StepCancelled, m.cancelled, NoStep)
		}
	}
	return m.effects()
}

// retries reports whether another attempt follows one that ended so.
func (m *Machine) retries(id int, e Ending) bool {
	again := e.Outcome == engine.AttemptTimedOut || (e.Outcome == engine.AttemptFailed && e.Retryable)
	n := &m.nodes[id]
	return again && !n.stopped && !m.barred(id) && int(n.attempts) < m.plan.Steps[id].Retry.MaxAttempts
}

// delay draws the pause before the next attempt; the draw depends on seed,
// step and attempt alone.
func (m *Machine) delay(id int) time.Duration {
	n := m.nodes[id].attempts
	r := rand.New(rand.NewPCG(m.plan.Seed, uint64(id)<<32|uint64(n))) //nolint:gosec // jitter is no secret
	return m.plan.Steps[id].Retry.Delay(int(n), r.Float64())
}

// end ends a step after its last attempt.
func (m *Machine) end(id int, e Ending) {
	switch {
	case e.Outcome == engine.AttemptSucceeded && m.nodes[id].attempts > 1:
		m.finish(id, engine.StepSucceeded, engine.ReasonRetrySucceeded, NoStep)
	case e.Outcome == engine.AttemptSucceeded:
		m.finish(id, engine.StepSucceeded, "", NoStep)
	case e.Outcome == engine.AttemptCancelled && m.cancelled != "":
		m.finish(id, engine.StepCancelled, m.cancelled, NoStep)
	case e.Outcome == engine.AttemptTimedOut:
		m.finish(id, engine.StepFailed, engine.ReasonTimeout, NoStep)
	default:
		m.finish(id, engine.StepFailed, e.Reason, NoStep)
	}
}

// barred reports whether a step may not start any more.
func (m *Machine) barred(id int) bool {
	if m.plan.Steps[id].Rule.OnFailure() {
		return m.killed
	}
	return m.cancelled != "" || m.failedBy != NoStep
}

// bar ends a step that was barred while it was being prepared.
func (m *Machine) bar(id int) {
	if m.cancelled != "" {
		m.finish(id, engine.StepCancelled, m.cancelled, NoStep)
		return
	}
	m.finish(id, engine.StepSkipped, engine.ReasonFailFast, m.failedBy)
}

// begin starts an attempt of a step that holds a slot, or gives the slot back
// when a file it needs is in use.
func (m *Machine) begin(id int) {
	n := &m.nodes[id]
	free := m.locks.acquire(id)
	m.requeue(m.locks.next(id))
	if !free {
		n.state = prepared
		m.busy--
		return
	}
	n.state = running
	n.attempts++
	m.event(Event{Kind: AttemptStarted, Step: id, Attempt: int(n.attempts), Cause: NoStep})
	m.out.Start = append(m.out.Start, Start{id, int(n.attempts)})
}

// requeue lets steps that waited for a file try again.
func (m *Machine) requeue(ids []int) {
	for _, id := range ids {
		if m.nodes[id].state == prepared {
			m.ready.push(id)
		}
	}
}

// pump fills free slots.
func (m *Machine) pump() {
	for m.busy < m.plan.Concurrency && len(m.ready) > 0 {
		id := m.ready.pop()
		switch n := &m.nodes[id]; n.state {
		case ready:
			m.busy++
			n.state = preparing
			m.out.Prepare = append(m.out.Prepare, id)
		case prepared:
			m.busy++
			m.begin(id)
		}
	}
}

func (m *Machine) event(e Event) { m.out.Events = append(m.out.Events, e) }

func (m *Machine) reset() {
	m.out = Effects{
		Events: m.out.Events[:0], Prepare: m.out.Prepare[:0], Start: m.out.Start[:0],
		Wait: m.out.Wait[:0], Stop: m.out.Stop[:0],
	}
}

func (m *Machine) effects() Effects {
	m.propagate()
	m.pump()
	m.out.Done = m.left == 0
	return m.out
}

// Stopped lists the steps whose attempt was told to stop and has not ended.
func (m *Machine) Stopped() []int {
	var ids []int
	for id, n := range m.nodes {
		if n.state == running && n.stopped {
			ids = append(ids, id)
		}
	}
	return ids
}
