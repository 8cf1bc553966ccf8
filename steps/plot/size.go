package plot

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"dagrun/engine"
	"dagrun/steps/plot/internal/paint"
)

// Length is a width or height; users write "12in", "30cm", "300mm", "864pt" or
// "1200px".
type Length struct {
	points vg.Length // of a length that is not in px
	pixels float64
}

// TypeName is the name of the type in documents.
func (Length) TypeName() string { return "length" }

// The bounds of a side are what a chart can be read at, and what PDF allows.
const (
	shortest = 2 * vg.Inch
	longest  = 200 * vg.Inch
)

// UnmarshalText reads the written form.
func (l *Length) UnmarshalText(text []byte) error {
	wrong := fmt.Errorf("%q is not a length; write it like \"12in\", \"30cm\", \"300mm\" or \"1200px\"", text)
	if len(text) < 3 {
		return wrong
	}
	amount := string(text[:len(text)-2])
	units := map[string]vg.Length{"in": vg.Inch, "cm": vg.Centimeter, "mm": vg.Millimeter, "pt": 1, "px": vg.Inch / screen}
	name := string(text[len(text)-2:])
	unit, known := units[name]
	n, err := strconv.ParseFloat(amount, 64)
	if !known || strings.Trim(amount, "0123456789.") != "" || err != nil && !math.IsInf(n, 1) {
		return wrong
	}
	*l = Length{points: vg.Length(n) * unit}
	if v := l.points; v < shortest || v > longest {
		return fmt.Errorf("%q is not within 2in and 200in (192px and 19200px), where a chart can be read", text)
	}
	if name == "px" {
		*l = Length{pixels: n}
	}
	return nil
}

// at is the length in points, with so many pixels to the inch.
func (l Length) at(dpi int) vg.Length {
	if l.pixels > 0 {
		return vg.Length(l.pixels) * vg.Inch / vg.Length(dpi)
	}
	return l.points
}

// Pixels to the inch: of a px in CSS, and of a picture that is sharp on screens
// with two for each of those.
const (
	screen = 96
	sharp  = 192
)

// resolution is how many pixels the picture has to the inch.
func (a Args) resolution() int {
	switch {
	case a.DPI != nil:
		return int(*a.DPI)
	case a.Output.pixels() && (a.Width.pixels > 0 || a.Height != nil && a.Height.pixels > 0):
		return screen
	}
	return sharp
}

// size is that of the picture. What is in px has so many pixels; where there
// are none, a px is that of CSS.
func (a Args) size() vg.Point {
	dpi := screen
	if a.Output.pixels() {
		dpi = a.resolution()
	}
	size := vg.Point{X: a.Width.at(dpi), Y: max(6, 3*vg.Length(len(a.Panels))) * vg.Inch}
	if a.Height != nil {
		size.Y = a.Height.at(dpi)
	}
	return size
}

// checkSize refuses a picture that nobody could read or open.
func (a Args) checkSize() error {
	size := a.size()
	if a.Output.pixels() && min(size.X, size.Y) < shortest {
		return &engine.StepError{
			Code: "too_small", Argument: "dpi",
			Message: fmt.Sprintf("with %d pixels to the inch the picture would be %.2g × %.2g inches; a chart needs 2 a side",
				a.resolution(), size.X/vg.Inch, size.Y/vg.Inch),
			Remedy: "Lower dpi, or give more pixels.",
		}
	}
	width, height := paint.Pixels(size, a.resolution())
	const maxSide, maxArea = 20_000, 100_000_000
	if a.Output.pixels() && (max(width, height) > maxSide || width*height > maxArea) {
		return &engine.StepError{
			Code: "too_large", Argument: "dpi",
			Message: fmt.Sprintf("the picture would have %d × %d pixels; the most is %d a side and %d million together",
				width, height, maxSide, maxArea/1_000_000),
			Remedy: "Lower dpi, width or height, or write an .svg or .pdf, which have no pixels.",
		}
	}
	return nil
}
