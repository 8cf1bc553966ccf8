// Package config reads a pipeline from HCL. It is the only package that knows
// HCL: what it gives the others is a Pipeline of plain settings, addresses, a
// graph, and an Evaluator that turns a step's expressions into values when its
// turn comes.
//
// Load checks everything that can be known before a run, and reports all of it
// at once. It decodes the steps in the graph's order, with the outputs of
// upstream steps as unknown values of their declared types: so a wrong type
// between two steps is found at its line, and a path that is made of variables
// is known to every step downstream.
package config
