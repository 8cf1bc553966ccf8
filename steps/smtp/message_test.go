package smtp_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest"
	"dagrun/steps/smtp"
)

// parsed is a mail as a reader sees it.
type parsed struct {
	header  mail.Header
	subject string
	parts   []part // leaves, in order
	shape   string // types, what is in which, and Content-IDs
}

type part struct{ Kind, Name, Content string }

// parse reads a mail with the standard library alone.
func parse(t testing.TB, content []byte) parsed {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("%v in\n%s", err, content)
	}
	for _, line := range bytes.SplitAfter(content, []byte("\n")) {
		if len(line) > 1000 || !bytes.HasSuffix(line, []byte("\r\n")) && len(line) > 0 && !bytes.HasSuffix(content, line) {
			t.Errorf("a line of %d bytes is no line of a mail: %q", len(line), line)
		}
	}
	got := parsed{header: m.Header, subject: decoded(t, m.Header.Get("Subject"))}
	got.shape = got.walk(t, m.Header.Get, m.Body)
	return got
}

// decoded is a header as a reader shows it.
func decoded(t testing.TB, value string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// walk adds the leaves of a part and gives its shape.
func (p *parsed) walk(t testing.TB, header func(string) string, body io.Reader) string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		t.Fatalf("%q: %v", header("Content-Type"), err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		p.parts = append(p.parts, part{Kind: kind, Name: nameOf(t, header), Content: decode(t, header("Content-Transfer-Encoding"), body)})
		if disposition, _, _ := strings.Cut(header("Content-Disposition"), ";"); disposition != "" {
			kind += "[" + disposition + " " + header("Content-Id") + "]"
		}
		return kind
	}
	var inside []string
	r := multipart.NewReader(body, params["boundary"])
	for {
		inner, err := r.NextRawPart()
		if err == io.EOF {
			return kind + "(" + strings.Join(inside, " ") + ")"
		}
		if err != nil {
			t.Fatal(err)
		}
		inside = append(inside, p.walk(t, inner.Header.Get, inner))
	}
}

func nameOf(t testing.TB, header func(string) string) string {
	t.Helper()
	if header("Content-Disposition") == "" {
		return ""
	}
	_, params, err := mime.ParseMediaType(header("Content-Disposition"))
	if err != nil {
		t.Fatalf("%q: %v", header("Content-Disposition"), err)
	}
	return params["filename"]
}

