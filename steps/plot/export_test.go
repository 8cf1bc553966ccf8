package plot

import (
	"time"

	"gonum.org/v1/plot/vg"
)

// ParseTime is for a fuzz test; it gives the time and what it is.
func ParseTime(s string, zone *time.Location) (time.Time, string, bool) {
	w, ok := parseTime(s, zone)
	return w.Time, w.kind.String(), ok
}

// At is for a test of lengths: how long one is with so many pixels to the inch.
func (l Length) At(dpi int) vg.Length { return l.at(dpi) }

// NewHours is for a test: it gives the reader of times of one zone.
func NewHours(zone *time.Location) func(text []byte) (float64, bool) {
	h := hours{zone: zone}
	return h.seconds
}

// ParseReading is for a test.
func ParseReading(text []byte) (float64, bool) { return parseReading(text) }
