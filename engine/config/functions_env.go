package config

import (
	"crypto/md5" //nolint:gosec // the function md5 of the language, not for security
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"dagrun/engine"
)

func baseName(p string) string { return filepath.Base(p) }
func dirName(p string) string  { return filepath.Dir(p) }

func expandHome(p string) string {
	if p != "~" && !strings.HasPrefix(p, "~/") {
		return p
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return p
	}
	return filepath.Join(home, p[1:])
}

func sha256Hex(s string) (string, error) {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:]), nil
}

func md5Hex(s string) (string, error) {
	sum := md5.Sum([]byte(s)) //nolint:gosec // the function md5 of the language, not for security
	return hex.EncodeToString(sum[:]), nil
}

func encodeBase64(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil }

func decodeBase64(s string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", errors.New("the text is not base64")
	}
	if !utf8.Valid(data) {
		return "", errors.New("the decoded bytes are not UTF-8 text")
	}
	return string(data), nil
}

func workingFolder() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	return dir
}

// formatDateFunc is formatdate() in the pipeline's zone.
func (s *scope) formatDateFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "format", Type: cty.String}, {Name: "time", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			t, err := time.Parse(time.RFC3339, args[1].AsString())
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgErrorf(1, "%q is no RFC 3339 time such as 2026-11-20T08:00:00Z", args[1].AsString())
			}
			return stdlib.FormatDate(args[0], cty.StringVal(t.In(s.pipeline.Timezone).Format(rfc3339)))
		},
	})
}

// timestampFunc is when the run started: an expression never reads the clock.
func (s *scope) timestampFunc() function.Function {
	return function.New(&function.Spec{
		Type: function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			return cty.StringVal(s.pipeline.Run.StartedAt.In(s.pipeline.Timezone).Format(rfc3339)), nil
		},
	})
}

// envFunc reads the environment. What is missing without a default is an error
// of the run only: validate needs no secrets.
func (s *scope) envFunc() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String, AllowNull: true, AllowMarked: true},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if len(args) > 2 {
				return cty.UnknownVal(cty.String), function.NewArgErrorf(2, "env takes a name and at most one default")
			}
			return s.envValue(args[0].AsString(), args[1:])
		},
	})
}

func (s *scope) envValue(name string, fallback []cty.Value) (cty.Value, error) {
	value := cty.UnknownVal(cty.String)
	if text, ok := s.lookupEnv(name); ok {
		value = cty.StringVal(text)
	} else if len(fallback) > 0 {
		value = fallback[0]
	} else if !s.rehearsal {
		return value, function.NewArgErrorf(0, "the environment variable %s is not set; set it, or give a default: env(%q, \"\")", name, name)
	}
	if LooksSecret(name) {
		value = value.Mark(engine.Sensitive)
		s.noteSecrets(value)
	}
	return value, nil
}

func (s *scope) resolvePath(p string) string {
	return engine.Resolve(s.pipeline.WorkingDir, expandHome(p))
}

func (s *scope) absPathFunc() function.Function { return pathFunc(s.resolvePath) }

// pathParam lets an unknown path give an unknown result.
var pathParam = function.Parameter{Name: "path", Type: cty.String}

// fileFunc reads a file. Before the run a file that is not there is unknown,
// not an error: it may be made by then.
func (s *scope) fileFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{pathParam}, Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := s.readText(args[0].AsString())
			if s.mayCome(args[0].AsString(), err) {
				return cty.UnknownVal(cty.String), nil
			}
			if err != nil {
				return cty.UnknownVal(cty.String), function.NewArgError(0, err)
			}
			return cty.StringVal(text), nil
		},
	})
}

// mayCome reports whether a file is not there yet and may come: before the run,
// and where the world is looked at, if a step writes it.
func (s *scope) mayCome(p string, err error) bool {
	return s.ahead && errors.Is(err, os.ErrNotExist) && (s.made == nil || s.made[s.resolvePath(p)])
}

func (s *scope) readText(p string) (string, error) {
	path := s.resolvePath(p)
	data, err := os.ReadFile(path) //nolint:gosec // the path is what the pipeline says
	switch {
	case err != nil:
		return "", fmt.Errorf("read %s: %w", path, errors.Unwrap(err))
	case !utf8.Valid(data):
		return "", fmt.Errorf("read %s: it is not UTF-8 text", path)
	}
	return string(data), nil
}

func (s *scope) fileExistsFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{pathParam}, Type: function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if s.rehearsal {
				return cty.UnknownVal(cty.Bool), nil
			}
			info, err := os.Stat(s.resolvePath(args[0].AsString()))
			return cty.BoolVal(err == nil && !info.IsDir()), nil
		},
	})
}

// fileSetFunc lists the files under a folder that fit a pattern, as
// Terraform's fileset does: relative to the folder, ** for any depth.
func (s *scope) fileSetFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{pathParam, {Name: "pattern", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Set(cty.String)),
		Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
			if s.rehearsal {
				return cty.UnknownVal(t), nil
			}
			dir := s.resolvePath(args[0].AsString())
			found, err := doublestar.Glob(os.DirFS(dir), args[1].AsString(), doublestar.WithFilesOnly())
			if err != nil {
				return cty.UnknownVal(t), function.NewArgError(1, err)
			}
			return setOfStrings(found), nil
		},
	})
}

func setOfStrings(texts []string) cty.Value {
	if len(texts) == 0 {
		return cty.SetValEmpty(cty.String)
	}
	slices.Sort(texts)
	values := make([]cty.Value, len(texts))
	for i, t := range texts {
		values[i] = cty.StringVal(t)
	}
	return cty.SetVal(values)
}
