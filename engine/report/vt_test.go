package report_test

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// vt is as much of a terminal as a console may rely on: text, line ends, lines
// that break at the right edge, and the sequences that move up and erase.
// Anything else fails the test.
type vt struct {
	t             tester
	columns, rows int
	lines         [][]string // what has scrolled away, and below it the screen; a cell each
	row, column   int        // of the cursor
	writes        int
}

func newVT(t tester, columns, rows int) *vt {
	return &vt{t: t, columns: columns, rows: rows, lines: [][]string{nil}}
}

func (v *vt) size() (int, int) { return v.columns, v.rows }

func (v *vt) Write(p []byte) (int, error) {
	v.writes++
	for text := string(p); text != ""; {
		switch {
		case text[0] == '\x1b':
			text = v.sequence(text)
			continue
		case text[0] == '\n':
			v.newLine()
		case text[0] == '\r':
			v.column = 0
		case text[0] < ' ':
			v.t.Errorf("the terminal is sent %q", text[0])
		default:
			v.put([]rune(text)[0])
		}
		text = text[len(string([]rune(text)[0])):]
	}
	return len(p), nil
}

func (v *vt) sequence(text string) (rest string) {
	end := strings.IndexFunc(text, unicode.IsLetter)
	n := 1
	_, _ = fmt.Sscanf(text[2:], "%d", &n)
	switch text[end] {
	case 'A':
		v.row = max(v.row-n, 0, len(v.lines)-v.rows)
	case 'K', 'J':
		if text[end] == 'J' && v.column == 0 && v.row <= max(0, len(v.lines)-v.rows) {
			v.t.Errorf("a screen that is erased from its first cell on is kept by some terminals")
		}
		v.lines[v.row] = v.lines[v.row][:min(v.column, len(v.lines[v.row]))]
		if text[end] == 'J' {
			v.lines = v.lines[:v.row+1]
		}
	case 'C':
		v.column = min(v.column+n, v.columns-1)
	case 'm':
	default:
		v.t.Errorf("the terminal is sent %q", text[:end+1])
	}
	return text[end+1:]
}

func (v *vt) newLine() {
	v.column = 0
	if v.row++; v.row == len(v.lines) {
		v.lines = append(v.lines, nil)
	}
}

func (v *vt) put(r rune) {
	wide := width.LookupRune(r).Kind() == width.EastAsianWide
	cells := []string{string(r)}
	if wide {
		cells = append(cells, "")
	}
	if v.column+len(cells) > v.columns {
		v.newLine()
	}
	line := v.lines[v.row]
	for len(line) < v.column {
		line = append(line, " ")
	}
	v.lines[v.row] = append(append(line[:v.column:v.column], cells...), line[min(v.column+len(cells), len(line)):]...)
	v.column += len(cells)
}

// all is everything that was ever shown and still stands, a line each.
func (v *vt) all() []string {
	var all []string
	for _, line := range v.lines {
		all = append(all, strings.TrimRight(strings.Join(line, ""), " "))
	}
	return all
}

// screen is what the terminal shows, without the line of the cursor below.
func (v *vt) screen() string {
	all := v.all()
	return strings.TrimRight(strings.Join(all[max(0, len(all)-v.rows):], "\n"), "\n")
}
