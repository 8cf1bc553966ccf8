package duckdbload

import (
	"context"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// incoming is the temporary table that holds the rows of the sources until the
// rows that they take the place of are gone.
const incoming = `temp.main."dagrun incoming"`

// merge moves the incoming rows into the table, in the place of those with the
// same key or of the same partition. It gives how many of those there were.
func (p *plan) merge(ctx context.Context) (gone int64, err error) {
	matched, equals := p.partition, "IS NOT DISTINCT FROM"
	if p.mode == upsert {
		matched, equals = p.key, "="
		if err := p.checkKeys(ctx); err != nil {
			return 0, err
		}
	}
	conditions := make([]string, len(matched))
	for i, name := range matched {
		conditions[i] = fmt.Sprintf("old.%s %s new.%[1]s", identifier(name), equals)
	}
	gone, err = p.db.exec(ctx, fmt.Sprintf("DELETE FROM %s AS old USING (SELECT DISTINCT %s FROM %s) AS new WHERE %s",
		p.target, identifiers(matched), incoming, strings.Join(conditions, " AND ")))
	if err != nil {
		return 0, p.mergeFailed(ctx, "take away the rows of "+p.table.text+" that are to be replaced", err)
	}
	_, err = p.db.exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %[2]s FROM %s", p.target, p.names(), incoming))
	if err != nil {
		return 0, p.mergeFailed(ctx, "load into "+p.table.text, err)
	}
	return gone, nil
}

func (p *plan) mergeFailed(ctx context.Context, what string, err error) error {
	if ctx.Err() == nil && class(err) == duckdb.ErrorTypeConstraint {
		return constraintViolated(p.table.text, p.sourcesText(), err)
	}
	return loadFailed(what, err)
}

// sourcesText names the sources for people.
func (p *plan) sourcesText() string {
	if n := len(p.sources); n > 1 {
		return fmt.Sprintf("%d files, the first of them %s,", n, p.sources[0].path)
	}
	return p.sources[0].path
}

func identifiers(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = identifier(name)
	}
	return strings.Join(quoted, ", ")
}
