package csvresample

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"dagrun/steps/internal/compression"
)

// pass is one reading of all inputs.
type pass struct {
	job      *job
	newFold  func(in input) fold // nil when only times are looked at
	rejected *rejection          // nil when bad rows were told before
	anchor   day
	total    *partial
	before   int64 // bytes of the inputs that are read
}

// run reads every input, one after the other.
func (p *pass) run(ctx context.Context) error {
	for _, in := range p.job.inputs {
		if err := p.file(ctx, in); err != nil {
			return err
		}
		p.before += in.size
	}
	return nil
}

// file reads one input.
func (p *pass) file(ctx context.Context, in input) error {
	f, err := os.Open(in.path)
	if err != nil {
		return errUnreadable(in.path, err)
	}
	defer func() { _ = f.Close() }()
	read := &compression.Counted{From: f}
	plain, err := in.format.packed.Reader(bufio.NewReaderSize(read, 64<<10))
	if err != nil {
		return errUnreadable(in.path, err)
	}
	defer func() { _ = plain.Close() }()
	c := &crew{pass: p, in: in, from: read, cutter: newCutter(plain, in.format.delimiter, p.job.block)}
	if err := c.readHeader(ctx); err != nil {
		return err
	}
	if p.total == nil {
		p.total = p.newPartial(in)
	}
	return c.run(ctx)
}

func (p *pass) newPartial(in input) *partial {
	var f fold
	if p.newFold != nil {
		f = p.newFold(in)
	}
	return p.job.newPartial(p.anchor, f)
}

// refuse does with a bad row what the arguments say. After a fatal one reading
// can not go on.
func (p *pass) refuse(in input, b *badRow, fatal bool) error {
	switch {
	case fatal || p.job.args.OnBadRow == failOnBadRow:
		return b.stepError(in, "bad_row")
	case p.rejected == nil:
		return nil
	}
	return p.rejected.take(in, b)
}

// progress tells how much of all inputs is read.
func (p *pass) progress(read int64) {
	p.job.done = max(p.job.done, min(p.before+read, p.job.total))
	p.job.env.Progress(p.job.done, p.job.total, "bytes")
}

// errStopped says that reading a file was cancelled.
func errStopped(ctx context.Context, in input) error {
	return fmt.Errorf("read %s: %w", in.path, ctx.Err())
}
