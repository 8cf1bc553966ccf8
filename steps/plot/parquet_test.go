package plot_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

// parquet makes a Parquet file of the table readings, which statements make.
func parquet(t testing.TB, dir, name string, statements ...string) string {
	t.Helper()
	made := filepath.Join(dir, "made.parquet")
	db := database(t, dir, append(statements, "COPY readings TO '"+made+"'")...)
	if err := os.Remove(filepath.Join(dir, db)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(made, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAParquetFileIsDrawn(t *testing.T) {
	for _, name := range []string{"day.parquet", "it's [a] 100%?*.PARQUET", `back\slash.parquet`} {
		dir := t.TempDir()
		var got outputs
		enginetest.Succeed(t, plot.Type, dir, Args{
			"source": parquet(t, dir, name, readings()), "output": "out.svg", "x": "ts", "y": "v", "group_by": "probe", "threshold": []Args{{"value": 31, "kind": "max"}},
		}, &got)
		if want := (outputs{"out.svg", 24, 20, 31.5, 25.75, 1}); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		says(t, svgTexts(t, get(t, dir, "out.svg")), "00:00", "15 Jun 2024", "P0", "P1", "ts", "v")
	}
}

func TestErrorsOfAParquetFile(t *testing.T) {
	tests := []struct {
		name           string
		args           Args
		code, argument string
		wants          []string
	}{
		{"no file", Args{"source": "none.parquet"}, "input_missing", "source", []string{`"none.parquet"`}},
		{"no Parquet file", Args{"source": "text.parquet"}, "bad_file", "source", []string{"read text.parquet", "magic bytes"}},
		{"a column that is misspelt", Args{"y": "vv"}, "unknown_column", "y", []string{`day.parquet has no column "vv"`, `"ts", "v", "probe"`}},
		{"a column that is no number", Args{"y": "probe"}, "bad_value", "y", []string{"row 1 of day.parquet", `column "probe" is "P0"`}},
		{"a time format for times", Args{"time_format": "%Y"}, "bad_column", "time_format", []string{"TIMESTAMP", "a time already"}},
		{"a name that cannot be told from a glob", Args{"source": `a\[.parquet`}, "bad_file", "source", []string{"backslash"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			parquet(t, dir, "day.parquet", readings())
			put(t, dir, "text.parquet", strings.Repeat("this is no table\n", 100))
			put(t, dir, `a\[.parquet`, "")
			err := enginetest.Fail(t, plot.Type, dir, enginetest.With(Args{"source": "day.parquet", "output": "out.png", "x": "ts", "y": "v"}, tt.args), tt.code)
			checkError(t, err, tt.argument, tt.wants)
		})
	}
}
