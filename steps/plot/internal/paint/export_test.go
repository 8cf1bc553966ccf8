package paint

// Reduce is for a test of what is not seen from outside.
var Reduce = reduce
