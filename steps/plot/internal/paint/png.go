package paint

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math"

	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/chart"
)

// Pixels is the size in pixels of a picture at a resolution.
func Pixels(size vg.Point, dpi int) (width, height int) {
	dots := func(l vg.Length) int { return max(1, int(math.Round(l.Dots(float64(dpi))))) }
	return dots(size.X), dots(size.Y)
}

// PNG writes the picture with dpi pixels to the inch, and says so in the file.
func PNG(ctx context.Context, w io.Writer, p *chart.Picture, dpi int) error {
	pixels, err := raster(ctx, p, dpi)
	if err != nil {
		return err
	}
	var encoded bytes.Buffer
	// The fastest level makes files of flat pictures hardly larger.
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	var picture image.Image = pixels
	if reduced := reduce(pixels); reduced != nil {
		picture = reduced
	}
	if err := encoder.Encode(attentive{ctx, &encoded}, picture); err != nil {
		return fmt.Errorf("encode the picture: %w", err)
	}
	return writeWithResolution(attentive{ctx, w}, encoded.Bytes(), dpi)
}

// writeWithResolution puts a pHYs chunk (PNG specification, 11.3.4.3) behind
// the header, so that programs that lay out by inches take the chart's size.
func writeWithResolution(w io.Writer, file []byte, dpi int) error {
	const header = 8 + 4 + 4 + 13 + 4 // signature, and IHDR with its length, type and checksum
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	chunk := append([]byte{0, 0, 0, 9}, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	for _, part := range [][]byte{file[:header], chunk, file[header:]} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
