package csvresample

import (
	"bytes"
	"fmt"

	"dagrun/steps/internal/timeformat"
)

// timeReader reads the times of rows.
type timeReader struct {
	clock    *clock
	format   *TimeFormat // nil for ISO 8601
	columns  []int       // in the order in which their texts are joined
	doubtful bool        // the time read last is one that the clocks repeat or skip
	joined   []byte
	lastRead
}

func newTimeReader(c *clock, format *TimeFormat, columns []int) timeReader {
	t := timeReader{clock: c, format: format, columns: columns}
	t.setDay([]byte("1970-01-01"), 0)
	t.newMinute([]byte("00:00:00"))
	return t
}

// read gives the instant of a row. Times in the plainest form, in one column
// or as date and time of day in two, are read where they stand.
func (t *timeReader) read(r *row) (int64, error) {
	t.doubtful = false
	if t.format != nil {
		return t.readFormat(r)
	}
	date, clock := t.plain(r)
	if clock != nil {
		days, err := t.days(date)
		if seconds, err2 := parseClock(clock); err == nil && err2 == nil {
			return t.instant(days*secondsPerDay + seconds)
		}
	}
	return t.readISO(r)
}

// plain gives date and time of day where they have the plainest form.
func (t *timeReader) plain(r *row) (date, clock []byte) {
	switch len(t.columns) {
	case 1:
		f := r.field(t.columns[0])
		if len(f) == 19 && (f[10] == ' ' || f[10] == 'T') {
			return f[:10], f[11:]
		}
	case 2:
		d, c := r.field(t.columns[0]), r.field(t.columns[1])
		if len(d) == 10 && len(c) == 8 {
			return d, c
		}
	}
	return nil, nil
}

// readISO reads a time in any form of ISO 8601, or says what is wrong with it.
func (t *timeReader) readISO(r *row) (int64, error) {
	t.joined = joinTexts(t.joined[:0], t.texts(r))
	s, err := parseStamp(t.joined)
	if err != nil {
		return 0, err
	}
	return t.instantOf(s, s.layout.zoned())
}

// readFormat reads a time that is written otherwise.
func (t *timeReader) readFormat(r *row) (int64, error) {
	t.joined = joinTexts(t.joined[:0], t.texts(r))
	switch {
	case len(t.joined) == 0:
		return 0, errEmpty
	case t.format.epoch != 0:
		return readEpoch(t.joined, t.format.epoch)
	}
	c, err := t.format.format.Parse(t.joined)
	if err != nil {
		return 0, fmt.Errorf("%w, %q", err, t.format.format)
	}
	days := daysSince1970(int64(c.Year), int64(c.Month), int64(c.Day))
	s := stamp{
		local: days*secondsPerDay + int64(c.Hour*3600+c.Minute*60+c.Second),
		nanos: int64(c.Nanosecond), offset: int64(c.Offset),
	}
	return t.instantOf(s, t.format.format.Zoned())
}

// readEpoch reads a number of units since 1970.
func readEpoch(text []byte, unit int64) (int64, error) {
	seconds, nanos, err := timeformat.ParseEpoch(text, nanosPerSecond/unit)
	if err != nil {
		return 0, err
	}
	return instantIn1678To2261(seconds, nanos)
}

// instantOf is the instant of a time that was taken apart.
func (t *timeReader) instantOf(s stamp, zoned bool) (int64, error) {
	if !zoned {
		at, err := t.instant(s.local)
		return at + s.nanos, err
	}
	return instantIn1678To2261(s.local-s.offset, s.nanos)
}

func (t *timeReader) instant(local int64) (int64, error) {
	unix, doubtful := t.clock.second(local)
	t.doubtful = doubtful
	return instantIn1678To2261(unix, 0)
}

func instantIn1678To2261(second, nanos int64) (int64, error) {
	if second < firstSecond || second >= lastSecond {
		return 0, errYear
	}
	return second*nanosPerSecond + nanos, nil
}

// texts are the time columns of a row.
func (t *timeReader) texts(r *row) [][]byte { return textsOf(r, t.columns) }

// textsOf are some fields of a row.
func textsOf(r *row, columns []int) [][]byte {
	texts := make([][]byte, len(columns))
	for i, c := range columns {
		texts[i] = r.field(c)
	}
	return texts
}

// joinTexts joins texts by a space. An empty one is no part of a time, and
// what is joined with a hole in it can not be read as one: a date without its
// time of day does not become midnight.
func joinTexts(into []byte, texts [][]byte) []byte {
	for i, text := range texts {
		if i > 0 {
			into = append(into, ' ')
		}
		into = append(into, trim(text)...)
	}
	return into
}

// trim takes blanks off both ends.
func trim(text []byte) []byte {
	if n := len(text); n == 0 || text[0] > ' ' && text[n-1] > ' ' {
		return text
	}
	return bytes.Trim(text, " \t")
}
