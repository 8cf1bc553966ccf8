package s3put_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/s3server"
	"dagrun/steps/s3put"
)

func TestRefusalsOfAServerAreTold(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	const amz = "HTTP/1.1 301 Moved\nX-Amz-Bucket-Region: eu-central-1\nContent-Length: 0\nConnection: close\n\n"
	redirect := newProxy(t, server, map[request]fault{putObject: raw(amz)})
	skewed := newProxy(t, server, map[request]fault{putObject: answer(403, "RequestTimeTooSkewed", "The difference is too large.")})
	for name, c := range map[string]struct {
		args      enginetest.Args
		code      string
		argument  string
		retryable bool
		message   []string
		remedy    string
	}{
		"wrong secret": {
			enginetest.Args{"secret_access_key": "another"}, "s3_denied", "secret_access_key", false,
			[]string{"put " + dir + "/a.csv as s3://readings/a.csv at " + server.Endpoint() + ": 403 SignatureDoesNotMatch: "}, "the secret is not its own",
		},
		"unknown account": {enginetest.Args{"access_key_id": "NOBODY"}, "s3_denied", "access_key_id", false, []string{"403 InvalidAccessKeyId"}, "does not know the account"},
		"no such bucket":  {enginetest.Args{"bucket": "s3://no-such"}, "no_such_bucket", "bucket", false, []string{"s3://no-such/a.csv", "404 NoSuchBucket"}, "Make the bucket"},
		"wrong region":    {enginetest.Args{"endpoint": redirect.endpoint}, "s3_region", "region", false, []string{"301"}, `region = "eu-central-1"`},
		"wrong clock":     {enginetest.Args{"endpoint": skewed.endpoint}, "s3_denied", "access_key_id", false, []string{"RequestTimeTooSkewed"}, "clocks"},
	} {
		t.Run(name, func(t *testing.T) {
			args := enginetest.With(enginetest.With(toServer(server), enginetest.Args{"source": "a.csv", "key": "a.csv"}), c.args)
			got := enginetest.Fail(t, s3put.Type, dir, args, c.code)
			if got.Argument != c.argument || got.Retryable != c.retryable {
				t.Errorf("got argument %q, retryable %t: %s", got.Argument, got.Retryable, got.Message)
			}
			for _, text := range c.message {
				if !strings.Contains(got.Message, text) {
					t.Errorf("the message lacks %q: %s", text, got.Message)
				}
			}
			if !strings.Contains(got.Remedy, c.remedy) {
				t.Errorf("the remedy lacks %q: %s", c.remedy, got.Remedy)
			}
		})
	}
}

func TestEndpointsThatAreNoneAreTold(t *testing.T) {
	isolate(t)
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	_ = listener.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Welcome")) }))
	defer page.Close()
	missing := httptest.NewServer(http.NotFoundHandler())
	defer missing.Close()
	encrypted := httptest.NewUnstartedServer(http.NotFoundHandler())
	encrypted.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are on purpose
	encrypted.StartTLS()
	defer encrypted.Close()
	for name, c := range map[string]struct {
		endpoint, code string
		retryable      bool
		says           string
	}{
		"nobody listens":    {"http://" + nobody, "s3_unreachable", true, "connection refused"},
		"unknown host":      {"https://no-such-host.invalid", "s3_unreachable", true, "look up no-such-host.invalid"},
		"a web page":        {page.URL, "s3_error", false, "the answer has no ETag"},
		"another web page":  {missing.URL, "s3_error", false, "404"},
		"unknown authority": {encrypted.URL, "s3_tls", false, "certificate signed by unknown authority"},
		"https at an http":  {strings.Replace(page.URL, "http:", "https:", 1), "s3_tls", false, "server gave HTTP response to HTTPS client"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			got := enginetest.Fail(t, s3put.Type, dir, enginetest.Args{
				"source": "a.csv", "bucket": "s3://readings", "key": "a.csv", "endpoint": c.endpoint,
				"access_key_id": "A", "secret_access_key": "a-secret", "delete_source": true,
			}, c.code)
			if got.Retryable != c.retryable || !strings.Contains(got.Message, c.says) || !strings.Contains(got.Message, c.endpoint) {
				t.Errorf("got retryable %t: %s; want %t, and %q and the endpoint in it", got.Retryable, got.Message, c.retryable, c.says)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
			if !isThere(t, path) {
				t.Error("the source is gone")
			}
		})
	}
}

