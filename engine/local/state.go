package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
)

// journals are what databases keep beside their file, by the end of its name.
var journals = []string{"", ".wal", "-wal", "-journal"}

// HasJournal reports whether a journal lies beside a file: what a reader sees of
// it is then not what the file holds.
func HasJournal(path string) bool {
	for _, suffix := range journals[1:] {
		if info, err := os.Stat(path + suffix); err == nil && info.Size() > 0 {
			return true
		}
	}
	return false
}

// State stands for the content of a file that steps change in place, such as a
// database, and of the journal beside it, without reading them: whatever writes
// to the file, or puts another in its place, gives it another state. It is empty
// when there is no such file.
func State(path string) string {
	h := sha256.New()
	for _, suffix := range journals {
		info, err := os.Stat(path + suffix)
		switch {
		case err == nil:
			_, _ = fmt.Fprintf(h, "%s %d %s\n", suffix, info.Size(), changeOf(info))
		case suffix == "":
			return ""
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
