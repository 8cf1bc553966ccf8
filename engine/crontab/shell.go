package crontab

import (
	"regexp"
	"strings"
)

// plain are the words that /bin/sh and cron take as they are.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./:=,+@-]+$`)

// quote writes a word for a command in a crontab, so that a shell gets it
// literally. Two readers have to be satisfied. cron makes a percent sign the end
// of the command unless a backslash stands before it, and some crons make one
// backslash of two; so no backslash is followed by anything but a quote. The
// shell is left with single quotes, within which nothing else is special.
func quote(word string) string {
	if plain.MatchString(word) {
		return word
	}
	word = strings.ReplaceAll(word, `'`, "\x00")
	word = strings.ReplaceAll(word, `\`, `\''`)
	word = strings.ReplaceAll(word, `%`, `\%`)
	return "'" + strings.ReplaceAll(word, "\x00", `'\''`) + "'"
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// unprintable are the characters that no line can hold: crontab -l shows some
// of them as something else, and a line break ends the command.
var unprintable = regexp.MustCompile(`[\x00-\x1f\x7f]`)
