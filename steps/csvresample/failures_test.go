package csvresample_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/csvresample"
)

// failure is one case of the corpus of broken input: what a person is told.
// DIR stands for the working directory.
type failure struct {
	name     string
	files    map[string]string // default: input is the file in.csv with the text
	text     string
	args     enginetest.Args
	code     string
	argument string // default input
	message  string
	remedy   string // a part of it; default: anything
}

func (c failure) run(t *testing.T) {
	dir := t.TempDir()
	if c.files == nil {
		c.files = map[string]string{"in.csv": c.text}
	}
	writeFiles(t, dir, c.files)
	writeFiles(t, dir, map[string]string{"out.csv": "old"})
	args := enginetest.With(enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h"}, c.args)
	got := enginetest.Fail(t, csvresample.Type, dir, args, c.code)
	want := engine.StepError{Code: c.code, Argument: c.argument, Message: c.message}
	if want.Argument == "" {
		want.Argument = "input"
	}
	told := engine.StepError{Code: got.Code, Argument: got.Argument, Message: strings.ReplaceAll(got.Message, dir, "DIR"), Retryable: got.Retryable}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if !strings.Contains(got.Remedy, c.remedy) {
		t.Errorf("the remedy is %q, want %q in it", got.Remedy, c.remedy)
	}
	if old, err := os.ReadFile(filepath.Join(dir, "out.csv")); string(old) != "old" {
		t.Errorf("the old output is now %q (%v)", old, err)
	}
}

func testFailures(t *testing.T, cases []failure) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

func TestBrokenRowsAreToldWithTheirLine(t *testing.T) {
	row := func(message string) failure { return failure{code: "bad_row", message: message} }
	of := func(name, text string, f failure) failure {
		f.name, f.text = name, text
		return f
	}
	long := strings.Repeat("x", 300)
	testFailures(t, []failure{
		of("too few fields", "t,v,w\n2024-06-15 00:00,1,2\n2024-06-15 01:00,1\n",
			row("read DIR/in.csv:3: the row has 2 fields, the header 3: `2024-06-15 01:00,1`")),
		of("one field too many, blank lines counted", "t,v\n\n\r\n2024-06-15 01:00,1,\n",
			row("read DIR/in.csv:4: the row has 3 fields, the header 2: `2024-06-15 01:00,1,`")),
		of("a line of blanks", "t,v\n  \n", row("read DIR/in.csv:2: the row has 1 field, the header 2: `  `")),
		of("zeros that a power cut left", "t,v\n2024-06-15 01:00,1\n\x00\x00\x00\x00",
			row("read DIR/in.csv:3: the row has 1 field, the header 2: \"\\x00\\x00\\x00\\x00\"")),
		of("a last row cut off", "t,v,w\n2024-06-15 01:00,1,2\n2024-06-15 0", failure{
			code: "bad_row", message: "read DIR/in.csv:3: the row has 1 field, the header 3: `2024-06-15 0`", remedy: "still be written",
		}),
		of("a long row is shortened", "t,v\n"+long+"\n", row("read DIR/in.csv:2: the row has 1 field, the header 2: `"+long[:160]+"…`")),
		of("a long row is shortened between two characters", "t,v\nx"+strings.Repeat("é", 300)+"\n", row("read DIR/in.csv:2: the row has 1 field, the header 2: `x"+strings.Repeat("é", 79)+"…`")),
		of("a row outside the period", "t,v\n2024-06-15 01:00,1\n2024-06-16 01:00\n",
			failure{code: "bad_row", args: enginetest.Args{"period": "2024-06-15"}, message: "read DIR/in.csv:3: the row has 1 field, the header 2: `2024-06-16 01:00`"}),
		of("lines are counted within quotes", "t,v\n2024-06-15 01:00,\"a\nb\r\nc\"\n\n2024-06-15,\"d\ne\"\nx,1\n",
			row("read DIR/in.csv:8: `x` is no time: it is not written as ISO 8601, like \"2024-06-15 01:00:00\": `x,1`")),
		of("a quote in a field", "t,v\n2024-06-15 00:00,1\n2024-06-15 01:00,12\" rack\n",
			row("read DIR/in.csv:3: a field has a quote in it but does not begin with one: `2024-06-15 01:00,12\" rack`")),
		of("text behind a quote", "t,v\n2024-06-15 01:00,\"1\" \r\n",
			row("read DIR/in.csv:2: a quoted field goes on behind its closing quote: `2024-06-15 01:00,\"1\" `")),
		of("a quote that is not closed", "t,v\n2024-06-15 00:00,1\n2024-06-15 01:00,\"1\n2024-06-15 02:00,2\n",
			row("read DIR/in.csv:3: the file ends within a quoted field: `2024-06-15 01:00,\"1`")),
		of("a quote that is not closed in a large file", "t,v\n2024-06-15 01:00,\"1\n"+strings.Repeat("2024-06-15 02:00,2\n", 2_000_000),
			row("read DIR/in.csv:2: the row is longer than 16 MiB; a quote that opens a field may lack its counterpart: `2024-06-15 01:00,\"1`")),
		of("a broken header", "t,\"v\n2024-06-15 01:00,1\n", row("read DIR/in.csv:1: the file ends within a quoted field: `t,\"v`")),
	})
}

func TestTextsThatAreNoTimesAreTold(t *testing.T) {
	form := "it is not written as ISO 8601, like \"2024-06-15 01:00:00\""
	calendar := "there is no such day or time of day"
	for text, reason := range map[string]string{
		"":                           "it is empty",
		"15/06/2024 00:00":           form,
		"2024-6-5":                   form,
		"2024-06-15_00:00":           form,
		"2024-06-15 1:00":            form,
		"2024-06-15 01":              form,
		"2024-06-15 01:00:0":         form,
		"2024-06-15 01:00:00.":       form,
		"2024-06-15 01:00.5":         form,
		"2024-06-15 01:00:00+2":      form,
		"2024-06-15 01:00:00 ":       "", // blanks around it are no part of it
		"2024-06-15 01:00:00 CEST":   form,
		"2024-06-15 01:00:00*02:00":  form,
		"2024-06-15 01:00:00+02:00x": form,
		"20240615T010000":            form,
		"2024/06/15":                 form,
		"1718409600":                 form,
		"2024-06-15T01:00:00z":       form,
		"2024-0a-15":                 form,
		"2024-06-1a":                 form,
		"2024-06-15 0a:00":           form,
		"2024-06-31":                 calendar,
		"2024-00-15":                 calendar,
		"2024-13-15":                 calendar,
		"2024-06-00":                 calendar,
		"2023-02-29":                 calendar,
		"2024-02-29":                 "",
		"1900-02-29":                 calendar,
		"2000-02-29":                 "",
		"2024-06-15 24:00":           calendar,
		"2024-06-15 23:60":           calendar,
		"2024-06-15 23:59:60":        calendar,
		"2024-06-15 00:00+24:00":     calendar,
		"01:00:00":                   "it is a time of day without a date",
		"1677-12-31":                 "its year is outside 1678 to 2261",
		"1678-01-01":                 "",
		"2261-12-31T23:59:59.999":    "",
		"2262-01-01":                 "its year is outside 1678 to 2261",
		"2261-12-31T23:00:00-02:00":  "its year is outside 1678 to 2261",
		"9999-12-31 00:00:00":        "its year is outside 1678 to 2261",
	} {
		t.Run(text, func(t *testing.T) {
			if reason == "" {
				outcome{text: lines("t,v", text+",1"), want: lines("t,v", text+",1")}.run(t)
				return
			}
			failure{
				text: lines("t,v", text+",1"), code: "bad_row",
				message: "read DIR/in.csv:2: `" + text + "` is no time: " + reason + ": `" + text + ",1`",
			}.run(t)
		})
	}
}

func TestTimesInSeveralColumnsThatAreNoneAreTold(t *testing.T) {
	two := enginetest.Args{"time": []string{"d", "t"}}
	form := "it is not written as ISO 8601, like \"2024-06-15 01:00:00\""
	testFailures(t, []failure{
		{
			name: "an empty time of day is not midnight", text: lines("d,t,v", "2024-06-15,,1"), args: two, code: "bad_row",
			message: "read DIR/in.csv:2: `2024-06-15 ` is no time: " + form + ": `2024-06-15,,1`",
		},
		{
			name: "columns in the wrong order", text: lines("d,t,v", "2024-06-15,00:00,1"), args: enginetest.Args{"time": []string{"t", "d"}}, code: "bad_row",
			message: "read DIR/in.csv:2: `00:00 2024-06-15` is no time: it is a time of day without a date: `2024-06-15,00:00,1`",
		},
		{
			name: "only the column of the time of day", text: lines("d,t,v", "2024-06-15,00:00,1"), code: "bad_row",
			message: "read DIR/in.csv:2: `00:00` is no time: it is a time of day without a date: `2024-06-15,00:00,1`",
			remedy:  `time = ["date", "time"]`,
		},
	})
}

func TestHeadersThatWillNotDo(t *testing.T) {
	many := "t" + strings.Repeat(",column", 30)
	testFailures(t, []failure{
		{name: "an empty file", text: "", code: "bad_header", message: "read DIR/in.csv: the file has no header: it is empty"},
		{name: "a file of blank lines", text: "\n\r\n\n", code: "bad_header", message: "read DIR/in.csv: the file has no header: it is empty"},
		{name: "only a byte-order mark", text: "\ufeff", code: "bad_header", message: "read DIR/in.csv: the file has no header: it is empty"},
		{name: "UTF-16", text: "\xff\xfet\x00,\x00v\x00\n\x00", code: "bad_header", message: "read DIR/in.csv: the file is UTF-16", remedy: "UTF-8"},
		{
			name: "a misspelt time column", text: lines("record,date,time"), args: enginetest.Args{"time": "tiem"}, code: "missing_column", argument: "time",
			message: `read DIR/in.csv: there is no column "tiem"; its columns are "record", "date", "time"`, remedy: `Did you mean "time"?`,
		},
		{
			name: "a time column that is not there", text: many + "\n", args: enginetest.Args{"time": "timestamp"}, code: "missing_column", argument: "time",
			message: `read DIR/in.csv: there is no column "timestamp"; its columns are "t"` + strings.Repeat(`, "column"`, 19) + " and 11 more",
			remedy:  "Name the column",
		},
		{
			name: "semicolons", text: lines("date;time;v", "2024-06-15;01:00;1"), args: enginetest.Args{"time": []string{"date", "time"}}, code: "missing_column", argument: "time",
			message: `read DIR/in.csv: there is no column "date"; its columns are "date;time;v"`, remedy: "separated",
		},
		{
			name: "a time column that is there twice", text: lines("t,v,t"), code: "bad_header",
			message: `read DIR/in.csv: the time column "t" is there 2 times`,
		},
		{
			name: "different columns", files: map[string]string{"a.csv": lines("t,v", "2024-06-15,1"), "b.csv": lines("t,w", "2024-06-15,1")},
			args: enginetest.Args{"input": []string{"a.csv", "b.csv"}}, code: "header_mismatch",
			message: `read DIR/a.csv and DIR/b.csv as one series: their headers differ: column 2 is "v" in the first and "w" in the second`,
		},
		{
			name: "more columns", files: map[string]string{"a.csv": lines("t,v", "2024-06-15,1"), "b.csv": lines("t,v,w", "2024-06-15,1,2")},
			args: enginetest.Args{"input": []string{"a.csv", "b.csv"}}, code: "header_mismatch",
			message: `read DIR/a.csv and DIR/b.csv as one series: their headers differ: the first has 2 columns, the second 3`,
		},
		{
			name: "an empty file among others", files: map[string]string{"a.csv": lines("t,v", "2024-06-15,1"), "b.csv": ""},
			args: enginetest.Args{"input": []string{"a.csv", "b.csv"}}, code: "bad_header", message: "read DIR/b.csv: the file has no header: it is empty",
		},
	})
}

func TestTooFewRowsAreAFailure(t *testing.T) {
	few := func(name, text, message string, args enginetest.Args) failure {
		return failure{name: name, text: text, args: args, code: "too_few_rows", argument: "min_rows", message: message}
	}
	two := lines("t,v", "2024-06-15 01:00,1", "2024-06-15 02:00,2")
	testFailures(t, []failure{
		few("none", "t,v\n", `resample 1 file over period "all": 0 rows came out, min_rows is 1; no rows were read, only 1 header`, nil),
		few("none of the latest day", "t,v\n", `resample 1 file over period "latest": 0 rows came out, min_rows is 1; no rows were read, only 1 header`, enginetest.Args{"period": "latest"}),
		few("none to count days from", "t,v\n", `resample 1 file over period "all": 0 rows came out, min_rows is 1; no rows were read, only 1 header`, enginetest.Args{"interval": "1w"}),
		few("none in the period", two,
			`resample 1 file over period "2024-06-20": 0 rows came out, min_rows is 1; 2 rows were read, from 2024-06-15T01:00:00Z to 2024-06-15T02:00:00Z`,
			enginetest.Args{"period": "2024-06-20"}),
		few("one less", two,
			`resample 1 file over period "all": 2 rows came out, min_rows is 3; 2 rows were read, from 2024-06-15T01:00:00Z to 2024-06-15T02:00:00Z`,
			enginetest.Args{"min_rows": 3}),
		few("one row", lines("t,v", "2024-06-15,1"),
			`resample 1 file over period "all": 1 row came out, min_rows is 24; 1 row was read, from 2024-06-15T00:00:00Z to 2024-06-15T00:00:00Z`,
			enginetest.Args{"min_rows": 24}),
	})
}

func TestAnAggregateOfNoNumbersIsAFailure(t *testing.T) {
	testFailures(t, []failure{
		{
			name: "text", text: lines("t,v,w", "2024-06-15,\"1,5\",n/a"), args: enginetest.Args{"method": "mean"}, code: "no_numeric_column", argument: "method",
			message: "make the mean of every numeric column: none is numeric: column \"v\" has `1,5` (DIR/in.csv:2), column \"w\" has `n/a` (DIR/in.csv:2)",
			remedy:  "decimal point",
		},
		{
			name: "much text", text: lines("t,a,b,c,d,e,f,g", "2024-06-15,x,x,x,x,x,x,x"), args: enginetest.Args{"method": "max"}, code: "no_numeric_column", argument: "method",
			message: "make the max of every numeric column: none is numeric: column \"a\" has `x` (DIR/in.csv:2), column \"b\" has `x` (DIR/in.csv:2), " +
				"column \"c\" has `x` (DIR/in.csv:2), column \"d\" has `x` (DIR/in.csv:2), column \"e\" has `x` (DIR/in.csv:2)",
		},
		{
			name: "only a time", text: lines("t", "2024-06-15"), args: enginetest.Args{"method": "count"}, code: "no_numeric_column", argument: "method",
			message: "make the count of every numeric column: none is numeric: there are no columns but the time's",
		},
	})
}

func TestArgumentsThatDoNotFitTheFiles(t *testing.T) {
	text := lines("t,v", "2024-06-15,1")
	testFailures(t, []failure{
		{name: "a missing file", text: text, args: enginetest.Args{"input": "on.csv"}, code: "input_missing", message: `read input "on.csv": stat DIR/on.csv: no such file or directory`},
		{
			name: "an ending of its own", files: map[string]string{"a.csv": text, "b.csv.bz2": "x"}, args: enginetest.Args{"input": []string{"?.csv*"}}, code: "unsupported_file",
			message: `read input: "DIR/b.csv.bz2" ends in ".bz2"; it must be .csv or .tsv, with .gz or .zst behind it if it is compressed`, remedy: "endings",
		},
		{
			name: "no ending", files: map[string]string{"readings": text}, args: enginetest.Args{"input": "readings"}, code: "unsupported_file",
			message: `read input: "DIR/readings" has no ending; it must be .csv or .tsv, with .gz or .zst behind it if it is compressed`,
		},
		{
			name: "the output is the input", files: map[string]string{}, args: enginetest.Args{"input": "./out.csv"}, code: "output_is_input", argument: "output",
			message: "write DIR/out.csv: it is the input DIR/out.csv",
		},
		{
			name: "the output will match the input", text: text, args: enginetest.Args{"input": "*.csv", "output": "new.csv"}, code: "output_is_input", argument: "output",
			message: `write DIR/new.csv: the next run would read it as input, since it matches "*.csv"`,
		},
		{name: "many time columns", text: text, args: enginetest.Args{"time": []string{"t", "u", "v", "w"}}, code: "bad_argument", argument: "time", message: `argument "time": 4 columns are too many`},
		{name: "the same time column twice", text: text, args: enginetest.Args{"time": []string{"t", "t"}}, code: "bad_argument", argument: "time", message: `argument "time": the column "t" is named twice`},
		{
			name: "a period that is empty only in the pipeline's zone", text: text, args: enginetest.Args{"period": "2024-06-15T00:00/2024-06-15T01:00+02:00"}, code: "bad_argument", argument: "period",
			message: `argument "period": "2024-06-15T00:00/2024-06-15T01:00+02:00" ends at or before its start; the end is exclusive, so one day is "2024-06-15/2024-06-16"`,
		},
	})
}

func TestOutputThatIsALinkToAnInputIsRefused(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"in.csv": lines("t,v", "2024-06-15,1")})
	if err := os.Symlink("in.csv", filepath.Join(dir, "out.csv")); err != nil {
		t.Fatal(err)
	}
	args := enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h"}
	if got := enginetest.Fail(t, csvresample.Type, dir, args, "output_is_input"); got.Argument != "output" {
		t.Errorf("the error is about %q, want output", got.Argument)
	}
}

func TestInputWithGlobCharactersInItsNameIsTakenLiterally(t *testing.T) {
	outcome{
		files: map[string]string{"o[uv]t.csv": lines("t,v", "2024-06-15,1")},
		args:  enginetest.Args{"input": "o[uv]t.csv"}, want: lines("t,v", "2024-06-15,1"),
	}.run(t)
}
