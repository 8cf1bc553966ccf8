package csvresample

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// partial is what comes of a part of the input. Parts are resampled each by
// itself and merged in the order of the files.
type partial struct {
	grid     grid
	from, to int64 // rows of the period are at or after from and before to
	latest   bool  // from and to move on to the newest day
	fold     fold
	buckets  map[int64]*bucket // by start
	current  *bucket           // of the row before
	end      int64             // of current, exclusive

	rows             int64 // read, in the period or not
	earliest, newest int64 // of their times
	doubtful         int64 // rows in the period with such times
}

// bucket gathers the rows of one stretch of time. Which fields hold something
// is the fold's affair.
type bucket struct {
	start int64
	at    int64  // the time that a row made of it has
	text  []byte // the row that is kept
	cells tally  // the numbers that are added up
}

// fold is how rows become a bucket's row. It also keeps what is to be known of
// the columns.
type fold interface {
	// prepare begins a file, as for a taker.
	prepare(in input) int
	open(b *bucket)
	add(b *bucket, r *row, at int64)
	// merge adds what was gathered of rows that come later in the files.
	merge(b, later *bucket)
	// join adds what a later part knows of the columns; forget drops it all.
	join(later fold)
	forget()
	// table lays out the buckets, which are in order of time.
	table(j *job, buckets []*bucket) (*table, error)
}

func (j *job) newPartial(anchor day) *partial {
	p := &partial{
		grid: grid{clock: j.clock(), width: int64(j.args.Interval), anchor: anchor},
		from: j.from, to: j.to, latest: j.args.Period.latest,
		buckets:  map[int64]*bucket{},
		earliest: math.MaxInt64, newest: math.MinInt64,
	}
	if p.latest {
		p.to = math.MinInt64 // the first row begins a day
	}
	switch j.args.Method {
	case "first", "last":
		p.fold = &keep{job: j, last: j.args.Method == "last"}
	default:
		p.fold = &aggregate{job: j}
	}
	return p
}

// prepare begins the file of the part.
func (p *partial) prepare(in input) int { return p.fold.prepare(in) }

// take adds the next row of the part.
func (p *partial) take(r *row, at int64, doubtful bool) {
	p.rows++
	p.earliest, p.newest = min(p.earliest, at), max(p.newest, at)
	if at < p.from {
		return
	}
	if at >= p.to {
		if !p.latest {
			return
		}
		p.beginDay(at)
	}
	if doubtful {
		p.doubtful++
	}
	if p.current == nil || at < p.current.start || at >= p.end {
		p.enter(at)
	}
	p.fold.add(p.current, r, at)
}

// beginDay drops everything for the sake of a newer day.
func (p *partial) beginDay(at int64) {
	today := p.grid.clock.dayOf(at)
	p.from, p.to, p.grid.anchor = today.start, today.end, today
	p.current, p.doubtful = nil, 0
	clear(p.buckets)
	p.fold.forget()
}

// enter makes the bucket of an instant the current one.
func (p *partial) enter(at int64) {
	start, end := p.grid.bucket(at)
	b := p.buckets[start]
	if b == nil {
		b = &bucket{start: start}
		p.fold.open(b)
		p.buckets[start] = b
	}
	p.current, p.end = b, end
}

// merge adds a part that comes later in the files; it is of no use afterwards.
func (p *partial) merge(ctx context.Context, later *partial) error {
	p.rows += later.rows
	p.earliest, p.newest = min(p.earliest, later.earliest), max(p.newest, later.newest)
	if p.latest && later.from != p.from {
		if later.from > p.from {
			p.from, p.to, p.grid = later.from, later.to, later.grid
			p.buckets, p.fold, p.doubtful = later.buckets, later.fold, later.doubtful
			p.current = nil
		}
		return nil
	}
	p.doubtful += later.doubtful
	p.fold.join(later.fold)
	for start, b := range later.buckets {
		if mine := p.buckets[start]; mine != nil {
			p.fold.merge(mine, b)
		} else {
			p.buckets[start] = b
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// sorted lists the buckets in order of time.
func (p *partial) sorted() []*bucket {
	list := make([]*bucket, 0, len(p.buckets))
	for _, b := range p.buckets {
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b *bucket) int { return cmp.Compare(a.start, b.start) })
	return list
}
