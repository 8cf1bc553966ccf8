package plot_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/local"
	"dagrun/steps/plot"
)

// Args are the arguments of an attempt.
type Args = enginetest.Args

// outputs are those of the step type.
type outputs struct {
	Output         string
	Points         int64
	Min, Max, Mean float64
	Breaches       int64
}

// put writes a file and gives its name.
func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func get(t testing.TB, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// hourly is a CSV file of a day.
func hourly() string {
	var b strings.Builder
	b.WriteString("time,temperature\n")
	for i := range 24 {
		fmt.Fprintf(&b, "2024-06-15 %02d:00:00,%.1f\n", i, 28+4*math.Sin(float64(i)/4))
	}
	return b.String()
}

// svgTexts are the texts of a picture, in one string.
func svgTexts(t testing.TB, file []byte) string {
	t.Helper()
	var b strings.Builder
	inText := false
	for d := xml.NewDecoder(bytes.NewReader(file)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String() + "|"
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.CharData:
			if inText {
				b.WriteString("|" + string(token))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

// drawnFrom draws a CSV text as SVG and gives what the chart says.
func drawnFrom(t *testing.T, csv string, more Args) string {
	t.Helper()
	dir := t.TempDir()
	args := enginetest.With(Args{"source": put(t, dir, "in.csv", csv), "output": "out.svg", "x": "t", "y": "v"}, more)
	enginetest.Succeed(t, plot.Type, dir, args, nil)
	return svgTexts(t, get(t, dir, "out.svg"))
}

func says(t *testing.T, got string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(got, "|"+want+"|") {
			t.Errorf("the chart does not say %q, but %s", want, got)
		}
	}
}

func TestOutputsMeasureTheReadings(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,a,b\n1,20.1,30\n2,,36\n3,24.9,NaN\n4,25,35\n")
	var got outputs
	enginetest.Succeed(t, plot.Type, dir, Args{
		"source": "in.csv", "output": "out.png", "x": "t", "y": []string{"a", "b"},
		"threshold": []Args{{"value": 25, "kind": "min"}, {"value": 35, "kind": "max"}, {"value": 30}},
	}, &got)
	want := outputs{Output: "out.png", Points: 6, Min: 20.1, Max: 36, Mean: 28.5, Breaches: 3}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Error(diff)
	}
}

func TestAReadingBeyondTwoThresholdsIsOneBreach(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\n1,20\n2,40\n")
	var got outputs
	enginetest.Succeed(t, plot.Type, dir, Args{
		"source": "in.csv", "output": "out.svg", "x": "t", "y": "v",
		"threshold": []Args{{"value": 30, "kind": "max"}, {"value": 35, "kind": "max"}},
	}, &got)
	if got.Breaches != 1 {
		t.Errorf("got %d breaches, want 1", got.Breaches)
	}
}

func TestTheMeanOfShortDecimalsIsExact(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\n"+strings.Repeat("1,0.1\n", 10_000))
	var got outputs
	enginetest.Succeed(t, plot.Type, dir, Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v"}, &got)
	if got.Mean != 0.1 {
		t.Errorf("got a mean of %v, want 0.1", got.Mean)
	}
}

func TestTheSizeInPixelsIsAsAsked(t *testing.T) {
	tests := []struct {
		width, height string
		dpi           int
		want          [2]int
	}{
		{"12in", "6in", 192, [2]int{2304, 1152}},
		{"1200px", "600px", 192, [2]int{1200, 600}},
		{"1200px", "600px", 96, [2]int{1200, 600}},
		{"1201px", "599px", 150, [2]int{1201, 599}},
		{"1200px", "600px", 0, [2]int{1200, 600}},
		{"1200px", "5in", 0, [2]int{1200, 480}},
		{"10in", "5in", 0, [2]int{1920, 960}},
		{"30cm", "150mm", 254, [2]int{3000, 1500}},
		{"720pt", "360pt", 72, [2]int{720, 360}},
	}
	for _, tt := range tests {
		t.Run(tt.width, func(t *testing.T) {
			dir := t.TempDir()
			args := Args{"source": put(t, dir, "in.csv", hourly()), "x": "time", "y": "temperature", "width": tt.width, "height": tt.height}
			if tt.dpi != 0 {
				args["dpi"] = tt.dpi
			}
			for _, output := range []string{"out.png", "out.jpg"} {
				enginetest.Succeed(t, plot.Type, dir, enginetest.With(args, Args{"output": output}), nil)
				img, _, err := image.DecodeConfig(bytes.NewReader(get(t, dir, output)))
				if err != nil {
					t.Fatal(err)
				}
				if got := [2]int{img.Width, img.Height}; got != tt.want {
					t.Errorf("%s: got %v pixels, want %v", output, got, tt.want)
				}
			}
		})
	}
}

func TestAPxOfAVectorPictureIsThatOfCSS(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", hourly())
	enginetest.Succeed(t, plot.Type, dir, Args{
		"source": "in.csv", "output": "out.svg", "x": "time", "y": "temperature", "width": "1200px", "height": "480px", "dpi": 300,
	}, nil)
	if want := `width="900pt" height="360pt"`; !bytes.Contains(get(t, dir, "out.svg"), []byte(want)) {
		t.Errorf("the picture is not %s", want)
	}
}

func TestADashboardIsHigherTheMorePanelsItHas(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", hourly())
	for n, want := range map[int]string{1: "432pt", 2: "432pt", 4: "864pt"} {
		var panels []Args
		for range n {
			panels = append(panels, Args{"y": "temperature"})
		}
		enginetest.Succeed(t, plot.Type, dir, Args{"source": "in.csv", "output": "out.svg", "x": "time", "panel": panels}, nil)
		if !bytes.Contains(get(t, dir, "out.svg"), []byte(`height="`+want+`"`)) {
			t.Errorf("with %d panels the picture is not %s high", n, want)
		}
	}
}

func TestWhatXIs(t *testing.T) {
	tests := []struct {
		name, csv string
		wants     []string
	}{
		{"times", "t,v\n2024-06-15 00:00:00,1\n2024-06-15 06:00:00,2\n2024-06-15 23:00:00,3\n", []string{"00:00", "15 Jun 2024", "22:00"}},
		{"times with a T and a zone", "t,v\n2024-06-15T02:00:00+02:00,1\n2024-06-15T06:00:00Z,2\n2024-06-15T18:00:00-05:00,3\n", []string{"00:00", "15 Jun 2024", "22:00"}},
		{"dates", "t,v\n2024-06-15,1\n2024-06-16,2\n2024-06-18,3\n", []string{"15 Jun", "2024", "18 Jun"}},
		{"dates and times", "t,v\n2024-06-15,1\n2024-06-15 12:00,2\n", []string{"00:00", "15 Jun 2024", "12:00"}},
		{"times of day", "t,v\n00:15:00,1\n06:00:00,2\n23:45,3\n", []string{"02:00", "22:00"}},
		{"numbers", "t,v\n-3,1\n0.5,2\n4e0,3\n", []string{"−3.0", "4.0"}},
		{"categories", "t,v\nHall A,1\nHall B,2\n17,3\n", []string{"Hall A", "Hall B", "17"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { says(t, drawnFrom(t, tt.csv, nil), tt.wants...) })
	}
}

// runIn makes an attempt in a time zone.
func runIn(ctx context.Context, t *testing.T, zone, dir string, args Args, progress func()) engine.Result {
	t.Helper()
	attempt, _ := enginetest.Attempt(t, plot.Type, dir, args)
	attempt.Timezone = zone
	runner := local.Runner{
		Types:    engine.NewRegistry(plot.Type),
		Progress: func(engine.Attempt, int64, int64, string) { progress() },
	}
	return runner.Run(ctx, attempt)
}

func TestReadingACSVFileTellsHowMuchOfItIsRead(t *testing.T) {
	dir := t.TempDir()
	csv := "t,v\n" + strings.Repeat("1,2\n", 100_000)
	put(t, dir, "in.csv", csv)
	attempt, _ := enginetest.Attempt(t, plot.Type, dir, Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v"})
	var last int64
	calls := 0
	runner := local.Runner{
		Types: engine.NewRegistry(plot.Type),
		Progress: func(_ engine.Attempt, done, total int64, unit string) {
			if done < last || done > total || total != int64(len(csv)) || unit != "bytes" {
				t.Errorf("after %d there are %d of %d %s", last, done, total, unit)
			}
			last, calls = done, calls+1
		},
	}
	if result := runner.Run(t.Context(), attempt); result.Error != nil {
		t.Fatal(result.Error)
	}
	if calls < 5 || last < int64(len(csv))/2 {
		t.Errorf("%d of %d bytes were told in %d reports", last, len(csv), calls)
	}
}

func TestTimesAreShownInThePipelinesZone(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\n2024-06-14T22:00:00Z,1\n2024-06-15 12:00:00,2\n2024-06-15T21:00:00Z,3\n")
	result := runIn(t.Context(), t, "Europe/Berlin", dir, Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v"}, func() {})
	if result.Error != nil {
		t.Fatal(result.Error)
	}
	got := svgTexts(t, get(t, dir, "out.svg"))
	says(t, got, "00:00", "15 Jun 2024", "22:00")
	if strings.Contains(got, "16 Jun") || strings.Contains(got, "14 Jun") {
		t.Errorf("the day does not begin at midnight in Berlin: %s", got)
	}
}

func TestLabelsDefaultToColumnNames(t *testing.T) {
	csv := "t,v,w\n1,2,3\n2,3,4\n"
	says(t, drawnFrom(t, csv, nil), "t", "v")
	says(t, drawnFrom(t, csv, Args{"x_label": "Hour", "y_label": "Temperature (°C)"}), "Hour", "Temperature (°C)")
	if got := drawnFrom(t, csv, Args{"x_label": "", "y_label": ""}); strings.Contains(got, "|t|") || strings.Contains(got, "|v|") {
		t.Errorf("empty labels are drawn: %s", got)
	}
	got := drawnFrom(t, csv, Args{"y": []string{"v", "w"}, "legend": false})
	if strings.Contains(got, "|v|") || strings.Contains(got, "|w|") {
		t.Errorf("two columns have no common label, and there is no legend: %s", got)
	}
}

func TestThresholdsAreNamed(t *testing.T) {
	csv := "t,v\n1,20\n2,30\n"
	thresholds := []Args{{"value": 25, "label": "Min: 25 °C", "color": "blue"}, {"value": 1e4}}
	says(t, drawnFrom(t, csv, Args{"threshold": thresholds}), "Min: 25 °C", "10\u2009000")
	says(t, drawnFrom(t, csv, Args{"threshold": thresholds, "legend": false}), "Min: 25 °C", "10\u2009000")
}

func TestGroupsAreLinesOfTheirOwn(t *testing.T) {
	csv := "t,v,w,probe\n1,20,1,P1\n1,30,2,P2\n2,21,1,P1\n2,31,2,\n"
	says(t, drawnFrom(t, csv, Args{"group_by": "probe"}), "P1", "P2", "–")
	says(t, drawnFrom(t, csv, Args{"group_by": "probe", "y": []string{"v", "w"}}), "v · P1", "w · P2")
}

func TestReadingsAreDrawnInTheOrderOfTime(t *testing.T) {
	sorted := "t,v\n2024-06-15 00:00,1\n2024-06-15 01:00,2\n2024-06-15 02:00,3\n"
	mixed := "t,v\n2024-06-15 01:00,2\n2024-06-15 02:00,3\n2024-06-15 00:00,1\n"
	dir := t.TempDir()
	args := Args{"output": "out.svg", "x": "t", "y": "v"}
	var files [2][]byte
	for i, csv := range []string{sorted, mixed} {
		enginetest.Succeed(t, plot.Type, dir, enginetest.With(args, Args{"source": put(t, dir, "in.csv", csv)}), nil)
		files[i] = get(t, dir, "out.svg")
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("the order of rows changes the line")
	}
}

func TestOddFilesAreOrdinaryInput(t *testing.T) {
	dir := t.TempDir()
	plain := "t,v\n1,20\n2,30\n"
	var gz, zst bytes.Buffer
	zip := gzip.NewWriter(&gz)
	_, _ = zip.Write([]byte(plain))
	_ = zip.Close()
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = z.Write([]byte(plain))
	_ = z.Close()
	files := map[string]string{
		"crlf.csv": "t,v\r\n1,20\r\n2,30\r\n", "bom.csv": "\uFEFFt,v\n1,20\n2,30\n", "noend.csv": "t,v\n1,20\n2,30",
		"quoted.csv": "\"t\",\"v\"\n\"1\",\"20\"\n2, 30 \n", "tabs.tsv": "t\tv\n1\t20\n2\t30\n", "blank.csv": "t,v\n\n1,20\n\n2,30\n\n",
		"a.csv.gz": gz.String(), "a.csv.zst": zst.String(), "%41?x=1#b.csv": plain, "SHOUT.CSV": plain,
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) {
			var got outputs
			enginetest.Succeed(t, plot.Type, dir, Args{"source": put(t, dir, name, text), "output": "out.svg", "x": "t", "y": "v"}, &got)
			if got.Points != 2 || got.Max != 30 {
				t.Errorf("got %+v, want 2 points up to 30", got)
			}
		})
	}
}

func TestMissingCharactersAreToldForPicturesButNotForSVG(t *testing.T) {
	for format, want := range map[string]bool{"png": true, "pdf": true, "svg": false} {
		dir := t.TempDir()
		put(t, dir, "in.csv", "t,v\n1,2\n")
		_, said := enginetest.RunLogged(t.Context(), t, plot.Type, dir,
			Args{"source": "in.csv", "output": "out." + format, "x": "t", "y": "v", "title": "温度"})
		if got := strings.Contains(said, "characters=度温"); got != want {
			t.Errorf("%s: said %q", format, said)
		}
	}
}

func TestSeveralReadingsOfOneTimeAreTold(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\n10:00,2\n10:00,3\n11:00,4\n")
	_, said := enginetest.RunLogged(t.Context(), t, plot.Type, dir, Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v"})
	if !strings.Contains(said, "repeated=1") || !strings.Contains(said, "group_by") {
		t.Errorf("said %q", said)
	}
}

func TestBarsOnTopOfEachOtherAreTold(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\nHall A,2\nHall B,3\nHall A,4\n")
	args := Args{"source": "in.csv", "output": "out.svg", "x": "t", "y": "v"}
	_, said := enginetest.RunLogged(t.Context(), t, plot.Type, dir, enginetest.With(args, Args{"kind": "bar"}))
	if !strings.Contains(said, "repeated=1") {
		t.Errorf("said %q", said)
	}
	if _, said := enginetest.RunLogged(t.Context(), t, plot.Type, dir, args); said != "" {
		t.Errorf("of a line over categories it said %q", said)
	}
}

func TestAHistogramCountsReadings(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "v,w\n1,5\n2,\n2,6\n3,7\n")
	var got outputs
	args := Args{"source": "in.csv", "output": "out.svg", "kind": "histogram", "y": "v", "threshold": []Args{{"value": 2.5, "kind": "max"}}}
	enginetest.Succeed(t, plot.Type, dir, args, &got)
	if want := (outputs{"out.svg", 4, 1, 3, 2, 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	says(t, svgTexts(t, get(t, dir, "out.svg")), "v", "Readings", "0", "1", "2", "2.5")
	enginetest.Succeed(t, plot.Type, dir, enginetest.With(args, Args{"y": []string{"v", "w"}, "x_label": "Pressure", "y_label": "n"}), &got)
	says(t, svgTexts(t, get(t, dir, "out.svg")), "v", "w", "Pressure", "n")
	if got.Points != 7 {
		t.Errorf("got %d points, want 7", got.Points)
	}
}

func TestPanelsAreCountedTogether(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,a,b,g\n1,20,1,P\n2,30,2,P\n1,40,3,Q\n2,50,,Q\n")
	var got outputs
	enginetest.Succeed(t, plot.Type, dir, Args{
		"source": "in.csv", "output": "out.svg", "x": "t", "group_by": "g", "kind": "bar",
		"panel": []Args{{"y": "a", "threshold": []Args{{"value": 25, "kind": "max"}}}, {"y": "b", "kind": "line", "threshold": []Args{{"value": 25, "kind": "min"}}}},
	}, &got)
	if want := (outputs{"out.svg", 7, 1, 50, 146.0 / 7, 6}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	says(t, svgTexts(t, get(t, dir, "out.svg")), "a", "b", "P", "Q")
}

func TestCancelledWhileItReads(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "in.csv", "t,v\n"+strings.Repeat("1,2\n", 20_000))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result := runIn(ctx, t, "UTC", dir, Args{"source": "in.csv", "output": "out.png", "x": "t", "y": "v"}, cancel)
	if result.Outcome != engine.AttemptCancelled {
		t.Errorf("the attempt %s, want cancelled", result.Outcome)
	}
	enginetest.NoLitter(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "out.png")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the picture is there: %v", err)
	}
}

func TestAnOldPictureStaysWhenDrawingFails(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "out.png", "old")
	put(t, dir, "in.csv", "t,v\n1,much\n")
	_ = enginetest.Fail(t, plot.Type, dir, Args{"source": "in.csv", "output": "out.png", "x": "t", "y": "v"}, "bad_value")
	if got := string(get(t, dir, "out.png")); got != "old" {
		t.Errorf("the old picture became %q", got)
	}
}
