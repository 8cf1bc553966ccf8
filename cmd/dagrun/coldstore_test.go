package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver
	"github.com/google/go-cmp/cmp"
)

// rowsOf reads the answer of a query over a database as text.
func rowsOf(t testing.TB, database, query string) []string {
	t.Helper()
	db, err := sql.Open("duckdb", database+"?access_mode=READ_ONLY")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheColdStoreIsKeptAndDrawn(t *testing.T) {
	s := &session{pipeline: "coldstore"}
	s.run(t)
	if s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	want := []string{"coldstore/coldstore.duckdb", "coldstore/dashboard.png", "coldstore/hourly.csv.gz", "coldstore/rejected.csv"}
	if diff := cmp.Diff(want, s.files(t)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	rejected := "file,line,reason,row\ntestdata/coldstore_log.csv,401,\"the row has 1 field, the header 4\",03.03.2026 0\n"
	if diff := cmp.Diff(rejected, string(s.read(t, "coldstore/rejected.csv"))); diff != "" {
		t.Errorf("rejected rows (-want +got):\n%s", diff)
	}
	database := filepath.Join(s.folder, "coldstore", "coldstore.duckdb")
	perProbe := []string{"dock 48 288", "fish 48 288", "fruit 48 274"}
	counts := "SELECT concat_ws(' ', probe, count(*), sum(temperature_count)) FROM hourly GROUP BY probe ORDER BY probe"
	if diff := cmp.Diff(perProbe, rowsOf(t, database, counts)); diff != "" {
		t.Errorf("hours and readings of each probe (-want +got):\n%s", diff)
	}
	away := rowsOf(t, database, "SELECT time FROM hourly WHERE temperature_count = 0 ORDER BY time")
	if diff := cmp.Diff([]string{"03.03.2026 10:00"}, away); diff != "" {
		t.Errorf("hours in which a probe was away (-want +got):\n%s", diff)
	}
	if !strings.Contains(s.stderr, "temperature_count") {
		t.Errorf("the hours without readings are not warned of:\n%s", s.stderr)
	}

	s.run(t) // the same log again
	if s.code != 0 {
		t.Fatalf("the second run: exit code %d\n%s", s.code, s.stderr)
	}
	if diff := cmp.Diff(perProbe, rowsOf(t, database, counts)); diff != "" {
		t.Errorf("after a second run (-want +got):\n%s", diff)
	}
}

func TestTheColdStoreGrowsDayByDay(t *testing.T) {
	log, err := os.ReadFile("../../testdata/coldstore_log.csv")
	if err != nil {
		t.Fatal(err)
	}
	next := filepath.Join(t.TempDir(), "next.csv")
	if err := os.WriteFile(next, []byte(strings.ReplaceAll(string(log), ".03.2026", ".04.2026")), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &session{pipeline: "coldstore"}
	s.run(t)
	s.run(t, "--var", "log="+next)
	if s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	database := filepath.Join(s.folder, "coldstore", "coldstore.duckdb")
	months := rowsOf(t, database, "SELECT concat_ws(' ', time[4:5], count(*)) FROM hourly GROUP BY time[4:5] ORDER BY 1")
	if diff := cmp.Diff([]string{"03 144", "04 144"}, months); diff != "" {
		t.Errorf("hours of each month (-want +got):\n%s", diff)
	}
	var outputs struct {
		Rows int `json:"rows_total"`
	}
	if err := json.Unmarshal(s.results(t)["keep"].Outputs, &outputs); err != nil || outputs.Rows != 288 {
		t.Errorf("the table has %d rows (%v), want 288", outputs.Rows, err)
	}
}

func TestTheColdStoreRefusesASpoiltLog(t *testing.T) {
	spoilt := filepath.Join(t.TempDir(), "spoilt.csv")
	if err := os.WriteFile(spoilt, []byte("time,probe,temperature,humidity\n"+strings.Repeat("03.03.2026 0\n", 20)), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &session{pipeline: "coldstore"}
	s.run(t, "--var", "log="+spoilt)
	if s.code != 1 || !strings.Contains(s.stderr, "spoilt.csv:12: the row has 1 field, the header 4") || !strings.Contains(s.stderr, "max_bad_rows") {
		t.Errorf("exit code %d\n%s", s.code, s.stderr)
	}
	if files := s.files(t); len(files) > 0 {
		t.Errorf("there are files: %v", files)
	}
}
