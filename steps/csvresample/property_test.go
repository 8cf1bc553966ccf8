package csvresample_test

import (
	"encoding/csv"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine/enginetest"
)

// The step does what a naive implementation does, whatever the data: one that
// reads everything with encoding/csv, holds it, reckons with package time, and
// adds up in rational numbers.
func TestStepEqualsANaiveImplementation(t *testing.T) {
	dir := t.TempDir()
	zones := map[string]*time.Location{"UTC": time.UTC, "Europe/Rome": in(t, "Europe/Rome")}
	rapid.Check(t, func(rt *rapid.T) {
		s := drawSeries(rt, zones)
		var inputs []string
		for i, text := range s.files(rt) {
			inputs = append(inputs, fmt.Sprintf("%d.csv", i))
			writeFiles(t, dir, map[string]string{inputs[i]: text})
		}
		d := newDirect(t, dir)
		d.zone = s.zone
		d.block = rapid.SampledFrom([]int{1, 40, 100, 1000, 1 << 20}).Draw(rt, "block")
		_, err := runDirectly(t, d, enginetest.Args{
			"input": inputs, "output": "out.csv", "time": s.timeColumns(), "interval": s.interval.text,
			"method": s.method, "period": s.period, "min_rows": 0,
		})
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(s.naive(rt, dir, inputs), d.out.String()); diff != "" {
			rt.Fatalf("%+v\noutput (-naive +got):\n%s", s, diff)
		}
	})
}

// series is a case: data, arguments, and how the data is written.
type series struct {
	zone     *time.Location
	layouts  []string // of the time columns
	interval struct {
		text  string
		width time.Duration
	}
	method, period string
	rows           []reading
	lineEnd        string
}

// reading is one row.
type reading struct {
	at   time.Time
	v, w string
	note string
	raw  string // the row as it is written
}

func drawSeries(t *rapid.T, zones map[string]*time.Location) series {
	var s series
	s.zone = zones[rapid.SampledFrom([]string{"UTC", "Europe/Rome"}).Draw(t, "zone")]
	s.layouts = rapid.SampledFrom([][]string{
		{"2006-01-02T15:04:05-07:00"}, {"2006-01-02 15:04:05Z0700"}, {"2006-01-02", "15:04:05-07:00"}, {"2006-01-02", "15:04:05", "-07:00"},
	}).Draw(t, "layouts")
	if s.zone == time.UTC && rapid.Bool().Draw(t, "without offset") {
		s.layouts = rapid.SampledFrom([][]string{{"2006-01-02 15:04:05"}, {"2006-01-02T15:04:05"}, {"2006-01-02", "15:04:05"}}).Draw(t, "layouts")
	}
	s.interval.text = rapid.SampledFrom([]string{"15m", "1h", "6h", "24h", "7h", "2d", "1w", "36h", "50m", "1s"}).Draw(t, "interval")
	s.interval.width = map[string]time.Duration{"2d": 48 * time.Hour, "1w": 7 * 24 * time.Hour}[s.interval.text]
	if s.interval.width == 0 {
		s.interval.width, _ = time.ParseDuration(s.interval.text)
	}
	s.method = rapid.SampledFrom([]string{"first", "last", "mean", "min", "max", "sum", "median", "count"}).Draw(t, "method")
	s.lineEnd = rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
	start := rapid.SampledFrom([]time.Time{
		time.Date(2024, 3, 30, 0, 0, 0, 0, s.zone), time.Date(2024, 10, 26, 0, 0, 0, 0, s.zone), time.Date(1969, 12, 30, 0, 0, 0, 0, s.zone),
	}).Draw(t, "start")
	s.period = rapid.SampledFrom([]string{
		"all", "latest", start.AddDate(0, 0, 1).Format(time.DateOnly),
		start.AddDate(0, 0, 1).Format(time.DateOnly) + "T07:30/" + start.AddDate(0, 0, 3).Format(time.DateOnly),
	}).Draw(t, "period")
	for range rapid.IntRange(0, 30).Draw(t, "rows") {
		s.rows = append(s.rows, drawReading(t, &s, start))
	}
	return s
}

