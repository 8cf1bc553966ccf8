package engine

import (
	"math"
	"time"
)

// TriggerRule says what must hold of the steps directly upstream before a step
// runs. The names and meanings are Airflow's.
type TriggerRule string

// The trigger rules. A step that failed under continue_on_error counts as
// passed for AllSuccess and NoneFailed, and as failed for OneFailed.
const (
	AllSuccess TriggerRule = "all_success" // every upstream step passed
	AllDone    TriggerRule = "all_done"    // every upstream step ended, however
	OneFailed  TriggerRule = "one_failed"  // at least one failed; the others are not waited for
	NoneFailed TriggerRule = "none_failed" // every upstream step passed or was skipped by a condition
)

// TriggerRules lists every rule, the default first.
var TriggerRules = []string{string(AllSuccess), string(AllDone), string(OneFailed), string(NoneFailed)}

// OnFailure reports whether a step with this rule exists for what went wrong:
// such steps still run after a cancellation or, under fail_fast, a failure.
func (r TriggerRule) OnFailure() bool { return r == OneFailed || r == AllDone }

// Strategy is how the delay grows from one retry to the next.
type Strategy string

// The retry strategies.
const (
	Constant    Strategy = "constant"
	Linear      Strategy = "linear"
	Exponential Strategy = "exponential"
)

// Strategies lists every strategy.
var Strategies = []string{string(Constant), string(Linear), string(Exponential)}

// RetryPolicy says how often and how soon a failed attempt is repeated.
type RetryPolicy struct {
	MaxAttempts int           // counts the first; 1 means no retry
	Strategy    Strategy      // growth of the delay
	MinInterval time.Duration // delay before the second attempt
	MaxInterval time.Duration // upper bound of a delay before jitter
	Jitter      float64       // 0 to 1: each delay is drawn from ± this share
}

// DefaultRetry is the policy of a pipeline that declares none: one attempt,
// and for those that raise MaxAttempts, sensible delays.
func DefaultRetry() RetryPolicy {
	return RetryPolicy{
		MaxAttempts: 1,
		Strategy:    Exponential,
		MinInterval: time.Second,
		MaxInterval: 30 * time.Second,
		Jitter:      0.2,
	}
}

// Delay is the pause after attempt number n failed (n counts from 1), for a
// draw u from [0, 1).
func (p RetryPolicy) Delay(n int, u float64) time.Duration {
	d := float64(p.MinInterval)
	switch p.Strategy {
	case Linear:
		d *= float64(n)
	case Exponential:
		d *= math.Pow(2, float64(n-1))
	}
	d = min(d, float64(p.MaxInterval))
	d *= 1 + p.Jitter*(2*u-1)
	return time.Duration(d)
}
