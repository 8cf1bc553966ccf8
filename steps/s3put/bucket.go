package s3put

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
)

// Bucket is a bucket of S3, or a folder that stands for one.
type Bucket struct {
	name string
	dir  string
}

// TypeName is the name of the type in documents.
func (Bucket) TypeName() string { return "bucket URL" }

// UnmarshalText reads s3://name or file://folder.
func (b *Bucket) UnmarshalText(text []byte) error {
	scheme, rest, ok := strings.Cut(string(text), "://")
	switch {
	case ok && scheme == "file":
		// A path, without decoding: a percent sign is a percent sign.
		if rest == "" || strings.ContainsRune(rest, 0) {
			return errors.New("file:// lacks the folder; write file://archive or file:///var/archive")
		}
		*b = Bucket{dir: rest}
		return nil
	case !ok || scheme != "s3":
		return fmt.Errorf("%q is not a bucket; write s3://name or file://folder", text)
	}
	name, path, _ := strings.Cut(rest, "/")
	if path != "" {
		return fmt.Errorf("%q has a path behind the bucket's name; write it into key", text)
	}
	if err := checkName(name); err != nil {
		return fmt.Errorf("%q is not a bucket: %w", text, err)
	}
	*b = Bucket{name: name}
	return nil
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*[a-z0-9]$`)

// checkName follows the rules for names of general purpose buckets in the user
// guide of Amazon S3.
func checkName(name string) error {
	switch {
	case len(name) < 3 || len(name) > 63:
		return errors.New("a bucket's name has 3 to 63 characters")
	case !bucketName.MatchString(name):
		return errors.New("a bucket's name has lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit")
	case strings.Contains(name, ".."):
		return errors.New("a bucket's name has no two dots in a row")
	case net.ParseIP(name) != nil:
		return errors.New("a bucket's name does not look like an IP address")
	}
	return nil
}
