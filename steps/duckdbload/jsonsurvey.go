package duckdbload

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

var errNoName = errors.New("a member has an empty name, or one with a NUL byte")

// surveyJSON finds columns, types and the number of rows of a JSON file: one
// object a row, either all in one array or one after the other. The columns
// are the names that any object has, in the order of their first appearance.
func (s *source) surveyJSON(ctx context.Context) error {
	m := members{source: s, written: map[string]int{}, named: map[string]int{}}
	err := s.scanJSON(ctx, func(object []byte, line int64) error {
		s.rows++
		if err := eachMember(object, m.note); err != nil {
			return &fault{line: line, err: err}
		}
		return nil
	})
	if err == nil && s.rows > 0 && len(s.columns) == 0 {
		err = &fault{line: 1, err: errors.New("no JSON object has a member")}
	}
	return s.readFailure(err)
}

// members makes columns of the members of a JSON file's objects.
type members struct {
	source  *source
	written map[string]int // places of the columns, by name as written
	named   map[string]int // the same, by name with its escapes resolved
	seen    []int64        // the row that each column was last seen in
}

// note takes one member of the object that is the source's last row.
func (m *members) note(raw, value []byte) error {
	i, known := m.written[string(raw)]
	if !known {
		var err error
		if i, err = m.place(memberName(raw)); err != nil {
			return err
		}
		m.written[string(raw)] = i
	}
	if m.seen[i] == m.source.rows {
		return fmt.Errorf("the JSON object has %q twice", m.source.columns[i].name)
	}
	m.seen[i] = m.source.rows
	m.source.columns[i].kinds.noteJSON(value)
	return nil
}

// place finds the column of that name, or adds it.
func (m *members) place(name string) (int, error) {
	if name == "" || strings.ContainsRune(name, 0) {
		return 0, errNoName
	}
	i, known := m.named[name]
	if !known {
		i = len(m.seen)
		m.named[name] = i
		m.seen = append(m.seen, 0)
		m.source.columns = append(m.source.columns, sourceColumn{name: name})
	}
	return i, nil
}
