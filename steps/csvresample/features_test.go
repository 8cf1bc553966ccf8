package csvresample_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"dagrun/engine/enginetest"
	"dagrun/steps/csvresample"
)

func TestTimesInOtherFormats(t *testing.T) {
	with := func(format string, more enginetest.Args) enginetest.Args {
		return enginetest.With(enginetest.Args{"time_format": format, "method": "sum"}, more)
	}
	testOutcomes(t, []outcome{
		{
			name: "day first", text: lines("t,v", "15/06/2024 01:45,1", "15/6/2024 1:50,2"), args: with("%d/%m/%Y %H:%M", nil),
			want: lines("t,v", "15/06/2024 01:00,3"),
		},
		{
			name: "a row is kept as it is written", text: lines("t,v", "15/6/2024 1:50,2"), args: with("%d/%m/%Y %H:%M", enginetest.Args{"method": "first"}),
			want: lines("t,v", "15/6/2024 1:50,2"),
		},
		{
			name: "halves of days and names", text: lines("t,v", "\"Sat, June 15 2024 01:45:00 PM\",1"), args: with("%a, %B %d %Y %I:%M:%S %p", nil),
			want: lines("t,v", `"Sat, June 15 2024 01:00:00 PM",1`),
		},
		{
			name: "two columns", text: lines("d,t,v", "15.06.2024,01:45,1"), args: with("%d.%m.%Y %H:%M", enginetest.Args{"time": []string{"d", "t"}}),
			want: lines("d,t,v", "15.06.2024,01:00,1"),
		},
		{
			name: "two columns, the first of several words", text: lines("d,t,v", "15 Jun 2024,01:45 PM,1"),
			args: with("%d %b %Y %I:%M %p", enginetest.Args{"time": []string{"d", "t"}}), want: lines("d,t,v", "15 Jun 2024,01:00 PM,1"),
		},
		{
			name: "an offset", zone: "Europe/Rome", text: lines("t,v", "20240615014500+0000,1"), args: with("%Y%m%d%H%M%S%z", nil),
			want: lines("t,v", "20240615030000+0200,1"),
		},
		{
			name: "the pipeline's zone", zone: "Europe/Rome", text: lines("t,v", "15.06.2024,1", "15.06.2024,2"), args: with("%d.%m.%Y", enginetest.Args{"interval": "1d"}),
			want: lines("t,v", "15.06.2024,3"),
		},
		{
			name: "UTC by name", zone: "Europe/Rome", text: lines("t,v", "2024-06-15 22:30 UTC,1"), args: with("%Y-%m-%d %H:%M %Z", enginetest.Args{"interval": "1d"}),
			want: lines("t,v", "2024-06-15 22:00 UTC,1"),
		},
		{name: "seconds since 1970", text: lines("t,v", "1718409600,1", "1718413199.5,2", "1718413200,4"), args: with("epoch", nil), want: lines("t,v", "1718409600,3", "1718413200,4")},
		{name: "milliseconds since 1970", text: lines("t,v", "1718409600123,1"), args: with("epoch_ms", nil), want: lines("t,v", "1718409600000,1")},
		{name: "a start that needs decimals", text: lines("t,v", "1718409600.3,1"), args: with("epoch", enginetest.Args{"interval": "250ms"}), want: lines("t,v", "1718409600.25,1")},
		{name: "before 1970", text: lines("t,v", "-1.5,1", "-1,2"), args: with("epoch", enginetest.Args{"interval": "500ms"}), want: lines("t,v", "-1.5,1", "-1.0,2")},
		{name: "a zone of its own", zone: "UTC", text: lines("t,v", "2024-06-15 23:30,1", "2024-06-16 00:30,2"), args: enginetest.Args{"timezone": "Asia/Tokyo", "period": "2024-06-16", "method": "sum"}, want: lines("t,v", "2024-06-16 00:00,2")},
		{name: "the days of a zone of its own", text: lines("t,v", "2024-06-15T14:30Z,1", "2024-06-15T15:30Z,2"), args: enginetest.Args{"timezone": "Asia/Tokyo", "period": "2024-06-16", "method": "sum"}, want: lines("t,v", "2024-06-15T15:00Z,2")},
	})
}

