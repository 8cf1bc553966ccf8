package paint

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image/jpeg"
	"io"

	"dagrun/steps/plot/internal/chart"
)

// quality is high: JPEG smears thin lines and letters, which charts are made of.
const quality = 95

// JPEG writes the picture with dpi pixels to the inch, and says so in the file.
func JPEG(ctx context.Context, w io.Writer, p *chart.Picture, dpi int) error {
	pixels, err := raster(ctx, p, dpi)
	if err != nil {
		return err
	}
	var encoded bytes.Buffer
	if err := jpeg.Encode(attentive{ctx, &encoded}, pixels, &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("encode the picture: %w", err)
	}
	return writeWithDensity(attentive{ctx, w}, encoded.Bytes(), dpi)
}

// writeWithDensity puts the segment that begins a JFIF file (JFIF 1.02, page 5)
// behind the start of the image; image/jpeg writes none.
func writeWithDensity(w io.Writer, file []byte, dpi int) error {
	const start = 2
	segment := append([]byte{0xFF, 0xE0, 0, 16}, "JFIF\x00\x01\x02"...)
	segment = append(segment, 1)                                  // the unit is the inch
	segment = binary.BigEndian.AppendUint16(segment, uint16(dpi)) //nolint:gosec // at most 1200
	segment = binary.BigEndian.AppendUint16(segment, uint16(dpi)) //nolint:gosec // at most 1200
	segment = append(segment, 0, 0)                               // no thumbnail
	for _, part := range [][]byte{file[:start], segment, file[start:]} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
