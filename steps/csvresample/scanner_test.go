package csvresample_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/csvresample"
)

// blocks are sizes of blocks that cut rows everywhere, and one that does not.
var blocks = []int{1, 2, 3, 5, 8, 13, 64 << 10}

func TestScannerCutsRows(t *testing.T) {
	type rows = []csvresample.ScannedRow
	cases := []struct {
		name, text string
		want       rows
	}{
		{"nothing", "", nil},
		{"blank lines", "\n\r\n\n", nil},
		{"plain", "a,b\nc,d\n", rows{{1, "a,b", []string{"a", "b"}, ""}, {2, "c,d", []string{"c", "d"}, ""}}},
		{"empty fields", ",\n,,\n", rows{{1, ",", []string{"", ""}, ""}, {2, ",,", []string{"", "", ""}, ""}}},
		{"CRLF and a return within", "a\r,b\r\n\r\nc\r\r\n", rows{{1, "a\r,b", []string{"a\r", "b"}, ""}, {3, "c\r", []string{"c\r"}, ""}}},
		{"no last line end", "a\nb", rows{{1, "a", []string{"a"}, ""}, {2, "b", []string{"b"}, ""}}},
		{"only a return at the end", "a\nb\r", rows{{1, "a", []string{"a"}, ""}, {2, "b", []string{"b"}, ""}}},
		{"quotes", "\"a\",b,\"c \"\"d\"\"\"\n\"\"\n", rows{{1, "\"a\",b,\"c \"\"d\"\"\"", []string{"a", "b", `c "d"`}, ""}, {2, `""`, []string{""}, ""}}},
		{"line breaks in quotes", "a\n\"b\n\r\n\",c\r\nd\n", rows{{1, "a", []string{"a"}, ""}, {2, "\"b\n\r\n\",c", []string{"b\n\r\n", "c"}, ""}, {5, "d", []string{"d"}, ""}}},
		{"quotes at the end", "a,\"b\"", rows{{1, `a,"b"`, []string{"a", "b"}, ""}}},
		{"quotes and a return at the end", "a,\"b\"\r", rows{{1, `a,"b"`, []string{"a", "b"}, ""}}},
		{"a plain field behind quotes at the end", "\"a\",b\r", rows{{1, `"a",b`, []string{"a", "b"}, ""}}},
		{"delimiter in quotes at the end", "\"a,\",", rows{{1, `"a,",`, []string{"a,", ""}, ""}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range blocks {
				got, err := csvresample.ScanAll(strings.NewReader(c.text), ',', size)
				if err != nil {
					t.Errorf("blocks of %d: %v", size, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("blocks of %d (-want +got):\n%s", size, diff)
				}
			}
		})
	}
}

func TestScannerStopsAtABrokenRow(t *testing.T) {
	for text, want := range map[string]string{
		"ok\na\"b\n":       "a field has a quote in it but does not begin with one",
		"ok\n\"a\" ,b\n":   "a quoted field goes on behind its closing quote",
		"ok\n\"a\"\r,b\n":  "a quoted field goes on behind its closing quote",
		"ok\n\"a\"\r\r\n":  "a quoted field goes on behind its closing quote",
		"ok\n\"a\n":        "the file ends within a quoted field",
		"ok\n\"a\"\"\nb\n": "the file ends within a quoted field",
	} {
		for _, size := range blocks {
			rows, err := csvresample.ScanAll(strings.NewReader(text), ',', size)
			if err == nil || err.Error() != want {
				t.Errorf("%q in blocks of %d: got error %v, want %s", text, size, err, want)
			}
			if len(rows) != 1 || rows[0].Raw != "ok" {
				t.Errorf("%q in blocks of %d: got rows %v, want the first", text, size, rows)
			}
		}
	}
}

func TestScannerPassesOnWhatReadingGives(t *testing.T) {
	broken := errors.New("the disk is gone")
	if _, err := csvresample.ScanAll(iotest.ErrReader(broken), ',', 64); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
	rows, err := csvresample.ScanAll(iotest.OneByteReader(strings.NewReader("a,b\nc,d")), ',', 64)
	if err != nil || len(rows) != 2 {
		t.Errorf("got %v, %v, want two rows", rows, err)
	}
}

func TestSplitPromisesTheFieldsAskedForAndCountsAll(t *testing.T) {
	for _, n := range []int{1, 2, 7, 8, 9, 63, 64, 65, 200} {
		for _, field := range []string{"", "x", "1234567", "12345678", strings.Repeat("y", 30)} {
			want := strings.Split(strings.Repeat(field+",", n-1)+field, ",")
			for _, upTo := range []int{0, 1, 6, 62, 63, 300} {
				fields, count := csvresample.SplitUpTo(strings.Join(want, ","), ',', upTo)
				if count != n {
					t.Errorf("%d fields %q up to %d: counted %d", n, field, upTo, count)
				}
				if diff := cmp.Diff(want[:min(n, upTo+1)], fields); diff != "" {
					t.Errorf("%d fields %q up to %d (-want +got):\n%s", n, field, upTo, diff)
				}
			}
		}
	}
}

// FuzzScanner compares the scanner with encoding/csv: the same fields where
// the input is well-formed, and an error where it is not.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		"", "\n", "a,b\nc,d\n", "a,\"b\"\"\n\",c\r\n\r\n\"\"\n", "\"a\" b\n", "a\"b\n", "\"a", "a\r", "\"a\"\r", "é,\xff\n", "\r\r\n", "12345678,12345678,1\n",
	} {
		f.Add([]byte(text), false, uint8(3))
		f.Add([]byte(strings.ReplaceAll(text, ",", "\t")), true, uint8(200))
	}
	f.Fuzz(func(t *testing.T, data []byte, tabs bool, block uint8) {
		if strings.HasPrefix(string(data), "\ufeff") {
			return // part of the first field for encoding/csv
		}
		r := csv.NewReader(strings.NewReader(string(data)))
		r.FieldsPerRecord = -1
		delimiter := byte(',')
		if tabs {
			r.Comma, delimiter = '\t', '\t'
		}
		want, wantErr := r.ReadAll()
		rows, err := csvresample.ScanAll(strings.NewReader(string(data)), delimiter, int(block)+1)
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("got error %v, encoding/csv %v", err, wantErr)
		}
		if err != nil {
			return
		}
		var got [][]string
		for _, row := range rows {
			for i, field := range row.Fields { // encoding/csv reads every line end as LF
				row.Fields[i] = strings.ReplaceAll(field, "\r\n", "\n")
			}
			got = append(got, row.Fields)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("encoding/csv and the scanner differ (-want +got):\n%s", diff)
		}
	})
}

