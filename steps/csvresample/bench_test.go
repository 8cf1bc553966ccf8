package csvresample_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"dagrun/engine/enginetest"
)

// readings writes n readings, one every second, and gives the file's size.
func readings(tb testing.TB, path string, n int) int64 {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	line := []byte("record,date,time,temperatura\n")
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	size := int64(0)
	for i := range n + 1 {
		if _, err := w.Write(line); err != nil {
			tb.Fatal(err)
		}
		size += int64(len(line))
		line = strconv.AppendInt(line[:0], int64(i+1), 10)
		line = at.AppendFormat(line, ",2006-01-02,15:04:05,")
		line = strconv.AppendFloat(line, 25+float64(i*7919%100)/10, 'f', 1, 64)
		line = append(line, '\n')
		at = at.Add(time.Second)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		tb.Fatal(err)
	}
	return size
}

// BenchmarkResample measures the step beside two yardsticks over the same
// file: finding the line ends and nothing else, which is as fast as a reader
// of lines can be, and encoding/csv splitting the rows and nothing else.
func BenchmarkResample(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "readings.csv")
	size := readings(b, path, 3_000_000)
	measure := func(name string, work func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				work(b)
			}
		})
	}
	measure("floor=IndexByte", func(b *testing.B) { findLines(b, path) })
	measure("floor=encoding-csv", func(b *testing.B) { splitRows(b, path) })
	for name, how := range map[string]enginetest.Args{
		"method=first": {"method": "first"}, "method=mean": {"method": "mean"}, "method=median": {"method": "median"},
		"aggregate=4": {"aggregate": map[string][]string{"temperatura": {"mean", "min", "max", "count"}}},
	} {
		args := enginetest.With(enginetest.Args{"input": path, "output": "out.csv", "time": []string{"date", "time"}, "interval": "1h"}, how)
		measure(name, func(b *testing.B) {
			if _, err := runDirectly(b, newDirect(b, dir), args); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func findLines(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	buf := make([]byte, 256<<10)
	lines := 0
	for {
		n, err := f.Read(buf)
		for data := buf[:n]; ; lines++ {
			i := bytes.IndexByte(data, '\n')
			if i < 0 {
				break
			}
			data = data[i+1:]
		}
		if errors.Is(err, io.EOF) {
			break
		}
	}
	if lines != 3_000_001 {
		b.Fatal(fmt.Errorf("%d lines", lines))
	}
}

func splitRows(b *testing.B, path string) {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r := csv.NewReader(bufio.NewReaderSize(f, 256<<10))
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}
