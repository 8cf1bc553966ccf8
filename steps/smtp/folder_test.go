package smtp_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/smtp"
)

func truncate(t testing.TB, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

// attempts makes one attempt for each change of a plain attempt and lists the
// files that are there afterwards.
func attempts(t *testing.T, changes ...func(*engine.Attempt)) []string {
	t.Helper()
	dir := t.TempDir()
	for _, change := range changes {
		attempt, secrets := enginetest.Attempt(t, smtp.Type, dir, plainMail("file://outbox"))
		change(&attempt)
		if got := enginetest.Perform(t.Context(), t, smtp.Type, attempt, secrets); got.Outcome != engine.AttemptSucceeded {
			t.Fatalf("the attempt %s: %+v", got.Outcome, got.Error)
		}
	}
	return slices.Sorted(maps.Keys(outbox(t, filepath.Join(dir, "outbox"))))
}

func TestSecondRunOfADayReplacesTheMail(t *testing.T) {
	got := attempts(t,
		func(*engine.Attempt) {},
		func(a *engine.Attempt) {
			a.RunID, a.LogicalTime = "0190163d-0000-739b-aea5-966c26f8ad91", a.LogicalTime.Add(time.Hour)
		},
	)
	if diff := cmp.Diff([]string{"20240615.test.it.eml"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestEachDayPipelineStepAndKeyHasItsOwnFile(t *testing.T) {
	key := func(key string) func(*engine.Attempt) {
		return func(a *engine.Attempt) { a.Step.Key, a.Step.Keyed = key, true }
	}
	got := attempts(t,
		func(*engine.Attempt) {},
		func(a *engine.Attempt) { a.LogicalTime = a.LogicalTime.AddDate(0, 0, 1) },
		func(a *engine.Attempt) { a.Pipeline = "other" },
		func(a *engine.Attempt) { a.Step.Name = "other" },
		key(""), key("probe1"), key("../../etc/x"), key(".._.._etc_x"), key("🌡️"), key("a b"), key("a\nb"), key(strings.Repeat("k", 400)),
	)
	if len(got) != 12 {
		t.Errorf("got %d files, want 12: %q", len(got), got)
	}
	for _, want := range []string{"20240616.test.it.eml", "20240615.other.it.eml", "20240615.test.other.eml", "20240615.test.it..eml", "20240615.test.it.probe1.eml"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not among %q", want, got)
		}
	}
}

func TestDateOfTheFileIsTheLogicalDateInThePipelinesZone(t *testing.T) {
	got := attempts(t, func(a *engine.Attempt) {
		a.LogicalTime, a.Timezone = time.Date(2024, 6, 15, 23, 0, 0, 0, time.UTC), "Europe/Berlin"
	})
	if diff := cmp.Diff([]string{"20240616.test.it.eml"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestFolderTakesTheArgumentsOfAServer(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "100% deep", "outbox")
	enginetest.Succeed(t, smtp.Type, dir, enginetest.With(plainMail("file://"+outside), enginetest.Args{"username": "ana", "password": "hunter2"}), nil)
	for name, content := range outbox(t, outside) {
		if strings.Contains(content, "hunter2") {
			t.Errorf("%s has the password:\n%s", name, content)
		}
	}
}

func TestFolderThatCannotBeMadeFails(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "outbox", "a file, not a folder")
	got := enginetest.Fail(t, smtp.Type, dir, plainMail("file://outbox"), "output_unwritable")
	if !strings.Contains(got.Message, filepath.Join(dir, "outbox", "20240615.test.it.eml")) {
		t.Errorf("the message does not say what could not be written: %s", got.Message)
	}
}

// A run that takes up another sends the same mail under the same Message-ID,
// and another mail under another, and so does a run of its own.
func TestMessageIDIsThatOfTheMail(t *testing.T) {
	id := func(args enginetest.Args, change func(*engine.Attempt)) string {
		attempt, secrets := enginetest.Attempt(t, smtp.Type, t.TempDir(), enginetest.With(plainMail("file://outbox"), args))
		change(&attempt)
		result := enginetest.Perform(t.Context(), t, smtp.Type, attempt, secrets)
		var out struct {
			MessageID string `json:"message_id"`
		}
		if err := json.Unmarshal(result.Outputs, &out); err != nil {
			t.Fatal(err, result.Error)
		}
		return out.MessageID
	}
	same := func(*engine.Attempt) {}
	first := id(nil, same)
	resumed := id(nil, func(a *engine.Attempt) { a.RunID, a.Number = "0190163d-0000-739b-aea5-966c26f8ad91", 3 })
	if resumed != first {
		t.Errorf("the resumed run sends %s, the first sent %s", resumed, first)
	}
	for what, other := range map[string]string{
		"another text": id(enginetest.Args{"text": "Another."}, same),
		"another step": id(nil, func(a *engine.Attempt) { a.Step.Name = "other" }),
		"another run":  id(nil, func(a *engine.Attempt) { a.Origin = "0190163d-0000-739b-aea5-966c26f8ad91" }),
	} {
		if other == first || len(other) != len(first) {
			t.Errorf("%s has the Message-ID %s, the first had %s", what, other, first)
		}
	}
}