// FuzzStep runs the whole step over any bytes: it succeeds or says why not,
// whatever the size of its blocks, and counts the rows that encoding/csv sees.
func FuzzStep(f *testing.F) {
	for _, c := range corpus {
		if len(c.text) < 1000 {
			f.Add([]byte(c.text), uint8(len(c.text)), uint8(len(c.name)), uint8(len(c.want)))
		}
	}
	dir := f.TempDir()
	zone := in(f, "Europe/Rome")
	f.Fuzz(func(t *testing.T, data []byte, how, interval, block uint8) {
		writeFiles(t, dir, map[string]string{"in.csv": string(data)})
		args := anyArguments(how, interval)
		run := func(block int) (*direct, results, error) {
			d := newDirect(t, dir)
			d.zone, d.block = zone, block
			out, err := runDirectly(t, d, args)
			var r results
			if err == nil && block == 0 {
				r = resultsOf(t, out)
			}
			return d, r, err
		}
		whole, r, err := run(0)
		pieces, _, piecesErr := run(int(block) + 1)
		var told *engine.StepError
		if err != nil && (!errors.As(err, &told) || told.Remedy == "" || told.Retryable) {
			t.Fatalf("got %#v, want a StepError with a remedy that is not to be retried", err)
		}
		if fmt.Sprint(err) != fmt.Sprint(piecesErr) || whole.out.String() != pieces.out.String() || whole.side.String() != pieces.side.String() {
			t.Fatalf("in one block: %v %q %q, in blocks of %d: %v %q %q", err, whole.out.String(), whole.side.String(), int(block)+1, piecesErr, pieces.out.String(), pieces.side.String())
		}
		if err == nil && args["on_bad_row"] == nil {
			if want := countRows(data); r.RowsIn != want {
				t.Fatalf("%d rows were read, encoding/csv reads %d", r.RowsIn, want)
			}
		}
	})
}

// anyArguments chooses arguments by numbers.
func anyArguments(how, interval uint8) enginetest.Args {
	args := enginetest.Args{
		"input": "in.csv", "output": "out.csv", "time": "t", "min_rows": 0,
		"interval": []string{"1h", "7h", "2d", "1s"}[interval%4], "period": []string{"all", "latest"}[interval/4%2],
	}
	methods := []string{"first", "last", "mean", "min", "max", "sum", "median", "count"}
	if args["method"] = methods[how%8]; how/8%2 == 1 {
		delete(args, "method")
		args["aggregate"] = map[string]string{"v": methods[how%8]}
	}
	if how/16%2 == 1 {
		args["group_by"] = "v"
		args["aggregate"] = nil
	}
	if how/32%2 == 1 {
		args["duplicates"] = []string{"keep_first", "keep_last", "error"}[interval/8%3]
	}
	switch how / 64 % 4 {
	case 1:
		args["on_bad_row"] = "skip"
	case 2:
		args["on_bad_row"], args["rejects"] = "reject", "rejects.csv"
	}
	return enginetest.With(args, nil)
}

// countRows counts the rows of a well-formed file, its header not among them.
func countRows(data []byte) int64 {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	n := int64(-1)
	for {
		if _, err := r.Read(); err != nil {
			return n
		}
		n++
	}
}
