package page_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine"
	"dagrun/engine/report/page"
	"dagrun/engine/runlog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// pageOf makes the page of a run.
func pageOf(t *testing.T, run runlog.Run, o page.Options) string {
	t.Helper()
	if o.Status == "" {
		o.Status = string(run.Finished.Result)
	}
	var out bytes.Buffer
	if err := page.Run(&out, run, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// wants checks that a page has texts, and lacks those that begin with "! ".
func wants(t *testing.T, html string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		text, not := strings.CutPrefix(text, "! ")
		if strings.Contains(html, text) == not {
			t.Errorf("the page has %q: %t", text, !not)
		}
	}
}

// styles are the parts of a page that change with its looks.
var styles = regexp.MustCompile(`(?s)<style>.*</style>|sha256-.*?&#39;|<svg class="shapes".*?</svg>`)

func TestPagesSayWhatTheLogSays(t *testing.T) {
	for _, name := range []string{"failed", "crashed", "old", "set back"} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, pageOf(t, record(t, runs[name]), page.Options{Zone: time.FixedZone("CEST", 7200)}))
		})
	}
}

func golden(t *testing.T, name, html string) {
	t.Helper()
	got := styles.ReplaceAllString(html, "…")
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "_")+".html")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestARunThatSucceededIsShownWithAllThatCameOfIt(t *testing.T) {
	html := pageOf(t, record(t, runs["succeeded"]), page.Options{})
	wants(t, html,
		"<title>temperature succeeded, 2024-06-15 08:00 UTC</title>", "3 succeeded, 1 skipped in 1.3s", "(sensitive)", "the newest day is taken",
		"day=2024-06-15  rows=24", "672 rows in, 24 rows out", "/srv/testdata/probe1_log.csv", strings.Repeat("89abcdef01234567", 4),
		"its condition is false (pipelines/temperature.hcl:238:18)", "Not given: fill, origin", "null: sender", `src="data:image/png;base64,`,
		`src="data:image/svg`, `width="900" height="420"`, "TIMESTAMP", "! What went wrong", "! <script", "! Not shown")
}

func TestARunUnderWayIsShownAsItStands(t *testing.T) {
	run := record(t, func(r *recorder) {
		r.run(`{}`, block(clean), block(mail, clean), block(chart, mail))
		r.begin(clean, `{}`)
		r.succeed(clean, time.Second, engine.StepFinished{})
		r.begin(mail, `{}`)
		r.tell(&engine.Progress{Step: mail, Type: "smtp", Attempt: 1, Done: 1200, Total: 5000, Unit: "bytes"})
	})
	html := pageOf(t, run, page.Options{Status: "running", Now: start.Add(time.Minute)})
	wants(t, html, "As of", "2024-06-15 08:01:00 UTC", "at work for 59s, 1,200 of 5,000 bytes", "1 at work, 1 succeeded", "waiting</text>", "! Finished")
	html = pageOf(t, run, page.Options{Status: "unfinished", Now: start.Add(time.Minute)})
	wants(t, html, "2024-06-15 08:00:01 UTC", "1 did not end, 1 succeeded, last heard of after 1s", "smtp.report</b> <span class=\"ending\">did not end, last heard of after", "did not begin</text>", "! at work for")
}

func TestARunOfThousandsOfInstancesStaysSmall(t *testing.T) {
	html := pageOf(t, record(t, runs["many"]), page.Options{})
	if len(html) > 3_000_000 {
		t.Errorf("the page has %d bytes", len(html))
	}
	if n := strings.Count(html, `<div class="account `); n != 250 {
		t.Errorf("%d steps are told of in full", n)
	}
	wants(t, html, "13 of 5,000 failed · 50.6s", "4,752 more, in a line each", "sensor 4999, hall 39")
	for i := range 5000 {
		if key := fmt.Sprintf("sensor %04d, hall %d", i, i%40); !strings.Contains(html, key) {
			t.Fatalf("%s is missing", key)
		}
	}
}

func TestMoreInstancesThanAPageHoldsAreCounted(t *testing.T) {
	html := pageOf(t, record(t, func(r *recorder) {
		r.run(`{}`, block(probe))
		for i := range 6000 {
			one := probe
			one.Key, one.Keyed = fmt.Sprint(i), true
			r.skip(one, engine.ReasonCondition, "")
		}
		for i := range 60 {
			one := mail
			one.Key, one.Keyed = fmt.Sprint(i), true
			r.begin(one, `{}`)
			r.fail(one, engine.AttemptFailed, time.Millisecond, busy(i), 0)
			r.end(one, engine.StepFinished{Result: engine.StepFailed, Error: busy(i)})
		}
		r.over(engine.RunFailed, engine.RunFinished{})
	}), page.Options{})
	wants(t, html, "6,000 skipped", "5,000 more, in a line each", "810 more are in the run log", "10 more failed; they are below", "45 more</summary>")
}

func TestABlockWithoutInstancesIsSaidToHaveNone(t *testing.T) {
	html := pageOf(t, record(t, func(r *recorder) {
		r.run(`{}`, block(clean), block(probe))
		r.begin(clean, `{}`)
		r.succeed(clean, time.Second, engine.StepFinished{})
		r.over(engine.RunSucceeded, engine.RunFinished{})
	}), page.Options{})
	wants(t, html, "no instances</text>", "! did not begin")
	html = pageOf(t, record(t, func(r *recorder) {
		r.run(`{}`, block(clean), block(probe))
		r.over(engine.RunSkipped, engine.RunFinished{Error: "another run is under way"})
	}), page.Options{})
	wants(t, html, "another run is under way", "did not begin</text>", "! no instances")
}

