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
}

// take makes the edge that of a row, whose bytes are soon others.
func (e *edge) take(text []byte, at int64) {
	e.at, e.text = at, append(e.text[:0], text...)
}

func (e *edges) add(text []byte, at int64) {
	if text = trim(text); len(text) == 0 || bytes.EqualFold(text, []byte("nan")) {
		return
	}
	if e.count == 0 || at < e.first.at {
		e.first.take(text, at)
	}
	if e.count == 0 || at >= e.last.at {
		e.last.take(text, at)
	}
	e.count++
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
