package s3put

import (
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"dagrun/engine"
)

// ContentType is a media type.
type ContentType string

// TypeName is the name of the type in documents.
func (ContentType) TypeName() string { return "media type" }

var printable = regexp.MustCompile(`^[ -~]*$`)

// UnmarshalText checks a media type, with parameters or without.
func (c *ContentType) UnmarshalText(text []byte) error {
	kind, _, err := mime.ParseMediaType(string(text))
	if err != nil || !strings.Contains(kind, "/") || !printable.Match(text) {
		return fmt.Errorf("%q is not a media type; write it like text/csv or \"text/plain; charset=utf-8\"", text)
	}
	*c = ContentType(text)
	return nil
}

// dataTypes are media types that not every machine's tables have.
var dataTypes = map[string]string{
	".csv": "text/csv", ".tsv": "text/tab-separated-values", ".txt": "text/plain", ".log": "text/plain",
	".json": "application/json", ".jsonl": "application/x-ndjson", ".ndjson": "application/x-ndjson",
	".parquet": "application/vnd.apache.parquet", ".gz": "application/gzip", ".zst": "application/zstd",
}

// typeOf is the media type of a file that becomes an object; "" where nothing
// tells it.
func typeOf(s *source) string {
	for _, name := range []string{filepath.Base(s.path), s.key} {
		ending := strings.ToLower(path.Ext(name))
		if kind := dataTypes[ending]; kind != "" {
			return kind
		}
		if kind := mime.TypeByExtension(ending); kind != "" {
			return kind
		}
	}
	return ""
}

// Metadata are the texts that go with an object.
type Metadata map[string]string

var metadataName = regexp.MustCompile("^[a-z0-9!#$%&'*+.^_`|~-]+$")

// maxMetadata is what S3 takes, 2048 bytes of names and texts, less what a step
// with if_exists = "fail" adds.
const maxMetadata = 2048 - len(ownMark) - 64

// Check holds metadata against what S3 says of it. A name and a text travel in
// a header of HTTP, and have to come back as they were.
func (m Metadata) Check() error {
	total := 0
	for _, name := range slices.Sorted(maps.Keys(m)) {
		text := m[name]
		total += len(name) + len(text)
		if err := checkMetadata(name, text); err != nil {
			return &engine.KeyError{Key: name, Err: err}
		}
	}
	if total > maxMetadata {
		return fmt.Errorf("it has %d bytes, names and texts together, and %d are the most", total, maxMetadata)
	}
	return nil
}

func checkMetadata(name, text string) error {
	switch {
	case name == ownMark:
		return errors.New("the name is dagrun's own; take another")
	case !metadataName.MatchString(name):
		return errors.New("a name has lower-case letters, digits and a few signs such as - and _, and no blanks")
	case !printable.MatchString(text):
		return errors.New("the text has a character that is not printable ASCII, which does not travel in a header of HTTP")
	case strings.TrimSpace(text) != text:
		return errors.New("the text begins or ends with a blank, which a header of HTTP loses")
	}
	return nil
}

// Tags are the tags of an object.
type Tags map[string]string

var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// Check holds tags against what S3 says of them.
func (t Tags) Check() error {
	const most = 10
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if err := checkTag(name, t[name]); err != nil {
			return &engine.KeyError{Key: name, Err: err}
		}
	}
	if len(t) > most {
		return fmt.Errorf("%d tags are given, and an object has %d at most", len(t), most)
	}
	return nil
}

func checkTag(name, text string) error {
	const longestName, longestText = 128, 256
	switch {
	case name == "":
		return errors.New("the name of a tag is not empty")
	case units(name) > longestName:
		return fmt.Errorf("the name has %d characters, and %d are the most", units(name), longestName)
	case units(text) > longestText:
		return fmt.Errorf("the text has %d characters, and %d are the most", units(text), longestText)
	case strings.HasPrefix(name, "aws:"):
		return errors.New("names that begin with aws: are Amazon's own")
	case !tagText.MatchString(name) || !tagText.MatchString(text):
		return errors.New("a tag has letters, digits, blanks and the signs _ . : / = + - @")
	}
	return nil
}

// units counts characters as S3 does.
func units(text string) int { return len(utf16.Encode([]rune(text))) }

// query is the form that tags travel in.
func (t Tags) query() string {
	values := url.Values{}
	for name, text := range t {
		values.Set(name, text)
	}
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}
