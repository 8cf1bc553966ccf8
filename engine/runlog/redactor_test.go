package runlog_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"dagrun/engine/runlog"
)

// redactor gives a Redactor that knows secrets.
func redactor(secrets ...string) *runlog.Redactor {
	r := new(runlog.Redactor)
	for _, s := range secrets {
		r.Add(s)
	}
	return r
}

// forms are the ways in which programs write a secret into a text.
var forms = map[string]func(string) string{
	"as it is":          func(s string) string { return s },
	"inside a word":     func(s string) string { return "x" + s + "y" },
	"query":             url.QueryEscape,
	"query, lower case": func(s string) string { return lowerHex(url.QueryEscape(s)) },
	"path":              url.PathEscape,
	"path, lower case":  func(s string) string { return lowerHex(url.PathEscape(s)) },
	"user info":         func(s string) string { return url.UserPassword("me", s).String() },
	"every byte of a URL": func(s string) string {
		return "%" + strings.Join(chunks(hex.EncodeToString([]byte(s))), "%")
	},
	"hex":              func(s string) string { return hex.EncodeToString([]byte(s)) },
	"upper hex":        func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"JSON":             jsonForm,
	"JSON in JSON":     func(s string) string { return jsonForm(jsonForm(s)) },
	"JSON for ASCII":   func(s string) string { return strconv.QuoteToASCII(s) },
	"Go":               strconv.Quote,
	"URL in JSON":      func(s string) string { return jsonForm("a\nb " + url.QueryEscape(s)) },
	"base64":           base64Form(base64.StdEncoding, ""),
	"base64 after 1":   base64Form(base64.StdEncoding, "x"),
	"base64 after 2":   base64Form(base64.StdEncoding, "xy"),
	"base64 after 3":   base64Form(base64.StdEncoding, "xyz"),
	"base64, raw":      base64Form(base64.RawStdEncoding, "user:"),
	"base64 for URLs":  base64Form(base64.URLEncoding, "user"),
	"base64url, raw":   base64Form(base64.RawURLEncoding, "u"),
	"base64 in a URL":  func(s string) string { return url.QueryEscape(base64Form(base64.StdEncoding, "u")(s)) },
	"between newlines": func(s string) string { return "a\n" + s + "\nb" },
}

func jsonForm(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func base64Form(encoding *base64.Encoding, before string) func(string) string {
	return func(s string) string { return encoding.EncodeToString([]byte(before + s + "zz")) }
}

// lowerHex turns the hex digits of percent escapes into lower case.
func lowerHex(s string) string {
	for i := range len(s) - 2 {
		if s[i] == '%' {
			s = s[:i] + strings.ToLower(s[i:i+3]) + s[i+3:]
		}
	}
	return s
}

func chunks(s string) (out []string) {
	for ; s != ""; s = s[2:] {
		out = append(out, s[:2])
	}
	return out
}

func TestASecretIsMaskedInEveryForm(t *testing.T) {
	for _, secret := range []string{"abc", "hunter22", `p@ss "w\rd"/?&+=% é🔑`, "a+b c<d>", strings.Repeat("long ", 50) + "!", "7\t\u2028\x01x"} {
		r := redactor("another secret", secret)
		for name, form := range forms {
			text := form(secret)
			got := r.String("before " + text + " after")
			if got == "before "+text+" after" || !strings.Contains(got, "(sensitive)") {
				t.Errorf("%s of %q is not masked: %s", name, secret, got)
			}
			if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
				t.Errorf("%s of %q: too much is masked: %s", name, secret, got)
			}
		}
	}
}

// The characters at the edges, which hold bits of the secret and of what stands
// beside it, are masked too.
func TestNothingOfASecretIsLeftInBase64(t *testing.T) {
	r := redactor("hunter22")
	for _, c := range []struct{ before, after, want string }{
		{"", "zz", "(sensitive)6eg=="},
		{"x", "zzz", "e(sensitive)enp6"},
		{"xy", "zz", "eH(sensitive)p6"},
		{"xyz", "", "eHl6(sensitive)="},
	} {
		encoded := base64.StdEncoding.EncodeToString([]byte(c.before + "hunter22" + c.after))
		if got := r.String(encoded); got != c.want {
			t.Errorf("%s: got %s, want %s", encoded, got, c.want)
		}
	}
}

