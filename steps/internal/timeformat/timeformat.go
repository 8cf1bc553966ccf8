// Package timeformat reads and writes times by the formats of strptime and
// strftime, as POSIX and Python have them, in English, and reads numbers of
// seconds or milliseconds since 1970.
//
// Of the directives these are known: %Y %y %m %d %e %j %H %I %p %M %S %f %b %B
// %h %a %A %z %Z %n %t %%, and the short forms %F (%Y-%m-%d), %T (%H:%M:%S), %R
// (%H:%M) and %D (%m/%d/%y). A minus behind the percent sign, as in %-d, writes
// a number without leading zeros. Reading takes numbers with or without
// leading zeros, names in any case, and any white space for white space. %y is
// 1969 to 2068, as POSIX has it. A month or day that is not shown is the first. %f is one to nine decimals of a second; six are
// written. %z is +0200, +02:00, +02 or Z; %Z is UTC
// or GMT, since what other abbreviations mean depends on where they are written.
package timeformat

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Format is a format that was compiled.
type Format struct {
	text    string
	parts   []part
	dated   bool
	clocked bool
	zoned   bool
	utc     bool // texts name UTC
}

// Clock is what a text shows of a calendar, a clock and its distance from UTC.
type Clock struct {
	Year, Month, Day          int
	Hour, Minute, Second      int
	Nanosecond                int
	Offset                    int // seconds east of UTC, where the format is zoned
	yearDay, hour12, halfDays int // halfDays is 12 hours past noon, for %p
}

// part is a directive, or a text that stands for itself.
type part struct {
	directive
	text string // without a directive; a space stands for any white space
	bare bool   // no leading zeros when written
}

var shortForms = strings.NewReplacer("%F", "%Y-%m-%d", "%T", "%H:%M:%S", "%R", "%H:%M", "%D", "%m/%d/%y", "%h", "%b", "%n", " ", "%t", " ", "%%", "%%")

// Compile reads a format. One that shows neither a date nor a time of day, only
// a part of one, or something twice, is an error.
func Compile(format string) (*Format, error) {
	f := &Format{text: format}
	seen := map[byte]bool{}
	for rest := shortForms.Replace(format); rest != ""; {
		p, letter, size, err := nextPart(rest)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", format, err)
		}
		if letter != 0 && seen[letter] {
			return nil, fmt.Errorf("%q has %%%c twice", format, letter)
		}
		seen[letter] = true
		f.parts, rest = append(f.parts, p), rest[size:]
	}
	if err := f.settle(seen); err != nil {
		return nil, fmt.Errorf("%q %w", format, err)
	}
	return f, nil
}

// settle works out what directives show together.
func (f *Format) settle(seen map[byte]bool) error {
	month := seen['m'] || seen['b'] || seen['B']
	f.dated = seen['Y'] || seen['y']
	f.clocked = seen['H'] || seen['I']
	f.utc = seen['Z']
	f.zoned = seen['z'] || f.utc
	switch {
	case !f.dated && (month || seen['d'] || seen['j']), seen['d'] && !month:
		return errors.New("shows no whole date; that takes %Y or %y, and %m (or %b, %B) with %d, or %j")
	case seen['I'] != seen['p']:
		return errors.New("needs %I and %p together")
	case seen['I'] && seen['H']:
		return errors.New("has both %H and %I")
	case seen['M'] && !f.clocked, seen['S'] && !seen['M'], seen['f'] && !seen['S']:
		return errors.New("shows a part of a time of day without the one before it")
	case !f.dated && !f.clocked:
		return errors.New("shows neither a date nor a time of day; write it like %d/%m/%Y %H:%M")
	}
	return nil
}

// nextPart reads the part with which a format begins.
func nextPart(format string) (p part, letter byte, size int, err error) {
	if format[0] != '%' {
		size = len(format)
		if i := strings.IndexByte(format, '%'); i > 0 {
			size = i
		}
		return part{text: format[:size]}, 0, size, nil
	}
	size = 2
	if strings.HasPrefix(format, "%-") {
		p.bare, size = true, 3
	}
	if len(format) < size {
		return p, 0, 0, errors.New("it ends in a percent sign; write %% for one")
	}
	letter = format[size-1]
	if letter == '%' {
		return part{text: "%"}, 0, size, nil
	}
	d, known := directives[letter]
	if !known {
		return p, 0, 0, fmt.Errorf("%%%c is no directive that can be read; there are %s", letter, "%Y %y %m %d %e %j %H %I %p %M %S %f %b %B %a %A %z %Z %F %T %R %D")
	}
	if letter == 'e' {
		letter = 'd'
	}
	p.directive = d
	return p, letter, size, nil
}

// String is the format as it was written.
func (f *Format) String() string { return f.text }

// Dated reports whether texts show a date.
func (f *Format) Dated() bool { return f.dated }

// Clocked reports whether texts show a time of day.
func (f *Format) Clocked() bool { return f.clocked }

// Zoned reports whether texts carry their offset from UTC.
func (f *Format) Zoned() bool { return f.zoned }

// What is wrong with a text.
var (
	ErrForm     = errors.New("it is not written in that format")
	ErrCalendar = errors.New("there is no such day or time of day")
)

// Parse reads a text that has the format from end to end.
func (f *Format) Parse(text []byte) (Clock, error) {
	c := Clock{Month: 1, Day: 1}
	for i := range f.parts {
		rest, ok := f.parts[i].read(text, &c)
		if !ok {
			return c, ErrForm
		}
		text = rest
	}
	if len(text) > 0 {
		return c, ErrForm
	}
	return c, c.settle()
}

// settle works out what a text shows in parts, and checks it.
func (c *Clock) settle() error {
	if c.hour12 > 0 {
		c.Hour = c.hour12%12 + c.halfDays
	}
	if c.yearDay > 0 {
		day := time.Date(c.Year, 1, c.yearDay, 0, 0, 0, 0, time.UTC)
		if day.Year() != c.Year {
			return ErrCalendar
		}
		c.Month, c.Day = int(day.Month()), day.Day()
	}
	last := time.Date(c.Year, time.Month(c.Month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if c.Month < 1 || c.Month > 12 || c.Day < 1 || c.Day > last || c.Hour > 23 || c.Minute > 59 || c.Second > 59 {
		return ErrCalendar
	}
	return nil
}

// Append writes a time as its location's clock shows it, or that of UTC where the
// format names it.
func (f *Format) Append(text []byte, t time.Time) []byte {
	if f.utc {
		t = t.UTC()
	}
	for i := range f.parts {
		text = f.parts[i].write(text, t)
	}
	return text
}

// SplitAtSpaces gives formats for the texts between the spaces of the format,
// which are not checked for completeness.
func (f *Format) SplitAtSpaces() []*Format {
	pieces := []*Format{{utc: f.utc}}
	for _, p := range f.parts {
		for i, text := range strings.Split(p.text, " ") {
			if i > 0 {
				pieces = append(pieces, &Format{utc: f.utc})
			}
			last := pieces[len(pieces)-1]
			if text != "" || p.known() {
				last.parts = append(last.parts, part{directive: p.directive, text: text, bare: p.bare})
			}
		}
	}
	return pieces
}

// Join puts pieces of a split format together again, with spaces between.
func Join(pieces []*Format) *Format {
	f := &Format{}
	for i, p := range pieces {
		f.utc = p.utc
		if i > 0 {
			f.parts = append(f.parts, part{text: " "})
		}
		f.parts = append(f.parts, p.parts...)
	}
	return f
}
