package csvresample

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/steps/internal/compression"
	"dagrun/steps/internal/timeformat"
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

// Target is the path of a file to write. Its ending says how.
type Target string

// TypeName is the name of the type in documents.
func (Target) TypeName() string { return "path of a .csv or .tsv" }

// UnmarshalText refuses a path with another ending.
func (t *Target) UnmarshalText(text []byte) error {
	if _, err := formatOf(string(text)); err != nil {
		return err
	}
	*t = Target(text)
	return nil
}

// formatOf tells by a file's ending what separates its fields, and how it is
// compressed.
func formatOf(path string) (format, error) {
	packed, inner := compression.Of(path)
	ending := filepath.Ext(inner)
	switch strings.ToLower(ending) {
	case ".csv":
		return format{',', packed}, nil
	case ".tsv":
		return format{'\t', packed}, nil
	}
	const wanted = "it must be .csv or .tsv, with .gz or .zst behind it if it is compressed"
	if ending += strings.TrimPrefix(path, inner); ending == "" {
		return format{}, fmt.Errorf("%q has no ending; %s", path, wanted)
	}
	return format{}, fmt.Errorf("%q ends in %q; %s", path, ending, wanted)
}

// Zone is a time zone by its IANA name.
type Zone struct{ location *time.Location }

// TypeName is the name of the type in documents.
func (Zone) TypeName() string { return "IANA time zone" }

// UnmarshalText looks the zone up.
func (z *Zone) UnmarshalText(text []byte) error {
	name := string(text)
	location, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return fmt.Errorf("there is no time zone %q; use an IANA name like \"Europe/Berlin\" or \"UTC\"", name)
	}
	z.location = location
	return nil
}

// Origin is where buckets start: a time of day, on every day, or a date or
// date-time from which they are counted.
type Origin struct {
	from  stamp
	dated bool
}

// TypeName is the name of the type in documents.
func (Origin) TypeName() string { return "time of day, date or date-time" }

// UnmarshalText reads HH:MM, HH:MM:SS, or what is ISO 8601 for a time, in whole
// seconds.
func (o *Origin) UnmarshalText(text []byte) error {
	o.dated = len(text) < 3 || text[2] != ':'
	if !o.dated {
		text = append([]byte("1970-01-01T"), text...)
	}
	var err error
	if o.from, err = parseStamp(text); err != nil || !o.dated && o.from.layout.zoned() || o.from.nanos != 0 {
		return fmt.Errorf("%q is no origin; write a time of day like \"06:00\", a date like \"2024-06-15\", or both, to the second", strings.TrimPrefix(string(text), "1970-01-01T"))
	}
	return nil
}

// Aggregate says which functions make values of which columns.
type Aggregate map[string][]Function

// Check refuses what would make nothing.
func (a Aggregate) Check() error {
	if len(a) == 0 {
		return errors.New("no column is named; leave aggregate out, or name one: { temperature = [\"mean\"] }")
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if len(a[name]) == 0 {
			return &engine.KeyError{Key: name, Err: errors.New("no function is named, such as \"mean\"")}
		}
	}
	return nil
}

// Function makes one value of a column's in a bucket.
type Function string

// functions are all that there are, which the methods are, too.
var functions = []string{"first", "last", "mean", "min", "max", "sum", "median", "count"}

// TypeName is the name of the type in documents.
func (Function) TypeName() string { return "function" }

// UnmarshalText refuses other names.
func (f *Function) UnmarshalText(text []byte) error {
	name := string(text)
	if !slices.Contains(functions, name) {
		hint := ""
		if near := engine.Nearest(name, functions); near != "" {
			hint = fmt.Sprintf(" Did you mean %q?", near)
		}
		return fmt.Errorf("%q is no function; there are %s.%s", name, strings.Join(functions, ", "), hint)
	}
	*f = Function(name)
	return nil
}

// TimeFormat is how times are written, where that is not ISO 8601.
type TimeFormat struct {
	epoch  int64 // nanoseconds of its unit, for numbers since 1970
	format *timeformat.Format
}

// TypeName is the name of the type in documents.
func (TimeFormat) TypeName() string { return "strptime format, epoch or epoch_ms" }

// UnmarshalText compiles the format.
func (f *TimeFormat) UnmarshalText(text []byte) error {
	switch string(text) {
	case "epoch":
		*f = TimeFormat{epoch: nanosPerSecond}
	case "epoch_ms":
		*f = TimeFormat{epoch: nanosPerSecond / 1000}
	default:
		format, err := timeformat.Compile(string(text))
		if err != nil {
			return fmt.Errorf("%w; or write \"epoch\" or \"epoch_ms\" for numbers since 1970", err)
		}
		if !format.Dated() {
			return fmt.Errorf("%q shows no date", text)
		}
		*f = TimeFormat{format: format}
	}
	return nil
}
