package paint_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/vg"

	"dagrun/steps/plot/internal/chart"
	"dagrun/steps/plot/internal/paint"
)

const dpi = 192

func picture(t testing.TB, title string) *chart.Picture {
	t.Helper()
	s := chart.Series{Name: "v"}
	for i := range 24 {
		s.X = append(s.X, float64(i))
		s.Y = append(s.Y, 28+2*math.Sin(float64(i)))
	}
	p, err := chart.Compose(t.Context(), &chart.Chart{
		Width: 8 * vg.Inch, Height: 4 * vg.Inch, Title: title, Legend: true, Grid: true,
		Panels: []chart.Panel{{
			YLabel: "Temperature (°C)", Series: []chart.Series{s},
			Thresholds: []chart.Threshold{
				{Value: 25, Name: "Min", Color: color.RGBA{0, 0, 0xFF, 0xFF}}, {Value: 35, Name: "Max", Color: color.RGBA{0xFF, 0, 0, 0xFF}},
			},
		}},
	}, vg.Inch/dpi)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// draw gives the bytes of each format.
func draw(t testing.TB, p *chart.Picture) map[string][]byte {
	t.Helper()
	made := time.Date(2024, 6, 15, 8, 0, 0, 0, time.UTC)
	files := map[string][]byte{}
	for format, write := range map[string]func(io.Writer) error{
		"png": func(w io.Writer) error { return paint.PNG(t.Context(), w, p, dpi) },
		"jpg": func(w io.Writer) error { return paint.JPEG(t.Context(), w, p, dpi) },
		"svg": func(w io.Writer) error { return paint.SVG(t.Context(), w, p) },
		"pdf": func(w io.Writer) error { return paint.PDF(t.Context(), w, p, made) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		files[format] = b.Bytes()
	}
	return files
}

func decode(t testing.TB, file []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestTheSamePictureGivesTheSameBytes(t *testing.T) {
	if diff := cmp.Diff(draw(t, picture(t, "One")), draw(t, picture(t, "One"))); diff != "" {
		t.Error("the files differ")
	}
}

func TestPNGHasThePixelsAskedForAndSaysSo(t *testing.T) {
	file := draw(t, picture(t, "One"))["png"]
	if got, want := decode(t, file).Bounds().Size(), (image.Point{X: 1536, Y: 768}); got != want {
		t.Errorf("got %v pixels, want %v", got, want)
	}
	at := bytes.Index(file, []byte("pHYs"))
	if at < 0 {
		t.Fatal("the resolution is missing")
	}
	if got, want := binary.BigEndian.Uint32(file[at+4:]), uint32(7559); got != want {
		t.Errorf("got %d pixels a metre, want %d", got, want)
	}
}

func TestJPEGHasThePixelsAskedForAndSaysSo(t *testing.T) {
	files := draw(t, picture(t, "One"))
	img, err := jpeg.Decode(bytes.NewReader(files["jpg"]))
	if err != nil {
		t.Fatal(err)
	}
	exact := decode(t, files["png"])
	if img.Bounds() != exact.Bounds() {
		t.Fatalf("got %v pixels, want %v", img.Bounds(), exact.Bounds())
	}
	off := 0
	for y := range exact.Bounds().Dy() {
		for x := range exact.Bounds().Dx() {
			if !near(img.At(x, y), exact.At(x, y)) {
				off++
			}
		}
	}
	if share := float64(off) / float64(exact.Bounds().Dx()*exact.Bounds().Dy()); share > 0.02 {
		t.Errorf("%v of the pixels differ from those of the PNG", share)
	}
	if want := []byte("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x02\x01\x00\xC0\x00\xC0"); !bytes.HasPrefix(files["jpg"], want) {
		t.Errorf("the file begins with % x", files["jpg"][:18])
	}
}

func TestTheGroundIsThatOfThePicture(t *testing.T) {
	dark := color.RGBA{0x10, 0x20, 0x30, 0xFF}
	files := draw(t, &chart.Picture{Size: vg.Point{X: 100, Y: 50}, Ground: dark})
	if got := decode(t, files["png"]).At(3, 3); !near(got, dark) {
		t.Errorf("the PNG is %v", got)
	}
	if img, err := jpeg.Decode(bytes.NewReader(files["jpg"])); err != nil || !near(img.At(3, 3), dark) {
		t.Errorf("the JPEG is not dark, %v", err)
	}
	if !bytes.Contains(files["svg"], []byte("fill:#102030")) {
		t.Errorf("the SVG has no ground: %s", files["svg"])
	}
}

func TestSheerColoursAreMixedAlikeInPixels(t *testing.T) {
	var path vg.Path
	for i, at := range []vg.Point{{}, {X: 50}, {X: 50, Y: 50}, {Y: 50}} {
		if i == 0 {
			path.Move(at)
		} else {
			path.Line(at)
		}
	}
	path.Close()
	blue := color.NRGBA{0, 0, 0xFF, 0x80}
	p := &chart.Picture{Size: vg.Point{X: 100, Y: 50}, Ground: color.White, Shapes: []chart.Shape{{Path: path, Color: blue}}}
	files := draw(t, p)
	img := decode(t, files["png"])
	if got, want := img.At(20, 20), (color.RGBA{0x7F, 0x7F, 0xFF, 0xFF}); !near(got, want) {
		t.Errorf("half of blue on white is %v, want %v", got, want)
	}
	if got := img.At(200, 20); !near(got, color.White) {
		t.Errorf("outside the shape it is %v", got)
	}
	if !bytes.Contains(files["svg"], []byte("fill:#0000FF;fill-opacity:0.50")) {
		t.Errorf("the SVG mixes otherwise: %s", files["svg"])
	}
}

func TestALargeShapeIsFilledWithoutASeam(t *testing.T) {
	const side = 2100 // more pixels than are filled at once
	var path vg.Path
	for i, at := range []vg.Point{{X: 10, Y: 10}, {X: side - 10, Y: 10}, {X: side - 10, Y: side - 10}, {X: 10, Y: side - 10}} {
		if i == 0 {
			path.Move(at)
		} else {
			path.Line(at)
		}
	}
	path.Close()
	sheer := color.NRGBA{0, 0, 0xFF, 0x80}
	p := &chart.Picture{Size: vg.Point{X: side, Y: side}, Ground: color.White, Shapes: []chart.Shape{{Path: path, Color: sheer}}}
	var b bytes.Buffer
	if err := paint.PNG(t.Context(), &b, p, 72); err != nil {
		t.Fatal(err)
	}
	img := decode(t, b.Bytes())
	for y := 11; y < side-11; y++ {
		if got := img.At(side/2, y); got != img.At(side/2, 20) || near(got, color.White) {
			t.Fatalf("row %d is %v", y, got)
		}
	}
}

func TestThresholdsAreOnTheirRowsInTheirColours(t *testing.T) {
	p := picture(t, "One")
	img := decode(t, draw(t, p)["png"])
	// The axis reaches from 24 to 36.
	row := func(v float64) int {
		y := p.Areas[0].Min.Y + vg.Length((v-24)/12)*p.Areas[0].Size().Y
		return int((p.Size.Y - y).Dots(dpi))
	}
	column := int(p.Areas[0].Min.X.Dots(dpi)) + 2 // within the first dash, left of the data
	for v, want := range map[float64]color.Color{25: color.RGBA{0, 0, 0xFF, 0xFF}, 35: color.RGBA{0xFF, 0, 0, 0xFF}} {
		found := false
		for y := row(v) - 2; y <= row(v)+2; y++ {
			found = found || near(img.At(column, y), want)
		}
		if !found {
			t.Errorf("no pixel of %v near row %d", want, row(v))
		}
	}
}

func near(a, b color.Color) bool {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	far := func(x, y uint32) bool { return max(x, y)-min(x, y) > 0x0900 }
	return !far(r1, r2) && !far(g1, g2) && !far(b1, b2)
}

func TestNothingTouchesTheEdgeOfThePicture(t *testing.T) {
	img := decode(t, draw(t, picture(t, strings.Repeat("A long title ", 30)))["png"])
	b := img.Bounds()
	inner := b.Inset(3)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if !(image.Point{X: x, Y: y}).In(inner) && !near(img.At(x, y), color.White) {
				t.Fatalf("pixel %d, %d is %v", x, y, img.At(x, y))
			}
		}
	}
}

func TestFewColoursLookLikeAll(t *testing.T) {
	full := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for i := range full.Pix {
		full.Pix[i] = 0xFF
	}
	for x := range 256 { // more shades than a palette has, each of a few pixels
		for y := range 3 {
			full.Set(x, y*20, color.RGBA{uint8(x), uint8(x / 2), uint8(255 - x), 0xFF})
			full.Set(x, y*20+1, color.RGBA{uint8(x), uint8(x), uint8(x), 0xFF})
		}
	}
	reduced := paint.Reduce(full)
	if reduced == nil {
		t.Fatal("not reduced")
	}
	for y := range 200 {
		for x := range 300 {
			if !near(reduced.At(x, y), full.At(x, y)) {
				t.Fatalf("pixel %d, %d became %v, was %v", x, y, reduced.At(x, y), full.At(x, y))
			}
		}
	}
	if got := reduced.At(299, 199); got != (color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}) {
		t.Errorf("white became %v", got)
	}
}

