package paint

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgsvg"

	"dagrun/steps/plot/internal/chart"
)

// SVG writes the picture with its text as text.
func SVG(ctx context.Context, w io.Writer, p *chart.Picture) error {
	canvas := vgsvg.NewWith(vgsvg.UseWH(p.Size.X, p.Size.Y))
	fill := plainly(canvas)
	fill(p.Ground, vg.Rectangle{Max: p.Size}.Path()) // a viewer's own ground may be any
	if err := (brush{canvas, fill, whole(canvas), asText(canvas)}).all(ctx, p); err != nil {
		return err
	}
	var drawn bytes.Buffer
	if _, err := canvas.WriteTo(&drawn); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	_, err := attentive{ctx, w}.Write(portable(drawn.Bytes(), p.Labels))
	return err
}

// portable makes text come out alike where Liberation Sans is not installed:
// it names faces of the same widths, and gives each label's width, to which
// viewers fit any other face. vgsvg writes neither. The labels are the only
// text elements, in order, and their marks and quotation marks are escaped, so
// that what is replaced is never a user's text.
func portable(svg []byte, labels []chart.Label) []byte {
	svg = bytes.ReplaceAll(svg, []byte(`style="font-family:Liberation Sans;`),
		[]byte(`style="font-family:'Liberation Sans',Arial,Helvetica,sans-serif;`))
	parts := bytes.Split(svg, []byte("<text "))
	out := parts[0]
	for i, part := range parts[1:] {
		out = fmt.Appendf(out, `<text textLength="%.2f" lengthAdjust="spacingAndGlyphs" %s`, labels[i].Face.Width(labels[i].Text, labels[i].Size), part)
	}
	return out
}
