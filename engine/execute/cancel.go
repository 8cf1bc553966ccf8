package execute

import (
	"sync"
	"time"

	"dagrun/engine"
)

// cancellations merges what can end a run before its time: its timeout, an
// interrupt, and that its log is gone. Nobody finds a run without its log, and
// another may have begun beside it.
func cancellations(timeout time.Duration, interrupt <-chan struct{}, gone func() bool) (<-chan engine.Reason, func()) {
	reasons := make(chan engine.Reason, 3)
	over := make(chan struct{})
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		expired = timer.C
	}
	go func() {
		for interrupt != nil || expired != nil {
			select {
			case <-interrupt:
				reasons <- engine.ReasonInterrupted
				interrupt = nil
			case <-expired:
				reasons <- engine.ReasonRunTimeout
				expired = nil
			case <-over:
				return
			}
		}
	}()
	go func() { // of its own, for a server that is away may hang it
		if lose(gone, over) {
			reasons <- engine.ReasonUnrecorded
		}
	}()
	return reasons, sync.OnceFunc(func() { close(over) })
}

// lose waits until a run's log is gone; it is false that it was there as long as
// the run went on.
func lose(gone func() bool, over <-chan struct{}) bool {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if gone() {
				return true
			}
		case <-over:
			return false
		}
	}
}
