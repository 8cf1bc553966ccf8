package csvresample

import (
	"fmt"
	"maps"
	"slices"
)

// findValues lists the columns of which values are made: none where whole rows
// are kept, those that aggregate names, or all others.
func (j *job) findValues() error {
	switch {
	case j.args.Aggregate != nil:
		return j.findAsked()
	case j.args.Method == "first" || j.args.Method == "last":
		return nil
	}
	j.values = []valueColumn{}
	for i := range j.header.names {
		if !slices.Contains(j.times, i) && !slices.Contains(j.groups, i) {
			c := valueColumn{index: i, functions: []Function{Function(j.args.Method)}, reckons: true}
			c.all = j.args.Method == "median"
			j.values = append(j.values, c)
		}
	}
	return nil
}

// findAsked lists the columns that aggregate names, in the order of the file's.
func (j *job) findAsked() error {
	j.values = []valueColumn{}
	names := slices.Sorted(maps.Keys(j.args.Aggregate))
	columns, err := j.columnsOf("aggregate", names)
	if err != nil {
		return err
	}
	for i, index := range columns {
		j.values = append(j.values, newAsked(index, j.args.Aggregate[names[i]]))
	}
	slices.SortFunc(j.values, func(a, b valueColumn) int { return a.index - b.index })
	return j.checkNames()
}

func newAsked(index int, functions []Function) valueColumn {
	c := valueColumn{index: index, asked: true}
	for _, f := range functions {
		if slices.Contains(c.functions, f) {
			continue
		}
		c.functions = append(c.functions, f)
		switch f {
		case "first", "last":
			c.edges = true
		case "count":
		default:
			c.reckons, c.all = true, c.all || f == "median"
		}
	}
	c.edges = c.edges || !c.reckons // texts are counted there
	return c
}

// checkNames refuses columns of the output that would have the same name.
func (j *job) checkNames() error {
	seen := map[string]bool{}
	a := aggregate{job: j, columns: j.values}
	for _, c := range a.shown() {
		if seen[c.name] {
			return errArgument("aggregate", fmt.Sprintf("two columns of the output would be named %q", c.name), "Name the columns otherwise in the file.")
		}
		seen[c.name] = true
	}
	return nil
}
