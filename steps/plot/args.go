package plot

import (
	"fmt"

	"gonum.org/v1/plot/vg"

	"dagrun/engine"
	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/chart"
	"dagrun/steps/plot/internal/paint"
)

// Args are the arguments of the step type.
type Args struct {
	Source   SourcePath `arg:"source" file:"read" doc:"CSV file with a header line: .csv or .tsv, also .gz or .zst."`
	Database string     `arg:"database" file:"read" doc:"DuckDB file, opened read-only; needs query."`
	Query    string     `arg:"query" doc:"SQL that selects the rows to draw; it can read nothing but the database."`

	Output PicturePath `arg:"output,required" file:"write" doc:"Picture to write: .png, .svg or .pdf."`
	Width  Length      `arg:"width" default:"12in" doc:"Width of the picture: in, cm, mm, pt, or px of 1/96 inch as in CSS."`
	Height Length      `arg:"height" default:"6in" doc:"Height of the picture."`
	DPI    int64       `arg:"dpi" default:"192" min:"36" max:"1200" doc:"Pixels to the inch of a PNG; the default gives two pixels for each px, for sharp screens."`

	X       string         `arg:"x,required" doc:"Column of the x axis. Its first value decides: ISO 8601 times, dates or times of day, numbers, or categories; in a database its type does. Times without a zone are the pipeline's. Lines follow the order of times and numbers."`
	Y       engine.Strings `arg:"y,required" doc:"Column or columns of readings: one line each. An empty or null reading is a gap in the line, and so is a hole in a series of regular times (more than 1.5 times the median distance)."`
	GroupBy string         `arg:"group_by" doc:"Column that tells series apart: one line for each of its values and each y column."`

	Title  string   `arg:"title" doc:"Title above the chart; long ones wrap, and a line feed breaks."`
	XLabel *string  `arg:"x_label" doc:"Label of the x axis; default: the column's name."`
	YLabel *string  `arg:"y_label" doc:"Label of the y axis; default: the column's name when y is one column."`
	Legend bool     `arg:"legend" default:"true" doc:"Frame above the chart that names the lines, if there are several, and the thresholds. false: thresholds are named at the end of their line, lines not at all."`
	Grid   bool     `arg:"grid" default:"true" doc:"Light lines at the ticks."`
	YMin   *float64 `arg:"y_min" min:"-1e300" max:"1e300" doc:"Lower end of the y axis; default: chosen so that all readings and thresholds are in view."`
	YMax   *float64 `arg:"y_max" min:"-1e300" max:"1e300" doc:"Upper end of the y axis."`

	Thresholds []Threshold `block:"threshold" doc:"Level that readings are held against, drawn as a line across the chart."`
}

// Threshold are the arguments of a threshold block.
type Threshold struct {
	Value float64 `arg:"value,required" min:"-1e300" max:"1e300" doc:"Where the line is on the y axis."`
	Label string  `arg:"label" doc:"Name in the legend, or at the line when there is no legend; default: the value."`
	Color *Color  `arg:"color" doc:"CSS colour name, #rgb or #rrggbb; default: vermillion for a max, blue for a min, grey otherwise."`
	Style string  `arg:"style" enum:"solid|dashed|dotted" default:"dashed" doc:"How the line is drawn."`
	Kind  string  `arg:"kind" enum:"min|max" doc:"Readings below a min, or above a max, are marked on the line and counted as breaches; default: a mere line."`
}

// check finds what the arguments' types cannot: bounds that are the wrong way
// round, and a picture of too many pixels.
func (a Args) check() error {
	if a.YMin != nil && a.YMax != nil && *a.YMin >= *a.YMax {
		return &engine.StepError{
			Code: "bad_range", Argument: "y_min",
			Message: fmt.Sprintf("y_min is %g and y_max is %g: there is nothing between them", *a.YMin, *a.YMax),
			Remedy:  "Make y_min smaller than y_max, or leave one of them out.",
		}
	}
	width, height := paint.Pixels(vg.Point{X: vg.Length(a.Width), Y: vg.Length(a.Height)}, int(a.DPI))
	const maxSide, maxArea = 20_000, 100_000_000
	if a.Output.format() == "png" && (max(width, height) > maxSide || width*height > maxArea) {
		return &engine.StepError{
			Code: "too_large", Argument: "dpi",
			Message: fmt.Sprintf("the picture would have %d × %d pixels; the most is %d a side and %d million together",
				width, height, maxSide, maxArea/1_000_000),
			Remedy: "Lower dpi, width or height, or write an .svg or .pdf, which have no pixels.",
		}
	}
	return nil
}

// chart puts arguments and data together.
func (a Args) chart(d *data) *chart.Chart {
	c := &chart.Chart{
		Width: vg.Length(a.Width), Height: vg.Length(a.Height), Title: a.Title, X: d.x, Series: d.series,
		Legend: a.Legend, Grid: a.Grid, YMin: a.YMin, YMax: a.YMax, XLabel: a.X,
	}
	if a.XLabel != nil {
		c.XLabel = *a.XLabel
	}
	if len(a.Y) == 1 {
		c.YLabel = a.Y[0]
	}
	if a.YLabel != nil {
		c.YLabel = *a.YLabel
	}
	for _, t := range a.Thresholds {
		c.Thresholds = append(c.Thresholds, t.chart())
	}
	return c
}

func (t Threshold) chart() chart.Threshold {
	out := chart.Threshold{
		Value: t.Value, Name: t.Label,
		Dash:  map[string]chart.Dash{"dashed": chart.Dashed, "dotted": chart.Dotted}[t.Style],
		Bound: map[string]chart.Bound{"min": chart.Min, "max": chart.Max}[t.Kind],
	}
	if t.Label == "" {
		out.Name = axis.Shortest(t.Value)
	}
	if t.Color != nil {
		out.Color = t.Color.RGBA
	}
	return out
}
