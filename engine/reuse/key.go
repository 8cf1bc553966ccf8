package reuse

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"dagrun/engine"
)

// keyName is the file of the key in the state folder.
const keyName = "fingerprint.key"

// Key makes fingerprints. Without it nobody can try whether a fingerprint is
// that of a password he has in mind.
type Key struct{ secret []byte }

// OpenKey reads the key of a state folder, and makes one where there is none.
// Runs whose fingerprints were made with another key have nothing to reuse.
func OpenKey(stateDir string) (Key, error) {
	path := filepath.Join(stateDir, keyName)
	for range 2 {
		text, err := os.ReadFile(path) //nolint:gosec // the state folder
		if err == nil {
			return readKey(path, text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return Key{}, fmt.Errorf("read the key of fingerprints: %w", err)
		}
		if err := makeKey(stateDir, path); err != nil {
			return Key{}, fmt.Errorf("make the key of fingerprints: %w", err)
		}
	}
	return Key{}, fmt.Errorf("make the key of fingerprints: %s vanishes", path)
}

func readKey(path string, text []byte) (Key, error) {
	secret, err := hex.DecodeString(string(text))
	if err != nil || len(secret) != sha256.Size {
		return Key{}, fmt.Errorf("%s holds no key; remove it, and a new one is made: runs made so far can then not be resumed", path)
	}
	return Key{secret}, nil
}

// makeKey puts a key in its place whole, or leaves the one that another process
// has put there meanwhile.
func makeKey(dir, path string) error {
	f, err := os.CreateTemp(dir, keyName+"-") // only the user may read it
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	secret := make([]byte, sha256.Size)
	_, _ = rand.Read(secret) // never fails
	_, err = f.WriteString(hex.EncodeToString(secret))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Arguments is the fingerprint of an attempt's arguments, and of what else the
// step is told: the pipeline's name, logical time, zone and folder. arguments is
// a JSON object with sensitive values in clear.
func (k Key) Arguments(a engine.Attempt, arguments []byte) string {
	told, err := json.Marshal([]string{
		a.Pipeline, a.Step.String(), a.Type, a.LogicalTime.UTC().String(), a.Timezone, a.WorkingDir,
	})
	if err != nil { // strings
		panic(err)
	}
	return k.sum(told, arguments)
}

// Outputs is the fingerprint of a step's outputs, a JSON object.
func (k Key) Outputs(outputs []byte) string { return k.sum(outputs) }

func (k Key) sum(parts ...[]byte) string {
	mac := hmac.New(sha256.New, k.secret)
	for _, p := range parts {
		_, _ = fmt.Fprintf(mac, "%d:", len(p))
		_, _ = mac.Write(p)
	}
	return hex.EncodeToString(mac.Sum(nil))
}