func TestAPictureOfAllColoursIsNotReduced(t *testing.T) {
	full := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for y := range 256 {
		for x := range 256 {
			full.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x ^ y), 0xFF})
		}
	}
	if paint.Reduce(full) != nil {
		t.Error("65536 colours were reduced to 256")
	}
}

// svgTexts reads a picture as XML and gives its texts.
func svgTexts(t *testing.T, file []byte) []string {
	t.Helper()
	var all []string
	inText := false
	for d := xml.NewDecoder(bytes.NewReader(file)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.CharData:
			if inText {
				all = append(all, string(token))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

func TestSVGKeepsTextAsText(t *testing.T) {
	title := `Größe <b>&amp; "x" style="font-family:Liberation Sans; <text 温度` + "\x01\xff"
	p := picture(t, title)
	file := draw(t, p)["svg"]
	want := make([]string, len(p.Labels))
	for i, l := range p.Labels {
		want[i] = l.Text
	}
	if diff := cmp.Diff(want, svgTexts(t, file)); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(want[0], `Größe <b>&amp; "x" style="font-family:Liberation Sans; <text 温度`) {
		t.Errorf("the title became %q", want[0])
	}
	for _, part := range []string{`font-family:'Liberation Sans',Arial,Helvetica,sans-serif;`,
		fmt.Sprintf(`textLength="%.2f"`, float64(p.Labels[0].Face.Width(p.Labels[0].Text, p.Labels[0].Size)))} {
		if !bytes.Contains(file, []byte(part)) {
			t.Errorf("the picture lacks %s", part)
		}
	}
}

func TestPDFIsDatedAsAsked(t *testing.T) {
	file := draw(t, picture(t, "One"))["pdf"]
	if !bytes.HasPrefix(file, []byte("%PDF-")) || !bytes.Contains(file, []byte("/CreationDate (D:20240615080000")) ||
		!bytes.Contains(file, []byte("/ModDate (D:20240615080000")) {
		t.Error("the document is not dated 15 June 2024, 8:00")
	}
	if len(file) > 60_000 {
		t.Errorf("the document has %d bytes", len(file))
	}
}

func TestDocumentsAreWrittenSideBySide(t *testing.T) {
	p := picture(t, "One")
	var all sync.WaitGroup
	for year := range 8 {
		all.Go(func() {
			var b bytes.Buffer
			if err := paint.PDF(t.Context(), &b, p, time.Date(2000+year, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
				t.Error(err)
			}
			if want := fmt.Sprintf("/CreationDate (D:%d0101", 2000+year); !bytes.Contains(b.Bytes(), []byte(want)) {
				t.Errorf("a document lacks %s", want)
			}
		})
	}
	all.Wait()
}

func TestPaintingStopsWithItsContext(t *testing.T) {
	p := picture(t, "One")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for format, err := range map[string]error{
		"png": paint.PNG(ctx, io.Discard, p, dpi), "jpg": paint.JPEG(ctx, io.Discard, p, dpi), "svg": paint.SVG(ctx, io.Discard, p), "pdf": paint.PDF(ctx, io.Discard, p, time.Time{}),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want %v", format, err, context.Canceled)
		}
	}
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAFullDiskIsTold(t *testing.T) {
	p := picture(t, "One")
	for format, err := range map[string]error{
		"png": paint.PNG(t.Context(), full{}, p, dpi), "jpg": paint.JPEG(t.Context(), full{}, p, dpi), "svg": paint.SVG(t.Context(), full{}, p), "pdf": paint.PDF(t.Context(), full{}, p, time.Time{}),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: got %v, want %v", format, err, errFull)
		}
	}
}

func TestALongLineIsStrokedWhole(t *testing.T) {
	var path vg.Path
	path.Move(vg.Point{X: 5, Y: 20})
	for i := 1; i <= 600; i++ {
		path.Line(vg.Point{X: 5 + vg.Length(i)*0.3, Y: 20})
	}
	p := &chart.Picture{Size: vg.Point{X: 190, Y: 40}, Ground: color.White, Shapes: []chart.Shape{{Path: path, Color: color.Black, Width: 4}}}
	var b bytes.Buffer
	if err := paint.PNG(t.Context(), &b, p, 72); err != nil {
		t.Fatal(err)
	}
	img := decode(t, b.Bytes())
	for x := 6; x < 184; x++ {
		if !near(img.At(x, 20), color.Black) {
			t.Fatalf("the line is broken at column %d: %v", x, img.At(x, 20))
		}
	}
}
