package csvresample

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// rowReader reads the rows of a file's chunks. Rows without quotes, with a
// time in its plainest form and as many fields as the header, which are nearly
// all, are read in one go: their bytes are looked at once, field by field.
// Whatever is different about a row is left to the scanner.
type rowReader struct {
	job        *job
	in         input
	scan       scanner
	times      timeReader
	upTo       int // the last field that is needed
	plan       []fieldPlan
	elsewhere  bool   // the plan has no time, it is read from the fields
	delimiters uint64 // a word of them
}

// fieldPlan is what a field is read for, and how long it was last.
type fieldPlan struct {
	kind   fieldKind
	length int
}

type fieldKind byte

const (
	skipField fieldKind = iota
	dateField
	clockField
	stampField
	numberField
)

const (
	// mostPlanned is how many fields a row may have to be read in one go.
	mostPlanned = 64
	// enoughMisses is after how many rows of a chunk the plan is given up, if
	// half of them are not as planned.
	enoughMisses = 64
)

const newLines = '\n' * everyOne

// newRowReader makes a reader for a part of a file, whose header is known.
func (j *job) newRowReader(in input, f fold) *rowReader {
	r := &rowReader{job: j, in: in, delimiters: uint64(in.format.delimiter) * everyOne}
	r.times = newTimeReader(j.clock(), j.args.TimeFormat, j.times)
	r.scan.delimiter = in.format.delimiter
	width := len(j.header.names)
	r.scan.row.reserve(width)
	needed := slices.Concat(j.times, j.groups)
	if f != nil {
		needed = append(needed, f.fields()-1)
	}
	r.upTo = slices.Max(needed)
	if width <= mostPlanned {
		r.makePlan(width, f)
	}
	return r
}

func (r *rowReader) makePlan(width int, f fold) {
	r.plan = make([]fieldPlan, width)
	numbers := make([]bool, width)
	if f != nil {
		f.numbers(numbers)
	}
	for i, wanted := range numbers {
		if wanted {
			r.plan[i].kind = numberField
		}
	}
	switch times := r.job.times; {
	case r.times.format == nil && len(times) == 1:
		r.plan[times[0]].kind = stampField
	case r.times.format == nil && len(times) == 2:
		r.plan[times[0]].kind, r.plan[times[1]].kind = dateField, clockField
	default:
		r.elsewhere = true
	}
	if cap(r.scan.row.ends) < width {
		r.scan.row.ends = make([]int, 0, width)
	}
}

// read gives the rows of the scanner's chunk to a part of the result. It stops at a bad
// row where the step is to fail for it.
func (r *rowReader) read(p *partial) (bad []*badRow) {
	misses, off := 0, r.plan == nil
	s := &r.scan
	for s.pos < len(s.data) {
		var at int64
		ok := false
		if !off {
			at, ok = r.inOneGo()
		}
		if ok {
			s.row.line = s.line
		} else {
			misses++
			off = off || misses > enoughMisses && misses > s.line/2
			if !s.next() {
				break
			}
			var b *badRow
			if at, b = r.scanned(); b != nil {
				if bad = append(bad, b); r.job.args.OnBadRow == failOnBadRow {
					return bad
				}
				p.rows++
				continue
			}
		}
		if refused := p.take(&s.row, at, r.times.doubtful); refused != "" {
			if bad = append(bad, r.bad(refused, remedyRow)); r.job.args.OnBadRow == failOnBadRow {
				return bad
			}
		}
	}
	return bad
}

// scanned reads the row that the scanner gave.
func (r *rowReader) scanned() (int64, *badRow) {
	row := &r.scan.row
	if row.broken != "" {
		return 0, r.bad(row.broken, remedyQuotes)
	}
	if n, width := row.splitUpTo(r.scan.delimiter, r.upTo), len(r.job.header.names); n != width {
		remedy := remedyRow
		if r.scan.lastIsOpen() {
			remedy = remedyOpen
		}
		return 0, r.bad(fmt.Sprintf("the row has %s, the header %d", plural(int64(n), "field"), width), remedy)
	}
	at, err := r.times.read(row)
	if err != nil {
		return 0, r.badTime(err)
	}
	return at, nil
}

func (r *rowReader) bad(reason, remedy string) *badRow {
	row := &r.scan.row
	return &badRow{line: row.line, text: append([]byte(nil), row.raw...), reason: reason, remedy: remedy}
}

