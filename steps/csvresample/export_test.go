package csvresample

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// ScannedRow is a row as the scanner gives it, copied.
type ScannedRow struct {
	Line   int
	Raw    string
	Fields []string
	Broken string // why it has no fields
}

// ScanAll reads all rows of a stream that is cut into blocks of the given size
// at first. It stops at a broken row.
func ScanAll(src io.Reader, delimiter byte, block int) ([]ScannedRow, error) {
	all, err := ScanOn(src, delimiter, block)
	for i, row := range all {
		if row.Broken != "" {
			return all[:i], errors.New(row.Broken)
		}
	}
	return all, err
}

// ScanOn is ScanAll that goes on behind broken rows.
func ScanOn(src io.Reader, delimiter byte, block int) ([]ScannedRow, error) {
	cut := newCutter(src, delimiter, block)
	s := scanner{delimiter: delimiter}
	var rows []ScannedRow
	lines := 0
	for c := (&chunk{}); ; {
		more, err := cut.cut(c)
		if err != nil || !more {
			return rows, err
		}
		s.reset(c)
		for s.next() {
			row := ScannedRow{Line: lines + s.row.line, Raw: string(s.row.raw), Broken: s.row.broken}
			if row.Broken == "" {
				for i := range s.row.splitUpTo(s.delimiter, len(s.row.text)) {
					row.Fields = append(row.Fields, string(s.row.field(i)))
				}
			}
			rows = append(rows, row)
		}
		lines += s.line
	}
}

// SplitUpTo splits one line without quotes, and gives the fields it promises
// and the number of all.
func SplitUpTo(line string, delimiter byte, upTo int) (fields []string, n int) {
	r := row{text: []byte(line)}
	n = r.splitUpTo(delimiter, upTo)
	for i := range min(n, upTo+1) {
		fields = append(fields, string(r.field(i)))
	}
	return fields, n
}

// ParseTime reads a time in a zone, as it stands in one column.
func ParseTime(text string, zone *time.Location) (at int64, doubtful bool, err error) {
	r := row{text: []byte(text), ends: []int{len(text)}}
	t := newTimeReader(&clock{zone: zone}, nil, []int{0})
	at, err = t.read(&r)
	return at, t.doubtful, err
}

// DayOf is the day of an instant.
func DayOf(at int64, zone *time.Location) (number, start, end int64) {
	d := (&clock{zone: zone}).dayOf(at)
	return d.number, d.start, d.end
}

// SumOf adds texts up, in as many parts as there are lists.
func SumOf(parts ...[]string) (total, mean float64) {
	var all sum
	for _, texts := range parts {
		var s sum
		for _, text := range texts {
			n, _ := parseNumber([]byte(text))
			s.add(n)
		}
		all.merge(&s)
	}
	return all.total(), all.mean()
}

// ParseNumber reads a number.
func ParseNumber(text string) (x float64, isANumber bool) {
	n, kind := parseNumber([]byte(text))
	return n.float(), kind == isNumber
}

// Median is the median of values.
func Median(ctx context.Context, values []float64) (float64, error) { return median(ctx, values) }

// Sortable is how many values Median sorts.
const Sortable = sortable

// RunInBlocks makes one attempt that reads blocks of the given size.
func RunInBlocks(ctx context.Context, env *engine.Env, args cty.Value, block int) (Outputs, error) {
	a, err := engine.Decode[Args](Type.Args, args)
	if err != nil {
		return Outputs{}, err
	}
	return runInBlocks(ctx, env, a, block)
}
