package config

import (
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
)

// FileUse is a file that a step reads, writes, deletes or changes in place.
type FileUse struct {
	Role engine.Role
	Path string // absolute; may be a glob where the role is to read
}

// FileUses lists the files that a step's arguments name, as far as they are
// known. complete is false when arguments that name files to read are not.
func (p *Pipeline) FileUses(step *Step, args cty.Value) (uses []FileUse, complete bool) {
	for _, u := range usesOf(p, step, args, false) {
		if u.object == "" {
			uses = append(uses, FileUse{u.role, u.path})
		}
	}
	bare, _ := args.UnmarkDeep()
	complete = true
	for _, f := range step.Type.Args {
		complete = complete && (f.Role != engine.Reads || bare.GetAttr(f.Name).IsWhollyKnown())
	}
	return uses, complete
}
