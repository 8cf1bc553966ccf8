package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// stepWords are what a step may have beside the fields of its type and of every
// step.
var stepWords = []string{"depends_on", "for_each", "if", "postcondition", "precondition"}

// blockTypes are the kinds of blocks of a pipeline's file.
var blockTypes = []string{"function", "locals", "output", "pipeline", "step", "variable"}

// suggest completes HCL's errors about words that are not expected in a block:
// with the nearest of those that are, which HCL looks for only among words of
// the same kind, or with all of them. A sentence can stand for these.
func suggest(diags hcl.Diagnostics, words []string, instead ...string) hcl.Diagnostics {
	list := fmt.Sprintf("What can stand here: %s.", strings.Join(words, ", "))
	if len(instead) > 0 {
		list = instead[0]
	}
	for _, d := range diags {
		parts := strings.Split(d.Detail, `"`)
		if len(parts) < 3 || !strings.HasPrefix(d.Detail, "An argument named ") && !strings.HasPrefix(d.Detail, "Blocks of type ") {
			continue
		}
		if strings.Contains(d.Detail, "Did you mean") {
			continue
		}
		if near := didYouMean(parts[1], words); near != "" {
			d.Detail += near
		} else {
			d.Detail += " " + list
		}
	}
	return diags
}

// remedies say what to do about errors that HCL finds, by their summaries; about
// the others it says so itself.
var remedies = []struct{ summary, remedy string }{
	{"Missing name for step", `Write step "TYPE" "NAME" {.`},
	{"Missing name for", "Write the name in quotes behind the kind of the block."},
	{"Extraneous label for", "Take the label out."},
	{"Invalid type specification", "A type is string, number, bool or any, or one of them in list(…), set(…), map(…), tuple([…]) or object({…})."},
	{"Invalid dynamic for_each value", "Give a list, a map or a set; for no blocks at all, an empty one."},
}

// explain completes HCL's errors with what to do.
func explain(diags hcl.Diagnostics) hcl.Diagnostics {
	for _, d := range diags {
		for _, r := range remedies {
			if strings.HasPrefix(d.Summary, r.summary) {
				d.Detail = sentence(d.Detail) + " " + r.remedy
				break
			}
		}
	}
	return diags
}

// amongst lists the names that there are, if they are few.
func amongst(names []string) string {
	if len(names) == 0 || len(names) > 10 {
		return ""
	}
	return ": the pipeline has " + strings.Join(names, ", ")
}