func drawReading(t *rapid.T, s *series, start time.Time) reading {
	number := rapid.SampledFrom([]string{"", "0", "-0.0", "27.0", "26.8", "-3.25", "100", "0.001", " 7 ", "NaN", "5.", "+.5"})
	r := reading{
		at:   start.Add(time.Duration(rapid.IntRange(0, 4*96).Draw(t, "quarter")) * 15 * time.Minute),
		v:    number.Draw(t, "v"),
		w:    number.Draw(t, "w"),
		note: rapid.SampledFrom([]string{"", "a", "a,b", "say \"b\"", "two\nlines", "two\r\nlines", "é"}).Draw(t, "note"),
	}
	if rapid.IntRange(0, 40).Draw(t, "text") == 0 {
		r.w = "ERR"
	}
	if rapid.Bool().Draw(t, "off the quarter") {
		r.at = r.at.Add(time.Duration(rapid.IntRange(1, 899).Draw(t, "seconds")) * time.Second)
	}
	fields := []string{r.v}
	for _, layout := range s.layouts {
		fields = append(fields, r.at.In(s.shown()).Format(layout))
	}
	for i, f := range append(fields, r.w, r.note) {
		if i > 0 {
			r.raw += ","
		}
		if strings.ContainsAny(f, ",\"\n") || rapid.IntRange(0, 9).Draw(t, "quoted") == 0 {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		r.raw += f
	}
	return r
}

// shown is the zone in which the times of the data are written; Z is used
// where that is UTC.
func (s *series) shown() *time.Location {
	if strings.Contains(s.layouts[0], "Z") {
		return time.UTC
	}
	return s.zone
}

func (s *series) header() string {
	return "v," + strings.Join(s.timeColumns(), ",") + ",w,note"
}

func (s *series) timeColumns() []string { return []string{"t0", "t1", "t2"}[:len(s.layouts)] }

// files writes the rows to one to three files.
func (s *series) files(t *rapid.T) []string {
	var files []string
	rows := s.rows
	for n := rapid.IntRange(1, 3).Draw(t, "files"); n > 0; n-- {
		share := len(rows)
		if n > 1 {
			share = rapid.IntRange(0, len(rows)).Draw(t, "share")
		}
		text := rapid.SampledFrom([]string{"", "\ufeff"}).Draw(t, "mark") + s.header() + s.lineEnd
		for _, r := range rows[:share] {
			text += rapid.SampledFrom([]string{"", "", "", s.lineEnd}).Draw(t, "blank") + r.raw + s.lineEnd
		}
		if rapid.Bool().Draw(t, "no last line end") {
			text = strings.TrimSuffix(text, s.lineEnd)
		}
		files, rows = append(files, text), rows[share:]
	}
	return files
}

// naive is the expected output.
func (s *series) naive(t *rapid.T, dir string, inputs []string) string {
	records := readAll(t, dir, inputs)
	if len(records) != len(s.rows) {
		t.Fatalf("encoding/csv reads %d rows, want %d", len(records), len(s.rows))
	}
	times := make([]time.Time, len(records))
	for i, record := range records {
		var err error
		if times[i], err = time.ParseInLocation(strings.Join(s.layouts, " "), strings.Join(record[1:1+len(s.layouts)], " "), s.zone); err != nil {
			t.Fatal(err)
		}
		times[i] = times[i].In(s.zone)
	}
	buckets := map[time.Time][]int{}
	var all []int
	first := s.firstDay(times)
	for i, at := range times {
		if s.counts(times, at) {
			b := s.start(at, first)
			buckets[b], all = append(buckets[b], i), append(all, i)
		}
	}
	starts := make([]time.Time, 0, len(buckets))
	for b := range buckets {
		starts = append(starts, b)
	}
	slices.SortFunc(starts, time.Time.Compare)
	if s.method == "first" || s.method == "last" {
		return s.naiveRows(times, starts, buckets)
	}
	return s.naiveNumbers(records, starts, buckets, all)
}

func readAll(t *rapid.T, dir string, inputs []string) (records [][]string) {
	for _, name := range inputs {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, all[1:]...)
	}
	return records
}

func midnight(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
}