func TestStartsThatTimesDoNotShowAreAddedOrRefused(t *testing.T) {
	dates := lines("t,v", "2024-06-15,1", "2024-06-16,25")
	testOutcomes(t, []outcome{
		{name: "days from six", text: dates, args: enginetest.Args{"interval": "1d", "origin": "06:00", "method": "sum"}, want: lines("t,v", "2024-06-14T06:00,1", "2024-06-15T06:00,25")},
		{name: "filled in between", text: dates, args: enginetest.Args{"interval": "8h", "method": "sum", "fill": "null"}, want: lines("t,v", "2024-06-15T00:00,1", "2024-06-15T08:00,", "2024-06-15T16:00,", "2024-06-16T00:00,25")},
	})
	coarse := func(name, format, text, shown, start string, args enginetest.Args) failure {
		return failure{
			name: name, text: lines("t,v", text+",1", text+",2"), args: enginetest.With(enginetest.Args{"time_format": format, "method": "sum"}, args),
			code: "time_format_too_coarse", argument: "time_format",
			message: "write the start of a bucket, " + start + `: in the format of the times it is "` + shown + `"`,
		}
	}
	testFailures(t, []failure{
		coarse("days from six", "%d.%m.%Y", "15.06.2024", "14.06.2024", "2024-06-14T06:00:00Z", enginetest.Args{"interval": "1d", "origin": "06:00"}),
		coarse("hours from half past", "%d.%m.%Y %H", "15.06.2024 10", "15.06.2024 09", "2024-06-15T09:30:00Z", enginetest.Args{"origin": "00:30"}),
	})
	testFailures(t, []failure{{
		name: "filled in between", text: lines("t,v", "15.06.2024,1", "16.06.2024,25"), args: enginetest.Args{"time_format": "%d.%m.%Y", "interval": "6h", "fill": "linear"},
		code: "time_format_too_coarse", argument: "time_format", message: `write the start of a bucket, 2024-06-15T06:00:00Z: in the format of the times it is "15.06.2024"`,
	}})
}

func TestHoursThatAreWrittenAlikeAreWarnedOf(t *testing.T) {
	text := lines("t,v", "2024-10-27T01:00,1", "2024-10-27T03:00,4")
	c := outcome{
		zone: "Europe/Berlin", text: text, args: enginetest.Args{"method": "mean", "fill": "linear"},
		want: lines("t,v", "2024-10-27T01:00,1", "2024-10-27T02:00,2", "2024-10-27T02:00,3", "2024-10-27T03:00,4"),
	}
	if log := c.run(t).log.String(); !strings.Contains(log, "the clocks were put back") || !strings.Contains(log, "rows=1") {
		t.Errorf("the log says %q", log)
	}
	c.zone, c.want = "UTC", lines("t,v", "2024-10-27T01:00,1", "2024-10-27T02:00,2.5", "2024-10-27T03:00,4")
	if log := c.run(t).log.String(); log != "" {
		t.Errorf("the log says %q", log)
	}
}

func TestNumbersAtTheEndsOfWhatAFloatHolds(t *testing.T) {
	text := lines("t,v", "2024-06-15 00:00,1e308", "2024-06-15 00:01,1e308", "2024-06-15 00:02,-1e308", "2024-06-15 00:03,1.5e308")
	testOutcomes(t, []outcome{{name: "median", text: text, args: enginetest.Args{"method": "median"}, want: lines("t,v", "2024-06-15 00:00,1e+308")}})
	testFailures(t, []failure{{
		name: "sum", text: text, args: enginetest.Args{"method": "sum"}, code: "number_too_large",
		message: `make the sum of column "v" in the bucket of 2024-06-15T00:00:00Z: it is beyond what a 64-bit float holds`, remedy: "scale",
	}})
}

func TestTextsThatAreNotInTheFormat(t *testing.T) {
	testFailures(t, []failure{
		{
			name: "another format", text: lines("t,v", "2024-06-15,1"), args: enginetest.Args{"time_format": "%d.%m.%Y"}, code: "bad_row",
			message: "read DIR/in.csv:2: `2024-06-15` is no time: it is not written in that format, \"%d.%m.%Y\": `2024-06-15,1`",
		},
		{
			name: "no such day", text: lines("t,v", "31.06.2024,1"), args: enginetest.Args{"time_format": "%d.%m.%Y"}, code: "bad_row",
			message: "read DIR/in.csv:2: `31.06.2024` is no time: there is no such day or time of day, \"%d.%m.%Y\": `31.06.2024,1`",
		},
		{
			name: "no number", text: lines("t,v", "12h,1"), args: enginetest.Args{"time_format": "epoch"}, code: "bad_row",
			message: "read DIR/in.csv:2: `12h` is no time: it is no number of seconds or milliseconds since 1970: `12h,1`",
		},
		{
			name: "milliseconds taken for seconds", text: lines("t,v", "1718409600000,1"), args: enginetest.Args{"time_format": "epoch"}, code: "bad_row",
			message: "read DIR/in.csv:2: `1718409600000` is no time: its year is outside 1678 to 2261: `1718409600000,1`",
		},
		{
			name: "nothing", text: lines("t,v", ",1"), args: enginetest.Args{"time_format": "epoch"}, code: "bad_row",
			message: "read DIR/in.csv:2: `` is no time: it is empty: `,1`",
		},
		{
			name: "a number in two columns", text: lines("d,t", "1,2"), args: enginetest.Args{"time_format": "epoch", "time": []string{"d", "t"}}, code: "bad_argument", argument: "time",
			message: `argument "time": a number since 1970 stands in one column`,
		},
	})
}

