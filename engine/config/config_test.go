package config_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The step types of these tests have the shapes of real ones, and do nothing.
type resampleArgs struct {
	Input    engine.Strings               `arg:"input,required" file:"read" doc:"Path, glob or list."`
	Output   string                       `arg:"output,required" file:"write" doc:"Path."`
	Interval engine.Duration              `arg:"interval,required" doc:"Width of a bucket."`
	Method   string                       `arg:"method" default:"first" enum:"first|last|mean" doc:"How."`
	MinRows  int                          `arg:"min_rows" default:"1" min:"0" doc:"Fewest rows."`
	Widths   map[string][]engine.Duration `arg:"widths" doc:"Widths by column."`
}
type resampleOut struct {
	Output  string         `out:"output" doc:"The file."`
	RowsOut int64          `out:"rows_out" volume:"rows_out" doc:"Rows."`
	Columns engine.Strings `out:"columns" doc:"Names."`
}

// table is a name that means the same with and without its schema.
type table string

func (t *table) UnmarshalText(text []byte) error {
	*t = table(text)
	return nil
}

func (t table) Canonical() string { return strings.ToLower(strings.TrimPrefix(string(t), "main.")) }

type loadArgs struct {
	Database string         `arg:"database,required" file:"exclusive" doc:"Path."`
	Source   engine.Strings `arg:"source,required" file:"read" doc:"Path."`
	Table    table          `arg:"table,required" within:"database" doc:"Name."`
	Mode     string         `arg:"mode" default:"replace" enum:"replace|upsert" doc:"How."`
	Key      engine.Strings `arg:"key" doc:"Columns."`
	Checks   []loadCheck    `block:"check" doc:"Demands."`
}
type loadCheck struct {
	Column *string `arg:"column" doc:"Which."`
	SQL    *string `arg:"sql" doc:"Query."`
}
type loadOut struct {
	Database string `out:"database" doc:"Path."`
	Rows     int64  `out:"rows" doc:"Rows."`
}
type threshold struct {
	Value float64 `arg:"value,required" doc:"Where."`
	Color string  `arg:"color" default:"red" enum:"red|blue" doc:"Colour."`
}
type plotArgs struct {
	Source     *string        `arg:"source" file:"read" doc:"CSV file."`
	Database   *string        `arg:"database" file:"read" doc:"DuckDB file."`
	Query      *string        `arg:"query" doc:"SQL."`
	Output     string         `arg:"output,required" file:"write" doc:"Picture."`
	Y          engine.Strings `arg:"y,required" doc:"Columns."`
	Thresholds []threshold    `block:"threshold" doc:"Lines."`
}
type plotOut struct {
	Output string   `out:"output" doc:"Picture."`
	Points int64    `out:"points" doc:"How many."`
	Max    *float64 `out:"max" doc:"Largest."`
}
type sendArgs struct {
	To          engine.Strings `arg:"to,required" doc:"Addresses."`
	Password    *string        `arg:"password" sensitive:"true" doc:"Secret."`
	Text        string         `arg:"text" doc:"Body."`
	Attachments engine.Strings `arg:"attachments" file:"read" doc:"Files."`
}
type sendOut struct {
	MessageID string `out:"message_id" doc:"Id."`
}
type putArgs struct {
	Source       engine.Strings `arg:"source,required" file:"read" doc:"Files."`
	Key          string         `arg:"key,required" doc:"Key."`
	DeleteSource bool           `arg:"delete_source" default:"false" deletes:"source" doc:"Whether the file goes."`
}
type putOut struct {
	URL string `out:"url" doc:"Where."`
}

// site is a host, written host://name, or a folder.
type site string

func (s *site) UnmarshalText(text []byte) error {
	*s = site(text)
	return nil
}

func (s site) Host() string {
	if host, ok := strings.CutPrefix(string(s), "host://"); ok {
		return host
	}
	return ""
}

type fetchArgs struct {
	From []site `arg:"from,required" doc:"Where from."`
}
type fetchOut struct {
	Bytes int64 `out:"bytes" doc:"How many."`
}

func none[A, O any](context.Context, *engine.Env, A) (o O, err error) { return o, nil }

var types = engine.NewRegistry(
	engine.Define("csv_resample", "Resample.", none[resampleArgs, resampleOut]),
	engine.Define("duckdb_load", "Load.", none[loadArgs, loadOut],
		engine.OnlyWith("key", "mode", "upsert"), engine.NeededWith("key", "mode", "upsert"), engine.ExactlyOne("check.column", "check.sql")),
	engine.Define("plot", "Plot.", none[plotArgs, plotOut],
		engine.ExactlyOne("source", "database"), engine.Together("database", "query")),
	engine.Define("fetch", "Fetch.", none[fetchArgs, fetchOut]),
	engine.Define("smtp", "Mail.", none[sendArgs, sendOut]),
	engine.Define("s3_put", "Upload.", none[putArgs, putOut], engine.WithCheck(func(a putArgs) error {
		if len(a.Source) > 1 && !strings.HasSuffix(a.Key, "/") {
			return &engine.StepError{Code: "bad_key", Argument: "key", Message: "one key holds one file", Remedy: "End the key in a slash."}
		}
		return nil
	})),
)

var started = time.Date(2024, 6, 16, 8, 0, 0, 0, time.UTC)

func options() config.Options {
	return config.Options{
		Types:     types,
		LookupEnv: func(string) (string, bool) { return "", false },
		Run:       config.Run{ID: "0190163d-8694-739b-aea5-966c26f8ad91", StartedAt: started, Trigger: engine.Manual},
	}
}

// text shows diagnostics with the line they are about, as golden files do.
func text(ds engine.Diagnostics) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s: %s\n", d.Severity, d)
		if d.Snippet != nil {
			line, _, _ := strings.Cut(d.Snippet.Code, "\n")
			fmt.Fprintf(&b, "  in %s\n  %d | %s\n", d.Snippet.Context, d.Snippet.StartLine, line)
		}
	}
	return b.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs.\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

// TestBrokenPipelinesAreExplained takes files in either syntax, and folders.
func TestBrokenPipelinesAreExplained(t *testing.T) {
	entries, err := os.ReadDir("testdata/broken")
	if err != nil || len(entries) == 0 {
		t.Fatalf("no broken pipelines: %v", err)
	}
	for _, e := range entries {
		path := filepath.Join("testdata/broken", e.Name())
		if filepath.Ext(path) == ".golden" {
			continue
		}
		name, _, _ := strings.Cut(e.Name(), ".")
		t.Run(name, func(t *testing.T) {
			p, diags := config.Load(path, options())
			if p != nil || !diags.HasErrors() {
				t.Fatal("the pipeline is accepted")
			}
			golden(t, filepath.Join("testdata/broken", name+".golden"), text(diags))
		})
	}
}
