package plot

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"dagrun/engine"
	"dagrun/steps/plot/internal/axis"
)

// numberOf is a reading as DuckDB gives it. Text counts if it is a number.
func numberOf(v any) (float64, bool) {
	n := 0.0
	switch v := v.(type) {
	case float64:
		n = v
	case nil:
		return math.NaN(), true
	case float32: // by its text: 27.3 stays 27.3
		n, _ = strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	case duckdb.Decimal:
		n, _ = strconv.ParseFloat(v.String(), 64)
	case *big.Int:
		n, _ = new(big.Float).SetInt(v).Float64()
	case string:
		return parseReading([]byte(v))
	default:
		switch r := reflect.ValueOf(v); {
		case r.CanInt():
			n = float64(r.Int())
		case r.CanUint():
			n = float64(r.Uint())
		default:
			return 0, false
		}
	}
	return n, math.IsNaN(n) || isFinite(n)
}

// xOf is a value of the x column as DuckDB gives it: the type decides what it
// is, so that text is a category even where it looks like a time.
func (g *gatherer) xOf(v any, typeName string) (xValue, error) {
	if g.args.TimeFormat != nil {
		return g.writtenTime(v, typeName)
	}
	switch v := v.(type) {
	case time.Time:
		return g.timeOf(v, typeName)
	case string:
		return xValue{text: v}, nil
	case bool:
		return xValue{text: strconv.FormatBool(v)}, nil
	case []byte:
		if typeName == "UUID" && len(v) == 16 {
			return xValue{text: groupOf(v)}, nil
		}
	}
	if n, ok := numberOf(v); ok && !math.IsNaN(n) {
		return xValue{kind: number, n: n}, nil
	}
	return xValue{}, &engine.StepError{
		Code: "bad_column", Argument: "x",
		Message: fmt.Sprintf("%s: column %q is of type %s, and %s has no place on an axis", g.origin, g.args.X, typeName, textOf(v)),
		Remedy:  "Make it a time, a number or text.",
	}
}

// writtenTime reads text or a number as time_format says.
func (g *gatherer) writtenTime(v any, typeName string) (xValue, error) {
	f := g.args.TimeFormat
	w, ok := written{}, false
	switch v := v.(type) {
	case time.Time:
		return xValue{}, &engine.StepError{
			Code: "bad_column", Argument: "time_format",
			Message: fmt.Sprintf("%s: column %q is of type %s, a time already, which time_format is not for", g.origin, g.args.X, typeName),
			Remedy:  "Leave time_format out.",
		}
	case string:
		w, ok = f.parse([]byte(v), g.env.LogicalTime.Location())
	default:
		if n, isNumber := numberOf(v); isNumber { // 20240615 may be a date, too
			w, ok = f.parse(strconv.AppendFloat(nil, n, 'f', -1, 64), g.env.LogicalTime.Location())
		}
	}
	if !ok {
		return xValue{}, g.badTime(textOf(v))
	}
	return w.x(), nil
}

// timeOf places a time. One that has no zone is read in the pipeline's.
func (g *gatherer) timeOf(t time.Time, typeName string) (xValue, error) {
	zone := g.env.LogicalTime.Location()
	if t.Year() < 1 || t.Year() > 9999 {
		return xValue{}, &engine.StepError{
			Code: "bad_value", Argument: "x",
			Message: fmt.Sprintf("%s: column %q is a time in the year %d", g.whereX(), g.args.X, t.Year()),
			Remedy:  "Leave out times that are infinite or beyond the years 1 to 9999.",
		}
	}
	y, mo, d := t.Date()
	h, mi, s := t.Clock()
	switch typeName {
	case "TIME", "TIMETZ", "TIME_TZ", "TIME WITH TIME ZONE":
		return xValue{kind: clock, n: axis.Seconds(clockDay(h, mi, s, t.Nanosecond()))}, nil
	case "DATE":
		return dayIn(time.Date(y, mo, d, 0, 0, 0, 0, time.UTC), zone).x(), nil
	case "TIMESTAMPTZ":
		return xValue{kind: moment, n: axis.Seconds(t)}, nil
	}
	return momentIn(time.Date(y, mo, d, h, mi, s, t.Nanosecond(), time.UTC), zone).x(), nil
}

// groupOf is the name of a group.
func groupOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ungrouped
	case string:
		if v == "" {
			return ungrouped
		}
		return v
	case []byte:
		if len(v) == 16 {
			var id duckdb.UUID
			copy(id[:], v)
			return id.String()
		}
	case time.Time:
		return v.Format(time.DateTime)
	}
	return fmt.Sprint(v)
}

// textOf shows a value in a message.
func textOf(v any) string {
	if s, ok := v.(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(v)
}
