package smtp

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"dagrun/engine"
)

// embed adds the pictures that the HTML shows. A picture's Content-ID is its
// file's name, so that whoever writes the HTML knows it beforehand.
func (f *files) embed(ctx context.Context, msg *gomail.Msg, patterns engine.Strings, text string) error {
	paths, err := f.env.Inputs("inline", patterns...)
	if err != nil {
		return err
	}
	var names []string
	for _, path := range paths {
		name := filepath.Base(path)
		if err := checkPicture(path, slices.Contains(names, name)); err != nil {
			return err
		}
		names = append(names, name)
	}
	shown := shownIn(text)
	if err := checkShown(shown, names); err != nil {
		return err
	}
	for i, path := range paths {
		if err := f.admit("inline", path); err != nil {
			return err
		}
		msg.EmbedReadSeeker(names[i], nil, named("inline", names[i]), holding(ctx, "inline", path))
		if !slices.Contains(shown, names[i]) {
			f.env.Log.Warn("html does not show a picture of inline", "picture", path, "reference", "cid:"+names[i])
		}
	}
	return nil
}

// pictureName is what a URL and a Content-ID both hold as it is (RFC 2392).
var pictureName = regexp.MustCompile(`^[A-Za-z0-9._+-]+$`)

func checkPicture(path string, again bool) error {
	e := &engine.StepError{Code: "bad_inline", Argument: "inline"}
	switch name := filepath.Base(path); {
	case !pictureName.MatchString(name):
		e.Message = fmt.Sprintf("show %q in the mail: html cannot name it", path)
		e.Remedy = "Give the file a name of letters, digits and . _ - + alone, without blanks and accents; or attach it."
	case again:
		e.Message = fmt.Sprintf("show %s in the mail: another picture has the name %s, and html cannot tell them apart", path, name)
		e.Remedy = "Give the files different names."
	default:
		return nil
	}
	return e
}

// pictureReference is where HTML, or CSS in it, names a part of the mail: in
// quotes of either kind, or without.
var pictureReference = regexp.MustCompile(`(?i)(?:=|url\()\s*(?:"\s*cid:([^"]*)"|'\s*cid:([^']*)'|cid:([^"'\s>)]*))`)

// shownIn lists the names that HTML refers to.
func shownIn(text string) []string {
	var names []string
	for _, found := range pictureReference.FindAllStringSubmatch(text, -1) {
		name := strings.TrimSpace(html.UnescapeString(found[1] + found[2] + found[3]))
		if decoded, err := url.PathUnescape(name); err == nil {
			name = decoded
		}
		names = append(names, name)
	}
	return names
}

// checkShown has every reference lead to a picture: a reader would see a gap.
func checkShown(shown, names []string) error {
	for _, name := range shown {
		if slices.Contains(names, name) {
			continue
		}
		have := "no pictures are given"
		if len(names) > 0 {
			have = "there are " + strings.Join(names, ", ")
		}
		return &engine.StepError{
			Code: "inline_missing", Argument: "html",
			Message: fmt.Sprintf("html shows cid:%s, which is no picture of inline: %s", name, have),
			Remedy:  "Add the file to inline, or correct its name behind cid:; upper and lower case differ.",
		}
	}
	return nil
}
