package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// hide takes the values out of source text that may have a secret in it: those
// of attributes whose names say so, and a sensitive variable's default.
func (s sources) hide(e *excerpt, file string) {
	var secrets []span
	switch body, native := s.files[file].Body.(*hclsyntax.Body); {
	case isJSON(file):
		secrets = jsonSecrets(s.files[file].Bytes, s.secret)
	case native && !s.broken[file]:
		secrets = nativeSecrets(body, s.secret)
	default:
		s.hideLiteral(e, s.files[file].Bytes)
	}
	for _, secret := range slices.Backward(outermost(secrets)) {
		e.cover(secret)
	}
	if s.broken[file] {
		e.coverBehind(s.secret)
	}
}

// nativeSecrets lists the expressions in a body that may be secrets.
func nativeSecrets(body *hclsyntax.Body, secret func(name string) bool) []span {
	var found []span
	for _, attr := range body.Attributes {
		if secret(attr.Name) {
			found = append(found, spanOf(attr.Expr))
		}
		_ = hclsyntax.VisitAll(attr.Expr, func(n hclsyntax.Node) hcl.Diagnostics {
			if item, ok := n.(*hclsyntax.ObjectConsExpr); ok {
				for _, pair := range item.Items {
					if key, _ := pair.KeyExpr.Value(nil); isText(key) && secret(key.AsString()) {
						found = append(found, spanOf(pair.ValueExpr))
					}
				}
			}
			return nil
		})
	}
	if d, flag := body.Attributes["default"], body.Attributes["sensitive"]; d != nil && flag != nil {
		if said, _ := flag.Expr.Value(nil); !said.RawEquals(cty.False) {
			found = append(found, spanOf(d.Expr))
		}
	}
	for _, b := range body.Blocks {
		found = append(found, nativeSecrets(b.Body, secret)...)
	}
	return found
}

func isText(v cty.Value) bool { return v.Type() == cty.String && v.IsKnown() && !v.IsNull() }

func spanOf(expr hclsyntax.Expression) span {
	r := expr.Range()
	return span{r.Start.Byte, r.End.Byte}
}

// outermost puts stretches in order and leaves out those within others.
func outermost(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	end := 0
	return slices.DeleteFunc(all, func(s span) bool {
		inside := s.end <= end
		end = max(end, s.end)
		return inside
	})
}

var assignment = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_-]*)\s*=`)

// hideLiteral does it by the text of one line, where the file cannot be parsed.
func (s sources) hideLiteral(e *excerpt, src []byte) {
	if m := assignment.FindStringSubmatchIndex(e.code); m != nil {
		if name := e.code[m[2]:m[3]]; s.secret(name) || name == "default" && inSensitiveVariable(src, e.start) {
			e.coverRest(m[1])
		}
	}
}

var (
	blockStart    = regexp.MustCompile(`\n[a-z]`)
	saysSensitive = regexp.MustCompile(`(?m)^\s*sensitive\s*=\s*true`)
)

// inSensitiveVariable looks at the lines around a place, since the file may not
// be parsable.
func inSensitiveVariable(src []byte, at int) bool {
	start := bytes.LastIndex(src[:at], []byte("\nvariable"))
	if start < 0 && !bytes.HasPrefix(src, []byte("variable")) {
		return false
	}
	block := src[start+1:]
	if next := blockStart.FindIndex(block); next != nil {
		block = block[:next[0]]
	}
	return at < start+1+len(block) && saysSensitive.Match(block)
}

// jsonSecrets lists the values in a JSON text that may be secrets: of keys that
// say so, and the defaults of sensitive variables. The text may be broken.
func jsonSecrets(src []byte, secret func(name string) bool) []span {
	f := &secretFinder{src: src, secret: secret}
	for _, token := range jsonTokens(src) {
		f.take(token)
	}
	for len(f.open) > 0 {
		f.close()
	}
	return f.found
}

// secretFinder goes through the tokens of a JSON text.
type secretFinder struct {
	src    []byte
	secret func(name string) bool
	open   []*jsonObject // objects and lists around the token, inmost last
	found  []span
}

// jsonObject is an object, or a list, that is being read.
type jsonObject struct {
	list      bool
	key       string // of the property that is being read; empty before it
	value     span   // of that property, as far as it is read
	defaults  []span
	sensitive bool
}

func (f *secretFinder) take(token span) {
	switch c := f.src[token.start]; c {
	case '{', '[':
		f.extend(token)
		f.open = append(f.open, &jsonObject{list: c == '['})
	case '}', ']':
		f.close()
		f.extend(token)
	case ',':
		f.finish()
	case ':':
	default:
		f.extend(token)
	}
}

// extend adds a token to the property that is being read, or begins one.
func (f *secretFinder) extend(token span) {
	if len(f.open) == 0 {
		return
	}
	in := f.open[len(f.open)-1]
	switch {
	case in.list:
	case in.key == "":
		in.key = jsonKey(f.src[token.start:token.end])
	case in.value == span{}:
		in.value = token
	default:
		in.value.end = token.end
	}
}

func jsonKey(token []byte) string {
	var name string
	if err := json.Unmarshal(token, &name); err != nil { // broken
		return strings.Trim(string(token), `"'`)
	}
	return name
}

// finish judges the property that has been read.
func (f *secretFinder) finish() {
	if len(f.open) == 0 {
		return
	}
	in := f.open[len(f.open)-1]
	switch {
	case in.value == span{}:
	case f.secret(in.key):
		f.found = append(f.found, in.value)
	case in.key == "default":
		in.defaults = append(in.defaults, in.value)
	case in.key == "sensitive":
		in.sensitive = !bytes.Equal(f.src[in.value.start:in.value.end], []byte("false"))
	}
	in.key, in.value = "", span{}
}

func (f *secretFinder) close() {
	if len(f.open) == 0 {
		return
	}
	f.finish()
	in := f.open[len(f.open)-1]
	if in.sensitive {
		f.found = append(f.found, in.defaults...)
	}
	f.open = f.open[:len(f.open)-1]
}

// excerpt is source text that is shown, with a stretch of it marked.
type excerpt struct {
	code  string
	start int // of the text, in bytes of the source
	mark  span
}

// cover puts the mask over a stretch of the source.
func (e *excerpt) cover(s span) {
	from, to := max(s.start-e.start, 0), min(s.end-e.start, len(e.code))
	if from >= to {
		return
	}
	e.code = e.code[:from] + engine.Masked + e.code[to:]
	longer := len(engine.Masked) - (to - from)
	move := func(at, inside int) int {
		switch {
		case at <= from:
			return at
		case at < to:
			return inside
		}
		return at + longer
	}
	e.mark = span{move(e.mark.start, from), move(e.mark.end, from+len(engine.Masked))}
}

// coverRest puts the mask over all that follows a place in the text.
func (e *excerpt) coverRest(at int) {
	for at < len(e.code) && e.code[at] == ' ' {
		at++
	}
	e.cover(span{e.start + at, e.start + len(e.code)})
}

var word = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_-]*)["']?\s*[:=]?`)

// coverBehind puts the mask over what follows a word that says secret, in text
// that does not follow the syntax.
func (e *excerpt) coverBehind(secret func(name string) bool) {
	for _, at := range word.FindAllStringSubmatchIndex(e.code, -1) {
		if secret(e.code[at[2]:at[3]]) {
			e.coverRest(at[1])
			return
		}
	}
}
