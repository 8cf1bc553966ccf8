package config

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/crontab"
)

// earlySettings are read before variables, because the values of variables
// come from files and from the environment that these name.
type earlySettings struct {
	WorkingDir string         `arg:"working_dir" doc:"Base of every relative path."`
	Timezone   zone           `arg:"timezone" default:"UTC" doc:"IANA time zone."`
	Dotenv     engine.Strings `arg:"dotenv" doc:"Files of environment variables, read if present."`
}

// lateSettings may be made of variables and locals.
type lateSettings struct {
	Description string         `arg:"description" doc:"What the pipeline is for."`
	Tags        engine.Strings `arg:"tags" doc:"Words to find the pipeline by."`
	Schedule    schedule       `arg:"schedule" doc:"Cron expression of five fields."`
	Timeout     *engine.Limit  `arg:"timeout" doc:"Time limit of a whole run."`
	Concurrency *int           `arg:"concurrency" min:"1" doc:"Steps at once."`
	OnOverlap   string         `arg:"on_overlap" default:"skip" enum:"skip|wait|fail" doc:"What to do while another run is under way."`
	FailFast    bool           `arg:"fail_fast" default:"false" doc:"Whether the first failure starts nothing more."`
	Retry       []retryBlock   `block:"retry" doc:"Default for every step."`
	Keep        []keepBlock    `block:"keep" doc:"History to keep."`
}

type retryBlock struct {
	MaxAttempts *int             `arg:"max_attempts" min:"1" doc:"Attempts, the first included."`
	Strategy    *string          `arg:"strategy" enum:"constant|linear|exponential" doc:"Growth of the delay."`
	MinInterval *engine.Duration `arg:"min_interval" doc:"Delay before the second attempt."`
	MaxInterval *engine.Duration `arg:"max_interval" doc:"Longest delay."`
	Jitter      *float64         `arg:"jitter" min:"0" max:"1" doc:"Share by which a delay varies."`
}

type keepBlock struct {
	Runs *int `arg:"runs" min:"1" doc:"Newest runs to keep."`
	Days *int `arg:"days" min:"1" doc:"Days to keep a run."`
}

// stepSettings are what every step may say beside its type's arguments.
type stepSettings struct {
	Timeout         *engine.Limit `arg:"timeout" doc:"Time limit of one attempt."`
	ContinueOnError bool          `arg:"continue_on_error" default:"false" doc:"Whether what is downstream goes on after a failure."`
	TriggerRule     string        `arg:"trigger_rule" default:"all_success" enum:"all_success|all_done|one_failed|none_failed" doc:"What must hold upstream."`
	Retry           []retryBlock  `block:"retry" doc:"How failed attempts are repeated."`
}

var (
	earlyFields = engine.FieldsOf[earlySettings]()
	lateFields  = engine.FieldsOf[lateSettings]()
	stepFields  = engine.FieldsOf[stepSettings]()
)

// zone is the name of a time zone.
type zone string

// UnmarshalText checks the name.
func (z *zone) UnmarshalText(text []byte) error {
	if _, err := time.LoadLocation(string(text)); err != nil || len(text) == 0 || string(text) == "Local" {
		return fmt.Errorf("%q is no IANA time zone; write it like \"UTC\" or \"Europe/Berlin\"", text)
	}
	*z = zone(text)
	return nil
}

// schedule is a cron expression of five fields.
type schedule string

// UnmarshalText checks the expression.
func (s *schedule) UnmarshalText(text []byte) error {
	parsed, err := crontab.Parse(string(text))
	if err != nil {
		return fmt.Errorf("%q is no cron expression (minute hour day month weekday): %w", text, err)
	}
	*s = schedule(parsed.String())
	return nil
}

// settingsOf evaluates fields of the pipeline block and decodes them; where
// something is wrong the zero value comes back with the diagnostics.
func settingsOf[A any](l *loader, fields []engine.Field, v view) (A, hcl.Diagnostics) {
	var settings A
	blocks := l.blocks["pipeline"]
	if len(blocks) == 0 {
		return settings, nil
	}
	content, _, _ := blocks[0].Body.PartialContent(schemaOf(fields))
	args, diags := newArguments(fields, content, blocks[0].DefRange)
	value, more := l.pipeline.scope.evalArguments(args, v)
	diags = append(diags, more...)
	if diags.HasErrors() {
		return settings, diags
	}
	return decodeStatic[A](fields, args, value, diags)
}

// decodeStatic decodes settings that have to be known before the run.
func decodeStatic[A any](fields []engine.Field, args *arguments, value cty.Value, diags hcl.Diagnostics) (A, hcl.Diagnostics) {
	value, _ = value.UnmarkDeep()
	wrong := diags.HasErrors()
	for name, attr := range args.attrs {
		if !wrong && !value.GetAttr(name).IsWhollyKnown() {
			diags = append(diags, problem(attr.Expr.Range(), "Not known before the run",
				"%q must be known before the run: make it of variables, locals and functions, not of what steps give or files hold.", name))
		}
	}
	var settings A
	if diags.HasErrors() || !value.IsWhollyKnown() {
		return settings, diags
	}
	settings, err := engine.Decode[A](fields, value)
	if err != nil {
		diags = append(diags, problem(args.at, "Wrong settings", "%s", err))
	}
	return settings, diags
}

