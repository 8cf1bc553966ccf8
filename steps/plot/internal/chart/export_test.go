package chart

// For tests of what is not seen from outside.
var (
	Thin  = thin
	Blunt = blunt
)
