package plot

import (
	"fmt"
	"image/color"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"dagrun/engine"
	"golang.org/x/image/colornames"
)

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
func (PicturePath) TypeName() string { return "path of a .png, .jpg, .svg or .pdf" }

// UnmarshalText checks the ending.
func (p *PicturePath) UnmarshalText(text []byte) error {
	*p = PicturePath(text)
	switch p.format() {
	case "png", "jpg", "jpeg", "svg", "pdf":
		return nil
	}
	return fmt.Errorf("%q names no format that can be drawn; end it in .png, .jpg, .svg or .pdf", text)
}

func (p PicturePath) format() string {
	return strings.TrimPrefix(strings.ToLower(path.Ext(string(p))), ".")
}

// pixels reports whether the picture is made of them.
func (p PicturePath) pixels() bool { return p.format() != "svg" && p.format() != "pdf" }

// SourcePath is a path or glob whose ending is a format that the step reads.
type SourcePath string

// TypeName is the name of the type in documents.
func (SourcePath) TypeName() string { return "path of a .csv, .tsv or .parquet" }

// UnmarshalText checks the ending.
func (p *SourcePath) UnmarshalText(text []byte) error {
	*p = SourcePath(text)
	name := strings.ToLower(string(text))
	switch path.Ext(name) {
	case ".duckdb", ".ddb", ".db":
		return fmt.Errorf("%q looks like a database; give it as database, with a query", text)
	case ".parquet":
		return nil
	case ".gz", ".zst":
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	if ext := path.Ext(name); ext != ".csv" && ext != ".tsv" {
		return fmt.Errorf("%q is neither a CSV nor a Parquet file; end it in .csv or .tsv, with .gz or .zst if it is compressed, or in .parquet", text)
	}
	return nil
}

// parquet reports whether the file is one.
func (p SourcePath) parquet() bool { return strings.ToLower(path.Ext(string(p))) == ".parquet" }
