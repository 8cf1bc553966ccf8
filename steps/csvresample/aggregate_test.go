package csvresample_test

import (
	"strings"
	"testing"

	"dagrun/engine/enginetest"
)

func TestBucketStartsAreWrittenInTheStyleOfTheData(t *testing.T) {
	sum := func(more enginetest.Args) enginetest.Args {
		return enginetest.With(enginetest.Args{"method": "sum"}, more)
	}
	two := enginetest.Args{"time": []string{"d", "t"}}
	testOutcomes(t, []outcome{
		{name: "without seconds", text: lines("t,v", "2024-06-15 01:45,1"), args: sum(nil), want: lines("t,v", "2024-06-15 01:00,1")},
		{name: "with T and seconds", text: lines("t,v", "2024-06-15T01:45:10,1"), args: sum(nil), want: lines("t,v", "2024-06-15T01:00:00,1")},
		{name: "decimals", text: lines("t,v", "2024-06-15 01:45:10.250,1"), args: sum(nil), want: lines("t,v", "2024-06-15 01:00:00.000,1")},
		{name: "decimals behind a comma", text: lines("t,v", `"2024-06-15 01:45:10,25",1`), args: sum(nil), want: lines("t,v", `"2024-06-15 01:00:00,00",1`)},
		{name: "more decimals than nanoseconds", text: lines("t,v", "2024-06-15 01:45:10.123456789012,1"), args: sum(nil), want: lines("t,v", "2024-06-15 01:00:00.000000000,1")},
		{name: "Z", zone: "Europe/Rome", text: lines("t,v", "2024-06-15T01:45:10Z,1"), args: sum(enginetest.Args{"interval": "1d"}), want: lines("t,v", "2024-06-14T22:00:00Z,1")},
		{name: "offset of the pipeline's zone", zone: "Europe/Rome", text: lines("t,v", "2024-06-15T01:45:10+00:00,1"), args: sum(nil), want: lines("t,v", "2024-06-15T03:00:00+02:00,1")},
		{name: "offset without a colon behind a space", zone: "Europe/Rome", text: lines("t,v", "2024-06-15 01:45:10 +0000,1"), args: sum(nil), want: lines("t,v", "2024-06-15 03:00:00 +0200,1")},
		{name: "offset in hours", text: lines("t,v", "2024-06-15 01:45-03,1"), args: sum(nil), want: lines("t,v", "2024-06-15 04:00+00,1")},
		{name: "date", text: lines("t,v", "2024-06-15,1", "2024-06-15,2", "2024-06-16,3"), args: sum(nil), want: lines("t,v", "2024-06-15,3", "2024-06-16,3")},
		{name: "two columns", text: lines("d,v,t", "2024-06-15,1,01:45:10"), args: sum(two), want: lines("d,v,t", "2024-06-15,1,01:00:00")},
		{name: "two columns in another order than joined", text: lines("t,v,d", "01:45,1,2024-06-15"), args: sum(two), want: lines("t,v,d", "01:00,1,2024-06-15")},
		{name: "two columns, the second with an offset", text: lines("d,t,v", "2024-06-15,01:45 +02:00,1"), args: sum(two), want: lines("d,t,v", "2024-06-14,23:00 +00:00,1")},
		{name: "two columns, the second an offset", text: lines("d,t,v", "2024-06-15T01:45,+02:00,1"), args: sum(two), want: lines("d,t,v", "2024-06-14T23:00,+00:00,1")},
		{
			name: "three columns", zone: "Europe/Rome", text: lines("d,t,z,v", "2024-06-15,01:45,Z,1"),
			args: sum(enginetest.Args{"time": []string{"d", "t", "z"}}), want: lines("d,t,z,v", "2024-06-15,01:00,Z,1"),
		},
		{
			name: "seconds are added where a start has them", text: lines("t,v", "2024-06-15 01:45,1", "2024-06-15 01:46,2"),
			args: sum(enginetest.Args{"interval": "40s"}), want: lines("t,v", "2024-06-15 01:44:40,1", "2024-06-15 01:46:00,2"),
		},
		{
			name: "decimals are added where a start has them", text: lines("t,v", "2024-06-15 01:45:00,1", "2024-06-15 01:45:00.7,2"),
			args: sum(enginetest.Args{"interval": "250ms"}), want: lines("t,v", "2024-06-15 01:45:00.0,1", "2024-06-15 01:45:00.5,2"),
		},
		{
			name: "a time is added to a date where a start has one", text: lines("t,v", "2024-06-15,1", "2024-06-16,2"),
			args: sum(enginetest.Args{"interval": "7h"}), want: lines("t,v", "2024-06-15T00:00,1", "2024-06-15T21:00,2"),
		},
		{name: "the first row's style where it changes", text: lines("t,v", "2024-06-15 01:45,1", "2024-06-15T01:45:10,1"), args: sum(nil), want: lines("t,v", "2024-06-15 01:00,2")},
	})
}

