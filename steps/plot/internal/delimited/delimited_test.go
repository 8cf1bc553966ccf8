package delimited_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"dagrun/steps/plot/internal/delimited"
)

// row is what a reader says of a row.
type row struct {
	Fields []string
	Lines  []int // that the fields begin at
}

func read(text string, comma byte) ([]row, error) {
	r := delimited.New(iotest.OneByteReader(strings.NewReader(text)), comma)
	return all(r.Line, func() ([]string, error) {
		fields, err := r.Read()
		texts := make([]string, len(fields))
		for i, f := range fields {
			texts[i] = string(f)
		}
		return texts, err
	})
}

// readStandard reads the same with encoding/csv.
func readStandard(text string, comma byte) ([]row, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF")))
	r.Comma = rune(comma)
	line := func(field int) int {
		line, _ := r.FieldPos(field)
		return line
	}
	return all(line, r.Read)
}

// all reads up to the end or the first error.
func all(line func(field int) int, next func() ([]string, error)) ([]row, error) {
	var rows []row
	for {
		fields, err := next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		one := row{Fields: fields}
		for i := range fields {
			one.Lines = append(one.Lines, line(i))
		}
		rows = append(rows, one)
	}
}

func samples() []string {
	return []string{
		"", "a", "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\n1,2", "a,b\n1,2\r", "\uFEFFa,b\n1,2\n", "\uFEFF\"a\",b\n", "a\n\n\n1\n\r\n2\n",
		"a,b\n\"1\",2\n3,4\n", "a,b\n\"1\n2\",3\n4,5\n\"6\",\"7\n\n8\"\n9,10\n", "a,b\n\"say \"\"so\"\"\",2\n", "a,b\n\"1\",\"2\"", "a,b\n\"1,2\n", "a,b\n1\"2,3\n",
		"a,b\n\"1\"2,3\n", "a,b\n1\n", "a,b\n1,2,3\n", "a,b\n\"1\"\n", ",\n,\n", "a,b\n\"\",\n", "a,b\n\n\"x\n", "\"\n\"\n", "a\n\"\"\n", "\"a\r\nb\",c\r\n1,2\r\n",
	}
}

func TestRowsAreThoseOfTheStandardLibrary(t *testing.T) {
	for _, text := range samples() {
		checkSame(t, text, ',')
		checkSame(t, strings.ReplaceAll(text, ",", "\t"), '\t')
	}
}

// checkSame holds the rows of a text, and the line of the first error, against
// those of encoding/csv.
func checkSame(t *testing.T, text string, comma byte) {
	t.Helper()
	want, wantErr := readStandard(text, comma)
	got, err := read(text, comma)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q: %s", text, diff)
	}
	var wrong *delimited.RowError
	var parse *csv.ParseError
	if errors.As(wantErr, &parse) != errors.As(err, &wrong) {
		t.Fatalf("%q: got %v, want %v", text, err, wantErr)
	}
	if wrong != nil && wrong.Line != parse.Line {
		t.Errorf("%q: the error is in line %d, want %d", text, wrong.Line, parse.Line)
	}
}

func FuzzRows(f *testing.F) {
	for _, text := range samples() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkSame(t, text, ',') })
}

func TestALineMayBeLongerThanTheBuffer(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, text := range []string{"a,b\n" + long + ",1\n2,3\n", "a,b\n\"" + long + "\n" + long + "\",1\n2,3\n"} {
		got, err := read(text, ',')
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 || len(got[1].Fields[0]) < 1<<20 || got[2].Fields[0] != "2" {
			t.Errorf("got %d rows", len(got))
		}
	}
}

func TestAFileThatCannotBeReadIsTold(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := delimited.New(io.MultiReader(bytes.NewBufferString("a,b\n1,\"2\n"), iotest.ErrReader(broken)), ',')
	_, _ = r.Read()
	if _, err := r.Read(); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}
