package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/joho/godotenv"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// givenValue is a value for a variable, with where it came from.
type givenValue struct {
	value  cty.Value
	text   string // not yet parsed; used when value is cty.NilVal
	origin string // for people
	at     *hcl.Range
}

// givenValues collects the values of variables, low to high precedence: the
// environment, files beside the pipeline, the command line.
func (l *loader) givenValues(declared map[string]*variable) (map[string]*givenValue, hcl.Diagnostics) {
	values := map[string]*givenValue{}
	for name := range declared {
		if text, ok := l.lookupEnv("DAGRUN_VAR_" + name); ok {
			values[name] = &givenValue{text: text, origin: "DAGRUN_VAR_" + name + " in the environment"}
		}
	}
	diags := l.takeFiles(values, declared)
	for _, a := range l.Assignments {
		switch {
		case a.File != "":
			diags = append(diags, l.takeFile(a.File, values, declared)...)
		case declared[a.Name] == nil:
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Undeclared variable",
				Detail: fmt.Sprintf("--var sets %q, but the pipeline declares no such variable.%s", a.Name, didYouMean(a.Name, sortedKeys(declared)))})
		default:
			values[a.Name] = &givenValue{text: a.Value, origin: "--var"}
		}
	}
	return values, diags
}

// takeFiles reads the files of values that lie beside the pipeline.
func (l *loader) takeFiles(values map[string]*givenValue, declared map[string]*variable) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, wanted := range []func(name string) bool{
		func(name string) bool { return strings.TrimSuffix(name, jsonEnding) == "dagrun"+valuesEnding },
		func(name string) bool {
			return strings.HasSuffix(strings.TrimSuffix(name, jsonEnding), ".auto"+valuesEnding)
		},
	} {
		files, err := filesOf(l.folder, wanted)
		if err != nil {
			return append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Folder not readable",
				Detail: fmt.Sprintf("Cannot look for files of values in %s: %v. Check its permissions.", l.folder, unwrapPath(err))})
		}
		for _, f := range files {
			diags = append(diags, l.takeFile(f, values, declared)...)
		}
	}
	return diags
}

func (l *loader) takeFile(path string, values map[string]*givenValue, declared map[string]*variable) hcl.Diagnostics {
	src, err := os.ReadFile(path) //nolint:gosec // the path is what the user says
	if err != nil {
		return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Variable file not readable",
			Detail: fmt.Sprintf("Cannot read %s: %v.", path, unwrapPath(err))}}
	}
	body, diags := l.parseText(src, path)
	if diags.HasErrors() {
		return diags
	}
	attrs, diags := body.JustAttributes()
	for name, attr := range attrs {
		if declared[name] == nil {
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "Undeclared variable", Subject: &attr.NameRange,
				Detail: fmt.Sprintf("The pipeline declares no variable %q; the value is not used.%s", name, didYouMean(name, sortedKeys(declared)))})
			continue
		}
		value, more := attr.Expr.Value(nil)
		diags = append(diags, more...)
		at := attr.Expr.Range()
		values[name] = &givenValue{value: value, origin: path, at: &at}
	}
	return diags
}

// lookupEnv reads the real environment, then the dotenv files.
func (l *loader) lookupEnv(name string) (string, bool) {
	if v, ok := l.LookupEnv(name); ok {
		return v, true
	}
	v, ok := l.dotenv[name]
	return v, ok
}

// readDotenv reads the dotenv files that exist, relative to the working
// directory; an earlier file wins over a later one.
func (l *loader) readDotenv(files []string, diags hcl.Diagnostics) (map[string]string, hcl.Diagnostics) {
	env := map[string]string{}
	for _, f := range files {
		path := engine.Resolve(l.pipeline.WorkingDir, f)
		got, err := godotenv.Read(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Dotenv file not readable",
				Detail: fmt.Sprintf("Cannot read %s: it needs lines of the form NAME=value.", path)})
		}
		for k, v := range got {
			if LooksSecret(k) {
				l.Secret(v)
			}
			_, real := l.LookupEnv(k)
			if _, taken := env[k]; !taken && !real {
				env[k] = v
			}
		}
	}
	return env, diags
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// LooksSecret reports whether an environment variable's name says that its
// value is a secret.
func LooksSecret(name string) bool {
	name = strings.ToUpper(name)
	for _, word := range []string{"PASS", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY", "API_KEY", "APIKEY"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
