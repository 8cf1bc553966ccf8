package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

// attributeRoom is how much of a message its attribute has, in bytes; the text
// has the whole.
const attributeRoom = 1000

// Suite is a test suite in the form of JUnit that CI servers read. What it says
// may have any characters: those that XML has not are written as escapes.
type Suite struct {
	XMLName    xml.Name   `xml:"testsuite"`
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr,omitempty"`
	Skipped    int        `xml:"skipped,attr,omitempty"`
	Time       string     `xml:"time,attr,omitempty"` // in seconds
	Timestamp  string     `xml:"timestamp,attr,omitempty"`
	Properties []Property `xml:"properties>property,omitempty"`
	Cases      []Case     `xml:"testcase"`
}

// Property is something that is known of a suite.
type Property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// Case is a test case of a suite: it passed where it has no finding.
type Case struct {
	Class    string    `xml:"classname,attr"`
	Name     string    `xml:"name,attr"`
	File     string    `xml:"file,attr,omitempty"`
	Line     int       `xml:"line,attr,omitempty"`
	Time     string    `xml:"time,attr,omitempty"` // in seconds
	Failures []Finding `xml:"failure"`
	Errors   []Finding `xml:"error"`
	Skipped  *Finding  `xml:"skipped"`
}

// Finding is why a test case did not pass.
type Finding struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// Add adds a case and counts it.
func (s *Suite) Add(c Case) {
	s.Tests++
	switch {
	case len(c.Errors) > 0:
		s.Errors++
	case len(c.Failures) > 0:
		s.Failures++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// WriteSuite writes one suite as a document.
func WriteSuite(out io.Writer, suite *Suite) error { return writeXML(out, suite) }

// WriteSuites writes suites as a document.
func WriteSuites(out io.Writer, suites []*Suite) error {
	return writeXML(out, struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []*Suite
	}{Suites: suites})
}

// writeXML writes a document. Line ends in texts stay what they are: as escapes
// they would mean the same to programs, and nothing to people.
func writeXML(out io.Writer, document any) error {
	data, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, xml.Header+strings.ReplaceAll(string(data), "&#xA;", "\n")+"\n")
	return err
}

// SuiteOf makes a suite of a run: a case for each step, and one for the run
// where no step tells why it ended as it did. Failures that a run succeeded in
// spite of are told as skipped, so that a CI server calls the run what its exit
// code does.
func SuiteOf(run runlog.Record, options Options) *Suite {
	started := run.Started
	s := &Suite{
		Name: line(started.Pipeline), Timestamp: started.Time.UTC().Format("2006-01-02T15:04:05"),
		Properties: []Property{
			{"run_id", printable(started.RunID)}, {"logical_time", started.LogicalTime.Format(time.RFC3339)}, {"trigger", printable(string(started.Trigger))},
		},
	}
	forgiven := false
	if end := run.Finished; end != nil {
		s.Time = seconds(end.Duration)
		s.Properties = append(s.Properties, Property{"result", printable(string(end.Result))})
		forgiven = end.Result == engine.RunSucceeded
	}
	for _, step := range run.Steps {
		s.Add(caseOf(step, s.Name, forgiven, options))
	}
	if c, ok := ownCase(run.Finished, s.Name); ok {
		s.Add(c)
	}
	return s
}

func seconds(d engine.Milliseconds) string { return fmt.Sprintf("%.3f", d.Duration().Seconds()) }

// caseOf makes a case of a step.
func caseOf(step runlog.StepRecord, class string, forgiven bool, options Options) Case {
	c := Case{Class: class, Name: line(short(step.Step))}
	end := step.Finished
	if end == nil {
		c.Errors = []Finding{{Message: "it did not end", Type: "unfinished"}}
		return c
	}
	c.Time = seconds(end.Duration)
	switch end.Result {
	case engine.StepSkipped:
		c.Skipped = &Finding{Message: line(why(end))}
	case engine.StepCancelled:
		message := "cancelled" + colon(line(why(end)))
		if end.Attempts == 0 {
			c.Skipped = &Finding{Message: message}
			break
		}
		c.Errors = []Finding{{Message: message, Type: string(engine.StepCancelled)}}
	case engine.StepFailed:
		c.failed(end, forgiven, options)
	}
	return c
}

// failed notes why a step failed.
func (c *Case) failed(end *engine.StepFinished, forgiven bool, options Options) {
	f := Finding{Message: line(headline(end)), Type: string(engine.StepFailed)}
	if e := end.Error; e != nil {
		f.Message, f.Type, f.Text = Shortened(line(e.Message), attributeRoom), line(e.Code), "\n"+accountOf(end, options)
		if e.Range != nil {
			c.File, c.Line = line(e.Range.Filename), e.Range.Start.Line
		}
	}
	if forgiven {
		f.Message, f.Type = "failed, and the run went on without it: "+f.Message, ""
		c.Skipped = &f
		return
	}
	c.Failures = []Finding{f}
}

// ownCase is the case of what no step tells of a run.
func ownCase(end *engine.RunFinished, class string) (Case, bool) {
	c := Case{Class: class, Name: "run"}
	switch {
	case end == nil:
		c.Errors = []Finding{{Message: "the record of the run has no end", Type: "unfinished"}}
	case end.Result == engine.RunSkipped:
		c.Skipped = &Finding{Message: line(end.Error)}
	case end.Error != "":
		c.Failures = []Finding{{Message: line(end.Error), Type: string(end.Result)}}
	default:
		return c, false
	}
	return c, true
}

// accountOf tells what went wrong in a step as the end of a run's text does,
// without colours, and with the whole message.
func accountOf(f *engine.StepFinished, options Options) string {
	c := NewConsole(io.Discard, Options{Source: options.Source})
	c.whole = true
	return c.account(&failure{StepFinished: f}, "")
}
