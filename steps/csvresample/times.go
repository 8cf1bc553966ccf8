package csvresample

import "bytes"

// timeReader reads the times of rows.
type timeReader struct {
	clock    *clock
	columns  []int // in the order in which their texts are joined
	doubtful bool  // the time read last is one that the clocks repeat or skip
	joined   []byte
	lastDate [10]byte // as it was written, and its days since 1970
	lastDays int64
}

// read gives the instant of a row. Times in the plainest form, in one column
// or as date and time of day in two, are read where they stand.
func (t *timeReader) read(r *row) (int64, error) {
	t.doubtful = false
	var date, clock []byte
	switch len(t.columns) {
	case 1:
		f := r.field(t.columns[0])
		if len(f) == 19 && (f[10] == ' ' || f[10] == 'T') {
			date, clock = f[:10], f[11:]
		}
	case 2:
		d, c := r.field(t.columns[0]), r.field(t.columns[1])
		if len(d) == 10 && len(c) == 8 {
			date, clock = d, c
		}
	}
	if clock != nil {
		days, err := t.days(date)
		if seconds, err2 := parseClock(clock); err == nil && err2 == nil {
			return t.instant(days*secondsPerDay + seconds)
		}
	}
	return t.readAny(r)
}

// days is parseDate, which it spares rows with the same date as the one before.
func (t *timeReader) days(date []byte) (int64, error) {
	if [10]byte(date) == t.lastDate {
		return t.lastDays, nil
	}
	days, err := parseDate(date)
	if err == nil {
		t.lastDate, t.lastDays = [10]byte(date), days
	}
	return days, err
}

// readAny reads a time in any of its forms, or says what is wrong with it.
func (t *timeReader) readAny(r *row) (int64, error) {
	t.joined = joinTexts(t.joined[:0], t.texts(r))
	s, err := parseStamp(t.joined)
	if err != nil {
		return 0, err
	}
	if !s.layout.zoned() {
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
func (t *timeReader) texts(r *row) [][]byte {
	texts := make([][]byte, len(t.columns))
	for i, c := range t.columns {
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
