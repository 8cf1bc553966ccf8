package s3put_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/s3server"
	"dagrun/steps/s3put"
)

// scene is a server with two buckets, and two proxies in front of it that show
// what is asked of it.
type scene struct {
	server        *s3server.Server
	front, second *proxy
}

var buckets = []string{bucket, "another"}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{server: newServer(t)}
	s.server.MakeBucket(t, buckets[1])
	s.front, s.second = newProxy(t, s.server, nil), newProxy(t, s.server, nil)
	return s
}

// setup empties the buckets and gives arguments that put one file.
func (s *scene) setup(t testing.TB, dir string) enginetest.Args {
	t.Helper()
	s.front.reset(nil)
	s.second.reset(nil)
	for _, name := range buckets {
		for _, key := range s.server.Keys(t, name) {
			if _, err := s.server.Client().DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &name, Key: &key}); err != nil {
				t.Fatal(err)
			}
		}
	}
	writeTo(t, dir, "a.csv", "abc")
	writeTo(t, dir, "b.csv", "xyz")
	return enginetest.With(through(s.server, s.front), enginetest.Args{"source": "a.csv", "key": "x/"})
}

// with is setup with something more.
func (s *scene) with(more func(t testing.TB, dir string)) func(t testing.TB, dir string) enginetest.Args {
	return func(t testing.TB, dir string) enginetest.Args {
		args := s.setup(t, dir)
		more(t, dir)
		return args
	}
}

// observe tells everything: the result, what is in the buckets, what was asked
// of the server, and the files that are left.
func (s *scene) observe(t testing.TB, dir string, r engine.Result, log string) string {
	t.Helper()
	text := fmt.Sprintf("%s\n%s", r.Outcome, log)
	if r.Error != nil {
		text += fmt.Sprintf("code %s: %s\n", r.Error.Code, r.Error.Message)
	}
	for _, name := range buckets {
		for _, key := range s.server.Keys(t, name) {
			text += "object " + s.describe(t, name, key) + "\n"
		}
	}
	for kind, headers := range s.front.headers {
		for _, h := range headers {
			text += string(kind) + headerText(h) + "\n"
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return text + fmt.Sprintf("%d requests came the second way; %d files are left\n", len(s.second.seen), len(entries))
}

func (s *scene) describe(t testing.TB, bucket, key string) string {
	t.Helper()
	head := s.server.Head(t, bucket, key)
	tags, err := s.server.Client().GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: &bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%s/%s %d bytes %s, SHA-256 %s", bucket, key, *head.ContentLength, aws.ToString(head.ContentType), aws.ToString(head.ChecksumSHA256))
	for _, name := range slices.Sorted(maps.Keys(head.Metadata)) {
		text += fmt.Sprintf(", metadata %s = %q", name, head.Metadata[name])
	}
	for _, tag := range tags.TagSet {
		text += fmt.Sprintf(", tag %s = %q", *tag.Key, *tag.Value)
	}
	return text
}

func headerText(h http.Header) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if strings.HasPrefix(name, "X-Amz-") || name == "Authorization" {
			fmt.Fprintf(&text, " %s: %s", name, h.Get(name))
		}
	}
	return text.String()
}

// crowd counts how many requests are under way at the same time, and holds each
// until there are enough.
type crowd struct {
	mu              sync.Mutex
	present, most   int
	enough          int
	full            chan struct{}
	tooFew          func()
	longestPatience time.Duration
}

func (c *crowd) fault(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
	c.mu.Lock()
	c.present++
	c.most = max(c.most, c.present)
	if c.present == c.enough {
		close(c.full)
		c.enough = -1
	}
	c.mu.Unlock()
	select {
	case <-c.full:
	case <-time.After(c.longestPatience):
		c.tooFew()
	}
	header(func(http.Header) { // before the answer goes out, and brings the next request
		c.mu.Lock()
		c.present--
		c.mu.Unlock()
	})(w, r, pass)
}

