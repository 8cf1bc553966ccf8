//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"dagrun/engine/report"
)

// inForeground reports whether the terminal is this process's to draw on. One
// that was started with & has it no more than one that was stopped.
func inForeground(terminal *os.File) bool {
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err != nil || group == syscall.Getpgrp()
}

// suspendAside takes the console's live lines away before Ctrl-Z stops the
// program, since the shell writes where they are. It looks after that until the
// run is over. Where no shell could let the program go on, Ctrl-Z does nothing,
// as ever.
func suspendAside(c *report.Console, over <-chan struct{}) {
	session, err := unix.Getsid(0)
	if err != nil || session == syscall.Getpgrp() || signal.Ignored(syscall.SIGTSTP) {
		return
	}
	in := make(chan os.Signal, 1)
	signal.Notify(in, syscall.SIGTSTP)
	go func() {
		defer signal.Stop(in)
		for {
			select {
			case <-over:
				return
			case <-in:
				c.Aside(suspend)
			}
		}
	}()
}

// suspend stops the program until a shell lets it go on. It is SIGSTOP, since Go
// does not give SIGTSTP its default action back.
func suspend() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP) // a process may signal itself
	time.Sleep(50 * time.Millisecond)              // if it does not stop at once, it does in here
}
