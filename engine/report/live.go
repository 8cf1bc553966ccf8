package report

import (
	"sync"
	"time"
)

// frameTime is how long a frame stands.
const frameTime = 100 * time.Millisecond

// spare is how many rows of a terminal stay above the live lines, or are below.
const spare = 4

// live is what a Console on a terminal knows beside what others know.
type live struct {
	screen

	started time.Time // the run
	ended   int       // how many steps have
	total   int       // how many there are; not positive where that is not known
	over    bool      // there are no live lines any more
	aside   bool      // there are none just now
	glyphs  glyphs
	drawing sync.Mutex // frames are written in the order in which they are made
}

// glyphs are the signs of a terminal.
type glyphs struct {
	spinner           []rune
	done, failed      string
	full, empty, more string
}

func glyphsOf(o Options) glyphs {
	if o.ASCII {
		return glyphs{[]rune(`|/-\`), "+", "x", "#", ".", "~"}
	}
	return glyphs{[]rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"), "✓", "✗", "▰", "▱", "…"}
}

// columns is how wide texts may be: a column less than the terminal, for some
// begin a new line when the last column is written to.
func (c *Console) columns() int {
	columns, _ := c.options.Terminal()
	return max(columns-1, 1)
}

// draw draws a frame. What is written is not waited for by those who tell of
// events: a terminal can be halted.
func (c *Console) draw(now time.Time) {
	c.live.drawing.Lock()
	defer c.live.drawing.Unlock()
	c.mu.Lock()
	columns, rows := c.options.Terminal()
	if rows <= 0 {
		c.live.forget()
	}
	frame := c.live.frame(c.liveLines(now, max(columns-1, 1), rows), max(columns, 1))
	c.mu.Unlock()
	c.live.write(frame)
}

// leave takes the live lines away for good.
func (c *Console) leave() {
	c.set(&c.live.over, true)
	c.draw(time.Time{})
}

func (c *Console) set(flag *bool, value bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*flag = value
}

// Aside takes the live lines away while something is done, such as stopping the
// program until a shell lets it go on. Without live lines, it is just done.
func (c *Console) Aside(do func()) {
	if c.live == nil {
		do()
		return
	}
	c.set(&c.live.aside, true)
	c.draw(time.Time{})
	do()
	c.set(&c.live.aside, false)
}

// liveLines are the lines of the steps at work, and one that counts. Steps for
// which there is no room are counted there.
func (c *Console) liveLines(now time.Time, columns, rows int) []string {
	if c.live.over || c.live.aside || rows <= 1 || c.live.started.IsZero() {
		return nil
	}
	var lines []string
	all := c.atWork()
	these := all[:min(max(rows-spare-1, 0), len(all))]
	room := c.nameRoom(these, now, columns)
	for _, a := range these {
		lines = append(lines, cut(c.liveLine(a, now, room, columns), columns, c.live.glyphs.more))
	}
	return append(lines, cut("  "+c.style.faint(c.tally(now, len(all)-len(lines))), columns, c.live.glyphs.more))
}

// tally counts the steps that have ended, and those at work that have no line.
func (c *Console) tally(now time.Time, hidden int) string {
	text := count(int64(c.live.ended))
	if c.live.total > 0 {
		text += " of " + count(int64(c.live.total))
	}
	text += " done in " + elapsed(now.Sub(c.live.started))
	if hidden > 0 {
		return c.live.glyphs.more + " and " + count(int64(hidden)) + " more; " + text
	}
	return text
}

// spinner is a mark that turns while a step is at work.
func (c *Console) spinner(a *activity, now time.Time) string {
	if a.attempt == 0 || !a.again.IsZero() {
		return c.style.faint(".")
	}
	frames := c.live.glyphs.spinner
	return c.style.yellow(string(frames[now.UnixMilli()/frameTime.Milliseconds()%int64(len(frames))]))
}

// elapsed is a length of time that goes on, in whole seconds.
func elapsed(d time.Duration) string {
	if d < time.Second {
		return "0s"
	}
	return length(d.Truncate(time.Second))
}
