package duckdbload_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

func gzipped(t testing.TB, texts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, text := range texts { // each is a gzip member of its own
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func zstandard(t testing.TB, texts ...string) string {
	t.Helper()
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b []byte
	for _, text := range texts {
		b = append(b, e.EncodeAll([]byte(text), nil)...)
	}
	return string(b)
}

func TestFormats(t *testing.T) {
	const (
		rows  = "1|x\n2|y\n"
		types = "a BIGINT, b VARCHAR"
		table = "a,b\n1,x\n2,y\n"
		lines = "{\"a\": 1, \"b\": \"x\"}\n{\"b\": \"y\", \"a\": 2}\n"
	)
	tests := []struct{ name, file, content, types, rows string }{
		{"comma", "a.csv", table, types, rows},
		{"upper case ending", "a.CSV", table, types, rows},
		{"gzip", "a.csv.gz", gzipped(t, table), types, rows},
		{"gzip of two members", "a.csv.gz", gzipped(t, "a,b\n1,x\n", "2,y\n"), types, rows},
		{"zstandard", "a.csv.zst", zstandard(t, table), types, rows},
		{"zstandard of two frames", "a.csv.zst", zstandard(t, "a,b\n1,x\n", "2,y\n"), types, rows},
		{"semicolon", "a.csv", "a;b\n1;x\n2;y\n", types, rows},
		{"semicolon with decimal commas", "a.csv", "a;b\n1;2,5\n", types, "1|2,5\n"},
		{"bar", "a.csv", "a|b\n1|x\n2|y\n", types, rows},
		{"tab in csv", "a.csv", "a\tb\n1\tx\n2\ty\n", types, rows},
		{"a separator within quotes of the header does not count", "a.csv", "\"a;;;\",b\n1,x\n", "a;;; BIGINT, b VARCHAR", "1|x\n"},
		{"tsv", "a.tsv", "a\tb\n1\tx,z\n", types, "1|x,z\n"},
		{"tsv with more commas than tabs", "a.tsv.gz", gzipped(t, "a,,,\tb\n1\tx\n"), "a,,, BIGINT, b VARCHAR", "1|x\n"},
		{"one column", "a.csv", "a\n1\n2\n", "a BIGINT", "1\n2\n"},
		{"an empty line in one column is a NULL", "a.csv", "a\n1\n\n2\n", "a BIGINT", "1\n2\nNULL\n"},
		{"empty lines between rows are none", "a.csv", "a,b\n\n1,x\n\n\n2,y\n\n", types, rows},
		{"CRLF", "a.csv", "a,b\r\n1,x\r\n2,y\r\n", types, rows},
		{"CR", "a.csv", "a,b\r1,x\r2,y\r", types, rows},
		{"mixed line ends", "a.csv", "a,b\r\n1,x\n2,y\r\n", types, rows},
		{"no line end at the end", "a.csv", "a,b\n1,x\n2,y", types, rows},
		{"byte order mark", "a.csv", "\xef\xbb\xbfa,b\n1,x\n2,y\n", types, rows},
		{"quoted line breaks and quotes", "a.csv", "a,\"b\nc\"\n1,\"x\n\"\"y\"\" , z\"\n", "a BIGINT, b\nc VARCHAR", "1|x\n\"y\" , z\n"},
		{"a quote within a text is a character", "a.csv", "a,b\n1,5\" pipe\n", types, "1|5\" pipe\n"},
		{"spaces around quotes", "a.csv", "a, b\n1, \"x,y\"  \n", types, "1|x,y\n"},
		{"separators at the ends of lines", "a.csv", "a,b\n1,x,\n2,y,\n", types, rows},
		{"columns without a name", "a.csv", ",b,\n1,x,2\n", "column0 BIGINT, b VARCHAR, column2 BIGINT", "1|x|2\n"},
		{"a header of years has a label", "a.csv", "country,2023,2024\nPE,1,2\n", "country VARCHAR, 2023 BIGINT, 2024 BIGINT", "PE|1|2\n"},
		{"only text", "a.csv", "a,b\nx,y\n", "a VARCHAR, b VARCHAR", "x|y\n"},
		{"lines that look like comments", "a.csv", "a,b\n#1,x\n", "a VARCHAR, b VARCHAR", "#1|x\n"},
		{"JSON lines", "a.jsonl", lines, types, rows},
		{"newline-delimited JSON", "a.ndjson.gz", gzipped(t, lines), types, rows},
		{"JSON lines in zstandard", "a.jsonl.zst", zstandard(t, lines), types, rows},
		{"JSON lines with a byte order mark", "a.jsonl", "\xef\xbb\xbf" + lines, types, rows},
		{"a JSON array", "a.json", "[{\"a\":1,\"b\":\"x\"},\n{\"a\":2,\"b\":\"y\"}]\n", types, rows},
		{"JSON objects over lines and side by side", "a.json", "{\"a\":1,\n \"b\":\"x\"} {\"a\":2,\"b\":\"y\"}", types, rows},
		{"JSON names and texts with escapes", "a.json", `[{"\u0061":1,"b":"\"é\u00e9\n"},{"a":2,"b":"}{"}]`, types, "1|\"éé\n\n2|}{\n"},
		{"JSON nulls and absent members", "a.json", `[{"a":1},{"a":null,"b":""}]`, types, "1|NULL\nNULL|\n"},
		{
			"JSON kinds", "a.json", `[{"i":1,"d":1.5,"t":true,"s":"12","m":"2024-06-15","n":[1,{"x":"y"}],"x":1},{"i":2,"d":1,"t":false,"s":"13","m":"2024-06-16","n":{"z":[]},"x":"y"}]`,
			"i BIGINT, d DOUBLE, t BOOLEAN, s VARCHAR, m DATE, n JSON, x VARCHAR",
			"1|1.5|true|12|2024-06-15|[1,{\"x\":\"y\"}]|1\n2|1.0|false|13|2024-06-16|{\"z\":[]}|y\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, test.file, test.content)
			out := succeed(t, dir, args(test.file))
			if diff := cmp.Diff(test.types, out.types()); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.rows, dump(t, dir)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// parquet makes a Parquet file of a query.
func parquet(t testing.TB, dir, name, statement string) {
	t.Helper()
	memory := filepath.Join(t.TempDir(), "maker.duckdb")
	execute(t, memory, "COPY ("+statement+") TO '"+filepath.Join(dir, name)+"' (FORMAT parquet)")
}

func TestParquetKeepsItsTypes(t *testing.T) {
	dir := t.TempDir()
	parquet(t, dir, "a.parquet", "SELECT 1::SMALLINT AS a, [1, 2] AS l, {'x': DATE '2024-06-15'} AS s, 'a'::BLOB AS b, 1.50::DECIMAL(9,2) AS d")
	out := succeed(t, dir, args("a.parquet"))
	if got, want := out.types(), "a SMALLINT, l INTEGER[], s STRUCT(x DATE), b BLOB, d DECIMAL(9,2)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := dump(t, dir), "1|[1, 2]|{'x': 2024-06-15}|a|1.50\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParquetValuesBecomeGivenTypes(t *testing.T) {
	dir := t.TempDir()
	parquet(t, dir, "a.parquet", "SELECT 1.0::DOUBLE AS a, TIMESTAMP '2024-06-15 00:00:00' AS d UNION ALL SELECT NULL, NULL")
	parquet(t, dir, "b.parquet", "SELECT i::DOUBLE / 2 AS a, TIMESTAMP '2024-06-15 00:00:00' AS d FROM range(0, 3) r(i)")
	types := map[string]string{"a": "INTEGER", "d": "DATE"}
	succeed(t, dir, args("a.parquet", "columns", types))
	if got, want := dump(t, dir), "1|2024-06-15\nNULL|NULL\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	e := enginetest.Fail(t, duckdbload.Type, dir, args("b.parquet", "columns", types), "bad_value")
	if want := `b.parquet, row 2: "0.5" in column "a"`; !strings.Contains(e.Message, want) {
		t.Errorf("got %q, want in it %q", e.Message, want)
	}
}

func TestSeveralFilesAreOneTable(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "d/1.csv", "a,b\n1,x\n")
	write(t, dir, "d/2.csv.gz", gzipped(t, "B;a\n2024-06-15;2.5\n"))
	write(t, dir, "d/3.csv", "a,b\n") // no row, but the columns
	write(t, dir, "4.json", `{"b": "z", "a": 3}`)
	parquet(t, dir, "5.parquet", "SELECT 4::DOUBLE AS a, 'p' AS b")
	a := args("", "source", []string{"d/*", "4.json", "5.parquet", "d/1.csv"})
	out := succeed(t, dir, a)
	if got, want := out.types(), "a DOUBLE, b VARCHAR"; got != want || out.Rows != 4 {
		t.Errorf("got %s and %d rows, want %s and 4", got, out.Rows, want)
	}
	if got, want := dump(t, dir), "1.0|x\n2.5|2024-06-15\n3.0|z\n4.0|p\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestFilesWithOtherColumnsAreRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "1.csv", "a,b,c\n1,2,3\n")
	write(t, dir, "2.csv", "a,d\n1,2\n")
	parquet(t, dir, "3.parquet", "SELECT 1 AS a")
	parquet(t, dir, "4.parquet", "SELECT 'x' AS a")
	tests := []struct {
		files []string
		want  string
	}{
		{[]string{"1.csv", "2.csv"}, filepath.Join(dir, "2.csv") + " together with " + filepath.Join(dir, "1.csv") + `: the columns differ; the file lacks "b", "c" and has "d", which the other file lacks`},
		{[]string{"3.parquet", "4.parquet"}, filepath.Join(dir, "4.parquet") + `: its column "a" is VARCHAR, in a file before it INTEGER`},
	}
	for _, test := range tests {
		e := enginetest.Fail(t, duckdbload.Type, dir, args("", "source", test.files), "columns_differ")
		if !strings.Contains(e.Message, test.want) || e.Retryable {
			t.Errorf("got %+v, want in its message %q", e, test.want)
		}
	}
}

func TestManyColumns(t *testing.T) {
	dir := t.TempDir()
	var header, row []string
	for i := range 3000 {
		header = append(header, "c"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i/26))
		row = append(row, "1.5")
	}
	write(t, dir, "a.csv", strings.Join(header, ",")+"\n"+strings.Join(row, ",")+"\n")
	if got := len(succeed(t, dir, args("a.csv")).Columns); got != 3000 {
		t.Errorf("got %d columns, want 3000", got)
	}
	e := enginetest.Fail(t, duckdbload.Type, dir, args("a.csv", "columns", map[string]string{"none": "DATE"}), "unknown_column")
	if want := " and 2980 more"; !strings.Contains(e.Remedy, want) {
		t.Errorf("got %.200q…, want in it %q", e.Remedy, want)
	}
}

// TestLongRows has rows that are longer than the survey's window.
func TestLongRows(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("é\"\"\n", 350_000)
	write(t, dir, "a.csv", "a,b\n1,\""+long+"\"\n2,\""+long+"\"\n3,end\n")
	write(t, dir, "b.json", "[\n {\"a\": \""+strings.Repeat("é", 3_000_000)+"\"}]")
	out := succeed(t, dir, args("a.csv"))
	if got, want := query(t, filepath.Join(dir, "db.duckdb"), "SELECT a, length(b) FROM t ORDER BY a"), "1|1050000\n2|1050000\n3|3\n"; got != want || out.Rows != 3 {
		t.Errorf("got %q, want %q", got, want)
	}
	succeed(t, dir, args("b.json"))
	if got, want := query(t, filepath.Join(dir, "db.duckdb"), "SELECT length(a) FROM t"), "3000000\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEndingsThatCannotBeLoadedAreNamed(t *testing.T) {
	for file, want := range map[string]string{
		"a.xlsx": ".xlsx", "a": "no ending", "a.csv.bz2": ".bz2", "a.parquet.gz": ".parquet.gz", "a.gz": ".gz",
	} {
		dir := t.TempDir()
		write(t, dir, file, "a\n1\n")
		e := enginetest.Fail(t, duckdbload.Type, dir, args(file), "unsupported_format")
		if !strings.Contains(e.Message, "with "+want+" is none") {
			t.Errorf("%s: got %q, want in it %q", file, e.Message, want)
		}
		if _, err := os.Stat(filepath.Join(dir, "db.duckdb")); err == nil {
			t.Errorf("%s: a database was made", file)
		}
	}
}
