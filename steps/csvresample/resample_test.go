package csvresample_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest"
)

// week is a log like that of a probe: a reading every 15 minutes for 7 days,
// in columns of their own for date and time, with CRLF.
func week() string {
	var text strings.Builder
	text.WriteString("record,date,time,temperatura\r\n")
	at := time.Date(2024, 6, 15, 0, 0, 0, 0, time.UTC)
	for i := range 7 * 96 {
		fmt.Fprintf(&text, "%d,%s,%.1f\r\n", i+1, at.Format("2006-01-02,15:04:05"), 25+float64(i*37%70)/10)
		at = at.Add(15 * time.Minute)
	}
	return text.String()
}

func TestHourlyRowsOfADayAreTheFirstOfEachHour(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"week.csv": week()})
	d := newDirect(t, dir)
	out, err := runDirectly(t, d, enginetest.Args{
		"input": "week.csv", "output": "hourly.csv", "time": []string{"date", "time"},
		"interval": "1h", "method": "first", "period": "2024-06-15",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"record,date,time,temperatura"}
	for i, line := range strings.Split(week(), "\r\n")[1:97] {
		if i%4 == 0 {
			want = append(want, line)
		}
	}
	if diff := cmp.Diff(lines(want...), d.out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	first, last := "2024-06-15T00:00:00Z", "2024-06-15T23:00:00Z"
	wantOut := results{
		Output: "hourly.csv", RowsIn: 672, RowsOut: 24, FirstTime: &first, LastTime: &last,
		Columns: []string{"record", "date", "time", "temperatura"},
	}
	if diff := cmp.Diff(wantOut, resultsOf(t, out)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}

// outcome is one case of a table: files and arguments in, a file out.
type outcome struct {
	name  string
	files map[string]string // default: input is the file in.csv with the text
	text  string
	zone  string // default UTC
	args  enginetest.Args
	want  string
}

func (c outcome) run(t *testing.T) *direct {
	t.Helper()
	dir := t.TempDir()
	if c.files == nil {
		c.files = map[string]string{"in.csv": c.text}
	}
	writeFiles(t, dir, c.files)
	d := newDirect(t, dir)
	if c.zone != "" {
		d.zone = in(t, c.zone)
	}
	if _, err := runDirectly(t, d, enginetest.With(enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h"}, c.args)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.want, d.out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
	return d
}

func testOutcomes(t *testing.T, cases []outcome) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// A morning with rows out of order, a tie, an empty value and a column of text.
var morning = lines(
	"t,v,w,note",
	"2024-06-15 01:30:00,3.0,,b",
	"2024-06-15 00:00:00,0.1,7,a",
	"2024-06-15 00:20:00,0.2,8,a",
	"2024-06-15 00:20:00,0.6,10,c",
	"2024-06-15 01:00:00,-2.5,,b",
	"2024-06-15 00:10:00,0.3,,a",
	"2024-06-15 03:59:59.999,10,1e3,z",
)

func TestMethods(t *testing.T) {
	testOutcomes(t, []outcome{
		{
			name: "first keeps the earliest row", text: morning, args: enginetest.Args{"method": "first"},
			want: lines("t,v,w,note", "2024-06-15 00:00:00,0.1,7,a", "2024-06-15 01:00:00,-2.5,,b", "2024-06-15 03:59:59.999,10,1e3,z"),
		},
		{
			name: "last keeps the latest row, and of equal times the last one", text: morning, args: enginetest.Args{"method": "last"},
			want: lines("t,v,w,note", "2024-06-15 00:20:00,0.6,10,c", "2024-06-15 01:30:00,3.0,,b", "2024-06-15 03:59:59.999,10,1e3,z"),
		},
		{
			name: "first keeps the first one of equal times", args: enginetest.Args{"method": "first"},
			text: lines("t,v", "2024-06-15 00:20,a", "2024-06-15 00:20,b", "2024-06-15 00:10,c", "2024-06-15 00:10,d"),
			want: lines("t,v", "2024-06-15 00:10,c"),
		},
		{
			name: "mean", text: morning, args: enginetest.Args{"method": "mean"},
			want: lines("t,v,w", "2024-06-15 00:00:00,0.3,8.333333333333334", "2024-06-15 01:00:00,0.25,", "2024-06-15 03:00:00,10,1000"),
		},
		{
			name: "sum", text: morning, args: enginetest.Args{"method": "sum"},
			want: lines("t,v,w", "2024-06-15 00:00:00,1.2,25", "2024-06-15 01:00:00,0.5,", "2024-06-15 03:00:00,10,1000"),
		},
		{
			name: "min", text: morning, args: enginetest.Args{"method": "min"},
			want: lines("t,v,w", "2024-06-15 00:00:00,0.1,7", "2024-06-15 01:00:00,-2.5,", "2024-06-15 03:00:00,10,1000"),
		},
		{
			name: "max", text: morning, args: enginetest.Args{"method": "max"},
			want: lines("t,v,w", "2024-06-15 00:00:00,0.6,10", "2024-06-15 01:00:00,3,", "2024-06-15 03:00:00,10,1000"),
		},
		{
			name: "median", text: morning, args: enginetest.Args{"method": "median"},
			want: lines("t,v,w", "2024-06-15 00:00:00,0.25,8", "2024-06-15 01:00:00,0.25,", "2024-06-15 03:00:00,10,1000"),
		},
		{
			name: "count counts values, also none", text: morning, args: enginetest.Args{"method": "count"},
			want: lines("t,v,w", "2024-06-15 00:00:00,4,3", "2024-06-15 01:00:00,2,0", "2024-06-15 03:00:00,1,1"),
		},
	})
}

func TestPeriods(t *testing.T) {
	days := lines("t,v",
		"2024-06-14T23:59:59,1", "2024-06-15T00:00:00,2", "2024-06-16T12:00:00,5",
		"2024-06-15T12:00:00,3", "2024-06-15T23:59:59,4", "2024-06-16T00:00:00,6")
	daily := func(period string) enginetest.Args {
		return enginetest.Args{"period": period, "interval": "1d", "method": "count"}
	}
	testOutcomes(t, []outcome{
		{
			name: "all is the default", text: days, args: enginetest.Args{"interval": "1d", "method": "count"},
			want: lines("t,v", "2024-06-14T00:00:00,1", "2024-06-15T00:00:00,3", "2024-06-16T00:00:00,2"),
		},
		{name: "latest is the newest day", text: days, args: daily("latest"), want: lines("t,v", "2024-06-16T00:00:00,2")},
		{name: "a date", text: days, args: daily("2024-06-15"), want: lines("t,v", "2024-06-15T00:00:00,3")},
		{
			name: "an interval of dates ends before its end", text: days, args: daily("2024-06-14/2024-06-16"),
			want: lines("t,v", "2024-06-14T00:00:00,1", "2024-06-15T00:00:00,3"),
		},
		{
			name: "an interval of date-times", text: days, args: daily("2024-06-15T12:00/2024-06-16T00:00:00.5"),
			want: lines("t,v", "2024-06-15T00:00:00,2", "2024-06-16T00:00:00,1"),
		},
		{
			name: "offsets in an interval count", text: days, args: daily("2024-06-15T02:00+02:00/2024-06-15T12:00:01Z"),
			want: lines("t,v", "2024-06-15T00:00:00,2"),
		},
		{
			name: "an interval beyond every possible row", text: days, args: daily("0001-01-01/9999-12-31"),
			want: lines("t,v", "2024-06-14T00:00:00,1", "2024-06-15T00:00:00,3", "2024-06-16T00:00:00,2"),
		},
		{
			name: "a date is a day in the pipeline's zone", zone: "Europe/Rome", args: daily("2024-06-15"),
			text: lines("t,v", "2024-06-14T21:59:59Z,1", "2024-06-14T22:00:00Z,2", "2024-06-15T21:59:59Z,3", "2024-06-15T22:00:00Z,4"),
			want: lines("t,v", "2024-06-14T22:00:00Z,2"),
		},
		{
			name: "latest over files of which an earlier one is newer", args: enginetest.With(daily("latest"), enginetest.Args{"input": []string{"b.csv", "a.csv", "c.csv"}}),
			files: map[string]string{
				"a.csv": lines("t,v", "2024-06-15 10:00,1"),
				"b.csv": lines("t,v", "2024-06-16 10:00,1", "2024-06-15 11:00,1"),
				"c.csv": lines("t,v", "2024-06-16 11:00,1", "2024-06-14 11:00,1"),
			},
			want: lines("t,v", "2024-06-16 00:00,2"),
		},
		{
			name: "latest over files of which a later one is newer", args: enginetest.With(daily("latest"), enginetest.Args{"input": []string{"a.csv", "b.csv"}}),
			files: map[string]string{
				"a.csv": lines("t,v,w", "2024-06-15 10:00,no number,1"),
				"b.csv": lines("t,v,w", "2024-06-16 10:00,1,no number"),
			},
			want: lines("t,v", "2024-06-16 00:00,1"),
		},
		{
			name: "min_rows 0 allows none", text: days, args: enginetest.With(daily("2024-06-20"), enginetest.Args{"min_rows": 0}),
			want: lines("t,v"),
		},
	})
}

func TestRowsAreKeptToTheByte(t *testing.T) {
	testOutcomes(t, []outcome{
		{
			name: "quotes, blanks, delimiters and line breaks in fields",
			text: "\"t\",  v ,\"a \"\"b\"\"\"\n\"2024-06-15 00:00\",\" 1\",\"x,\r\ny\n\"\"z\"\"\"\n 2024-06-15 01:00 ,+1.50,é\xff\n",
			want: "\"t\",  v ,\"a \"\"b\"\"\"\n\"2024-06-15 00:00\",\" 1\",\"x,\r\ny\n\"\"z\"\"\"\n 2024-06-15 01:00 ,+1.50,é\xff\n",
		},
		{
			name: "a quoted row before the last line end that is missing",
			text: "t,v\n2024-06-15 00:00,\"1\"",
			want: lines("t,v", `2024-06-15 00:00,"1"`),
		},
		{
			name: "from TSV to TSV", args: enginetest.Args{"input": "in.tsv", "output": "out.tsv"},
			files: map[string]string{"in.tsv": "t\tv\tw\n2024-06-15 00:00\ta,b\t\"q\"\n"},
			want:  "t\tv\tw\n2024-06-15 00:00\ta,b\t\"q\"\n",
		},
		{
			name: "from TSV to CSV fields are quoted where they must be", args: enginetest.Args{"input": "in.TSV"},
			files: map[string]string{"in.TSV": "t\ta,b\tw\n2024-06-15 00:00\ta,b\t\"q\"\"\"\n"},
			want:  "t,\"a,b\",w\n2024-06-15 00:00,\"a,b\",\"q\"\"\"\n",
		},
		{
			name: "CSV and TSV as one series", args: enginetest.Args{"input": []string{"a.csv", "b.tsv"}, "output": "out.csv"},
			files: map[string]string{
				"a.csv": lines("t,v", "2024-06-15 00:00,\"1\""),
				"b.tsv": lines("t\tv", "2024-06-15 01:00\t2,5"),
			},
			want: lines("t,v", "2024-06-15 00:00,\"1\"", "2024-06-15 01:00,\"2,5\""),
		},
		{
			name: "names that occur twice", text: lines("v,t,v", "1,2024-06-15 00:00,2"), want: lines("v,t,v", "1,2024-06-15 00:00,2"),
		},
	})
}

func TestOrdinaryVariationsOfInput(t *testing.T) {
	want := lines("t,v", "2024-06-15 00:00:00,1", "2024-06-15 01:00:00,2")
	wide := func(first string, n int) string { return first + strings.Repeat(","+first, n) }
	testOutcomes(t, []outcome{
		{name: "CRLF", text: "t,v\r\n2024-06-15 00:00:00,1\r\n2024-06-15 01:00:00,2\r\n", want: want},
		{name: "byte-order mark", text: "\ufefft,v\n2024-06-15 00:00:00,1\n2024-06-15 01:00:00,2\n", want: want},
		{name: "byte-order mark before a quote", text: "\ufeff\"t\",v\n2024-06-15 00:00:00,1\n", want: lines("\"t\",v", "2024-06-15 00:00:00,1")},
		{name: "no last line end", text: "t,v\n2024-06-15 00:00:00,1\n2024-06-15 01:00:00,2", want: want},
		{name: "no last line end but its first half", text: "t,v\n2024-06-15 00:00:00,1\n2024-06-15 01:00:00,2\r", want: want},
		{name: "blank lines", text: "\n\r\nt,v\n\n2024-06-15 00:00:00,1\n\r\n\n2024-06-15 01:00:00,2\n\n\r\n", want: want},
		{name: "rows out of order", text: "t,v\n2024-06-15 01:00:00,2\n2024-06-15 00:00:00,1\n", want: want},
		{
			name: "a glob of files whose headers differ in quotes only", args: enginetest.Args{"input": "in*.csv"}, want: want,
			files: map[string]string{"in2.csv": "\"t\",v\n2024-06-15 01:00:00,2\n", "in1.csv": "t,v\n2024-06-15 00:00:00,1\n"},
		},
		{
			name: "thousands of columns", text: "t," + wide("v", 5000) + "\n2024-06-15 00:00," + wide("1", 5000) + "\n",
			want: "t," + wide("v", 5000) + "\n2024-06-15 00:00," + wide("1", 5000) + "\n",
		},
		{
			name: "thousands of columns that are added up", text: "t," + wide("v", 5000) + "\n2024-06-15 00:00," + wide("1", 5000) + "\n2024-06-15 00:01," + wide("2.5", 5000) + "\n",
			args: enginetest.Args{"method": "sum"},
			want: "t," + wide("v", 5000) + "\n2024-06-15 00:00," + wide("3.5", 5000) + "\n",
		},
		{name: "only a time", text: "t\n2024-06-15 00:00:00\n2024-06-15 01:00:00\n", want: lines("t", "2024-06-15 00:00:00", "2024-06-15 01:00:00")},
		{
			name: "a header in another normal form", text: "te\u0301,v\n2024-06-15 00:00,1\n", args: enginetest.Args{"time": "té"},
			want: "te\u0301,v\n2024-06-15 00:00,1\n",
		},
	})
}

func TestManyFilesWithQuotedLineBreaksAcrossBlocks(t *testing.T) {
	var text, want strings.Builder
	text.WriteString("t,note\n")
	want.WriteString("t,note\n")
	at := time.Date(2024, 6, 15, 0, 0, 0, 0, time.UTC)
	for i := range 40_000 { // some blocks
		row := fmt.Sprintf("%s,\"line 1, %d\nline \"\"2\"\"\"\n", at.Format("2006-01-02T15:04:05"), i)
		text.WriteString(row)
		if i%3600 == 0 {
			want.WriteString(row)
		}
		at = at.Add(time.Second)
	}
	c := outcome{text: text.String(), want: want.String()}
	c.run(t)
}
