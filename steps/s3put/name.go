package s3put

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// Name is the name of something at AWS, or a key to it: not empty, and without
// control characters. Its errors do not repeat it.
type Name string

// TypeName is the name of the type in documents.
func (Name) TypeName() string { return "string" }

// UnmarshalText takes a name literally.
func (n *Name) UnmarshalText(text []byte) error {
	switch {
	case len(text) == 0:
		return errors.New("it is empty; leave the argument out, or give it null, where there is none")
	case strings.ContainsFunc(string(text), unicode.IsControl):
		return errors.New("it has a control character, such as the end of a line")
	}
	*n = Name(text)
	return nil
}

// RoleARN is the name of a role that can be assumed.
type RoleARN string

// TypeName is the name of the type in documents.
func (RoleARN) TypeName() string { return "ARN" }

var roleForm = regexp.MustCompile(`^arn:[a-z0-9-]+:iam::[0-9A-Za-z]*:role/[!-~]+$`)

// UnmarshalText takes what IAM and the stores that have STS too call a role.
func (r *RoleARN) UnmarshalText(text []byte) error {
	const longest = 2048
	if len(text) > longest || !roleForm.Match(text) {
		return fmt.Errorf("%q is not a role; write it like arn:aws:iam::123456789012:role/name", text)
	}
	*r = RoleARN(text)
	return nil
}
