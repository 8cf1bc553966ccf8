package csvresample_test

import (
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/steps/csvresample"
)

// What validate says of a literal argument, before anything runs.
func TestArgumentsAreCheckedBeforeTheRun(t *testing.T) {
	emptyPeriod := " ends at or before its start; the end is exclusive, so one day is \"2024-06-15/2024-06-16\""
	ending := "; it must be .csv or .tsv, with .gz or .zst behind it if it is compressed"
	noOrigin := " is no origin; write a time of day like \"06:00\", a date like \"2024-06-15\", or both, to the second"
	cases := []struct{ argument, text, want string }{
		{"interval", "1h", ""},
		{"interval", "1w2d", ""},
		{"interval", "0s", "an interval must be longer than 0"},
		{"interval", "0.1ns", "an interval must be longer than 0"},
		{"interval", "60", `"60" is not a duration; write it like "90s", "1h30m" or "1d"`},
		{"interval", "-1h", `"-1h" is not a duration; write it like "90s", "1h30m" or "1d"`},
		{"output", "a/b.csv", ""},
		{"output", "a/b.TSV", ""},
		{"output", "", "the path is empty"},
		{"output", "b.parquet", `"b.parquet" ends in ".parquet"` + ending},
		{"output", "b.csv.gz", ""},
		{"output", "b.tsv.ZST", ""},
		{"output", "b.gz", `"b.gz" ends in ".gz"` + ending},
		{"output", "b.txt.gz", `"b.txt.gz" ends in ".txt.gz"` + ending},
		{"output", "a.csv/b", `"a.csv/b" has no ending` + ending},
		{"method", "median", ""},
		{"method", "maen", `"maen" is not one of first, last, mean, min, max, sum, median, count. Did you mean "mean"?`},
		{"origin", "06:00", ""},
		{"origin", "23:30:15", ""},
		{"origin", "2024-06-15", ""},
		{"origin", "2024-06-15T06:00+02:00", ""},
		{"origin", "24:00", `"24:00"` + noOrigin},
		{"origin", "06:00+02:00", `"06:00+02:00"` + noOrigin},
		{"origin", "00:00:00.5", `"00:00:00.5"` + noOrigin},
		{"origin", "2024-06-15T00:00:00.5", `"2024-06-15T00:00:00.5"` + noOrigin},
		{"origin", "midnight", `"midnight"` + noOrigin},
		{"origin", "", `""` + noOrigin},
		{"timezone", "Europe/Berlin", ""},
		{"timezone", "Berlin", `there is no time zone "Berlin"; use an IANA name like "Europe/Berlin" or "UTC"`},
		{"timezone", "Local", `there is no time zone "Local"; use an IANA name like "Europe/Berlin" or "UTC"`},
		{"timezone", "", `there is no time zone ""; use an IANA name like "Europe/Berlin" or "UTC"`},
		{"time_format", "%d/%m/%Y %H:%M", ""},
		{"time_format", "epoch", ""},
		{"time_format", "epoch_ms", ""},
		{"time_format", "%H:%M", `"%H:%M" shows no date`},
		{"time_format", "epoch_us", `"epoch_us" shows neither a date nor a time of day; write it like %d/%m/%Y %H:%M; or write "epoch" or "epoch_ms" for numbers since 1970`},
		{"fill", "zero", `"zero" is not one of none, null, previous, linear.`},
		{"duplicates", "drop", `"drop" is not one of keep_first, keep_last, error.`},
		{"on_bad_row", "ignore", `"ignore" is not one of fail, skip, reject.`},
		{"rejects", "bad.txt", `"bad.txt" ends in ".txt"` + ending},
		{"period", "all", ""},
		{"period", "latest", ""},
		{"period", "2024-06-15", ""},
		{"period", "2024-06-15/2024-06-16", ""},
		{"period", "2024-06-15T06:00/2024-06-15 18:30:00.5", ""},
		{"period", "2024-06-15T06:00Z/2024-06-15T06:00", ""}, // depends on the pipeline's zone
		{"period", "lastest", `"lastest" is not a period; write "all", "latest", a date like "2024-06-15" or an interval like "2024-06-15/2024-06-22". Did you mean "latest"?`},
		{"period", "15.06.2024", `"15.06.2024" is not a period; write "all", "latest", a date like "2024-06-15" or an interval like "2024-06-15/2024-06-22".`},
		{"period", "", `"" is not a period; write "all", "latest", a date like "2024-06-15" or an interval like "2024-06-15/2024-06-22".`},
		{"period", "2024-02-30", `"2024-02-30" is not a period: there is no such day or time of day`},
		{"period", "2024-06-15T06:00", `"2024-06-15T06:00" is a moment, not a period; write an interval like "2024-06-15T06:00/2024-06-15T18:00"`},
		{"period", "2024-06-15/tomorrow", `the end of "2024-06-15/tomorrow" is no date or date-time: it is not written as ISO 8601, like "2024-06-15 01:00:00"`},
		{"period", "2024-06-31/2024-07-01", `the start of "2024-06-31/2024-07-01" is no date or date-time: there is no such day or time of day`},
		{"period", "2024-06-15/2024-06-15", `"2024-06-15/2024-06-15"` + emptyPeriod},
		{"period", "2024-06-15T02:00+02:00/2024-06-15T00:00Z", `"2024-06-15T02:00+02:00/2024-06-15T00:00Z"` + emptyPeriod},
	}
	for _, c := range cases {
		t.Run(c.argument+" "+c.text, func(t *testing.T) {
			got := ""
			if _, err := engine.FindField(csvresample.Type.Args, c.argument).Convert(cty.StringVal(c.text)); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAggregateNamesColumnsAndFunctions(t *testing.T) {
	none := cty.ListValEmpty(cty.String)
	for want, given := range map[string]cty.Value{
		`no column is named; leave aggregate out, or name one: { temperature = ["mean"] }`:                                cty.EmptyObjectVal,
		`key "v": no function is named, such as "mean"`:                                                                   cty.ObjectVal(map[string]cty.Value{"v": none}),
		`key "v": "maen" is no function; there are first, last, mean, min, max, sum, median, count. Did you mean "mean"?`: cty.ObjectVal(map[string]cty.Value{"v": cty.StringVal("maen")}),
	} {
		_, err := engine.FindField(csvresample.Type.Args, "aggregate").Convert(given)
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestDocumentsNameTheTypesOfArguments(t *testing.T) {
	for argument, want := range map[string]string{
		"input": "string or list of string", "output": "path of a .csv or .tsv", "aggregate": "map of function or list of them", "timezone": "IANA time zone", "time": "string or list of string",
		"period": "period", "interval": "duration", "method": "string", "min_rows": "whole number",
	} {
		if got := engine.FindField(csvresample.Type.Args, argument).TypeName; got != want {
			t.Errorf("%s is a %s, want %s", argument, got, want)
		}
	}
}
