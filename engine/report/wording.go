package report

import (
	"time"

	"dagrun/engine"
)

// The wording of the console, for the other views of a run: what is called by
// one name at the terminal is not called by another on a page.

// Length is a length of time with as much precision as people want: 412ms,
// 1.5s, 2m03s, 1h04m.
func Length(d time.Duration) string { return length(d) }

// Clock is a logical time, in the zone that it has.
func Clock(t time.Time) string { return clock(t) }

// Count is a number with its thousands set off.
func Count(n int) string { return count(int64(n)) }

// Bytes is a size in decimal units.
func Bytes(n int64) string { return bytes(n) }

// Printable is a text that shows what it contains and does nothing else:
// control characters, and those that reverse the direction of writing, are
// written as escapes.
func Printable(s string) string { return printable(s) }

// Value is a field of a message.
func Value(v any) string { return value(v) }

// Short is an address without the word that all begin with.
func Short(step engine.Address) string { return short(step) }

// Place is where in the pipeline's file an error's cause stands, and in which
// argument; empty when that is not known.
func Place(e *engine.LocatedError) string { return placeOf(e) }

// Counts says how many steps ended how.
func Counts(by map[engine.StepResult]int) string { return counts(by) }
