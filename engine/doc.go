// Package engine is dagrun's vocabulary: what a step type is, what its
// arguments and outputs look like, what one attempt is given and gives back,
// what can go wrong, and which events a run consists of.
//
// It holds no behaviour of a pipeline. Reading HCL is package config's work,
// deciding what runs next is package sched's, running one attempt is package
// local's, and writing the run log is package runlog's. A step type imports
// this package and its own driver, and nothing else of dagrun.
package engine
