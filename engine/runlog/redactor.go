package runlog

import (
	"slices"
	"sync"
	"sync/atomic"

	"dagrun/engine"
)

// Redactor masks secrets in texts: wherever a registered secret occurs, also
// inside a longer text, engine.Masked takes its place. It is found as it is;
// as base64, also as part of a longer text that was encoded; as hex; behind
// backslash escapes (JSON, Go) and percent escapes (URLs), also nested; and,
// where it has several lines, by each line of eight or more characters.
// Overlapping secrets are masked as one. Passwords in URLs
// (scheme://user:password@host) are masked whether registered or not.
//
// Secrets shorter than three characters are not searched for, since they would
// be found in half of all texts. They are masked all the same where a value is
// known to be sensitive: the engine replaces such values as a whole before
// they come here.
//
// The zero Redactor is ready for use, from any goroutine.
type Redactor struct {
	mu      sync.Mutex
	secrets map[string]bool
	current atomic.Pointer[matcher] // nil when it has to be made anew
}

// Add registers a secret. Texts that are masked after Add returns do not have it.
func (r *Redactor) Add(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.secrets[secret] {
		return
	}
	if r.secrets == nil {
		r.secrets = map[string]bool{}
	}
	r.secrets[secret] = true
	r.current.Store(nil)
}

// String masks the secrets in a text.
func (r *Redactor) String(s string) string {
	b := []byte(s)
	spans := r.matcher().spans(b, deepest)
	if len(spans) == 0 {
		return s
	}
	return string(appendMasked(nil, b, spans))
}

func (r *Redactor) matcher() *matcher {
	if m := r.current.Load(); m != nil {
		return m
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := newMatcher(r.secrets)
	r.current.Store(m)
	return m
}

// span is a stretch of a text.
type span struct{ start, end int }

// merged sorts spans and joins those that overlap.
func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
			continue
		}
		out = append(out, s)
	}
	return out
}

// appendMasked appends b with engine.Masked in the place of each span.
func appendMasked(dst, b []byte, spans []span) []byte {
	done := 0
	for _, s := range spans {
		dst = append(dst, b[done:s.start]...)
		dst = append(dst, engine.Masked...)
		done = s.end
	}
	return append(dst, b[done:]...)
}
