package page

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/engine/report"
)

// section is what a page says of a block.
type section struct {
	ID, Name    string
	State       state
	Text, Brief string // how it ended, and why
	Needs       []link
	Open        bool
	Keyed       bool
	Steps       []account
	Quiet       []account // instances that went well without remark
	Rest        []brief   // instances that are told of in a line
	Hidden      int       // instances that are not told of
}

// link leads to the section of a block.
type link struct{ ID, Name string }

// account is all that a page says of a step, or of an instance.
type account struct {
	ID           string // in the page
	Name         string
	State        state
	Text, Brief  string // how it ended, and why, in a line each
	Why, Because string
	Began        string
	Error        *problem
	Attempts     []try
	Arguments    []field
	Unset        string
	Outputs      []field
	Files        []file
	Volume       string
	Messages     []message
	Earlier      int // messages before those
	Open         bool
}

// brief is an instance in a line.
type brief struct {
	Name  string
	State state
	Text  string
}

// problem is an error with what a person can do about it.
type problem struct{ Name, Link, Title, Code, Place, Message, More, Remedy string }

// try is an attempt.
type try struct {
	State       state
	Text, Began string
	Code        string
	Message     string
}

// file is a file that a step used.
type file struct{ Role, Path, Size, Hash string }

// message is what a step said.
type message struct {
	At, Level, Text, Fields string
	Loud                    bool // a warning or an error
}

// problemOf is the error of a step; nil where there is none.
func (w wording) problemOf(e *engine.LocatedError) *problem {
	if e == nil {
		return nil
	}
	text, more := cut(w.text(e.Message))
	return &problem{Code: w.line(e.Code), Place: w.line(report.Place(e)), Message: text, More: more, Remedy: told(w.text(e.Remedy))}
}

// accountOf tells all about a step.
func (w wording) accountOf(t *step, start time.Time, now moment) account {
	a := account{
		Name: w.key(t.address), State: t.state().known(), Text: w.ending(t, now), Brief: w.brief(t), Why: w.why(t), Attempts: w.tries(t, start, now),
	}
	if t.decision != nil && t.decision.Reason != engine.DecisionUnchanged {
		a.Because = w.line(report.Because(t.decision))
	}
	if !t.started.IsZero() {
		a.Began = w.when(t.started)
	}
	var unset []string
	a.Arguments, unset = w.fields(t.arguments)
	a.Unset = strings.Join(unset, ", ")
	if e := t.finished; e != nil {
		a.Error = w.problemOf(e.Error)
		a.Outputs, _ = w.fields(e.Outputs)
		a.Volume = volume(e.Volume)
		for _, f := range e.Files {
			a.Files = append(a.Files, file{Role: w.line(string(f.Role)), Path: w.line(f.Path), Size: report.Bytes(f.Size), Hash: w.line(f.SHA256)})
		}
	}
	a.Messages, a.Earlier = w.messages(t, start)
	return a
}

// messages gives the newest messages of a step, and how many came before them.
func (w wording) messages(t *step, start time.Time) (shown []message, earlier int) {
	said, earlier := t.said()
	room := sayings
	for i, m := range slices.Backward(said) {
		one := w.message(m, start)
		room -= len(one.Text) + len(one.Fields)
		if room < 0 {
			earlier += i + 1
			break
		}
		shown = append(shown, one)
	}
	slices.Reverse(shown)
	return shown, earlier
}

// tries tells of the attempts. The error of the last is that of the step.
func (w wording) tries(t *step, start time.Time, now moment) []try {
	var tries []try
	for i, a := range t.attempts {
		_, how := a.ended(now)
		one := try{State: how, Began: "+" + report.Length(a.started.Sub(start)), Text: a.told(now)}
		if e := a.finished; e != nil {
			if e.RetryIn != nil {
				one.Text += ", the next one " + report.Length(e.RetryIn.Duration()) + " later"
			}
			if e.Error != nil && i < len(t.attempts)-1 {
				one.Code = w.line(e.Error.Code)
				one.Message = told(w.text(e.Error.Message))
			}
		}
		tries = append(tries, one)
	}
	return tries
}

func (w wording) message(m *engine.Log, start time.Time) message {
	var fields []string
	for _, key := range slices.Sorted(maps.Keys(m.Fields)) {
		fields = append(fields, w.line(key)+"="+w.line(report.Value(m.Fields[key])))
	}
	list := told(strings.Join(fields, "  "))
	return message{At: "+" + report.Length(m.Time.Sub(start)), Level: w.line(m.Level), Text: told(w.text(m.Message)), Fields: list, Loud: m.Level == "warn" || m.Level == "error"}
}

// brief is why a step ended as it did, in a line.
func (w wording) brief(t *step) string {
	if t.finished != nil && t.finished.Error != nil {
		first, _, _ := strings.Cut(w.text(t.finished.Error.Message), "\n")
		return report.Shortened(first, briefest)
	}
	if t.finished != nil && t.finished.Reason == engine.ReasonRetrySucceeded {
		return ""
	}
	return w.why(t)
}

// headline is the first line about a step that failed.
func (w wording) headline(t *step) string {
	text := "failed"
	if t.finished.Attempts > 1 {
		text += fmt.Sprintf(" after %d attempts", t.finished.Attempts)
	}
	if why := w.why(t); why != "" {
		text += ": " + why
	}
	return text
}