func (s *series) firstDay(times []time.Time) time.Time {
	switch {
	case len(times) == 0:
		return time.Time{}
	case s.period == "latest":
		return midnight(slices.MaxFunc(times, time.Time.Compare))
	case s.period == "all":
		return midnight(slices.MinFunc(times, time.Time.Compare))
	}
	day, _ := time.ParseInLocation(time.DateOnly, s.period[:10], s.zone)
	return day
}

func (s *series) counts(times []time.Time, at time.Time) bool {
	from, to, _ := strings.Cut(s.period, "/")
	switch {
	case s.period == "all":
		return true
	case s.period == "latest":
		return !at.Before(midnight(slices.MaxFunc(times, time.Time.Compare)))
	case to == "":
		return at.Format(time.DateOnly) == from
	}
	a, _ := time.ParseInLocation("2006-01-02T15:04", from, s.zone)
	b, _ := time.ParseInLocation(time.DateOnly, to, s.zone)
	return !at.Before(a) && at.Before(b)
}

// start steps from the first day, or from midnight, until the next bucket
// would begin behind the time.
func (s *series) start(at, first time.Time) time.Time {
	const day = 24 * time.Hour
	start := first
	next := func(b time.Time) time.Time { return b.Add(s.interval.width) }
	switch {
	case s.interval.width%day == 0:
		next = func(b time.Time) time.Time { return b.AddDate(0, 0, int(s.interval.width/day)) }
		if s.interval.width == day {
			start = midnight(at)
		}
	case day%s.interval.width == 0:
		start = midnight(at)
	}
	for n := next(start); !n.After(at); n = next(start) {
		start = n
	}
	return start
}

func (s *series) naiveRows(times, starts []time.Time, buckets map[time.Time][]int) string {
	text := s.header() + "\n"
	for _, b := range starts {
		chosen := buckets[b][0]
		for _, i := range buckets[b] {
			if s.method == "first" && times[i].Before(times[chosen]) || s.method == "last" && !times[i].Before(times[chosen]) {
				chosen = i
			}
		}
		text += s.rows[chosen].raw + "\n"
	}
	return text
}

func (s *series) naiveNumbers(records [][]string, starts []time.Time, buckets map[time.Time][]int, all []int) string {
	width := len(s.layouts) + 3
	var columns []int
	for c := range width {
		if c > 0 && c <= len(s.layouts) || allNumbers(records, all, c) {
			columns = append(columns, c)
		}
	}
	names := strings.Split(s.header(), ",")
	write := func(cell func(c int) string) string {
		var cells []string
		for _, c := range columns {
			cells = append(cells, cell(c))
		}
		return strings.Join(cells, ",") + "\n"
	}
	text := write(func(c int) string { return names[c] })
	for _, b := range starts {
		text += write(func(c int) string {
			if c > 0 && c <= len(s.layouts) {
				return b.In(s.shown()).Format(s.layouts[c-1])
			}
			return s.result(numbers(records, buckets[b], c))
		})
	}
	return text
}

func value(records [][]string, row, column int) string {
	text := strings.TrimSpace(records[row][column])
	if strings.EqualFold(text, "nan") {
		return ""
	}
	return text
}

func allNumbers(records [][]string, rows []int, column int) bool {
	return !slices.ContainsFunc(rows, func(i int) bool {
		text := value(records, i, column)
		_, err := strconv.ParseFloat(text, 64)
		return text != "" && err != nil
	})
}

func numbers(records [][]string, rows []int, column int) (list []*big.Rat) {
	for _, i := range rows {
		if x, ok := new(big.Rat).SetString(value(records, i, column)); ok {
			list = append(list, x)
		}
	}
	return list
}

func (s *series) result(list []*big.Rat) string {
	if s.method == "count" {
		return strconv.Itoa(len(list))
	}
	n := len(list)
	if n == 0 {
		return ""
	}
	slices.SortFunc(list, (*big.Rat).Cmp)
	x := new(big.Rat)
	switch s.method {
	case "min":
		x = list[0]
	case "max":
		x = list[n-1]
	case "median":
		x.Add(list[(n-1)/2], list[n/2]).Quo(x, big.NewRat(2, 1))
	default:
		for _, y := range list {
			x.Add(x, y)
		}
		if s.method == "mean" {
			x.Quo(x, big.NewRat(int64(n), 1))
		}
	}
	f, _ := x.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}
