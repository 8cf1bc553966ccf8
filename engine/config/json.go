package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// jsonBody is a body in JSON syntax that says better where things are: a block
// is where its name or label stands, not its bracket, and a place inside a
// string is right also behind an escape.
type jsonBody struct {
	hcl.Body
	text *jsonText
}

// Content implements hcl.Body.
func (b jsonBody) Content(schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Diagnostics) {
	content, diags := b.Body.Content(schema)
	for i, d := range diags {
		if rest, found := strings.CutPrefix(d.Detail, "No argument or block type is named "); found {
			diags[i] = unsupported(rest, *d.Subject, len(schema.Attributes) == 0)
		}
	}
	return b.placed(content), diags
}

// unsupported says of a property what is said of an argument or a block in HCL's
// own syntax. The text begins with its name, in quotes.
func unsupported(text string, at hcl.Range, block bool) *hcl.Diagnostic {
	name, suggestion, _ := strings.Cut(text, ".")
	if block {
		return problem(at, "Unsupported block type", "Blocks of type %s are not expected here.%s", name, suggestion)
	}
	return problem(at, "Unsupported argument", "An argument named %s is not expected here.%s", name, suggestion)
}

// PartialContent implements hcl.Body.
func (b jsonBody) PartialContent(schema *hcl.BodySchema) (*hcl.BodyContent, hcl.Body, hcl.Diagnostics) {
	content, remain, diags := b.Body.PartialContent(schema)
	return b.placed(content), jsonBody{remain, b.text}, diags
}

// JustAttributes implements hcl.Body.
func (b jsonBody) JustAttributes() (hcl.Attributes, hcl.Diagnostics) {
	attrs, diags := b.Body.JustAttributes()
	return b.text.attributes(attrs), diags
}

func (b jsonBody) placed(content *hcl.BodyContent) *hcl.BodyContent {
	content.Attributes = b.text.attributes(content.Attributes)
	for _, block := range content.Blocks {
		block.DefRange = b.text.header(block)
		block.Body = jsonBody{block.Body, b.text}
	}
	return content
}

// jsonExpr is an expression in a jsonBody.
type jsonExpr struct {
	hcl.Expression
	text *jsonText
}

// Value implements hcl.Expression.
func (e jsonExpr) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	value, diags := e.Expression.Value(ctx)
	for i, d := range diags {
		if d.Subject != nil && d.Subject.Filename == e.Range().Filename {
			placed, at := *d, e.text.place(*d.Subject)
			placed.Subject = &at
			diags[i] = &placed
		}
	}
	return value, diags
}

// Variables implements hcl.Expression.
func (e jsonExpr) Variables() []hcl.Traversal {
	traversals := e.Expression.Variables()
	for _, t := range traversals {
		move(t, e.text.place)
	}
	return traversals
}

// ExprList gives the elements of a list that is written out.
func (e jsonExpr) ExprList() []hcl.Expression {
	list, diags := hcl.ExprList(e.Expression)
	if diags.HasErrors() {
		return nil
	}
	for i, element := range list {
		list[i] = jsonExpr{element, e.text}
	}
	return list
}

// Range implements hcl.Expression.
func (e jsonExpr) Range() hcl.Range { return e.text.place(e.Expression.Range()) }

// asReference is the reference that a string in JSON syntax is, where one is
// wanted. Any other expression is itself.
func asReference(expr hcl.Expression) hcl.Expression {
	e, ok := expr.(jsonExpr)
	if !ok {
		return expr
	}
	text, ok := e.literal()
	if !ok {
		return expr
	}
	native, diags := hclsyntax.ParseExpression([]byte(text), e.Range().Filename, e.inside())
	if diags.HasErrors() {
		return expr
	}
	return jsonExpr{native, e.text}
}

// literal is the text of a string, as it is written.
func (e jsonExpr) literal() (string, bool) {
	value, _ := e.Expression.Value(nil) // without a context there is nothing to evaluate
	if value.Type() != cty.String || value.IsNull() || !value.IsKnown() {
		return "", false
	}
	return value.AsString(), true
}

// inside is where the text of a string begins.
func (e jsonExpr) inside() hcl.Pos {
	at := e.Range().Start
	at.Byte++
	at.Column++
	return at
}

