package runlog

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// JSON masks the secrets in a line of the run log, and gives the same slice
// back when there are none. Only texts are rewritten, and the keys of what
// users and steps name (variables, arguments, outputs, fields): a secret such
// as "step", "failed" or "2024" leaves names, results, addresses, hashes,
// numbers and times as they are, so that the line keeps its meaning. JSON that
// is no such line is masked wherever it has texts and keys, and what is no JSON
// at all is masked as text.
func (r *Redactor) JSON(line []byte) []byte {
	if !json.Valid(line) {
		return []byte(r.String(string(line)))
	}
	masked, _ := r.line(line, 0)
	return masked
}

// line is JSON for what is known to be valid, and to hold nothing to mask before
// speech; it also says whether there was anything after it.
func (r *Redactor) line(line []byte, speech int) ([]byte, bool) {
	m := r.matcher()
	if !m.suspects(line[speech:]) {
		return line, false
	}
	w := rewriter{matcher: m, in: line}
	w.value(&lineShape)
	w.copyTo(len(w.in))
	if !w.changed {
		return line, false
	}
	return w.out, true
}

// suspects is the cheap check that most lines pass.
func (m *matcher) suspects(line []byte) bool {
	for range m.matches(line) {
		return true
	}
	return bytes.IndexByte(line, '\\') >= 0 || bytes.IndexByte(line, '%') >= 0
}

// shape says which parts of a value belong to the format and stay as they are.
type shape struct {
	fixed  bool              // the whole value
	fields map[string]*shape // the keys of an object, or of the objects in a list
}

// free is the shape of what users and steps make: keys and texts are masked.
var free = shape{}

var lineShape = shape{fields: map[string]*shape{
	"time": kept, "seq": kept, "event": kept, "run_id": kept, "schema": kept, "version": kept, "pipeline": kept,
	"logical_time": kept, "trigger": kept, "pid": kept, "resumed_from": kept, "resumed_runs": kept, "step": kept, "type": kept,
	"attempt": kept, "level": kept, "result": kept, "reason": kept, "steps": kept, "at_work": kept,
	"targets": kept, "exclusions": kept,
	"error":       {fields: map[string]*shape{"code": kept, "retryable": kept, "range": {fields: map[string]*shape{"start": kept, "end": kept}}}},
	"files":       {fields: map[string]*shape{"role": kept, "sha256": kept, "state": kept}},
	"decision":    {fields: map[string]*shape{"reason": kept, "run": kept}},
	"fingerprint": kept,
	"sources":     {fields: map[string]*shape{"sha256": kept}},
}}

var kept = &shape{fixed: true}

// rewriter walks over valid JSON and copies it, masking as it goes.
type rewriter struct {
	*matcher

	in      []byte
	pos     int // where it is
	copied  int // what of in is in out
	out     []byte
	changed bool
}

// value passes over one value and the white space around it.
func (w *rewriter) value(s *shape) {
	w.space()
	switch w.in[w.pos] {
	case '{':
		w.object(s)
	case '[':
		w.list(s)
	case '"':
		if s.fixed {
			w.scan()
		} else {
			w.text()
		}
	default: // a number, true, false or null
		for w.pos < len(w.in) && bytes.IndexByte([]byte(",]} \t\r\n"), w.in[w.pos]) < 0 {
			w.pos++
		}
	}
	w.space()
}

func (w *rewriter) object(s *shape) {
	keys := map[string]bool{}
	for w.pos++; ; w.pos++ {
		w.space()
		if w.in[w.pos] == '}' {
			break
		}
		key := w.key(s, keys)
		w.space()
		w.pos++ // the colon
		w.value(s.of(key))
		if w.in[w.pos] == '}' {
			break
		}
	}
	w.pos++
}

// key passes over a key and masks it where it is free. A masked key that is
// equal to another of the object is told apart by a number.
func (w *rewriter) key(s *shape, masked map[string]bool) string {
	start := w.pos
	key := w.scan()
	if s.fixed || s.fields != nil {
		return string(key)
	}
	name, changed := w.mask(key)
	if other, taken := masked[name]; taken && (changed || other) {
		name, changed = distinct(name, masked), true
	}
	if changed {
		w.replace(start, name)
	}
	masked[name] = changed
	return name
}

func distinct(name string, taken map[string]bool) string {
	for n := 2; ; n++ {
		other := fmt.Sprintf("%s %d", name, n)
		if _, ok := taken[other]; !ok {
			return other
		}
	}
}

// of is the shape of a field.
func (s *shape) of(key string) *shape {
	if s.fixed {
		return s
	}
	if field, ok := s.fields[key]; ok {
		return field
	}
	return &free
}

func (w *rewriter) list(s *shape) {
	for w.pos++; ; w.pos++ {
		w.space()
		if w.in[w.pos] == ']' {
			break
		}
		w.value(s)
		if w.in[w.pos] == ']' {
			break
		}
	}
	w.pos++
}

// text passes over a string and masks it.
func (w *rewriter) text() {
	start := w.pos
	if says, changed := w.mask(w.scan()); changed {
		w.replace(start, says)
	}
}

// scan passes over a string and gives what it says.
func (w *rewriter) scan() []byte {
	start := w.pos + 1
	for w.pos++; w.in[w.pos] != '"'; w.pos++ {
		if w.in[w.pos] == '\\' {
			w.pos++
		}
	}
	says := w.in[start:w.pos]
	w.pos++
	if v, escaped := unbackslashed(says); escaped {
		return v.text
	}
	return says
}

func (w *rewriter) mask(says []byte) (string, bool) {
	spans := w.spans(says, deepest)
	return string(appendMasked(nil, says, spans)), len(spans) > 0
}

// replace puts a string in the place of what stands between start and here.
func (w *rewriter) replace(start int, says string) {
	w.copyTo(start)
	w.out = appendQuoted(w.out, says)
	w.copied = w.pos
	w.changed = true
}

func (w *rewriter) copyTo(end int) {
	w.out = append(w.out, w.in[w.copied:end]...)
	w.copied = end
}

func (w *rewriter) space() {
	for w.pos < len(w.in) && bytes.IndexByte([]byte(" \t\r\n"), w.in[w.pos]) >= 0 {
		w.pos++
	}
}
