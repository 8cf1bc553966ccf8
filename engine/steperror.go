package engine

import (
	"errors"
	"strings"
)

// StepError is why an attempt failed, for programs (Code) and for people (the
// rest). It is plain data and survives JSON.
type StepError struct {
	// Code is one or more lower-case words joined by underscores, stable
	// across versions: "input_missing", "bad_row", "smtp_auth".
	Code string `json:"code"`
	// Message says what was attempted, on what, and what came back.
	Message string `json:"message"`
	// Remedy says what a person can do about it.
	Remedy string `json:"remedy,omitempty"`
	// Argument is the path of the argument the error is about, such as
	// "input" or "threshold[1].color"; empty when it is about none.
	Argument string `json:"argument,omitempty"`
	// Retryable reports whether the same attempt may succeed later.
	Retryable bool `json:"retryable"`
	// Err is the cause; Error prints it behind the message.
	Err error `json:"-"`
}

// Error is the message followed by the text of the cause.
func (e *StepError) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + strings.TrimSpace(e.Err.Error())
}

// Unwrap gives the cause.
func (e *StepError) Unwrap() error { return e.Err }

// Flat returns a copy whose message carries the cause's text, so that nothing
// is lost when it is written as JSON.
func (e *StepError) Flat() *StepError {
	c := *e
	c.Message, c.Err = e.Error(), nil
	return &c
}

// AsStepError finds the StepError in err, or makes one with the code "failed",
// which is retryable: an error that a step type did not classify may pass.
func AsStepError(err error) *StepError {
	var se *StepError
	if errors.As(err, &se) {
		return se
	}
	return &StepError{Code: "failed", Message: err.Error(), Retryable: true}
}
