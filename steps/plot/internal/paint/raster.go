package paint

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/vector"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"

	"dagrun/steps/plot/internal/chart"
)

// raster paints the picture in pixels.
func raster(ctx context.Context, p *chart.Picture, dpi int) (*image.RGBA, error) {
	width, height := Pixels(p.Size, dpi)
	pixels := image.NewRGBA(image.Rect(0, 0, width, height))
	drawing := gg.NewContextForRGBA(pixels)
	drawing.InvertY()
	drawing.SetLineCapButt()
	canvas := vgimg.NewWith(vgimg.UseImageWithContext(pixels, drawing), vgimg.UseDPI(dpi))
	draw.Draw(pixels, pixels.Bounds(), image.NewUniform(p.Ground), image.Point{}, draw.Src) // the canvas has made it white
	fill := func(c color.Color, path vg.Path) { fillPixels(pixels, c, path, dpi) }
	b := brush{canvas, fill, inStretches(canvas), func(l chart.Label) { fill(l.Color, outlined(l)) }}
	return pixels, b.all(ctx, p)
}

// fillPixels fills a path. The rasterizer behind vgimg keeps the cells of each
// row of pixels in a list that it searches from the start, which the area
// below a line of a million readings would take many seconds; this one does
// not care.
func fillPixels(pixels *image.RGBA, c color.Color, path vg.Path, dpi int) {
	bounds := pixels.Bounds()
	dots := func(p vg.Point) (x, y float32) {
		return float32(p.X.Dots(float64(dpi))), float32(float64(bounds.Dy()) - p.Y.Dots(float64(dpi)))
	}
	box := extent(path, dots).Intersect(bounds)
	for !box.Empty() { // in bands: the rasterizer needs 4 bytes for each pixel
		band := box
		band.Max.Y = min(box.Max.Y, box.Min.Y+max(1, mostInBand/box.Dx()))
		box.Min.Y = band.Max.Y
		z := vector.NewRasterizer(band.Dx(), band.Dy())
		trace(z, path, func(p vg.Point) (x, y float32) {
			x, y = dots(p)
			return x - float32(band.Min.X), y - float32(band.Min.Y)
		})
		z.Draw(pixels, band, image.NewUniform(c), image.Point{})
	}
}

// mostInBand is how many pixels are filled at once.
const mostInBand = 1 << 22

// extent is the smallest box of whole pixels around a path.
func extent(path vg.Path, dots func(vg.Point) (x, y float32)) image.Rectangle {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	widen := func(p vg.Point) {
		x, y := dots(p)
		for i, v := range [2]float64{float64(x), float64(y)} {
			low[i], high[i] = math.Min(low[i], v), math.Max(high[i], v)
		}
	}
	for _, part := range path {
		if part.Type == vg.CloseComp {
			continue
		}
		widen(part.Pos)
		for _, control := range part.Control {
			widen(control)
		}
	}
	if low[0] > high[0] {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(low[0])), int(math.Floor(low[1])), int(math.Ceil(high[0]))+1, int(math.Ceil(high[1]))+1)
}

// trace gives a path to a rasterizer.
func trace(z *vector.Rasterizer, path vg.Path, at func(vg.Point) (x, y float32)) {
	z.DrawOp = draw.Over
	for _, part := range path {
		x, y := at(part.Pos)
		switch {
		case part.Type == vg.MoveComp:
			z.MoveTo(x, y)
		case part.Type == vg.LineComp:
			z.LineTo(x, y)
		case part.Type == vg.CurveComp && len(part.Control) == 1:
			bx, by := at(part.Control[0])
			z.QuadTo(bx, by, x, y)
		case part.Type == vg.CurveComp && len(part.Control) == 2:
			bx, by := at(part.Control[0])
			cx, cy := at(part.Control[1])
			z.CubeTo(bx, by, cx, cy, x, y)
		case part.Type == vg.CloseComp:
			z.ClosePath()
		}
	}
}
