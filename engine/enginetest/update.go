package enginetest

import "flag"

var update = flag.Bool("update", false, "rewrite what tests compare with")

// Updating reports whether the tests were started with -update, to rewrite
// the files that they compare with.
func Updating() bool { return *update }
