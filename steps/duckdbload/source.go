package duckdbload

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"dagrun/engine"
	"dagrun/steps/internal/compression"
)

// source is one file to load, and what the survey found in it.
type source struct {
	path        string
	info        fs.FileInfo // before the survey
	glob        string      // path as a glob of DuckDB
	format      string
	compression compression.Format

	rows    int64
	columns []sourceColumn
	places  map[string]int // of the columns, by folded name

	delimiter byte // of CSV and TSV
	mixedEnds bool // CSV lines do not all end in the same way
	array     bool // JSON: the file is one array
	lines     bool // JSON: each object has a line of its own
}

// sourceColumn is a column of one file.
type sourceColumn struct {
	name   string
	typ    string     // of a Parquet column
	kinds  fieldKinds // of a text column
	direct string     // the type that DuckDB reads a text column as; empty for text
}

// column finds a column by name; -1 when the file lacks it.
func (s *source) column(name string) int {
	if i, there := s.places[fold(name)]; there {
		return i
	}
	return -1
}

// names lists the names of the columns.
func (s *source) names() []string {
	names := make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i] = c.name
	}
	return names
}

// surveyAll finds the source's files and surveys each. The files must have the
// same columns, in any order, and a row among them.
func surveyAll(ctx context.Context, env *engine.Env, patterns []string) ([]*source, error) {
	paths, err := env.Inputs("source", patterns...)
	if err != nil {
		return nil, err
	}
	var sources []*source
	var rows int64
	for _, path := range paths {
		s, err := survey(ctx, path)
		if err != nil {
			return nil, err
		}
		if len(sources) > 0 {
			if err := sameColumns(sources[0], s); err != nil {
				return nil, err
			}
		}
		sources = append(sources, s)
		rows += s.rows
	}
	if rows == 0 {
		return nil, noRows(paths)
	}
	env.Progress(0, rows, "rows")
	return sources, nil
}

// survey reads one file from end to end.
func survey(ctx context.Context, path string) (*source, error) {
	s := &source{path: path}
	var err error
	if s.info, err = os.Stat(path); err != nil {
		return nil, badFile(path, err)
	}
	if s.format, s.compression, err = formatOf(path); err != nil {
		return nil, err
	}
	if s.glob, err = globOf(path); err != nil {
		return nil, badFileName(path, err)
	}
	switch s.format {
	case jsonFormat:
		err = s.surveyJSON(ctx)
	case parquetFormat:
		err = s.surveyParquet(ctx)
	default:
		err = s.surveyCSV(ctx, blockSize)
	}
	if err != nil {
		return nil, err
	}
	return s, s.index()
}

// changed reports whether the file is not the one that was surveyed any more,
// as far as its size and its time tell.
func (s *source) changed() bool {
	now, err := os.Stat(s.path)
	return err != nil || now.Size() != s.info.Size() || !now.ModTime().Equal(s.info.ModTime())
}

// index files the columns by name, and refuses those that DuckDB holds for the
// same.
func (s *source) index() error {
	s.places = make(map[string]int, len(s.columns))
	for i, c := range s.columns {
		if other := s.column(c.name); other >= 0 {
			return duplicateColumn(s.path, s.columns[other].name, c.name)
		}
		s.places[fold(c.name)] = i
	}
	return nil
}

// sameColumns refuses a file whose columns are not those of the first.
func sameColumns(first, s *source) error {
	lacks, extra := difference(first.names(), s.names())
	if len(lacks)+len(extra) == 0 {
		return nil
	}
	return columnsDiffer(fmt.Sprintf("load %s together with %s", s.path, first.path), "other file", lacks, extra,
		"Load files with other columns in a step of their own, or correct the file.")
}

// difference tells which of the wanted names got lacks, and which it has beyond
// them.
func difference(wanted, got []string) (lacks, extra []string) {
	return without(wanted, got), without(got, wanted)
}

func without(names, others []string) []string {
	there := make(map[string]bool, len(others))
	for _, o := range others {
		there[fold(o)] = true
	}
	var left []string
	for _, n := range names {
		if !there[fold(n)] {
			left = append(left, n)
		}
	}
	return left
}
