package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"dagrun/engine"
	"dagrun/engine/config"
)

// values are the flags --var and --var-file, whose order across both counts.
type values []config.Assignment

type varFlag struct{ all *values }

// String is the default, which is nothing.
func (f varFlag) String() string { return "" }

// Type is shown in the help.
func (f varFlag) Type() string { return "name=value" }

// Set takes one --var.
func (f varFlag) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("write --var name=value")
	}
	*f.all = append(*f.all, config.Assignment{Name: name, Value: value})
	return nil
}

type varFileFlag struct{ all *values }

// String is the default, which is nothing.
func (f varFileFlag) String() string { return "" }

// Type is shown in the help.
func (f varFileFlag) Type() string { return "file" }

// Set takes one --var-file.
func (f varFileFlag) Set(s string) error {
	*f.all = append(*f.all, config.Assignment{File: s})
	return nil
}

// addValueFlags adds --var and --var-file to a command.
func addValueFlags(c *cobra.Command) *values {
	all := new(values)
	c.Flags().Var(varFlag{all}, "var", "set a variable; may be repeated")
	c.Flags().Var(varFileFlag{all}, "var-file", "take variables from a file; may be repeated")
	return all
}

// load reads a pipeline for a run that starts now.
func (a *app) load(path string, assignments values, date string, trigger engine.Trigger) (*config.Pipeline, engine.Diagnostics, error) {
	o, err := a.configOptions(assignments, date, trigger)
	if err != nil {
		return nil, nil, err
	}
	p, diags := config.Load(path, o)
	return p, diags, nil
}

// configOptions are what a pipeline is read with for a run that starts now.
func (a *app) configOptions(assignments values, date string, trigger engine.Trigger) (config.Options, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return config.Options{}, fmt.Errorf("make a run id: %w", err)
	}
	return config.Options{
		Types:       a.types,
		Run:         config.Run{ID: id.String(), StartedAt: a.now(), Date: date, Trigger: trigger},
		Assignments: assignments,
		LookupEnv:   os.LookupEnv,
		Secret:      a.redactor.Add,
	}, nil
}

// noteEnvironment masks the values of environment variables whose names say
// that they are secrets. Short ones, such as "true", are no secrets.
func (a *app) noteEnvironment(environ []string) {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if config.LooksSecret(name) && len(value) >= 6 {
			a.redactor.Add(value)
		}
	}
}
