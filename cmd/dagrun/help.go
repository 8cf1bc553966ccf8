package main

import "github.com/spf13/cobra"

// helpCommand is cobra's, but it refuses what is no command.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Say what a command does, as its --help",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, _ := c.Root().Find(args)
			if len(rest) > 0 {
				return usageError{noCommand(about, rest[0])}
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
