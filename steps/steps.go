// Package steps is the list of step types that come with dagrun. A new type is
// a folder beside this file and a line in All.
package steps

import (
	"dagrun/engine"
	"dagrun/steps/csvresample"
	"dagrun/steps/duckdbload"
	"dagrun/steps/plot"
	"dagrun/steps/s3put"
	"dagrun/steps/smtp"
)

// All is the registry of the built-in step types.
func All() *engine.Registry {
	return engine.NewRegistry(
		csvresample.Type,
		duckdbload.Type,
		plot.Type,
		smtp.Type,
		s3put.Type,
	)
}
