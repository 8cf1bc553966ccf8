package s3put_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagrun/engine/enginetest"
	"dagrun/steps/s3put"
)

func link(t testing.TB, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestFolderHasTheKeysAsATree(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "in/a.csv", "a")
	writeTo(t, dir, "in/b.csv", "b")
	archive := filepath.Join(t.TempDir(), "100% new", "archive")
	args := enginetest.Args{"bucket": "file://" + archive}
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"source": "in/a.csv", "key": "x/y/z.csv"}), nil)
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"source": "in/*", "key": "x/"}), nil)
	enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"source": "in/a.csv", "key": "one/"}), nil)
	want := map[string]string{"x/y/z.csv": "a", "x/a.csv": "a", "x/b.csv": "b", "one/a.csv": "a"}
	if diff := cmp.Diff(want, tree(t, archive)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestNoLinkLeadsOutOfTheFolder(t *testing.T) {
	outside := t.TempDir()
	writeTo(t, outside, "precious.csv", "precious")
	for name, prepare := range map[string]func(t *testing.T, archive string) (key string){
		"a link to a folder": func(t *testing.T, archive string) string {
			link(t, outside, filepath.Join(archive, "out"))
			return "out/new.csv"
		},
		"a link to a folder, over a file": func(t *testing.T, archive string) string {
			link(t, outside, filepath.Join(archive, "out"))
			return "out/precious.csv"
		},
		"a relative link": func(t *testing.T, archive string) string {
			link(t, "../..", filepath.Join(archive, "out"))
			return "out/new.csv"
		},
		"a link to a file": func(t *testing.T, archive string) string {
			link(t, filepath.Join(outside, "precious.csv"), filepath.Join(archive, "a.csv"))
			return "a.csv"
		},
		"a link to nothing yet": func(t *testing.T, archive string) string {
			link(t, filepath.Join(outside, "new.csv"), filepath.Join(archive, "a.csv"))
			return "a.csv"
		},
		"a file where a folder is needed": func(t *testing.T, archive string) string {
			writeTo(t, archive, "a", "file")
			return "a/b.csv"
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			archive := filepath.Join(dir, "deep", "archive")
			if err := os.MkdirAll(archive, 0o750); err != nil {
				t.Fatal(err)
			}
			source := writeTo(t, dir, "a.csv", "abc")
			key := prepare(t, archive)
			got := enginetest.Fail(t, s3put.Type, dir, enginetest.Args{
				"source": source, "bucket": "file://deep/archive", "key": key, "delete_source": true,
			}, "bad_path")
			if got.Retryable || got.Argument != "key" {
				t.Errorf("got %+v", got)
			}
			if read(t, source) != "abc" {
				t.Error("the source changed")
			}
			if diff := cmp.Diff(map[string]string{"precious.csv": "precious"}, tree(t, outside)); diff != "" {
				t.Errorf("outside (-want +got):\n%s", diff)
			}
			if isThere(t, filepath.Join(dir, "new.csv")) {
				t.Error("the file went beside the folder")
			}
		})
	}
}

func TestLinksInsideTheFolderAreFollowed(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "real/x/old.csv", "old")
	link(t, "x", filepath.Join(dir, "real", "alias"))
	link(t, "real", filepath.Join(dir, "archive"))
	writeTo(t, dir, "a.csv", "abc")
	enginetest.Succeed(t, s3put.Type, dir, enginetest.Args{"source": "a.csv", "bucket": "file://archive", "key": "alias/a.csv"}, nil)
	if got := read(t, filepath.Join(dir, "real/x/a.csv")); got != "abc" {
		t.Errorf("got %q", got)
	}
}

func TestKeyThatIsTakenInAFolder(t *testing.T) {
	for ifExists, want := range map[string]struct{ same, other string }{
		"overwrite": {"abc", "abc"}, "skip": {"abc", "abc"}, "fail": {"exists", "exists"},
	} {
		for stands, want := range map[string]string{"abc": want.same, "xyz": want.other} {
			t.Run(ifExists+" over "+stands, func(t *testing.T) {
				dir := t.TempDir()
				source := writeTo(t, dir, "a.csv", "abc")
				stored := writeTo(t, dir, "archive/a.csv", stands)
				before, err := os.Stat(stored)
				if err != nil {
					t.Fatal(err)
				}
				args := enginetest.Args{"source": "a.csv", "bucket": "file://archive", "key": "a.csv", "if_exists": ifExists, "delete_source": true}
				if want == "exists" {
					got := enginetest.Fail(t, s3put.Type, dir, args, "exists")
					if got.Retryable || got.Argument != "if_exists" || read(t, stored) != stands || !isThere(t, source) {
						t.Errorf("got %+v; stored is %q, the source is there: %t", got, read(t, stored), isThere(t, source))
					}
					return
				}
				enginetest.Succeed(t, s3put.Type, dir, args, nil)
				after, err := os.Stat(stored)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := os.SameFile(before, after), ifExists == "skip" && stands == "abc"; got != want {
					t.Errorf("the stored file was left alone: %t, want %t", got, want)
				}
				if got := read(t, stored); got != want || isThere(t, source) {
					t.Errorf("stored is %q, the source is there: %t", got, isThere(t, source))
				}
			})
		}
	}
}

