package crontab

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Table is the text of a crontab.
type Table string

const (
	beginning = "# BEGIN dagrun "
	ending    = "# END dagrun "
	remark    = "# dagrun: "
)

func begin(path string) string { return beginning + path }
func end(path string) string   { return ending + path }

// lines gives the lines, each with its line break.
func (t Table) lines() []string { return slices.Collect(strings.Lines(string(t))) }

// String is the crontab as it stands.
func (t Table) String() string { return string(t) }

// span is the lines of a block, markers included: from the first index up to
// the second.
type span struct{ from, to int }

// blocks finds the blocks of a pipeline's file. One that is not as Job.Block
// writes it is an error that names its lines, so that nothing of anybody else's
// is taken for dagrun's.
func (t Table) blocks(path string) ([]span, error) {
	var found []span
	from := -1
	for i, line := range t.lines() {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == begin(path) && from < 0:
			from = i
		case line == end(path) && from >= 0:
			found = append(found, span{from, i + 1})
			from = -1
		case line == end(path):
			return nil, fmt.Errorf("line %d ends a block of %s that no line begins", i+1, path)
		case from >= 0 && isMarker(line):
			return nil, fmt.Errorf("line %d begins a block of %s, and line %d is another marker before its end", from+1, path, i+1)
		case from >= 0 && !isOwn(line):
			return nil, fmt.Errorf("line %d begins a block of %s, and line %d in it is not dagrun's: %s", from+1, path, i+1, line)
		}
	}
	if from >= 0 {
		return nil, fmt.Errorf("line %d begins a block of %s that no line ends", from+1, path)
	}
	return found, nil
}

func isMarker(line string) bool {
	return strings.HasPrefix(line, beginning) || strings.HasPrefix(line, ending)
}

func isOwn(line string) bool {
	return strings.HasPrefix(line, remark) || strings.Contains(line, runs) && strings.HasSuffix(line, "2>&1")
}

// Put gives the crontab with the block of a job, in the place of the one that is
// there or behind everything else.
func (t Table) Put(path, block string) (Table, error) {
	found, err := t.blocks(path)
	if err != nil {
		return t, err
	}
	if len(found) == 0 {
		if t != "" && !strings.HasSuffix(string(t), "\n") {
			t += "\n"
		}
		return t + Table(block), nil
	}
	lines := t.without(found)
	return Table(strings.Join(slices.Insert(lines, found[0].from, block), "")), nil
}

// Remove gives the crontab without the block of a pipeline's file.
func (t Table) Remove(path string) (Table, error) {
	found, err := t.blocks(path)
	if err != nil {
		return t, err
	}
	return Table(strings.Join(t.without(found), "")), nil
}

func (t Table) without(blocks []span) []string {
	lines := t.lines()
	for _, b := range slices.Backward(blocks) {
		lines = slices.Delete(lines, b.from, b.to)
	}
	return lines
}

// Sharing names the file of another block whose pipeline has the same name and
// the same history as the job's, and so the same lock; empty when there is none.
func (t Table) Sharing(j Job) string {
	path := ""
	for line := range strings.Lines(string(t)) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, beginning):
			path = strings.TrimPrefix(line, beginning)
		case strings.HasPrefix(line, ending):
			path = ""
		case line == j.identity() && path != "" && path != j.Path:
			return path
		}
	}
	return ""
}

// MaskedReturns lists the numbers of lines that end in the two characters \r.
// Debian's crontab -l writes them for a carriage return, which would be lost if
// the text were written back.
func (t Table) MaskedReturns() []int {
	var numbers []int
	for i, line := range t.lines() {
		if strings.HasSuffix(strings.TrimSuffix(line, "\n"), `\r`) {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

// Setting is a line of a crontab that sets a variable for the lines below it.
type Setting struct {
	Line        int
	Name, Value string
}

var setting = regexp.MustCompile(`^\s*["']?([A-Za-z_][A-Za-z0-9_]*)["']?\s*=\s*(.*?)\s*$`)

// Settings gives what variables are set to where the block of a pipeline's file
// stands, or would be put.
func (t Table) Settings(path string) map[string]Setting {
	in := map[string]Setting{}
	for i, line := range t.lines() {
		line = strings.TrimRight(line, "\r\n")
		if line == begin(path) {
			break
		}
		if m := setting.FindStringSubmatch(line); m != nil {
			in[m[1]] = Setting{Line: i + 1, Name: m[1], Value: strings.Trim(m[2], `"'`)}
		}
	}
	return in
}