func (r *rowReader) badTime(err error) *badRow {
	text := visible(shorten(joinTexts(nil, r.times.texts(&r.scan.row))))
	remedy := remedyRow
	switch {
	case errors.Is(err, errNoDate):
		remedy = "Name the column of the date too, as in time = [\"date\", \"time\"]."
	case errors.Is(err, errForm):
		remedy = "Say how times are written with time_format, or correct the row."
	}
	return r.bad(fmt.Sprintf("%s is no time: %v", text, err), remedy)
}

// inOneGo reads a row. When it is not as planned, nothing has happened.
func (r *rowReader) inOneGo() (at int64, ok bool) {
	s, row := &r.scan, &r.scan.row
	buf := s.data[:len(s.data)+slack]
	begin, pos, delimiter := s.pos, s.pos, s.delimiter
	plan, last := r.plan, len(r.plan)-1
	ends := row.ends[:len(plan)]
	seconds, plain := int64(0), true
	for i := range plan {
		p := &plan[i]
		start := pos
		switch p.kind {
		case dateField:
			if !r.times.sameDay(buf[pos:]) && !r.times.newDay(buf[pos:pos+10]) {
				return 0, false
			}
			pos += 10
		case clockField:
			if seconds, ok = r.times.timeOfDay(buf[pos:]); !ok {
				return 0, false
			}
			pos += 8
		case stampField:
			if !r.times.sameDay(buf[pos:]) && !r.times.newDay(buf[pos:pos+10]) || buf[pos+10] != ' ' && buf[pos+10] != 'T' {
				return 0, false
			}
			if seconds, ok = r.times.timeOfDay(buf[pos+11:]); !ok {
				return 0, false
			}
			pos += 19
		case numberField:
			n := &row.numbers[i]
			if pos = n.read(buf, pos); n.decimals >= 0 {
				row.kinds[i] = isNumber
			} else if pos == start {
				row.kinds[i] = isNothing
			} else {
				row.kinds[i], plain = unread, false
				pos = r.fieldEnd(buf, start)
			}
		default:
			// The processor goes on with the length of the last row while it
			// looks for the end.
			if end := r.fieldEnd(buf, pos); end == pos+p.length {
				pos += p.length
			} else {
				p.length, pos = end-pos, end
			}
		}
		ends[i] = pos - begin
		if i < last {
			if buf[pos] != delimiter {
				return 0, false
			}
			pos++
		}
	}
	if pos, ok = r.rowEnd(buf, pos, &ends[last]); !ok || pos > s.quote {
		return 0, false
	}
	row.raw = buf[begin : begin+ends[last]]
	row.text, row.ends, row.split, row.read, row.plain, row.broken = row.raw, ends, true, true, plain, ""
	if at, ok = r.timeOf(seconds); ok {
		s.pos = pos
		s.line++
	}
	return at, ok
}

// rowEnd is the place behind the row's line end, which begins at pos. A blank
// line is no row.
func (r *rowReader) rowEnd(buf []byte, pos int, end *int) (int, bool) {
	if buf[pos] == '\r' && buf[pos+1] == '\n' {
		pos++
	} else if *end > 0 && buf[pos] == '\n' && buf[pos-1] == '\r' {
		*end--
	}
	return pos + 1, buf[pos] == '\n' && *end > 0
}

// timeOf is the time of the row that was read, some seconds into its day.
func (r *rowReader) timeOf(seconds int64) (at int64, ok bool) {
	t := &r.times
	if r.elsewhere {
		at, err := t.read(&r.scan.row)
		return at, err == nil
	}
	if t.evenDay {
		t.doubtful = false
		return t.dayStart + seconds*nanosPerSecond, true
	}
	at, err := t.instant(t.lastDays*secondsPerDay + seconds)
	return at, err == nil
}

// fieldEnd is where the next delimiter or line feed stands.
func (r *rowReader) fieldEnd(buf []byte, pos int) int {
	for ; ; pos += 8 {
		w := binary.LittleEndian.Uint64(buf[pos:])
		d, n := w^r.delimiters, w^newLines
		// The lowest bit of this is right, which those above need not be.
		if m := ((d-everyOne)&^d | (n-everyOne)&^n) & highBits; m != 0 {
			return pos + bits.TrailingZeros64(m)/8
		}
	}
}
