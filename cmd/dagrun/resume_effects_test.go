package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The hourly log is deleted once it is backed up. It is made again only for a
// step that has to run and reads it, and then goes once more.
func TestAFileDeletedOnPurposeComesBackOnlyForWhoNeedsIt(t *testing.T) {
	tests := map[string]struct {
		change func(t *testing.T, s *session)
		args   []string
		want   []string
	}{
		"nobody": {want: nil},
		"a step that does not read it": {
			args: []string{"--var", "maximum=36"},
			want: []string{"chart: argument_changed", "report: argument_changed"},
		},
		"the step that loads it": {
			change: func(t *testing.T, s *session) {
				if err := os.Remove(filepath.Join(s.folder, "temperature.duckdb")); err != nil {
					t.Fatal(err)
				}
			},
			want: []string{"chart: input_changed", "clean: needed_again", "remove_local: output_changed", "store: output_changed"},
		},
		"nobody, but the file is there again": {
			change: func(t *testing.T, s *session) {
				if err := os.WriteFile(filepath.Join(s.folder, hourly), []byte("a,b\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			want: []string{"clean: output_changed", "remove_local: output_changed"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, "--var", "delete_local=true")
			if s.code != 0 || slices.Contains(s.files(t), hourly) {
				t.Fatalf("the first run: exit code %d, files %v\n%s", s.code, s.files(t), s.stderr)
			}
			files := s.files(t)
			if tt.change != nil {
				tt.change(t, s)
			}
			s.resume(t, append([]string{"--var", "delete_local=true"}, tt.args...)...)
			if s.code != 0 {
				t.Fatal(s.stderr)
			}
			if diff := cmp.Diff(tt.want, s.ran(t)); diff != "" {
				t.Errorf("(-want +ran):\n%s\n%s", diff, s.stderr)
			}
			if diff := cmp.Diff(files, s.files(t)); diff != "" {
				t.Errorf("files (-first +now):\n%s", diff)
			}
		})
	}
}

// A mail that was sent and an object that was stored are not sent and stored
// again; a mail whose sending failed is.
func TestWhatLeftTheMachineIsNotRepeated(t *testing.T) {
	s, server, _ := sessionWithServers(t)
	t.Setenv("AUTOMATION_PASS", "wrong-password")
	s.run(t)
	if s.code != 1 || len(server.Messages()) > 0 {
		t.Fatalf("exit code %d, %d mails\n%s", s.code, len(server.Messages()), s.stderr)
	}
	t.Setenv("AUTOMATION_PASS", "app-password")
	for i, want := range [][]string{{"report: not_succeeded"}, nil} {
		s.resume(t)
		if diff := cmp.Diff(want, s.ran(t)); diff != "" || s.code != 0 {
			t.Errorf("resume %d: exit code %d (-want +ran):\n%s\n%s", i+1, s.code, diff, s.stderr)
		}
		if got := len(server.Messages()); got != 1 {
			t.Errorf("resume %d: the server has %d mails, want 1", i+1, got)
		}
	}
	// Another password alone is another argument of the mail.
	t.Setenv("AUTOMATION_PASS", "wrong-password")
	s.resume(t)
	if diff := cmp.Diff([]string{"alarm: trigger_rule", "alarm_on_disk: trigger_rule", "report: argument_changed"}, s.ran(t)); diff != "" {
		t.Errorf("(-want +ran):\n%s\n%s", diff, s.stderr)
	}
}

// Rows that were appended stay as they are when another load, or a run that was
// killed in one, has touched the database since.
func TestAppendedRowsAreNotAppendedAgain(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, filepath.Join(dir, "p.hcl"), `
pipeline "p" {}
step "duckdb_load" "add" {
  database = "a.duckdb"
  source   = "a.csv"
  table    = "a"
  mode     = "append"
}
output "rows" { value = step.duckdb_load.add.rows_total }
`)
	writeFile(t, filepath.Join(dir, "a.csv"), "a,b\n1,2\n3,4\n")
	runProcess(t, exitOK, nil, "run", path)
	execSQL(t, filepath.Join(dir, "a.duckdb"), "CREATE TABLE other AS SELECT 1 AS a")
	runProcess(t, exitOK, nil, "run", path, "--resume")
	if diff := cmp.Diff([]string{"2"}, rowsOf(t, filepath.Join(dir, "a.duckdb"), "SELECT count(*) FROM a")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// What a reader of a database sees is in the journal beside it as well.
func TestAJournalBesideADatabaseIsAChange(t *testing.T) {
	s := newSession(t)
	if err := os.WriteFile(filepath.Join(s.folder, "temperature.duckdb.wal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if plan := s.plan(t, "--resume"); plan["store"] != "run" || plan["chart"] == "reuse" {
		t.Errorf("the plan is %v", plan)
	}
}
