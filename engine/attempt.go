package engine

import (
	"encoding/json"
	"time"
)

// Attempt is everything that is needed to try a step once, as plain data that
// survives JSON, so that it can be run in this process or elsewhere.
type Attempt struct {
	RunID    string  `json:"run_id"`
	Origin   string  `json:"origin"` // the first of the runs that were resumed one from the other; RunID where none was
	Pipeline string  `json:"pipeline"`
	Step     Address `json:"step"`
	Type     string  `json:"type"`
	Number   int     `json:"number"` // counts from 1

	// Arguments is a JSON object in the shape of the type's arguments.
	// Sensitive values are null in it; Sensitive lists their paths, and they
	// are resolved where the attempt runs.
	Arguments json.RawMessage `json:"arguments"`
	Sensitive []string        `json:"sensitive,omitempty"`

	Timeout     time.Duration `json:"timeout,omitempty"` // nanoseconds; 0 means none
	LogicalTime time.Time     `json:"logical_time"`
	Timezone    string        `json:"timezone"` // IANA name
	WorkingDir  string        `json:"working_dir"`
}

// Outcome is how one attempt ended.
type Outcome string

// The outcomes of an attempt.
const (
	AttemptSucceeded Outcome = "succeeded"
	AttemptFailed    Outcome = "failed"
	AttemptTimedOut  Outcome = "timed_out"
	AttemptCancelled Outcome = "cancelled"
)

// Result is what an attempt gives back, as plain data that survives JSON.
type Result struct {
	Outcome Outcome `json:"outcome"`
	// Outputs is a JSON object in the shape of the type's outputs; only a
	// successful attempt has one.
	Outputs  json.RawMessage `json:"outputs,omitempty"`
	Files    []FileRecord    `json:"files,omitempty"`
	Volume   Volume          `json:"volume"`
	Error    *StepError      `json:"error,omitempty"`
	Duration time.Duration   `json:"duration"` // nanoseconds
}

// Volume counts what an attempt read and wrote. Rows come from the outputs
// that a step type tags with them, bytes from the sizes of its files.
type Volume struct {
	RowsIn   int64 `json:"rows_in,omitempty"`
	RowsOut  int64 `json:"rows_out,omitempty"`
	BytesIn  int64 `json:"bytes_in,omitempty"`
	BytesOut int64 `json:"bytes_out,omitempty"`
}

// Role is what a step does with a file.
type Role string

// The roles of a file. Exclusive is a file that a step changes in place and
// that no other step may touch meanwhile: a database file.
const (
	Reads     Role = "read"
	Writes    Role = "write"
	Deletes   Role = "delete"
	Exclusive Role = "exclusive"
)

// FileRecord is one file that a successful attempt read, wrote or deleted.
type FileRecord struct {
	Path   string `json:"path"` // absolute
	Role   Role   `json:"role"`
	Size   int64  `json:"size"`             // bytes
	SHA256 string `json:"sha256,omitempty"` // lower-case hex; none for exclusive files, and for inputs that changed while they were read
	// State stands for the content of an exclusive file, which may be too large
	// to be read each time: another state is another content, or at least
	// something that touched it.
	State string `json:"state,omitempty"`
}
