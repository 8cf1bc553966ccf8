// Package letter measures text, breaks it into lines, and turns it into
// outlines, in Liberation Sans, the sans face that gonum ships. Text that is
// measured here before it is placed neither overlaps nor leaves the picture.
//
// Outlines are what pictures of pixels and pages get: vgimg filters glyphs
// through a bitmap, which blurs turned text, and vgpdf writes every string in
// code page 1252 and embeds both faces whole, by way of temporary files. SVG
// keeps its text as text.
package letter

import (
	"fmt"
	"maps"
	"slices"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
)

// Face is a typeface in one weight. It caches glyphs and is not safe for
// concurrent use.
type Face struct {
	font    *sfnt.Font
	weight  stdfont.Weight
	em      fixed.Int26_6
	buf     sfnt.Buffer
	glyphs  map[rune]glyph
	missing map[rune]bool
	// Shares of the font size.
	ascent, descent, capitals float64
}

// glyph is a rune as the face has it, in units of the face's em.
type glyph struct {
	index   sfnt.GlyphIndex
	advance fixed.Int26_6
	outline sfnt.Segments
}

// Regular loads Liberation Sans Regular.
func Regular() (*Face, error) {
	return load(liberationsansregular.TTF, stdfont.WeightNormal)
}

// Bold loads Liberation Sans Bold.
func Bold() (*Face, error) {
	return load(liberationsansbold.TTF, stdfont.WeightBold)
}

func load(ttf []byte, weight stdfont.Weight) (*Face, error) {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("parse the font: %w", err)
	}
	f := &Face{
		font: parsed, weight: weight, em: fixed.Int26_6(parsed.UnitsPerEm()),
		glyphs: map[rune]glyph{}, missing: map[rune]bool{},
	}
	m, err := parsed.Metrics(&f.buf, f.em, stdfont.HintingNone)
	if err != nil {
		return nil, fmt.Errorf("measure the font: %w", err)
	}
	f.ascent, f.descent, f.capitals = f.share(m.Ascent), f.share(m.Descent), f.share(m.CapHeight)
	return f, nil
}

func (f *Face) share(units fixed.Int26_6) float64 { return float64(units) / float64(f.em) }

// Sized is the face as a canvas that writes text itself wants it.
func (f *Face) Sized(size font.Length) font.Face {
	return font.Face{
		Font: font.Font{Typeface: "Liberation", Variant: "Sans", Weight: f.weight, Size: size},
		Face: f.font,
	}
}

// Ascent is how far text of a size rises above its baseline.
func (f *Face) Ascent(size font.Length) font.Length { return size * font.Length(f.ascent) }

// Descent is how far text of a size reaches below its baseline.
func (f *Face) Descent(size font.Length) font.Length { return size * font.Length(f.descent) }

// Capitals is the height of capital letters and digits of a size.
func (f *Face) Capitals(size font.Length) font.Length { return size * font.Length(f.capitals) }

// Width is how far text of a size runs, kerning included.
func (f *Face) Width(text string, size font.Length) font.Length {
	return size * font.Length(f.share(f.walk(text, func(glyph, fixed.Int26_6) {})))
}

// Missing lists the characters met so far that the face has no glyph for, in
// order. The face's empty box was measured and drawn for each.
func (f *Face) Missing() []rune { return slices.Sorted(maps.Keys(f.missing)) }

// walk goes through text glyph by glyph, telling each one's place, and gives
// the place behind the last.
func (f *Face) walk(text string, visit func(g glyph, x fixed.Int26_6)) fixed.Int26_6 {
	var x fixed.Int26_6
	var before sfnt.GlyphIndex
	for _, r := range text {
		g := f.glyph(r)
		if before != 0 && g.index != 0 {
			if kern, err := f.font.Kern(&f.buf, before, g.index, f.em, stdfont.HintingNone); err == nil {
				x += kern
			}
		}
		visit(g, x)
		x += g.advance
		before = g.index
	}
	return x
}

func (f *Face) glyph(r rune) glyph {
	if g, ok := f.glyphs[r]; ok {
		return g
	}
	g := f.load(r)
	f.glyphs[r] = g
	return g
}

// load reads a glyph from the font. A character that the font lacks is as wide
// as the em, which is what Chinese, Japanese and Korean characters measure in
// any face that a viewer may put in; marks and joiners are nothing.
func (f *Face) load(r rune) glyph {
	index, err := f.font.GlyphIndex(&f.buf, r)
	if (err != nil || index == 0) && unicode.In(r, unicode.Mn, unicode.Cf) {
		return glyph{}
	}
	g := glyph{index: index, advance: f.em}
	if err != nil || index == 0 {
		f.missing[r] = true
	} else if advance, err := f.font.GlyphAdvance(&f.buf, index, f.em, stdfont.HintingNone); err == nil {
		g.advance = advance
	}
	if outline, err := f.font.LoadGlyph(&f.buf, index, f.em, nil); err == nil {
		g.outline = slices.Clone(outline)
	}
	return g
}
