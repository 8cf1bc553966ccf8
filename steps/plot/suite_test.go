package plot_test

import (
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

func TestSuite(t *testing.T) {
	for _, format := range []string{"png", "jpg", "svg", "pdf"} {
		t.Run(format, func(t *testing.T) {
			enginetest.Suite(t, enginetest.Case{
				Type: plot.Type,
				Setup: func(t testing.TB, dir string) Args {
					return Args{
						"source": put(t, dir, "hourly.csv", hourly()), "output": "charts/day." + format, "x": "time", "y": "temperature",
						"title": "Daily log", "width": "5in", "height": "3in", "y_label": "Temperature (°C)", "threshold": []Args{{"value": 31, "kind": "max", "color": "red"}},
					}
				},
				State: func(t testing.TB, dir string) string { return string(get(t, dir, "charts/day."+format)) },
				Slow:  slowCSV,
			})
		})
	}
	t.Run("database", func(t *testing.T) {
		enginetest.Suite(t, enginetest.Case{
			Type: plot.Type,
			Setup: func(t testing.TB, dir string) Args {
				return Args{
					"database": database(t, dir, readings()), "query": "SELECT * FROM readings", "output": "day.svg", "x": "ts",
					"panel": []Args{{"y": "v", "kind": "bar"}, {"y": "v", "kind": "area", "threshold": []Args{{"value": 22, "kind": "min"}}}},
				}
			},
			State: func(t testing.TB, dir string) string { return string(get(t, dir, "day.svg")) },
			Slow: func(t testing.TB, dir string) (Args, <-chan struct{}) {
				return Args{
					"database": database(t, dir), "query": "SELECT range AS t, range AS v FROM range(1000000000000)", "output": "out.png", "x": "t", "y": "v",
				}, nil
			},
		})
	})
	t.Run("parquet", func(t *testing.T) {
		enginetest.Suite(t, enginetest.Case{
			Type: plot.Type,
			Setup: func(t testing.TB, dir string) Args {
				return Args{"source": parquet(t, dir, "day.parquet", readings()), "output": "day.svg", "kind": "histogram", "y": "v", "group_by": "probe"}
			},
			State: func(t testing.TB, dir string) string { return string(get(t, dir, "day.svg")) },
		})
	})
}

// slowCSV is a file that takes long to read: every row is a series' turn.
func slowCSV(t testing.TB, dir string) (Args, <-chan struct{}) {
	t.Helper()
	put(t, dir, "long.csv", "t,v,g\n"+strings.Repeat("\"2024-06-15 00:00:00.5\",1e0,a\n\"2024-06-15 00:00:01.5\",2e0,b\n", 300_000))
	return Args{"source": "long.csv", "output": "out.png", "x": "t", "y": "v", "group_by": "g"}, nil
}