// TestPlainLineToAnEncryptedEndpointIsTold: whether the endpoint's 400 or the
// reset behind it arrives first is chance.
func TestPlainLineToAnEncryptedEndpointIsTold(t *testing.T) {
	server := newServer(t, s3server.Encrypted())
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	plain := strings.Replace(server.Endpoint(), "https:", "http:", 1)
	got := enginetest.Run(t.Context(), t, s3put.Type, dir, enginetest.With(toServer(server), enginetest.Args{
		"source": "a.csv", "key": "a.csv", "endpoint": plain, "delete_source": true,
	})).Error
	if got == nil || (got.Code != "s3_error" && got.Code != "s3_unreachable") || !strings.Contains(got.Message, plain) || got.Remedy == "" {
		t.Errorf("got %+v", got)
	}
	if !isThere(t, path) {
		t.Error("the source is gone")
	}
}

func TestKeyThatIsTakenOnAServer(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	put := func(content string, sum types.ChecksumAlgorithm) {
		server.Put(t, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("a.csv"), Body: strings.NewReader(content), ChecksumAlgorithm: sum})
	}
	attempt := func(ifExists string) (*proxy, enginetest.Args) {
		p := newProxy(t, server, nil)
		return p, enginetest.With(through(server, p), enginetest.Args{"source": "a.csv", "key": "a.csv", "if_exists": ifExists})
	}
	t.Run("skip sends nothing over the same content", func(t *testing.T) {
		put("abc", types.ChecksumAlgorithmSha256)
		p, args := attempt("skip")
		var out outputs
		enginetest.Succeed(t, s3put.Type, dir, args, &out)
		if n := p.count(putObject); n != 0 {
			t.Errorf("%d uploads were made", n)
		}
		if head := server.Head(t, bucket, "a.csv"); out.ETag == nil || *out.ETag != *head.ETag || *out.Checksum != sumOfABC {
			t.Errorf("got the outputs %+v", out)
		}
	})
	for name, stored := range map[string]struct {
		content string
		sum     types.ChecksumAlgorithm
	}{"other content": {"xyz", types.ChecksumAlgorithmSha256}, "a content without a SHA-256": {"abc", types.ChecksumAlgorithmCrc32}} {
		t.Run("skip overwrites "+name, func(t *testing.T) {
			put(stored.content, stored.sum)
			p, args := attempt("skip")
			enginetest.Succeed(t, s3put.Type, dir, args, nil)
			if n, got := p.count(putObject), string(server.Read(t, bucket, "a.csv")); n != 1 || got != "abc" {
				t.Errorf("%d uploads were made, and %q is stored", n, got)
			}
		})
	}
	for _, stands := range []string{"abc", "xyz"} {
		t.Run("fail fails over "+stands, func(t *testing.T) {
			put(stands, types.ChecksumAlgorithmSha256)
			_, args := attempt("fail")
			got := enginetest.Fail(t, s3put.Type, dir, args, "exists")
			if got.Retryable || got.Argument != "if_exists" || !strings.Contains(got.Message, "s3://readings/a.csv") {
				t.Errorf("got %+v", got)
			}
			if stored := string(server.Read(t, bucket, "a.csv")); stored != stands {
				t.Errorf("%q is stored", stored)
			}
		})
	}
	t.Run("overwrite overwrites", func(t *testing.T) {
		put("xyz", types.ChecksumAlgorithmSha256)
		_, args := attempt("overwrite")
		enginetest.Succeed(t, s3put.Type, dir, args, nil)
		if got := string(server.Read(t, bucket, "a.csv")); got != "abc" {
			t.Errorf("%q is stored", got)
		}
	})
}

// TestKeyThatIsTakenOnAServerForParts is the same for what goes up in parts,
// whose end is where the store keeps to If-None-Match.
func TestKeyThatIsTakenOnAServerForParts(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	content := strings.Repeat("0123456789", 1<<20)
	writeTo(t, dir, "a.csv", content)
	args := enginetest.With(toServer(server), enginetest.Args{"source": "a.csv", "key": "a.csv", "part_size": "5MiB"})
	other := func() {
		server.Put(t, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("a.csv"), Body: strings.NewReader("xyz")})
	}
	other()
	got := enginetest.Fail(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"if_exists": "fail"}), "exists")
	if stored := string(server.Read(t, bucket, "a.csv")); stored != "xyz" || got.Retryable {
		t.Errorf("%q is stored; got %+v", stored, got)
	}
	for _, ifExists := range []string{"skip", "overwrite"} {
		other()
		enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"if_exists": ifExists}), nil)
		if stored := string(server.Read(t, bucket, "a.csv")); stored != content {
			t.Errorf("%s: %d other bytes are stored", ifExists, len(stored))
		}
	}
	if n := server.Uploads(t, bucket); n != 0 {
		t.Errorf("%d uploads are left open", n)
	}
}

