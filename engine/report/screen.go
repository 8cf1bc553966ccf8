package report

import (
	"fmt"
	"io"
	"strings"
)

// screen is a terminal on which some lines live at the bottom: they are drawn
// anew again and again, while what has settled scrolls away above them. The
// cursor rests on the line below, and nothing about the terminal is changed, so
// that a program that dies leaves no more behind than its last lines.
type screen struct {
	out     io.Writer
	settled strings.Builder // what is to scroll above the live lines
	drawn   []int           // the live lines that stand there: the cells of each
	shown   string          // these lines
	columns int             // of the terminal when they were drawn
}

// settle puts a text, whole lines, above the live ones, with the next frame.
func (s *screen) settle(text string) { s.settled.WriteString(text) }

// erase removes the line that the cursor is in, from its beginning, and all
// below. Of a screen that is erased from its very first cell on, some terminals
// keep a copy above: so the line goes first, and then what follows its first cell.
const erase = "\x1b[K\x1b[C\x1b[J\r"

// frame gives what turns the screen into one with these live lines, none of
// which is as wide as the terminal; nothing if it is that already.
func (s *screen) frame(lines []string, columns int) string {
	live := strings.Join(lines, "\n")
	if s.settled.Len() == 0 && live == s.shown && columns == s.columns {
		return ""
	}
	text := "\r"
	if up := s.rows(columns); up > 0 {
		text += fmt.Sprintf("\x1b[%dA", up)
	}
	if s.settled.Len() > 0 || len(lines) == 0 || columns != s.columns {
		text += erase + s.settled.String()
	}
	s.settled.Reset()
	s.drawn, s.shown, s.columns = s.drawn[:0], live, columns
	for i, line := range lines {
		s.drawn = append(s.drawn, cells(line))
		end := "\x1b[K\n"
		if i == len(lines)-1 {
			end = "\x1b[J\n"
		}
		text += line + end
	}
	return text
}

// rows is how many rows of the terminal the live lines take: one that has
// become narrower breaks them.
func (s *screen) rows(columns int) int {
	n := 0
	for _, cells := range s.drawn {
		n += max(1, (cells+columns-1)/columns)
	}
	return n
}

// forget takes the live lines for lost, as where somebody else has written to
// the terminal.
func (s *screen) forget() { s.drawn, s.shown = s.drawn[:0], "" }

// write writes a frame with one write, so that it appears at once. A writer that
// holds lines back until they end is asked not to: a frame that erases has none.
func (s *screen) write(frame string) {
	if frame == "" {
		return
	}
	_, _ = io.WriteString(s.out, frame)
	if w, ok := s.out.(interface{ Flush() error }); ok {
		_ = w.Flush()
	}
}
