package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	duckdb "github.com/duckdb/duckdb-go-bindings"
	"github.com/spf13/cobra"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version = ""

// about says what this program was built from.
type about struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	DuckDB  string `json:"duckdb"`
}

func aboutThis() about {
	a := about{Version: version, Commit: "unknown", Go: runtime.Version(), DuckDB: duckdb.LibraryVersion()}
	info, ok := debug.ReadBuildInfo()
	if ok && a.Version == "" {
		a.Version = info.Main.Version
	}
	if a.Version == "" {
		a.Version = "(devel)"
	}
	if !ok {
		return a
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			a.Commit = s.Value
		}
	}
	return a
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := aboutThis()
			if asJSON {
				return json.NewEncoder(a.stdout).Encode(v)
			}
			_, err := fmt.Fprintf(a.stdout, "dagrun %s\ncommit %s\n%s\nDuckDB %s\n", v.Version, v.Commit, v.Go, v.DuckDB)
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return c
}
