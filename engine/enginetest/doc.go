// Package enginetest is the suite that every step type passes, and what tests
// of step types share. Only tests import it.
package enginetest