func TestArgumentsAreHeeded(t *testing.T) {
	s := newScene(t)
	newSTS(t, s.server)
	keyless := enginetest.Args{"access_key_id": nil, "secret_access_key": nil}
	big := func(t testing.TB, dir string) { writeTo(t, dir, "a.csv", strings.Repeat("0123456789", 1<<20)) }
	taken := func(content string) func(testing.TB, string) {
		return func(t testing.TB, _ string) {
			s.server.Put(t, &s3.PutObjectInput{
				Bucket: aws.String(bucket), Key: aws.String("x/a.csv"), Body: strings.NewReader(content), ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
			})
		}
	}
	var parts *crowd
	enough := []int{2, 1} // of the attempts without and with the argument
	enginetest.Arguments(t, s3put.Type, enginetest.Effects{Setup: s.setup, Observe: s.observe, Of: []enginetest.Effect{
		{Argument: "source", Shows: "the files it names are put", Without: "a.csv", With: []string{"a.csv", "b.csv"}, Want: "object readings/x/b.csv"},
		{Argument: "bucket", Shows: "the files go into it", Without: "s3://readings", With: "s3://another", Want: "object another/x/a.csv"},
		{Argument: "key", Shows: "it is the key, or the prefix of the keys", Without: "x/", With: "y/z.csv", Want: "object readings/y/z.csv"},
		{Argument: "endpoint", Shows: "requests go there", Without: s.front.endpoint, With: s.second.endpoint, Want: "1 requests came the second way"},
		{Argument: "region", Shows: "requests are signed for it", With: "eu-central-1", Want: "/eu-central-1/s3/aws4_request"},
		{
			Argument: "path_style", Shows: "false puts the bucket's name in front of the host's", Given: enginetest.Args{"endpoint": "http://no-such-host.invalid"},
			With: false, Want: "look up readings.no-such-host.invalid",
		},
		{
			Argument: "profile", Shows: "its account is the one that puts", Given: keyless, With: "plc", Want: "object readings/x/a.csv",
			Setup: s.with(func(t testing.TB, _ string) {
				writeTo(t, "", os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), fmt.Sprintf(
					"[plc]\naws_access_key_id = %s\naws_secret_access_key = %s\n", s.server.AccessKeyID, s.server.SecretAccessKey))
			}),
		},
		{
			Argument: "role_arn", Shows: "its temporary keys are the ones that put", With: role, Want: "object readings/x/a.csv",
			Given: enginetest.Args{"access_key_id": baseID, "secret_access_key": baseSecret},
		},
		{Argument: "access_key_id", Shows: "it is the account that puts", Without: "NOBODY", With: s.server.AccessKeyID, Want: "object readings/x/a.csv"},
		{Argument: "secret_access_key", Shows: "it signs the requests", Without: "another", With: s.server.SecretAccessKey, Want: "object readings/x/a.csv"},
		{Argument: "session_token", Shows: "it goes with the requests", With: "a-token", Want: "X-Amz-Security-Token: a-token"},
		{Argument: "content_type", Shows: "the object has it", With: "application/x-probe", Want: "bytes application/x-probe"},
		{Argument: "metadata", Shows: "the object has it", With: map[string]string{"probe-id": "8  C, \"x\""}, Want: `metadata probe-id = "8  C, \"x\""`},
		{Argument: "tags", Shows: "the object has them", With: map[string]string{"Störung @ Nord": "a+b = 1/2"}, Want: `tag Störung @ Nord = "a+b = 1/2"`},
		{Argument: "storage_class", Shows: "the store is asked for it", With: "STANDARD_IA", Want: "X-Amz-Storage-Class: STANDARD_IA"},
		{Argument: "sse", Shows: "the store is asked for it", With: "AES256", Want: "X-Amz-Server-Side-Encryption: AES256"},
		{Argument: "sse", Shows: "a store that ignores it fails the step", With: "AES256", Want: "code sse_ignored"},
		{
			Argument: "kms_key_id", Shows: "the store is asked for it", Given: enginetest.Args{"sse": "aws:kms"}, With: "alias/plc",
			Want: "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id: alias/plc",
		},
		{Argument: "acl", Shows: "the store is asked for it", With: "bucket-owner-full-control", Want: "X-Amz-Acl: bucket-owner-full-control"},
		{Argument: "if_exists", Shows: "fail leaves what stands", With: "fail", Want: "code exists", Setup: s.with(taken("xyz"))},
		{Argument: "if_exists", Shows: "skip sends nothing where the same stands", With: "skip", Want: "the same content stands there already", Setup: s.with(taken("abc"))},
		{Argument: "part_size", Shows: "a larger file goes up in parts of it", With: "5MiB", Want: "-2\n", Setup: s.with(big)},
		{
			Argument: "parallel", Shows: "1 sends one part after the other", Given: enginetest.Args{"part_size": "5MiB"}, With: 1, Want: "1 parts at most were sent at the same time",
			Setup: s.with(func(t testing.TB, dir string) {
				big(t, dir)
				parts = &crowd{enough: enough[0], full: make(chan struct{}), tooFew: func() { t.Error("no second part came beside the first") }, longestPatience: time.Minute}
				enough = enough[1:]
				s.front.reset(map[request]fault{uploadPart: parts.fault})
			}),
			Observe: func(testing.TB, string, engine.Result, string) string {
				return fmt.Sprintf("%d parts at most were sent at the same time", parts.most)
			},
		},
		{Argument: "delete_source", Shows: "the files go once the store has them", With: true, Want: "1 files are left"},
	}})
}

// TestPropertiesGoWithObjectsInParts: an upload in parts carries in its
// beginning what one in one piece carries at once.
func TestPropertiesGoWithObjectsInParts(t *testing.T) {
	s := newScene(t)
	dir := t.TempDir()
	args := enginetest.With(s.setup(t, dir), enginetest.Args{
		"key": "big", "part_size": "5MiB", "content_type": "text/x-probe; charset=utf-8", "metadata": map[string]string{"a": "1", "b": ""},
		"tags": map[string]string{"t": "1"}, "storage_class": "GLACIER_IR", "sse": "aws:kms", "kms_key_id": "k", "acl": "public-read", "if_exists": "fail",
	})
	encrypted := set("X-Amz-Server-Side-Encryption", "aws:kms")
	s.front.reset(map[request]fault{complete: encrypted, putObject: encrypted})
	for size, began := range map[int]request{5 << 20: putObject, 5<<20 + 1: createUpload} {
		content := bytes.Repeat([]byte("x"), size)
		writeTo(t, dir, "a.csv", string(content))
		enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"key": string(began)}), nil)
		text := s.describe(t, bucket, string(began))
		for _, want := range []string{"text/x-probe; charset=utf-8", `metadata a = "1", metadata b = ""`, `tag t = "1"`} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %s is not in %s", began, want, text)
			}
		}
		for name, want := range map[string]string{
			"X-Amz-Storage-Class": "GLACIER_IR", "X-Amz-Acl": "public-read",
			"X-Amz-Server-Side-Encryption": "aws:kms", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "k",
		} {
			if got := s.front.sent(began, name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q, want %q", began, name, got, want)
			}
		}
	}
}
