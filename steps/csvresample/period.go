package csvresample

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"dagrun/engine"
)

// Period says which rows count, in the form that UnmarshalText reads.
type Period struct {
	text     string
	latest   bool
	bounded  bool
	from, to stamp // where bounded
}

// TypeName is the name of the type in documents.
func (Period) TypeName() string { return "period" }

// UnmarshalText reads "all", "latest", a date, or two dates or date-times
// separated by a slash.
func (p *Period) UnmarshalText(text []byte) error {
	got := Period{text: string(text)}
	from, to, isInterval := strings.Cut(got.text, "/")
	var err error
	switch {
	case got.text == "all":
	case got.text == "latest":
		got.latest = true
	case isInterval:
		err = got.setBounds(from, to)
	default:
		err = got.setDay()
	}
	*p = got
	return err
}

func (p *Period) setBounds(from, to string) error {
	var err error
	if p.from, err = parseStamp([]byte(from)); err != nil {
		return fmt.Errorf("the start of %q is no date or date-time: %w", p.text, err)
	}
	if p.to, err = parseStamp([]byte(to)); err != nil {
		return fmt.Errorf("the end of %q is no date or date-time: %w", p.text, err)
	}
	p.bounded = true
	if sameClock := p.from.layout.zoned() == p.to.layout.zoned(); sameClock && !p.from.before(p.to) {
		return errEmptyPeriod(p.text)
	}
	return nil
}

func errEmptyPeriod(text string) error {
	return fmt.Errorf("%q ends at or before its start; the end is exclusive, so one day is \"2024-06-15/2024-06-16\"", text)
}

func (p *Period) setDay() error {
	day, err := parseStamp([]byte(p.text))
	switch {
	case err == nil && day.layout.dateOnly():
		p.from, p.to, p.bounded = day, day, true
		p.to.local += secondsPerDay
		return nil
	case err == nil:
		return fmt.Errorf("%q is a moment, not a period; write an interval like \"2024-06-15T06:00/2024-06-15T18:00\"", p.text)
	case errors.Is(err, errCalendar):
		return fmt.Errorf("%q is not a period: %w", p.text, err)
	}
	hint := ""
	if near := engine.Nearest(p.text, []string{"all", "latest"}); near != "" {
		hint = fmt.Sprintf(" Did you mean %q?", near)
	}
	return fmt.Errorf("%q is not a period; write \"all\", \"latest\", a date like \"2024-06-15\" or an interval like \"2024-06-15/2024-06-22\".%s", p.text, hint)
}

// bounds are the instants at and before which rows count, with a clock for
// texts without an offset. A period without bounds begins and ends beyond any
// row's time.
func (p *Period) bounds(c *clock) (from, to int64, err error) {
	if !p.bounded {
		return math.MinInt64, math.MaxInt64, nil
	}
	from, to = c.instantOf(p.from), c.instantOf(p.to)
	if from >= to {
		return from, to, errEmptyPeriod(p.text)
	}
	return from, to, nil
}