func TestNumericColumns(t *testing.T) {
	at := func(values ...string) string {
		text := []string{"t,v,w"}
		for _, v := range values {
			text = append(text, "2024-06-15 00:00,"+v)
		}
		return lines(text...)
	}
	sum := enginetest.Args{"method": "sum"}
	testOutcomes(t, []outcome{
		{name: "exponents, signs, blanks, quotes", text: at("+1e2, 2", `"-.5",3. `, "0005,1E-1"), args: sum, want: lines("t,v,w", "2024-06-15 00:00,104.5,5.1")},
		{name: "NaN is no value", text: at("NaN,1", "nan,2", "3,nan"), args: sum, want: lines("t,v,w", "2024-06-15 00:00,3,3")},
		{name: "NaN does not count", text: at("NaN,1", "3,2"), args: enginetest.Args{"method": "count"}, want: lines("t,v,w", "2024-06-15 00:00,1,2")},
		{name: "a column without values is numeric", text: at(",1", ",2"), args: sum, want: lines("t,v,w", "2024-06-15 00:00,,3")},
		{name: "infinity is text", text: at("inf,1"), args: sum, want: lines("t,w", "2024-06-15 00:00,1")},
		{name: "hexadecimal is text", text: at("0x10,1"), args: sum, want: lines("t,w", "2024-06-15 00:00,1")},
		{name: "a separator of thousands is text", text: at("1_000,1"), args: sum, want: lines("t,w", "2024-06-15 00:00,1")},
		{name: "what a float cannot hold is text", text: at("1e999,1"), args: sum, want: lines("t,w", "2024-06-15 00:00,1")},
		{name: "a lone sign is text", text: at("-,1", "+.,2"), args: sum, want: lines("t,w", "2024-06-15 00:00,3")},
		{name: "text outside the period does not count", text: lines("t,v", "2024-06-14 00:00,x", "2024-06-15 00:00,1"), args: enginetest.With(sum, enginetest.Args{"period": "2024-06-15"}), want: lines("t,v", "2024-06-15 00:00,1")},
		{name: "text of an older day does not count", text: lines("t,v", "2024-06-14 00:00,x", "2024-06-15 00:00,1"), args: enginetest.With(sum, enginetest.Args{"period": "latest"}), want: lines("t,v", "2024-06-15 00:00,1")},
		{
			name: "text in another file counts", args: enginetest.With(sum, enginetest.Args{"input": []string{"a.csv", "b.csv"}}),
			files: map[string]string{"a.csv": lines("t,v,w", "2024-06-15 00:00,1,1"), "b.csv": lines("t,v,w", "2024-06-15 00:00,x,2")},
			want:  lines("t,w", "2024-06-15 00:00,3"),
		},
		{name: "zero has no sign", text: at("-0.0,-1e-9"), args: sum, want: lines("t,v,w", "2024-06-15 00:00,0,-1e-09")},
		{name: "large and small numbers", text: at("123456789012345678901,0.0000001", "5,0"), args: sum, want: lines("t,v,w", "2024-06-15 00:00,123456789012345680000,0.0000001")},
	})
}

func TestWarningTellsWhyAColumnWithNumbersIsLeftOut(t *testing.T) {
	c := outcome{
		text: lines("t,v,w,note", "2024-06-15 00:00,1,2,a", "2024-06-15 00:01,ERR,2,b", "2024-06-15 00:02,3,2,c"),
		args: enginetest.Args{"method": "mean"}, want: lines("t,w", "2024-06-15 00:00,2"),
	}
	log := c.run(t).log.String()
	for _, want := range []string{"level=WARN", "column=v", "value=ERR", "in.csv:3"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
	if strings.Contains(log, "column=note") {
		t.Errorf("a column of text is warned of: %s", log)
	}
}

func TestFilesAreMergedInOrder(t *testing.T) {
	files := map[string]string{
		"1.csv": lines("t,v", "2024-06-15 00:10,1", "2024-06-15 00:20,2.5"),
		"2.csv": lines("t,v"),
		"3.csv": lines("t,v", "2024-06-15 00:10,30", "2024-06-15 00:20,-4", "2024-06-15 01:00,9007199254740993"),
		"4.csv": lines("t,v", "2024-06-15 00:05,1e-3", "2024-06-15 01:00,0.25"),
	}
	want := map[string][2]string{
		"first": {"00:05,1e-3", "01:00,9007199254740993"}, "last": {"00:20,-4", "01:00,0.25"},
		"mean": {"00:00,5.9002", "01:00,4503599627370496"}, "sum": {"00:00,29.501", "01:00,9007199254740992"},
		"min": {"00:00,-4", "01:00,0.25"}, "max": {"00:00,30", "01:00,9007199254740992"},
		"median": {"00:00,1", "01:00,4503599627370496"}, "count": {"00:00,5", "01:00,2"},
	}
	for method, rows := range want {
		t.Run(method, func(t *testing.T) {
			outcome{
				files: files, args: enginetest.Args{"input": "*.csv", "output": "out/out.csv", "method": method},
				want: lines("t,v", "2024-06-15 "+rows[0], "2024-06-15 "+rows[1]),
			}.run(t)
		})
	}
}
