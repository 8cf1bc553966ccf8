package paint

import (
	"context"
	"fmt"
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
	if err := (brush{canvas, whole(canvas), asShape(canvas)}).all(ctx, p); err != nil {
		return err
	}
	if _, err := canvas.WriteTo(attentive{ctx, w}); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	return nil
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
