package config

import (
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"dagrun/engine"
)

// fileUses are the files that the steps of a pipeline are known to use.
type fileUses struct {
	pipeline *Pipeline
	all      []fileUse
}

// inFileOrder sorts the uses by where they are written.
func (u *fileUses) inFileOrder() *fileUses {
	slices.SortStableFunc(u.all, func(a, b fileUse) int { return comparePlaces(a.at, b.at) })
	return u
}

// conflicts finds steps that get in each other's way: two that write one file
// or table, one that reads what another writes with no order between them, and
// one that deletes what another still reads. Of several conflicts between the
// same two places in the file, such as those of many instances, the first is
// told.
func (u *fileUses) conflicts() hcl.Diagnostics {
	var diags hcl.Diagnostics
	told := map[[2]hcl.Range]bool{}
	index := newUseIndex()
	for _, a := range u.all {
		index.others(a, func(b fileUse) {
			if told[[2]hcl.Range{a.at, b.at}] {
				return
			}
			if d := u.pipeline.conflict(a, b); d != nil {
				told[[2]hcl.Range{a.at, b.at}] = true
				diags = append(diags, d)
			}
		})
		index.add(a)
	}
	return diags
}

// useIndex finds the earlier uses that a use can be in conflict with, without
// looking at all: uses of one role that do not mind each other are kept apart,
// and globs are found by the part of their path that is no pattern.
type useIndex struct {
	paths map[pathAndObject]map[engine.Role][]fileUse
	globs map[string][]fileUse // by the anchor of the glob
	near  map[string][]fileUse // by both anchors that a path has: all uses
}

type pathAndObject struct{ path, object string }

func newUseIndex() *useIndex {
	return &useIndex{
		paths: map[pathAndObject]map[engine.Role][]fileUse{}, globs: map[string][]fileUse{}, near: map[string][]fileUse{},
	}
}

func (x *useIndex) add(a fileUse) {
	key := pathAndObject{a.path, a.object}
	if x.paths[key] == nil {
		x.paths[key] = map[engine.Role][]fileUse{}
	}
	x.paths[key][a.role] = append(x.paths[key][a.role], a)
	if a.object != "" {
		return
	}
	if isGlob(a) {
		x.globs[anchorOf(a.path)] = append(x.globs[anchorOf(a.path)], a)
	}
	for _, anchor := range anchors(a.path) {
		x.near[anchor] = append(x.near[anchor], a)
	}
}

// others calls f with the uses that may be in conflict with one.
func (x *useIndex) others(a fileUse, f func(fileUse)) {
	uses := x.paths[pathAndObject{a.path, a.object}]
	for _, role := range []engine.Role{engine.Reads, engine.Writes, engine.Exclusive, engine.Deletes} {
		if compatible(role, a.role) {
			continue
		}
		for _, b := range uses[role][:min(len(uses[role]), enough(role))] {
			f(b)
		}
	}
	if a.object != "" {
		return
	}
	for _, anchor := range anchors(a.path) {
		for _, b := range x.globs[anchor] {
			if b.path != a.path && !compatible(a.role, b.role) && matches(b, a) {
				f(b)
			}
		}
	}
	if isGlob(a) {
		for _, b := range x.near[anchorOf(a.path)] {
			if b.path != a.path && !compatible(a.role, b.role) && matches(a, b) {
				f(b)
			}
		}
	}
}

// enough is how many uses of a role need to be looked at: one of two writers is
// wrong wherever the other stands, while each reader has its own order.
func enough(role engine.Role) int {
	if role == engine.Writes {
		return 2
	}
	return int(^uint(0) >> 1)
}

// compatible reports whether two uses of one file do not mind each other.
func compatible(a, b engine.Role) bool {
	return a == b && (a == engine.Reads || a == engine.Exclusive)
}

func isGlob(u fileUse) bool {
	return (u.role == engine.Reads || u.role == engine.Deletes) && engine.IsGlob(u.path)
}

// matches reports whether one use is a glob that the other's path fits.
func matches(glob, path fileUse) bool {
	ok, err := filepath.Match(glob.path, path.path)
	return isGlob(glob) && err == nil && ok
}

// anchorOf is the part of a glob that every path it matches shares: its folder,
// else its last name, else nothing.
func anchorOf(glob string) string {
	dir, name := filepath.Split(glob)
	switch {
	case !engine.IsGlob(dir):
		return dir
	case !engine.IsGlob(name):
		return name
	}
	return ""
}

// anchors are those under which a glob that matches a path may be kept.
func anchors(path string) []string {
	dir, name := filepath.Split(path)
	return []string{dir, name, ""}
}
