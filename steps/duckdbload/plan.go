package duckdbload

import (
	"context"
	"errors"
	"fmt"
	"sort"
)

// plan is what a load is going to do: the sources, and the columns that the
// table has or gets.
type plan struct {
	db      *database
	sources []*source
	table   tableName
	target  string // the table's full name, quoted
	exists  bool
	replace bool
	columns []target
}

// target is a column of the table.
type target struct {
	name  string
	typ   string
	given bool // by the table, by the argument columns or by a Parquet file
	over  bool // by the argument columns
}

// planLoad settles the type of every column. In order of precedence it is the
// type that the table has, the argument columns say, a Parquet file has, or
// all the texts of the column can become.
func planLoad(ctx context.Context, db *database, sources []*source, args Args) (*plan, error) {
	p := &plan{
		db: db, sources: sources, table: args.Table, replace: args.Mode == "replace",
		target: db.catalog + "." + identifier(args.Table.schema) + "." + identifier(args.Table.name),
	}
	if err := p.find(ctx); err != nil {
		return nil, err
	}
	given, err := p.givenTypes(ctx, args.Columns)
	if err != nil {
		return nil, err
	}
	if p.exists && !p.replace {
		if err := p.follow(ctx, given); err != nil {
			return nil, err
		}
		p.readDirectly()
		return p, nil
	}
	for _, c := range sources[0].columns {
		t, err := p.settle(c.name, given)
		if err != nil {
			return nil, err
		}
		p.columns = append(p.columns, t)
	}
	p.readDirectly()
	return p, nil
}

// readDirectly has DuckDB read columns as the types that they become, where
// the survey has proved them.
func (p *plan) readDirectly() {
	for _, s := range p.sources {
		for _, t := range p.columns {
			s.readAs(t)
		}
	}
}

// find looks what there is of the table's name.
func (p *plan) find(ctx context.Context) error {
	rows, err := p.db.conn.QueryContext(ctx, `
		SELECT schema_name, table_name, 'table' FROM duckdb_tables() WHERE database_name = current_database()
		UNION ALL SELECT schema_name, view_name, 'view' FROM duckdb_views() WHERE database_name = current_database()`)
	if err != nil {
		return loadFailed("list the tables of "+p.db.path, errors.Join(ctx.Err(), err))
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var schema, name, kind string
		if err := rows.Scan(&schema, &name, &kind); err != nil {
			return fmt.Errorf("list the tables: %w", err)
		}
		if fold(schema) != fold(p.table.schema) || fold(name) != fold(p.table.name) {
			continue
		}
		if kind != "table" {
			return notATable(p.table.text, kind)
		}
		p.exists = true
	}
	return rows.Err()
}

// givenTypes reads the argument columns: the full names of the types, by folded
// column name.
func (p *plan) givenTypes(ctx context.Context, columns map[string]string) (map[string]string, error) {
	names := make([]string, 0, len(columns))
	for name := range columns {
		names = append(names, name)
	}
	sort.Strings(names)
	given := make(map[string]string, len(columns))
	for _, name := range names {
		if p.sources[0].column(name) < 0 {
			return nil, unknownColumn(name, p.sources[0].names())
		}
		typ, err := p.db.fullType(ctx, columns[name])
		if err != nil {
			return nil, badColumnType(name, columns[name], essence(err))
		}
		given[fold(name)] = typ
	}
	return given, nil
}

// follow takes the columns of the table that rows are appended to.
func (p *plan) follow(ctx context.Context, given map[string]string) error {
	columns, err := p.db.describe(ctx, p.target)
	if err != nil {
		return loadFailed("describe the table "+p.table.text, errors.Join(ctx.Err(), err))
	}
	there := make([]string, len(columns))
	for i, c := range columns {
		there[i] = c.Name
		if typ, ok := given[fold(c.Name)]; ok && typ != c.Type {
			return typesDiffer("columns", fmt.Sprintf("append to %s: its column %q is %s, not %s", p.table.text, c.Name, c.Type, typ),
				"Leave the type out, or use mode = \"replace\".")
		}
		p.columns = append(p.columns, target{name: c.Name, typ: c.Type, given: true})
	}
	if lacks, extra := difference(there, p.sources[0].names()); len(lacks)+len(extra) > 0 {
		return columnsDiffer(fmt.Sprintf("append %s to %s", p.sources[0].path, p.table.text), "table", lacks, extra,
			"Make the file's columns those of the table, or use mode = \"replace\".")
	}
	return nil
}

// settle finds the type of a column of a new table.
func (p *plan) settle(name string, given map[string]string) (target, error) {
	if typ, ok := given[fold(name)]; ok {
		return target{name: name, typ: typ, given: true, over: true}, nil
	}
	t := target{name: name}
	var kinds fieldKinds
	for _, s := range p.sources {
		c := s.columns[s.column(name)]
		switch {
		case c.typ == "":
			kinds.join(c.kinds)
		case t.given && c.typ != t.typ:
			return t, typesDiffer("source", fmt.Sprintf("load %s: its column %q is %s, in a file before it %s", s.path, name, c.typ, t.typ),
				fmt.Sprintf("Give one type for both: columns = { %q = %q }.", name, t.typ))
		default:
			t.typ, t.given = c.typ, true
		}
	}
	if !t.given {
		t.typ = kinds.typ()
	}
	return t, nil
}
