package compression_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"dagrun/steps/internal/compression"
)

func TestTheEndingTellsTheFormat(t *testing.T) {
	for name, want := range map[string]compression.Format{
		"a.csv": compression.None, "a.csv.gz": compression.Gzip, "A.CSV.GZ": compression.Gzip,
		"a.csv.zst": compression.Zstd, ".gz": compression.Gzip, "gz": compression.None,
	} {
		f, inner := compression.Of(name)
		if f != want || !strings.HasPrefix(name, inner) || (want == compression.None) != (inner == name) {
			t.Errorf("%s: got %s and %q", name, f, inner)
		}
	}
}

func pack(t *testing.T, f compression.Format, text string) []byte {
	t.Helper()
	var packed bytes.Buffer
	w, err := f.Writer(&packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func unpack(f compression.Format, packed []byte) (string, error) {
	r, err := f.Reader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	if err == nil {
		err = r.Close()
	}
	return string(text), err
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	text := strings.Repeat("time,temperatura\n2024-06-15 00:00:00,25.5\n", 10_000)
	for _, f := range []compression.Format{compression.None, compression.Gzip, compression.Zstd} {
		packed := pack(t, f, text)
		if got, err := unpack(f, packed); err != nil || got != text {
			t.Errorf("%s: got %d bytes, %v", f, len(got), err)
		}
		if !bytes.Equal(packed, pack(t, f, text)) {
			t.Errorf("%s: the same text gave other bytes", f)
		}
		if got, err := unpack(f, append(pack(t, f, "a"), pack(t, f, "b")...)); err != nil || got != "ab" {
			t.Errorf("%s: two archives gave %q, %v", f, got, err)
		}
		if f == compression.None {
			continue
		}
		if _, err := unpack(f, packed[:len(packed)/2]); err == nil {
			t.Errorf("%s: half an archive was taken", f)
		}
		if _, err := unpack(f, []byte("this is not compressed at all")); err == nil {
			t.Errorf("%s: plain text was taken", f)
		}
	}
}