func (l *loader) earlySettings() hcl.Diagnostics {
	p := l.pipeline
	p.scope = newScope(l)
	early, diags := settingsOf[earlySettings](l, earlyFields, viewEarly)
	p.WorkingDir = engine.Resolve(l.dir(), early.WorkingDir)
	zone, err := time.LoadLocation(string(early.Timezone))
	if err != nil { // reported by zone
		zone = time.UTC
	}
	p.Timezone = zone
	l.dotenv, diags = l.readDotenv(early.Dotenv, diags)
	p.dotenv = l.dotenv
	return append(diags, l.settleRun()...)
}

// settings reads the rest of the pipeline block.
func (l *loader) settings() hcl.Diagnostics {
	p := l.pipeline
	var diags hcl.Diagnostics
	if blocks := l.blocks["pipeline"]; len(blocks) > 0 {
		_, unknown := blocks[0].Body.Content(schemaOf(append(append([]engine.Field(nil), earlyFields...), lateFields...)))
		diags = append(diags, suggest(unknown, fieldNames(earlyFields, lateFields))...)
	}
	late, more := settingsOf[lateSettings](l, lateFields, viewStatic)
	diags = append(diags, more...)
	p.Description, p.Tags, p.Schedule = late.Description, late.Tags, string(late.Schedule)
	p.OnOverlap, p.FailFast = Overlap(late.OnOverlap), late.FailFast
	if late.Timeout != nil {
		p.Timeout = time.Duration(*late.Timeout)
	}
	if late.Concurrency != nil {
		p.Concurrency = *late.Concurrency
	}
	p.Retry = retryPolicy(engine.DefaultRetry(), late.Retry)
	if len(late.Retry) > 0 {
		diags = append(diags, checkIntervals(p.Retry, l.retryRange())...)
	}
	if len(late.Keep) > 0 {
		p.keep(late.Keep[0])
	}
	return append(diags, l.single("keep", "retry")...)
}

func (s *Settings) keep(k keepBlock) {
	if k.Runs != nil {
		s.KeepRuns = *k.Runs
	}
	if k.Days != nil {
		s.KeepFor = time.Duration(*k.Days) * 24 * time.Hour
	}
}

// single reports second blocks of a kind that the pipeline block holds once.
func (l *loader) single(kinds ...string) hcl.Diagnostics {
	blocks := l.blocks["pipeline"]
	if len(blocks) == 0 {
		return nil
	}
	content, _, _ := blocks[0].Body.PartialContent(schemaOf(lateFields))
	var diags hcl.Diagnostics
	for _, kind := range kinds {
		diags = append(diags, onlyOne(content.Blocks.OfType(kind))...)
	}
	return diags
}

func onlyOne(blocks hcl.Blocks) hcl.Diagnostics {
	if len(blocks) < 2 {
		return nil
	}
	return hcl.Diagnostics{problem(blocks[1].DefRange, "Second "+blocks[1].Type+" block",
		"There can be one %s block here; the first is at %s.", blocks[1].Type, place(blocks[0].DefRange))}
}

// retryPolicy lays what a block says over the policy it refines.
func retryPolicy(base engine.RetryPolicy, blocks []retryBlock) engine.RetryPolicy {
	if len(blocks) == 0 {
		return base
	}
	b := blocks[0]
	setIf(&base.MaxAttempts, b.MaxAttempts)
	setIf(&base.Jitter, b.Jitter)
	if b.Strategy != nil {
		base.Strategy = engine.Strategy(*b.Strategy)
	}
	if b.MinInterval != nil {
		base.MinInterval = time.Duration(*b.MinInterval)
		base.MaxInterval = max(base.MaxInterval, base.MinInterval)
	}
	if b.MaxInterval != nil {
		base.MaxInterval = time.Duration(*b.MaxInterval)
	}
	return base
}

// checkIntervals refuses a longest delay that is shorter than the first.
func checkIntervals(p engine.RetryPolicy, at hcl.Range) hcl.Diagnostics {
	if p.MinInterval <= p.MaxInterval {
		return nil
	}
	return hcl.Diagnostics{problem(at, "Wrong retry intervals",
		"min_interval (%s) is longer than max_interval (%s). Shorten the one, or lengthen the other.",
		p.MinInterval, p.MaxInterval)}
}

// retryRange is the place of the pipeline's retry block.
func (l *loader) retryRange() hcl.Range {
	content, _, _ := l.blocks["pipeline"][0].Body.PartialContent(schemaOf(lateFields))
	return content.Blocks.OfType("retry")[0].DefRange
}

func setIf[T any](into *T, from *T) {
	if from != nil {
		*into = *from
	}
}

// settleRun makes the logical time of the date that was asked for.
func (l *loader) settleRun() hcl.Diagnostics {
	p := l.pipeline
	p.LogicalTime = p.Run.StartedAt.In(p.Timezone).Truncate(time.Second)
	if p.Run.Date == "" {
		return nil
	}
	at, err := ParseDate(p.Run.Date, p.Timezone)
	if err != nil {
		return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Wrong date", Detail: fmt.Sprintf("--date: %s.", err)}}
	}
	p.LogicalTime = at
	return nil
}
