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

// settle counts a finished step in the steps directly downstream.
func (m *Machine) settle(id int, result engine.StepResult, reason engine.Reason, cause int) {
	if cause == NoStep {
		cause = id
	}
	forgiven := result == engine.StepFailed && m.plan.Steps[id].ContinueOnError
	for _, d := range m.next[id] {
		n := &m.nodes[d]
		n.open--
		switch {
		case forgiven:
			n.forgiven++
		case isFailure(result, reason):
			if n.failed == 0 {
				n.cause = int32(cause) //nolint:gosec // an index of a step
			}
			n.failed++
		case result == engine.StepSkipped:
			if n.failed == 0 && n.skipped == 0 {
				n.cause = int32(cause) //nolint:gosec // an index of a step
			}
			n.skipped++
		}
	}
	m.settled = append(m.settled, id)
	if result == engine.StepFailed && !forgiven && m.plan.FailFast && m.failedBy == NoStep {
		m.failFast(id)
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
	for i := 0; i < len(m.settled); i++ { // decide appends to it
		for _, d := range m.next[m.settled[i]] {
			m.decide(int(d))
		}
	}
	m.settled = m.settled[:0]
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
