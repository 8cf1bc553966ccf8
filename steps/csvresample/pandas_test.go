package csvresample_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dagrun/engine/enginetest"
)

// What comes out equals what pandas says. testdata/pandas/expected.py makes
// the cases; a folder that DAGRUN_PANDAS names is tried as well.
func TestResultsEqualThoseOfPandas(t *testing.T) {
	folders := []string{"testdata/pandas/log", "testdata/pandas/probes"}
	if more := os.Getenv("DAGRUN_PANDAS"); more != "" {
		folders = append(folders, more)
	}
	for _, folder := range folders {
		text, err := os.ReadFile(filepath.Join(folder, "cases.json"))
		if err != nil {
			t.Fatal(err)
		}
		var cases map[string]enginetest.Args
		if err := json.Unmarshal(text, &cases); err != nil {
			t.Fatal(err)
		}
		for name, args := range cases {
			t.Run(filepath.Base(folder)+"/"+name, func(t *testing.T) {
				dir, err := filepath.Abs(folder)
				if err != nil {
					t.Fatal(err)
				}
				d := newDirect(t, dir)
				if _, err := runDirectly(t, d, enginetest.With(args, enginetest.Args{"input": "readings.csv", "output": "out.csv"})); err != nil {
					t.Fatal(err)
				}
				compareTables(t, tableOf(t, readFile(t, filepath.Join(dir, name+".csv"))), tableOf(t, d.out.String()))
			})
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tableOf reads a file as columns by name. The time is in t, in UTC. Rows that
// have no values but counts of 0 are left out: pandas makes a row of every
// bucket, dagrun does so when it is to fill them.
func tableOf(t *testing.T, text string) map[string][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][]string{}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			name, _, _ = strings.Cut(name, "_")
			row[name] = record[i]
		}
		row["t"] = utc(t, row)
		for _, other := range []string{"at", "date", "time"} {
			delete(row, other)
		}
		if slices.ContainsFunc([]string{"v", "n", "temperatura"}, func(c string) bool { return row[c] != "" && row[c] != "0" }) {
			for name, value := range row {
				table[name] = append(table[name], value)
			}
		}
	}
	return table
}

// utc is the time of a row, of whichever columns it has.
func utc(t *testing.T, row map[string]string) string {
	t.Helper()
	text := strings.TrimSpace(strings.Join([]string{row["t"], row["at"], row["date"], row["time"]}, " "))
	text = strings.Join(strings.Fields(text), " ")
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339)
		}
	}
	t.Fatalf("%q is no time", text)
	return ""
}

// compareTables fails the test unless got has the same rows, whose numbers
// agree in twelve digits.
func compareTables(t *testing.T, want, got map[string][]string) {
	t.Helper()
	if len(want["t"]) == 0 {
		t.Fatal("pandas has no rows")
	}
	for name := range want {
		if len(got[name]) != len(want[name]) {
			t.Fatalf("%s has %d rows, want %d; pandas %v, got %v", name, len(got[name]), len(want[name]), want["t"], got["t"])
		}
		for i := range want[name] {
			if !sameValue(want[name][i], got[name][i]) {
				t.Errorf("%s at %s is %q, want %q", name, want["t"][i], got[name][i], want[name][i])
			}
		}
	}
}

func sameValue(want, got string) bool {
	a, errA := strconv.ParseFloat(want, 64)
	b, errB := strconv.ParseFloat(got, 64)
	if errA != nil || errB != nil {
		return want == got
	}
	return math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b), 1)
}
