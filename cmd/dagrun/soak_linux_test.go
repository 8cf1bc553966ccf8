package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// onLittleDisk makes a run on a disk with little room, which then is given room
// again.
func (r *round) onLittleDisk(t testing.TB) {
	t.Helper()
	r.figures["little disk"]++
	r.figures["processes"]++
	args := r.args(t, false)
	before, after := filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")
	if err := errors.Join(os.Rename(r.dir, before), os.MkdirAll(r.dir, 0o700), os.MkdirAll(after, 0o700)); err != nil {
		t.Fatal(err)
	}
	d := crampedDisk{folder: r.dir, before: before, script: onSmallDisk, attributes: mounting(t), env: r.errand.environment()}
	if d.attributes == nil {
		d.limit()
	}
	p := d.run(t, after, r.random.IntN(600)<<10, args...)
	r.said = append(r.said, p.said())
	if err := errors.Join(os.RemoveAll(r.dir), os.Rename(after, r.dir)); err != nil {
		t.Fatal(err)
	}
	if code := p.code(); code != exitOK && code != exitFailed {
		t.Errorf("with little room: exit code %d\n%s", code, p.said())
	}
	if p.code() == exitFailed {
		r.figures["runs that found the disk full"]++
	}
}