func TestBucketsStartAtTheOrigin(t *testing.T) {
	days := lines("t,v", "2024-06-14 05:59,1", "2024-06-14 06:00,2", "2024-06-15 05:59,4", "2024-06-15 06:00,8", "2024-06-16 07:00,16")
	from := func(origin, interval string) enginetest.Args {
		return enginetest.Args{"origin": origin, "interval": interval, "method": "sum"}
	}
	testOutcomes(t, []outcome{
		{name: "days from six", text: days, args: from("06:00", "1d"), want: lines("t,v", "2024-06-13 06:00,1", "2024-06-14 06:00,6", "2024-06-15 06:00,8", "2024-06-16 06:00,16")},
		{name: "shifts from six", text: days, args: from("06:00", "8h"), want: lines("t,v", "2024-06-13 22:00,1", "2024-06-14 06:00,2", "2024-06-14 22:00,4", "2024-06-15 06:00,8", "2024-06-16 06:00,16")},
		{name: "hours from a quarter past", text: days, args: from("00:15", "1h"), want: lines("t,v", "2024-06-14 05:15,3", "2024-06-15 05:15,12", "2024-06-16 06:15,16")},
		{name: "weeks from a Monday", text: days, args: from("2024-06-10", "1w"), want: lines("t,v", "2024-06-10 00:00,31")},
		{name: "two days from a date behind", text: days, args: from("2024-06-21", "2d"), want: lines("t,v", "2024-06-13 00:00,3", "2024-06-15 00:00,28")},
		{name: "two days from a date and hour", text: days, args: from("2024-06-13T06:00", "2d"), want: lines("t,v", "2024-06-13 06:00,7", "2024-06-15 06:00,24")},
		{name: "what divides no day, from a moment", text: days, args: from("2024-06-14T01:00", "7h"), want: lines("t,v", "2024-06-14 01:00,3", "2024-06-15 05:00,12", "2024-06-16 02:00,16")},
		{name: "a moment with an offset", zone: "Europe/Rome", text: days, args: from("2024-06-14T04:00Z", "1d"), want: lines("t,v", "2024-06-13 06:00,1", "2024-06-14 06:00,6", "2024-06-15 06:00,8", "2024-06-16 06:00,16")},
		{
			name: "the latest calendar day", text: days, args: enginetest.With(from("06:00", "1d"), enginetest.Args{"period": "latest"}),
			want: lines("t,v", "2024-06-16 06:00,16"),
		},
		{
			name: "days of 23 hours that begin when the clocks are put forward", zone: "Europe/Rome", args: from("02:30", "1d"),
			text: lines("t,v", "2024-03-31T03:10+02:00,1", "2024-03-31T03:30+02:00,2", "2024-04-01T02:29+02:00,4", "2024-04-01T02:30+02:00,8"),
			want: lines("t,v", "2024-03-30T02:30+01:00,1", "2024-03-31T03:30+02:00,6", "2024-04-01T02:30+02:00,8"),
		},
	})
}

// plant is what two probes logged, in turn and not in order.
var plant = lines("probe,t,temp,status",
	"b,2024-06-15 00:10,20,ok", "a,2024-06-15 00:10,10.5,ok", "a,2024-06-15 00:40,11.5,", "b,2024-06-15 00:05,22,warm",
	"a,2024-06-15 03:00,14.5,off", "b,2024-06-15 01:00,,ok")

