package local

import (
	"fmt"
	"io/fs"
	"syscall"
)

// changeOf says which file it is and when it was changed. The kernel sets the
// change time; no program can.
func changeOf(info fs.FileInfo) string {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprint(s.Ino, s.Ctim.Nano(), s.Mtim.Nano())
	}
	return fmt.Sprint(info.ModTime().UnixNano())
}
