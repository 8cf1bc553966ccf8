package chart

// For tests of what is not seen from outside.
var (
	Thin  = thin
	Blunt = blunt
)

// BinsOf gives the edges and, by series, the counts of a histogram.
func BinsOf(p *Panel) (edges []float64, counts [][]int) {
	b := binsOf(p)
	for i := range b.count + 1 {
		edges = append(edges, b.edge(i))
	}
	return edges, b.counts
}
