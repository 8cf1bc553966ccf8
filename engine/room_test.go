package engine_test

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"dagrun/engine"
)

func TestWantOfRoomHasARemedy(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, "The disk is full"},
		{syscall.EDQUOT, "quota"},
		{syscall.EFBIG, "ulimit -f"},
	} {
		wrapped := fmt.Errorf("write x: %w", &fs.PathError{Op: "write", Path: "x", Err: tt.err})
		if got := engine.RoomRemedy(wrapped); !strings.Contains(got, tt.want) {
			t.Errorf("%v: got %q, want %q in it", tt.err, got, tt.want)
		}
	}
	for _, err := range []error{nil, syscall.EACCES, fs.ErrNotExist} {
		if got := engine.RoomRemedy(err); got != "" {
			t.Errorf("%v: got %q, want nothing", err, got)
		}
	}
}
