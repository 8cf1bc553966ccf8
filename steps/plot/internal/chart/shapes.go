package chart

import "gonum.org/v1/plot/vg"

// disc adds a disc to a path. Its outline is four Bézier curves: the arcs of
// gonum's canvases are not alike.
func disc(path vg.Path, at vg.Point, radius vg.Length) vg.Path {
	const k = 0.5522847498 // of the radius: the best fit of a cubic to a quarter circle
	on := func(x, y vg.Length) vg.Point { return at.Add(vg.Point{X: x * radius, Y: y * radius}) }
	path.Move(on(1, 0))
	path.CubeTo(on(1, k), on(k, 1), on(0, 1))
	path.CubeTo(on(-k, 1), on(-1, k), on(-1, 0))
	path.CubeTo(on(-1, -k), on(-k, -1), on(0, -1))
	path.CubeTo(on(k, -1), on(1, -k), on(1, 0))
	path.Close()
	return path
}

// symbol adds the dot of a series to a path: series of one colour have
// different shapes, of about the same area.
func symbol(path vg.Path, d Dash, at vg.Point, radius vg.Length) vg.Path {
	switch d {
	case Dashed:
		return polygon(path, at, radius, vg.Point{X: -0.89, Y: -0.89}, vg.Point{X: 0.89, Y: -0.89}, vg.Point{X: 0.89, Y: 0.89}, vg.Point{X: -0.89, Y: 0.89})
	case Dotted:
		return polygon(path, at, radius, vg.Point{X: -1.2, Y: -0.8}, vg.Point{X: 1.2, Y: -0.8}, vg.Point{Y: 1.3})
	case dashDotted:
		return polygon(path, at, radius, vg.Point{Y: -1.3}, vg.Point{X: 1.3}, vg.Point{Y: 1.3}, vg.Point{X: -1.3})
	}
	return disc(path, at, radius)
}

// polygon adds one to a path; corners are in radiuses.
func polygon(path vg.Path, at vg.Point, radius vg.Length, corners ...vg.Point) vg.Path {
	for i, c := range corners {
		if corner := at.Add(c.Scale(radius)); i == 0 {
			path.Move(corner)
		} else {
			path.Line(corner)
		}
	}
	if len(corners) > 0 {
		path.Close()
	}
	return path
}

// box adds an upright rectangle to a path.
func box(path vg.Path, r vg.Rectangle) vg.Path {
	path.Move(r.Min)
	path.Line(vg.Point{X: r.Max.X, Y: r.Min.Y})
	path.Line(r.Max)
	path.Line(vg.Point{X: r.Min.X, Y: r.Max.Y})
	path.Close()
	return path
}