func decode(t testing.TB, encoding string, body io.Reader) string {
	t.Helper()
	switch encoding {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// written makes an attempt with a folder for a server and reads the one mail
// that it wrote.
func written(t testing.TB, dir string, args enginetest.Args) parsed {
	t.Helper()
	enginetest.Succeed(t, smtp.Type, dir, enginetest.With(args, enginetest.Args{"server": "file://outbox"}), nil)
	files := outbox(t, filepath.Join(dir, "outbox"))
	if len(files) != 1 {
		t.Fatalf("got the files %q, want one", slices.Sorted(maps.Keys(files)))
	}
	for _, content := range files {
		return parse(t, []byte(content))
	}
	return parsed{}
}

func TestMailHasTheGivenParts(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "a/chart.png", "\x89PNG\x00\xff")
	writeTo(t, dir, "a/rows.csv", "a,b\r\n1,2\n")
	writeTo(t, dir, "a/blob.unheard-of", "")
	picture := part{"image/png", "chart.png", "\x89PNG\x00\xff"}
	for name, c := range map[string]struct {
		args enginetest.Args
		want []part
	}{
		"text":          {enginetest.Args{}, []part{{"text/plain", "", "24 readings.\r\n"}}},
		"html":          {enginetest.Args{"text": nil, "html": "<b>24°</b>"}, []part{{"text/html", "", "<b>24°</b>"}}},
		"text and html": {enginetest.Args{"html": "<b>24°</b>"}, []part{{"text/plain", "", "24 readings.\r\n"}, {"text/html", "", "<b>24°</b>"}}},
		"text, html and files": {
			enginetest.Args{"html": "<b>24°</b>", "attachments": []string{"a/*.csv", "a/chart.png", "a/rows.csv", "a/blob.unheard-of"}},
			[]part{
				{"text/plain", "", "24 readings.\r\n"}, {"text/html", "", "<b>24°</b>"},
				{"text/csv", "rows.csv", "a,b\r\n1,2\n"}, picture, {"application/octet-stream", "blob.unheard-of", ""},
			},
		},
		"a file alone": {enginetest.Args{"text": nil, "attachments": "a/chart.png"}, []part{{"text/plain", "", ""}, picture}},
	} {
		t.Run(name, func(t *testing.T) {
			args := enginetest.With(plainMail(""), c.args)
			if files, ok := args["attachments"].([]string); ok {
				absolute := make([]string, len(files))
				for i, f := range files {
					absolute[i] = filepath.Join(dir, f)
				}
				args["attachments"] = absolute
			} else if file, ok := args["attachments"].(string); ok {
				args["attachments"] = filepath.Join(dir, file)
			}
			got := written(t, t.TempDir(), args)
			if diff := cmp.Diff(c.want, got.parts); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMailHasTheGivenHeaders(t *testing.T) {
	got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{
		"from": "Søren <soren@example.com>", "to": []string{"Ana <ana@example.com>", `"O'Brien, Pat" <pat@example.com>`},
		"cc": "bo@example.com", "bcc": "Eva <eva@example.com>", "reply_to": "help@example.com",
	}))
	want := mail.Header{
		"From": {`=?utf-8?q?S=C3=B8ren?= <soren@example.com>`}, "To": {`"Ana" <ana@example.com>, "O'Brien, Pat" <pat@example.com>`},
		"Cc": {"<bo@example.com>"}, "Reply-To": {"<help@example.com>"}, "Subject": {"Temperature"},
		"Date": {"Sat, 15 Jun 2024 08:00:00 +0000"}, "Message-Id": {"<0190163d-8694-739b-aea5-966c26f8ad91.5206bf7561e694ac@example.com>"},
		"Mime-Version": {"1.0"}, "Auto-Submitted": {"auto-generated"},
		"Content-Type": {"text/plain; charset=UTF-8"}, "Content-Transfer-Encoding": {"quoted-printable"},
	}
	if diff := cmp.Diff(want, got.header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

// oddNames are texts that someone has used for a name before.
var oddNames = []string{
	"plain", "two  blanks", " leading", "trailing ", `"quoted" 'and' \escaped\`, "Temperatura às 8 °C", "🌡️ 24 °C 🙂",
	"=?utf-8?q?looks_encoded?=", "a, b; c <d@e>", "'; DROP TABLE readings; --", "$(rm -rf ~) `id`", "tab\there", "100 % = x",
	strings.Repeat("long", 300), strings.Repeat("ü", 400), strings.Repeat("many words ", 40) + ".", "日本語の件名", "e\u0301", "\u202eright to left",
	"boundary=" + strings.Repeat("0", 60),
}

func TestSubjectsAreTakenLiterally(t *testing.T) {
	for _, subject := range oddNames {
		if subject == "e\u0301" {
			subject = "\u00e9" // HCL composes letters and accents
		}
		if got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{"subject": subject})).subject; got != subject {
			t.Errorf("got  %q\nwant %q", got, subject)
		}
	}
}

func TestNamesOfAttachmentsAreTakenLiterally(t *testing.T) {
	for _, name := range append(slices.Clone(oddNames), "x\x01y\x7f", "line\nbreak.csv", "cr\r\nBcc: eve@example.com", strings.Repeat("n", 251)+".csv", strings.Repeat("🙂", 63)) {
		if len(name) > 255 {
			continue // no file can have such a name
		}
		dir := t.TempDir()
		writeTo(t, dir, name, "x")
		got := written(t, t.TempDir(), enginetest.With(plainMail(""), enginetest.Args{"attachments": filepath.Join(dir, "*")}))
		if len(got.parts) != 2 || got.parts[1].Name != name || got.parts[1].Content != "x" {
			t.Errorf("%q: got %q", name, got.parts)
		}
		if got.header.Get("Bcc") != "" {
			t.Errorf("%q became a header", name)
		}
	}
}

func TestHiddenRecipientsAreInNoMail(t *testing.T) {
	dir := t.TempDir()
	enginetest.Succeed(t, smtp.Type, dir, enginetest.With(plainMail("file://outbox"), enginetest.Args{"bcc": []string{"Eva <eva@example.com>"}}), nil)
	for name, content := range outbox(t, filepath.Join(dir, "outbox")) {
		if low := strings.ToLower(content); strings.Contains(low, "eva") || strings.Contains(low, "bcc") {
			t.Errorf("%s names the hidden recipient:\n%s", name, content)
		}
	}
}

func TestTextThatQuotesAnotherMailIsOnePart(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "x.csv", "x")
	args := enginetest.With(plainMail("file://outbox"), enginetest.Args{"html": "<p>", "attachments": filepath.Join(dir, "x.csv")})
	enginetest.Succeed(t, smtp.Type, dir, args, nil)
	for _, first := range outbox(t, filepath.Join(dir, "outbox")) {
		got := written(t, t.TempDir(), enginetest.With(args, enginetest.Args{"text": first}))
		if len(got.parts) != 3 || got.parts[0].Content != first {
			t.Errorf("got %d parts, want 3, the first of them the quoted mail", len(got.parts))
		}
	}
}

func TestAttachmentThatIsMissingOrTooLargeIsRefused(t *testing.T) {
	dir := t.TempDir()
	args := plainMail("file://outbox")
	got := enginetest.Fail(t, smtp.Type, dir, enginetest.With(args, enginetest.Args{"attachments": "chart.png"}), "input_missing")
	if got.Argument != "attachments" || !strings.Contains(got.Message, "chart.png") {
		t.Errorf("got %+v", got)
	}
	huge := writeTo(t, dir, "huge.bin", "")
	truncate(t, huge, 101<<20)
	got = enginetest.Fail(t, smtp.Type, dir, enginetest.With(args, enginetest.Args{"attachments": huge}), "mail_too_large")
	if got.Argument != "attachments" || got.Retryable || !strings.Contains(got.Message, huge) {
		t.Errorf("got %+v", got)
	}
}

func TestFileThatCannotBeReadIsTold(t *testing.T) {
	if os.Geteuid() == 0 {
		// Nothing is unreadable for root but what the system itself keeps.
		got := enginetest.Fail(t, smtp.Type, t.TempDir(), enginetest.With(plainMail("file://outbox"), enginetest.Args{"attachments": "/proc/self/mem"}), "input_unreadable")
		if got.Argument != "attachments" || !strings.Contains(got.Message, "read /proc/self/mem") {
			t.Errorf("got %+v", got)
		}
		return
	}
	dir := t.TempDir()
	secret := writeTo(t, dir, "secret.csv", "x")
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	got := enginetest.Fail(t, smtp.Type, dir, enginetest.With(plainMail("file://outbox"), enginetest.Args{"attachments": secret}), "input_unreadable")
	if got.Argument != "attachments" || !strings.Contains(got.Message, secret) {
		t.Errorf("got %+v", got)
	}
}
