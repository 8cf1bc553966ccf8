package duckdbload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// planChecks reads the check blocks. A not_null or unique that is false checks
// nothing.
func (p *plan) planChecks(ctx context.Context, blocks []Check) ([]check, error) {
	var checks []check
	for i, block := range blocks {
		place := fmt.Sprintf("check[%d]", i)
		var c check
		var err error
		if block.SQL != "" {
			c, err = p.queryCheck(ctx, place+".sql", string(block.SQL))
		} else {
			c, err = p.columnCheck(ctx, place, block)
		}
		if err != nil {
			return nil, err
		}
		if c.warn = block.Severity == "warn"; c.broken != "" {
			checks = append(checks, c)
		}
	}
	return checks, nil
}

// columnCheck is a check of one column.
func (p *plan) columnCheck(ctx context.Context, place string, b Check) (check, error) {
	t, err := p.column(place+".column", b.Column)
	if err != nil {
		return check{}, err
	}
	name, condition := identifier(t.name), ""
	argument, must := "", ""
	switch {
	case b.NotNull:
		argument, must, condition = "not_null", "have a value", name+" IS NULL"
	case b.Unique:
		argument, must = "unique", "have a value of their own"
		condition = fmt.Sprintf("%s IN (SELECT %[1]s FROM %s WHERE %[1]s IS NOT NULL GROUP BY %[1]s HAVING count(*) > 1)", name, p.target)
	case b.Min != "":
		argument, must = "min", "be at least "+string(b.Min)
		condition, err = p.compare(ctx, t, "<", place+".min", string(b.Min))
	case b.Max != "":
		argument, must = "max", "be at most "+string(b.Max)
		condition, err = p.compare(ctx, t, ">", place+".max", string(b.Max))
	case b.In != nil && len(b.In) == 0:
		err = badCheck(place+".in", "make the check", errors.New("no value is allowed by an empty list"))
	case b.In != nil:
		argument, must = "in", "be one of "+quoteAll(b.In)
		condition, err = p.compare(ctx, t, "NOT IN", place+".in", b.In...)
	case b.Matches != "":
		argument, must = "matches", "match "+string(b.Matches)
		condition = fmt.Sprintf("NOT regexp_matches(CAST(%s AS VARCHAR), %s)", name, literal(string(b.Matches)))
	}
	if err != nil || condition == "" {
		return check{}, err
	}
	return check{
		place: place + "." + argument, column: true,
		must:   fmt.Sprintf("by which the values of column %q must %s", t.name, must),
		broken: fmt.Sprintf("SELECT * FROM %s WHERE %s", p.target, condition),
	}, nil
}

// compare is an SQL condition that a column stands in a relation to values. A
// number that is none is beyond every bound.
func (p *plan) compare(ctx context.Context, t target, operator, place string, texts ...string) (string, error) {
	values := make([]string, len(texts))
	for i, text := range texts {
		if operator != "NOT IN" && t.typ == "VARCHAR" && numberText.MatchString(text) {
			return "", badCheck(place, "make the check", fmt.Errorf("%s is a number and column %q is VARCHAR, whose values would be compared as text; some value in it may be no number", text, t.name))
		}
		var err error
		if values[i], err = p.constant(ctx, t, place, text); err != nil {
			return "", err
		}
	}
	condition := fmt.Sprintf("%s %s (%s)", identifier(t.name), operator, strings.Join(values, ", "))
	if operator != "NOT IN" && (t.typ == "DOUBLE" || t.typ == "FLOAT") {
		condition += fmt.Sprintf(" OR isnan(%s)", identifier(t.name))
	}
	return condition, nil
}

var (
	numericType = regexp.MustCompile(`^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\([0-9,]+\))$`)
	numberText  = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
)

// constant writes a text as an SQL value that can be compared with a column. A
// number keeps its fraction also where the column has none.
func (p *plan) constant(ctx context.Context, t target, place, text string) (string, error) {
	value := fmt.Sprintf("CAST(trim(%s) AS %s)", literal(text), t.typ)
	fitting := numberText.MatchString(text)
	switch {
	case t.typ == "VARCHAR":
		return literal(text), nil
	case !numericType.MatchString(t.typ):
		err := p.db.conn.QueryRowContext(ctx, "SELECT "+fits(literal(text), t.typ)).Scan(&fitting)
		if err != nil {
			return "", badCheck(place, "read the value of", errors.Join(ctx.Err(), essence(err)))
		}
	case fitting && t.typ != "DOUBLE" && t.typ != "FLOAT":
		value = "(" + text + ")"
	}
	if !fitting {
		return "", badCheck(place, "read the value of", fmt.Errorf("%q cannot be compared with column %q, which is %s", text, t.name, t.typ))
	}
	return value, nil
}

// changing are functions with which even a SELECT changes something, or runs
// what cannot be looked at beforehand.
var changing = []string{"nextval", "query", "checkpoint", "force_checkpoint"}

// queryCheck is a check by a query, which must be one SELECT.
func (p *plan) queryCheck(ctx context.Context, place, text string) (check, error) {
	text = strings.TrimRight(text, "; \t\r\n")
	var tree string
	err := p.db.conn.QueryRowContext(ctx, "SELECT CAST(json_serialize_sql("+literal(text)+") AS VARCHAR)").Scan(&tree)
	if err != nil {
		return check{}, badCheck(place, "read", errors.Join(ctx.Err(), essence(err)))
	}
	var parsed struct {
		Error      bool              `json:"error"`
		Message    string            `json:"error_message"`
		Statements []json.RawMessage `json:"statements"`
	}
	err = json.Unmarshal([]byte(tree), &parsed)
	switch {
	case err != nil:
	case len(parsed.Statements) != 1 && (!parsed.Error || strings.HasPrefix(parsed.Message, "Only SELECT")):
		err = errors.New("it has to be one SELECT")
	case parsed.Error:
		first, _, _ := strings.Cut(parsed.Message, "\n")
		err = errors.New(first)
	}
	for _, name := range changing {
		if strings.Contains(tree, `"function_name":"`+name+`"`) {
			err = fmt.Errorf("it calls %s, and a check must not change anything", name)
		}
	}
	if err != nil {
		return check{}, badCheck(place, "read", err)
	}
	return check{place: place, broken: text}, nil
}
