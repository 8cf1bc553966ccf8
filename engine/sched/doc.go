// Package sched decides what a run does next.
//
// Machine is the decision: a pure state machine without clock, goroutine, file
// or network. It is told what happened (a step is prepared, an attempt ended, a
// delay passed, the run is to stop) and answers with what to do and which
// events to record. The same inputs give the same answers; where several steps
// could go first, the one that comes first in the file does. A run costs time
// linear in steps and dependencies.
//
// Run is the loop that drives a machine: one goroutine owns it, attempts run in
// goroutines of their own, and every event is recorded before anything that
// follows from it starts.
package sched
