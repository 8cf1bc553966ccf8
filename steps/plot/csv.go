package plot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"dagrun/engine"
	"dagrun/steps/internal/compression"
	"dagrun/steps/plot/internal/delimited"
)

// readCSV reads the rows of the source.
func (g *gatherer) readCSV(ctx context.Context, path string) error {
	file, err := os.Open(path) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return badFile(g.origin, err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return badFile(g.origin, err)
	}
	read := &compression.Counted{From: file}
	g.progress = func() { g.env.Progress(read.N, info.Size(), "bytes") }
	format, inner := compression.Of(path)
	plain, err := format.Reader(read)
	if err != nil {
		return badFile(g.origin, err)
	}
	defer func() { _ = plain.Close() }()
	comma := byte(',')
	if strings.ToLower(filepath.Ext(inner)) == ".tsv" {
		comma = '\t'
	}
	return g.csvRows(ctx, delimited.New(plain, comma))
}

func badFile(name string, err error) error {
	return &engine.StepError{
		Code: "bad_file", Argument: "source", Err: err,
		Message: "read " + name,
		Remedy:  "Check the file and its permissions; its ending must say how it is compressed.",
	}
}

// csvRows reads all rows behind the header.
func (g *gatherer) csvRows(ctx context.Context, r *delimited.Reader) error {
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil // no rows: said where all is gathered
	}
	if err != nil {
		return g.badRow(err)
	}
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = string(name)
	}
	at, err := g.find(names)
	if err != nil {
		return err
	}
	g.where = func(column int) string { return g.origin + ":" + strconv.Itoa(r.Line(column)) }
	row := csvRow{gatherer: g, at: at, ys: make([]float64, len(at.y)), hours: hours{zone: g.env.LogicalTime.Location()}}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return g.badRow(err)
		}
		if err := row.take(ctx, fields); err != nil {
			return err
		}
	}
}

// csvRow turns fields into the values of a row.
type csvRow struct {
	*gatherer
	at    columns
	ys    []float64
	hours hours
}

func (r *csvRow) take(ctx context.Context, fields [][]byte) error {
	r.rows++
	for i, column := range r.at.y {
		y, ok := parseReading(fields[column])
		if !ok {
			return r.badReading(r.where(column), i, strconv.Quote(string(fields[column])))
		}
		r.ys[i] = y
	}
	x := 0.0
	if r.at.x >= 0 {
		var err error
		if x, err = r.x(bytes.TrimSpace(fields[r.at.x])); err != nil {
			return err
		}
	}
	var group []byte
	if r.at.group >= 0 {
		if group = fields[r.at.group]; len(group) == 0 {
			group = []byte(ungrouped)
		}
	}
	return r.row(ctx, x, r.ys, group)
}

// x places an x value. It makes a string of it only where it has to.
func (r *csvRow) x(text []byte) (float64, error) {
	switch {
	case len(text) == 0:
		return 0, r.missingX()
	case r.args.TimeFormat != nil:
		w, ok := r.args.TimeFormat.parse(text, r.hours.zone)
		if !ok {
			return 0, r.badTime(strconv.Quote(string(text)))
		}
		return r.place(w.x())
	case r.rows > 1 && r.kind == category:
		return r.category(text)
	}
	if seconds, ok := r.hours.seconds(text); ok && (r.rows == 1 || r.kind.like(moment)) {
		return r.place(xValue{kind: moment, n: seconds})
	}
	if n, ok := parseDecimal(text); ok && (r.rows == 1 || r.kind == number) {
		return r.place(xValue{kind: number, n: n})
	}
	return r.place(parseX(string(text), r.hours.zone))
}

// badRow tells where a file is no CSV.
func (g *gatherer) badRow(err error) error {
	var wrong *delimited.RowError
	if !errors.As(err, &wrong) {
		return badFile(g.origin, err)
	}
	return &engine.StepError{
		Code: "bad_row", Argument: "source",
		Message: fmt.Sprintf("%s:%d: the line is not a row of the table: %v", g.origin, wrong.Line, wrong.Err),
		Remedy:  "Correct the line: every row needs as many fields as the header, and quotes in pairs.",
	}
}
