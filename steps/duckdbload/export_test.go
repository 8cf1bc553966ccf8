package duckdbload

import (
	"context"
	"fmt"

	"dagrun/steps/internal/compression"
)

// SurveyCSV tells all that a survey finds in a CSV file when it reads it in
// blocks of that size.
func SurveyCSV(ctx context.Context, path string, blockSize int) string {
	s := &source{path: path, format: csvFormat, compression: compression.None}
	if err := s.surveyCSV(ctx, blockSize); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d rows, mixed line ends: %t, columns %+v", s.rows, s.mixedEnds, s.columns)
}

// KindsOf tells what a text can become, as the survey's full reading finds it.
func KindsOf(text string) int { return int(kindsOf([]byte(text))) }

// QuickKinds tells the same as the survey's quick reading does, for a text that
// sep follows; quick reports whether that has an answer.
func QuickKinds(text string, sep byte) (kinds int, quick bool) {
	var padded [room]byte
	copy(padded[copy(padded[:], text):], string(sep)+"12:34-.56")
	size, by := quickField(&padded, sep)
	return int(by), size == len(text) && size > 0
}
