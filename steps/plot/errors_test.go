package plot_test

import (
	"fmt"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/plot"
)

func TestErrorsOfACSVFile(t *testing.T) {
	many := func(n int, row string) string {
		var b strings.Builder
		b.WriteString("t,v,g\n")
		for i := range n {
			fmt.Fprintf(&b, row+"\n", i)
		}
		return b.String()
	}
	tests := []struct {
		name, csv      string
		args           Args
		code, argument string
		wants          []string // in the message or the remedy
	}{
		{"no file", "", Args{"source": "none.csv"}, "input_missing", "source", []string{`"none.csv"`, "no such file"}},
		{"a folder", "", Args{"source": "sub.csv"}, "input_missing", "source", []string{"folder"}},
		{"two files", "t,v\n", Args{"source": "*.csv"}, "input_ambiguous", "source", []string{"2 files", "in.csv and other.csv"}},
		{"an empty file", "", nil, "no_rows", "source", []string{"in.csv has no rows"}},
		{"a header only", "t,v\n", nil, "no_rows", "source", []string{"in.csv has no rows"}},
		{"no reading at all", "t,v\n1,\n2,\n", nil, "no_rows", "y", []string{"in.csv has 2 rows, but no reading in v"}},
		{"a column that is misspelt", "time,value\n1,2\n", Args{"x": "tme", "y": "value"}, "unknown_column", "x",
			[]string{`in.csv has no column "tme"`, `Did you mean "time"?`, `"time", "value"`}},
		{"a y column that is not there", "t,v\n1,2\n", Args{"y": []string{"v", "pressure"}}, "unknown_column", "y", []string{`"pressure"`}},
		{"a group that is not there", "t,v\n1,2\n", Args{"group_by": "probe"}, "unknown_column", "group_by", []string{`"probe"`}},
		{"a column that is there twice", "t,v,v\n1,2,3\n", nil, "bad_column", "y", []string{`two columns "v"`}},
		{"a reading that is no number", "t,v\n1,2\n2,27 °C\n", nil, "bad_value", "y", []string{"in.csv:3:", `column "v" is "27 °C"`}},
		{"a decimal comma", "t,v\n1,\"27,5\"\n", nil, "bad_value", "y", []string{"in.csv:2:", `"27,5"`, "decimal point"}},
		{"a line break in quotes counts as a line", "t,v,n\n1,2,\"a\nb\"\n2,x,c\n", nil, "bad_value", "y", []string{"in.csv:4:"}},
		{"an infinite reading", "t,v\n1,+Inf\n", nil, "bad_value", "y", []string{"in.csv:2:", `"+Inf"`}},
		{"a reading that cannot be drawn", "t,v\n1,1e301\n", nil, "bad_value", "y", []string{`"1e301"`}},
		{"an empty x", "t,v\n1,2\n ,3\n", nil, "bad_value", "x", []string{"in.csv:3:", `column "t" is empty`}},
		{"text among times", "t,v\n2024-06-15 00:00,2\nyesterday,3\n", nil, "bad_value", "x",
			[]string{"in.csv:3:", `column "t" is text, "yesterday", but a time in the first row`}},
		{"a day that is none", "t,v\n2024-06-30,2\n2024-06-31,3\n", nil, "bad_value", "x", []string{"in.csv:3:", `"2024-06-31"`}},
		{"a time of day among dates", "t,v\n2024-06-15,2\n10:00,3\n", nil, "bad_value", "x", []string{`a time of day, "10:00", but a date`}},
		{"a row that is too short", "t,v\n1,2\n3\n", nil, "bad_row", "source", []string{"in.csv:3:", "it has 1 field(s), the header 2"}},
		{"a quote that never ends", "t,v\n1,\"2\n", nil, "bad_row", "source", []string{"in.csv:2:"}},
		{"a broken archive", "this is not compressed at all", Args{"source": "in.csv.gz"}, "bad_file", "source", []string{"read in.csv.gz", "gzip: invalid header"}},
		{"too many groups", many(30, "1,2,group %d"), Args{"group_by": "g"}, "too_many_series", "group_by", []string{"more than 28 series"}},
		{"too many categories", many(10_001, "15/06/2024 %d,2,x"), nil, "too_many_categories", "x", []string{`from "15/06/2024 0" on`, "time_format"}},
		{"bounds the wrong way round", "t,v\n1,2\n", Args{"y_min": 5, "y_max": 5}, "bad_range", "y_min", []string{"y_min is 5 and y_max is 5"}},
		{"no column", "t,v\n1,2\n", Args{"y": []string{}}, "bad_column", "y", []string{"y is an empty list"}},
		{"a column twice", "t,v,w\n1,2,3\n", Args{"y": []string{"v", "w", "v"}}, "bad_column", "y", []string{`y names the column "v" twice`, "each column once"}},
		{"a column twice in a histogram", "t,v\n1,2\n", Args{"y": []string{"v", "v"}, "kind": "histogram", "x": nil}, "bad_column", "y", []string{`"v" twice`}},
		{"a column twice in a panel", "t,v\n1,2\n", Args{"y": nil, "panel": []Args{{"y": "v"}, {"y": []string{"v", "v"}}}}, "bad_column", "panel[1].y", []string{`"v" twice`}},
		{"bounds of a panel the wrong way round", "t,v\n1,2\n", Args{"y": nil, "panel": []Args{{"y": "v"}, {"y": "v", "y_min": 2, "y_max": 1}}}, "bad_range", "panel[1].y_min", []string{"y_min is 2 and y_max is 1"}},
		{"a column that a panel misses", "t,v\n1,2\n", Args{"y": nil, "panel": []Args{{"y": "v"}, {"y": "w"}}}, "unknown_column", "panel[1].y", []string{`in.csv has no column "w"`}},
		{"a reading that a panel cannot draw", "t,v,w\n1,2,x\n", Args{"y": nil, "panel": []Args{{"y": "v"}, {"y": []string{"v", "w"}}}}, "bad_value", "panel[1].y", []string{"in.csv:2:", `column "w" is "x"`}},
		{"a histogram without readings", "v\n\nNaN\n", Args{"kind": "histogram", "x": nil}, "no_rows", "y", []string{"1 rows, but no reading in v"}},
		{"too many series in panels", many(15, "1,2,group %d"), Args{"group_by": "g", "y": nil, "panel": []Args{{"y": []string{"t", "v"}}}}, "too_many_series", "group_by", []string{"more than 28 series"}},
		{"too few pixels", "t,v\n1,2\n", Args{"width": "1200px", "dpi": 1200}, "too_small", "dpi", []string{"1 × 6 inches"}},
		{"too many pixels", "t,v\n1,2\n", Args{"width": "30in", "dpi": 1200}, "too_large", "dpi", []string{"36000 × 7200"}},
		{"too large an area", "t,v\n1,2\n", Args{"width": "19in", "height": "19in", "dpi": 1000}, "too_large", "dpi", []string{"19000 × 19000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			args := enginetest.With(Args{"source": "in.csv", "output": "out.png", "x": "t", "y": "v"}, tt.args)
			put(t, dir, "in.csv", tt.csv)
			switch args["source"] {
			case "*.csv":
				put(t, dir, "other.csv", tt.csv)
			case "in.csv.gz":
				put(t, dir, "in.csv.gz", tt.csv)
			case "sub.csv":
				folder(t, dir, "sub.csv")
			}
			err := enginetest.Fail(t, plot.Type, dir, args, tt.code)
			checkError(t, err, tt.argument, tt.wants)
		})
	}
}

func TestALargeVectorPictureIsNoTrouble(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\n1,2\n")
	enginetest.Succeed(t, plot.Type, dir, Args{"source": "in.csv", "output": "out.pdf", "x": "t", "y": "v", "width": "200in", "height": "200in", "dpi": 1200}, nil)
}

// checkError fails unless an error that no other attempt mends is about an
// argument and says what is wanted, in its message or its remedy.
func checkError(t *testing.T, err *engine.StepError, argument string, wants []string) {
	t.Helper()
	if err.Argument != argument || err.Retryable {
		t.Errorf("the error is about %q, retryable %v; want %q, false", err.Argument, err.Retryable, argument)
	}
	for _, want := range wants {
		if !strings.Contains(err.Message+"\n"+err.Remedy, want) {
			t.Errorf("%q is missing in: %s\n%s", want, err.Message, err.Remedy)
		}
	}
}
