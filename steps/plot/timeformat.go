package plot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-strftime"
)

// TimeFormat is how times are written: the directives of strptime, "epoch" or
// "epoch_ms".
type TimeFormat struct {
	text  string
	kind  xKind
	zoned bool  // the text says which zone it is in
	unit  int64 // of an epoch, in milliseconds; 0 for strptime
}

// TypeName is the name of the type in documents.
func (TimeFormat) TypeName() string { return "time format" }

// The directives by what they tell.
const (
	yearDirectives  = "YyFDxcv+"
	dayDirectives   = "mBbhdejFDxcv+"
	clockDirectives = "HIMSTRXrcpPLfN+"
	zoneDirectives  = "zZ+"
)

// UnmarshalText reads the written form. It refuses a format that cannot be
// read back, and one that does not place a time.
func (f *TimeFormat) UnmarshalText(text []byte) error {
	*f = TimeFormat{text: string(text), kind: moment}
	switch f.text {
	case "epoch":
		f.unit = 1000
		return nil
	case "epoch_ms":
		f.unit = 1
		return nil
	}
	told := directives(f.text)
	year, day, clockTime := strings.ContainsAny(told, yearDirectives), strings.ContainsAny(told, dayDirectives), strings.ContainsAny(told, clockDirectives)
	f.zoned = strings.ContainsAny(told, zoneDirectives)
	sample := time.Date(2024, 11, 25, 13, 14, 15, 0, time.UTC)
	_, err := strftime.Parse(f.text, strftime.Format(f.text, sample))
	if err == nil && strings.HasSuffix(strings.ReplaceAll(f.text, "%%", ""), "%") {
		err = errors.New("it ends within a directive")
	}
	if err != nil {
		return fmt.Errorf("%q is not a time format that can be read (%s); write it like \"%%d/%%m/%%Y %%H:%%M\", or epoch or epoch_ms",
			text, strings.TrimPrefix(err.Error(), "strftime: "))
	}
	switch {
	case !year && !day && !clockTime:
		return fmt.Errorf("%q has no directive for a time; write it like \"%%d/%%m/%%Y %%H:%%M\", or epoch or epoch_ms", text)
	case !year && day:
		return fmt.Errorf("%q tells a day but not its year", text)
	case !year:
		f.kind = clock
	case !clockTime:
		f.kind = date
	}
	return nil
}

// directives are the letters behind the percent signs of a format.
func directives(format string) string {
	var letters strings.Builder
	for i := 0; i+1 < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		for i++; i+1 < len(format) && strings.IndexByte("-:EO", format[i]) >= 0; i++ {
		}
		letters.WriteByte(format[i])
	}
	return letters.String()
}

// parse reads a time; one that names no zone is in the given one.
func (f *TimeFormat) parse(text string, zone *time.Location) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if f.unit > 0 {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return time.Time{}, false
		}
		return f.since(n)
	}
	t, err := strftime.Parse(f.text, text)
	if err != nil {
		return time.Time{}, false
	}
	if name, offset := t.Zone(); name != "" && name != "UTC" && name != "GMT" && offset == 0 {
		return time.Time{}, false // an abbreviation such as CEST, of which nobody knows the offset
	}
	if f.kind == clock {
		return clockDay(t.Hour(), t.Minute(), t.Second(), t.Nanosecond()), true
	}
	if !f.zoned {
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
	}
	return t, t.Year() >= 1 && t.Year() <= 9999
}

// since is the time that is n units after the beginning of 1970.
func (f *TimeFormat) since(n float64) (time.Time, bool) {
	const most = 253402300800 // seconds up to the year 10000
	seconds := n * float64(f.unit) / 1000
	if !(seconds > -62135596800 && seconds < most) {
		return time.Time{}, false
	}
	whole := int64(seconds)
	return time.Unix(whole, int64((seconds-float64(whole))*1e9)), true
}
