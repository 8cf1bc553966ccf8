package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dagrun/engine/enginetest/faultproxy"
	"dagrun/engine/enginetest/moxserver"
	"dagrun/engine/enginetest/s3server"
)

var soakFor = flag.Duration("soak", 0, "how long TestSoak goes on (default: 10s, and 5s with the race detector)")

func soakTime() time.Duration {
	switch {
	case *soakFor > 0:
		return *soakFor
	case underRace:
		return 5 * time.Second
	}
	return 10 * time.Second
}

// roundsOfServers is after how many rounds the servers are made anew: a mail
// server takes only so many connections a minute, and an inbox grows.
const roundsOfServers = 12

// soak runs pipelines and disturbs them, round after round, for a given time.
type soak struct {
	random  *rand.Rand
	figures map[string]int
	keep    string // where the folder of a round goes in which something was wrong
}

// TestSoak runs pipelines in rounds: a pipeline of a random shape for a random
// date is started, disturbed, taken up and disturbed again; then it is left in
// peace, taken up once more, and everything is checked.
func TestSoak(t *testing.T) {
	random := randomly(t)
	s := &soak{random: random, figures: map[string]int{}, keep: filepath.Join(os.TempDir(), fmt.Sprintf("dagrun-soak-%d", time.Now().UnixNano()))}
	for end := time.Now().Add(soakTime()); time.Now().Before(end) && !t.Failed(); {
		t.Run("servers", func(t *testing.T) { s.season(t, end) })
	}
	s.figures["violations"] += 0
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.figures)) {
		fmt.Fprintf(&lines, "%6d %s\n", s.figures[name], name)
	}
	t.Logf("in %v:\n%s", soakTime(), lines.String())
	if s.figures["violations"] > 0 {
		t.Errorf("the folder of the round is kept in %s", s.keep)
	}
}

func (s *soak) chance(percent int) bool { return s.random.IntN(100) < percent }

func (s *soak) upTo(d time.Duration) time.Duration { return time.Duration(s.random.Int64N(int64(d))) }

func pick[T any](s *soak, from ...T) T { return from[s.random.IntN(len(from))] }

// season is some rounds with the same servers.
type season struct {
	*soak

	world       world
	mail, store *faultproxy.Proxy
	rounds      []*round
}

func (s *soak) season(t *testing.T, end time.Time) {
	mail, store := moxserver.Start(t), s3server.Start(t)
	se := &season{
		soak: s,
		mail: faultproxy.Start(t, strings.TrimPrefix(mail.StartTLS(), "smtp+starttls://")), store: faultproxy.Start(t, strings.TrimPrefix(store.Endpoint(), "http://")),
	}
	_, port, _ := strings.Cut(se.mail.Addr(), ":")
	se.world = world{mail: mail, store: store, mailURL: "smtp+starttls://localhost:" + port, storeEndpoint: "http://" + se.store.Addr()}
	for i := 0; i < roundsOfServers && time.Now().Before(end) && !t.Failed(); i++ {
		se.round(t)
	}
	se.checkMails(t)
}

// violations is a test that counts what is wrong and keeps the round's folder.
type violations struct {
	testing.TB

	soak *soak
	dir  string
	kept bool
}

func (s *soak) watch(t *testing.T, dir string) *violations {
	t.Helper()
	return &violations{TB: t, soak: s, dir: dir}
}

func (v *violations) Errorf(format string, args ...any) {
	v.Helper()
	v.note()
	v.TB.Errorf(format, args...)
}

func (v *violations) Fatal(args ...any) {
	v.Helper()
	v.note()
	v.TB.Fatal(args...)
}

func (v *violations) Fatalf(format string, args ...any) {
	v.Helper()
	v.note()
	v.TB.Fatalf(format, args...)
}

func (v *violations) note() {
	v.soak.figures["violations"]++
	if v.kept {
		return
	}
	v.kept = true
	if err := os.CopyFS(filepath.Join(v.soak.keep, filepath.Base(v.dir)), os.DirFS(v.dir)); err != nil {
		v.Logf("the folder cannot be kept: %v", err)
	}
}
