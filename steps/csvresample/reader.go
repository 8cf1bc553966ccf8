package csvresample

import (
	"encoding/binary"
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
	misses     int    // of the plan in a chunk, less hits
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

// mostPlanned is how many fields a row may have to be read in one go.
const mostPlanned = 64

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
	r.misses = 0
	s := &r.scan
	for s.pos < len(s.data) {
		at, ok := r.planned()
		if ok {
			s.row.line = s.line
		} else {
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
	case err == errNoDate: //nolint:errorlint // it is never wrapped
		remedy = "Name the column of the date too, as in time = [\"date\", \"time\"]."
	case err == errForm: //nolint:errorlint // it is never wrapped
		remedy = "Say how times are written with time_format, or correct the row."
	}
	return r.bad(fmt.Sprintf("%s is no time: %v", text, err), remedy)
}

// planned reads the next row by the plan, if it is as the plan has it.
func (r *rowReader) planned() (at int64, ok bool) {
	if r.plan == nil || r.misses > mostPlanned {
		return 0, false
	}
	if at, ok = r.inOneGo(); !ok {
		r.misses++
		return 0, false
	}
	r.misses--
	return at, true
}

// inOneGo reads a row. When it is not as planned, nothing has happened.
func (r *rowReader) inOneGo() (at int64, ok bool) {
	s := &r.scan
	row := &s.row
	buf := s.data[:len(s.data)+slack]
	begin, pos, delimiter := s.pos, s.pos, s.delimiter
	plan, last := r.plan, len(r.plan)-1
	ends := row.ends[:len(plan)]
	var local int64
	for i := range plan {
		p := &plan[i]
		start := pos
		switch p.kind {
		case dateField:
			days, ok := r.date(buf, pos)
			if !ok {
				return 0, false
			}
			local += days * secondsPerDay
			pos += 10
		case clockField:
			seconds, err := parseClock(buf[pos : pos+8])
			if err != nil {
				return 0, false
			}
			local += seconds
			pos += 8
		case stampField:
			var ok bool
			if local, ok = r.stamp(buf, pos); !ok {
				return 0, false
			}
			pos += 19
		case numberField:
			row.numbers[i], row.kinds[i], pos = readNumber(buf, pos)
			if row.kinds[i] == unread {
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
		if c := buf[pos]; i < last {
			if c != delimiter {
				return 0, false
			}
		} else if c == '\r' && buf[pos+1] == '\n' {
			pos++
		} else if c != '\n' {
			return 0, false
		} else if pos > start && buf[pos-1] == '\r' {
			ends[i]--
		}
		pos++
	}
	if pos > s.quote || ends[last] == 0 {
		return 0, false // it has quotes, or is a blank line
	}
	row.raw = buf[begin : begin+ends[last]]
	row.text, row.ends, row.split, row.read, row.broken = row.raw, ends, true, true, ""
	if r.elsewhere {
		var err error
		at, err = r.times.read(row)
		ok = err == nil
	} else {
		at, ok = r.instant(local)
	}
	if ok {
		s.pos = pos
		s.line++
	}
	return at, ok
}

func (r *rowReader) instant(local int64) (int64, bool) {
	at, err := r.times.instant(local)
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

// date reads a date, which is mostly the one before.
func (r *rowReader) date(buf []byte, pos int) (int64, bool) {
	t := &r.times
	text := buf[pos : pos+10]
	if binary.LittleEndian.Uint64(text) == binary.LittleEndian.Uint64(t.lastDate[:]) && text[8] == t.lastDate[8] && text[9] == t.lastDate[9] {
		return t.lastDays, true
	}
	days, err := t.days(text)
	return days, err == nil
}

// stamp reads a date and a time of day in one field.
func (r *rowReader) stamp(buf []byte, pos int) (local int64, ok bool) {
	days, ok := r.date(buf, pos)
	if !ok || buf[pos+10] != ' ' && buf[pos+10] != 'T' {
		return 0, false
	}
	seconds, err := parseClock(buf[pos+11 : pos+19])
	return days*secondsPerDay + seconds, err == nil
}

// readNumber reads a plain decimal number, or nothing, up to a byte that is
// none of it; what is otherwise is left unread.
func readNumber(buf []byte, pos int) (number, kind, int) {
	begin := pos
	negative := buf[pos] == '-'
	if negative {
		pos++
	}
	digits, first := int64(0), pos
	for ; buf[pos]-'0' <= 9; pos++ {
		digits = digits*10 + int64(buf[pos]-'0')
	}
	n, decimals := pos-first, 0
	if buf[pos] == '.' {
		pos++
		first = pos
		for ; buf[pos]-'0' <= 9; pos++ {
			digits = digits*10 + int64(buf[pos]-'0')
		}
		decimals = pos - first
		n += decimals
	}
	switch c := buf[pos]; {
	case c != ',' && c != '\n' && c != '\t' && c != '\r' || n > 18 || digits > maxExact:
		return number{}, unread, pos
	case pos == begin:
		return number{}, isNothing, pos
	case n == 0:
		return number{}, unread, pos
	case negative:
		digits = -digits
	}
	return number{digits: digits, decimals: decimals}, isNumber, pos
}
