package csvresample_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/csvresample"
)

// TestArguments proves that no argument is ignored.
func TestArguments(t *testing.T) {
	type args = enginetest.Args
	text := lines("probe,t,v", "a,2024-06-15 00:10,1", "b,2024-06-15 00:20,2", "a,2024-06-15 00:40,4", "a,2024-06-15 00:40,8", "a,2024-06-15 03:10,16")
	file := func(text string) func(t testing.TB, dir string) enginetest.Args {
		return func(t testing.TB, dir string) enginetest.Args {
			writeFiles(t, dir, map[string]string{"in.csv": text, "other.csv": lines("probe,t,v", "z,2024-06-15 00:00,0")})
			return args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h"}
		}
	}
	broken := file(text + "x,never,1\n")
	enginetest.Arguments(t, csvresample.Type, enginetest.Effects{
		Setup: file(text), Observe: observe,
		Of: []enginetest.Effect{
			{Argument: "input", Shows: "the rows are those of the file", Without: "in.csv", With: "other.csv", Want: "z,2024-06-15 00:00,0"},
			{Argument: "output", Shows: "the file has that name", Without: "out.csv", With: "other/name.tsv", Want: "== other/name.tsv"},
			{Argument: "time", Shows: "the time is read from that column", Without: "t", With: "probe", Want: "`a` is no time"},
			{Argument: "time_format", Shows: "times are read in that form", Setup: file(lines("probe,t,v", "a,15.06.2024,1")), With: "%d.%m.%Y", Want: "probe,t,v\na,15.06.2024,1"},
			{Argument: "timezone", Shows: "times without an offset are in that zone", With: "Asia/Tokyo", Want: "2024-06-15T00:10:00+09:00"},
			{Argument: "period", Shows: "rows outside it do not count", Without: "all", With: "2024-06-15T02:00/2024-06-16", Want: "probe,t,v\na,2024-06-15 03:10,16\n"},
			{Argument: "interval", Shows: "buckets are that wide", Without: "1h", With: "30m", Want: "a,2024-06-15 00:40,4"},
			{Argument: "origin", Shows: "buckets start there", Given: args{"method": "sum"}, With: "00:05", Want: "2024-06-15 00:05,15"},
			{Argument: "method", Shows: "a bucket's row is that of the method", Without: "first", With: "last", Want: "a,2024-06-15 00:40,8"},
			{Argument: "aggregate", Shows: "the columns have the functions' values", With: map[string][]string{"v": {"max"}}, Want: "t,v_max\n2024-06-15 00:00,8"},
			{Argument: "group_by", Shows: "each probe has rows of its own", With: "probe", Want: "b,2024-06-15 00:20,2"},
			{Argument: "fill", Shows: "empty buckets get rows", Without: "none", With: "previous", Want: "a,2024-06-15 02:00,1"},
			{Argument: "duplicates", Shows: "of rows with one time one counts", Given: args{"method": "sum"}, With: "keep_last", Want: "2024-06-15 00:00,11"},
			{Argument: "on_bad_row", Shows: "a bad row is passed over", Setup: broken, Without: "fail", With: "skip", Want: `"rows_rejected":1`},
			{Argument: "rejects", Shows: "bad rows are written there", Setup: broken, Given: args{"on_bad_row": "reject"}, Without: "bad.csv", With: "worse.csv", Want: "== worse.csv\nfile,line,reason,row\nin.csv,7"},
			{Argument: "max_bad_rows", Shows: "more bad rows fail the step", Setup: broken, Given: args{"on_bad_row": "skip"}, With: 0, Want: "one more than max_bad_rows"},
			{Argument: "min_rows", Shows: "fewer rows fail the step", Without: 2, With: 3, Want: "min_rows is 3"},
		},
	})
}

// observe tells what an attempt left and said.
func observe(t testing.TB, dir string, r engine.Result, log string) string {
	t.Helper()
	var seen strings.Builder
	for _, pattern := range []string{"*.csv", "*/*.tsv"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if name, _ := filepath.Rel(dir, path); name != "in.csv" && name != "other.csv" {
				fmt.Fprintf(&seen, "== %s\n%s", name, text)
			}
		}
	}
	fmt.Fprintf(&seen, "== %s %+v\n%s\n%s", r.Outcome, r.Error, r.Outputs, log)
	return seen.String()
}