func TestAggregates(t *testing.T) {
	of := func(column string, functions ...string) enginetest.Args {
		return enginetest.Args{"aggregate": map[string][]string{column: functions}}
	}
	testOutcomes(t, []outcome{
		{name: "several functions", text: plant, args: of("temp", "mean", "min", "max", "sum", "count", "median"), want: lines("t,temp_mean,temp_min,temp_max,temp_sum,temp_count,temp_median",
			"2024-06-15 00:00,16,10.5,22,64,4,15.75", "2024-06-15 01:00,,,,,0,", "2024-06-15 03:00,14.5,14.5,14.5,14.5,1,14.5")},
		{name: "texts", text: plant, args: of("status", "first", "last", "count"), want: lines("t,status_first,status_last,status_count",
			"2024-06-15 00:00,warm,ok,3", "2024-06-15 01:00,ok,ok,1", "2024-06-15 03:00,off,off,1")},
		{name: "numbers as they are written", text: lines("t,v", "2024-06-15 00:10,1.50", "2024-06-15 00:05,\"2,5\""), args: of("v", "first", "last"), want: lines("t,v_first,v_last", `2024-06-15 00:00,"2,5",1.50`)},
		{
			name: "columns in the order of the file's", text: plant, args: enginetest.Args{"aggregate": map[string][]string{"temp": {"max"}, "status": {"last"}, "probe": {"count"}}},
			want: lines("probe_count,t,temp_max,status_last", "4,2024-06-15 00:00,22,ok", "1,2024-06-15 01:00,,ok", "1,2024-06-15 03:00,14.5,off"),
		},
		{
			name: "texts in quotes", args: of("v", "first", "last"),
			text: lines("t,v,w", `2024-06-15 00:10,"a,b",1`, `2024-06-15 00:20,"c",2`, `2024-06-15 00:30,"dddd ""d""",3`, `2024-06-15 00:05,"z",4`, `2024-06-15 00:25,"longer than all",5`),
			want: lines("t,v_first,v_last", `2024-06-15 00:00,z,"dddd ""d"""`),
		},
		{
			name: "texts in quotes, one for each time", args: enginetest.With(of("v", "first", "last"), enginetest.Args{"duplicates": "keep_last"}),
			text: lines("t,v,w", `2024-06-15 00:10,"a,b",1`, `2024-06-15 00:30,"c",2`, `2024-06-15 00:30,"dddd ""d""",3`, `2024-06-15 00:10,"z",4`, `2024-06-15 00:25,"longer than all",5`),
			want: lines("t,v_first,v_last", `2024-06-15 00:00,z,"dddd ""d"""`),
		},
		{name: "a function named twice", text: plant, args: of("temp", "max", "max"), want: lines("t,temp_max", "2024-06-15 00:00,22", "2024-06-15 01:00,", "2024-06-15 03:00,14.5")},
	})
	testFailures(t, []failure{
		{
			name: "a text where a number is needed", text: plant, args: of("status", "first", "mean"), code: "bad_row",
			message: "read DIR/in.csv:2: column \"status\" has `ok`, which is no number: `b,2024-06-15 00:10,20,ok`",
		},
		{
			name: "a column that is not there", text: plant, args: of("tmep", "mean"), code: "missing_column", argument: "aggregate",
			message: `read DIR/in.csv: there is no column "tmep"; its columns are "probe", "t", "temp", "status"`, remedy: `Did you mean "temp"?`,
		},
		{name: "the time", text: plant, args: of("t", "count"), code: "bad_argument", argument: "aggregate", message: `argument "aggregate": "t" is a column of the time or of group_by`},
		{
			name: "a name that is there", text: lines("t_max,v,t", "1,2,2024-06-15"), args: enginetest.Args{"aggregate": map[string][]string{"v": {"max"}}, "time": "t", "group_by": "v_max"},
			code: "missing_column", argument: "group_by", message: `read DIR/in.csv: there is no column "v_max"; its columns are "t_max", "v", "t"`,
		},
		{
			name: "two columns of one name", text: lines("t,v_max,v", "2024-06-15,1,2"), args: enginetest.Args{"aggregate": map[string][]string{"v": {"max"}}, "group_by": "v_max"},
			code: "bad_argument", argument: "aggregate", message: `argument "aggregate": two columns of the output would be named "v_max"`,
		},
	})
}

