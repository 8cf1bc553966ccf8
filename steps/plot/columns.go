package plot

import (
	"fmt"
	"strconv"
	"strings"

	"dagrun/engine"
)

// columns are the places of the wanted columns in a row; x and group are -1
// when there is none.
type columns struct {
	x, group int
	y        []int // in the order of wanted
}

// find looks the columns up by name among those there are.
func (g *gatherer) find(names []string) (columns, error) {
	c := columns{x: -1, group: -1}
	var err error
	if g.args.X != "" {
		if c.x, err = findColumn(g.origin, names, "x", g.args.X); err != nil {
			return c, err
		}
		g.xColumn = c.x
	}
	for _, w := range g.wanted {
		at, err := findColumn(g.origin, names, g.args.argument(w.panel, "y"), w.column)
		if err != nil {
			return c, err
		}
		c.y = append(c.y, at)
	}
	if g.args.GroupBy != "" {
		c.group, err = findColumn(g.origin, names, "group_by", g.args.GroupBy)
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

// ungrouped names the series of rows whose group is empty.
const ungrouped = "–"
