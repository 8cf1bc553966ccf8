package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// signals turns SIGINT, SIGTERM and SIGHUP into what a run understands: the first asks
// it to end, the second ends it at once.
type signals struct {
	first, second chan struct{}
	in            chan os.Signal
	got           chan os.Signal // holds the first
	ctx           context.Context
}

func catchSignals() *signals {
	s := &signals{first: make(chan struct{}), second: make(chan struct{}), in: make(chan os.Signal, 2), got: make(chan os.Signal, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	s.ctx = ctx
	signal.Notify(s.in, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup asks to go on
		signal.Notify(s.in, syscall.SIGHUP)
	}
	go func() {
		defer cancel()
		sig, ok := <-s.in
		if !ok {
			return
		}
		s.got <- sig
		cancel()
		close(s.first)
		if _, ok := <-s.in; ok {
			close(s.second)
		}
	}()
	return s
}

func (s *signals) stop() {
	signal.Stop(s.in)
	close(s.in)
}

// guard does what may hang before a run can be asked to end, as the system's
// calls for a folder on a server that is away do: the second signal leaves it
// where it is.
func (s *signals) guard(do func() error) error { return s.leave(s.second, do) }

// untilFirst does what changes nothing and may take long, as to read a pipeline
// of very many steps: the first signal leaves it where it is.
func (s *signals) untilFirst(do func() error) error { return s.leave(s.first, do) }

func (s *signals) leave(signal <-chan struct{}, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-signal:
		return exit{s.code()}
	}
}

// context ends with the first signal.
func (s *signals) context() context.Context { return s.ctx }

// received is the first signal; nil when there was none.
func (s *signals) received() os.Signal {
	select {
	case sig := <-s.got:
		s.got <- sig
		return sig
	default:
		return nil
	}
}

// code is the exit code that tells a shell about the signal.
func (s *signals) code() int {
	switch s.received() {
	case syscall.SIGTERM:
		return exitSIGTERM
	case syscall.SIGHUP:
		return exitSIGHUP
	}
	return exitSIGINT
}
