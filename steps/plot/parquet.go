package plot

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"dagrun/engine"
)

// readParquet reads the wanted columns of a Parquet file through DuckDB, which
// has the format built in.
func (g *gatherer) readParquet(ctx context.Context, path string) error {
	failed := func(err error) error { return badParquet(g.origin, err) }
	file, err := literally(path)
	if err != nil {
		return failed(err)
	}
	from := "FROM read_parquet(" + quote(file, `'`) + ", hive_partitioning = false)"
	return inMemory(ctx, func(conn *sql.Conn, spill string) error {
		if _, err := conn.ExecContext(ctx, "SET temp_directory = "+quote(spill, `'`)); err != nil {
			return failed(err)
		}
		names, err := columnNames(ctx, conn, from)
		if err != nil {
			return failed(err)
		}
		at, err := g.find(names)
		if err != nil {
			return err
		}
		return g.queryRows(ctx, conn, "SELECT "+at.among(names)+" "+from, failed)
	}, failed)
}

func columnNames(ctx context.Context, conn *sql.Conn, from string) ([]string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT * "+from+" LIMIT 0") //nolint:gosec // the path in it is quoted
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	return names, errors.Join(err, rows.Err())
}

// among lists the columns in SQL, each once.
func (c columns) among(names []string) string {
	var list []string
	listed := map[int]bool{-1: true}
	for _, at := range append([]int{c.x, c.group}, c.y...) {
		if !listed[at] {
			listed[at] = true
			list = append(list, quote(names[at], `"`))
		}
	}
	return strings.Join(list, ", ")
}

// literally writes a path as a glob of DuckDB that matches nothing else: DuckDB
// has no way to take a path as it is.
func literally(path string) (string, error) {
	if strings.ContainsAny(path, "*?[") && strings.Contains(path, `\`) {
		return "", errors.New("its name has a backslash together with one of * ? [")
	}
	return strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]").Replace(path), nil
}

func badParquet(name string, err error) error {
	return &engine.StepError{
		Code: "bad_file", Argument: "source",
		Message: "read " + name + ": " + sentence(err),
		Remedy:  "Check the file and its permissions; a file that ends in .parquet must be one.",
	}
}
