package crontab_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dagrun/engine/crontab"
)

const (
	own   = "# BEGIN dagrun /p.hcl\n# dagrun: pipeline p, history in /s\n0 8 * * * cd / && dagrun run --trigger cron /p.hcl >>/s/log 2>&1\n# END dagrun /p.hcl\n"
	newer = "# BEGIN dagrun /p.hcl\n# dagrun: pipeline p, history in /s\n0 9 * * * cd / && dagrun run --trigger cron /p.hcl >>/s/log 2>&1\n# END dagrun /p.hcl\n"
)

func TestBlockIsPutWithoutTouchingTheRest(t *testing.T) {
	for _, c := range []struct{ name, before, want string }{
		{"into an empty crontab", "", newer},
		{"behind other lines", "# mine\n0 1 * * * a\n", "# mine\n0 1 * * * a\n" + newer},
		{"behind a line without an end", "0 1 * * * a", "0 1 * * * a\n" + newer},
		{"behind empty lines", "a\n\n\n", "a\n\n\n" + newer},
		{"behind lines with carriage returns", "a\r\nb\r\n", "a\r\nb\r\n" + newer},
		{"in the place of the old one", "a\n" + own + "\nb", "a\n" + newer + "\nb"},
		{"in the place of one with carriage returns", "a\r\n" + strings.ReplaceAll(own, "\n", "\r\n") + "b\r\n", "a\r\n" + newer + "b\r\n"},
		{"in the place of one that somebody has turned off", "a\n" + strings.Replace(own, "0 8", "#0 8", 1) + "b\n", "a\n" + newer + "b\n"},
		{"once where it was twice", "a\n" + own + "b\n" + own + "c\n", "a\n" + newer + "b\nc\n"},
		{"beside those of other files", "# BEGIN dagrun /p.hcl2\n# END dagrun /p.hcl2\n", "# BEGIN dagrun /p.hcl2\n# END dagrun /p.hcl2\n" + newer},
		{"behind another's that is damaged", "# BEGIN dagrun /q.hcl\n", "# BEGIN dagrun /q.hcl\n" + newer},
		{"bytes that are no text", "\xff\x00 a\n" + own + "\xfe", "\xff\x00 a\n" + newer + "\xfe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := crontab.Table(c.before).Put("/p.hcl", newer)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("crontab (-want +got):\n%s", diff)
			}
			if again, err := got.Put("/p.hcl", newer); err != nil || again != got {
				t.Errorf("putting it again gives %q, %v", again, err)
			}
		})
	}
}

func TestRemovedBlockLeavesWhatWasThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"", "\n", "# c\n", "A=b\r\n", "0 1 * * * a\n", "# BEGIN dagrun /other\n", "# END dagrun /other\n", "\xff\n"})
		head := strings.Join(rapid.SliceOf(line).Draw(t, "head"), "")
		tail := strings.Join(rapid.SliceOf(line).Draw(t, "tail"), "") + rapid.SampledFrom([]string{"", "no end"}).Draw(t, "last")
		got, err := crontab.Table(head + own + tail).Remove("/p.hcl")
		if err != nil || string(got) != head+tail {
			t.Fatalf("got %q, %v, want %q", got, err, head+tail)
		}
		if again, err := got.Remove("/p.hcl"); err != nil || again != got {
			t.Fatalf("removing nothing gives %q, %v", again, err)
		}
	})
}

