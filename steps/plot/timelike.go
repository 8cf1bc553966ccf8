package plot

import "regexp"

// timelike is how dates and times of day begin that people write: 2024-06-15,
// 15/06/2024, 15.06.24, 15 Jun 2024, Jun 15, 2024, 20240615T0015 and 9:15.
var timelike = regexp.MustCompile(`^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|` +
	`\d{1,2}[-/]\d{1,2}[-/](\d{4}|\d{2})|\d{2}\.\d{2}\.(\d{4}|\d{2})|` +
	`\d{1,2}[ -]\pL{3,9}\.?[ -]\d{4}|\pL{3,9}\.? \d{1,2}, \d{4}|` +
	`\d{8}T\d{4,6}|\d{1,2}:\d{2})(\D|$)`)

// warnOfText tells of an axis of categories whose first value was most likely
// meant as a time. One in ISO 8601 that a database has as text is text.
func (g *gatherer) warnOfText(text string) {
	if _, valid := parseTime(text, g.env.LogicalTime.Location()); valid || !timelike.MatchString(text) {
		return
	}
	g.env.Log.Warn("the first x value looks like a time but is none in ISO 8601, so that the x axis is one of categories",
		"x", g.args.X, "value", text, "at", g.whereX(),
		"hint", "correct the value, or say in time_format how times are written, such as \"%d/%m/%Y %H:%M\"")
}
