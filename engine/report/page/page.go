// Package page makes HTML pages of the history: Run one of a run, Index one of
// many runs. A page is one file that needs no other: styles and pictures are in
// it, it loads nothing and has no script, so that it can be sent by mail, kept
// with a build, and opened offline on any screen.
//
// A page is made of the run log alone. From elsewhere come only the pictures
// that the run's steps have written, and those only while they are, byte for
// byte, what the log says. What the log says is never trusted to be harmless:
// every text passes wording, and html/template escapes it.
package page

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"dagrun/engine/runlog"
)

const (
	mostAccounts = 250  // steps and instances that are told of in full
	mostBriefs   = 5000 // that are told of in a line
	mostProblems = 50   // errors at the top
	openProblems = 5    // of them, that are not folded
	openSteps    = 3    // instances of a block that are not folded, since they failed
)

// Options are what a page cannot learn from the log.
type Options struct {
	// Status is the run's result, or "running" or what else there is instead.
	Status string
	// Zone is that of the times, but for the logical time, which has its own.
	Zone *time.Location
	// Mask hides what must not be seen, beside what the log has masked; it may
	// be nil.
	Mask func(string) string
	// Now is the time of a run that is under way.
	Now time.Time
}

func (o Options) wording() wording {
	w := wording{mask: o.Mask, zone: o.Zone}
	if w.mask == nil {
		w.mask = func(s string) string { return s }
	}
	if w.zone == nil {
		w.zone = time.UTC
	}
	return w
}

// Run writes the page of a run. Lines of its log that cannot be read are told on
// the page; the error is that of a log that cannot be read at all, or of the
// writer.
func Run(out io.Writer, run runlog.Run, o Options) error {
	s, err := read(run)
	if err != nil {
		return fmt.Errorf("read the run log: %w", err)
	}
	return render(out, "run.html.tmpl", newSheet(s, o))
}

// render fills in a template, and writes the page when it is whole.
func render(out io.Writer, name string, data any) error {
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, name, data); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	_, err := page.WriteTo(out)
	return err
}
