package paint

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgpdf"

	"dagrun/steps/plot/internal/chart"
)

// PDF writes the picture as a document of one page that says it was made at a
// given time.
func PDF(ctx context.Context, w io.Writer, p *chart.Picture, made time.Time) error {
	canvas := newPage(p.Size, made)
	plain := plainly(canvas)
	fill := func(c color.Color, path vg.Path) { plain(straight{c}, path) }
	fill(p.Ground, vg.Rectangle{Max: p.Size}.Path())
	if err := (brush{canvas, fill, whole(canvas), func(l chart.Label) { fill(l.Color, outlined(l)) }}).all(ctx, p); err != nil {
		return err
	}
	if _, err := canvas.WriteTo(attentive{ctx, w}); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
}

// straight is a colour whose red, green and blue are not multiplied by its
// opacity, which vgpdf sets apart.
type straight struct{ color.Color }

// RGBA implements color.Color, in its way.
func (s straight) RGBA() (r, g, b, a uint32) {
	n := color.NRGBA64Model.Convert(s.Color).(color.NRGBA64)
	return uint32(n.R), uint32(n.G), uint32(n.B), uint32(n.A)
}

// pages guards the defaults of fpdf, which are the only way to date a document
// that vgpdf begins.
var pages sync.Mutex

func newPage(size vg.Point, made time.Time) *vgpdf.Canvas {
	pages.Lock()
	defer pages.Unlock()
	fpdf.SetDefaultCreationDate(made)
	fpdf.SetDefaultModificationDate(made)
	return vgpdf.New(size.X, size.Y)
}
