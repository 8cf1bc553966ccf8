package csvresample

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// series is what was gathered of the rows that are alike in the columns of
// group_by.
type series struct {
	group   []string
	buckets map[int64]*bucket // by start

	current    *bucket // of the row before
	start, end int64   // of current; end is exclusive
}

// bucket gathers the rows of one stretch of time. Which fields hold something
// is the fold's affair.
type bucket struct {
	start   int64
	at      int64       // the time that a row made of it has
	text    []byte      // the row that is kept
	own     bool        // text is no part of a chunk
	cells   []cell      // the numbers that are added up
	values  [][]float64 // every number of a column, where all are needed
	edges   []edges     // first and last texts
	entries []entry     // whole rows
}

// seriesOf is the series of a row.
func (p *partial) seriesOf(r *row) *series {
	if p.current != nil && len(p.groups) == 1 && string(r.field(p.groups[0])) == p.current.group[0] {
		return p.current
	}
	p.key = p.key[:0]
	for _, g := range p.groups {
		p.key = binary.AppendUvarint(p.key, uint64(len(r.field(g))))
		p.key = append(p.key, r.field(g)...)
	}
	s := p.series[string(p.key)]
	if s == nil {
		s = &series{buckets: map[int64]*bucket{}, start: 1, end: 0}
		for _, text := range textsOf(r, p.groups) {
			s.group = append(s.group, string(text))
		}
		p.series[string(p.key)] = s
	}
	p.current = s
	return s
}

// enter makes the bucket of an instant the current one.
func (s *series) enter(p *partial, at int64) {
	start, end := p.grid.bucket(at)
	b := s.buckets[start]
	if b == nil {
		b = &bucket{start: start}
		p.fold.open(b)
		s.buckets[start] = b
	}
	s.current, s.start, s.end = b, start, end
}

// sorted lists the buckets in order of time.
func (s *series) sorted() []*bucket {
	list := make([]*bucket, 0, len(s.buckets))
	for _, b := range s.buckets {
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b *bucket) int { return cmp.Compare(a.start, b.start) })
	return list
}

// sortedSeries lists the series in order of what tells them apart.
func (p *partial) sortedSeries() []*series {
	list := make([]*series, 0, len(p.series))
	for _, s := range p.series {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *series) int { return slices.Compare(a.group, b.group) })
	return list
}

// settleText makes the row that is kept the bucket's own.
func (b *bucket) settleText() {
	if !b.own {
		b.text, b.own = bytes.Clone(b.text), true
	}
}
