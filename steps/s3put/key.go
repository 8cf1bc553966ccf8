package s3put

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxKey is the limit of S3 for a key, in bytes.
const maxKey = 1024

// Key is a key, or the prefix of keys where it ends in a slash. A key is the
// same in a bucket and in a folder, so that it has only segments that a path
// may have.
type Key string

// TypeName is the name of the type in documents.
func (Key) TypeName() string { return "key" }

// UnmarshalText checks a key. Apart from its segments it is taken literally.
func (k *Key) UnmarshalText(text []byte) error {
	if err := checkKey(string(text)); err != nil {
		return fmt.Errorf("%q is not a key: %w", text, err)
	}
	*k = Key(text)
	return nil
}

func (k Key) isPrefix() bool { return strings.HasSuffix(string(k), "/") }

func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("it is empty")
	case len(key) > maxKey:
		return fmt.Errorf("it has %d bytes, and %d are the most", len(key), maxKey)
	case !utf8.ValidString(key) || strings.ContainsRune(key, 0):
		return errors.New("it has a character that no key may have")
	case strings.HasPrefix(key, "/"):
		return errors.New("it begins with a slash")
	}
	for _, segment := range strings.Split(strings.TrimSuffix(key, "/"), "/") {
		switch segment {
		case "":
			return errors.New("it has two slashes in a row")
		case ".", "..":
			return fmt.Errorf("it has the segment %q", segment)
		}
	}
	return nil
}
