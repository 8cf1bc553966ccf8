package duckdbload

import (
	"context"
	"errors"
	"fmt"
	"sort"
)

// plan is what a load is going to do: the sources, the columns that the table
// has or gets, and the checks.
type plan struct {
	db        *database
	sources   []*source
	table     tableName
	target    string // the table's full name, quoted
	exists    bool
	mode      string
	key       []string // columns of the table, for upsert
	partition []string // columns of the table, for deleteInsert
	columns   []target
	checks    []check
}

// target is a column of the table.
type target struct {
	name  string
	typ   string
	given bool // by the table, by the argument columns or by a Parquet file
	over  bool // by the argument columns
}

// planLoad settles what the load does before it changes anything.
func planLoad(ctx context.Context, db *database, sources []*source, args Args) (*plan, error) {
	p := &plan{
		db: db, sources: sources, table: args.Table, mode: args.Mode,
		target: db.catalog + "." + identifier(args.Table.schema) + "." + identifier(args.Table.name),
	}
	if err := p.find(ctx); err != nil {
		return nil, err
	}
	if err := p.settleAll(ctx, args.Columns); err != nil {
		return nil, err
	}
	for _, s := range sources {
		for _, t := range p.columns {
			s.readAs(t)
		}
	}
	var err error
	if p.key, err = p.named("key", args.Key); err != nil {
		return nil, err
	}
	if p.partition, err = p.named("partition_by", args.PartitionBy); err != nil {
		return nil, err
	}
	p.checks, err = p.planChecks(ctx, args.Checks)
	return p, err
}

// settleAll settles the type of every column. In order of precedence it is the
// type that the table has, the argument columns say, a Parquet file has, or
// all the texts of the column can become.
func (p *plan) settleAll(ctx context.Context, columns map[string]columnType) error {
	given, err := p.givenTypes(ctx, columns)
	if err != nil {
		return err
	}
	if p.exists && p.mode != replace {
		return p.follow(ctx, given)
	}
	for _, c := range p.sources[0].columns {
		t, err := p.settle(c.name, given)
		if err != nil {
			return err
		}
		p.columns = append(p.columns, t)
	}
	return nil
}

// named finds the columns that an argument names, as the table calls them.
func (p *plan) named(argument string, names []string) ([]string, error) {
	if names != nil && len(names) == 0 {
		return nil, noColumns(argument)
	}
	var found []string
	for _, name := range names {
		c, err := p.column(argument, name)
		if err != nil {
			return nil, err
		}
		found = append(found, c.name)
	}
	return found, nil
}

// column finds a column of the table that an argument names.
func (p *plan) column(argument, name string) (target, error) {
	there := make([]string, len(p.columns))
	for i, c := range p.columns {
		if fold(c.name) == fold(name) {
			return c, nil
		}
		there[i] = c.name
	}
	return target{}, unknownColumn(argument, name, "table", there)
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
func (p *plan) givenTypes(ctx context.Context, columns map[string]columnType) (map[string]string, error) {
	names := make([]string, 0, len(columns))
	for name := range columns {
		names = append(names, name)
	}
	sort.Strings(names)
	given := make(map[string]string, len(columns))
	for _, name := range names {
		if p.sources[0].column(name) < 0 {
			return nil, unknownColumn("columns", name, "source", p.sources[0].names())
		}
		typ, err := p.db.fullType(ctx, string(columns[name]))
		if err != nil {
			return nil, badColumnType(name, string(columns[name]), essence(err))
		}
		given[fold(name)] = typ
	}
	return given, nil
}

// follow takes the columns of the table that rows are added to.
func (p *plan) follow(ctx context.Context, given map[string]string) error {
	columns, err := p.db.describe(ctx, p.target)
	if err != nil {
		return loadFailed("describe the table "+p.table.text, errors.Join(ctx.Err(), err))
	}
	there := make([]string, len(columns))
	for i, c := range columns {
		there[i] = c.Name
		if typ, ok := given[fold(c.Name)]; ok && typ != c.Type {
			return typesDiffer("columns", fmt.Sprintf("load into %s: its column %q is %s, not %s", p.table.text, c.Name, c.Type, typ),
				"Leave the type out, or use mode = \"replace\".")
		}
		p.columns = append(p.columns, target{name: c.Name, typ: c.Type, given: true})
	}
	if lacks, extra := difference(there, p.sources[0].names()); len(lacks)+len(extra) > 0 {
		return columnsDiffer(fmt.Sprintf("load %s into %s", p.sources[0].path, p.table.text), "table", lacks, extra,
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
