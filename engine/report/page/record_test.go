package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dagrun/engine"
	"dagrun/engine/runlog"
)

const runID = "0190163d-8694-739b-aea5-966c26f8ad91"

var start = time.Date(2024, 6, 15, 8, 0, 0, 0, time.UTC)

var (
	clean = engine.Address{Type: "csv_resample", Name: "clean"}
	store = engine.Address{Type: "duckdb_load", Name: "store"}
	chart = engine.Address{Type: "plot", Name: "dashboard"}
	mail  = engine.Address{Type: "smtp", Name: "report"}
	probe = engine.Address{Type: "csv_resample", Name: "probe"}
)

// recorder records a run as a run of the engine would; time passes only where
// it is told to.
type recorder struct {
	testing.TB

	dir    string // of the files that steps write
	state  string
	now    time.Time
	log    *runlog.Writer
	counts map[engine.StepResult]int
	begun  map[engine.Address]time.Time
	tries  map[engine.Address]int
}

// record gives the run that a function records.
func record(t testing.TB, tell func(r *recorder)) runlog.Run {
	t.Helper()
	r := &recorder{
		TB: t, dir: t.TempDir(), state: t.TempDir(), now: start, counts: map[engine.StepResult]int{},
		begun: map[engine.Address]time.Time{}, tries: map[engine.Address]int{},
	}
	log, err := runlog.Create(runlog.Dir(r.state, "p", runID), runID, runlog.WithClock(func() time.Time { return r.now }))
	if err != nil {
		t.Fatal(err)
	}
	r.log = log
	tell(r)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	run, err := runlog.Find(r.state, "", runID)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (r *recorder) tell(events ...engine.Event) {
	r.Helper()
	if err := r.log.Append(events...); err != nil {
		r.Fatal(err)
	}
}

func (r *recorder) pass(d time.Duration) { r.now = r.now.Add(d) }

// run begins the run of blocks, each given with what it needs.
func (r *recorder) run(variables string, blocks ...engine.Block) {
	r.Helper()
	for i := range blocks {
		blocks[i].Type = blocks[i].Step.Type
	}
	r.tell(&engine.RunStarted{
		Version: "1.2.3", Pipeline: "temperature", LogicalTime: start, Trigger: engine.Cron, Host: "plc-gateway", PID: 1,
		Variables: json.RawMessage(variables), Steps: blocks,
		Sources: []engine.Source{{Path: "/srv/pipelines/temperature.hcl", SHA256: strings.Repeat("0123456789abcdef", 4)}},
	})
}

func block(step engine.Address, needs ...engine.Address) engine.Block {
	return engine.Block{Step: step, Needs: needs}
}

func (r *recorder) begin(step engine.Address, arguments string) {
	r.Helper()
	r.begun[step] = r.now
	r.tell(&engine.StepStarted{Step: step, Type: step.Type, Arguments: json.RawMessage(arguments)})
	r.try(step)
}

func (r *recorder) try(step engine.Address) {
	r.Helper()
	r.tries[step]++
	r.tell(&engine.AttemptStarted{Step: step, Type: step.Type, Attempt: r.tries[step]})
}

func (r *recorder) say(step engine.Address, level, text string, fields map[string]any) {
	r.Helper()
	r.tell(&engine.Log{Step: step, Type: step.Type, Attempt: r.tries[step], Level: level, Message: text, Fields: fields})
}

// fail ends an attempt that took so long; another follows after a pause unless
// that is zero.
func (r *recorder) fail(step engine.Address, how engine.Outcome, took time.Duration, why *engine.LocatedError, pause time.Duration) {
	r.Helper()
	r.pass(took)
	e := &engine.AttemptFinished{Step: step, Type: step.Type, Attempt: r.tries[step], Result: how, Duration: engine.Milliseconds(took), Error: why}
	if pause > 0 {
		in := engine.Milliseconds(pause)
		e.RetryIn = &in
	}
	r.tell(e)
	if pause > 0 {
		r.pass(pause)
		r.try(step)
	}
}

// succeed ends an attempt and its step.
func (r *recorder) succeed(step engine.Address, took time.Duration, e engine.StepFinished) {
	r.Helper()
	r.pass(took)
	r.tell(&engine.AttemptFinished{Step: step, Type: step.Type, Attempt: r.tries[step], Result: engine.AttemptSucceeded, Duration: engine.Milliseconds(took)})
	e.Result = engine.StepSucceeded
	if r.tries[step] > 1 {
		e.Reason = engine.ReasonRetrySucceeded
	}
	r.end(step, e)
}

func (r *recorder) end(step engine.Address, e engine.StepFinished) {
	r.Helper()
	e.Step, e.Type, e.Attempts = step, step.Type, r.tries[step]
	if begun, ok := r.begun[step]; ok {
		e.Duration = engine.Milliseconds(r.now.Sub(begun))
	}
	r.counts[e.Result]++
	r.tell(&e)
}

func (r *recorder) skip(step engine.Address, reason engine.Reason, cause string) {
	r.Helper()
	r.end(step, engine.StepFinished{Result: engine.StepSkipped, Reason: reason, Cause: cause})
}

func (r *recorder) over(result engine.RunResult, e engine.RunFinished) {
	r.Helper()
	e.Result, e.Steps = result, r.counts
	if e.Duration == 0 {
		e.Duration = engine.Milliseconds(r.now.Sub(start))
	}
	r.tell(&e)
}

// write writes a file as a step does, and gives its record.
func (r *recorder) write(name string, data []byte) engine.FileRecord {
	r.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		r.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return engine.FileRecord{Path: path, Role: engine.Writes, Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
}

// drawing is a PNG.
func drawing(t testing.TB, width, height int) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			picture.Set(x, y, color.RGBA{uint8(255 * x / width), 120, uint8(255 * y / height), 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// scriptedSVG is a picture that would do harm if its scripts ran.
const scriptedSVG = `<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" width="300" height="120" onload="document.title='owned'">
<script>document.title = "owned"</script><image href="http://127.0.0.1:9/x.png" width="9" height="9"/>
<rect width="300" height="120" fill="#dde8f8"/><circle cx="150" cy="60" r="44" fill="#2367d1"/></svg>`

func read(path string, size int64) engine.FileRecord {
	return engine.FileRecord{Path: path, Role: engine.Reads, Size: size, SHA256: strings.Repeat("89abcdef01234567", 4)}
}

func busy(n int) *engine.LocatedError {
	return &engine.LocatedError{
		StepError: engine.StepError{
			Code: "smtp_refused", Retryable: true, Argument: "server",
			Message: fmt.Sprintf("send to smtp.example.com:587: 451 4.3.%d Mail server temporarily rejected message", n),
			Remedy:  "Run the pipeline again later, or raise max_attempts and max_interval in the step's retry block.",
		},
		Range: &engine.Range{Filename: "/srv/pipelines/temperature.hcl", Start: engine.Pos{Line: 61, Column: 15}},
	}
}

// runs are the runs of these tests, by name.
var runs = map[string]func(r *recorder){
	"succeeded": func(r *recorder) {
		r.run(`{"probe":"probe1","minimum":25,"password":"(sensitive)","recipients":["operations@example.org"],"sender":null}`,
			block(clean), block(store, clean), block(chart, clean, store), block(mail, chart, store))
		r.begin(clean, `{"input":["testdata/probe1_log.csv"],"interval":"1h","output":"out/clean.csv","fill":null,"origin":null}`)
		r.say(clean, "info", "the newest day is taken", map[string]any{"day": "2024-06-15", "rows": 24})
		r.succeed(clean, 412*time.Millisecond, engine.StepFinished{
			Files:   []engine.FileRecord{read("/srv/testdata/probe1_log.csv", 40_000), r.write("clean.csv", []byte("t,v\n"))},
			Outputs: json.RawMessage(`{"output":"out/clean.csv","rows_in":672,"rows_out":24}`), Volume: engine.Volume{RowsIn: 672, RowsOut: 24, BytesIn: 40_000, BytesOut: 4},
		})
		r.begin(store, `{"database":"out/t.duckdb","table":"temperature","columns":{"t":"TIMESTAMP","v":"DOUBLE"}}`)
		r.succeed(store, 131*time.Millisecond, engine.StepFinished{Outputs: json.RawMessage(`{"rows":24}`)})
		r.begin(chart, `{"output":"out/chart.png","x":"t","y":"v"}`)
		r.say(chart, "warn", "a series has a gap", nil)
		r.succeed(chart, 820*time.Millisecond, engine.StepFinished{
			Files: []engine.FileRecord{r.write("chart.png", drawing(r, 900, 420)), r.write("overview.svg", []byte(scriptedSVG))},
		})
		r.skip(mail, engine.ReasonCondition, "pipelines/temperature.hcl:238:18")
		r.over(engine.RunSucceeded, engine.RunFinished{Outputs: json.RawMessage(`{"chart":"out/chart.png","rows":24}`)})
	},
	"failed": func(r *recorder) {
		r.run(`{}`, block(clean), block(mail, clean), block(chart, mail))
		r.begin(clean, `{}`)
		r.succeed(clean, 300*time.Millisecond, engine.StepFinished{})
		r.begin(mail, `{"server":"smtp://smtp.example.com:587","text":"Hello,\n\nhere is the report.","password":"(sensitive)"}`)
		r.say(mail, "info", "connected", map[string]any{"server": "smtp.example.com:587"})
		r.fail(mail, engine.AttemptFailed, 800*time.Millisecond, busy(1), 2*time.Second)
		r.say(mail, "error", "the server is busy", nil)
		r.fail(mail, engine.AttemptTimedOut, 3*time.Second, busy(2), 4*time.Second)
		r.fail(mail, engine.AttemptFailed, 700*time.Millisecond, busy(3), 0)
		r.end(mail, engine.StepFinished{Result: engine.StepFailed, Error: busy(3)})
		r.skip(chart, engine.ReasonUpstreamFailed, mail.String())
		r.over(engine.RunFailed, engine.RunFinished{})
	},
	"sixty":    sixty,
	"many":     many,
	"hostile":  hostile,
	"crashed":  crashed,
	"old":      old,
	"unbroken": unbroken,
	"set back": setBack,
}

// sixty is a run of sixty steps: ten layers of six.
func sixty(r *recorder) {
	var blocks []engine.Block
	at := func(i int) engine.Address {
		types := []string{"csv_resample", "duckdb_load", "plot", "smtp", "s3_put"}
		return engine.Address{Type: types[i%len(types)], Name: fmt.Sprintf("station_%02d_of_the_plant", i)}
	}
	for i := range 60 {
		b := block(at(i))
		if i >= 6 {
			b.Needs = append(b.Needs, at(i-6))
		}
		if i >= 12 && i%4 == 0 {
			b.Needs = append(b.Needs, at(i-7), at(i%6))
		}
		blocks = append(blocks, b)
	}
	r.run(`{}`, blocks...)
	for i := range 60 {
		r.begin(at(i), fmt.Sprintf(`{"input":"in/%d.csv","output":"out/%d.csv"}`, i, i))
		switch {
		case i == 40:
			r.fail(at(i), engine.AttemptFailed, 90*time.Second, busy(1), 0)
			r.end(at(i), engine.StepFinished{Result: engine.StepFailed, Error: busy(1)})
		case i%13 == 5:
			r.fail(at(i), engine.AttemptFailed, 2*time.Second, busy(1), time.Second)
			r.succeed(at(i), 40*time.Second, engine.StepFinished{})
		default:
			r.succeed(at(i), time.Duration(1+i%7)*9*time.Second, engine.StepFinished{Volume: engine.Volume{RowsIn: 1000, RowsOut: 10}})
		}
	}
	r.over(engine.RunFailed, engine.RunFinished{})
}

// many is a run with a block of 5,000 instances.
func many(r *recorder) {
	r.run(`{"fleet":"all"}`, block(store), block(probe, store), block(chart, probe))
	r.begin(store, `{}`)
	r.succeed(store, 2*time.Second, engine.StepFinished{})
	for i := range 5000 {
		one := probe
		one.Key, one.Keyed = fmt.Sprintf("sensor %04d, hall %d", i, i%40), true
		r.begin(one, fmt.Sprintf(`{"input":"in/%04d.csv","interval":"1h","output":"out/%04d.csv"}`, i, i))
		switch {
		case i%400 == 7:
			r.fail(one, engine.AttemptFailed, 30*time.Millisecond, busy(i), 0)
			r.end(one, engine.StepFinished{Result: engine.StepFailed, Error: busy(i)})
		case i%600 == 9:
			r.fail(one, engine.AttemptFailed, 30*time.Millisecond, busy(i), 10*time.Millisecond)
			r.succeed(one, 20*time.Millisecond, engine.StepFinished{})
		default:
			r.succeed(one, time.Duration(5+i%11)*time.Millisecond, engine.StepFinished{Files: []engine.FileRecord{read(fmt.Sprintf("/srv/in/%04d.csv", i), 1000)}})
		}
	}
	r.skip(chart, engine.ReasonUpstreamFailed, probe.String())
	r.over(engine.RunFailed, engine.RunFinished{})
}

// evil is a text that tries what texts can: markup, scripts, other addresses,
// control characters, and reversed writing.
const evil = "</title></style><script>document.title='owned'</script>\"'><img src=http://127.0.0.1:9/x onerror=alert(1)>" +
	"javascript:alert(1) \x1b[31m\u202eesrever\u202c {{.}} &lt; ]]> --> \x00"

// hostile is a run whose every text is evil.
func hostile(r *recorder) {
	text, err := json.Marshal(evil)
	if err != nil {
		r.Fatal(err)
	}
	object := json.RawMessage("{" + string(text) + ":" + string(text) + `,"list":[` + string(text) + "," + strings.Repeat(string(text)+",", 3) + string(text) + "]}")
	one := engine.Address{Type: "plot", Name: "x", Key: evil, Keyed: true}
	wrong := &engine.LocatedError{
		StepError: engine.StepError{Code: evil, Message: evil, Remedy: evil, Argument: evil},
		Range:     &engine.Range{Filename: evil, Start: engine.Pos{Line: 1, Column: 1}},
	}
	r.tell(&engine.RunStarted{
		Version: evil, Pipeline: evil, LogicalTime: start, Trigger: evil, Host: evil, Variables: object, ResumedFrom: evil,
		Sources: []engine.Source{{Path: evil, SHA256: evil}}, Steps: []engine.Block{{Step: one.Block(), Type: evil}},
	})
	r.tell(&engine.StepStarted{Step: one, Type: evil, Arguments: object, Decision: &engine.Decision{Reason: evil, Detail: evil, Run: evil}})
	r.begun[one] = r.now
	r.try(one)
	r.say(one, evil, evil, map[string]any{evil: evil})
	r.fail(one, engine.AttemptFailed, time.Second, wrong, time.Second)
	r.fail(one, engine.AttemptFailed, time.Second, wrong, 0)
	harmful := r.write("harmful.svg", []byte(scriptedSVG))
	r.end(one, engine.StepFinished{
		Result: engine.StepFailed, Reason: evil, Cause: evil, Error: wrong, Outputs: object,
		Files: []engine.FileRecord{{Path: evil, Role: evil, SHA256: evil}, {Path: "/" + evil + ".png", Role: engine.Writes}, harmful},
	})
	r.end(engine.Address{Type: "plot", Name: "odd"}, engine.StepFinished{Result: evil, Reason: evil})
	r.over(engine.RunFailed, engine.RunFinished{Outputs: object, Error: evil})
}

// unbroken is a run whose texts have no place to break a line.
func unbroken(r *recorder) {
	long := strings.Repeat("x", 3000)
	one := engine.Address{Type: "plot", Name: long, Key: long, Keyed: true}
	object := `{"` + long + `":"` + long + `","list":["` + long + `"]}`
	r.tell(&engine.RunStarted{Version: long, Pipeline: long, LogicalTime: start, Trigger: engine.Manual, Host: long, Variables: json.RawMessage(object),
		Sources: []engine.Source{{Path: "/" + long, SHA256: long}}, Steps: []engine.Block{{Step: one.Block(), Type: "plot"}}})
	wrong := &engine.LocatedError{StepError: engine.StepError{Code: long, Message: long, Remedy: long, Argument: long}}
	r.begin(one, object)
	r.say(one, "info", long, map[string]any{long: long})
	r.fail(one, engine.AttemptFailed, time.Second, wrong, time.Second)
	r.fail(one, engine.AttemptFailed, time.Second, wrong, 0)
	r.end(one, engine.StepFinished{Result: engine.StepFailed, Error: wrong, Outputs: json.RawMessage(object), Files: []engine.FileRecord{read("/"+long, 1), {Path: "/" + long + ".png", Role: engine.Writes}}})
	r.over(engine.RunFailed, engine.RunFinished{Outputs: json.RawMessage(object), Error: long})
}

// crashed is a run whose process died.
func crashed(r *recorder) {
	r.run(`{}`, block(clean), block(mail, clean), block(chart, mail))
	r.begin(clean, `{}`)
	r.succeed(clean, time.Second, engine.StepFinished{})
	r.begin(mail, `{}`)
	r.tell(&engine.Progress{Step: mail, Type: "smtp", Attempt: 1, Done: 1200, Total: 5000, Unit: "bytes"})
	r.pass(5 * time.Second)
	r.say(mail, "info", "still at it", nil)
	r.pass(24 * time.Hour) // until somebody looks
	r.over(engine.RunCrashed, engine.RunFinished{AtWork: []engine.AtWork{{Step: mail, Attempt: 1}}, Duration: engine.Milliseconds(6 * time.Second)})
}

// setBack is a run during which the machine's clock was set back.
func setBack(r *recorder) {
	r.run(`{}`, block(clean), block(mail, clean))
	r.pass(time.Minute)
	r.begin(clean, `{}`)
	r.fail(clean, engine.AttemptFailed, time.Second, busy(1), time.Second)
	r.fail(clean, engine.AttemptFailed, time.Second, busy(1), 0)
	r.now = r.now.Add(-time.Hour)
	r.try(clean)
	r.succeed(clean, time.Second, engine.StepFinished{})
	r.begin(mail, `{}`)
	r.succeed(mail, time.Second, engine.StepFinished{})
	r.over(engine.RunSucceeded, engine.RunFinished{Duration: engine.Milliseconds(70 * time.Second)})
}

// old is a run of a version that did not record what needs what.
func old(r *recorder) {
	r.run(`{}`)
	for _, a := range []engine.Address{clean, store, chart, mail} {
		r.begin(a, `{}`)
		r.succeed(a, 50*time.Millisecond, engine.StepFinished{})
	}
	r.over(engine.RunSucceeded, engine.RunFinished{})
}
