package runlog

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// NewID makes the id of a run that begins now: a UUID of version 7 that sorts
// after every id in the pipeline's history, so that the order of ids is the
// order of runs whatever the machine's clock did meanwhile. Where the clock is
// behind the newest id, the id is a millisecond after that. Names in the
// history that are no such ids are passed over; no log is opened.
//
// Who means to run holds the pipeline's lock before it asks: an id that was
// made before waiting for the lock may sort before a run that came in between.
func NewID(stateDir, pipeline string, now time.Time) (string, error) {
	found, err := foldersOf(stateDir, pipeline)
	if err != nil {
		return "", err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return "", fmt.Errorf("make a run id: %w", err)
	}
	stamp(&id, max(now.UnixMilli(), 0))
	for _, f := range found {
		newest, ok := parseID(f.id)
		if !ok {
			continue
		}
		if id.String() > f.id {
			break
		}
		if stamp(&id, millisecond(newest)+1); id.String() <= f.id {
			return "", fmt.Errorf("make a run id: there is none after %s, which stands in the history of %s; no run was given that id, remove its folder %s", f.id, pipeline, f.dir)
		}
		break
	}
	return id.String(), nil
}

// parseID reads an id as NewID writes it.
func parseID(s string) (uuid.UUID, bool) {
	id, err := uuid.Parse(s)
	return id, err == nil && id.Version() == 7 && id.Variant() == uuid.RFC4122 && id.String() == s
}

// stamp makes an id one of version 7 and a millisecond, of which it holds 48
// bits.
func stamp(id *uuid.UUID, ms int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(ms)) //nolint:gosec // it is not negative
	copy(id[:6], b[2:])
	id[6] = 0x70 | id[6]&0x0f
}

func millisecond(id uuid.UUID) int64 {
	var b [8]byte
	copy(b[2:], id[:6])
	return int64(binary.BigEndian.Uint64(b[:])) //nolint:gosec // 48 bits
}
