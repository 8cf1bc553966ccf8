package duckdbload

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
)

// surveyCSV finds columns, types and the number of rows of a CSV or TSV file.
func (s *source) surveyCSV(ctx context.Context, blockSize int) error {
	w, err := openWindow(s.path, s.compression)
	if err != nil {
		return s.readFailure(err)
	}
	defer w.close()
	scan := csvScan{source: s, window: w, line: 1}
	if err := scan.header(ctx); err != nil {
		return s.readFailure(err)
	}
	survey := csvSurvey{source: s, rows: scan.csvRows, line: scan.line, size: blockSize}
	return s.readFailure(survey.blocks(ctx, w))
}

// csvSurvey reads the rows of a CSV file block by block. Blocks are surveyed
// side by side and taken in the order of the file: one that turns out to begin
// within a record is surveyed again, with what is left of the record before.
type csvSurvey struct {
	source *source
	rows   csvRows
	line   int64  // that the next block begins on
	rest   []byte // of the last block: a record that is not whole
	size   int    // of a block
	free   chan *csvBlock
}

// blockSize lets a block and what is found in it stay in the cache of a core.
const blockSize = 256 << 10

// blocks surveys what is left of the file behind what the window shows.
func (c *csvSurvey) blocks(ctx context.Context, w *window) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	waiting := make(chan *csvBlock, 2*runtime.GOMAXPROCS(0))
	c.free = make(chan *csvBlock, cap(waiting)+2)
	go c.read(reading, w, waiting)
	var err error
	for b := range waiting { // to its end, so that nothing is left at work
		<-b.surveyed
		if err == nil {
			if err = c.take(ctx, b); err != nil {
				stop()
			}
		}
		c.free <- b
	}
	return errors.Join(ctx.Err(), err)
}

// read cuts the file into blocks and has each surveyed, until its context ends.
func (c *csvSurvey) read(ctx context.Context, w *window, waiting chan<- *csvBlock) {
	defer close(waiting)
	for ctx.Err() == nil {
		b := c.block()
		c.fill(b, w)
		go func() {
			defer close(b.surveyed)
			b.survey()
		}()
		waiting <- b
		if b.last || b.failed != nil {
			return
		}
	}
}

// block makes a block, from one that is done with where there is one.
func (c *csvSurvey) block() *csvBlock {
	var b *csvBlock
	select {
	case b = <-c.free:
	default:
		b = &csvBlock{csvRows: c.rows, buf: make([]byte, c.size+room)}
		b.fields = nil // each block cuts records of its own
	}
	b.surveyed = make(chan struct{})
	return b
}

// fill loads a block of whole lines, as far as there is a line end in it.
func (c *csvSurvey) fill(b *csvBlock, w *window) {
	size := copy(b.buf[:c.size], w.data())
	w.skip(size)
	for size < c.size && !w.last && b.failed == nil {
		n, err := w.in.Read(b.buf[size:c.size])
		size += n
		if w.last = errors.Is(err, io.EOF); !w.last {
			b.failed = err
		}
	}
	b.last = w.last && len(w.data()) == 0
	b.data = b.buf[:size]
	if b.last {
		return
	}
	if n := bytes.LastIndexByte(b.data, '\n') + 1; n > 0 {
		w.unread(b.data[n:])
		b.data = b.data[:n]
	}
}

// take adds what a block holds to what was found before it.
func (c *csvSurvey) take(ctx context.Context, b *csvBlock) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(c.rest) > 0 {
		b = c.whole(b)
	}
	if b.failed != nil {
		return b.failed
	}
	if b.problem != nil {
		return &fault{line: c.line + b.height, err: b.problem}
	}
	c.rest = append(c.rest[:0], b.data[b.used:]...)
	c.line += b.height
	c.source.rows += b.count
	c.source.mixedEnds = c.source.mixedEnds || b.mixed
	for i := range b.kinds {
		c.source.columns[i].kinds.join(b.kinds[i])
	}
	if len(c.rest) > maxRecord {
		return &fault{line: c.line, err: errLongRecord}
	}
	return nil
}

// whole surveys a block together with the beginning of its first record.
func (c *csvSurvey) whole(b *csvBlock) *csvBlock {
	joined := &csvBlock{csvRows: c.rows, last: b.last, failed: b.failed}
	joined.fields = nil
	size := len(c.rest) + len(b.data)
	joined.buf = append(append(make([]byte, 0, size+room), c.rest...), b.data...)
	joined.data, joined.buf = joined.buf, joined.buf[:size+room]
	joined.survey()
	return joined
}