// TestSameContentInOtherPartsIsSkipped: the checksum of an object in parts
// depends on their size, and the content does not.
func TestSameContentInOtherPartsIsSkipped(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	content := strings.Repeat("0123456789a", 1<<20) // two parts of 6 MiB, three of 5
	for name, c := range map[string]struct {
		stands  string
		faults  map[request]fault
		skipped bool
	}{
		"the same":               {content, nil, true},
		"another":                {content[1:] + "x", nil, false},
		"one of another size":    {content + "x", nil, false},
		"a store that says less": {content, map[request]fault{headObject: first(passing, answer(400, "", ""))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			args := enginetest.With(toServer(server), enginetest.Args{"source": "a.csv", "key": name, "if_exists": "skip"})
			writeTo(t, dir, "a.csv", c.stands)
			enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"part_size": "6MiB"}), nil)
			path := writeTo(t, dir, "a.csv", content)
			p := newProxy(t, server, c.faults)
			enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{
				"part_size": "5MiB", "endpoint": p.endpoint, "delete_source": true,
			}), nil)
			if got := p.count(createUpload) == 0; got != c.skipped || isThere(t, path) {
				t.Errorf("skipped: %t, want %t; the source is there: %t", got, c.skipped, isThere(t, path))
			}
			if sum := aws.ToString(server.Head(t, bucket, name).ChecksumSHA256); strings.HasSuffix(sum, "-2") != c.skipped {
				t.Errorf("the checksum is %s", sum)
			}
			if string(server.Read(t, bucket, name)) != content {
				t.Error("something else is stored")
			}
		})
	}
}

// TestTypeComesFromTheName: of the file first, then of the key.
func TestTypeComesFromTheName(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	for _, c := range []struct{ file, key, want string }{
		{"a.csv", "x", "text/csv"}, {"a.CSV", "x", "text/csv"}, {"b.parquet", "x", "application/vnd.apache.parquet"}, {"c.csv.gz", "x", "application/gzip"},
		{"d.zst", "x", "application/zstd"}, {"e.png", "latest", "image/png"}, {"f.json", "x.csv", "application/json"}, {"g", "x.csv", "text/csv"},
		{"h", "x", "application/octet-stream"}, {"i.no-such", "x", "application/octet-stream"},
	} {
		writeTo(t, dir, c.file, "abc")
		enginetest.Succeed(t, s3put.Type, dir, enginetest.With(toServer(server), enginetest.Args{"source": c.file, "key": c.key}), nil)
		if got := aws.ToString(server.Head(t, bucket, c.key).ContentType); got != c.want {
			t.Errorf("%s as %s: got %s, want %s", c.file, c.key, got, c.want)
		}
	}
}

// TestWhatAStoreDoesNotDoIsTold is about answers that name an argument.
func TestWhatAStoreDoesNotDoIsTold(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	for name, c := range map[string]struct {
		at                     fault
		code, argument, remedy string
	}{
		"no lists":          {answer(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"), "s3_error", "acl", "Leave acl out"},
		"too long a key":    {answer(400, "KeyTooLongError", "Your key is too long"), "s3_error", "key", "Give another"},
		"no such class":     {answer(400, "InvalidStorageClass", "x"), "s3_error", "storage_class", "Give another"},
		"no such key":       {answer(400, "KMS.NotFoundException", "x"), "s3_error", "kms_key_id", "the key exists"},
		"not made for it":   {answer(501, "NotImplemented", "A header you provided implies functionality that is not implemented"), "s3_error", "", "cannot do this"},
		"another cipher":    {set("X-Amz-Server-Side-Encryption", "AES256"), "sse_ignored", "sse", "leave sse out"},
		"an expired key":    {answer(400, "ExpiredToken", "x"), "s3_denied", "session_token", "Get a new one"},
		"no permission":     {answer(403, "AccessDenied", "x"), "s3_denied", "access_key_id", "s3:PutObject"},
		"a bucket moved":    {answer(400, "AuthorizationHeaderMalformed", "expecting 'eu-west-1'"), "s3_region", "region", "Set region"},
		"too much metadata": {answer(400, "MetadataTooLarge", "x"), "s3_error", "", "Its answer says why"},
	} {
		p := newProxy(t, server, map[request]fault{putObject: c.at})
		got := enginetest.Fail(t, s3put.Type, dir, enginetest.With(through(server, p), enginetest.Args{
			"source": "a.csv", "key": "a.csv", "sse": "aws:kms", "delete_source": true,
		}), c.code)
		if got.Argument != c.argument || got.Retryable || !strings.Contains(got.Remedy, c.remedy) || !isThere(t, path) {
			t.Errorf("%s: got %+v with remedy %q", name, got, got.Remedy)
		}
	}
}

// TestFailKnowsItsOwn: what an earlier attempt of the same step in the same run
// has put is no obstacle; what another run, or another step, has put, is.
func TestFailKnowsItsOwn(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	small := writeTo(t, dir, "small.csv", "abc")
	big := largeFile(t, dir, "big.bin")
	for _, path := range []string{small, big} {
		args := enginetest.With(toServer(server), enginetest.Args{"source": path, "key": "x/", "if_exists": "fail"})
		enginetest.Succeed(t, s3put.Type, dir, args, nil)
		enginetest.Succeed(t, s3put.Type, dir, args, nil)

		attempt, secrets := enginetest.Attempt(t, s3put.Type, dir, args)
		attempt.Step.Name = "another"
		if got := enginetest.Perform(t.Context(), t, s3put.Type, attempt, secrets); got.Error == nil || got.Error.Code != "exists" {
			t.Errorf("another step: got %+v", got)
		}
		attempt, secrets = enginetest.Attempt(t, s3put.Type, dir, args)
		attempt.RunID, attempt.Origin = "0190163d-0000-739b-aea5-966c26f8ad91", "0190163d-0000-739b-aea5-966c26f8ad91"
		if got := enginetest.Perform(t.Context(), t, s3put.Type, attempt, secrets); got.Error == nil || got.Error.Code != "exists" {
			t.Errorf("another run: got %+v", got)
		}
	}
	if n := server.Uploads(t, bucket); n != 0 {
		t.Errorf("%d uploads are left open", n)
	}
	writeTo(t, dir, "small.csv", "changed")
	enginetest.Fail(t, s3put.Type, dir, enginetest.With(toServer(server), enginetest.Args{"source": small, "key": "x/", "if_exists": "fail"}), "exists")
}

func TestLargeFileThatIsTheSameIsSkipped(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	path := largeFile(t, dir, "big.bin")
	args := enginetest.With(toServer(server), enginetest.Args{"source": path, "key": "big.bin", "if_exists": "skip"})
	enginetest.Succeed(t, s3put.Type, dir, args, nil)
	if sum := *server.Head(t, bucket, "big.bin").ChecksumSHA256; !strings.HasSuffix(sum, "-2") {
		t.Errorf("the checksum is %s, want one of two parts", sum)
	}
	p := newProxy(t, server, nil)
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"endpoint": p.endpoint, "delete_source": true}), nil)
	if p.count(createUpload)+p.count(uploadPart)+p.count(putObject) != 0 || isThere(t, path) {
		t.Errorf("got the requests %v; the source is there: %t", p.seen, isThere(t, path))
	}
}

