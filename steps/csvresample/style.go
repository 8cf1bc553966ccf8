package csvresample

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"dagrun/steps/internal/timeformat"
)

// style is how times are written: that of the data.
type style interface {
	// refine adds what is needed to show an instant exactly, and tells whether
	// that can be done. The clock is the calendar's.
	refine(at int64, c *clock) bool
	// zoned reports whether a time that is written carries its offset from UTC.
	zoned() bool
	// texts writes an instant, divided among the time columns.
	texts(at int64, zone *time.Location) []string
}

// styleOf is the style of a row's time.
func (j *job) styleOf(texts [][]byte) style {
	switch {
	case j.args.TimeFormat == nil:
		l := layoutOf(texts)
		return &l
	case j.args.TimeFormat.epoch != 0:
		return &epochStyle{unit: j.args.TimeFormat.epoch}
	}
	return newFormatStyle(j.args.TimeFormat.format, texts)
}

// noteStart counts the starts of buckets that are written like an earlier one:
// those of the hour that is there twice when the clocks are put back.
func (j *job) noteStart(at int64, s style, c *clock) {
	if s.zoned() {
		return
	}
	_, offset := time.Unix(0, at).In(j.zone).Zone()
	second := floorDiv(at, nanosPerSecond)
	if first, _ := c.second(second + int64(offset)); first != second {
		j.repeated++
	}
}

// formatStyle writes times by a format, a piece of it in each column.
type formatStyle struct {
	format *timeformat.Format
	pieces []*timeformat.Format
}

// newFormatStyle divides a format at its spaces as the texts are divided.
func newFormatStyle(f *timeformat.Format, texts [][]byte) *formatStyle {
	if len(texts) == 1 {
		return &formatStyle{f, []*timeformat.Format{f}}
	}
	words := f.SplitAtSpaces()
	s := &formatStyle{format: f}
	for i, text := range texts {
		n := len(bytes.Fields(text))
		if i == len(texts)-1 || n > len(words) {
			n = len(words)
		}
		s.pieces = append(s.pieces, timeformat.Join(words[:n]))
		words = words[n:]
	}
	return s
}

// refine can add nothing to a format: it tells whether that shows all there is.
func (s *formatStyle) refine(at int64, c *clock) bool {
	t := time.Unix(0, at).In(c.zone)
	shown, err := s.format.Parse(s.format.Append(nil, t))
	if s.format.Zoned() {
		t = t.In(time.FixedZone("", shown.Offset))
	}
	return err == nil && shown.Hour == t.Hour() && shown.Minute == t.Minute() && shown.Second == t.Second() &&
		shown.Nanosecond == t.Nanosecond() && shown.Day == t.Day() && shown.Month == int(t.Month()) && shown.Year == t.Year()
}

func (s *formatStyle) zoned() bool { return s.format.Zoned() }

func (s *formatStyle) texts(at int64, zone *time.Location) []string {
	t := time.Unix(0, at).In(zone)
	texts := make([]string, len(s.pieces))
	for i, p := range s.pieces {
		texts[i] = string(p.Append(nil, t))
	}
	return texts
}

// epochStyle writes times as numbers since 1970.
type epochStyle struct {
	unit     int64 // nanoseconds
	decimals int
}

func (s *epochStyle) refine(at int64, _ *clock) bool {
	for ; s.decimals < 9 && at%s.smallest() != 0; s.decimals++ {
	}
	return true
}

// smallest is the unit of the last decimal.
func (s *epochStyle) smallest() int64 {
	unit := s.unit
	for range s.decimals {
		unit /= 10
	}
	return max(unit, 1)
}

func (s *epochStyle) zoned() bool { return true }

func (s *epochStyle) texts(at int64, _ *time.Location) []string {
	n := at / s.smallest()
	if s.decimals == 0 {
		return []string{strconv.FormatInt(n, 10)}
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatInt(n, 10)
	digits = strings.Repeat("0", max(0, s.decimals+1-len(digits))) + digits
	point := len(digits) - s.decimals
	return []string{sign + digits[:point] + "." + digits[point:]}
}
