package config

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/graph"
)

// Pipeline is a checked pipeline, its expressions not yet evaluated.
type Pipeline struct {
	Settings
	Name    string
	Sources []engine.Source
	Steps   []*Step // in file order
	Graph   *graph.Graph
	Run     Run

	// LogicalTime is what the run is about, in the pipeline's time zone.
	LogicalTime time.Time
	// Variables holds every variable's value, sensitive ones marked.
	Variables map[string]cty.Value

	outputs []*output
	scope   *scope
	dotenv  map[string]string
}

// Settings are the attributes of the pipeline block.
type Settings struct {
	Description string
	Tags        []string
	Schedule    string // cron expression; empty when there is none
	Timezone    *time.Location
	WorkingDir  string // absolute
	Timeout     time.Duration
	Concurrency int // 0: not given
	OnOverlap   Overlap
	FailFast    bool
	Retry       engine.RetryPolicy
	KeepRuns    int           // newest runs to keep; 0: not given
	KeepFor     time.Duration // age up to which runs are kept; 0: not given
}

// Overlap says what to do when a run of the pipeline is under way.
type Overlap string

// What to do about an overlap.
const (
	OverlapSkip Overlap = "skip"
	OverlapWait Overlap = "wait"
	OverlapFail Overlap = "fail"
)

// Step is one step block.
type Step struct {
	Address         engine.Address
	Type            *engine.StepType
	Rule            engine.TriggerRule
	ContinueOnError bool
	Timeout         time.Duration // of one attempt; 0: none
	Retry           engine.RetryPolicy

	needs          []hcl.Traversal // depends_on
	condition      hcl.Expression  // if; nil when there is none
	preconditions  []check
	postconditions []check
	args           *arguments
	at             hcl.Range
}

// check is a precondition, a postcondition or a variable's validation.
type check struct {
	condition, message hcl.Expression
	at                 hcl.Range
}

type output struct {
	name      string
	value     hcl.Expression
	sensitive bool
	at        hcl.Range
}

// Run is what is settled about a run before its pipeline is read.
type Run struct {
	ID        string // empty for a run that is only thought of: run.id is then not known
	StartedAt time.Time
	// Date is the logical date or date-time as a person gives it,
	// 2026-11-20 or 2026-11-20T08:00, in the pipeline's zone; empty for the time of StartedAt.
	Date    string
	Trigger engine.Trigger
}

// Needs lists the indexes of the steps directly upstream of each step, by the
// index of the step.
func (p *Pipeline) Needs() [][]int {
	index := make(map[engine.Address]int, len(p.Steps))
	for i, s := range p.Steps {
		index[s.Address] = i
	}
	needs := make([][]int, len(p.Steps))
	for i, s := range p.Steps {
		for _, up := range p.Graph.Needs(s.Address) {
			needs[i] = append(needs[i], index[up])
		}
	}
	return needs
}

// ExportDotenv gives what the dotenv files set to a setter such as os.Setenv,
// for libraries that read the environment themselves. What the environment
// sets already stays.
func (p *Pipeline) ExportDotenv(set func(name, value string) error) error {
	for _, name := range sortedKeys(p.dotenv) {
		if err := set(name, p.dotenv[name]); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}
	return nil
}
