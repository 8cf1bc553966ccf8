package chart

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// A cloud of more dots than cloudy is drawn as the cells it covers, in at most
// mostCells stretches of a few levels, the first of which is pale.
const (
	cloudy    = 5_000
	mostCells = 20_000
	levels    = 4
	pale      = 0.6 // of paper in a cell that holds the fewest
)

// cell is a place in a grid laid over the picture.
type cell struct{ row, column int }

// filled is a cell that holds readings, more the higher its level.
type filled struct {
	cell
	level int
}

// cloud gives the cells that hold points as a path for each level, neighbours
// in a row as one box. Where that is too many boxes the cells grow.
func cloud(points []vg.Point, size vg.Length) [levels]vg.Path {
	for ; ; size *= 2 {
		boxes := stretches(levelled(points, size))
		if len(boxes) > mostCells {
			continue
		}
		var paths [levels]vg.Path
		for _, b := range boxes {
			corner := vg.Point{X: vg.Length(b.column) * size, Y: vg.Length(b.row) * size}
			paths[b.level] = box(paths[b.level], vg.Rectangle{Min: corner, Max: corner.Add(vg.Point{X: vg.Length(b.length) * size, Y: size})})
		}
		return paths
	}
}

// levelled counts the points in each cell. Levels are steps of the logarithm:
// most cells of a cloud hold few.
func levelled(points []vg.Point, size vg.Length) []filled {
	counts := map[cell]int{}
	most := 1
	for _, at := range points {
		c := cell{int(at.Y / size), int(at.X / size)}
		counts[c]++
		most = max(most, counts[c])
	}
	cells := make([]filled, 0, len(counts))
	for c, n := range counts {
		level := int(levels * math.Log(float64(n)) / math.Log(float64(most)+1))
		cells = append(cells, filled{c, level})
	}
	slices.SortFunc(cells, func(a, b filled) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) })
	return cells
}

// stretch is a row of cells of one level.
type stretch struct {
	filled
	length int
}

// stretches joins sorted cells that are neighbours in a row.
func stretches(cells []filled) []stretch {
	var all []stretch
	for _, c := range cells {
		if n := len(all); n > 0 && all[n-1].row == c.row && all[n-1].level == c.level && all[n-1].column+all[n-1].length == c.column {
			all[n-1].length++
			continue
		}
		all = append(all, stretch{c, 1})
	}
	return all
}
