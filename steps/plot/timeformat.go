package plot

import (
	"bytes"
	"fmt"
	"time"

	"dagrun/steps/internal/timeformat"
)

// TimeFormat is how times are written: the directives of strptime, "epoch" or
// "epoch_ms".
type TimeFormat struct {
	text   string
	kind   xKind
	epoch  int64 // units to a second; 0 for strptime
	format *timeformat.Format
}

// TypeName is the name of the type in documents.
func (TimeFormat) TypeName() string { return "strptime format, epoch or epoch_ms" }

// UnmarshalText reads the written form. It refuses a format that cannot be
// read back, and one that does not place a time.
func (f *TimeFormat) UnmarshalText(text []byte) error {
	*f = TimeFormat{text: string(text), kind: moment}
	switch f.text {
	case "epoch":
		f.epoch = 1
		return nil
	case "epoch_ms":
		f.epoch = 1000
		return nil
	}
	var err error
	if f.format, err = timeformat.Compile(f.text); err != nil {
		return fmt.Errorf("%w; or write \"epoch\" or \"epoch_ms\" for numbers since 1970", err)
	}
	switch {
	case !f.format.Dated():
		f.kind = clock
	case !f.format.Clocked():
		f.kind = date
	}
	return nil
}

// parse reads a time; one that names no zone is in the given one.
func (f *TimeFormat) parse(text []byte, zone *time.Location) (written, bool) {
	text = bytes.TrimSpace(text)
	if f.epoch > 0 {
		seconds, nanos, err := timeformat.ParseEpoch(text, f.epoch)
		t := time.Unix(seconds, nanos)
		return written{t, moment, false}, err == nil && seconds > -62135596800 && seconds < 253402300800 // the years 1 to 9999
	}
	c, err := f.format.Parse(text)
	if err != nil {
		return written{}, false
	}
	if f.kind == clock {
		return written{clockDay(c.Hour, c.Minute, c.Second, c.Nanosecond), clock, false}, true
	}
	if f.format.Zoned() {
		zone = time.FixedZone("", c.Offset)
	}
	shown := time.Date(c.Year, time.Month(c.Month), c.Day, c.Hour, c.Minute, c.Second, c.Nanosecond, time.UTC)
	w := momentIn(shown, zone)
	if f.kind == date {
		w = dayIn(shown, zone)
	}
	return w, w.Year() >= 1 && w.Year() <= 9999
}
