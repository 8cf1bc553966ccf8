package s3server

import (
	"io"
	"os"
)

// openConsole opens the terminal of whoever runs the tests. The go command
// keeps what tests print until they are done, and shows it only of those that
// fail: a wait can be explained in no other place while it lasts. Where there
// is no terminal, nothing is said.
func openConsole() io.WriteCloser {
	terminal, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	if err != nil {
		return nobody{}
	}
	return terminal
}

type nobody struct{}

// Write implements io.Writer.
func (nobody) Write(b []byte) (int, error) { return len(b), nil }

// Close implements io.Closer.
func (nobody) Close() error { return nil }
