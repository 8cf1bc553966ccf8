package csvresample

import (
	"context"
	"math"
)

// partial is what comes of a part of the input. Every chunk is resampled by
// itself, and what comes of it is merged in the order of the files.
type partial struct {
	calendar *clock
	grid     grid
	counted  bool  // the grid's anchor is the period's first day
	from, to int64 // rows of the period are at or after from and before to
	latest   bool  // from and to move on to the newest day
	fold     fold  // nil when only the rows' times are looked at
	groups   []int // columns that tell series apart
	series   map[string]*series
	current  *series // of the row before
	key      []byte

	rows             int64 // read, in the period or not
	earliest, newest int64 // of their times
	doubtful         int64 // rows in the period with such times
}

// fold is how rows become a bucket's row. It also keeps what is to be known of
// the columns.
type fold interface {
	// fields is how many of a row's fields are needed besides those of the time.
	fields() int
	// numbers marks the columns that are read as numbers.
	numbers(columns []bool)
	// refuse says why a row will not do; "" when it will.
	refuse(r *row) string
	open(b *bucket)
	add(b *bucket, r *row, at int64)
	// settle makes a bucket's own what belongs to the chunk.
	settle(b *bucket)
	// merge adds what was gathered of rows that come later in the files.
	merge(b, later *bucket)
	// join adds what a later part knows of the columns, which begins behind
	// some lines of its file; forget drops it all.
	join(later fold, lines int)
	forget()
	// sheet lays out the rows that are to be written.
	sheet(ctx context.Context, all []*series) (*sheet, error)
}

// newPartial begins a part of the result. Without a fold it only learns times.
func (j *job) newPartial(anchor day, f fold) *partial {
	p := &partial{
		calendar: j.clock(), grid: j.newGrid(anchor), counted: !j.dated(),
		from: j.from, to: j.to, latest: j.args.Period.latest,
		fold: f, groups: j.groups, series: map[string]*series{},
		earliest: math.MaxInt64, newest: math.MinInt64,
	}
	if p.latest {
		p.to = math.MinInt64 // the first row begins a day
	}
	return p
}

// take adds the next row of the part, unless it will not do.
func (p *partial) take(r *row, at int64, doubtful bool) (refused string) {
	p.rows++
	p.earliest, p.newest = min(p.earliest, at), max(p.newest, at)
	if p.fold == nil || at < p.from || at >= p.to && !p.latest {
		return ""
	}
	if refused = p.fold.refuse(r); refused != "" {
		return refused
	}
	if at >= p.to {
		p.beginDay(at)
		r.read, r.plain = false, false // what is known of the columns begins anew
		p.fold.refuse(r)
	}
	if doubtful {
		p.doubtful++
	}
	s := p.current
	if s == nil || p.groups != nil {
		s = p.seriesOf(r)
	}
	if at < s.start || at >= s.end {
		s.enter(p, at)
	}
	p.fold.add(s.current, r, at)
	return ""
}

// beginDay drops everything for the sake of a newer day.
func (p *partial) beginDay(at int64) {
	today := p.calendar.dayOf(at)
	p.from, p.to = today.start, today.end
	if p.counted {
		p.grid.anchor = p.grid.clock.dayOf(today.start)
	}
	p.current, p.doubtful = nil, 0
	clear(p.series)
	p.fold.forget()
}

// settle makes the part independent of the chunk that it was read from.
func (p *partial) settle() {
	if p.fold == nil {
		return
	}
	for _, s := range p.series {
		for _, b := range s.buckets {
			p.fold.settle(b)
		}
	}
}

// merge adds a part that comes later in the files, behind some lines of its
// own; it is of no use afterwards.
func (p *partial) merge(ctx context.Context, later *partial, lines int) error {
	p.rows += later.rows
	p.earliest, p.newest = min(p.earliest, later.earliest), max(p.newest, later.newest)
	if p.fold == nil || len(later.series) == 0 {
		return nil
	}
	if p.latest && later.from != p.from {
		if later.from < p.from {
			return nil
		}
		p.from, p.to, p.grid.anchor = later.from, later.to, later.grid.anchor
		p.doubtful = 0
		clear(p.series)
		p.fold.forget()
	}
	p.doubtful += later.doubtful
	p.fold.join(later.fold, lines)
	return p.mergeSeries(ctx, later)
}

func (p *partial) mergeSeries(ctx context.Context, later *partial) error {
	for key, s := range later.series {
		mine := p.series[key]
		if mine == nil {
			p.series[key] = s
			continue
		}
		for start, b := range s.buckets {
			if have := mine.buckets[start]; have != nil {
				p.fold.merge(have, b)
			} else {
				mine.buckets[start] = b
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
