package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"image"
	_ "image/jpeg" // so that sizes are known
	_ "image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"dagrun/engine"
	"dagrun/engine/report"
)

const (
	mostPictures  = 100
	pictureBytes  = 16_000_000 // of all pictures of a page
	shownAtOnce   = 6          // the others are folded
	leftOutAtMost = 50         // pictures that are named although they are not shown
)

// gallery holds the pictures that a run has made.
type gallery struct {
	Shown, Folded []picture
	LeftOut       []leftOut
	More          int // left out, and not named

	room int64
	seen map[string]bool
}

// picture is a file as part of the page. An SVG is an image like any other, in
// which browsers run no scripts and load nothing.
type picture struct {
	Source        template.URL
	Name          string
	Step, Link    string
	Size          string
	Width, Height int // of the pixels; 0 where that is not known
}

// leftOut is a picture that is not shown.
type leftOut struct{ Name, Why string }

// formats are the kinds of pictures that a page shows, by the ends of their
// names.
var formats = map[string]string{".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}

// hang takes the pictures of a step that are still as the step wrote them.
func (g *gallery) hang(t *step, link string, w wording) {
	if t.finished == nil {
		return
	}
	for _, f := range t.finished.Files {
		format := formats[strings.ToLower(filepath.Ext(f.Path))]
		if f.Role != engine.Writes || format == "" || g.seen[f.Path] {
			continue
		}
		g.seen[f.Path] = true
		p, why := g.load(f, format)
		if why != "" {
			g.leave(leftOut{w.line(f.Path), why})
			continue
		}
		g.room -= f.Size
		p.Name, p.Step, p.Link, p.Size = w.line(filepath.Base(f.Path)), w.short(t.address), link, report.Bytes(f.Size)
		if len(g.Shown) < shownAtOnce {
			g.Shown = append(g.Shown, p)
		} else {
			g.Folded = append(g.Folded, p)
		}
	}
}

func (g *gallery) leave(l leftOut) {
	if len(g.LeftOut) == leftOutAtMost {
		g.More++
		return
	}
	g.LeftOut = append(g.LeftOut, l)
}

// load reads a picture, or says why it is not shown.
func (g *gallery) load(f engine.FileRecord, format string) (picture, string) {
	switch {
	case len(g.Shown)+len(g.Folded) == mostPictures:
		return picture{}, fmt.Sprintf("a page shows at most %d pictures", mostPictures)
	case f.Size > g.room:
		return picture{}, fmt.Sprintf("it has %s, and the pictures of a page have at most %s", report.Bytes(f.Size), report.Bytes(pictureBytes))
	}
	data, why := unchanged(f)
	if why != "" {
		return picture{}, why
	}
	p := picture{Source: template.URL("data:" + format + ";base64," + base64.StdEncoding.EncodeToString(data))} //nolint:gosec // made here, of base64
	if format == formats[".svg"] {
		if !isSVG(data) {
			return picture{}, "it is no picture"
		}
		return p, ""
	}
	size, found, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || "image/"+found != format {
		return picture{}, "it is no picture"
	}
	p.Width, p.Height = size.Width, size.Height
	return p, ""
}

// unchanged reads a file that is still as it was recorded, or says how it is
// not.
func unchanged(f engine.FileRecord) (data []byte, why string) {
	file, err := os.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe may stand there by now
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "it is not there any more"
	case err != nil:
		return nil, "it cannot be read any more"
	}
	defer file.Close() //nolint:errcheck // it was only read
	const changed = "it has changed since"
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() != f.Size {
		return nil, changed
	}
	data, err = io.ReadAll(io.LimitReader(file, f.Size+1))
	if err != nil {
		return nil, "it cannot be read any more"
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, changed
	}
	return data, ""
}

// isSVG reports whether a file is an XML document that begins with svg.
func isSVG(data []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local == "svg"
		}
	}
}