// nativePart is native syntax in an expression, with what corrects its places.
type nativePart struct {
	node  hclsyntax.Node
	place func(hcl.Range) hcl.Range
}

// nativeParts lists the native syntax in an expression: all of it, or what
// stands in strings in JSON syntax.
func nativeParts(expr hcl.Expression) []nativePart {
	found := hcl.UnwrapExpressionUntil(expr, func(e hcl.Expression) bool {
		_, inJSON := e.(jsonExpr)
		_, native := e.(hclsyntax.Expression)
		return inJSON || native
	})
	if native, ok := found.(hclsyntax.Expression); ok {
		return []nativePart{{native, func(r hcl.Range) hcl.Range { return r }}}
	}
	if e, ok := found.(jsonExpr); ok {
		return e.nativeParts()
	}
	return nil
}

func (e jsonExpr) nativeParts() []nativePart {
	if native, ok := e.Expression.(hclsyntax.Expression); ok {
		return []nativePart{{native, e.text.place}}
	}
	if text, ok := e.literal(); ok {
		template, diags := hclsyntax.ParseTemplate([]byte(text), e.Range().Filename, e.inside())
		if diags.HasErrors() { // said when it is evaluated
			return nil
		}
		return []nativePart{{template, e.text.place}}
	}
	inner := e.ExprList()
	pairs, _ := hcl.ExprMap(e.Expression) // else it is none
	for _, pair := range pairs {
		inner = append(inner, jsonExpr{pair.Key, e.text}, jsonExpr{pair.Value, e.text})
	}
	var parts []nativePart
	for _, expr := range inner {
		parts = append(parts, nativeParts(expr)...)
	}
	return parts
}

// unadorned is how a reference is to be written that stands for itself.
func unadorned(expr hcl.Expression) string {
	if isJSON(expr.Range().Filename) {
		return "in quotes, without ${}"
	}
	return "without quotes"
}

// move changes the place of each part of a reference.
func move(t hcl.Traversal, place func(hcl.Range) hcl.Range) {
	for i, part := range t {
		switch part := part.(type) {
		case hcl.TraverseRoot:
			part.SrcRange = place(part.SrcRange)
			t[i] = part
		case hcl.TraverseAttr:
			part.SrcRange = place(part.SrcRange)
			t[i] = part
		case hcl.TraverseIndex:
			part.SrcRange = place(part.SrcRange)
			t[i] = part
		}
	}
}

// UnwrapExpression lets hcl find what an expression can do beside its value.
func (e jsonExpr) UnwrapExpression() hcl.Expression { return e.Expression }

// jsonText is the source of a JSON file.
type jsonText struct {
	src     []byte
	strings []span // in order, with their quotes
}

// span is a stretch of a source, by bytes; end is exclusive.
type span struct{ start, end int }

func newJSONText(src []byte) *jsonText {
	t := &jsonText{src: src}
	for _, token := range jsonTokens(src) {
		if src[token.start] == '"' {
			t.strings = append(t.strings, token)
		}
	}
	return t
}

func (t *jsonText) attributes(attrs hcl.Attributes) hcl.Attributes {
	for _, attr := range attrs {
		attr.Expr = jsonExpr{attr.Expr, t}
	}
	return attrs
}

// header is where a block begins: at its last label, else at its type; one of
// a list at its first property.
func (t *jsonText) header(b *hcl.Block) hcl.Range {
	if n := len(b.LabelRanges); n > 0 {
		return b.LabelRanges[n-1]
	}
	at := b.DefRange.Start.Byte
	if at >= len(t.src) || t.src[at] != '[' {
		return b.TypeRange
	}
	var properties []hcl.Range
	attrs, _ := b.Body.JustAttributes() // what is wrong is said when the block is read
	for _, attr := range attrs {
		properties = append(properties, attr.NameRange)
	}
	if len(properties) == 0 {
		return b.Body.MissingItemRange()
	}
	return slices.MinFunc(properties, comparePlaces)
}

// place corrects a place inside a string, which hcl reckons as if the string
// had no escapes. Places of whole strings and of anything else are right.
func (t *jsonText) place(r hcl.Range) hcl.Range {
	i, _ := slices.BinarySearchFunc(t.strings, r.Start.Byte, func(s span, at int) int { return s.start - at })
	if i == 0 || t.strings[i-1].end <= r.Start.Byte {
		return r
	}
	in := t.strings[i-1] // the last that begins before the place
	r.Start = t.pos(in, r.Start.Byte)
	r.End = t.pos(in, r.End.Byte)
	return r
}

