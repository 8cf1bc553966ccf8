package plot

import (
	"fmt"
	"image/color"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
	"gonum.org/v1/plot/vg"

	"dagrun/engine"
)

// Length is a width or height, in points; users write "12in", "30cm", "300mm",
// "864pt" or "1200px".
type Length vg.Length

// TypeName is the name of the type in documents.
func (Length) TypeName() string { return "length" }

// UnmarshalText reads the written form. The bounds are what a chart can be
// read at, and what PDF allows.
func (l *Length) UnmarshalText(text []byte) error {
	wrong := fmt.Errorf("%q is not a length; write it like \"12in\", \"30cm\", \"300mm\" or \"1200px\"", text)
	if len(text) < 3 {
		return wrong
	}
	amount := string(text[:len(text)-2])
	units := map[string]vg.Length{"in": vg.Inch, "cm": vg.Centimeter, "mm": vg.Millimeter, "pt": 1, "px": vg.Inch / 96}
	unit, known := units[string(text[len(text)-2:])]
	n, err := strconv.ParseFloat(amount, 64)
	if !known || strings.Trim(amount, "0123456789.") != "" || err != nil && !math.IsInf(n, 1) {
		return wrong
	}
	v := vg.Length(n) * unit
	if v < 2*vg.Inch || v > 200*vg.Inch {
		return fmt.Errorf("%q is not within 2in and 200in, where a chart can be read", text)
	}
	*l = Length(v)
	return nil
}

// Color is an opaque colour; users write a CSS name, "#rgb" or "#rrggbb".
type Color struct{ color.RGBA }

// TypeName is the name of the type in documents.
func (Color) TypeName() string { return "color" }

// UnmarshalText reads the written form.
func (c *Color) UnmarshalText(text []byte) error {
	s := strings.ToLower(string(text))
	if named, ok := colornames.Map[s]; ok {
		c.RGBA = named
		return nil
	}
	hex, ok := strings.CutPrefix(s, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if !ok || len(hex) != 6 || err != nil {
		question := ""
		if near := engine.Nearest(s, slices.Sorted(maps.Keys(colornames.Map))); near != "" {
			question = fmt.Sprintf("did you mean %q? ", near)
		}
		return fmt.Errorf("%q is not a color; %swrite a CSS name such as \"blue\", or \"#rrggbb\"", text, question)
	}
	c.RGBA = color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xFF} //nolint:gosec // one byte each
	return nil
}

// PicturePath is a path whose ending is a format that the step writes.
type PicturePath string

// TypeName is the name of the type in documents.
func (PicturePath) TypeName() string { return "path of a .png, .svg or .pdf" }

// UnmarshalText checks the ending.
func (p *PicturePath) UnmarshalText(text []byte) error {
	*p = PicturePath(text)
	switch p.format() {
	case "png", "svg", "pdf":
		return nil
	}
	return fmt.Errorf("%q names no format that can be drawn; end it in .png, .svg or .pdf", text)
}

func (p PicturePath) format() string {
	return strings.TrimPrefix(strings.ToLower(path.Ext(string(p))), ".")
}

// SourcePath is a path or glob whose ending is a format that the step reads.
type SourcePath string

// TypeName is the name of the type in documents.
func (SourcePath) TypeName() string { return "path of a .csv or .tsv" }

// UnmarshalText checks the ending.
func (p *SourcePath) UnmarshalText(text []byte) error {
	*p = SourcePath(text)
	name := strings.ToLower(string(text))
	switch path.Ext(name) {
	case ".duckdb", ".ddb", ".db":
		return fmt.Errorf("%q looks like a database; give it as database, with a query", text)
	case ".gz", ".zst":
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	if ext := path.Ext(name); ext != ".csv" && ext != ".tsv" {
		return fmt.Errorf("%q is no CSV file; end it in .csv or .tsv, with .gz or .zst if it is compressed", text)
	}
	return nil
}
