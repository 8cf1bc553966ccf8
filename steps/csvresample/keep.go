package csvresample

import (
	"bytes"
	"context"
	"math"
)

// keep is the fold of the methods first and last: the bucket's row is the one
// with the earliest or latest time.
type keep struct {
	job    *job
	last   bool // of the times
	later  bool // of rows with the same time, the one that comes last
	anew   bool // the file's fields are separated otherwise than the output's
	parser scanner
}

func (j *job) newKeep(in input) *keep {
	last := j.args.Method == "last"
	k := &keep{job: j, last: last, later: last, anew: in.format.delimiter != j.out.delimiter}
	if j.args.Duplicates != nil {
		k.later = *j.args.Duplicates == keepLast
	}
	k.parser.delimiter = in.format.delimiter
	return k
}

func (k *keep) fields() int { return 0 }

func (k *keep) numbers([]bool) {}

func (k *keep) refuse(*row) string { return "" }

func (k *keep) open(b *bucket) {
	b.at = math.MaxInt64
	if k.last {
		b.at = math.MinInt64
	}
}

// prefers reports whether a row that comes later in the files takes the place
// of the one at hand.
func (k *keep) prefers(later, at int64) bool {
	switch {
	case later == at:
		return k.later
	case k.last:
		return later > at
	}
	return later < at
}

func (k *keep) add(b *bucket, r *row, at int64) {
	if k.prefers(at, b.at) {
		b.at, b.text, b.own = at, r.raw, false
	}
}

func (k *keep) settle(b *bucket) {
	if k.anew && !b.own {
		b.text, b.own = k.job.rewrite(&k.parser, b.text), true
		return
	}
	b.settleText()
}

func (k *keep) merge(b, later *bucket) {
	if k.prefers(later.at, b.at) {
		b.at, b.text, b.own = later.at, later.text, later.own
	}
}

func (k *keep) join(fold, int) {}

func (k *keep) forget() {}

func (k *keep) sheet(_ context.Context, all []*series) (*sheet, error) {
	j := k.job
	header := []byte(j.header.raw)
	if j.header.from.format.delimiter != j.out.delimiter {
		header = appendNames(nil, j.header.names, j.out.delimiter)
	}
	var parts []rows
	for _, s := range all {
		parts = append(parts, &keptRows{job: j, clock: j.clock(), buckets: s.sorted()})
	}
	return j.newSheet(j.header.names, header, parts, j.newGrid(j.anchor))
}

// rewrite writes a row for the output, whose fields are separated otherwise.
func (j *job) rewrite(parser *scanner, raw []byte) []byte {
	r := parser.only(raw)
	var line []byte
	for i := range j.header.names {
		if i > 0 {
			line = append(line, j.out.delimiter)
		}
		line = appendField(line, r.field(i), j.out.delimiter)
	}
	return line
}

// only splits a row that was read before.
func (s *scanner) only(raw []byte) *row {
	s.row.begin(raw, 0)
	if bytes.IndexByte(raw, '"') >= 0 {
		s.decode(raw)
		s.row.split = true
	}
	s.row.splitUpTo(s.delimiter, len(raw))
	return &s.row
}

// appendField writes a field, in quotes where it needs them.
func appendField(line, field []byte, delimiter byte) []byte {
	if bytes.IndexByte(field, delimiter) < 0 && !bytes.ContainsAny(field, "\"\r\n") {
		return append(line, field...)
	}
	line = append(line, '"')
	line = append(line, bytes.ReplaceAll(field, []byte(`"`), []byte(`""`))...)
	return append(line, '"')
}

func appendNames(line []byte, names []string, delimiter byte) []byte {
	for i, name := range names {
		if i > 0 {
			line = append(line, delimiter)
		}
		line = appendField(line, []byte(name), delimiter)
	}
	return line
}