func TestSeriesAreResampledByThemselves(t *testing.T) {
	testOutcomes(t, []outcome{
		{name: "rows", text: plant, args: enginetest.Args{"group_by": "probe"}, want: lines("probe,t,temp,status",
			"a,2024-06-15 00:10,10.5,ok", "a,2024-06-15 03:00,14.5,off", "b,2024-06-15 00:05,22,warm", "b,2024-06-15 01:00,,ok")},
		{name: "numbers", text: plant, args: enginetest.Args{"group_by": "probe", "method": "mean"}, want: lines("probe,t,temp",
			"a,2024-06-15 00:00,11", "a,2024-06-15 03:00,14.5", "b,2024-06-15 00:00,21", "b,2024-06-15 01:00,")},
		{name: "gaps", text: plant, args: enginetest.Args{"group_by": "probe", "method": "mean", "fill": "linear"}, want: lines("probe,t,temp",
			"a,2024-06-15 00:00,11", "a,2024-06-15 01:00,12.166666666666666", "a,2024-06-15 02:00,13.333333333333334", "a,2024-06-15 03:00,14.5", "b,2024-06-15 00:00,21", "b,2024-06-15 01:00,")},
		{
			name: "two columns, and texts that run together", args: enginetest.Args{"group_by": []string{"g", "h"}, "method": "count"},
			text: lines("g,h,t,v", "ab,c,2024-06-15,1", "a,bc,2024-06-15,1", "ab,c,2024-06-15,1", `"a,b",,2024-06-15,1`, ",,2024-06-15,1"),
			want: lines("g,h,t,v", ",,2024-06-15,1", "a,bc,2024-06-15,1", `"a,b",,2024-06-15,1`, "ab,c,2024-06-15,2"),
		},
		{name: "the newest day of all", args: enginetest.Args{"group_by": "g", "period": "latest"}, text: lines("g,t", "a,2024-06-15", "b,2024-06-14"), want: lines("g,t", "a,2024-06-15")},
	})
	testFailures(t, []failure{
		{name: "a column that is not there", text: plant, args: enginetest.Args{"group_by": "prob"}, code: "missing_column", argument: "group_by", message: `read DIR/in.csv: there is no column "prob"; its columns are "probe", "t", "temp", "status"`, remedy: "probe"},
		{name: "the time", text: plant, args: enginetest.Args{"group_by": "t"}, code: "bad_argument", argument: "group_by", message: `argument "group_by": "t" is a column of the time`},
	})
}

