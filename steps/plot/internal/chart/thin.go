package chart

import "gonum.org/v1/plot/vg"

// thin drops the points of a line that cannot be seen: of all points in one
// column of the picture it keeps the first, the lowest, the highest and the
// last, in their order. That is M4 by Jugel, Jerzak, Hackenbroich and Markl
// ("M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014),
// who prove that the pixels of a line stay the same. Points must go from left
// to right; a line with few points is given back as it is.
func thin(points []vg.Point, column vg.Length) []vg.Point {
	if len(points) < 8 || vg.Length(len(points)) <= 4*(points[len(points)-1].X-points[0].X)/column {
		return points
	}
	kept := make([]vg.Point, 0, len(points)/4)
	for start := 0; start < len(points); {
		end, at := start, int(points[start].X/column)
		low, high := start, start
		for ; end < len(points) && int(points[end].X/column) == at; end++ {
			if points[end].Y < points[low].Y {
				low = end
			}
			if points[end].Y > points[high].Y {
				high = end
			}
		}
		kept = appendOnce(kept, points, start, min(low, high), max(low, high), end-1)
		start = end
	}
	return kept
}

func appendOnce(kept, points []vg.Point, ascending ...int) []vg.Point {
	last := -1
	for _, i := range ascending {
		if i != last {
			kept = append(kept, points[i])
		}
		last = i
	}
	return kept
}

// blunt cuts the tips of sharp turns a little, so that no canvas draws a spike
// there that is longer than the line is wide: SVG and PDF extend the edges of
// a line until they meet.
func blunt(points []vg.Point, width vg.Length) []vg.Point {
	if len(points) < 3 {
		return points
	}
	cut := width / 3
	out := append(make([]vg.Point, 0, len(points)*5/4), points[0])
	for i := 1; i < len(points)-1; i++ {
		p := points[i]
		back, ahead := points[i-1].Sub(p), points[i+1].Sub(p)
		lb, la := length(back), length(ahead)
		if lb <= 2*cut || la <= 2*cut || back.Dot(ahead) < 0.5*lb*la { // turns of less than 120°
			out = append(out, p)
			continue
		}
		out = append(out, p.Add(back.Scale(cut/lb)), p.Add(ahead.Scale(cut/la)))
	}
	return append(out, points[len(points)-1])
}
