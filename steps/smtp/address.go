package smtp

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"
)

// Address is one mail address, with a name or without.
type Address struct{ parsed *mail.Address }

// TypeName is the name of the type in documents.
func (Address) TypeName() string { return "mail address" }

// UnmarshalText reads an address as RFC 5322 writes it.
func (a *Address) UnmarshalText(text []byte) error {
	list, err := parseAddresses(string(text))
	if err != nil {
		return err
	}
	if len(list) != 1 {
		return fmt.Errorf("%q are %d addresses; give one", text, len(list))
	}
	a.parsed = list[0]
	return nil
}

// Addresses are mail addresses in one text, parted by commas.
type Addresses struct{ parsed []*mail.Address }

// TypeName is the name of the type in documents.
func (Addresses) TypeName() string { return "mail addresses" }

// UnmarshalText reads a list of addresses as RFC 5322 writes it.
func (a *Addresses) UnmarshalText(text []byte) (err error) {
	a.parsed, err = parseAddresses(string(text))
	if err == nil && len(a.parsed) == 0 {
		return fmt.Errorf("%q is a group without members; give the addresses of those who get the mail", text)
	}
	return err
}

// parseAddresses reads a list of addresses parted by commas. A line break, also
// one that an encoded name hides, could end a header and begin another.
func parseAddresses(text string) ([]*mail.Address, error) {
	if hasLineBreak(text) {
		return nil, fmt.Errorf("%q has a line break", text)
	}
	list, err := mail.ParseAddressList(text)
	if err != nil {
		return nil, fmt.Errorf("%q is not a mail address: %w; write %s", text, trimPrefix(err, "mail: "), formOf(text))
	}
	for _, a := range list {
		if hasLineBreak(a.Name) || hasLineBreak(a.Address) {
			return nil, fmt.Errorf("%q has a line break in its encoded name", text)
		}
		if hasControl(a.Name) || hasControl(a.Address) {
			return nil, fmt.Errorf("%q has control characters in its name or address; take them out", text)
		}
	}
	return list, nil
}

func hasLineBreak(s string) bool { return strings.ContainsAny(s, "\r\n") }

// formOf is how to write an address, or one with a name such as that of text.
func formOf(text string) string {
	const plain = "ana@example.com or Ana <ana@example.com>"
	if name, _, named := strings.Cut(text, "<"); named && strings.ContainsAny(name, `,.;:@()[]\"`) {
		return plain + `, and a name with a comma or other signs in quotes: "\"Silva, Ana\" <ana@example.com>"`
	}
	return plain
}

// hasControl finds control characters. A tab is none here: it is a blank.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r != '\t' && unicode.IsControl(r) })
}

func trimPrefix(err error, prefix string) error {
	return errors.New(strings.TrimPrefix(err.Error(), prefix))
}

// flatten lists the addresses of an argument.
func flatten(texts []Addresses) []*mail.Address {
	var all []*mail.Address
	for _, text := range texts {
		all = append(all, text.parsed...)
	}
	return all
}

// envelope lists the bare addresses of all recipients, each once, as they are
// written first. Case means nothing in a domain, and may mean something in the
// part before the @.
func envelope(lists ...[]*mail.Address) []string {
	var all []string
	seen := map[string]bool{}
	for _, list := range lists {
		for _, a := range list {
			at := strings.LastIndex(a.Address, "@")
			same := a.Address[:at] + strings.ToLower(a.Address[at:])
			if !seen[same] {
				seen[same] = true
				all = append(all, a.Address)
			}
		}
	}
	return all
}
