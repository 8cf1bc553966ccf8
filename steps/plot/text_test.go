package plot_test

import (
	"encoding"
	"image/color"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot"
)

func TestLengths(t *testing.T) {
	for text, want := range map[string]vg.Length{
		"12in": 864, "30cm": 30 * vg.Centimeter, "300mm": 30 * vg.Centimeter, "1200px": 450, "864pt": 864, "2.5in": 180, "200in": 14400,
	} {
		var l plot.Length
		if err := l.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if math.Abs(float64(l.At(192)-want)) > 1e-9 {
			t.Errorf("%q is %v points, want %v", text, l.At(192), want)
		}
	}
}

func TestColors(t *testing.T) {
	for text, want := range map[string]color.RGBA{
		"blue": {0, 0, 0xFF, 0xFF}, "Red": {0xFF, 0, 0, 0xFF}, "cornflowerblue": {0x64, 0x95, 0xED, 0xFF},
		"#f00": {0xFF, 0, 0, 0xFF}, "#D55E00": {0xD5, 0x5E, 0x00, 0xFF},
	} {
		var c plot.Color
		if err := c.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if c.RGBA != want {
			t.Errorf("%q is %v, want %v", text, c.RGBA, want)
		}
	}
}

func TestWhatIsMisspeltIsToldBeforeTheRun(t *testing.T) {
	tests := []struct {
		name string
		into encoding.TextUnmarshaler
		text string
		want string
	}{
		{"a length without a unit", new(plot.Length), "1200", "write it like"},
		{"a length of an unknown unit", new(plot.Length), "12ft", "write it like"},
		{"a negative length", new(plot.Length), "-12in", "write it like"},
		{"a length in words", new(plot.Length), "infin", "write it like"},
		{"no length", new(plot.Length), "", "write it like"},
		{"a length of points only", new(plot.Length), "...in", "write it like"},
		{"a length that is too small", new(plot.Length), "1in", "within 2in and 200in"},
		{"a length that is too large", new(plot.Length), "3m" + "m", "within 2in and 200in"},
		{"a length beyond all numbers", new(plot.Length), strings.Repeat("9", 400) + "in", "within 2in and 200in"},
		{"a misspelt color", new(plot.Color), "blu", `did you mean "blue"?`},
		{"a color of five digits", new(plot.Color), "#12345", "#rrggbb"},
		{"a color with a sign", new(plot.Color), "#+12345", "#rrggbb"},
		{"digits without a hash", new(plot.Color), "ff0000", "#rrggbb"},
		{"no color", new(plot.Color), "", "#rrggbb"},
		{"a picture in another format", new(plot.PicturePath), "chart.gif", "end it in .png, .jpg, .svg or .pdf"},
		{"a picture without an ending", new(plot.PicturePath), "png", "end it in .png, .jpg, .svg or .pdf"},
		{"a folder that has the ending", new(plot.PicturePath), "a.png/chart", "end it in .png, .jpg, .svg or .pdf"},
		{"a source in another format", new(plot.SourcePath), "data.xlsx", "end it in .csv or .tsv"},
		{"a source that is a database", new(plot.SourcePath), "data.duckdb", "give it as database"},
		{"a compressed Parquet file", new(plot.SourcePath), "data.parquet.gz", "or in .parquet"},
		{"a source that is only compressed", new(plot.SourcePath), "data.gz", "end it in .csv or .tsv"},
		{"a format without directives", new(plot.TimeFormat), "yesterday", "shows neither a date nor a time of day"},
		{"a format of nothing", new(plot.TimeFormat), "", "shows neither a date nor a time of day"},
		{"a format without a year", new(plot.TimeFormat), "%d/%m %H:%M", "shows no whole date"},
		{"a directive that is none", new(plot.TimeFormat), "%Y-%q", "%q is no directive"},
		{"a directive for writing only", new(plot.TimeFormat), "%Y-W%V", "%V is no directive"},
		{"a Go layout", new(plot.TimeFormat), "2006-01-02", "shows neither a date nor a time of day"},
		{"a percent sign at the end", new(plot.TimeFormat), "%H:%", "ends in a percent sign"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.into.UnmarshalText([]byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error that says %q", err, tt.want)
			}
		})
	}
}
