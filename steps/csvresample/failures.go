package csvresample

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"

	"dagrun/engine"
)

func errArgument(argument, what, remedy string) error {
	return &engine.StepError{Code: "bad_argument", Argument: argument, Message: fmt.Sprintf("argument %q: %s", argument, what), Remedy: remedy}
}

// errUnreadable is about a file that was there: unless it is forbidden or gone
// by now, reading may go well another time.
func errUnreadable(path string, err error) error {
	return &engine.StepError{
		Code: "input_unreadable", Argument: "input", Message: "read " + path, Err: err,
		Remedy:    "Check the file, its permissions and the disk it is on.",
		Retryable: !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist),
	}
}

// shorten cuts a text that is too long for a message, between two characters.
func shorten(text []byte) string {
	const most = 160
	if len(text) <= most {
		return string(text)
	}
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return string(text[:cut]) + "…"
}

// visible quotes a text so that every character of it can be seen. CSV is full
// of quotes, so it stands in backquotes where it can.
func visible(text string) string { return fmt.Sprintf("%#q", text) }

// plural counts things: 1 row, 2 rows.
func plural(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// validNames are names as outputs can carry them.
func validNames(names []string) []string {
	valid := make([]string, len(names))
	for i, n := range names {
		valid[i] = strings.ToValidUTF8(n, "\ufffd")
	}
	return valid
}

// joined joins texts in a list for people.
func joined(texts []string) string { return strings.Join(texts, ", ") }
