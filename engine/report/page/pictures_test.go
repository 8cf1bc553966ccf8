package page_test

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/report/page"
)

func TestAPictureIsShownAsLongAsItIsWhatTheStepWrote(t *testing.T) {
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	const shown = `<img src="data:image/`
	for name, c := range map[string]struct {
		file string
		data []byte
		then func(path string)
		role engine.Role
		want []string
	}{
		"png":                  {file: "a.png", data: drawing(t, 3, 2), want: []string{shown + "png;base64,", `width="3" height="2"`, "! Not shown"}},
		"upper case":           {file: "A.PNG", data: drawing(t, 3, 2), want: []string{shown + "png;base64,"}},
		"svg":                  {file: "a.svg", data: []byte(scriptedSVG), want: []string{shown + "svg", "! <script"}},
		"read only":            {file: "a.png", data: drawing(t, 3, 2), role: engine.Reads, want: []string{"! " + shown, "! Not shown"}},
		"no picture":           {file: "a.csv", data: []byte("t,v\n"), want: []string{"! " + shown, "! Not shown"}},
		"a name that lies":     {file: "a.png", data: []byte("<svg/>"), want: []string{"! " + shown, "it is no picture"}},
		"a jpeg that is a png": {file: "a.jpg", data: drawing(t, 3, 2), want: []string{"! " + shown, "it is no picture"}},
		"an svg that is HTML":  {file: "a.svg", data: []byte("<html><script>1</script></html>"), want: []string{"! " + shown, "it is no picture"}},
		"gone":                 {file: "a.png", data: drawing(t, 3, 2), then: func(p string) { check(os.Remove(p)) }, want: []string{"! " + shown, "it is not there any more"}},
		"other bytes, same size": {file: "a.png", data: drawing(t, 3, 2), want: []string{"! " + shown, "it has changed since"}, then: func(p string) {
			data, err := os.ReadFile(p)
			check(err)
			check(os.WriteFile(p, bytes.ToUpper(data), 0o600))
		}},
		"longer": {file: "a.png", data: drawing(t, 3, 2), want: []string{"! " + shown, "it has changed since"}, then: func(p string) {
			check(os.WriteFile(p, append(drawing(t, 3, 2), ' '), 0o600))
		}},
		"a folder": {file: "a.png", data: drawing(t, 3, 2), want: []string{"! " + shown, "it has changed since"}, then: func(p string) {
			check(os.Remove(p))
			check(os.Mkdir(p, 0o700))
		}},
		"a pipe": {file: "a.png", data: drawing(t, 3, 2), want: []string{"! " + shown, "it has changed since"}, then: func(p string) {
			check(os.Remove(p))
			check(syscall.Mkfifo(p, 0o600))
		}},
		"too large": {file: "a.png", data: make([]byte, page.PictureBytes+1), want: []string{"! " + shown, "it has 16.0 MB, and the pictures of a page have at most 16.0 MB"}},
	} {
		t.Run(name, func(t *testing.T) {
			run := record(t, func(r *recorder) {
				r.run(`{}`, block(chart))
				r.begin(chart, `{}`)
				file := r.write(c.file, c.data)
				if c.role != "" {
					file.Role = c.role
				}
				r.succeed(chart, time.Second, engine.StepFinished{Files: []engine.FileRecord{file, file}})
				r.over(engine.RunSucceeded, engine.RunFinished{})
				if c.then != nil {
					c.then(file.Path)
				}
			})
			html := pageOf(t, run, page.Options{})
			wants(t, html, c.want...)
			if n := strings.Count(html, "<img "); n > 1 {
				t.Errorf("the picture is shown %d times", n)
			}
		})
	}
}

func TestPicturesFillAPageUpToItsLimit(t *testing.T) {
	run := record(t, func(r *recorder) {
		r.run(`{}`, block(chart))
		r.begin(chart, `{}`)
		var files []engine.FileRecord
		for _, name := range []string{"1.svg", "2.svg", "3.svg"} {
			files = append(files, r.write(name, []byte("<svg>"+strings.Repeat(" ", page.PictureBytes/2-31)+"</svg>")))
		}
		for _, name := range strings.Fields("4 5 6 7 8 9") {
			files = append(files, r.write(name+".svg", []byte("<svg/>")))
		}
		r.succeed(chart, time.Second, engine.StepFinished{Files: files})
		r.over(engine.RunSucceeded, engine.RunFinished{})
	})
	html := pageOf(t, run, page.Options{})
	wants(t, html, "3.svg", "Not shown: 1", "2 more pictures")
	if n := strings.Count(html, "<img "); n != 8 {
		t.Errorf("%d pictures are shown", n)
	}
}
