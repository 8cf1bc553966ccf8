package report

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"dagrun/engine"
)

// shown is how many failures are accounted for one by one. Who has more has one
// problem many times.
const shown = 20

// named is how many steps are named where it may be any number of them.
const named = 3

// failures are the steps that failed in a run. Instances of a block that failed
// alike are one failure.
type failures struct {
	list   []*failure // the first of them
	kinds  map[kind]*failure
	untold int // steps that are in none of these
}

// failure is a step that failed, and the further instances that did so alike.
type failure struct {
	*engine.StepFinished

	also []engine.Address // the first of them
	more int              // how many they are
}

// kind is what is the same about steps that failed alike.
type kind struct {
	block    engine.Address
	reason   engine.Reason
	cause    string
	attempts int
	code     string
	place    string
	message  string
}

// kindsOf are two kinds that a failure is of: one has its message as it is, the
// other without the key of the instance.
func kindsOf(f *engine.StepFinished) (same, alike kind) {
	same = kind{block: f.Step.Block(), reason: f.Reason, cause: f.Cause, attempts: f.Attempts}
	if e := f.Error; e != nil {
		same.code, same.place, same.message = e.Code, placeOf(e), e.Message
	}
	alike = same
	alike.message = withoutKey(same.message, f.Step)
	return same, alike
}

// withoutKey is a text with the key of an instance taken out where it stands as
// a word.
func withoutKey(text string, step engine.Address) string {
	if step.Key == "" {
		return text
	}
	var out strings.Builder
	before := ' '
	for {
		i := strings.Index(text, step.Key)
		if i < 0 {
			return out.String() + text
		}
		if i > 0 {
			before, _ = utf8.DecodeLastRuneInString(text[:i])
		}
		end := i + len(step.Key)
		after, _ := utf8.DecodeRuneInString(text[end:])
		out.WriteString(text[:i])
		if isWordy(before) || isWordy(after) {
			out.WriteString(step.Key)
		} else {
			out.WriteByte(0)
		}
		before, _ = utf8.DecodeLastRuneInString(step.Key)
		text = text[end:]
	}
}

func isWordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// add notes a step that failed.
func (fs *failures) add(f *engine.StepFinished) {
	same, alike := kindsOf(f)
	switch known := cmp.Or(fs.kinds[same], fs.kinds[alike]); {
	case known != nil && f.Step.Keyed:
		known.join(f.Step)
	case len(fs.list) == shown:
		fs.untold++
	default:
		first := &failure{StepFinished: f}
		fs.list = append(fs.list, first)
		if fs.kinds == nil {
			fs.kinds = map[kind]*failure{}
		}
		fs.kinds[same], fs.kinds[alike] = first, first
	}
}

func (f *failure) join(step engine.Address) {
	if f.more++; f.more <= named {
		f.also = append(f.also, step)
	}
}

// others names the further instances that failed alike; empty where there are
// none.
func (f *failure) others(more string) string {
	if f.more == 0 {
		return ""
	}
	var names []string
	for _, step := range f.also {
		names = append(names, line(short(step)))
	}
	if f.more > len(f.also) {
		names = append(names, more)
	}
	return "and in " + count(int64(f.more)) + " more: " + strings.Join(names, ", ")
}
