package letter_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"dagrun/steps/plot/internal/letter"
)

func regular(t testing.TB) *letter.Face {
	t.Helper()
	f, err := letter.Regular()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWidthIsThatOfGonumsFace(t *testing.T) {
	bold, err := letter.Bold()
	if err != nil {
		t.Fatal(err)
	}
	for _, face := range []*letter.Face{regular(t), bold} {
		for _, text := range []string{"Temperature (°C)", "AVATAR To Ty", "0123456789 −e …  ", "Ωμέγα", "Ťažký kůň", ""} {
			sized := face.Sized(11)
			got, want := face.Width(text, 11), sized.Width(text)
			if math.Abs(float64(got-want)) > 1e-6 {
				t.Errorf("width of %q is %v, want %v", text, got, want)
			}
		}
	}
}

func TestOutlineStaysWithinItsBox(t *testing.T) {
	face := regular(t)
	const size = 20
	text := "Åg°|yÉ"
	width := face.Width(text, size)
	path := face.Outline(text, size)
	if len(path) == 0 {
		t.Fatal("no outline")
	}
	for _, p := range path {
		if p.Type == vg.CloseComp {
			continue
		}
		if p.Pos.X < -1 || p.Pos.X > width+1 || p.Pos.Y < -face.Descent(size)-1 || p.Pos.Y > face.Ascent(size)+1 {
			t.Errorf("a point of the outline is at %v, outside the box", p.Pos)
		}
	}
}

func TestMissingCharactersAreBoxesAndAreTold(t *testing.T) {
	face := regular(t)
	text := "温度 ok"
	if got, want := face.Width("温", 10), vg.Length(10); got != want {
		t.Errorf("a missing character is %v wide, want an em, %v", got, want)
	}
	if len(face.Outline(text, 10)) == 0 {
		t.Error("nothing is drawn")
	}
	if got, want := string(face.Missing()), "度温"; got != want {
		t.Errorf("missing are %q, want %q", got, want)
	}
}

func TestMarksAndJoinersTakeNoSpace(t *testing.T) {
	face := regular(t)
	if got := face.Width("\u200d\ufe0f", 10); got != 0 {
		t.Errorf("got %v, want 0", got)
	}
	if len(face.Missing()) != 0 {
		t.Errorf("told as missing: %q", string(face.Missing()))
	}
}

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"control characters", "a\x00b\x1bc\x7f", "a b c"},
		{"white space", "  a \t\r\n b  ", "a b"},
		{"bytes that are no UTF-8", "caf\xe9", "caf\uFFFD"},
		{"accents are composed", "e\u0301", "é"},
		{"noncharacters", "a\uFFFEb", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := letter.Clean(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	face := regular(t)
	const size = 10
	tests := []struct {
		name  string
		text  string
		width vg.Length
		limit int
		want  []string
	}{
		{"short text is one line", "Daily log", 200, 3, []string{"Daily log"}},
		{"between words", "Daily temperature log", 90, 3, []string{"Daily temperature", "log"}},
		{"inside a word that is too long", "Temperaturmessfühler", 50, 3, []string{"Temperatu", "rmessfühle", "r"}},
		{"a line feed breaks", "one\ntwo", 200, 3, []string{"one", "two"}},
		{"too many lines end in an ellipsis", "one two three four five six", 45, 2, []string{"one two", "three fo…"}},
		{"joined lines that fit have no ellipsis", "one\ntwo", 200, 1, []string{"one two"}},
		{"no lines", "one two", 200, 0, []string{}},
		{"nothing", " ", 200, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, face.Wrap(tt.text, size, tt.width, tt.limit)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrappedLinesAreNoWiderThanAsked(t *testing.T) {
	face := regular(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		width := vg.Length(rapid.Float64Range(20, 300).Draw(t, "width"))
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		lines := face.Wrap(text, 12, width, limit)
		if len(lines) > limit {
			t.Fatalf("%d lines, at most %d wanted", len(lines), limit)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 1 && face.Width(line, 12) > width+1e-6 {
				t.Fatalf("%q is %v wide, at most %v wanted", line, face.Width(line, 12), width)
			}
		}
	})
}

func TestShorten(t *testing.T) {
	face := regular(t)
	long := strings.Repeat("Hall ", 50)
	got := face.Shorten(long, 10, 60)
	if w := face.Width(got, 10); w > 60 || w < 45 || !strings.HasSuffix(got, "Hall…") && !strings.HasSuffix(got, "…") {
		t.Errorf("got %q, %v wide", got, w)
	}
	if got := face.Shorten("Hall A", 10, 60); got != "Hall A" {
		t.Errorf("text that fits became %q", got)
	}
	if got := face.Shorten("Hall A", 10, 2); got != "" {
		t.Errorf("where not even an ellipsis fits, got %q", got)
	}
}
