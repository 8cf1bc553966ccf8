package main

import (
	_ "embed" // the schema of validate
	"fmt"

	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

//go:embed validate.schema.json
var validateSchema []byte

func (a *app) schemaCommand() *cobra.Command {
	schemas := map[string][]byte{"runlog": runlog.Schema(), "validate": validateSchema}
	names := []string{"runlog", "validate"}
	return &cobra.Command{
		Use:   "schema runlog|validate",
		Short: "Print the JSON Schema of the run log, or of `validate --json`",
		Long: "Prints a JSON Schema (draft 2020-12): of one line of the run log, which is also what\n" +
			"`run --json` prints, or of what `validate --json` prints.",
		ValidArgs: names,
		Args:      cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := engine.OneOf(args[0], names); err != nil {
				return usageError{fmt.Errorf("schema: %w", err)}
			}
			_, err := a.stdout.Write(schemas[args[0]])
			return err
		},
	}
}
