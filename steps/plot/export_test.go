package plot

import "time"

// ParseTime is for a fuzz test; it gives the time and what it is.
func ParseTime(s string, zone *time.Location) (time.Time, string, bool) {
	t, kind, ok := parseTime(s, zone)
	return t, kind.String(), ok
}
