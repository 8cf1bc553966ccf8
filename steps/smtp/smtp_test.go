package smtp_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/mailserver"
	"dagrun/steps/smtp"
)

// plainMail are the arguments of a mail that works everywhere.
func plainMail(server string) enginetest.Args {
	return enginetest.Args{
		"server": server, "from": "Reports <reports@example.com>", "to": "ana@example.com",
		"subject": "Temperature", "text": "24 readings.\n",
	}
}

func writeTo(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSuiteForAFolder(t *testing.T) {
	enginetest.Suite(t, enginetest.Case{
		Type: smtp.Type,
		Setup: func(t testing.TB, dir string) enginetest.Args {
			writeTo(t, dir, "chart.png", "not really a picture")
			writeTo(t, dir, "rows.csv", "not really rows")
			return enginetest.With(plainMail("file://outbox"), enginetest.Args{
				"html": `<img src="cid:chart.png">`, "inline": "chart.png", "attachments": "rows.csv", "bcc": "eva@example.com",
				"headers": enginetest.Args{"X-A": "1", "X-B": "2", "X-C": "3", "X-D": "4", "List-Id": "<x>"}, "max_size": "1MB",
			})
		},
		State: func(t testing.TB, dir string) string {
			var all strings.Builder
			for name, content := range outbox(t, filepath.Join(dir, "outbox")) {
				all.WriteString(name + "\n" + content)
			}
			return all.String()
		},
	})
}

// outbox reads the files of a folder of mails.
func outbox(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

// TestSuiteForServers counts a mail that came twice as one if both say so: the
// same Message-ID, and the same everything but the time of sending.
func TestSuiteForServers(t *testing.T) {
	date := regexp.MustCompile(`(?m)^Date: .*\r\n`)
	for _, security := range []mailserver.Security{mailserver.Plain, mailserver.StartTLS, mailserver.ImplicitTLS} {
		t.Run(string(security), func(t *testing.T) {
			var server *mailserver.Server
			enginetest.Suite(t, enginetest.Case{
				Type: smtp.Type,
				Setup: func(t testing.TB, dir string) enginetest.Args {
					server = mailserver.Start(t, mailserver.Options{Security: security})
					writeTo(t, dir, "chart.png", "not really a picture")
					return enginetest.With(plainMail(server.URL()), enginetest.Args{
						"ca_file": server.CAFile(), "attachments": "chart.png", "html": "<p>24 readings.</p>",
					})
				},
				Slow: slow(security),
				State: func(t testing.TB, _ string) string {
					distinct := map[string]bool{}
					for _, m := range server.Messages() {
						distinct[strings.Join(m.To, " ")+"\n"+date.ReplaceAllString(string(m.Data), "")] = true
					}
					if len(distinct) != 1 {
						t.Errorf("got %d different mails, want 1", len(distinct))
					}
					for one := range distinct {
						return one
					}
					return ""
				},
			})
		})
	}
}

// slow is a server that takes its time over a large mail: it reads the first of
// it, and no more until the test is over.
func slow(security mailserver.Security) func(t testing.TB, dir string) (enginetest.Args, <-chan struct{}) {
	return func(t testing.TB, dir string) (enginetest.Args, <-chan struct{}) {
		t.Helper()
		underWay, over := make(chan struct{}), make(chan struct{})
		server := mailserver.Start(t, mailserver.Options{Security: security, Answer: func(e mailserver.Event) error {
			if e.Stage == mailserver.Data {
				close(underWay)
				<-over
			}
			return nil
		}})
		t.Cleanup(func() { close(over) })
		huge := writeTo(t, dir, "huge.bin", "")
		truncate(t, huge, 4<<20)
		return enginetest.With(plainMail(server.URL()), enginetest.Args{"ca_file": server.CAFile(), "attachments": huge}), underWay
	}
}

func TestOutputsDescribeTheMail(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{})
	var out struct {
		MessageID  string   `json:"message_id"`
		Recipients []string `json:"recipients"`
		Size       int64    `json:"size"`
	}
	enginetest.Succeed(t, smtp.Type, t.TempDir(), enginetest.With(plainMail(server.URL()), enginetest.Args{
		"to":  []string{"Ana <ana@example.com>", "bo@example.com, Cy <cy@example.com>"},
		"cc":  "Ana again <ana@example.com>",
		"bcc": []string{"eva@example.com"},
	}), &out)
	messages := server.Messages()
	if len(messages) != 1 {
		t.Fatalf("got %d mails, want 1", len(messages))
	}
	want := []string{"ana@example.com", "bo@example.com", "cy@example.com", "eva@example.com"}
	if diff := cmp.Diff(want, out.Recipients); diff != "" {
		t.Errorf("recipients (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, messages[0].To); diff != "" {
		t.Errorf("envelope (-want +got):\n%s", diff)
	}
	if got, want := out.Size, int64(len(messages[0].Data)); got != want {
		t.Errorf("size is %d, the server got %d bytes", got, want)
	}
	if got, want := parse(t, messages[0].Data).header.Get("Message-ID"), "<"+out.MessageID+">"; got != want {
		t.Errorf("the mail's Message-ID is %q, want %q", got, want)
	}
	if want := "0190163d-8694-739b-aea5-966c26f8ad91."; !strings.HasPrefix(out.MessageID, want) || !strings.HasSuffix(out.MessageID, "@example.com") {
		t.Errorf("message_id is %q, want it to begin with the run's id and to end with the sender's domain", out.MessageID)
	}
}

func TestRecipientsDifferInTheCaseOfTheirNamesAlone(t *testing.T) {
	server := mailserver.Start(t, mailserver.Options{UTF8: true})
	var out struct {
		Recipients []string `json:"recipients"`
	}
	enginetest.Succeed(t, smtp.Type, t.TempDir(), enginetest.With(plainMail(server.URL()), enginetest.Args{
		"to": []string{"b@X.org", "b@x.org", "B@x.org"}, "cc": "b@x.ORG", "bcc": "c@BÜCHER.example, c@bücher.example",
	}), &out)
	want := []string{"b@X.org", "B@x.org", "c@BÜCHER.example"}
	if diff := cmp.Diff(want, out.Recipients); diff != "" {
		t.Errorf("recipients (-want +got):\n%s", diff)
	}
}
