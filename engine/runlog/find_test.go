package runlog_test

import (
	"fmt"
	"strings"
	"testing"

	"dagrun/engine/runlog"
)

const (
	first  = "0190163d-8694-739b-aea5-0123456789ab"
	second = "0190163d-8694-739b-aea5-1123456789ab"
	third  = "0190163d-8694-739b-beef-966c26f8ad91"
)

func aHistory(t testing.TB) string {
	t.Helper()
	state := t.TempDir()
	keep(t, state, "a", first, start, aRun()...)
	keep(t, state, "a", second, start, aRun()...)
	keep(t, state, "b", third, start, aRun()...)
	keep(t, state, "a", "0190163e-0000-7000-8000-000000000000", start, skipped()...)
	lay(t, state, "a", "0190163f-0000-7000-8000-0000000dead0", `{"torn`)
	return state
}

func TestFindGivesTheRunThatIsNamed(t *testing.T) {
	state := aHistory(t)
	for _, c := range []struct{ pipeline, ref, want string }{
		{"a", first, first},
		{"", first, first},
		{"", third[:24], third},
		{"", "966c26f8ad91", third},
		{"", "f8ad91", third},
		{"b", "0190163d", third},
		{"a", "11" + second[26:], second},
		{"a", "latest", second},
		{"", "latest", third},
		{"a", "0190163e", "0190163e-0000-7000-8000-000000000000"},
	} {
		run, err := runlog.Find(state, c.pipeline, c.ref)
		if err != nil || run.ID != c.want {
			t.Errorf("%s in %q: got %s, %v, want %s", c.ref, c.pipeline, run.ID, err, c.want)
		}
	}
}

func TestFindSaysWhatThereIs(t *testing.T) {
	state := aHistory(t)
	for i := range 12 {
		keep(t, state, "many", fmt.Sprintf("x%02d", i), start, aRun()...)
	}
	lay(t, state, "broken", "0190163f-0000-7000-8000-00000000bad0", "binary\n")
	for _, c := range []struct{ pipeline, ref, want string }{
		{"a", "0190163d", second + ", " + first},
		{"many", "x", "x11, x10, x09, x08, x07, x06, x05, x04, x03, x02 and 2 more"},
		{"a", third, fmt.Sprintf(`there is no run %q of the pipeline "a" in %s`, third, state)},
		{"", "nope", `there is no run "nope" in ` + state},
		{"c", "latest", `there is no run yet of the pipeline "c" in ` + state},
		{"a", "dead0", "has no beginning in its log"},
		{"a", "", "it is empty"},
		{"broken", "bad0", "invalid character"},
		{"broken", "latest", "which run is the latest cannot be told"},
	} {
		if run, err := runlog.Find(state, c.pipeline, c.ref); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s in %q: got %s, %v, want %q", c.ref, c.pipeline, run.ID, err, c.want)
		}
	}
}

func TestShortIDsTellAllRunsApart(t *testing.T) {
	for name, c := range map[string]struct{ a, b, want string }{
		"by eight digits":          {first, third, "456789ab"},
		"by twelve":                {first, second, "0123456789ab"},
		"by the whole":             {first, "1" + first[1:], first},
		"a name that is not an id": {"spring clean", third, "spring clean"},
	} {
		state := t.TempDir()
		keep(t, state, "a", c.a, start, aRun()...)
		keep(t, state, "b", c.b, start, aRun()...)
		runs, _ := summaries(state, "")
		for _, r := range runs {
			if r.ID == c.a && r.Short != c.want {
				t.Errorf("%s: got %s, want %s", name, r.Short, c.want)
			}
			if run, err := runlog.Find(state, "", r.Short); err != nil || run.ID != r.ID {
				t.Errorf("%s: %s finds %s, %v, want %s", name, r.Short, run.ID, err, r.ID)
			}
		}
	}
}
