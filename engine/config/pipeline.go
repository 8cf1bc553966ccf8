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
	Dir     string          // absolute folder of its files
	Sources []engine.Source // its files, by name
	Blocks  []*Block        // in file order: files by name, then by position
	// Steps are the instances of the blocks, in the same order and those of one
	// block in the order of their keys; nil until Expand when there are keys that
	// only a run can know.
	Steps []*Step
	Graph *graph.Graph // of the blocks
	Run   Run

	// LogicalTime is what the run is about, in the pipeline's time zone.
	LogicalTime time.Time
	// Variables holds every variable's value, sensitive ones marked.
	Variables map[string]cty.Value

	outputs  []*output
	scope    *scope
	dotenv   map[string]string
	diagnose func(hcl.Diagnostics) engine.Diagnostics
	sources  sources
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

// Block is one step block.
type Block struct {
	Address         engine.Address
	Type            *engine.StepType
	Rule            engine.TriggerRule
	ContinueOnError bool
	Timeout         time.Duration // of one attempt; 0: none
	Retry           engine.RetryPolicy

	forEach        hcl.Expression   // nil when there is none
	dependsOn      []hcl.Expression // steps
	condition      hcl.Expression   // if; nil when there is none
	preconditions  []check
	postconditions []check
	args           *arguments // of all instances, unless perInstance
	at             hcl.Range

	body        hcl.Body
	perInstance bool // each instance has its own blocks

	told      hcl.Diagnostics // when the block was read
	needs     []need
	valued    bool    // something refers to what it gives
	late      bool    // its instances are known when a run begins, and not before
	instances []*Step // in the order of their keys
	first     int     // the index of the first instance in Pipeline.Steps
}

// Step is one step of a run: a block, or with for_each an instance of one.
type Step struct {
	*Block
	Address engine.Address
	value   cty.Value  // each.value
	args    *arguments // those of the block, or its own
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
