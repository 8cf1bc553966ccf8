package s3put_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest"
	"dagrun/engine/enginetest/s3server"
	"dagrun/steps/s3put"
)

const bucket = "readings"

// toServer are the arguments that reach a server, with parts as small as S3 has
// them.
func toServer(server *s3server.Server) enginetest.Args {
	return enginetest.Args{
		"bucket": "s3://" + bucket, "endpoint": server.Endpoint(),
		"access_key_id": server.AccessKeyID, "secret_access_key": server.SecretAccessKey, "part_size": "5MiB",
	}
}

// newServer starts a server that has the bucket.
func newServer(t testing.TB, options ...s3server.Option) *s3server.Server {
	t.Helper()
	isolate(t)
	server := s3server.Start(t, options...)
	server.MakeBucket(t, bucket)
	return server
}

// isolate keeps the accounts of whoever runs the tests out of them.
func isolate(t testing.TB) {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": filepath.Join(home, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(home, "credentials"),
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_REGION": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "", "AWS_ENDPOINT_URL_STS": "", "AWS_CA_BUNDLE": "",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "",
	} {
		if value == "" {
			unset(t, name)
		} else {
			t.Setenv(name, value)
		}
	}
}

func unset(t testing.TB, name string) {
	t.Helper()
	t.Setenv(name, "") // restores it afterwards
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

func writeTo(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func isThere(t testing.TB, path string) bool {
	t.Helper()
	_, err := os.Lstat(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return err == nil
}

// tree lists the files of a folder with what they have.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files[name] = read(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSuiteForAFolder(t *testing.T) {
	enginetest.Suite(t, enginetest.Case{
		Type: s3put.Type,
		Setup: func(t testing.TB, dir string) enginetest.Args {
			writeTo(t, dir, "out/chart.png", "a picture")
			writeTo(t, dir, "out/hourly.csv", "a,b\n1,2\n")
			return enginetest.Args{"source": "out/*", "bucket": "file://archive", "key": "plc/2024/"}
		},
		State: func(t testing.TB, dir string) string { return asJSON(t, tree(t, filepath.Join(dir, "archive"))) },
		Slow: func(t testing.TB, dir string) (enginetest.Args, <-chan struct{}) {
			path := writeTo(t, dir, "hole.bin", "")
			if err := os.Truncate(path, 1<<29); err != nil {
				t.Fatal(err)
			}
			return enginetest.Args{"source": path, "bucket": "file://archive", "key": "hole.bin", "delete_source": true}, nil
		},
	})
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSuiteForAServer(t *testing.T) {
	for name, c := range map[string]struct {
		options []s3server.Option
		modes   []string
	}{
		"HTTP":      {nil, []string{"overwrite", "skip", "fail"}},
		"HTTPS":     {[]s3server.Option{s3server.Encrypted()}, []string{"overwrite"}},
		"versioned": {[]s3server.Option{s3server.Versioned()}, []string{"skip"}},
	} {
		for _, ifExists := range c.modes {
			t.Run(name+" "+ifExists, func(t *testing.T) {
				var server *s3server.Server
				enginetest.Suite(t, enginetest.Case{
					Type: s3put.Type,
					Setup: func(t testing.TB, dir string) enginetest.Args {
						server = newServer(t, c.options...)
						if ca := server.CAFile(); ca != "" {
							t.Setenv("AWS_CA_BUNDLE", ca)
						}
						writeTo(t, dir, "out/chart.png", "a picture")
						writeTo(t, dir, "out/hourly.csv", "a,b\n1,2\n")
						return enginetest.With(toServer(server), enginetest.Args{"source": "out/*", "key": "plc/2024/", "if_exists": ifExists})
					},
					State: func(t testing.TB, _ string) string {
						objects := map[string]string{}
						for _, key := range server.Keys(t, bucket) {
							objects[key] = string(server.Read(t, bucket, key))
						}
						return asJSON(t, objects)
					},
					Slow: func(t testing.TB, dir string) (enginetest.Args, <-chan struct{}) {
						server = newServer(t)
						path := writeTo(t, dir, "big.bin", strings.Repeat("x", large))
						underWay := make(chan struct{})
						p := newProxy(t, server, map[request]fault{uploadPart: first(silence(underWay))})
						return enginetest.With(through(server, p), enginetest.Args{
							"source": path, "key": "big.bin", "if_exists": ifExists, "delete_source": true,
						}), underWay
					},
				})
			})
		}
	}
}

// outputs are the outputs of the step type, as JSON has them.
type outputs struct {
	URL       string   `json:"url"`
	ETag      *string  `json:"etag"`
	VersionID *string  `json:"version_id"`
	Size      int64    `json:"size"`
	Checksum  *string  `json:"checksum"`
	Objects   []object `json:"objects"`
}

type object struct {
	Key       string  `json:"key"`
	URL       string  `json:"url"`
	ETag      *string `json:"etag"`
	VersionID *string `json:"version_id"`
	Size      int64   `json:"size"`
	Checksum  string  `json:"checksum"`
}

// These are the SHA-256 of "abc" and of nothing, as FIPS 180 gives them.
const (
	sumOfABC     = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	sumOfNothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func TestOutputsDescribeWhatIsStored(t *testing.T) {
	server := newServer(t, s3server.Versioned())
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	writeTo(t, dir, "empty.bin", "")
	var one, two, local outputs
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(toServer(server), enginetest.Args{"source": "a.csv", "key": "x/one.csv"}), &one)
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(toServer(server), enginetest.Args{"source": []string{"a.csv", "empty.bin"}, "key": "x/"}), &two)
	enginetest.Succeed(t, s3put.Type, dir, enginetest.Args{"source": "a.csv", "bucket": "file://archive", "key": "x/one.csv"}, &local)

	sum := sumOfABC
	head := server.Head(t, bucket, "x/one.csv")
	stored := object{"x/one.csv", "s3://readings/x/one.csv", head.ETag, head.VersionId, 3, sum}
	want := outputs{stored.URL, stored.ETag, stored.VersionID, 3, &sum, []object{stored}}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Errorf("one file (-want +got):\n%s", diff)
	}
	if head.VersionId == nil || *head.VersionId == "" || *head.ContentType != "text/csv" {
		t.Errorf("got version %v and type %v", head.VersionId, head.ContentType)
	}
	a, empty := server.Head(t, bucket, "x/a.csv"), server.Head(t, bucket, "x/empty.bin")
	want = outputs{"s3://readings/x/", nil, nil, 3, nil, []object{
		{"x/a.csv", "s3://readings/x/a.csv", a.ETag, a.VersionId, 3, sum},
		{"x/empty.bin", "s3://readings/x/empty.bin", empty.ETag, empty.VersionId, 0, sumOfNothing},
	}}
	if diff := cmp.Diff(want, two); diff != "" {
		t.Errorf("two files (-want +got):\n%s", diff)
	}
	url := "file://" + filepath.Join(dir, "archive/x/one.csv")
	want = outputs{url, nil, nil, 3, &sum, []object{{"x/one.csv", url, nil, nil, 3, sum}}}
	if diff := cmp.Diff(want, local); diff != "" {
		t.Errorf("a folder (-want +got):\n%s", diff)
	}
}

func TestFileThatIsUploadedIsRecorded(t *testing.T) {
	dir := t.TempDir()
	path := writeTo(t, dir, "a.csv", "abc")
	result := enginetest.Succeed(t, s3put.Type, dir, enginetest.Args{
		"source": "a.csv", "bucket": "file://archive", "key": "a.csv", "delete_source": true,
	}, nil)
	var got []string
	for _, f := range result.Files {
		got = append(got, string(f.Role)+" "+strings.TrimPrefix(f.Path, dir))
	}
	if diff := cmp.Diff([]string{"read /a.csv", "delete /a.csv", "write /archive/a.csv"}, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if isThere(t, path) {
		t.Error("the source is still there")
	}
}
