package plot

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"dagrun/engine"
)

// columns are the places of the wanted columns in a row; group is -1 when
// there is none.
type columns struct {
	x, group int
	y        []int
}

// find looks the columns up by name among those there are.
func (a Args) find(origin string, names []string) (columns, error) {
	c := columns{group: -1}
	var err error
	if c.x, err = findColumn(origin, names, "x", a.X); err != nil {
		return c, err
	}
	for _, y := range a.Y {
		at, err := findColumn(origin, names, "y", y)
		if err != nil {
			return c, err
		}
		c.y = append(c.y, at)
	}
	if a.GroupBy != "" {
		c.group, err = findColumn(origin, names, "group_by", a.GroupBy)
	}
	return c, err
}

func findColumn(origin string, names []string, argument, wanted string) (int, error) {
	at := -1
	for i, name := range names {
		if name != wanted {
			continue
		}
		if at >= 0 {
			return 0, &engine.StepError{
				Code: "bad_column", Argument: argument,
				Message: fmt.Sprintf("%s has two columns %q", origin, wanted),
				Remedy:  "Give every column a name of its own.",
			}
		}
		at = i
	}
	if at < 0 {
		question := ""
		if near := engine.Nearest(wanted, names); near != "" {
			question = fmt.Sprintf("Did you mean %q? ", near)
		}
		return 0, &engine.StepError{
			Code: "unknown_column", Argument: argument,
			Message: fmt.Sprintf("%s has no column %q", origin, wanted),
			Remedy:  fmt.Sprintf("%sThe columns are %s.", question, list(names)),
		}
	}
	return at, nil
}

// list quotes names; of very many, the first.
func list(names []string) string {
	const most = 30
	quoted := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, strconv.Quote(name))
	}
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(quoted, ", "), len(names)-most)
	}
	return strings.Join(quoted, ", ")
}

// parseY reads a reading: nothing and NaN are a missing one.
func parseY(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return math.NaN(), true
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !math.IsNaN(v) && !isFinite(v) {
		return 0, false
	}
	return v, true
}

func badReading(where, column, text string) error {
	return &engine.StepError{
		Code: "bad_value", Argument: "y",
		Message: fmt.Sprintf("%s: column %q is %s, which is not a number that can be drawn", where, column, text),
		Remedy:  "Correct the value; numbers have a decimal point and no thousands separator. A missing reading is left empty.",
	}
}

func missingX(where, column string) error {
	return &engine.StepError{
		Code: "bad_value", Argument: "x",
		Message: fmt.Sprintf("%s: column %q is empty, so that the row has no place in the chart", where, column),
		Remedy:  "Fill the value in, or leave the row out.",
	}
}

// ungrouped names the series of rows whose group is empty.
const ungrouped = "–"
