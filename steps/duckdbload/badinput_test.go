package duckdbload_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dagrun/engine/enginetest"
	"dagrun/steps/duckdbload"
)

func TestBadInputIsTold(t *testing.T) {
	utf16 := "\xff\xfea\x00,\x00b\x00\n\x00"
	tests := []struct{ name, file, content, code, want string }{
		{"no byte", "a.csv", "", "no_rows", "a.csv: there is no row"},
		{"only a header", "a.csv", "a,b\n", "no_rows", "there is no row"},
		{"only a header, gzip", "a.csv.gz", gzipped(t, "a,b"), "no_rows", "there is no row"},
		{"an empty JSON array", "a.json", "[ ]", "no_rows", "there is no row"},
		{"an empty JSON file", "a.json", "", "no_rows", "there is no row"},
		{"an empty first line", "a.csv", "\na,b\n1,2\n", "bad_header", "the first line, which has to be the header, is empty"},
		{"no header", "a.csv", "1,2024-06-15,27.0\n2,2024-06-15,26.8\n", "bad_header", "holds only values"},
		{"a carriage return in the header", "a.csv", "a,\"b\rc\"\n1,2\n", "bad_header", "another line end"},
		{"a line feed in a header that ends in CRLF", "a.csv", "a,\"b\nc\"\r\n1,2\r\n", "bad_header", "another line end"},
		{"a CRLF in a header that ends in a line feed", "a.csv", "a,\"b\r\nc\"\n1,2\n", "bad_header", "another line end"},
		{"a NUL byte in the header", "a.csv", "a\x00,b\n1,2\n", "bad_header", "NUL"},
		{"the same column twice", "a.csv", "a,b,A\n1,2,3\n", "duplicate_column", `"a" and "A"`},
		{"a field too few", "a.csv", "a,b\n1,2\n\n3\n", "bad_row", "a.csv:4: the row has 1 field, the header 2"},
		{"a field too many", "a.csv", "a,b\n\"1\n\",2\n3,4,5\n", "bad_row", "a.csv:4: the row has 3 fields, the header 2"},
		{"a line of spaces", "a.csv", "a,b\n1,2\n  \n", "bad_row", "a.csv:3: the row has 1 field, the header 2"},
		{"two empty fields too many", "a.csv", "a,b\n1,2,,\n", "bad_row", "a.csv:2: the row has 4 fields, the header 2"},
		{"an open quote", "a.csv", "a,b\n1,2\n3,\"x\n4,y\n", "bad_row", "a.csv:3: a double quote is not closed"},
		{"text behind a quote", "a.csv", "a,b\n1,\"x\"y\n", "bad_row", "a.csv:2: text follows a closing double quote"},
		{"spaces before a quote", "a.csv", "a,b\n1,  \"x,y\"\n", "bad_row", "a.csv:2: more than one space stands before a double quote"},
		{"a row over 2 MB", "a.csv", "a,b\n1,2\n1," + strings.Repeat("x", 2_100_000) + "\n", "bad_row", "a.csv:3: the row is longer than 2000000 bytes"},
		{"Latin 1", "a.csv", "a,b\n1,caf\xe9\n", "not_utf8", "a.csv:2: the text is not UTF-8"},
		{"Latin 1 in the header", "a.csv", "a,caf\xe9\n1,2\n", "not_utf8", "a.csv:1: the text is not UTF-8"},
		{"UTF-16", "a.csv", utf16, "not_utf8", "a.csv:1: the text is not UTF-8"},
		{"lone carriage returns among others", "a.csv", "a,b\n1,2\r3,4\n", "bad_row", "a.csv:2: the line ends in another way than the header"},
		{"other line ends in one column", "a.csv", "a\n1\r\n", "bad_row", "a.csv:2: the line ends in another way than the header"},
		{"gzip cut off", "a.csv.gz", gzipped(t, "a,b\n1,2\n")[:25], "bad_file", "unexpected EOF"},
		{"gzip that is none", "a.csv.gz", readings, "bad_file", "decompress: gzip: invalid header"},
		{"zstandard that is none", "a.csv.zst", "a,b\n1,2\n", "bad_file", "magic"},
		{"zstandard cut off", "a.csv.zst", zstandard(t, "a,b\n1,2\n")[:12], "bad_file", "unexpected EOF"},
		{"Parquet that is none", "a.parquet", "a,b\n1,2\nand more of it\n", "bad_file", "No magic bytes found at end of file"},
		{"JSON cut off", "a.json", "{\"a\":1}\n{\"a\":", "bad_row", "a.json:2: the JSON object is not closed"},
		{"a JSON array cut off", "a.json", "[{\"a\":1},\n", "bad_row", "a.json:2: the JSON array is not closed"},
		{"a comma too many", "a.json", "[{\"a\":1},\n]", "bad_row", "a.json:2: a comma stands behind the last element"},
		{"a comma too few", "a.json", "[{\"a\":1}\n{\"a\":2}]", "bad_row", "a.json:2: a comma is missing"},
		{"JSON with a slip", "a.jsonl", "{\"a\":1}\n\n{\"a\" 2}\n", "bad_row", "a.jsonl:3: the JSON object is not well formed: invalid character '2' after object key"},
		{"JSON rows that are no objects", "a.jsonl", "{\"a\":1}\n[2]\n", "bad_row", "a.jsonl:2: what stands here is not a JSON object"},
		{"text behind a JSON array", "a.json", "[{\"a\":1}]\n{\"a\":2}\n", "bad_row", "a.json:2: text follows the end of the JSON array"},
		{"a JSON member twice", "a.json", "{\"a\":1}\n{\"a\":2,\"\\u0061\":3}\n", "bad_row", `a.json:2: the JSON object has "a" twice`},
		{"JSON members that differ by case", "a.json", "{\"a\":1}\n{\"A\":2}\n", "duplicate_column", `"a" and "A"`},
		{"a JSON member without a name", "a.json", "{\"\":1}\n", "bad_row", "an empty name"},
		{"JSON objects without members", "a.json", "{} {}", "bad_row", "no JSON object has a member"},
		{"half a character in JSON", "a.json", `{"a":"\\ud83d \ud83d\ude00 \ud83dBude00"}`, "bad_row", `a.json:1: a \u escape in the JSON object is half of a character`},
		{"JSON that is not UTF-8", "a.json", "{\"a\":\"\xe9\"}", "not_utf8", "a.json:1: the text is not UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, test.file, test.content)
			e := enginetest.Fail(t, duckdbload.Type, dir, args(test.file), test.code)
			if !strings.Contains(e.Message, test.want) || e.Retryable || e.Argument != "source" {
				t.Errorf("got %+v, want in its message %q", e, test.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "db.duckdb")); err == nil {
				t.Error("a database was made")
			}
		})
	}
}

