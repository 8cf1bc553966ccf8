package runlog

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
)

// deepest is how many layers of escapes are looked through: a JSON text inside
// a JSON string, with a URL in it.
const deepest = 3

// matcher finds many patterns at once. Every position of a text is looked up by
// its first three bytes in a small set of bits, so that the common case, no
// pattern, costs a few instructions however many there are.
type matcher struct {
	bits    [1 << 10]uint64
	buckets map[uint32][]pattern // by first three bytes, longest first
}

func newMatcher(secrets map[string]bool) *matcher {
	m := &matcher{buckets: map[uint32][]pattern{}}
	for secret := range secrets {
		for _, p := range patternsOf(secret) {
			key := prefix(p.text[0], p.text[1], p.text[2])
			m.buckets[key] = append(m.buckets[key], p)
			m.bits[slot(key)/64] |= 1 << (slot(key) % 64)
		}
	}
	for _, bucket := range m.buckets {
		slices.SortFunc(bucket, func(a, b pattern) int { return cmp.Compare(len(b.text), len(a.text)) })
	}
	return m
}

func prefix(a, b, c byte) uint32 { return uint32(a) | uint32(b)<<8 | uint32(c)<<16 }

// slot spreads prefixes over the bits: Fibonacci hashing, Knuth, The Art of
// Computer Programming, volume 3, section 6.4.
func slot(prefix uint32) uint32 { return prefix * 0x9E3779B1 >> 16 }

// matches gives what has to be masked in b as it stands, in no certain order.
func (m *matcher) matches(b []byte) iter.Seq[span] {
	return func(yield func(span) bool) {
		for s := range passwords(b) {
			if !yield(s) {
				return
			}
		}
		if len(m.buckets) == 0 || len(b) < shortest {
			return
		}
		next := prefix(0, b[0], b[1])
		for i := 2; i < len(b); i++ {
			next = next>>8 | uint32(b[i])<<16
			if h := slot(next); m.bits[h/64]&(1<<(h%64)) == 0 {
				continue
			}
			if s, ok := m.longest(b, i-2, next); ok && !yield(s) {
				return
			}
		}
	}
}

// longest finds the longest pattern at a position.
func (m *matcher) longest(b []byte, at int, key uint32) (span, bool) {
	for _, p := range m.buckets[key] {
		if s := (span{at, at + len(p.text)}); bytes.HasPrefix(b[at:], p.text) && !p.inMask(b, s) {
			return p.widened(b, s), true
		}
	}
	return span{}, false
}

// spans gives what has to be masked in b, in order and without overlap, looking
// through so many layers of escapes.
func (m *matcher) spans(b []byte, layers int) []span {
	found := slices.Collect(m.matches(b))
	if layers > 0 {
		for _, unescape := range []func([]byte) (view, bool){unbackslashed, unpercented} {
			if v, changed := unescape(b); changed {
				for _, s := range m.spans(v.text, layers-1) {
					found = append(found, span{v.from[s.start], v.to[s.end-1]})
				}
			}
		}
	}
	return merged(found)
}