func TestEmptyBucketsAreFilled(t *testing.T) {
	gap := lines("id,t,v,note", "7,2024-06-15 00:10,1.3,a", "7,2024-06-15 03:10,1.6,b", "7,2024-06-15 04:10,,c", "7,2024-06-15 05:10,2,d")
	fill := func(how string, more enginetest.Args) enginetest.Args {
		return enginetest.With(enginetest.Args{"fill": how}, more)
	}
	two := enginetest.Args{"aggregate": map[string][]string{"v": {"mean", "count", "last"}, "note": {"first"}}}
	testOutcomes(t, []outcome{
		{name: "rows, null", text: gap, args: fill("null", enginetest.Args{"group_by": "id"}), want: lines("id,t,v,note",
			"7,2024-06-15 00:10,1.3,a", "7,2024-06-15 01:00,,", "7,2024-06-15 02:00,,", "7,2024-06-15 03:10,1.6,b", "7,2024-06-15 04:10,,c", "7,2024-06-15 05:10,2,d")},
		{name: "rows, previous", text: gap, args: fill("previous", nil), want: lines("id,t,v,note",
			"7,2024-06-15 00:10,1.3,a", "7,2024-06-15 01:00,1.3,a", "7,2024-06-15 02:00,1.3,a", "7,2024-06-15 03:10,1.6,b", "7,2024-06-15 04:10,,c", "7,2024-06-15 05:10,2,d")},
		{name: "rows, linear", text: gap, args: fill("linear", nil), want: lines("id,t,v,note",
			"7,2024-06-15 00:10,1.3,a", "7,2024-06-15 01:00,1.4,", "7,2024-06-15 02:00,1.5,", "7,2024-06-15 03:10,1.6,b", "7,2024-06-15 04:10,,c", "7,2024-06-15 05:10,2,d")},
		{name: "values, null", text: gap, args: fill("null", two), want: lines("t,v_mean,v_count,v_last,note_first",
			"2024-06-15 00:00,1.3,1,1.3,a", "2024-06-15 01:00,,0,,", "2024-06-15 02:00,,0,,", "2024-06-15 03:00,1.6,1,1.6,b", "2024-06-15 04:00,,0,,c", "2024-06-15 05:00,2,1,2,d")},
		{name: "values, previous", text: gap, args: fill("previous", two), want: lines("t,v_mean,v_count,v_last,note_first",
			"2024-06-15 00:00,1.3,1,1.3,a", "2024-06-15 01:00,1.3,0,1.3,a", "2024-06-15 02:00,1.3,0,1.3,a", "2024-06-15 03:00,1.6,1,1.6,b", "2024-06-15 04:00,1.6,0,1.6,c", "2024-06-15 05:00,2,1,2,d")},
		{name: "values, linear", text: gap, args: fill("linear", two), want: lines("t,v_mean,v_count,v_last,note_first",
			"2024-06-15 00:00,1.3,1,1.3,a", "2024-06-15 01:00,1.4,0,1.4,", "2024-06-15 02:00,1.5,0,1.5,", "2024-06-15 03:00,1.6,1,1.6,b", "2024-06-15 04:00,1.8,0,1.8,c", "2024-06-15 05:00,2,1,2,d")},
		{name: "nothing before and nothing behind", text: lines("t,v,w", "2024-06-15 00:00,,1", "2024-06-15 02:00,5,1", "2024-06-15 04:00,,1"), args: fill("linear", enginetest.Args{"method": "mean"}), want: lines("t,v,w",
			"2024-06-15 00:00,,1", "2024-06-15 01:00,,1", "2024-06-15 02:00,5,1", "2024-06-15 03:00,,1", "2024-06-15 04:00,,1")},
		{name: "an hour that does not exist", zone: "Europe/Rome", text: lines("t,v", "2024-03-31 01:00,1", "2024-03-31 04:00,2"), args: fill("null", nil), want: lines("t,v",
			"2024-03-31 01:00,1", "2024-03-31 03:00,", "2024-03-31 04:00,2")},
		{name: "an hour that is there twice", zone: "Europe/Rome", text: lines("t,v", "2024-10-27T01:00+02:00,1", "2024-10-27T03:00+01:00,2"), args: fill("null", nil), want: lines("t,v",
			"2024-10-27T01:00+02:00,1", "2024-10-27T02:00+02:00,", "2024-10-27T02:00+01:00,", "2024-10-27T03:00+01:00,2")},
		{name: "quotes and another separator", files: map[string]string{"in.csv": lines("t,note", `2024-06-15 00:00,"say ""a"",	b"`, "2024-06-15 02:00,x")}, args: fill("previous", enginetest.Args{"output": "out.tsv"}), want: lines("t	note",
			"2024-06-15 00:00	\"say \"\"a\"\",	b\"", "2024-06-15 01:00	\"say \"\"a\"\",	b\"", "2024-06-15 02:00	x")},
	})
	testFailures(t, []failure{{
		name: "a wrong year", text: lines("t,v", "2024-06-15 00:00,1", "2204-06-15 00:00,2"), args: fill("null", enginetest.Args{"interval": "1m"}), code: "gap_too_long", argument: "fill",
		message: "fill the buckets between 2024-06-15T00:00:00Z and 2204-06-15T00:00:00Z: they are more than 10000000",
	}})
}

func TestRowsWithTheSameTime(t *testing.T) {
	text := lines("g,t,v", "a,2024-06-15 00:10,1", "a,2024-06-15 00:20,2", "b,2024-06-15 00:10,100", "a,2024-06-15 00:10,4", "a,2024-06-15 00:20,8", "a,2024-06-15 00:20,16")
	how := func(policy, method string) enginetest.Args {
		return enginetest.Args{"duplicates": policy, "method": method, "group_by": "g"}
	}
	testOutcomes(t, []outcome{
		{name: "the first counts", text: text, args: how("keep_first", "sum"), want: lines("g,t,v", "a,2024-06-15 00:00,3", "b,2024-06-15 00:00,100")},
		{name: "the last counts", text: text, args: how("keep_last", "sum"), want: lines("g,t,v", "a,2024-06-15 00:00,20", "b,2024-06-15 00:00,100")},
		{name: "the last of the first rows", text: text, args: how("keep_last", "first"), want: lines("g,t,v", "a,2024-06-15 00:10,4", "b,2024-06-15 00:10,100")},
		{name: "the first of the last rows", text: text, args: how("keep_first", "last"), want: lines("g,t,v", "a,2024-06-15 00:20,2", "b,2024-06-15 00:10,100")},
		{name: "none", text: lines("g,t,v", "a,2024-06-15 00:10,1", "b,2024-06-15 00:10,2"), args: how("error", "sum"), want: lines("g,t,v", "a,2024-06-15 00:00,1", "b,2024-06-15 00:00,2")},
		{
			name: "a text that does not count is none", text: lines("g,t,v", "a,2024-06-15 00:10,x", "a,2024-06-15 00:10,2"), args: how("keep_last", "sum"),
			want: lines("g,t,v", "a,2024-06-15 00:00,2"),
		},
	})
	for _, method := range []string{"sum", "first"} {
		testFailures(t, []failure{{
			name: "an error, " + method, text: text, args: how("error", method), code: "duplicate_time", argument: "duplicates",
			message: `two rows of the series "a" have the time 2024-06-15T00:10:00Z: DIR/in.csv:2 and DIR/in.csv:5`, remedy: "keep_first",
		}})
	}
}

