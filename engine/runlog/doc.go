// Package runlog writes, reads and keeps the record of a run: one JSON object
// a line, appended as things happen, in STATE/runs/PIPELINE/RUN/log.jsonl.
//
// A Writer takes events from the engine and from the steps, puts time, order
// and run into them, masks what is secret with its Redactor, and writes each
// call's lines at once; whoever shows a run while it goes on subscribes to it.
// Read gives the events of a log back, Tail while it is still written. History is
// the runs of a pipeline in the order of their ids, which NewID makes; Summaries
// is that in short, Find one run of it. Recover closes the records of runs whose
// process died, UnderWay finds one whose process is alive, Sweep removes their temporary files, Prune forgets old runs. Schema is the JSON
// Schema of a line; it is the contract with every other program that reads one.
//
// What an event means is package engine's to say, which events happen is
// package sched's, and what they look like to people is package report's.
package runlog
