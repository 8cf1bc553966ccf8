package duckdbload

import "bytes"

// fieldKinds follows one column through the whole source.
type fieldKinds struct {
	left   kinds // what every value so far can become
	seen   bool  // there was a value
	padded bool  // a value has spaces around it
}

// note narrows the column by one value.
func (k *fieldKinds) note(text []byte) {
	k.narrow(kindsOf(text), text)
}

// narrowQuickly is for a value without spaces around it.
func (k *fieldKinds) narrowQuickly(by kinds) {
	if !k.seen {
		k.seen, k.left = true, isAny
	}
	k.left &= by
}

func (k *fieldKinds) narrow(by kinds, text []byte) {
	k.narrowQuickly(by)
	k.padded = k.padded || text[0] == ' ' || text[len(text)-1] == ' '
}

// join narrows the column by what another file has in it.
func (k *fieldKinds) join(other fieldKinds) {
	k.padded = k.padded || other.padded
	if other.seen {
		k.narrowQuickly(other.left)
	}
}

// typ is the first type of the ladder that fits.
func (k *fieldKinds) typ() string {
	if k.seen {
		for _, step := range ladder {
			if k.left&step.kind != 0 {
				return step.typ
			}
		}
	}
	return "VARCHAR"
}

// prove reports whether every value was seen to become typ without loss.
func (k *fieldKinds) prove(typ string) bool {
	for _, step := range ladder {
		if step.typ == typ {
			return k.seen && k.left&step.kind != 0
		}
	}
	return false
}

// noteJSON narrows the column by a value as JSON writes it. What stands in
// quotes may be a moment but is never a number.
func (k *fieldKinds) noteJSON(value []byte) {
	switch value[0] {
	case 'n':
	case 't', 'f':
		k.narrow(isBoolean, value)
	case '{', '[':
		k.narrow(isJSON, value)
	case '"':
		text := value[1 : len(value)-1]
		if len(text) == 0 || bytes.IndexByte(text, '\\') >= 0 {
			k.narrow(0, value)
			return
		}
		k.narrow(kindsOf(text)&(isDate|isTime|isTimestamp|isTimestampNS|isTimestampTZ), text)
	default:
		k.narrow(numberKinds(value), value)
	}
}
