// Package reuse decides whether what a step did in an earlier run still stands,
// so that a run that takes up another does not do it again.
//
// A Ledger is what the logs of earlier runs tell of each step: the newest time
// that it was at work, and whether it succeeded then. Files are the files of
// that record as they are now. A Judge holds the two against each other: a step
// is reused when its arguments, the files that it reads and the files that it
// wrote are those of the record. What left the machine (a mail, an object in a
// store) stands when it is recorded as done.
//
// When a step's turn comes, and what follows from a decision, is the business
// of package execute.
package reuse
