// Package execute makes one run of a pipeline: it puts the evaluator of package
// config, the scheduler, the runner of attempts and the run log together.
//
// What it adds of its own is the translation between them: a scheduler's event
// becomes an event of the run log with arguments, outputs and the place of an
// error in the pipeline's file; a step's evaluated arguments become an attempt.
package execute
