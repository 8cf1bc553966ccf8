package main

import (
	"github.com/spf13/cobra"

	"dagrun/engine/runlog"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "schema runlog",
		Short:     "Print the JSON Schema of the run log",
		ValidArgs: []string{"runlog"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := a.stdout.Write(runlog.Schema())
			return err
		},
	}
}
