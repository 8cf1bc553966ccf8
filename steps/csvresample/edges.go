package csvresample

import "bytes"

// edges are the first and the last text of a column in a bucket, and how many
// there are. Nothing, and NaN, are no texts.
type edges struct {
	count       int64
	first, last edge
}

// edge is one text and its row's time.
type edge struct {
	at   int64
	text []byte
	own  bool // text is no part of a chunk
}

func (e *edges) add(text []byte, at int64) {
	if text = trim(text); len(text) == 0 || bytes.EqualFold(text, []byte("nan")) {
		return
	}
	if e.count == 0 || at < e.first.at {
		e.first = edge{at: at, text: text}
	}
	if e.count == 0 || at >= e.last.at {
		e.last = edge{at: at, text: text}
	}
	e.count++
}

func (e *edges) settle() {
	for _, one := range []*edge{&e.first, &e.last} {
		if !one.own {
			one.text, one.own = bytes.Clone(one.text), true
		}
	}
}

func (e *edges) merge(later *edges) {
	if e.count == 0 {
		*e = *later
		return
	}
	if later.count == 0 {
		return
	}
	if later.first.at < e.first.at {
		e.first = later.first
	}
	if later.last.at >= e.last.at {
		e.last = later.last
	}
	e.count += later.count
}
