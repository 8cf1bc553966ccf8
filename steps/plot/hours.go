package plot

import (
	"time"

	"dagrun/steps/plot/internal/axis"
)

// hours reads times such as 2024-06-15 01:00:00 fast: rows that follow one
// another are mostly in the same hour, which it remembers. What it does not
// read, parseTime may.
type hours struct {
	zone   *time.Location
	hour   [13]byte // 2024-06-15 01
	suffix string   // what names the zone
	start  float64  // of the hour
	plain  bool     // the hour is there, and its times are shown once
}

// seconds is the value of a time on an axis.
func (h *hours) seconds(text []byte) (float64, bool) {
	if len(text) < 19 || text[13] != ':' || text[16] != ':' {
		return 0, false
	}
	if [13]byte(text) != h.hour || string(text[19:]) != h.suffix {
		h.learn(text)
	}
	minute, second := twoDigits(text[14:]), twoDigits(text[17:])
	return h.start + float64(minute*60+second), h.plain && minute < 60 && second < 60
}

// learn remembers an hour, told by its first and its last second.
func (h *hours) learn(text []byte) {
	h.hour, h.suffix = [13]byte(text), string(text[19:])
	first, ok := parseTime(string(h.hour[:])+":00:00"+h.suffix, h.zone)
	last, _ := parseTime(string(h.hour[:])+":59:59"+h.suffix, h.zone)
	h.start = axis.Seconds(first.Time)
	h.plain = ok && first.kind == moment && last.Sub(first.Time) == time.Hour-time.Second && first.Nanosecond() == 0 && !first.doubtful && !last.doubtful
}

// twoDigits is the number that two bytes are; 100 where they are none.
func twoDigits(text []byte) int {
	tens, ones := text[0]-'0', text[1]-'0'
	if tens > 9 || ones > 9 {
		return 100
	}
	return int(tens)*10 + int(ones)
}