// pos is the position of a byte that was reckoned without escapes.
func (t *jsonText) pos(in span, reckoned int) hcl.Pos {
	at := in.start + 1
	for left := reckoned - at; left > 0 && at < in.end-1; {
		encoded, decoded := jsonCharacter(t.src[at:in.end])
		at += encoded
		left -= decoded
	}
	return posOf(t.src, at)
}

func posOf(src []byte, at int) hcl.Pos {
	line := bytes.LastIndexByte(src[:at], '\n') + 1
	return hcl.Pos{Byte: at, Line: bytes.Count(src[:line], []byte("\n")) + 1, Column: utf8.RuneCount(src[line:at]) + 1}
}

// jsonCharacter measures the first character of a string's text in bytes, as
// it is written and as it is meant.
func jsonCharacter(text []byte) (encoded, decoded int) {
	switch {
	case text[0] != '\\':
		_, size := utf8.DecodeRune(text)
		return size, size
	case len(text) < 6 || text[1] != 'u':
		return 2, 1
	}
	r, _, _, err := strconv.UnquoteChar(string(text[:6]), '"')
	switch {
	case err == nil:
		return 6, utf8.RuneLen(r)
	case len(text) >= 12 && text[6] == '\\' && text[7] == 'u': // a pair of surrogates
		return 12, 4
	}
	return 6, utf8.RuneLen(utf8.RuneError)
}

// explainJSON says what is wrong with a JSON text that hcl cannot parse. Where
// it is, the standard library knows better.
func explainJSON(src []byte, path string, diags hcl.Diagnostics) hcl.Diagnostics {
	var value any
	var wrong *json.SyntaxError
	if !errors.As(json.Unmarshal(src, &value), &wrong) {
		return diags
	}
	at := posOf(src, max(0, min(int(wrong.Offset), len(src))-1))
	end := at
	end.Byte, end.Column = min(at.Byte+1, len(src)), at.Column+1
	return hcl.Diagnostics{problem(hcl.Range{Filename: path, Start: at, End: end}, "Invalid JSON", "%s.%s",
		capital(wrong.Error()), jsonRemedy(wrong.Error()))}
}

// jsonRemedy says what is likely missing by the standard library's words.
func jsonRemedy(said string) string {
	for _, known := range []struct{ words, remedy string }{
		{"after object key:value pair", " A comma is missing before it, or a brace."},
		{"after array element", " A comma is missing before it, or a bracket."},
		{"after object key", " A colon is missing before it."},
		{"beginning of object key", " Names stand in double quotes, and behind the last property there is no comma."},
		{"beginning of value", " Texts and expressions stand in double quotes, and behind the last element there is no comma."},
		{"in string", " A quote is not closed, or a backslash is not doubled."},
		{"unexpected end", " A brace, a bracket or a quote is not closed."},
		{"after top-level value", " There is a brace or bracket too many before it."},
	} {
		if strings.Contains(said, known.words) {
			return known.remedy
		}
	}
	return ""
}

// jsonTokens cuts a JSON text, which may be broken, into its strings, its
// punctuation and what is between them. A string ends at the latest at its
// line's end.
func jsonTokens(src []byte) []span {
	var tokens []span
	for at := 0; at < len(src); {
		end := at + 1
		switch c := src[at]; {
		case bytes.IndexByte([]byte(" \t\r\n"), c) >= 0:
			at = end
			continue
		case c == '"':
			end = endOfString(src, at)
		case !isJSONPunctuation(c):
			for end < len(src) && !isJSONPunctuation(src[end]) && bytes.IndexByte([]byte("\" \t\r\n"), src[end]) < 0 {
				end++
			}
		}
		tokens = append(tokens, span{at, end})
		at = end
	}
	return tokens
}

func isJSONPunctuation(c byte) bool { return bytes.IndexByte([]byte("{}[]:,"), c) >= 0 }

// endOfString is where the string ends whose opening quote stands at a byte.
func endOfString(src []byte, at int) int {
	for at++; at < len(src) && src[at] != '\n'; at++ {
		switch src[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return min(at, len(src))
}
