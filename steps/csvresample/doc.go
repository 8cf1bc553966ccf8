// Package csvresample is the step type csv_resample: it turns a series of
// timed rows in CSV or TSV files into one row per bucket of time.
//
// The way of the data: an input's blocks are cut into rows by a scanner
// (scanner.go, quoted.go), a row's time is read (stamp.go, times.go), a grid
// says which bucket that is (clock.go, grid.go), and a partial result gathers
// the row there (partial.go; keep.go for whole rows, aggregate.go and tally.go
// for numbers). Every file makes its own partial result, and partial results
// are merged in file order. What comes out is written by write.go.
// A pass takes memory by the number of buckets (times the columns, for
// aggregates), never by the size of the files; only the median also keeps each
// number of its period, in 8 bytes.
//
// # Files
//
// The ending of a file's name says what separates its fields: a comma (.csv)
// or a tab (.tsv). Quotes are those of RFC 4180 in both. Lines end in LF or
// CRLF; blank lines, a UTF-8 byte-order mark and a missing last line end mean
// nothing. Several files are one series and must have the same column names.
// Every row is checked, also outside the period: the number of its fields and
// its time. Names that occur twice in a header are kept as they are, except
// that a time column must occur once.
//
// # Times
//
// A time is ISO 8601: a date, or a date and a time of day with a T or a space
// between them, with or without seconds, a fraction and an offset (Z, +02:00,
// +0200, +02), in the years 1678 to 2261. Without an offset it is a time in
// the pipeline's zone; where the clocks are put back such a time occurs twice
// and means the first, where they are put forward it does not occur and is
// read with the offset that held before (both as RFC 5545 has it in 3.3.5).
// The step warns when rows of the period are concerned, since the hours of a
// log that carries no offset cannot be told apart there.
//
// # Buckets
//
// Buckets are named by their start and hold what is at or after it and before
// the next start. A day is a calendar day in the pipeline's zone.
//
//   - An interval that divides 24 hours starts anew at each local midnight and
//     counts elapsed time from there. On a day of 23 or 25 hours no two hours
//     are merged and none is missing; where such a day is no multiple of the
//     interval, its last bucket is shorter.
//   - Whole days are calendar days, however long; several are counted from the
//     first day.
//   - Any other interval (7h, 36h) is counted from the first day's midnight in
//     elapsed time, without regard to midnights or clock changes after it.
//
// The first day is that of the period's start, with period "latest" that day,
// and with "all" the day of the earliest row (pandas' origin "start_day"). To
// find it, several days and the other intervals read the files twice under "all".
//
// # What a bucket becomes
//
// first and last keep the bucket's earliest or latest row, byte for byte; of
// rows with the same time first takes the one that comes first in the files,
// last the one that comes last. Only where the output's separator is not the
// input's are the fields written anew.
//
// The aggregates give one row with the time columns set to the bucket's start,
// in the style of the first row (a start that needs more precision gets it; a
// time written with an offset gets the pipeline's zone's), and every numeric
// column. A column is numeric when each value it has in the period is a decimal
// number; spaces around it are ignored, and empty values and NaN are no values.
// Other columns are left out, with a warning when some of their values are
// numbers. A bucket without values has an empty field, and a count of 0.
// Numbers are written as the shortest decimal that reads back as the same
// 64-bit float. Decimals are added up as decimals as long as 53 bits hold them,
// so that 0.1 and 0.2 make 0.3, and with compensation (sum.go) beyond.
package csvresample