func TestManyBlocksAreDrawnAsFarAsTheyCanBeSeen(t *testing.T) {
	html := pageOf(t, record(t, func(r *recorder) {
		var blocks []engine.Block
		at := func(i int) engine.Address { return engine.Address{Type: "plot", Name: fmt.Sprintf("n%03d", i)} }
		for i := range 300 {
			blocks = append(blocks, block(at(i)))
		}
		r.run(`{}`, blocks...)
		for i := range 300 {
			r.begin(at(i), `{}`)
			if i == 299 {
				r.fail(at(i), engine.AttemptFailed, time.Millisecond, busy(1), 0)
				r.end(at(i), engine.StepFinished{Result: engine.StepFailed, Error: busy(1)})
				continue
			}
			r.succeed(at(i), time.Millisecond, engine.StepFinished{})
		}
		r.over(engine.RunFailed, engine.RunFinished{})
	}), page.Options{})
	wants(t, html, "150 more blocks are not drawn", "180 more blocks are not shown here", `<text class="name" y="20">n299</text>`, `<text class="name" y="20">n000</text>`,
		`! <text class="name" y="20">n298</text>`, "<b>plot.n298</b>", "More is in the run log")
}

func TestNoTextOfALogDoesMoreThanBeRead(t *testing.T) {
	html := pageOf(t, record(t, runs["hostile"]), page.Options{})
	wants(t, html, "! <script", "! <img src=http", "! \u202e", "! \u202c", "! \x1b", "! \x00", `! href="javascript`, `\x1b[31m\u202eesrever`)
	if n := strings.Count(html, "</style>"); n != 1 {
		t.Errorf("there are %d ends of styles", n)
	}
	for _, target := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if !strings.HasPrefix(target[1], "#") && !strings.HasPrefix(target[1], "data:image/") {
			t.Errorf("the page points to %s", target[1])
		}
	}
}

func TestEveryTextIsMasked(t *testing.T) {
	mask := func(s string) string { return strings.ReplaceAll(s, "esrever", "(sensitive)") }
	html := pageOf(t, record(t, runs["hostile"]), page.Options{Mask: mask})
	wants(t, html, "! esrever", "(sensitive)")
}

func TestALogWithDamagedLinesIsShownAndSaidToBeDamaged(t *testing.T) {
	run := record(t, runs["crashed"])
	data, err := os.ReadFile(run.Log())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	lines[1] = "nonsense\n"
	if err := os.WriteFile(run.Log(), []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	wants(t, pageOf(t, run, page.Options{}), "The log is damaged", "line 2 of the run log: invalid character", "At work were: smtp.report (attempt 1)")
}

func TestALogThatIsGoneIsAnError(t *testing.T) {
	run := record(t, runs["crashed"])
	if err := os.Remove(run.Log()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := page.Run(&out, run, page.Options{Status: "crashed"}); err == nil || out.Len() > 0 {
		t.Errorf("got %v and %d bytes", err, out.Len())
	}
}

func TestOldMessagesAndLongValuesAreLeftInTheLog(t *testing.T) {
	html := pageOf(t, record(t, func(r *recorder) {
		r.run(`{}`, block(clean))
		r.begin(clean, `{"text":"`+strings.Repeat("long ", 2000)+`"}`)
		for i := range 1000 {
			r.say(clean, "info", fmt.Sprintf("message %04d", i), nil)
		}
		r.succeed(clean, time.Second, engine.StepFinished{})
		r.over(engine.RunSucceeded, engine.RunFinished{})
	}), page.Options{})
	wants(t, html, "800 earlier ones are in the run log", "! message 0799", "message 0800", "message 0999", "… and 5,999 more characters, which the run log has")
}

func TestTextsOfMegabytesAreCutAndSaidToBe(t *testing.T) {
	long := strings.Repeat("x", 3_000_000)
	wrong := &engine.LocatedError{StepError: engine.StepError{Code: long, Message: long, Remedy: long, Argument: long}}
	html := pageOf(t, record(t, func(r *recorder) {
		r.run(`{}`, block(clean))
		r.begin(clean, `{"`+long+`":"`+long+`"}`)
		r.say(clean, "info", long, map[string]any{long: long})
		r.fail(clean, engine.AttemptFailed, time.Second, wrong, time.Second)
		r.fail(clean, engine.AttemptFailed, time.Second, wrong, 0)
		r.end(clean, engine.StepFinished{Result: engine.StepFailed, Cause: long, Error: wrong})
		r.over(engine.RunFailed, engine.RunFinished{Error: long})
	}), page.Options{})
	if len(html) > 200_000 {
		t.Errorf("the page has %d bytes", len(html))
	}
	const more = "… and 2,996,000 more characters, which the run log has"
	if n := strings.Count(html, more); n != 8 { // the run's error, twice the step's and its remedy, the attempt's, the message, the argument
		t.Errorf("%d texts are said to be longer", n)
	}
}

func TestManyLongMessagesOfAStepAreCounted(t *testing.T) {
	html := pageOf(t, record(t, func(r *recorder) {
		r.run(`{}`, block(clean))
		r.begin(clean, `{}`)
		for i := range 100 {
			r.say(clean, "info", fmt.Sprintf("message %03d", i)+strings.Repeat(" long", 2000), nil)
		}
		r.succeed(clean, time.Second, engine.StepFinished{})
		r.over(engine.RunSucceeded, engine.RunFinished{})
	}), page.Options{})
	wants(t, html, "76 earlier ones are in the run log", "! message 075", "message 076", "message 099")
}
