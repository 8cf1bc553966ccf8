package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"

	"dagrun/engine"
	"dagrun/engine/report"
)

//go:embed *.tmpl
var files embed.FS

//go:embed style.css
var style string

var templates = template.Must(template.New("").Funcs(template.FuncMap{"count": report.Count}).ParseFS(files, "*.tmpl"))

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

// newFrame gives what every page has, in the colour of a state.
func newFrame(tone state) frame {
	f := frame{Policy: policy, Style: template.CSS(style)} //nolint:gosec // the package's own
	f.setTone(tone)
	return f
}

// setTone gives a page the colour of a state. Its icon stands in the page, so
// that browsers ask nobody for one.
func (f *frame) setTone(tone state) {
	colour := map[state]string{
		state(engine.StepSucceeded): "1a7f4b", state(engine.StepFailed): "d1293d", state(engine.StepCancelled): "b35900", atWork: "2367d1",
	}[tone]
	if colour == "" {
		colour = "686e77"
	}
	svg := `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='7' fill='#` + colour + `'/></svg>`
	f.Tone, f.Icon = tone, template.URL("data:image/svg+xml;base64,"+base64.StdEncoding.EncodeToString([]byte(svg))) //nolint:gosec // made here
}
