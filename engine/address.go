package engine

import (
	"fmt"
	"strconv"
	"strings"
)

// Address names one step of a pipeline, as users write it in references:
// step.TYPE.NAME, or step.TYPE.NAME["KEY"] for one instance of a step that
// runs once per key. Addresses are comparable.
type Address struct {
	Type, Name string
	// Key is the instance key; it counts only where Keyed is true, since the
	// empty string is a key like any other.
	Key   string
	Keyed bool
}

// String gives the address in the form that ParseAddress reads.
func (a Address) String() string {
	s := "step." + a.Type + "." + a.Name
	if a.Keyed {
		s += "[" + strconv.Quote(a.Key) + "]"
	}
	return s
}

// Block is the address of the block that an instance belongs to.
func (a Address) Block() Address { return Address{Type: a.Type, Name: a.Name} }

// MarshalText makes an address a JSON string.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (a *Address) UnmarshalText(text []byte) error {
	got, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	*a = got
	return nil
}

// ParseAddress reads the form that String writes.
func ParseAddress(s string) (Address, error) {
	wrong := fmt.Errorf("%q is not a step address; write step.TYPE.NAME or step.TYPE.NAME[\"KEY\"]", s)
	rest, ok := strings.CutPrefix(s, "step.")
	if !ok {
		return Address{}, wrong
	}
	typ, name, ok := strings.Cut(rest, ".")
	if !ok || typ == "" || name == "" {
		return Address{}, wrong
	}
	name, index, keyed := strings.Cut(name, "[")
	a := Address{Type: typ, Name: name, Keyed: keyed}
	if !keyed {
		return a, nil
	}
	quoted, ok := strings.CutSuffix(index, "]")
	if !ok {
		return Address{}, wrong
	}
	key, err := strconv.Unquote(quoted)
	if err != nil {
		return Address{}, wrong
	}
	a.Key = key
	return a, nil
}
