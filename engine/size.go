package engine

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Size is a number of bytes, written with a decimal unit ("500kB", "25MB",
// "1.5GB", 1 kB being 1,000 bytes), a binary one ("16MiB", 1 KiB being 1,024
// bytes) or as a plain number of bytes.
type Size int64

// TypeName is the name of the type in documents.
func (Size) TypeName() string { return "size" }

var (
	sizeForm  = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([a-z]*)$`)
	sizeUnits = map[string]float64{
		"": 1, "b": 1,
		"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	}
)

// UnmarshalText reads the written form; the case of the unit means nothing.
func (s *Size) UnmarshalText(text []byte) error {
	wrong := fmt.Errorf("%q is not a size; write it like \"25MB\" or \"16MiB\"", text)
	m := sizeForm.FindStringSubmatch(strings.ToLower(string(text)))
	if m == nil {
		return wrong
	}
	unit, known := sizeUnits[m[2]]
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || !known {
		return wrong
	}
	bytes := n * unit
	if bytes != math.Trunc(bytes) || bytes > 1<<53 {
		return fmt.Errorf("%q is no whole number of bytes up to 2^53", text)
	}
	*s = Size(bytes)
	return nil
}
