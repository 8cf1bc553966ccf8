package timeformat

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// directive is how one letter is read and written.
type directive struct {
	digits int // of a number, at most; 0 for what is none
	into   func(c *Clock, n int)
	of     func(t time.Time) int
	names  []string // of which one stands there; n counts from 0
	pad    byte     // fills a number up when it is written

	special func(text []byte, c *Clock) (rest []byte, ok bool)
	format  string // Go's layout, for what is neither number nor name
}

func (d *directive) known() bool { return d.into != nil || d.special != nil }

var directives = map[byte]directive{
	'Y': {digits: 4, pad: '0', into: func(c *Clock, n int) { c.Year = n }, of: time.Time.Year},
	'y': {digits: 2, pad: '0', into: func(c *Clock, n int) { c.Year = 1900 + n + 100*b2i(n < 69) }, of: func(t time.Time) int { return t.Year() % 100 }},
	'm': {digits: 2, pad: '0', into: func(c *Clock, n int) { c.Month = n }, of: func(t time.Time) int { return int(t.Month()) }},
	'd': {digits: 2, pad: '0', into: func(c *Clock, n int) { c.Day = n }, of: time.Time.Day},
	'e': {digits: 2, pad: ' ', into: func(c *Clock, n int) { c.Day = n }, of: time.Time.Day},
	'j': {digits: 3, pad: '0', into: func(c *Clock, n int) { c.yearDay = n }, of: time.Time.YearDay},
	'H': {digits: 2, pad: '0', into: func(c *Clock, n int) { c.Hour = n }, of: time.Time.Hour},
	'I': {digits: 2, pad: '0', into: func(c *Clock, n int) { c.hour12 = n }, of: func(t time.Time) int { return (t.Hour()+11)%12 + 1 }},
	'M': {digits: 2, pad: '0', into: func(c *Clock, n int) { c.Minute = n }, of: time.Time.Minute},
	'S': {digits: 2, pad: '0', into: func(c *Clock, n int) { c.Second = n }, of: time.Time.Second},
	'p': {names: []string{"AM", "PM"}, into: func(c *Clock, n int) { c.halfDays = 12 * n }, of: func(t time.Time) int { return t.Hour() / 12 }},
	'B': {names: months(9), into: func(c *Clock, n int) { c.Month = n + 1 }, of: monthFrom0},
	'b': {names: months(3), into: func(c *Clock, n int) { c.Month = n + 1 }, of: monthFrom0},
	'A': {names: weekdays(9), into: func(*Clock, int) {}, of: weekday},
	'a': {names: weekdays(3), into: func(*Clock, int) {}, of: weekday},
	'f': {special: readFraction, format: ".000000"},
	'z': {special: readOffset, format: "-0700"},
	'Z': {names: []string{"UTC", "GMT"}, into: func(*Clock, int) {}, of: func(time.Time) int { return 0 }},
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func monthFrom0(t time.Time) int { return int(t.Month()) - 1 }

func weekday(t time.Time) int { return int(t.Weekday()) }

// months are the months' names, cut off behind some letters.
func months(letters int) []string {
	names := make([]string, 12)
	for i := range names {
		name := time.Month(i + 1).String()
		names[i] = name[:min(letters, len(name))]
	}
	return names
}

// weekdays are the days' names from Sunday, cut off behind some letters.
func weekdays(letters int) []string {
	names := make([]string, 7)
	for i := range names {
		name := time.Weekday(i).String()
		names[i] = name[:min(letters, len(name))]
	}
	return names
}

// read reads the part off the beginning of a text.
func (p *part) read(text []byte, c *Clock) (rest []byte, ok bool) {
	switch {
	case p.special != nil:
		return p.special(text, c)
	case p.names != nil:
		return p.readName(text, c)
	case p.into != nil:
		return p.readNumber(text, c)
	}
	return readLiteral(p.text, text)
}

func (p *part) readNumber(text []byte, c *Clock) ([]byte, bool) {
	if p.pad == ' ' || p.digits == 2 {
		text = bytes.TrimPrefix(text, []byte(" "))
	}
	n, size := number(text, p.digits)
	if size == 0 {
		return nil, false
	}
	p.into(c, n)
	return text[size:], p.digits != 3 && p.digits != 4 || n > 0
}

// number reads up to some digits off the beginning of a text.
func number(text []byte, digits int) (n, size int) {
	for size < len(text) && size < digits && text[size]-'0' <= 9 {
		n = n*10 + int(text[size]-'0')
		size++
	}
	return n, size
}

func (p *part) readName(text []byte, c *Clock) ([]byte, bool) {
	for i, name := range p.names {
		if len(text) >= len(name) && strings.EqualFold(string(text[:len(name)]), name) {
			p.into(c, i)
			return text[len(name):], true
		}
	}
	return nil, false
}

// readLiteral reads a text that stands for itself; white space in it is any
// amount of it, or none at the end of a text.
func readLiteral(literal string, text []byte) ([]byte, bool) {
	for _, want := range []byte(literal) {
		if want == ' ' || want == '\t' || want == '\n' {
			text = bytes.TrimLeft(text, " \t\r\n")
			continue
		}
		if len(text) == 0 || text[0] != want {
			return nil, false
		}
		text = text[1:]
	}
	return text, true
}

func readFraction(text []byte, c *Clock) ([]byte, bool) {
	n, size := number(text, 9)
	for i := size; i < 9; i++ {
		n *= 10
	}
	c.Nanosecond = n
	return text[size:], size > 0
}

// readOffset reads Z, +HH, +HHMM or +HH:MM.
func readOffset(text []byte, c *Clock) ([]byte, bool) {
	if len(text) > 0 && (text[0] == 'Z' || text[0] == 'z') {
		return text[1:], true
	}
	if len(text) < 3 || text[0] != '+' && text[0] != '-' {
		return nil, false
	}
	hours, size := number(text[1:], 2)
	if size != 2 || hours > 23 {
		return nil, false
	}
	rest := text[3:]
	minutes, size := number(bytes.TrimPrefix(rest, []byte(":")), 2)
	if size == 2 {
		rest = bytes.TrimPrefix(rest, []byte(":"))[2:]
	} else {
		minutes = 0
	}
	c.Offset = hours*3600 + minutes*60
	if text[0] == '-' {
		c.Offset = -c.Offset
	}
	return rest, minutes < 60
}

// write appends the part to a text.
func (p *part) write(text []byte, t time.Time) []byte {
	switch {
	case p.format == ".000000":
		return append(text, t.Format(p.format)[1:]...)
	case p.format != "":
		return t.AppendFormat(text, p.format)
	case p.names != nil:
		return append(text, p.names[p.of(t)]...)
	case p.into == nil:
		return append(text, p.text...)
	}
	n := strconv.Itoa(p.of(t))
	for i := len(n); i < p.digits && !p.bare; i++ {
		text = append(text, p.pad)
	}
	return append(text, n...)
}