// Rows out of order beyond what is sorted at once, twice each.
func TestManyRowsWithTheSameTimeInOneBucket(t *testing.T) {
	const n = 200_000
	var text strings.Builder
	text.WriteString("t,v\n")
	for i := range 2 * n {
		fmt.Fprintf(&text, "%d,%d\n", i*7919%n, i/n)
	}
	for policy, want := range map[string]string{"keep_first": "0", "keep_last": "200000"} {
		outcome{
			text: text.String(), want: lines("t,v_sum,v_count", "0,"+want+",200000"),
			args: enginetest.Args{"time_format": "epoch", "interval": "7d", "duplicates": policy, "aggregate": map[string][]string{"v": {"sum", "count"}}},
		}.run(t)
	}
}

// spoilt has a bad row of every kind. The last quote finds no closing one.
var spoilt = lines("t,v", "2024-06-15 00:00,1", "2024-06-15 00:10,2,3", "never,4", `2024-06-15 00:40,7"`, "2024-06-15 00:50,x",
	`2024-06-15 00:55,"8" x`, `2024-06-15 00:20,"5`, "2024-06-15 00:30,6", "2024-06-15 01:00,8")

func TestRowsThatDoNotParse(t *testing.T) {
	sum := map[string][]string{"v": {"sum"}}
	good := lines("t,v_sum", "2024-06-15 00:00,7", "2024-06-15 01:00,8")
	for _, block := range []int{0, 1, 30, 100} {
		for policy, want := range map[string]string{"skip": "", "reject": lines("file,line,reason,row",
			`in.csv,3,"the row has 3 fields, the header 2","2024-06-15 00:10,2,3"`,
			"in.csv,4,\"`never` is no time: it is not written as ISO 8601, like \"\"2024-06-15 01:00:00\"\"\",\"never,4\"",
			`in.csv,5,a field has a quote in it but does not begin with one,"2024-06-15 00:40,7"""`,
			"in.csv,6,\"column \"\"v\"\" has `x`, which is no number\",\"2024-06-15 00:50,x\"",
			`in.csv,7,a quoted field goes on behind its closing quote,"2024-06-15 00:55,""8"" x"`,
			`in.csv,8,the file ends within a quoted field,"2024-06-15 00:20,""5"`,
		)} {
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"in.csv": spoilt})
			d := newDirect(t, dir)
			d.block = block
			args := enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "1h", "aggregate": sum, "on_bad_row": policy, "max_bad_rows": 6}
			if policy == "reject" {
				args["rejects"] = "rejects.csv"
			}
			if _, err := runDirectly(t, d, args); err != nil {
				t.Fatalf("blocks of %d: %v", block, err)
			}
			if diff := cmp.Diff(good, d.out.String()); diff != "" {
				t.Errorf("%s in blocks of %d: output (-want +got):\n%s", policy, block, diff)
			}
			if diff := cmp.Diff(want, d.side.String()); diff != "" {
				t.Errorf("%s in blocks of %d: rejects (-want +got):\n%s", policy, block, diff)
			}
			if log := d.log.String(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, "rows=6") || !strings.Contains(log, "in.csv:3: the row has 3 fields") {
				t.Errorf("the log says %q", log)
			}
		}
	}
}

func TestBadRowsAreCounted(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"in.csv": lines("t,v", "2024-06-15 00:00,1", "x,2", "2024-06-15 00:10,3"), "rejects.csv": "of yesterday"})
	args := enginetest.Args{"input": "in.csv", "output": "out.csv", "time": "t", "interval": "7h", "on_bad_row": "reject", "rejects": "rejects.csv"}
	var out results
	enginetest.Succeed(t, csvresample.Type, dir, args, &out)
	if out.RowsIn != 3 || out.Rejected != 1 || out.RowsOut != 1 {
		t.Errorf("got %+v", out)
	}
	writeFiles(t, dir, map[string]string{"in.csv": lines("t,v", "2024-06-15 00:00,1")})
	enginetest.Succeed(t, csvresample.Type, dir, args, &out)
	if text, err := os.ReadFile(filepath.Join(dir, "rejects.csv")); err != nil || string(text) != "file,line,reason,row\n" || out.Rejected != 0 {
		t.Errorf("without bad rows there is %q, %v, %+v", text, err, out)
	}
}

