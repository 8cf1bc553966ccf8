package plot

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"dagrun/engine"
	"dagrun/steps/internal/compression"
)

// readCSV reads the rows of the source and gives its name for messages.
func (g *gatherer) readCSV(ctx context.Context) (string, error) {
	path, err := oneFile(g.env, "source", string(g.args.Source))
	if err != nil {
		return "", err
	}
	name := shown(g.env, path)
	file, err := os.Open(path) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return name, badFile(name, err)
	}
	defer func() { _ = file.Close() }()
	format, _ := compression.Of(path)
	plain, err := format.Reader(file)
	if err != nil {
		return name, badFile(name, err)
	}
	defer func() { _ = plain.Close() }()
	return name, g.csvRows(ctx, name, newCSV(path, plain))
}

func badFile(name string, err error) error {
	return &engine.StepError{
		Code: "bad_file", Argument: "source", Err: err,
		Message: "read " + name,
		Remedy:  "Check the file and its permissions; its ending must say how it is compressed.",
	}
}

func newCSV(path string, from io.Reader) *csv.Reader {
	buffered := bufio.NewReaderSize(from, 1<<16)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = buffered.Discard(3)
	}
	r := csv.NewReader(buffered)
	r.ReuseRecord = true
	if strings.Contains(strings.ToLower(path), ".tsv") {
		r.Comma = '\t'
	}
	return r
}

func (g *gatherer) csvRows(ctx context.Context, name string, r *csv.Reader) error {
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil // no rows: said where all is gathered
	}
	if err != nil {
		return badRow(name, err)
	}
	header = append([]string(nil), header...) // the reader reuses it
	at, err := g.args.find(name, header)
	if err != nil {
		return err
	}
	ys := make([]float64, len(at.y))
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return badRow(name, err)
		}
		if err := g.csvRow(ctx, name, r, at, record, ys); err != nil {
			return err
		}
	}
}

func (g *gatherer) csvRow(ctx context.Context, name string, r *csv.Reader, at columns, record []string, ys []float64) error {
	where := func(column int) string {
		line, _ := r.FieldPos(column)
		return name + ":" + strconv.Itoa(line)
	}
	for i, column := range at.y {
		y, ok := parseY(record[column])
		if !ok {
			return badReading(where(column), g.args.Y[i], strconv.Quote(record[column]))
		}
		ys[i] = y
	}
	if strings.TrimSpace(record[at.x]) == "" {
		return missingX(where(at.x), g.args.X)
	}
	x := xValue{text: record[at.x]}
	if g.rows == 0 || g.kind != category {
		x = parseX(record[at.x], g.env.LogicalTime.Location())
	}
	group := ""
	if at.group >= 0 {
		if group = record[at.group]; group == "" {
			group = ungrouped
		}
	}
	return g.row(ctx, x, ys, group, func() string { return where(at.x) })
}

// badRow tells where a file is no CSV.
func badRow(name string, err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return badFile(name, err)
	}
	return &engine.StepError{
		Code: "bad_row", Argument: "source",
		Message: fmt.Sprintf("%s:%d: the line is not a row of the table: %v", name, parse.Line, parse.Err),
		Remedy:  "Correct the line: every row needs as many fields as the header, and quotes in pairs.",
	}
}
