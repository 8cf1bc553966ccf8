package config

import (
	"bytes"
	"encoding/json"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
)

// Masked writes a value as JSON for the run log, sensitive parts as
// "(sensitive)".
func Masked(v cty.Value) json.RawMessage {
	var b bytes.Buffer
	writeMasked(&b, v)
	return b.Bytes()
}

// MaskedArguments is Masked for a step's arguments, without those that are not
// given.
func MaskedArguments(args cty.Value) json.RawMessage {
	given := map[string]cty.Value{}
	for name, v := range args.AsValueMap() {
		if bare, _ := v.Unmark(); !bare.IsNull() {
			given[name] = v
		}
	}
	return Masked(cty.ObjectVal(given))
}

func writeMasked(b *bytes.Buffer, v cty.Value) {
	t := v.Type()
	switch {
	case v.HasMark(engine.Sensitive):
		writeJSON(b, engine.Masked)
	case !v.IsKnown():
		writeJSON(b, "(unknown)")
	case v.IsNull():
		b.WriteString("null")
	case t.IsObjectType() || t.IsMapType():
		writeMaskedObject(b, v)
	case t.IsListType() || t.IsSetType() || t.IsTupleType():
		writeMaskedList(b, v)
	default:
		bare, _ := v.UnmarkDeep()
		data, err := ctyjson.Marshal(bare, t)
		if err != nil { // a capsule; the language has none
			data = []byte("null")
		}
		b.Write(data)
	}
}

func writeMaskedObject(b *bytes.Buffer, v cty.Value) {
	b.WriteByte('{')
	first := true
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		if !first {
			b.WriteByte(',')
		}
		first = false
		writeJSON(b, key.AsString())
		b.WriteByte(':')
		writeMasked(b, e)
	}
	b.WriteByte('}')
}

func writeMaskedList(b *bytes.Buffer, v cty.Value) {
	b.WriteByte('[')
	i := 0
	for it := v.ElementIterator(); it.Next(); i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		_, e := it.Element()
		writeMasked(b, e)
	}
	b.WriteByte(']')
}

func writeJSON(b *bytes.Buffer, text string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string into memory
	b.Truncate(b.Len() - 1)
}
