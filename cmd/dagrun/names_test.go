package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io/fs"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"dagrun/steps"
)

// oddNames are what people, machines and attackers call things.
var oddNames = map[string]string{
	"quotes":       `it's a "test"`,
	"spaces":       "  two  words ",
	"line break":   "one\ntwo",
	"SQL":          `x"; DROP TABLE victim; --`,
	"shell":        "$(touch pwned); `touch pwned` | touch pwned",
	"up":           "../up",
	"glob":         "a*[b]?{c,d}",
	"template":     "${run.id} %{if true}x%{endif}",
	"255 bytes":    strings.Repeat("n", 251) + ".csv",
	"256 bytes":    strings.Repeat("n", 252) + ".csv",
	"emoji":        "🌡️ °C",
	"separators":   "a,b;c\td",
	"option":       "--help",
	"dot":          ".",
	"backslash":    `a\b\\c`,
	"percent":      "100%25%s%d",
	"zero-width":   "a\u200bb\u202ec",
	"control":      "bell\a",
	"header":       "x\r\nBcc: eve@example.org",
	"HTML":         "<script>alert(1)</script>",
	"empty":        "",
	"reserved SQL": "select",
}

// inHCL writes a string as HCL does, with nothing of it taken for a template.
func inHCL(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // into memory
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strings.TrimSpace(b.String()))
}

// namePlace is a place in a pipeline where a name stands.
type namePlace struct {
	hcl     func(name string) string // a step
	prepare func(t *testing.T, dir, name string)
	literal func(t *testing.T, dir, name string) bool // whether the name was taken as it is
	refused []string                                  // names that are refused
}

const readingsOfNames = "t,v\n2026-03-02 00:00,1\n2026-03-02 00:30,2\n"

func resampleStep(input, output, more string) string {
	return "step \"csv_resample\" \"it\" {\n  input = " + inHCL(input) + "\n  output = " + inHCL(output) + "\n  interval = \"1h\"\n  time = \"t\"\n" + more + "\n}\n"
}

func loadStep(source, table string) string {
	return "step \"duckdb_load\" \"it\" {\n  database = \"w.duckdb\"\n  source = " + inHCL(source) + "\n  table = " + inHCL(table) + "\n}\n"
}

func mailStep(subject, more string) string {
	return "step \"smtp\" \"it\" {\n  server = \"file://mail\"\n  from = \"a@example.org\"\n  to = \"b@example.org\"\n  text = \"x\"\n  subject = " + inHCL(subject) + "\n" + more + "\n}\n"
}

func uploadStep(source, key string) string {
	return "step \"s3_put\" \"it\" {\n  source = " + inHCL(source) + "\n  bucket = \"file://bucket\"\n  key = " + inHCL(key) + "\n}\n"
}

