package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/config"
)

// folder is the pipeline of a folder, cut into files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	return filepath.Dir(write(t, files))
}

const (
	probeVariables = "variable \"day\" {\n  default = \"none\"\n}\nlocals { picture = \"${var.day}.png\" }\n"
	probeSteps     = "step \"plot\" \"chart\" {\n  source = step.csv_resample.clean.output\n  output = local.picture\n  y      = \"t\"\n}\n"
	probeClean     = "step \"csv_resample\" \"clean\" {\n  input    = \"in.csv\"\n  output   = \"out.csv\"\n  interval = \"1h\"\n}\n"
	probeHead      = "pipeline \"p\" {}\noutput \"chart\" { value = step.plot.chart.output }\n"
)

func TestTheFilesOfAFolderAreOnePipeline(t *testing.T) {
	dir := folder(t, map[string]string{
		"d.hcl": probeHead, "b.hcl": probeClean, "c.hcl": probeVariables, "a.hcl": probeSteps,
		"dagrun.vars.hcl": "day = \"one\"\n", "x.auto.vars.hcl": "day = \"two\"\n",
		".hidden.hcl": "broken {", "e.hcl~": "broken {", "e.txt": "broken {",
	})
	if err := os.MkdirAll(filepath.Join(dir, "sub.hcl"), 0o700); err != nil {
		t.Fatal(err)
	}
	p, diags := config.Load(dir, options())
	if p == nil || len(diags) > 0 {
		t.Fatal(diags)
	}
	var steps, sources []string
	for _, s := range p.Steps {
		steps = append(steps, s.Address.String())
	}
	for _, s := range p.Sources {
		sources = append(sources, filepath.Base(s.Path))
		if len(s.SHA256) != 64 {
			t.Errorf("%s has the sum %q", s.Path, s.SHA256)
		}
	}
	if diff := cmp.Diff([]string{"step.plot.chart", "step.csv_resample.clean"}, steps); diff != "" {
		t.Errorf("steps are not in file order: %s", diff)
	}
	if diff := cmp.Diff([]string{"a.hcl", "b.hcl", "c.hcl", "d.hcl"}, sources); diff != "" {
		t.Errorf("sources: %s", diff)
	}
	if p.Dir != dir || p.WorkingDir != dir {
		t.Errorf("got the folders %s and %s, want %s", p.Dir, p.WorkingDir, dir)
	}
	if got := p.Variables["day"].AsString(); got != "two" {
		t.Errorf("got day %q, want that of the last file of values", got)
	}
}

// TestHowAPipelineIsCutIntoFilesMeansNothing holds a pipeline in one file
// against the same blocks in several, in another order.
func TestHowAPipelineIsCutIntoFilesMeansNothing(t *testing.T) {
	blocks := []string{probeHead, probeVariables, probeClean, probeSteps}
	arguments := func(files map[string]string) map[string]string {
		p, diags := config.Load(folder(t, files), options())
		if p == nil {
			t.Fatal(diags)
		}
		args := map[string]string{}
		for _, i := range p.Order() {
			step := p.Steps[i]
			args[step.Address.String()] = string(config.MaskedArguments(p.NewForecast().Step(step).Arguments))
		}
		return args
	}
	want := arguments(map[string]string{"all.hcl": strings.Join(blocks, "")})
	slices.Reverse(blocks)
	for name, files := range map[string]map[string]string{
		"another order":      {"all.hcl": strings.Join(blocks, "")},
		"a file for each":    {"1.hcl": blocks[0], "2.hcl": blocks[1], "3.hcl": blocks[2], "4.hcl": blocks[3]},
		"two, back to front": {"2.hcl": blocks[0] + blocks[3], "1.hcl": blocks[2] + blocks[1]},
	} {
		if diff := cmp.Diff(want, arguments(files)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAWrongFolderIsExplained(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  []string // in this order
	}{
		{"empty", nil, []string{"No pipeline in this folder", "holds no .hcl or .hcl.json file"}},
		{"values alone", map[string]string{"dagrun.vars.hcl": "", "a.vars.hcl.json": "{}", ".p.hcl": probeHead},
			[]string{"No pipeline in this folder"}},
		{"several pipelines", map[string]string{"a.hcl": "pipeline \"a\" {}\n", "b.hcl": "step \"nonsense\" \"x\" {}\n", "c.hcl": "pipeline \"c\" {}\n"},
			[]string{"c.hcl:1:1: Several pipelines in one folder", "in each of a.hcl, c.hcl.", "/a.hcl; or"}},
		{"none of them", map[string]string{"a.hcl": probeClean, "b.hcl": probeVariables},
			[]string{"Missing pipeline block", "a.hcl, b.hcl"}},
		{"twice in one file", map[string]string{"a.hcl": "pipeline \"a\" {}\npipeline \"b\" {}\n"},
			[]string{"a.hcl:2:1: Second pipeline block", "a.hcl:1:1"}},
		{"duplicates across files", map[string]string{
			"a.hcl": probeHead + probeClean + probeVariables, "b.hcl": probeSteps,
			"c.hcl": probeClean + "variable \"day\" {}\nlocals { picture = 1 }\noutput \"chart\" { value = 1 }\n",
		}, []string{
			"c.hcl:1:1: Duplicate step: There is another step of this name at", "a.hcl:3:1",
			"c.hcl:6:1: Duplicate variable", "a.hcl:8:1",
			"c.hcl:7:10: Duplicate local", "a.hcl:11:10",
			"c.hcl:8:1: Duplicate output", "a.hcl:2:1",
		}},
		{"errors of all files", map[string]string{
			"a.hcl": probeHead + "step \"plot\" \"chart\" {\n", "b.hcl": "step {", "c.hcl": probeClean,
		}, []string{"a.hcl:", "b.hcl:"}},
		{"an error in the second file, by its lines", map[string]string{
			"a.hcl": probeHead + probeClean + probeVariables, "b.hcl": "\n\n\n" + strings.Replace(probeSteps, "\"t\"", "step.csv_resample.clean.rows_out", 1),
		}, []string{"b.hcl:7:12: Wrong value"}},
		{"files across files", map[string]string{
			"b.hcl": "\n\n\n\n\n\n\n" + probeHead + probeClean + probeVariables + probeSteps, "c.hcl": strings.Replace(probeClean, "clean", "again", 1),
		}, []string{"c.hcl:3:14: Two steps write one file: step.csv_resample.again writes out.csv, and so does step.csv_resample.clean", "b.hcl:12:"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := folder(t, tt.files)
			p, diags := config.Load(dir, options())
			if p != nil {
				t.Fatal("the folder is accepted")
			}
			rest := diags.Error()
			for _, want := range tt.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("got\n%s\nwant %q, in the order of %q", diags.Error(), want, tt.want)
				}
				rest = after
			}
		})
	}
}

func TestAFolderOfFoldersNamesThem(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"daily", "empty"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "daily", "p.hcl"), []byte(probeHead), 0o600); err != nil {
		t.Fatal(err)
	}
	_, diags := config.Load(dir, options())
	if want := "There are some in " + filepath.Join(dir, "daily") + "."; !strings.Contains(diags.Error(), want) {
		t.Errorf("got %v, want %q", diags, want)
	}
}
