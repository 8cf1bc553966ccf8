package report

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dagrun/engine"
)

// length is a length of time with as much precision as people want.
func length(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "<1ms"
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		tenths := strconv.FormatFloat(d.Truncate(100*time.Millisecond).Seconds(), 'f', 1, 64)
		return strings.TrimSuffix(tenths, ".0") + "s"
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// clock is a point in time, with seconds only where there are any.
func clock(t time.Time) string {
	layout := "2006-01-02 15:04"
	if t.Second() != 0 {
		layout += ":05"
	}
	if _, offset := t.Zone(); offset == 0 {
		return t.Format(layout) + " UTC"
	}
	return t.Format(layout + " -07:00")
}

// count is a number with its thousands set off.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return count(n) + " rows"
}

// bytes is a size in decimal units, as file managers and stores count.
func bytes(n int64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.95 && unit < len(units)-1 {
		f, unit = f/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", f, units[unit])
}

// progress says how much is done: 1,200 of 5,000 rows (24%).
func progress(p *engine.Progress) string {
	amount := func(n int64) string { return count(n) + " " + printable(p.Unit) }
	done := count(p.Done)
	if p.Unit == "bytes" {
		amount, done = bytes, bytes(p.Done)
	}
	if p.Total <= 0 {
		return amount(p.Done)
	}
	share := 100 * float64(p.Done) / float64(p.Total)
	return fmt.Sprintf("%s of %s (%d%%)", done, amount(p.Total), int(share))
}

// progressInBrief says which share is done: 24%; where that is not known, how
// much.
func progressInBrief(p *engine.Progress) string {
	if p.Total <= 0 {
		return progress(p)
	}
	return fmt.Sprintf("%d%%", int(100*float64(p.Done)/float64(p.Total)))
}

// value is a field of a message.
func value(v any) string {
	if s, ok := v.(string); ok {
		if s == "" || strings.ContainsAny(s, " \t\r\n\"=") {
			return printable(strconv.Quote(s))
		}
		return printable(s)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return printable(fmt.Sprint(v))
	}
	return printable(string(data))
}
