package smtp

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/mail"
	"strings"

	"dagrun/engine"
)

// messageID makes a Message-ID of the run's id, the step's address and the
// mail's content, at the sender's domain. The same mail of a step has the same
// one at every attempt, and in a run that takes up the one it was first sent
// in, so that a reader, or a server, can tell a mail that came twice. A mail
// that says something else is another mail.
func messageID(env *engine.Env, from *mail.Address, content [sha256.Size]byte) string {
	domain := from.Address[strings.LastIndex(from.Address, "@")+1:]
	if !isASCII(domain) || strings.ContainsAny(domain, "[]") {
		domain = "dagrun.invalid"
	}
	return fmt.Sprintf("%s.%s@%s", env.Origin, shortHash(env.Pipeline, env.Step.String(), string(content[:])), domain)
}

// identify gives a mail that was composed with the Message-ID of no content the
// one of its own, which has the same length. The time of sending is no part of
// what a mail says.
func (l *letter) identify(env *engine.Env, from *mail.Address) {
	blank := []byte(l.id)
	said, inHeader := sha256.New(), true
	for line := range bytes.Lines(l.content) {
		inHeader = inHeader && len(bytes.TrimSpace(line)) > 0
		if !inHeader || !bytes.HasPrefix(line, []byte("Date: ")) {
			_, _ = said.Write(line)
		}
	}
	l.id = messageID(env, from, [sha256.Size]byte(said.Sum(nil)))
	copy(l.content[bytes.Index(l.content, blank):], l.id)
}

// fileName names the .eml file of a step: its logical date, the pipeline, the
// step, and the key of one instance of many. It leaves the run out, so that a
// second run of the same day replaces the mail of the first.
func fileName(env *engine.Env) string {
	names := []string{env.Pipeline, env.Step.Name}
	if env.Step.Keyed {
		names = append(names, env.Step.Key)
	}
	parts := []string{env.LogicalTime.Format("20060102")}
	exact := true
	for _, name := range names {
		slug := slugOf(name)
		exact = exact && slug == name
		parts = append(parts, slug)
	}
	if !exact { // two names may have become one
		parts = append(parts, shortHash(names...))
	}
	return strings.Join(parts, ".") + ".eml"
}

// slugOf keeps what every file system takes in a name. The dot parts the names
// of fileName, and so is replaced as well.
func slugOf(name string) string {
	const most = 48
	slug := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '_'
	}, name)
	return slug[:min(most, len(slug))]
}

func shortHash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return fmt.Sprintf("%x", sum[:8])
}
