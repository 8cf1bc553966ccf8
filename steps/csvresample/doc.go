// Package csvresample is the step type csv_resample: it turns a series of
// timed rows in CSV or TSV files into one row per bucket of time.
//
// The way of the data: an input is cut into chunks of whole rows (chunk.go,
// quoted.go), which workers read side by side (crew.go). A worker reads its rows
// in one go where they are plain and by the scanner where they are not
// (reader.go, scanner.go, row.go, times.go), a grid says which bucket a row
// belongs to (clock.go, grid.go), and a partial result gathers it there, in the
// series that it is part of (partial.go, series.go): whole rows (keep.go),
// values (aggregate.go, cell.go, edges.go), or all rows until duplicates are
// out (distinct.go). What comes of the chunks is merged in their order, so that
// the result does not depend on which was read first. It is then laid out,
// empty buckets filled in (sheet.go, kept.go, aggregated.go, interpolate.go),
// and written.
//
// A pass takes memory by the number of buckets, series and columns, and some
// chunks, never by the size of the files; only the median also keeps each number
// of its period, in 8 bytes, and duplicates every row, unless whole rows are kept.
//
// # Files
//
// The ending of a file's name says what separates its fields, a comma (.csv)
// or a tab (.tsv), and how it is compressed (.gz, .zst). Quotes are those of RFC
// 4180 in both. Lines end in LF or CRLF; blank lines, a UTF-8 byte-order mark and
// a missing last line end mean nothing. Several files are one series and must
// have the same column names. Every row is checked, also outside the period:
// the number of its fields and its time. Names that occur twice in a header are
// kept as they are, except that a column must occur once to be named in an
// argument.
//
// A row that does not parse is a bad one: other fields than the header's, no
// time, quotes that are none, or a text where aggregate needs a number. When
// bad rows are passed over, reading goes on behind the first line of one that is
// broken by its quotes.
//
// # Times
//
// A time is written by time_format, or ISO 8601: a date, or a date and a time of day with a T or a space
// between them, with or without seconds, a fraction and an offset (Z, +02:00,
// +0200, +02), in the years 1678 to 2261. Without an offset it is a time in
// the zone of the step, which is the pipeline's unless timezone names another; where the clocks are put back such a time occurs twice
// and means the first, where they are put forward it does not occur and is
// read with the offset that held before (both as RFC 5545 has it in 3.3.5).
// The step warns when rows of the period are concerned, since the hours of a
// log that carries no offset cannot be told apart there.
//
// # Buckets
//
// Buckets are named by their start and hold what is at or after it and before
// the next start. A day is a calendar day in the step's zone, which begins at
// midnight or at the time of day that origin names.
//
//   - An interval that divides 24 hours starts anew at the beginning of each day and
//     counts elapsed time from there. On a day of 23 or 25 hours no two hours
//     are merged and none is missing; where such a day is no multiple of the
//     interval, its last bucket is shorter.
//   - Whole days are calendar days, however long; several are counted from the
//     first day.
//   - Any other interval (7h, 36h) is counted from the first day's beginning in
//     elapsed time, without regard to days or clock changes after it.
//
// The first day is that of the origin, if it has a date, or of the period's start, with period "latest" that day,
// and with "all" the day of the earliest row (pandas' origin "start_day"). To
// find it, several days and the other intervals read the files twice under "all".
//
// # What a bucket becomes
//
// The methods first and last keep the bucket's earliest or latest row, byte for
// byte; of rows with the same time first takes the one that comes first in the
// files, last the one that comes last, unless duplicates says otherwise. Only
// where the output's separator is not the input's are the fields written anew.
//
// The other methods give one row with the time columns set to the bucket's
// start, in the style of the first row (a start that needs more precision gets
// it; a time written with an offset gets the zone's), and every numeric column.
// A column is numeric when each value it has in the period is a decimal number;
// spaces around it are ignored, and empty values and NaN are no values. Other
// columns are left out, with a warning when some of their values are numbers. A
// bucket without values has an empty field, and a count of 0.
//
// aggregate gives the columns it names, in the order of the file's, beside those
// of the time and of group_by. Its first and last are the first and the last
// value by time that a column has in the bucket, as text, and its count counts
// texts too.
//
// Series are written one after the other, in the order of the columns of
// group_by as text. Between its first and its last bucket each has a row for
// every bucket when fill is not none. Values that are missing there are filled
// as well, those of buckets with rows included, except that a row that is kept
// stays as it is; a count is never missing. linear puts values at equal steps,
// one for each bucket; it needs a number before and one behind.
//
// Numbers are written as the shortest decimal that reads back as the same
// 64-bit float. Decimals are added up as decimals as long as 53 bits hold them,
// so that 0.1 and 0.2 make 0.3, and with compensation (sum.go) beyond.
package csvresample
