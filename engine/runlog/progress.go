package runlog

import (
	"sync"
	"time"

	"dagrun/engine"
)

// between is the least time between two progress events of a step.
const between = time.Second

// pace remembers when each step last reported progress.
type pace struct {
	mu   sync.Mutex
	last map[engine.Address]time.Time
}

// due reports whether a step may report now, and takes it that it does.
func (p *pace) due(step engine.Address, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last, ok := p.last[step]; ok && now.Sub(last) < between {
		return false
	}
	if p.last == nil {
		p.last = map[engine.Address]time.Time{}
	}
	p.last[step] = now
	return true
}

func (p *pace) forget(step engine.Address) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.last, step)
}

// Progress records how far an attempt has come: at once the first time, then at
// most once a second for each step; what comes sooner, or after the attempt's
// end was recorded, is dropped. It has the form that the runner of attempts
// wants.
func (w *Writer) Progress(a engine.Attempt, done, total int64, unit string) {
	if !w.pace.due(a.Step, w.now()) {
		return
	}
	// A log that cannot be written stops the run at the engine's next event.
	_ = w.say(a, &engine.Progress{Step: a.Step, Type: a.Type, Attempt: a.Number, Done: done, Total: total, Unit: unit})
}