func TestBadArgumentsAreTold(t *testing.T) {
	tests := []struct {
		name string
		args []any
		code string
		want string // in message and remedy
	}{
		{"no file", []any{"source", "none.csv"}, "input_missing", "none.csv"},
		{"a type for a column that is not there", []any{"columns", map[string]string{"temperatur": "DOUBLE"}}, "unknown_column", `Did you mean "temperatura"?`},
		{"no such type", []any{"columns", map[string]string{"date": "DAET"}}, "bad_column_type", `column "date" the type "DAET": Type with name DAET does not exist`},
		{"SQL for a type", []any{"columns", map[string]string{"date": "DATE); DROP TABLE x; --"}}, "bad_column_type", "can not be converted to a DuckDB Type"},
		{"a view of that name", []any{"table", "V"}, "not_a_table", "there is a view of that name"},
		{"a foreign key to the table", []any{"table", "parent"}, "table_in_use", "foreign key"},
		{"columns the table lacks, and the other way", []any{"table", "parent", "mode", "append"}, "columns_differ", `the file lacks "id" and has "record", "date", "time", "temperatura", which the table lacks`},
		{"a type that is not the table's", []any{"table", "same", "mode", "append", "columns", map[string]string{"record": "DOUBLE"}}, "columns_differ", `its column "record" is INTEGER, not DOUBLE`},
		{"a value that the table cannot take", []any{"table", "narrow", "mode", "append"}, "bad_value", `readings.csv:3: "26.8" in column "temperatura" cannot become INTEGER`},
		{"a row against a constraint", []any{"table", "same", "mode", "append"}, "constraint_violated", "CHECK constraint failed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "readings.csv", readings)
			path := filepath.Join(dir, "db.duckdb")
			execute(t, path, "CREATE TABLE parent (id INTEGER PRIMARY KEY)", "CREATE TABLE child (id INTEGER REFERENCES parent(id))",
				"CREATE VIEW v AS SELECT 1 AS x", "CREATE TABLE x AS SELECT 1 AS x",
				"CREATE TABLE same (record INTEGER CHECK (record < 3), date DATE, time TIME, temperatura DOUBLE)",
				"CREATE TABLE narrow (record INTEGER, date DATE, time TIME, temperatura INTEGER)")
			tables := "SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL"
			before := query(t, path, tables)
			e := enginetest.Fail(t, duckdbload.Type, dir, args("readings.csv", test.args...), test.code)
			if !strings.Contains(e.Message+e.Remedy, test.want) || e.Retryable {
				t.Errorf("got %+v, want in it %q", e, test.want)
			}
			if after := query(t, path, tables); after != before {
				t.Errorf("tables before:\n%safter:\n%s", before, after)
			}
		})
	}
}
