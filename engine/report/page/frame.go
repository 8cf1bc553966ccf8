package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"strings"
)

//go:embed *.tmpl
var files embed.FS

//go:embed style.css
var style string

var templates = template.Must(template.ParseFS(files, "*.tmpl"))

// policy lets a page use its own styles and the pictures in it, and forbids
// everything else: whatever may stand in a page, no script runs and nothing is
// loaded.
var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'"
}()

// frame is what every page has.
type frame struct {
	Title  string
	Tone   state
	Icon   template.URL
	Style  template.CSS
	Policy string // the Content-Security-Policy
}

// newFrame gives what every page has; its icon has the colour of a state.
func newFrame(tone state) frame {
	colour := map[state]string{"succeeded": "1a7f4b", "failed": "d1293d", "cancelled": "b35900", atWork: "2367d1"}[tone]
	if colour == "" {
		colour = "7a7f87"
	}
	svg := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#` + colour + `"/></svg>`
	return frame{
		Tone: tone, Policy: policy, Style: template.CSS(style), //nolint:gosec // the package's own
		Icon: template.URL("data:image/svg+xml," + strings.NewReplacer("<", "%3C", ">", "%3E", "#", "%23", `"`, "'").Replace(svg)), //nolint:gosec // made here
	}
}
