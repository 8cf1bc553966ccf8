package duckdbload

import (
	"context"
	"errors"
)

// scanCSV reads the header into the source's columns, unless they are known,
// and calls visit with each row and the line that it begins on. A row that is
// not well formed ends the scan with a fault.
func (s *source) scanCSV(ctx context.Context, visit func(r *csvReader, line int64) error) error {
	w, err := openWindow(s.path, s.compression)
	if err != nil {
		return err
	}
	defer w.close()
	scan := csvScan{source: s, window: w, line: 1}
	if err := scan.header(ctx); err != nil {
		return err
	}
	for {
		more, err := scan.next(ctx)
		if err != nil || !more {
			return err
		}
		if err := scan.check(scan.record); err != nil {
			return &fault{line: scan.line, err: err}
		}
		if len(scan.fields) > 0 {
			if err := visit(&scan.csvReader, scan.line); err != nil {
				return err
			}
		}
		scan.line += scan.height
	}
}

// csvScan is a pass over a CSV file.
type csvScan struct {
	csvRows
	source *source
	window *window
	record []byte // the record last cut, with its line end
	line   int64  // the line it begins on, from 1
	height int64  // how many lines it has
}

// next cuts the next record, of which there may be none.
func (c *csvScan) next(ctx context.Context) (bool, error) {
	for {
		data, last := c.window.data(), c.window.last
		if len(data) == 0 && last {
			return false, nil
		}
		n, err := c.split(data, last)
		if err == nil && len(data) > 0 {
			c.record = data[:n]
			c.window.skip(n)
			c.height = c.lines()
			return true, nil
		}
		if err != nil && !errors.Is(err, errRecordShort) {
			return false, &fault{line: c.line, err: err}
		}
		if len(data) > maxRecord {
			return false, &fault{line: c.line, err: errLongRecord}
		}
		if err := c.window.more(ctx); err != nil {
			return false, err
		}
	}
}