func TestUnencryptedLineIsWarnedOfBeyondThisMachine(t *testing.T) {
	isolate(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	for endpoint, want := range map[string]bool{"http://no-such-host.invalid": true, "https://no-such-host.invalid": false, "http://127.0.0.1:1": false} {
		_, said := enginetest.RunLogged(t.Context(), t, s3put.Type, dir, enginetest.Args{
			"source": "a.csv", "bucket": "s3://readings", "key": "a.csv", "endpoint": endpoint, "access_key_id": "A", "secret_access_key": "a-secret",
		})
		if got := strings.Contains(said, "level=WARN") && strings.Contains(said, "unencrypted"); got != want {
			t.Errorf("%s: warned is %t, want %t: %q", endpoint, got, want, said)
		}
	}
}

// TestPathStyle looks at the host that requests go to.
func TestPathStyle(t *testing.T) {
	isolate(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	for name, c := range map[string]struct {
		args enginetest.Args
		want string
	}{
		"by default":  {nil, "look up no-such-host.invalid:"},
		"where asked": {enginetest.Args{"path_style": true}, "look up no-such-host.invalid:"},
		"not wanted":  {enginetest.Args{"path_style": false}, "look up readings.no-such-host.invalid:"},
	} {
		got := enginetest.Fail(t, s3put.Type, dir, enginetest.With(enginetest.Args{
			"source": "a.csv", "bucket": "s3://readings", "key": "a.csv", "endpoint": "http://no-such-host.invalid", "access_key_id": "A", "secret_access_key": "a-secret",
		}, c.args), "s3_unreachable")
		if !strings.Contains(got.Message, c.want) {
			t.Errorf("%s: got %s, want %q in it", name, got.Message, c.want)
		}
	}
}

func TestProgressIsReported(t *testing.T) {
	server := newServer(t, s3server.Versioned())
	dir := t.TempDir()
	big := largeFile(t, dir, "big.bin")
	small := writeTo(t, dir, "small.csv", "abc")
	for name, args := range map[string]enginetest.Args{"folder": {"bucket": "file://archive"}, "server": toServer(server)} {
		args := enginetest.With(args, enginetest.Args{"source": []string{big, small}, "key": "x/", "if_exists": "skip"})
		for _, what := range []string{"sent", "skipped"} {
			last, n := progressOf(t, dir, args)
			if last != large+3 || n < 2 {
				t.Errorf("%s, %s: the last of %d reports is %d bytes, want %d", name, what, n, last, large+3)
			}
		}
	}
}
