package sched

import "dagrun/engine"

// finish ends a step. What is downstream is told by propagate, not by a call
// from here: a long chain of skips must not become a deep recursion.
func (m *Machine) finish(id int, result engine.StepResult, reason engine.Reason, cause int) {
	n := &m.nodes[id]
	if n.state == done {
		return
	}
	n.state = done
	m.left--
	m.requeue(m.locks.next(id))
	m.locks.forget(id)
	m.event(Event{
		Kind: StepFinished, Step: id, Attempt: int(n.attempts), Result: result, Reason: reason, Cause: cause,
	})
	m.settle(id, result, reason, cause)
}

// settle tells what is directly downstream that a step has finished.
func (m *Machine) settle(id int, result engine.StepResult, reason engine.Reason, cause int) {
	if cause == NoStep {
		cause = id
	}
	kind := m.kindOf(id, result, reason)
	for _, d := range m.next[id] {
		m.nodes[d].note(kind, int32(cause)) //nolint:gosec // an index of a step
		m.nodes[d].open--
	}
	m.touched = append(m.touched, m.next[id])
	m.group.settle(m, id, kind, int32(cause)) //nolint:gosec // an index of a step
	if kind == failure && result == engine.StepFailed && m.plan.FailFast && m.failedBy == NoStep {
		m.failFast(id)
	}
}

// kind is what the end of a step means downstream.
type kind uint8

const (
	success kind = iota
	failure
	pardon // a failure under continue_on_error
	skip
)

func (m *Machine) kindOf(id int, result engine.StepResult, reason engine.Reason) kind {
	switch {
	case result == engine.StepFailed && m.plan.Steps[id].ContinueOnError:
		return pardon
	case isFailure(result, reason):
		return failure
	case result == engine.StepSkipped:
		return skip
	}
	return success
}

// note counts an end directly upstream.
func (n *node) note(k kind, cause int32) {
	switch k {
	case pardon:
		n.forgiven++
	case failure:
		if n.failed == 0 {
			n.cause = cause
		}
		n.failed++
	case skip:
		if n.failed == 0 && n.skipped == 0 {
			n.cause = cause
		}
		n.skipped++
	}
}

// isFailure reports whether a step's end counts as a failure downstream. As in
// Airflow, a step that did not run because of a failure counts as one.
func isFailure(result engine.StepResult, reason engine.Reason) bool {
	switch result {
	case engine.StepFailed, engine.StepCancelled:
		return true
	case engine.StepSkipped:
		return reason == engine.ReasonUpstreamFailed || reason == engine.ReasonFailFast
	}
	return false
}

// failFast ends everything that has not begun, after what lies downstream of
// the failed step has been told why it is skipped.
func (m *Machine) failFast(failed int) {
	m.failedBy = failed
	m.propagate()
	for id := range m.nodes {
		if m.plan.Steps[id].Rule.OnFailure() {
			continue
		}
		switch m.nodes[id].state {
		case pending, ready, prepared:
			if m.nodes[id].attempts > 0 {
				m.finish(id, engine.StepFailed, engine.ReasonFailFast, failed)
			} else {
				m.finish(id, engine.StepSkipped, engine.ReasonFailFast, failed)
			}
		case waiting:
			m.finish(id, engine.StepFailed, engine.ReasonFailFast, failed)
		}
	}
}

// propagate decides about the steps downstream of those that have finished,
// until nothing more follows.
func (m *Machine) propagate() {
	for i := 0; i < len(m.touched); i++ { // decide appends to it
		for _, d := range m.touched[i] {
			m.decide(int(d))
		}
	}
	clear(m.touched)
	m.touched = m.touched[:0]
}

// decide applies a pending step's trigger rule.
func (m *Machine) decide(id int) {
	n := &m.nodes[id]
	if n.state != pending {
		return
	}
	switch rule := m.plan.Steps[id].Rule; {
	case rule == engine.OneFailed && n.failed+n.forgiven > 0:
		m.enqueue(id)
	case rule == engine.OneFailed && n.open == 0:
		m.finish(id, engine.StepSkipped, engine.ReasonTriggerRule, NoStep)
	case rule == engine.AllDone && n.open == 0:
		m.enqueue(id)
	case rule.OnFailure():
		// waits for more
	case n.failed > 0:
		m.finish(id, engine.StepSkipped, engine.ReasonUpstreamFailed, int(n.cause))
	case rule != engine.NoneFailed && n.skipped > 0:
		m.finish(id, engine.StepSkipped, engine.ReasonUpstreamSkipped, int(n.cause))
	case n.open == 0:
		m.enqueue(id)
	}
}

func (m *Machine) enqueue(id int) {
	m.nodes[id].state = ready
	m.ready.push(id)
}
