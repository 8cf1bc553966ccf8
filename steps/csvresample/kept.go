package csvresample

import (
	"context"
	"slices"
)

// keptRows writes whole rows, and rows like them for empty buckets.
type keptRows struct {
	job     *job
	clock   *clock
	buckets []*bucket
	steps   []int
	style   style
	before  filledRow // the bucket behind which rows are filled in
	after   filledRow
}

// filledRow is a row taken apart.
type filledRow struct {
	bucket int
	known  bool
	fields []string
}

func (k *keptRows) list() []*bucket { return k.buckets }

func (k *keptRows) begin(start int64, empty bool) error {
	if !empty {
		return nil
	}
	k.takeApart(&k.before, 0)
	if !k.style.refine(start, k.clock) {
		return k.job.errCoarse(start, k.style)
	}
	k.job.noteStart(start, k.style, k.clock)
	return nil
}

func (k *keptRows) place(steps []int) { k.steps = steps }

func (k *keptRows) appendRow(_ context.Context, line []byte, s spot) []byte {
	if s.behind == 0 {
		return append(line, k.buckets[s.bucket].text...)
	}
	k.takeApart(&k.before, s.bucket)
	if k.job.args.Fill == fillLinear {
		k.takeApart(&k.after, s.bucket+1)
	}
	times := k.style.texts(s.start, k.job.zone)
	for i := range k.before.fields {
		if i > 0 {
			line = append(line, k.job.out.delimiter)
		}
		line = appendField(line, []byte(k.filled(i, s, times)), k.job.out.delimiter)
	}
	return line
}

// filled is a field of a row for an empty bucket.
func (k *keptRows) filled(column int, s spot, times []string) string {
	if t := slices.Index(k.job.times, column); t >= 0 {
		return times[t]
	}
	before := k.before.fields[column]
	switch {
	case slices.Contains(k.job.groups, column), k.job.args.Fill == fillPrevious:
		return before
	case k.job.args.Fill == fillLinear:
		return between(before, k.after.fields[column], s.behind, k.steps[s.bucket])
	}
	return ""
}

// takeApart splits a bucket's row, unless that is done.
func (k *keptRows) takeApart(f *filledRow, bucket int) {
	if f.known && f.bucket == bucket {
		return
	}
	parser := scanner{delimiter: k.job.out.delimiter}
	r := parser.only(k.buckets[bucket].text)
	*f = filledRow{bucket: bucket, known: true}
	for i := range k.job.header.names {
		f.fields = append(f.fields, string(r.field(i)))
	}
	if k.style == nil {
		k.style = k.job.styleOf(textsOf(r, k.job.times))
	}
}
