package csvresample_test

import (
	"errors"
	"strings"
	"testing"

	"dagrun/engine"
	"dagrun/engine/enginetest"
)

// corpus is broken and odd files as they turn up, each with what becomes of
// it: the output, or "code: message". Files have the columns t and v, and are
// resampled to the hourly sum of v, unless a case says otherwise.
var corpus = []struct {
	name, text string
	args       enginetest.Args
	want       string
}{
	{"ordinary", "t,v\n2024-06-15 00:10,1\n2024-06-15 00:20,2\n", nil, "t,v_sum\n2024-06-15 00:00,3\n"},
	{"an empty file", "", nil, "bad_header: read in.csv: the file has no header: it is empty"},
	{"nothing but a byte-order mark", "\ufeff", nil, "bad_header: read in.csv: the file has no header: it is empty"},
	{"nothing but line ends", "\r\n\n\r\n", nil, "bad_header: read in.csv: the file has no header: it is empty"},
	{"nothing but a header", "t,v\n", nil, `too_few_rows: resample 1 file over period "all": 0 rows came out, min_rows is 1; no rows were read, only 1 header`},
	{"nothing but a header, which is enough", "t,v", enginetest.Args{"min_rows": 0}, "t,v_sum\n"},
	{"Windows' line ends", "t,v\r\n2024-06-15 00:10,1\r\n2024-06-15 00:20,2\r\n", nil, "t,v_sum\n2024-06-15 00:00,3\n"},
	{"line ends of both kinds", "t,v\r\n2024-06-15 00:10,1\n2024-06-15 00:20,2\r\n2024-06-15 00:30,4\n", nil, "t,v_sum\n2024-06-15 00:00,7\n"},
	{"old Macintosh line ends", "t,v\r2024-06-15 00:10,1\r", nil, `missing_column: read in.csv: there is no column "v"; its columns are "t", "v\r2024-06-15 00:10", "1"`},
	{"no last line end", "t,v\n2024-06-15 00:10,1", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"a last row cut off in the time", "t,v\n2024-06-15 00:10,1\n2024-06-15 0", nil, "bad_row: read in.csv:3: the row has 1 field, the header 2: `2024-06-15 0`"},
	{"a byte-order mark", "\ufefft,v\n2024-06-15 00:10,1\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"a byte-order mark before a quote", "\ufeff\"t\",\"v\"\n2024-06-15 00:10,1\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"UTF-16", "\xff\xfet\x00,\x00v\x00\r\x00\n\x00", nil, "bad_header: read in.csv: the file is UTF-16"},
	{"UTF-16, the other way round", "\xfe\xff\x00t\x00,\x00v\x00\n", nil, "bad_header: read in.csv: the file is UTF-16"},
	{"Latin-1 in another column", "t,v,ort\n2024-06-15 00:10,1,K\xf6ln\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"every field in quotes", "\"t\",\"v\"\n\"2024-06-15 00:10\",\"1\"\n\"2024-06-15 00:20\",\"2\"\n", nil, "t,v_sum\n2024-06-15 00:00,3\n"},
	{"a line break in a header", "t,\"v\nin °C\"\n2024-06-15 00:10,1\n", enginetest.Args{"aggregate": map[string]string{"v\nin °C": "sum"}}, "t,\"v\nin °C_sum\"\n2024-06-15 00:00,1\n"},
	{"a separator in quotes", "t,note,v\n2024-06-15 00:10,\"a,b\",1\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"a line break in quotes", "t,note,v\n2024-06-15 00:10,\"a\r\n,b\n\",1\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"quotes in quotes", "t,note,v\n2024-06-15 00:10,\"\"\"\",1\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"a quote that is not closed", "t,v\n2024-06-15 00:10,\"1\n2024-06-15 00:20,2\n", nil, "bad_row: read in.csv:2: the file ends within a quoted field: `2024-06-15 00:10,\"1`"},
	{"a quote in a field", "t,v,size\n2024-06-15 00:10,1,19\"\n", nil, "bad_row: read in.csv:2: a field has a quote in it but does not begin with one: `2024-06-15 00:10,1,19\"`"},
	{"a blank behind a quote", "t,v\n2024-06-15 00:10,\"1\" \n", nil, "bad_row: read in.csv:2: a quoted field goes on behind its closing quote: `2024-06-15 00:10,\"1\" `"},
	{"semicolons", "t;v\n2024-06-15 00:10;1\n", nil, `missing_column: read in.csv: there is no column "t"; its columns are "t;v"`},
	{"decimal commas", "t,v\n2024-06-15 00:10,\"1,5\"\n", nil, "bad_row: read in.csv:2: column \"v\" has `1,5`, which is no number: `2024-06-15 00:10,\"1,5\"`"},
	{"a unit", "t,v\n2024-06-15 00:10,1 °C\n", nil, "bad_row: read in.csv:2: column \"v\" has `1 °C`, which is no number: `2024-06-15 00:10,1 °C`"},
	{"an error in words", "t,v\n2024-06-15 00:10,1\n2024-06-15 00:20,ERR\n", nil, "bad_row: read in.csv:3: column \"v\" has `ERR`, which is no number: `2024-06-15 00:20,ERR`"},
	{"nothing where a number could be", "t,v\n2024-06-15 00:10,\n2024-06-15 00:20, \n2024-06-15 00:30,NaN\n2024-06-15 00:40,5\n", nil, "t,v_sum\n2024-06-15 00:00,5\n"},
	{"blanks around numbers", "t,v\n2024-06-15 00:10, 1\n2024-06-15 00:20,2\t\n", nil, "t,v_sum\n2024-06-15 00:00,3\n"},
	{"an exponent", "t,v\n2024-06-15 00:10,1e3\n2024-06-15 00:20,-2.5E-1\n", nil, "t,v_sum\n2024-06-15 00:00,999.75\n"},
	{"infinity", "t,v\n2024-06-15 00:10,inf\n", nil, "bad_row: read in.csv:2: column \"v\" has `inf`, which is no number: `2024-06-15 00:10,inf`"},
	{"too few fields", "t,v\n2024-06-15 00:10\n", nil, "bad_row: read in.csv:2: the row has 1 field, the header 2: `2024-06-15 00:10`"},
	{"too many fields", "t,v\n2024-06-15 00:10,1,\n", nil, "bad_row: read in.csv:2: the row has 3 fields, the header 2: `2024-06-15 00:10,1,`"},
	{"a header in the middle", "t,v\n2024-06-15 00:10,1\nt,v\n2024-06-15 00:20,2\n", nil, "bad_row: read in.csv:3: `t` is no time: it is not written as ISO 8601, like \"2024-06-15 01:00:00\": `t,v`"},
	{"a title above the header", "Probe 7\nt,v\n2024-06-15 00:10,1\n", nil, `missing_column: read in.csv: there is no column "t"; its columns are "Probe 7"`},
	{"a remark at the end", "t,v\n2024-06-15 00:10,1\n# end\n", nil, "bad_row: read in.csv:3: the row has 1 field, the header 2: `# end`"},
	{"zeros that a power cut left", "t,v\n2024-06-15 00:10,1\n\x00\x00\x00\x00\x00\x00", nil, "bad_row: read in.csv:3: the row has 1 field, the header 2: \"\\x00\\x00\\x00\\x00\\x00\\x00\""},
	{"zeros that look like a row", "t,v\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00,1\n", nil,
		"bad_row: read in.csv:2: \"" + strings.Repeat(`\x00`, 19) + "\" is no time: it is not written as ISO 8601, like \"2024-06-15 01:00:00\": \"" + strings.Repeat(`\x00`, 19) + ",1\""},
	{"rows out of order", "t,v\n2024-06-15 02:10,4\n2024-06-15 00:20,2\n2024-06-15 02:00,8\n2024-06-15 00:10,1\n", nil, "t,v_sum\n2024-06-15 00:00,3\n2024-06-15 02:00,12\n"},
	{"the same row twice", "t,v\n2024-06-15 00:10,1\n2024-06-15 00:10,1\n", nil, "t,v_sum\n2024-06-15 00:00,2\n"},
	{"a day that is none", "t,v\n2024-02-30 00:10,1\n", nil, "bad_row: read in.csv:2: `2024-02-30 00:10` is no time: there is no such day or time of day: `2024-02-30 00:10,1`"},
	{"a leap second", "t,v\n2016-12-31 23:59:60,1\n", nil, "bad_row: read in.csv:2: `2016-12-31 23:59:60` is no time: there is no such day or time of day: `2016-12-31 23:59:60,1`"},
	{"a clock that was never set", "t,v\n0000-00-00 00:00,1\n", nil, "bad_row: read in.csv:2: `0000-00-00 00:00` is no time: there is no such day or time of day: `0000-00-00 00:00,1`"},
	{"no time", "t,v\n,1\n", nil, "bad_row: read in.csv:2: `` is no time: it is empty: `,1`"},
	{"American dates", "t,v\n06/15/2024 12:10 AM,1\n", nil, "bad_row: read in.csv:2: `06/15/2024 12:10 AM` is no time: it is not written as ISO 8601, like \"2024-06-15 01:00:00\": `06/15/2024 12:10 AM,1`"},
	{"two columns of one name", "t,v,v\n2024-06-15 00:10,1,2\n", nil, `bad_header: read in.csv: the aggregate column "v" is there 2 times`},
	{"a column without a name", "t,v,\n2024-06-15 00:10,1,2\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"2,000 columns", "t,v" + strings.Repeat(",x", 1998) + "\n2024-06-15 00:10,1" + strings.Repeat(",2", 1998) + "\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"a field of a million characters", "t,v,note\n2024-06-15 00:10,1," + strings.Repeat("x", 1_000_000) + "\n", nil, "t,v_sum\n2024-06-15 00:00,1\n"},
	{"a name with an accent put together of two characters", "t,tempe\u0301rature\n2024-06-15 00:10,1\n", enginetest.Args{"aggregate": map[string]string{"température": "max"}}, "t,tempe\u0301rature_max\n2024-06-15 00:00,1\n"},
}

func TestCorpus(t *testing.T) {
	for _, c := range corpus {
		for _, block := range []int{0, 1, 50} {
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"in.csv": c.text})
			d := newDirect(t, dir)
			d.block = block
			args := enginetest.With(enginetest.Args{
				"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h", "aggregate": map[string]string{"v": "sum"},
			}, c.args)
			_, err := runDirectly(t, d, args)
			got := d.out.String()
			var told *engine.StepError
			if errors.As(err, &told) {
				got = told.Code + ": " + strings.ReplaceAll(told.Message, dir+"/", "")
			} else if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s, in blocks of %d:\ngot  %q\nwant %q", c.name, block, got, c.want)
			}
		}
	}
}
