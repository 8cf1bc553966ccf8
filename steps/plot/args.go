package plot

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"

	"dagrun/engine"
	"dagrun/steps/plot/internal/axis"
	"dagrun/steps/plot/internal/chart"
)

// Args are the arguments of the step type.
type Args struct {
	Source   SourcePath `arg:"source" file:"read" doc:"Parquet file, or CSV file with a header line: .csv or .tsv, also .gz or .zst."`
	Database string     `arg:"database" file:"read" doc:"DuckDB file, opened read-only; needs query."`
	Query    string     `arg:"query" doc:"SQL that selects the rows to draw; it can read nothing but the database."`

	Output PicturePath `arg:"output,required" file:"write" doc:"Picture to write: .png, .jpg or .jpeg, .svg or .pdf."`
	Width  Length      `arg:"width" default:"12in" doc:"Width of the picture: in, cm, mm, pt or px. A PNG or JPEG of \"1200px\" has 1200 pixels; in an SVG or PDF a px is 1/96 inch, as in CSS."`
	Height *Length     `arg:"height" doc:"Height of the picture; default: 6in, or 3in for each panel where that is more."`
	DPI    *int64      `arg:"dpi" min:"36" max:"1200" doc:"Pixels to the inch of a PNG or JPEG: how many pixels a size in inches makes, and how large text is in one in pixels. Default: 192, two pixels for each px of a screen, for sharp screens; 96 where width or height is in px. In an SVG or PDF it says how much detail of a crowded line is kept."`

	Kind       string         `arg:"kind" enum:"line|scatter|bar|area|histogram" default:"line" doc:"How readings are drawn. bar and area reach down to zero; bars of several series stand side by side. A histogram counts the readings of the y columns in bins: it has no x, and its thresholds stand upright."`
	X          string         `arg:"x" doc:"Column of the x axis. Its first value decides: ISO 8601 times, dates or times of day, numbers, or categories; in a database or a Parquet file its type does. Times without a zone are the pipeline's: where its clocks are put back, the first of two, and where they skip a time, read with the offset before, with a warning. Lines follow the order of times and numbers."`
	TimeFormat *TimeFormat    `arg:"time_format" doc:"How the x column is written if not in ISO 8601: in the directives of strptime (\"%d/%m/%Y %H:%M\"), epoch for seconds since 1970, or epoch_ms."`
	Y          engine.Strings `arg:"y" doc:"Column or columns of readings: one series each, that is one line, or one colour of dots or bars. An empty or null reading is a gap in the line, and so is a hole in a series of regular times: readings farther apart than 1.5 times the median distance. Times are regular if three in four distances, of four or more, are about the median, its double or its treble, as they are where single readings are lost; the line of others, such as a log of events, has no holes."`
	GroupBy    string         `arg:"group_by" doc:"Column that tells series apart: one for each of its values and each y column."`

	Title  string   `arg:"title" doc:"Title above the chart; long ones wrap, and a line feed breaks."`
	XLabel *string  `arg:"x_label" doc:"Label of the x axis; default: the x column's name, or of a histogram the y column's."`
	YLabel *string  `arg:"y_label" doc:"Label of the y axis; default: the column's name when y is one column, and Readings for a histogram."`
	Legend bool     `arg:"legend" default:"true" doc:"Frame above the chart that names the lines, if there are several, and the thresholds. false: thresholds are named at the end of their line, lines not at all."`
	Grid   bool     `arg:"grid" default:"true" doc:"Light lines at the ticks."`
	YMin   *float64 `arg:"y_min" min:"-1e300" max:"1e300" doc:"Lower end of the y axis; default: chosen so that all readings and thresholds are in view."`
	YMax   *float64 `arg:"y_max" min:"-1e300" max:"1e300" doc:"Upper end of the y axis."`
	Theme  string   `arg:"theme" enum:"light|dark" default:"light" doc:"Dark on light, or light on dark; the dark one lightens colors of thresholds that could not be seen."`

	Thresholds []Threshold `block:"threshold" doc:"Level that readings are held against, drawn as a line across the chart."`
	Panels     []Panel     `block:"panel" doc:"One of several charts above each other, over one x axis: each has its own y, kind, labels, axis and thresholds instead of the step's."`
}

// Panel are the arguments of a panel block.
type Panel struct {
	Y          engine.Strings `arg:"y,required" doc:"Column or columns of readings in this panel."`
	Kind       string         `arg:"kind" enum:"line|scatter|bar|area" doc:"How its readings are drawn; default: the step's kind."`
	Title      string         `arg:"title" doc:"Title above the panel, in one line."`
	YLabel     *string        `arg:"y_label" doc:"Label of its y axis; default: the column's name when y is one column."`
	YMin       *float64       `arg:"y_min" min:"-1e300" max:"1e300" doc:"Lower end of its y axis."`
	YMax       *float64       `arg:"y_max" min:"-1e300" max:"1e300" doc:"Upper end of its y axis."`
	Thresholds []Threshold    `block:"threshold" doc:"Level that the panel's readings are held against."`
}

