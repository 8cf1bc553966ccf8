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
	last   bool
	anew   bool // the file's fields are separated otherwise than the output's
	fields int  // of a row
}

func (k *keep) prepare(in input) int {
	k.fields = len(k.job.header.names)
	if k.anew = in.delimiter != k.job.out; k.anew {
		return k.fields
	}
	return 0
}

func (k *keep) open(b *bucket) {
	b.at = math.MaxInt64
	if k.last {
		b.at = math.MinInt64
	}
}

// prefers reports whether a row that comes later in the files takes the place
// of the one at hand.
func (k *keep) prefers(later, at int64) bool {
	if k.last {
		return later >= at
	}
	return later < at
}

func (k *keep) add(b *bucket, r *row, at int64) {
	if !k.prefers(at, b.at) {
		return
	}
	b.at = at
	if !k.anew {
		b.text = append(b.text[:0], r.raw...)
		return
	}
	b.text = b.text[:0]
	for i := range k.fields {
		if i > 0 {
			b.text = append(b.text, k.job.out)
		}
		b.text = appendField(b.text, r.field(i), k.job.out)
	}
}

func (k *keep) merge(b, later *bucket) {
	if k.prefers(later.at, b.at) {
		b.at, b.text = later.at, later.text
	}
}

func (k *keep) join(fold) {}

func (k *keep) forget() {}

func (k *keep) table(j *job, buckets []*bucket) (*table, error) {
	t := &table{buckets: buckets, columns: j.header.names, header: []byte(j.header.raw)}
	if j.header.from.delimiter != j.out {
		t.header = appendNames(nil, j.header.names, j.out)
	}
	t.appendRow = func(_ context.Context, line []byte, b *bucket) []byte { return append(line, b.text...) }
	return t, nil
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
