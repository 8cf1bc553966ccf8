package s3put_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"

	"dagrun/steps/s3put"
)

// TestFingerprintIsThatOfS3 computes a composite checksum as the user guide of
// Amazon S3 describes it: the checksum of the checksums of the parts.
func TestFingerprintIsThatOfS3(t *testing.T) {
	const mega = 1 << 20
	for _, size := range []int{0, 1, 16*mega - 1, 16 * mega, 16*mega + 1, 32 * mega, 33*mega + 7} {
		content := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		whole := sha256.Sum256(content)
		want := []string{base64.StdEncoding.EncodeToString(whole[:])}
		if size > 16*mega {
			var sums []byte
			n := 0
			for rest := content; len(rest) > 0; n++ {
				part := rest[:min(16*mega, len(rest))]
				sum := sha256.Sum256(part)
				sums, rest = append(sums, sum[:]...), rest[len(part):]
			}
			composite := sha256.Sum256(sums)
			want = append(want, fmt.Sprintf("%s-%d", base64.StdEncoding.EncodeToString(composite[:]), n))
		}
		for _, sum := range want {
			if !s3put.Matches(t.Context(), content, 16*mega, sum) {
				t.Errorf("%d bytes: %s is not theirs", size, sum)
			}
		}
		for _, sum := range []string{"", "-1", wrongSum[:43] + "x", "A" + want[0][1:]} {
			if sum != want[0] && s3put.Matches(t.Context(), content, 16*mega, sum) {
				t.Errorf("%d bytes: %q is taken for theirs", size, sum)
			}
		}
	}
}

// TestPartsFitTheLimitsOfS3: 10,000 parts at most, of 5 GiB at most,
// for objects of 5 TiB and more.
func TestPartsFitTheLimitsOfS3(t *testing.T) {
	for _, wanted := range []s3put.PartSize{5 << 20, 16 << 20, 64<<20 + 1, 5 << 30} {
		for _, size := range []int64{1, 5 << 20, 5<<20 + 1, 16 << 20, 160_000 << 20, 160_000<<20 + 1, 1 << 40, 5 << 40, 48 << 40} {
			part := s3put.PartSizeOf(wanted, size)
			if inParts := part > 0; inParts != (size > int64(wanted)) {
				t.Errorf("%d bytes with parts of %d: parts of %d", size, wanted, part)
			}
			if part > 0 && ((size+part-1)/part > 10_000 || part > 5<<30 || part < int64(wanted)) {
				t.Errorf("%d bytes with parts of %d: %d parts of %d bytes", size, wanted, (size+part-1)/part, part)
			}
		}
	}
}
