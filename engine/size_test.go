package engine_test

import (
	"testing"

	"dagrun/engine"
)

func TestSizesHaveDecimalAndBinaryUnits(t *testing.T) {
	for text, want := range map[string]engine.Size{
		"0": 0, "512": 512, "512B": 512, "500kB": 500_000, "25MB": 25_000_000, "25 MB": 25_000_000, "1.5GB": 1_500_000_000,
		"16MiB": 16 << 20, "0.5KiB": 512, "16mib": 16 << 20, "5GiB": 5 << 30, "8TiB": 8 << 40,
	} {
		var got engine.Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1MB", "1e3", "5 apples", "1.5B", "1_000", "99999TB", "5M"} {
		var got engine.Size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}