func TestDamagedBlockIsLeftToPeople(t *testing.T) {
	lines := strings.SplitAfter(own, "\n")
	for _, c := range []struct{ name, table, want string }{
		{"no end", "a\n" + lines[0] + lines[1] + lines[2], "line 2 begins a block of /p.hcl that no line ends"},
		{"no end, and somebody's line behind", lines[0] + lines[1] + "0 1 * * * mine\n", "line 1 begins a block of /p.hcl, and line 3 in it is not dagrun's: 0 1 * * * mine"},
		{"no beginning", "a\n" + lines[2] + lines[3], "line 3 ends a block of /p.hcl that no line begins"},
		{"two beginnings", lines[0] + own, "line 1 begins a block of /p.hcl, and line 2 is another marker before its end"},
		{"two ends", own + lines[3], "line 5 ends a block of /p.hcl that no line begins"},
		{"another's inside", lines[0] + "# BEGIN dagrun /q\n# END dagrun /q\n" + lines[3], "line 2 is another marker"},
		{"somebody's comment inside", lines[0] + "# mine\n" + lines[3], "line 2 in it is not dagrun's: # mine"},
		{"somebody's setting inside", lines[0] + "MAILTO=me\n" + lines[2] + lines[3], "line 2 in it is not dagrun's"},
		{"an empty line inside", lines[0] + "\n" + lines[3], "line 2 in it is not dagrun's"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := crontab.Table(c.table).Put("/p.hcl", newer); err == nil || !strings.Contains(err.Error(), c.want) || string(got) != c.table {
				t.Errorf("put: got %q, %v, want %q", got, err, c.want)
			}
			if got, err := crontab.Table(c.table).Remove("/p.hcl"); err == nil || !strings.Contains(err.Error(), c.want) || string(got) != c.table {
				t.Errorf("remove: got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestSharedLockIsFound(t *testing.T) {
	j := crontab.Job{Path: "/other.hcl", Name: "p", StateDir: "/s"}
	for _, c := range []struct {
		name, table string
		job         crontab.Job
		want        string
	}{
		{"same name and history", "a\n" + own, j, "/p.hcl"},
		{"itself", own, crontab.Job{Path: "/p.hcl", Name: "p", StateDir: "/s"}, ""},
		{"another history", own, crontab.Job{Path: "/other.hcl", Name: "p", StateDir: "/s2"}, ""},
		{"another name", own, crontab.Job{Path: "/other.hcl", Name: "p2", StateDir: "/s"}, ""},
		{"outside a block", "# dagrun: pipeline p, history in /s\n", j, ""},
	} {
		if got := crontab.Table(c.table).Sharing(c.job); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSettingsAboveTheBlockAreFound(t *testing.T) {
	table := crontab.Table("# A=1\nSHELL=/bin/sh\n CRON_TZ = \"Europe/Berlin\" \n0 8 * * * B=2 b\n'SHELL'=/bin/csh\r\n" + own + "PATH=/x\n")
	want := map[string]crontab.Setting{
		"SHELL":   {Line: 5, Name: "SHELL", Value: "/bin/csh"},
		"CRON_TZ": {Line: 3, Name: "CRON_TZ", Value: "Europe/Berlin"},
	}
	if diff := cmp.Diff(want, table.Settings("/p.hcl")); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got := table.Settings("/new.hcl"); got["PATH"].Line != 10 {
		t.Errorf("behind everything: got %v", got)
	}
}

func TestMaskedReturnsAreCounted(t *testing.T) {
	table := crontab.Table("a\\r\nb \\r c\nc\\\\r\nd\\r")
	if diff := cmp.Diff([]int{1, 3, 4}, table.MaskedReturns()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func FuzzTableKeepsWhatIsNotItsOwn(f *testing.F) {
	f.Add("a\n" + own + "b")
	f.Add(newer + own)
	f.Fuzz(func(t *testing.T, text string) {
		put, err := crontab.Table(text).Put("/p.hcl", own)
		if err != nil {
			return
		}
		removed, err := put.Remove("/p.hcl")
		if err != nil {
			t.Fatalf("it was put and cannot be removed: %v", err)
		}
		without, err := crontab.Table(text).Remove("/p.hcl")
		if err != nil {
			t.Fatal(err)
		}
		if removed != without && removed != without+"\n" {
			t.Errorf("got %q, want %q", removed, without)
		}
	})
}

func plan(t *testing.T, schedule, pipeline string) crontab.Plan {
	return crontab.NewPlan(mustParse(t, schedule), zone(t, pipeline), time.UTC, before)
}
