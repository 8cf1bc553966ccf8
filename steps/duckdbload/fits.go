package duckdbload

import (
	"fmt"
	"regexp"
	"strings"
)

// The texts that a type can take without loss. DuckDB's own casts round a
// fraction, drop the time of a date, an offset or digits of a second, and turn
// a number that is too large for a DOUBLE into infinity.
const (
	wholeText     = `[+-]?[0-9]+(\.0*)?`
	dateText      = `[0-9]+[-/][0-9]{1,2}[-/][0-9]{1,2}`
	midnightText  = `([T ]00:00(:00(\.0*)?)?)?`
	clockText     = `[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{0,%d}0*)?)?`
	utcText       = `( ?(Z|UTC|[+-]00(:?00)?))?`
	endlessNumber = `[+-]?(inf|infinity|nan)`
)

// seconds is how many digits of a fraction of a second a type keeps.
var seconds = map[string]int{"TIMESTAMP_S": 0, "TIMESTAMP_MS": 3, "TIMESTAMP": 6, "TIMESTAMP_NS": 9}

var decimalType = regexp.MustCompile(`^DECIMAL\([0-9]+,([0-9]+)\)$`)

// textPattern is a regular expression of DuckDB for the texts that may become
// typ; empty when every text that casts is as good as its value.
func textPattern(typ string) string {
	if m := decimalType.FindStringSubmatch(typ); m != nil {
		return fmt.Sprintf(`[+-]?[0-9]*(\.[0-9]{0,%s}0*)?`, m[1])
	}
	if digits, ok := seconds[typ]; ok {
		return dateText + `([T ]` + fmt.Sprintf(clockText, digits) + utcText + `)?`
	}
	switch typ {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
		"UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		return wholeText
	case "DATE":
		return dateText + midnightText
	case "TIME":
		return fmt.Sprintf(clockText, 6)
	case "TIMESTAMP WITH TIME ZONE":
		return `[^.]*(\.[0-9]{0,6}0*([^0-9].*)?)?`
	}
	return ""
}

// checkedCast is an SQL expression that turns the text x into typ, and raises
// the error marker for a text that cannot become it without loss.
func checkedCast(x, typ, marker string) string {
	return fmt.Sprintf("CASE WHEN %s IS NULL THEN NULL WHEN %s THEN CAST(trim(%s) AS %s) ELSE error(%s) END",
		x, fits(x, typ), x, typ, literal(marker))
}

// fits is an SQL condition that the text x can become typ without loss.
func fits(x, typ string) string {
	x = "trim(" + x + ")"
	cast := fmt.Sprintf("TRY_CAST(%s AS %s)", x, typ)
	conditions := []string{cast + " IS NOT NULL"}
	if p := textPattern(typ); p != "" {
		conditions = append(conditions, fmt.Sprintf("regexp_full_match(%s, %s)", x, literal(p)))
	}
	if typ == "DOUBLE" || typ == "FLOAT" {
		conditions = append(conditions, fmt.Sprintf("(isfinite(%s) OR regexp_full_match(%s, %s, 'i'))", cast, x, literal(endlessNumber)))
	}
	return "(" + strings.Join(conditions, " AND ") + ")"
}
