package csvresample_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that the zones of the tests are there everywhere

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/csvresample"
)

// direct is what a test gives a step that runs without a runner: no hashing of
// files, no disk for the output, any time zone.
type direct struct {
	ctx     context.Context
	dir     string
	zone    *time.Location
	block   int // bytes that are read at once; 0 for as many as in use
	report  func(done, total int64, unit string)
	written func(size int) // called with the size of the output so far
	log     bytes.Buffer
	out     bytes.Buffer
	side    bytes.Buffer // the file for rejected rows
	created bool
	fault   error // of every write
}

func newDirect(tb testing.TB, dir string) *direct {
	return &direct{
		ctx: tb.Context(), dir: dir, zone: time.UTC,
		report: func(int64, int64, string) {}, written: func(int) {},
	}
}

// Create implements engine.FileMaker: what is written ends up in memory.
func (d *direct) Create(path string) (engine.OutputFile, error) {
	if strings.HasPrefix(path, "rejects") {
		return memoryFile{d, &d.side}, nil
	}
	d.created = true
	return memoryFile{d, &d.out}, nil
}

// Temporary implements engine.FileMaker.
func (d *direct) Temporary(path string) (string, error) { return path + ".tmp", nil }

type memoryFile struct {
	d  *direct
	to *bytes.Buffer
}

func (m memoryFile) Write(b []byte) (int, error) {
	if m.d.fault != nil {
		return 0, m.d.fault
	}
	n, err := m.to.Write(b)
	m.d.written(m.d.out.Len())
	return n, err
}

func (m memoryFile) Commit() error { return nil }

// runDirectly makes one attempt and gives back the outputs.
func runDirectly(tb testing.TB, d *direct, args enginetest.Args) (cty.Value, error) {
	tb.Helper()
	attempt, _ := enginetest.Attempt(tb, csvresample.Type, d.dir, args)
	v, err := ctyjson.Unmarshal(attempt.Arguments, csvresample.Type.ArgsType())
	if err != nil {
		tb.Fatal(err)
	}
	env := &engine.Env{
		LogicalTime: enginetest.LogicalTime.In(d.zone), WorkingDir: d.dir,
		Log: slog.New(slog.NewTextHandler(&d.log, nil)), Progress: d.report, Files: d,
	}
	if d.block > 0 {
		_, err := csvresample.RunInBlocks(d.ctx, env, v, d.block)
		return cty.NilVal, err
	}
	return csvresample.Type.Run(d.ctx, env, v)
}

// results are the outputs of a step.
type results struct {
	Output    string   `json:"output"`
	RowsIn    int64    `json:"rows_in"`
	RowsOut   int64    `json:"rows_out"`
	Rejected  int64    `json:"rows_rejected"`
	FirstTime *string  `json:"first_time"`
	LastTime  *string  `json:"last_time"`
	Columns   []string `json:"columns"`
}

func resultsOf(tb testing.TB, v cty.Value) results {
	tb.Helper()
	data, err := ctyjson.Marshal(v, csvresample.Type.OutputsType())
	if err != nil {
		tb.Fatal(err)
	}
	var r results
	if err := json.Unmarshal(data, &r); err != nil {
		tb.Fatal(err)
	}
	return r
}

// writeFiles writes texts to the files of a folder, by name.
func writeFiles(tb testing.TB, dir string, files map[string]string) {
	tb.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
}

// in is a time zone by name.
func in(tb testing.TB, name string) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return zone
}

// lines joins lines as the step writes them.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }
