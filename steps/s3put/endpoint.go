package s3put

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Endpoint is the URL of a store that speaks S3.
type Endpoint string

// TypeName is the name of the type in documents.
func (Endpoint) TypeName() string { return "URL" }

// UnmarshalText reads an http or https URL. What stands before an @ may be a
// password, so that no error repeats a text that has one.
func (e *Endpoint) UnmarshalText(text []byte) error {
	if strings.Contains(string(text), "@") {
		return errors.New("an endpoint holds no user name and no password; give access_key_id and secret_access_key")
	}
	u, err := url.Parse(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a URL: %w", text, errors.Unwrap(err))
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is not an endpoint; write https://host or http://host:port", text)
	case u.Hostname() == "":
		return fmt.Errorf("%q has no host", text)
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%q has more than host and path", text)
	}
	*e = Endpoint(strings.TrimSuffix(string(text), "/"))
	return nil
}

// Host is the host of the store.
func (e Endpoint) Host() string {
	u, err := url.Parse(string(e))
	if err != nil { // it was read from one
		return ""
	}
	return u.Hostname()
}

// Region is the name of a region.
type Region string

// TypeName is the name of the type in documents.
func (Region) TypeName() string { return "region" }

var regionName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$`)

// UnmarshalText takes what may stand in a host name: the SDK puts it there.
func (r *Region) UnmarshalText(text []byte) error {
	if !regionName.Match(text) {
		return fmt.Errorf("%q is not a region; write a name like eu-central-1", text)
	}
	*r = Region(text)
	return nil
}
