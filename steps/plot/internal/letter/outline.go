package letter

import (
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/vg"
)

// Outline is the shape of text of a size, its baseline starting at the origin,
// as a path to fill.
func (f *Face) Outline(text string, size vg.Length) vg.Path {
	var path vg.Path
	scale := size / vg.Length(f.em)
	f.walk(text, func(g glyph, x fixed.Int26_6) {
		open := false
		for _, s := range g.outline {
			if s.Op == sfnt.SegmentOpMoveTo && open {
				path.Close()
			}
			open = true
			addSegment(&path, s, func(p fixed.Point26_6) vg.Point {
				return vg.Point{X: vg.Length(x+p.X) * scale, Y: vg.Length(-p.Y) * scale} // fonts count y downwards
			})
		}
		if open {
			path.Close()
		}
	})
	return path
}

func addSegment(path *vg.Path, s sfnt.Segment, at func(fixed.Point26_6) vg.Point) {
	switch s.Op {
	case sfnt.SegmentOpMoveTo:
		path.Move(at(s.Args[0]))
	case sfnt.SegmentOpLineTo:
		path.Line(at(s.Args[0]))
	case sfnt.SegmentOpQuadTo:
		path.QuadTo(at(s.Args[0]), at(s.Args[1]))
	case sfnt.SegmentOpCubeTo:
		path.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
	}
}
