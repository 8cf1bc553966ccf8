package runlog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"dagrun/engine/runlog"
)

func newID(t testing.TB, state, pipeline string, now time.Time) string {
	t.Helper()
	id, err := runlog.NewID(state, pipeline, now)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAnIDTellsWhenItsRunBegan(t *testing.T) {
	id, err := uuid.Parse(newID(t, t.TempDir(), "a", start))
	if err != nil || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
		t.Fatalf("%v, version %d of %s: %v, want version 7 of RFC4122", id, id.Version(), id.Variant(), err)
	}
	if sec, ns := id.Time().UnixTime(); time.Unix(sec, ns).UnixMilli() != start.UnixMilli() {
		t.Errorf("it tells %v, want %v", time.Unix(sec, ns), start)
	}
}

func TestIDsSortInTheOrderOfRuns(t *testing.T) {
	for name, clock := range map[string]func(i int) time.Time{
		"a clock that goes on":       func(i int) time.Time { return start.Add(time.Duration(i) * time.Hour) },
		"a clock that stands":        func(int) time.Time { return start },
		"a clock that is set back":   func(i int) time.Time { return start.Add(-time.Duration(i) * time.Hour) },
		"a clock that jumps":         func(i int) time.Time { return start.AddDate(5*(i%2)-i, 0, 0) },
		"a clock that was never set": func(i int) time.Time { return time.Time{}.Add(time.Duration(i)) },
	} {
		state := t.TempDir()
		before := ""
		for i := range 10 {
			id := newID(t, state, "a", clock(i))
			if id <= before {
				t.Errorf("%s: %s comes after %s", name, id, before)
			}
			keep(t, state, "a", id, start, aRun()...)
			before = id
		}
		if other := newID(t, state, "b", start); !strings.HasPrefix(other, "0190") {
			t.Errorf("%s: another pipeline's id is %s, want one of its own time", name, other)
		}
	}
}

func TestNamesThatAreNoIDsArePassedOver(t *testing.T) {
	state := t.TempDir()
	for _, name := range []string{"zzz", "ffffffff-ffff-4fff-bfff-ffffffffffff", "FFFFFFFF-FFFF-7FFF-BFFF-FFFFFFFFFFFF", "ffffffffffff7fffbfffffffffffffff", "ffffffff-ffff-7fff-ffff-ffffffffffff"} {
		lay(t, state, "a", name, "")
	}
	if err := os.WriteFile(filepath.Join(state, "runs", "a", "ffffffff-ffff-7fff-bfff-ffffffffffff"), nil, 0o600); err != nil { // no folder
		t.Fatal(err)
	}
	if id := newID(t, state, "a", start); !strings.HasPrefix(id, "0190") {
		t.Errorf("got %s, want one of its time", id)
	}
}

func TestAnIDThatNoneCanFollowIsTold(t *testing.T) {
	state := t.TempDir()
	lay(t, state, "a", "ffffffff-ffff-7fff-bfff-ffffffffffff", "")
	if id, err := runlog.NewID(state, "a", start); err == nil || !strings.Contains(err.Error(), "remove its folder") {
		t.Errorf("got %s, %v", id, err)
	}
}
