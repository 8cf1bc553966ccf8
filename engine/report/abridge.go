package report

import (
	"fmt"
	"strings"
)

// What a message may take where it is not shown whole: cells of the one line
// about it, and lines and bytes of the account of a failure.
const (
	headRoom     = 200
	messageLines = 20
	messageRoom  = 4000
)

// head is the first line of a message, or as much of it as fits where lines are
// told from each other at a glance.
func head(message, more string) string {
	first, _, goesOn := strings.Cut(message, "\n")
	short := cut(first, headRoom, more)
	if goesOn && short == first {
		return short + " " + more
	}
	return short
}

// abridged is the beginning of a message, and where there is more, how much and
// how to see it.
func abridged(message, run, more string) string {
	lines := strings.Split(message, "\n")
	kept, room := 0, messageRoom
	for kept < min(len(lines), messageLines) && len(lines[kept]) <= room {
		room -= len(lines[kept]) + 1
		kept++
	}
	if kept == len(lines) {
		return message
	}
	if kept == 0 {
		lines[0], kept = Shortened(lines[0], messageRoom), 1
	}
	rest := "the rest of it"
	switch left := len(lines) - kept; {
	case left == 1:
		rest = "1 more line"
	case left > 1:
		rest = count(int64(left)) + " more lines"
	}
	return strings.Join(lines[:kept], "\n") + fmt.Sprintf("\n%s and %s in the log: dagrun show %s", more, rest, run)
}