func TestMasking(t *testing.T) {
	key := "-----BEGIN KEY-----\r\nMIIEvQIBADANBg\r\nshort\r\n-----END KEY-----\n"
	for name, c := range map[string]struct {
		secrets  []string
		in, want string
	}{
		"nothing registered":       {nil, "plain text", "plain text"},
		"several":                  {[]string{"alpha", "beta"}, "alpha beta gamma alpha", "(sensitive) (sensitive) gamma (sensitive)"},
		"the longest of two":       {[]string{"pass", "password"}, "password pass", "(sensitive) (sensitive)"},
		"overlapping":              {[]string{"abcd", "cdef"}, "xabcdefx", "x(sensitive)x"},
		"side by side":             {[]string{"abcd"}, "abcdabcd", "(sensitive)(sensitive)"},
		"within itself":            {[]string{"aaa"}, "baaaaab", "b(sensitive)b"},
		"two characters":           {[]string{"ab"}, "abba", "abba"},
		"three characters":         {[]string{"é°漢"}, "xé°漢x", "x(sensitive)x"},
		"empty":                    {[]string{""}, "text", "text"},
		"part of the mask":         {[]string{"sensitive"}, "(sensitive) sensitive", "(sensitive) (sensitive)"},
		"like the mask in base64":  {[]string{"lzz"}, "(sensitive) eHlsenp6eg==", "(sensitive) eH(sensitive)6eg=="},
		"white space around it":    {[]string{" hunter22\n"}, "-hunter22-", "-(sensitive)-"},
		"bytes that are no UTF-8":  {[]string{"ab\xffcd"}, "ab\xffcd ab\ufffdcd", "(sensitive) (sensitive)"},
		"a key by its lines":       {[]string{key}, "line MIIEvQIBADANBg!\nshort", "line (sensitive)!\nshort"},
		"a key as a whole":         {[]string{key}, "<" + key + ">", "<(sensitive)>"},
		"a key on one line":        {[]string{key}, strconv.Quote(key), `"(sensitive)"`},
		"URL":                      {nil, "get https://me:pw@host/x?a=b@c now", "get https://me:(sensitive)@host/x?a=b@c now"},
		"URL without a user":       {nil, "redis://:pw@host:6379/0", "redis://:(sensitive)@host:6379/0"},
		"URL with an @":            {nil, "s3://a:p@w@host", "s3://a:(sensitive)@host"},
		"URL badly escaped":        {nil, `parse "pg://a:p/w?#@host/db": bad`, `parse "pg://a:(sensitive)@host/db": bad`},
		"URL of two":               {nil, "a://b:c@d,e://f:g@h", "a://b:(sensitive)@d,e://f:(sensitive)@h"},
		"two URLs":                 {nil, "a://b:c@d e://f:g@h", "a://b:(sensitive)@d e://f:(sensitive)@h"},
		"URL with a port":          {nil, "http://host:80/a:b@c http://[::1]:80/x@y", "http://host:80/a:b@c http://[::1]:80/x@y"},
		"URL with a user":          {nil, "ssh://git@host:22/x", "ssh://git@host:22/x"},
		"URL with nothing":         {nil, "http://me:@host", "http://me:@host"},
		"URL masked already":       {nil, "http://me:(sensitive)@host", "http://me:(sensitive)@host"},
		"URL in a URL":             {nil, "to=https%3A%2F%2Fme%3Apw%40host", "to=https%3A%2F%2Fme%3A(sensitive)%40host"},
		"URL in JSON":              {nil, `{"u":"https:\/\/me:pw@host"}`, `{"u":"https:\/\/me:(sensitive)@host"}`},
		"escapes that are none":    {[]string{"hunter22"}, `\q \u12 %4 %zz \`, `\q \u12 %4 %zz \`},
		"text around escapes":      {[]string{"hunter22"}, `\n%41hunter2%32\t`, `\n%41(sensitive)\t`},
		"a surrogate pair":         {[]string{"key 🔑!"}, `key \ud83d\udd11!`, `(sensitive)`},
		"a Windows path":           {[]string{`C:\new\secret`}, `in C:\new\secret now`, `in (sensitive) now`},
		"an escape inside":         {[]string{"a\tb"}, `a\tb a\u0009b a\x09b a%09b`, "(sensitive) (sensitive) (sensitive) (sensitive)"},
		"an astral escape of Go's": {[]string{"a\U000e0001b"}, `a\U000e0001b`, "(sensitive)"},
	} {
		if got := redactor(c.secrets...).String(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestAddCountsAtOnce(t *testing.T) {
	r := new(runlog.Redactor)
	for i := range 100 {
		secret := fmt.Sprintf("secret number %d!", i)
		if got := r.String(secret); got != secret {
			t.Fatalf("masked before it was added: %s", got)
		}
		r.Add(secret)
		r.Add(secret)
		if got := r.String(secret); got != "(sensitive)" {
			t.Fatalf("not masked: %s", got)
		}
	}
}

func TestAWriterFindsASecretThatIsCut(t *testing.T) {
	text := "the first line\nand hunter22 in the second, hunter22\nand hunter22"
	want := strings.ReplaceAll(text, "hunter22", "(sensitive)")
	for size := 1; size < len(text); size++ {
		var out bytes.Buffer
		w := redactor("hunter22").Writer(&out)
		in := strings.NewReader(text)
		if _, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{in}, make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Fatalf("writes of %d: got %q, want %q", size, out.String(), want)
		}
	}
}

func TestAWriterPassesWholeLinesOn(t *testing.T) {
	var out bytes.Buffer
	w := redactor().Writer(&out)
	for _, c := range []struct{ in, want string }{
		{"one\ntw", "one\n"}, {"o", "one\n"}, {"\n", "one\ntwo\n"}, {"three", "one\ntwo\n"},
	} {
		if _, err := io.WriteString(w, c.in); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("got %q, want %q", out.String(), c.want)
		}
	}
	if err := w.Flush(); err != nil || out.String() != "one\ntwo\nthree" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestAWriterTellsWhatItCannotPassOn(t *testing.T) {
	w := redactor().Writer(closed{})
	if _, err := io.WriteString(w, "li"); err != nil {
		t.Errorf("nothing had to be passed on: %v", err)
	}
	if _, err := io.WriteString(w, "ne\n"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want the pipe's error", err)
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
