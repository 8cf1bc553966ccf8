package engine_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// deps lists the packages that a package is built from.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

// TestPackagesKnowOnlyWhatTheyMay holds the layers against each other, through
// whatever a package imports.
func TestPackagesKnowOnlyWhatTheyMay(t *testing.T) {
	const (
		hcl    = "github.com/hashicorp/hcl/v2"
		duckdb = "github.com/duckdb/duckdb-go/v2"
		aws    = "github.com/aws/aws-sdk-go-v2/service/s3"
		mail   = "github.com/wneessen/go-mail"
	)
	layers := []string{"dagrun/engine/config", "dagrun/engine/sched", "dagrun/engine/local", "dagrun/engine/runlog", "dagrun/engine/report", "dagrun/engine/report/page", "dagrun/engine/reuse", "dagrun/engine/execute"}
	types := []string{"dagrun/steps/csvresample", "dagrun/steps/duckdbload", "dagrun/steps/plot", "dagrun/steps/smtp", "dagrun/steps/s3put"}
	without := func(list []string, own string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(p string) bool { return p == own })
	}
	forbidden := map[string][]string{
		"dagrun/engine":             append(append([]string{hcl, duckdb, aws, mail}, layers...), types...),
		"dagrun/engine/crontab":     append(append([]string{hcl, duckdb, aws, mail}, layers...), types...),
		"dagrun/engine/config":      append(append([]string{duckdb, aws, mail}, without(layers, "dagrun/engine/config")...), types...),
		"dagrun/engine/sched":       append(append([]string{hcl, duckdb, aws, mail}, without(layers, "dagrun/engine/sched")...), types...),
		"dagrun/engine/local":       append(append([]string{hcl, duckdb, aws, mail}, without(layers, "dagrun/engine/local")...), types...),
		"dagrun/engine/runlog":      append(append([]string{hcl, duckdb, aws, mail}, without(layers, "dagrun/engine/runlog")...), types...),
		"dagrun/engine/report":      append([]string{hcl, duckdb, aws, mail, "dagrun/engine/config", "dagrun/engine/sched", "dagrun/engine/execute"}, types...),
		"dagrun/engine/report/page": append([]string{hcl, duckdb, aws, mail, "dagrun/engine/config", "dagrun/engine/sched", "dagrun/engine/execute"}, types...),
		"dagrun/engine/reuse":       append([]string{hcl, duckdb, aws, mail, "dagrun/engine/config", "dagrun/engine/sched", "dagrun/engine/report", "dagrun/engine/execute"}, types...),
	}
	drivers := map[string]string{
		"dagrun/steps/duckdbload": duckdb, "dagrun/steps/plot": duckdb, "dagrun/steps/smtp": mail, "dagrun/steps/s3put": aws,
	}
	for _, typ := range types {
		forbidden[typ] = append(append([]string{hcl}, layers...), without(types, typ)...)
		for _, driver := range []string{duckdb, aws, mail} {
			if drivers[typ] != driver {
				forbidden[typ] = append(forbidden[typ], driver)
			}
		}
	}
	for pkg, not := range forbidden {
		for _, dep := range deps(t, pkg) {
			if slices.Contains(not, dep) {
				t.Errorf("%s is built from %s", pkg, dep)
			}
		}
	}
}
