package csvresample

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"dagrun/engine"
)

// Interval is the width of a bucket: a duration longer than nothing.
type Interval time.Duration

// TypeName is the name of the type in documents.
func (Interval) TypeName() string { return "duration" }

// UnmarshalText reads the written form of an engine.Duration.
func (i *Interval) UnmarshalText(text []byte) error {
	d, err := engine.ParseDuration(string(text))
	if err != nil {
		return err
	}
	if d == 0 {
		return errors.New("an interval must be longer than 0")
	}
	*i = Interval(d)
	return nil
}

// Target is the path of the file to write. Its ending says how.
type Target string

// TypeName is the name of the type in documents.
func (Target) TypeName() string { return "path ending in .csv or .tsv" }

// UnmarshalText refuses a path with another ending.
func (t *Target) UnmarshalText(text []byte) error {
	if _, err := delimiterOf(string(text)); err != nil {
		return err
	}
	*t = Target(text)
	return nil
}

// delimiterOf tells what separates the fields of a file by its ending.
func delimiterOf(path string) (byte, error) {
	ending := filepath.Ext(path)
	switch strings.ToLower(ending) {
	case ".csv":
		return ',', nil
	case ".tsv":
		return '\t', nil
	case "":
		return 0, fmt.Errorf("%q has no ending; it must be .csv or .tsv", path)
	}
	return 0, fmt.Errorf("%q ends in %q; it must be .csv or .tsv", path, ending)
}
