package csvresample

import (
	"bufio"
	"io"

	"dagrun/steps/internal/compression"
)

// target is a file that is written line by line.
type target struct {
	delimiter byte
	out       *bufio.Writer
	packed    io.WriteCloser
}

// create begins a file whose ending says how it is written.
func (j *job) create(path string) (*target, error) {
	format, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	f, err := j.env.Files.Create(path)
	if err != nil {
		return nil, err
	}
	packed, err := format.packed.Writer(f)
	if err != nil {
		return nil, err
	}
	return &target{delimiter: format.delimiter, out: bufio.NewWriterSize(packed, blockSize), packed: packed}, nil
}

// writeLine writes a line and ends it.
func (t *target) writeLine(line []byte) error {
	if _, err := t.out.Write(line); err != nil {
		return err
	}
	return t.out.WriteByte('\n')
}

// close completes the file.
func (t *target) close() error {
	if err := t.out.Flush(); err != nil {
		return err
	}
	return t.packed.Close()
}

// format is how a file is written: what separates its fields, and how it is
// compressed.
type format struct {
	delimiter byte
	packed    compression.Format
}
