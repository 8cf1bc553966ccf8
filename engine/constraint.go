package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Constraint is a rule about which arguments of a step type go with which.
type Constraint struct {
	// Block names the blocks in each of which the rule holds; "" when it is
	// about the arguments of the step itself.
	Block     string
	Arguments []string

	kind   constraintKind
	values []string // of the second argument, for onlyWith and neededWith
}

type constraintKind int

const (
	exactlyOne constraintKind = iota
	atMostOne
	together
	onlyWith
	neededWith
)

// ExactlyOne says that one of the arguments must be given, and only one. In
// this and the other rules a name such as "check.sql" is an argument of the
// blocks "check": the rule then holds in each of them, and all its names are
// of that block.
func ExactlyOne(arguments ...string) Option { return withConstraint(exactlyOne, arguments, nil) }

// AtMostOne says that the arguments exclude each other.
func AtMostOne(arguments ...string) Option { return withConstraint(atMostOne, arguments, nil) }

// Together says that the arguments are given all or none.
func Together(arguments ...string) Option { return withConstraint(together, arguments, nil) }

// OnlyWith says that the argument may be given only when the other one has one
// of the values, its default counting too; without values, when it is given.
func OnlyWith(argument, other string, values ...string) Option {
	return withConstraint(onlyWith, []string{argument, other}, values)
}

// NeededWith says that the argument must be given when the other one has one
// of the values, its default counting too; without values, when it is given.
func NeededWith(argument, other string, values ...string) Option {
	return withConstraint(neededWith, []string{argument, other}, values)
}

func withConstraint(kind constraintKind, arguments, values []string) Option {
	c := Constraint{kind: kind, values: values}
	for _, path := range arguments {
		block, name, nested := strings.Cut(path, ".")
		if !nested {
			block, name = "", path
		}
		if len(c.Arguments) > 0 && block != c.Block {
			panic(fmt.Sprintf("a constraint names arguments of different blocks: %s", strings.Join(arguments, ", ")))
		}
		c.Block, c.Arguments = block, append(c.Arguments, name)
	}
	return func(t *StepType) { t.Constraints = append(t.Constraints, c) }
}

// mustHold panics when the rule is about arguments that the type does not have.
func (c Constraint) mustHold(t *StepType) {
	fields := t.Args
	if c.Block != "" {
		block := FindField(fields, c.Block)
		if block == nil || !block.IsBlock() {
			panic(fmt.Sprintf("step type %s: a constraint names %s, which is no block", t.Name, c.Block))
		}
		fields = block.Block
	}
	for _, name := range c.Arguments {
		if FindField(fields, name) == nil {
			panic(fmt.Sprintf("step type %s: a constraint names %s, which is no argument", t.Name, name))
		}
	}
}

// String states the rule for people.
func (c Constraint) String() string {
	if c.Block != "" {
		return fmt.Sprintf("In each %q block: %s", c.Block, c.rule())
	}
	return c.rule()
}

func (c Constraint) rule() string {
	names := `"` + strings.Join(c.Arguments, `", "`) + `"`
	switch c.kind {
	case exactlyOne:
		return "Give exactly one of " + names + "."
	case atMostOne:
		return "Give at most one of " + names + "."
	case onlyWith:
		return fmt.Sprintf("%q goes only with %s.", c.Arguments[0], c.condition())
	case neededWith:
		return fmt.Sprintf("%q is needed with %s.", c.Arguments[0], c.condition())
	}
	return "Give all of " + names + ", or none."
}

// condition states what the second argument has to be.
func (c Constraint) condition() string {
	if len(c.values) == 0 {
		return `"` + c.Arguments[1] + `"`
	}
	return c.Arguments[1] + ` = "` + strings.Join(c.values, `" or "`) + `"`
}

// Given tells a rule of an argument: its value, which may be unknown, null or
// a default, and whether the pipeline gives it one.
type Given func(argument string) (value cty.Value, written bool)

// Check applies the rule to arguments. The error, if any, names those concerned.
func (c Constraint) Check(given Given) error {
	if c.kind == onlyWith || c.kind == neededWith {
		return c.checkPair(given)
	}
	var have, lack []string
	for _, a := range c.Arguments {
		if _, written := given(a); written {
			have = append(have, a)
		} else {
			lack = append(lack, a)
		}
	}
	switch {
	case c.kind != together && len(have) > 1:
		return fmt.Errorf("%s exclude each other. %s", quoteAll(have), c.rule())
	case c.kind == exactlyOne && len(have) == 0:
		return fmt.Errorf("none of %s is given. %s", quoteAll(lack), c.rule())
	case c.kind == together && len(have) > 0 && len(lack) > 0:
		return fmt.Errorf("%s needs %s. %s", quoteAll(have), quoteAll(lack), c.rule())
	}
	return nil
}

func (c Constraint) checkPair(given Given) error {
	_, written := given(c.Arguments[0])
	if written == (c.kind == neededWith) {
		return nil
	}
	holds, known := c.conditionHolds(given)
	if !known || holds == written {
		return nil
	}
	if c.kind == neededWith {
		return fmt.Errorf("%q is not given. %s", c.Arguments[0], c.rule())
	}
	return fmt.Errorf("%q has no meaning here. %s", c.Arguments[0], c.rule())
}

// conditionHolds tells whether the second argument is what the rule is about,
// as far as that is known.
func (c Constraint) conditionHolds(given Given) (holds, known bool) {
	value, written := given(c.Arguments[1])
	if len(c.values) == 0 {
		return written, true
	}
	value, _ = value.UnmarkDeep()
	if !value.IsKnown() {
		return false, false
	}
	text, err := convert.Convert(value, cty.String)
	if err != nil || text.IsNull() {
		return false, true
	}
	return slices.Contains(c.values, text.AsString()), true
}

func quoteAll(names []string) string {
	names = slices.Clone(names)
	for i := range names {
		names[i] = `"` + names[i] + `"`
	}
	return strings.Join(names, " and ")
}
