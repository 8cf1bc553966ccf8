package csvresample

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"dagrun/steps/internal/compression"
)

// crew reads the chunks of one file, as many at once as there are processors,
// and merges what comes of them in the order in which they stand there: the
// result does not depend on which worker was faster.
type crew struct {
	pass *pass
	in   input

	cutting sync.Mutex
	cutter  *cutter
	from    *compression.Counted
	first   *chunk // what is left of the header's; nil once it is taken
	cuts    int

	merging sync.Mutex
	merged  *sync.Cond
	waiting map[int]*harvest // by the number of the cut
	next    int              // the one to be merged next
	lines   int              // of the file, in what was merged
	err     error            // that ended the work
	panic   any
}

// harvest is what comes of a chunk, or why there is none.
type harvest struct {
	cut   int
	part  *partial
	bad   []*badRow
	lines int
	read  int64 // bytes of the file, when the chunk was cut
	err   error
}

// ahead is how many chunks may wait to be merged, for each worker.
const ahead = 4

// errDone ends the work at the end of the file.
var errDone = errors.New("the file ends")

// run reads the file. The calling goroutine works too.
func (c *crew) run(ctx context.Context) error {
	c.merged, c.waiting = sync.NewCond(&c.merging), map[int]*harvest{}
	workers := min(runtime.GOMAXPROCS(0), int(c.in.size/int64(c.pass.job.block))+1)
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(func() { c.work(ctx, workers) })
	}
	c.work(ctx, workers)
	others.Wait()
	if c.panic != nil {
		panic(c.panic)
	}
	if errors.Is(c.err, errDone) {
		return nil
	}
	return c.err
}

// work reads chunks until none is left or the work is to end.
func (c *crew) work(ctx context.Context, workers int) {
	defer c.keepPanic()
	var reader *rowReader
	own := &chunk{}
	for {
		part := c.pass.newPartial(c.in)
		if reader == nil {
			reader = c.pass.job.newRowReader(c.in, part.fold)
		}
		var h *harvest
		own, h = c.cut(ctx, own)
		if h.err == nil {
			reader.scan.reset(own)
			h.part, h.bad = part, reader.read(part)
			h.lines = reader.scan.line
			part.settle()
		}
		if !c.deliver(ctx, h, workers) {
			return
		}
	}
}

// keepPanic keeps a panic for the goroutine that called run.
func (c *crew) keepPanic() {
	p := recover()
	if p == nil {
		return
	}
	c.merging.Lock()
	defer c.merging.Unlock()
	if c.panic == nil {
		c.panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
	}
	c.err = errDone
	c.merged.Broadcast()
}

// cut brings the next chunk, or why there is none.
func (c *crew) cut(ctx context.Context, own *chunk) (*chunk, *harvest) {
	c.cutting.Lock()
	defer c.cutting.Unlock()
	h := &harvest{cut: c.cuts}
	c.cuts++
	if first := c.first; first != nil {
		c.first, h.read = nil, c.from.N
		return first, h
	}
	h.err = c.bring(ctx, own)
	h.read = c.from.N
	var bad *badRow
	if errors.As(h.err, &bad) {
		h.bad = []*badRow{bad}
	}
	return own, h
}

// bring fills a chunk.
func (c *crew) bring(ctx context.Context, into *chunk) error {
	if ctx.Err() != nil {
		return errStopped(ctx, c.in)
	}
	more, err := c.cutter.cut(into)
	var bad *badRow
	switch {
	case errors.As(err, &bad):
		return err
	case err != nil:
		return errUnreadable(c.in.path, err)
	case !more:
		return errDone
	}
	return nil
}

// deliver hands over what came of a chunk, and merges what is complete. It
// tells whether to go on.
func (c *crew) deliver(ctx context.Context, h *harvest, workers int) bool {
	c.merging.Lock()
	defer c.merging.Unlock()
	for c.err == nil && h.cut >= c.next+ahead*workers {
		c.merged.Wait()
	}
	c.waiting[h.cut] = h
	for c.err == nil && c.waiting[c.next] != nil {
		done := c.waiting[c.next]
		delete(c.waiting, c.next)
		c.err = c.merge(ctx, done)
		c.next++
	}
	c.merged.Broadcast()
	return c.err == nil
}

// merge adds what came of the next chunk.
func (c *crew) merge(ctx context.Context, h *harvest) error {
	for _, b := range h.bad {
		b.line += c.lines
		if err := c.pass.refuse(c.in, b, h.err != nil); err != nil {
			return err
		}
	}
	if h.err != nil {
		return h.err
	}
	if err := c.pass.total.merge(ctx, h.part, c.lines); err != nil {
		return err
	}
	c.lines += h.lines
	c.pass.progress(h.read)
	return nil
}
