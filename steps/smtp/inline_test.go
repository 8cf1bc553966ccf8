package smtp_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// withPictures is a mail in HTML with the two pictures that it makes in dir.
func withPictures(t testing.TB, dir, html string) enginetest.Args {
	t.Helper()
	writeTo(t, dir, "out/chart.png", "\x89PNG chart")
	writeTo(t, dir, "out/dash-board_2.svg", "<svg/>")
	return enginetest.With(plainMail("file://outbox"), enginetest.Args{"html": html, "inline": "out/*"})
}

func TestPicturesAreBesideTheHTMLThatShowsThem(t *testing.T) {
	dir := t.TempDir()
	html := `<p>24 °C</p><img src="cid:chart.png"><div style="background: url('cid:dash-board%5F2.svg')"></div>`
	args := enginetest.With(withPictures(t, dir, html), enginetest.Args{"attachments": "out/chart.png"})
	got := written(t, dir, args)
	want := []part{
		{"text/plain", "", "24 readings.\r\n"}, {"text/html", "", html},
		{"image/png", "chart.png", "\x89PNG chart"}, {"image/svg+xml", "dash-board_2.svg", "<svg/>"},
		{"image/png", "chart.png", "\x89PNG chart"},
	}
	if diff := cmp.Diff(want, got.parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	wantShape := "multipart/mixed(multipart/related(multipart/alternative(text/plain text/html) " +
		"image/png[inline <chart.png>] image/svg+xml[inline <dash-board_2.svg>]) image/png[attachment ])"
	if got.shape != wantShape {
		t.Errorf("got  %s\nwant %s", got.shape, wantShape)
	}
}

func TestPicturesOfHTMLAloneAreShown(t *testing.T) {
	dir := t.TempDir()
	args := enginetest.With(withPictures(t, dir, `<img src=cid:chart.png>`), enginetest.Args{"text": nil, "inline": "out/chart.png"})
	if got, want := written(t, dir, args).shape, "multipart/related(text/html image/png[inline <chart.png>])"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPictureThatIsNotThereIsTold(t *testing.T) {
	dir := t.TempDir()
	for html, want := range map[string]failure{
		`<img src="cid:Chart.png">`:              {"inline_missing", false, []string{"cid:Chart.png", "there are chart.png, dash-board_2.svg"}},
		`<td BACKGROUND = 'CID:other.png'>`:      {"inline_missing", false, []string{"cid:other.png"}},
		`<img src='cid:chart .png'>`:             {"inline_missing", false, []string{"cid:chart .png,"}},
		`<img src="cid:">`:                       {"inline_missing", false, []string{"html shows cid:,"}},
		`<p style="background:url(cid:&#120;)">`: {"inline_missing", false, []string{"cid:x,"}},
	} {
		got := enginetest.Fail(t, smtp.Type, dir, withPictures(t, dir, html), want.code)
		for _, says := range want.says {
			if !strings.Contains(got.Message, says) || got.Argument != "html" || got.Retryable {
				t.Errorf("%s: got %+v, want %q in it", html, got, says)
			}
		}
	}
	none := enginetest.With(plainMail("file://outbox"), enginetest.Args{"html": `<img src="cid:chart.png">`})
	failure{"inline_missing", false, []string{"no pictures are given"}}.check(t, none)
}

func TestTextAboutCidIsNoReference(t *testing.T) {
	dir := t.TempDir()
	for _, html := range []string{"<p>cid:nothing is how pictures are named</p>", `<a href="https://example.com/?cid:x">x</a>`} {
		written(t, t.TempDir(), enginetest.With(withPictures(t, dir, html), enginetest.Args{"inline": nil}))
	}
}

func TestPictureThatNothingShowsIsWarnedOf(t *testing.T) {
	dir := t.TempDir()
	_, said := enginetest.RunLogged(t.Context(), t, smtp.Type, dir, withPictures(t, dir, `<img src="cid:chart.png">`))
	if !strings.Contains(said, "level=WARN") || !strings.Contains(said, "cid:dash-board_2.svg") || strings.Contains(said, "cid:chart.png") {
		t.Errorf("said: %s", said)
	}
}

func TestNamesThatHTMLCannotWriteAreRefused(t *testing.T) {
	for _, name := range oddNames {
		if len(name) > 255 || strings.ContainsRune(name, 0) || strings.Contains(name, "/") || name == "plain" {
			continue
		}
		dir := t.TempDir()
		writeTo(t, dir, filepath.Join("odd", name), "x")
		args := enginetest.With(plainMail("file://outbox"), enginetest.Args{"html": "<p>", "inline": "odd/*"})
		got := enginetest.Fail(t, smtp.Type, dir, args, "bad_inline")
		if got.Argument != "inline" || !strings.Contains(got.Remedy, "letters, digits") {
			t.Errorf("%q: got %+v", name, got)
		}
	}
}

func TestPicturesOfOneNameAreRefused(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "a/chart.png", "1")
	writeTo(t, dir, "b/chart.png", "2")
	args := enginetest.With(plainMail("file://outbox"), enginetest.Args{"html": "<p>", "inline": "*/chart.png"})
	got := enginetest.Fail(t, smtp.Type, dir, args, "bad_inline")
	if !strings.Contains(got.Message, "b/chart.png") || !strings.Contains(got.Message, "another picture has the name") {
		t.Errorf("got %+v", got)
	}
}

// TestLargerMailIsRefusedBeforeConnecting finds the size of a mail and sets the
// limit at it and one below.
func TestLargerMailIsRefusedBeforeConnecting(t *testing.T) {
	dir := t.TempDir()
	connected := 0
	server := mailserver.Start(t, mailserver.Options{Answer: func(e mailserver.Event) error {
		if e.Stage == mailserver.Hello {
			connected++
		}
		return nil
	}})
	args := enginetest.With(plainMail(server.URL()), enginetest.Args{"attachments": writeTo(t, dir, "x.bin", strings.Repeat("x", 5000))})
	var out struct{ Size int }
	enginetest.Succeed(t, smtp.Type, dir, args, &out)
	enginetest.Succeed(t, smtp.Type, dir, enginetest.With(args, enginetest.Args{"max_size": out.Size}), nil)
	for _, most := range []any{out.Size - 1, "4kB", "0"} {
		got := enginetest.Fail(t, smtp.Type, dir, enginetest.With(args, enginetest.Args{"max_size": most}), "mail_too_large")
		if got.Argument != "max_size" || got.Retryable || !strings.Contains(got.Message, "max_size is ") {
			t.Errorf("max_size = %v: got %+v", most, got)
		}
	}
	if connected != 2 {
		t.Errorf("the step connected %d times, want only for the mails that fit", connected)
	}
}