func TestTooManyBadRows(t *testing.T) {
	bad := func(policy string, more enginetest.Args) enginetest.Args {
		return enginetest.With(enginetest.Args{"on_bad_row": policy}, more)
	}
	testFailures(t, []failure{
		{
			name: "one more than allowed", text: lines("t,v", "a,1", "2024-06-15,1", "b,2"), args: bad("skip", enginetest.Args{"max_bad_rows": 1}), code: "too_many_bad_rows", argument: "max_bad_rows",
			message: "read DIR/in.csv:4: `b` is no time: it is not written as ISO 8601, like \"2024-06-15 01:00:00\": `b,2`; it is one more than max_bad_rows, 1", remedy: "raise max_bad_rows",
		},
		{
			name: "none but bad rows", text: lines("t,v", "a,1"), args: bad("skip", nil), code: "too_few_rows", argument: "min_rows",
			message: `resample 1 file over period "all": 0 rows came out, min_rows is 1; 1 row was read; 1 row did not parse, the first at DIR/in.csv:2: ` + "`a` is no time: it is not written as ISO 8601, like \"2024-06-15 01:00:00\"",
		},
		{
			name: "a row without an end is never passed over", text: "t,v\n" + strings.Repeat("x", 33<<20), args: bad("skip", nil), code: "bad_row",
			message: "read DIR/in.csv:2: the row is longer than 16 MiB; a quote that opens a field may lack its counterpart: `" + strings.Repeat("x", 160) + "…`",
		},
		{
			name: "rejects are the output", text: lines("t,v"), args: bad("reject", enginetest.Args{"rejects": "./out.csv"}), code: "bad_argument", argument: "rejects",
			message: `argument "rejects": it is the output`,
		},
		{
			name: "rejects are the input", text: lines("t,v"), args: bad("reject", enginetest.Args{"rejects": "in.csv"}), code: "output_is_input", argument: "rejects",
			message: "write DIR/in.csv: it is the input DIR/in.csv",
		},
	})
}

func TestCompressedFiles(t *testing.T) {
	plain := lines("t,v", "2024-06-15 00:10,1", "2024-06-15 00:20,2")
	for _, ending := range []string{".gz", ".zst"} {
		dir := t.TempDir()
		writeFiles(t, dir, map[string]string{"in.csv" + ending: pack(t, ending, plain), "in.tsv": strings.ReplaceAll(plain, ",", "\t")})
		enginetest.Succeed(t, csvresample.Type, dir, enginetest.Args{
			"input": []string{"in.csv" + ending, "in.tsv"}, "output": "out.tsv" + ending, "time": "t", "interval": "1h", "method": "sum",
		}, nil)
		packed, err := os.ReadFile(filepath.Join(dir, "out.tsv"+ending))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := unpack(t, ending, packed), "t\tv\n2024-06-15 00:00\t6\n"; got != want {
			t.Errorf("%s: got %q, want %q", ending, got, want)
		}
		args := enginetest.Args{"input": "in.csv" + ending, "output": "out.csv", "time": "t", "interval": "1h"}
		for name, broken := range map[string]string{"cut off": pack(t, ending, plain)[:30], "none": "t,v\n2024-06-15,1\n"} {
			writeFiles(t, dir, map[string]string{"in.csv" + ending: broken})
			if got := enginetest.Fail(t, csvresample.Type, dir, args, "input_unreadable"); !strings.Contains(got.Message, "in.csv"+ending) {
				t.Errorf("%s, %s: %s", ending, name, got.Message)
			}
		}
	}
}

func pack(t *testing.T, ending, text string) string {
	t.Helper()
	var packed bytes.Buffer
	if ending == ".zst" {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(w.EncodeAll([]byte(text), nil))
	}
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.String()
}

func unpack(t *testing.T, ending string, packed []byte) string {
	t.Helper()
	if ending == ".zst" {
		r, err := zstd.NewReader(nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := r.DecodeAll(packed, nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