// TestFolderSaysWhatItDoesNotKeep: a pipeline that switches between a bucket
// and a folder by a variable runs with both, and is told the difference.
func TestFolderSaysWhatItDoesNotKeep(t *testing.T) {
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	args := enginetest.Args{"source": "a.csv", "bucket": "file://archive", "key": "a.csv"}
	for name, c := range map[string]struct {
		more enginetest.Args
		want []string
	}{
		"nothing more": {enginetest.Args{"path_style": false, "part_size": "5MiB", "parallel": 1}, nil},
		"properties": {
			enginetest.Args{
				"content_type": "text/csv", "metadata": map[string]string{"a": "b"}, "tags": map[string]string{"a": "b"},
				"storage_class": "STANDARD", "sse": "aws:kms", "kms_key_id": "k", "acl": "private",
			},
			[]string{"level=WARN", `"content_type, metadata, tags, storage_class, sse, kms_key_id, acl"`},
		},
		"the way to a server": {
			enginetest.Args{"endpoint": "https://host", "region": "r", "path_style": true, "role_arn": role, "access_key_id": "A", "secret_access_key": "hunter2"},
			[]string{"level=INFO", `"endpoint, region, path_style, role_arn, access_key_id"`},
		},
		"a profile": {enginetest.Args{"profile": "p"}, []string{"level=INFO", "arguments=profile"}},
	} {
		result, said := enginetest.RunLogged(t.Context(), t, s3put.Type, dir, enginetest.With(args, c.more))
		if result.Error != nil || read(t, filepath.Join(dir, "archive/a.csv")) != "abc" {
			t.Errorf("%s: %+v", name, result.Error)
		}
		for _, text := range c.want {
			if !strings.Contains(said, text) {
				t.Errorf("%s: %s is not in the log: %s", name, text, said)
			}
		}
		if len(c.want) == 0 && said != "" || strings.Contains(said, "hunter2") {
			t.Errorf("%s: the log has %s", name, said)
		}
	}
}

// oddNames are names that someone has given a file before.
var oddNames = []string{
	"plain.csv", "two  blanks", " leading", "trailing ", `"quoted" 'and' \escaped\`, "Temperatura às 8 °C", "🌡️ 24 °C 🙂",
	"'; DROP TABLE readings; --", "$(rm -rf ~) `id`", "tab\there", "line\nbreak", "cr\r\nX-Amz-Acl: public-read", "100 % = x + y", "a%2Fb", "..", "...",
	"a?b#c&d=e", "日本語", "\u202eright to left", "~", "*", "[a]", "x\x01y", "-rf", "<&>", strings.Repeat("n", 255), strings.Repeat("🙂", 63),
}

func TestNamesAreTakenLiterally(t *testing.T) {
	server := newServer(t)
	for i, name := range oddNames {
		if name == ".." {
			continue // no file can have the name
		}
		dir := t.TempDir()
		writeTo(t, dir, name, "abc")
		glob := "*"
		if strings.HasPrefix(name, ".") {
			glob = ".*" // as in a shell, * is not for such names
		}
		for kind, args := range map[string]enginetest.Args{"folder": {"bucket": "file://archive"}, "server": toServer(server)} {
			t.Run(kind, func(t *testing.T) {
				var out outputs
				prefix := "x/" + string(rune('a'+i)) + "/"
				enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{
					"source": filepath.Join(dir, glob), "key": prefix, "if_exists": "skip",
				}), &out)
				if got := out.Objects[0].Key; got != prefix+name {
					t.Errorf("got the key %q, want %q", got, prefix+name)
				}
				var stored string
				if kind == "folder" {
					stored = read(t, filepath.Join(dir, "archive", prefix, name))
				} else {
					stored = string(server.Read(t, bucket, prefix+name))
				}
				if stored != "abc" {
					t.Errorf("%q: got %q", name, stored)
				}
			})
		}
	}
}

// TestKeysAreTakenLiterally: a key is no pattern, no URL and no path to clean.
func TestKeysAreTakenLiterally(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	longest := strings.Repeat(strings.Repeat("k", 204)+"/", 5)[:1024] // in segments that a file system takes
	for _, key := range []string{
		" ", "a b/ c", "?versionId=1", "a#b", "a+b", "a%2Fb%", "a&acl", `"a"`, `back\slash`, "line\nbreak", "tab\t", "über/日本/🌡️", "..a/b..", "...", "~", "*", "{x}",
		"\u202ea", "-rf", "a;b=c,d:e@f!g$h'i(j)", longest,
	} {
		for kind, args := range map[string]enginetest.Args{"folder": {"bucket": "file://archive"}, "server": toServer(server)} {
			var out outputs
			enginetest.Succeed(t, s3put.Type, dir, enginetest.With(args, enginetest.Args{"source": "a.csv", "key": key, "if_exists": "fail"}), &out)
			if out.Objects[0].Key != key {
				t.Errorf("%s: got the key %q, want %q", kind, out.Objects[0].Key, key)
			}
			if kind == "server" && string(server.Read(t, bucket, key)) != "abc" || kind == "folder" && read(t, filepath.Join(dir, "archive", key)) != "abc" {
				t.Errorf("%s: %q has something else", kind, key)
			}
		}
	}
}

func TestFolderThatCannotBeWrittenKeepsTheSource(t *testing.T) {
	dir := t.TempDir()
	source := writeTo(t, dir, "a.csv", "abc")
	writeTo(t, dir, "archive/a.csv/folder", "x")
	got := enginetest.Fail(t, s3put.Type, dir, enginetest.Args{"source": "a.csv", "bucket": "file://archive", "key": "a.csv", "delete_source": true}, "output_unwritable")
	if !strings.Contains(got.Message, "archive/a.csv") || !isThere(t, source) {
		t.Errorf("got %+v; the source is there: %t", got, isThere(t, source))
	}
}
