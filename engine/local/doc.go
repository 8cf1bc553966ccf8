// Package local runs one attempt of a step in this process: it resolves
// sensitive values, decodes the arguments, gives the step its environment,
// bounds its time, turns a panic into an error, and lets the files it wrote
// appear only when it succeeded.
package local
