package engine

import (
	"errors"
	"syscall"
)

// RoomRemedy says what to do about a write that the system refused for want of
// room; it is empty for every other error.
func RoomRemedy(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return "The disk is full: make room on it, or choose a folder on another."
	case errors.Is(err, syscall.EDQUOT):
		return "The quota on this disk is used up: make room, or have the quota raised."
	case errors.Is(err, syscall.EFBIG):
		return "The file would become larger than this process may write (see `ulimit -f`) or the file system takes: have the limit raised."
	}
	return ""
}