// Threshold are the arguments of a threshold block.
type Threshold struct {
	Value float64 `arg:"value,required" min:"-1e300" max:"1e300" doc:"Where the line is on the axis of readings."`
	Label string  `arg:"label" doc:"Name in the legend, or at the line when there is no legend; default: the value."`
	Color *Color  `arg:"color" doc:"CSS colour name, #rgb or #rrggbb; default: vermillion for a max, blue for a min, grey otherwise."`
	Style string  `arg:"style" enum:"solid|dashed|dotted" default:"dashed" doc:"How the line is drawn."`
	Kind  string  `arg:"kind" enum:"min|max" doc:"Readings below a min, or above a max, are marked and counted as breaches; default: a mere line."`
}

// panels are those of the chart: the blocks, or the one that the step's own
// arguments make.
func (a Args) panels() []Panel {
	if len(a.Panels) == 0 {
		return []Panel{{Y: a.Y, Kind: a.Kind, YLabel: a.YLabel, YMin: a.YMin, YMax: a.YMax, Thresholds: a.Thresholds}}
	}
	panels := make([]Panel, len(a.Panels))
	for i, p := range a.Panels {
		if p.Kind == "" {
			p.Kind = a.Kind
		}
		panels[i] = p
	}
	return panels
}

// argument is the path of a panel's argument, for messages.
func (a Args) argument(panel int, name string) string {
	if len(a.Panels) == 0 {
		return name
	}
	return fmt.Sprintf("panel[%d].%s", panel, name)
}

// check finds what the arguments' types cannot: no column to draw, or one
// twice, bounds that are the wrong way round, and a picture of too many pixels.
func (a Args) check() error {
	for i, p := range a.panels() {
		if len(p.Y) == 0 {
			return &engine.StepError{
				Code: "bad_column", Argument: a.argument(i, "y"),
				Message: "y is an empty list: there is nothing to draw",
				Remedy:  "Name a column of readings.",
			}
		}
		if twice := repeated(p.Y); twice != "" {
			return &engine.StepError{
				Code: "bad_column", Argument: a.argument(i, "y"),
				Message: fmt.Sprintf("y names the column %q twice, which would draw and count its readings twice", twice),
				Remedy:  "Name each column once.",
			}
		}
		if p.YMin != nil && p.YMax != nil && *p.YMin >= *p.YMax {
			return &engine.StepError{
				Code: "bad_range", Argument: a.argument(i, "y_min"),
				Message: fmt.Sprintf("y_min is %g and y_max is %g: there is nothing between them", *p.YMin, *p.YMax),
				Remedy:  "Make y_min smaller than y_max, or leave one of them out.",
			}
		}
	}
	return a.checkSize()
}

// repeated is the first name that is there a second time, or "".
func repeated(names []string) string {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return name
		}
	}
	return ""
}

// chart puts arguments and data together.
func (a Args) chart(d *data) *chart.Chart {
	size := a.size()
	c := &chart.Chart{
		Width: size.X, Height: size.Y, Title: a.Title, X: d.x, Legend: a.Legend, Grid: a.Grid, Dark: a.Theme == "dark", XLabel: a.X,
	}
	for i, p := range a.panels() {
		c.Panels = append(c.Panels, p.chart(d.panels[i]))
	}
	if c.Panels[0].Mark == chart.Histogram {
		c.XLabel = ""
		if len(a.Y) == 1 {
			c.XLabel = a.Y[0]
		}
	}
	if a.XLabel != nil {
		c.XLabel = *a.XLabel
	}
	return c
}

func (p Panel) chart(series []chart.Series) chart.Panel {
	out := chart.Panel{
		Mark: map[string]chart.Mark{
			"line": chart.Line, "scatter": chart.Scatter, "bar": chart.Bar, "area": chart.Area, "histogram": chart.Histogram,
		}[p.Kind],
		Title: p.Title, Series: series, YMin: p.YMin, YMax: p.YMax,
	}
	switch {
	case p.YLabel != nil:
		out.YLabel = *p.YLabel
	case out.Mark == chart.Histogram:
		out.YLabel = "Readings"
	case len(p.Y) == 1:
		out.YLabel = p.Y[0]
	}
	for _, t := range p.Thresholds {
		out.Thresholds = append(out.Thresholds, t.chart())
	}
	return out
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

// pixel is the finest detail that anyone sees of the picture.
func (a Args) pixel() vg.Length { return vg.Inch / vg.Length(a.resolution()) }