func sqlName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func csvField(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func hasFile(t *testing.T, path string) bool {
	t.Helper()
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// headerOfMail gives a header of the only mail.
func headerOfMail(t *testing.T, dir, name string) string {
	t.Helper()
	for _, content := range contents(t, filepath.Join(dir, "mail")) {
		m, err := mail.ReadMessage(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Header["Bcc"]) > 0 {
			t.Error("a header has come out of a name")
		}
		text, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	return ""
}

var namePlaces = map[string]namePlace{
	"table": {
		hcl: func(name string) string { return loadStep("in.csv", sqlName(name)) },
		literal: func(t *testing.T, dir, name string) bool {
			return slices.Contains(rowsOf(t, filepath.Join(dir, "w.duckdb"), "SELECT table_name FROM duckdb_tables()"), name)
		},
		refused: []string{"empty"},
	},
	"column": {
		hcl: func(string) string { return loadStep("odd.csv", "t") },
		prepare: func(t *testing.T, dir, name string) {
			writeFile(t, filepath.Join(dir, "odd.csv"), "a,"+csvField(name)+"\n1,2\n")
		},
		// A column without a name gets one; spaces around a name do not count.
		literal: func(t *testing.T, dir, name string) bool {
			columns := rowsOf(t, filepath.Join(dir, "w.duckdb"), "SELECT column_name FROM duckdb_columns() WHERE table_name = 't'")
			return slices.Contains(columns, cmp.Or(strings.Trim(name, " "), "column1"))
		},
		refused: []string{"header"},
	},
	"column that is resampled": {
		hcl: func(name string) string {
			return resampleStep("odd.csv", "out.csv", "aggregate = { ("+inHCL(name)+") = \"max\" }")
		},
		prepare: func(t *testing.T, dir, name string) {
			writeFile(t, filepath.Join(dir, "odd.csv"), "t,"+csvField(name)+"\n2026-03-02 00:00,1\n")
		},
		literal: func(t *testing.T, dir, name string) bool {
			text := string(contents(t, dir)["out.csv"])
			return strings.Contains(text, name+"_max") || strings.Contains(text, strings.ReplaceAll(name, `"`, `""`)+"_max")
		},
	},
	"probe": {
		hcl: func(string) string {
			return resampleStep("odd.csv", "out.csv", "group_by = \"p\"\nmethod = \"max\"")
		},
		prepare: func(t *testing.T, dir, name string) {
			writeFile(t, filepath.Join(dir, "odd.csv"), "t,p,v\n2026-03-02 00:00,"+csvField(name)+",1\n")
		},
		literal: func(t *testing.T, dir, name string) bool {
			text := string(contents(t, dir)["out.csv"])
			return strings.Contains(text, ","+name+",") || strings.Contains(text, csvField(name))
		},
	},
	"file that is written": {
		hcl:     func(name string) string { return resampleStep("in.csv", "out/"+odd(name), "method = \"max\"") },
		literal: func(t *testing.T, dir, name string) bool { return hasFile(t, filepath.Join(dir, "out", odd(name))) },
		refused: []string{"256 bytes"},
	},
	"file that is read": {
		hcl: func(name string) string { return resampleStep("in/"+odd(name), "out.csv", "method = \"max\"") },
		prepare: func(t *testing.T, dir, name string) {
			if path := filepath.Join(dir, "in", odd(name)); len(filepath.Base(path)) < 256 {
				writeFile(t, path, readingsOfNames)
			}
		},
		literal: func(t *testing.T, dir, _ string) bool { return hasFile(t, filepath.Join(dir, "out.csv")) },
		refused: []string{"256 bytes"},
	},
	"file that is drawn": {
		hcl: func(name string) string {
			return "step \"plot\" \"it\" {\n  source = \"in.csv\"\n  x = \"t\"\n  y = \"v\"\n  title = " + inHCL(name) + "\n  output = " + inHCL("out/"+strings.TrimSuffix(odd(name), ".csv")+".svg") + "\n}\n"
		},
		literal: func(t *testing.T, dir, name string) bool {
			return hasFile(t, filepath.Join(dir, "out", strings.TrimSuffix(odd(name), ".csv")+".svg"))
		},
		refused: []string{"256 bytes"},
	},
	"subject": {
		hcl:     func(name string) string { return mailStep(name, "") },
		literal: func(t *testing.T, dir, name string) bool { return headerOfMail(t, dir, "Subject") == name },
		refused: []string{"control", "header", "line break"},
	},
	"attachment": {
		hcl: func(name string) string { return mailStep("s", "attachments = "+inHCL("in/"+odd(name))) },
		prepare: func(t *testing.T, dir, name string) {
			if path := filepath.Join(dir, "in", odd(name)); len(filepath.Base(path)) < 256 {
				writeFile(t, path, readingsOfNames)
			}
		},
		literal: func(t *testing.T, dir, _ string) bool { return headerOfMail(t, dir, "Subject") == "s" },
		refused: []string{"256 bytes"},
	},
	"key": {
		hcl:     func(name string) string { return uploadStep("in.csv", name) },
		literal: func(t *testing.T, dir, name string) bool { return hasFile(t, filepath.Join(dir, "bucket", name)) },
		refused: []string{"256 bytes", "dot", "empty", "up"},
	},
	"value of a header": {
		hcl:     func(name string) string { return mailStep("s", "headers = { \"X-Key\" = "+inHCL(name)+" }") },
		literal: func(t *testing.T, dir, name string) bool { return headerOfMail(t, dir, "X-Key") == name },
		refused: []string{"control", "empty", "header", "line break"},
	},
}

// odd is a name of a file with the ending that steps want to see.
func odd(name string) string { return strings.TrimSuffix(name, ".csv") + ".csv" }

// TestNamesInPipelinesAreData writes every name at every place. It has to be
// taken as it is, or refused with a reason and what to do about it.
func TestNamesInPipelinesAreData(t *testing.T) {
	for place, p := range namePlaces {
		t.Run(place, func(t *testing.T) {
			var refused []string
			victim := newVictim(t)
			for what, name := range oddNames {
				if !p.take(t, victim, what, name) {
					refused = append(refused, what)
				}
			}
			slices.Sort(refused)
			if diff := gocmp.Diff(p.refused, refused); diff != "" {
				t.Errorf("names that are refused (-want +got):\n%s", diff)
			}
		})
	}
}

// newVictim gives a database with a table that nothing may touch.
func newVictim(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "in.csv"), readingsOfNames)
	if code, said := callIn(t, dir, loadStep("in.csv", "victim")); code != exitOK {
		t.Fatal(said)
	}
	return string(contents(t, dir)["w.duckdb"])
}

// callIn runs a pipeline of one step in a folder.
func callIn(t *testing.T, dir, step string) (code int, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	path := writeFile(t, filepath.Join(dir, "p.hcl"), "pipeline \"p\" {}\n"+step)
	code = run([]string{"run", path}, &stdout, &stderr, steps.All())
	return code, stderr.String()
}

// take runs a pipeline with a name at the place and reports whether that was
// taken.
func (p namePlace) take(t *testing.T, victim, what, name string) (taken bool) {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "work", "here")
	writeFile(t, filepath.Join(dir, "in.csv"), readingsOfNames)
	if p.prepare != nil {
		p.prepare(t, dir, name)
	}
	writeFile(t, filepath.Join(dir, "w.duckdb"), victim)
	code, said := callIn(t, dir, p.hcl(name))
	switch code {
	case exitOK:
		if taken = true; !p.literal(t, dir, name) {
			t.Errorf("%s: %q was taken for something else\n%s", what, name, said)
		}
	case exitConfig:
		if !strings.Contains(said, "p.hcl:") {
			t.Errorf("%s: %q is refused without its place\n%s", what, name, said)
		}
	default:
		if code != exitFailed || !strings.Contains(said, "What to do: ") || strings.Contains(said, "panic") {
			t.Errorf("%s: exit code %d for %q, without what to do\n%s", what, code, name, said)
		}
	}
	if rows := rowsOf(t, filepath.Join(dir, "w.duckdb"), "SELECT count(*) FROM victim"); !slices.Equal(rows, []string{"2"}) {
		t.Errorf("%s: the other table has %v rows", what, rows)
	}
	checkNothingOutside(t, top, what)
	return taken
}

// checkNothingOutside checks that nothing lies above the working directory, and
// that no shell has run.
func checkNothingOutside(t *testing.T, top, what string) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if rel, _ := filepath.Rel(top, path); d.Name() == "pwned" || !d.IsDir() && !strings.HasPrefix(rel, "work/here/") {
			t.Errorf("%s: %s was made", what, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	noLitter(t, top)
}
