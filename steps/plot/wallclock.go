package plot

import (
	"time"

	"dagrun/steps/plot/internal/axis"
)

// written is a time as someone wrote it.
type written struct {
	time.Time
	kind     xKind
	doubtful bool // names no zone, and the clocks of its zone change there
}

// x is the time as a value of the x column.
func (w written) x() xValue {
	return xValue{kind: w.kind, n: axis.Seconds(w.Time), doubtful: w.doubtful}
}

// momentIn is a date and a time of day, given in UTC, as the clocks of a zone
// show it.
func momentIn(shown time.Time, zone *time.Location) written {
	at, doubtful := onWall(shown, zone)
	return written{at, moment, doubtful}
}

// dayIn is a date, given in UTC, in a zone. It has no hour that could be in
// doubt.
func dayIn(shown time.Time, zone *time.Location) written {
	at, _ := onWall(shown, zone)
	return written{at, date, false}
}

// onWall is the time at which the clocks of a zone show a date and a time of
// day, which is given in UTC. Where they are put back they show some twice, of which the first is
// meant; where they are put forward they skip some, which are read with the
// offset that held before (both as RFC 5545 has it in 3.3.5). Package time
// leaves open which of the two it takes.
func onWall(date time.Time, zone *time.Location) (at time.Time, doubtful bool) {
	const far = 48 * time.Hour // changes are farther apart, and no offset is as large
	shown := date.Unix()
	before := date.Add(-far).In(zone)
	_, offset := before.Zone()
	if _, after := date.Add(far).In(zone).Zone(); after != offset {
		change := changeOf(before, date.Add(far))
		_, after := change.Zone()
		if shown >= change.Unix()+int64(max(offset, after)) {
			offset = after
		} else {
			doubtful = shown >= change.Unix()+int64(min(offset, after))
		}
	}
	return date.Add(-time.Duration(offset) * time.Second).In(zone), doubtful
}

// changeOf is the first moment of another offset between two times that have
// different ones.
func changeOf(from, to time.Time) time.Time {
	_, offset := from.Zone()
	for to.Unix()-from.Unix() > 1 {
		middle := from.Add(to.Sub(from) / 2).Truncate(time.Second)
		if _, other := middle.Zone(); other == offset {
			from = middle
		} else {
			to = middle.In(from.Location())
		}
	}
	return to.In(from.Location()).Truncate(time.Second)
}
