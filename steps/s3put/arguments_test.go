package s3put_test

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"dagrun/engine"
	"dagrun/engine/enginetest"
	"dagrun/steps/s3put"
)

// check converts a value for an argument as `dagrun validate` does.
func check(argument, value string) error {
	_, err := engine.FindField(s3put.Type.Args, argument).Convert(cty.StringVal(value))
	return err
}

func TestValuesThatAreTaken(t *testing.T) {
	for argument, values := range map[string][]string{
		"bucket":   {"s3://abc", "s3://a.b-c.1/", "s3://" + strings.Repeat("a", 63), "file://archive", "file:///var/100%/a@b", "file://../up"},
		"key":      {"a", "a/b/c.csv", "a/b/", " ", "..a/b..", `a\b`, "a\nb", "über/🌡️.csv", "a?b#c%20", strings.Repeat("k", 1024)},
		"endpoint": {"https://minio.example.com:9000", "http://127.0.0.1:1/", "http://[::1]:9000", "https://host/with/path"},
		"region":   {"eu-central-1", "us-east-1", "auto", "Local"},
	} {
		for _, value := range values {
			if err := check(argument, value); err != nil {
				t.Errorf("%s = %q: %v", argument, value, err)
			}
		}
	}
}

func TestValuesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ argument, value, want string }{
		{"bucket", "", "is not a bucket; write s3://name or file://folder"},
		{"bucket", "readings", "is not a bucket; write s3://name or file://folder"},
		{"bucket", "https://readings", "is not a bucket; write s3://name or file://folder"},
		{"bucket", "s3://", "has 3 to 63 characters"},
		{"bucket", "s3://ab", "has 3 to 63 characters"},
		{"bucket", "s3://" + strings.Repeat("a", 64), "has 3 to 63 characters"},
		{"bucket", "s3://Readings", "lower-case letters"},
		{"bucket", "s3://my_bucket", "lower-case letters"},
		{"bucket", "s3://-readings", "begins and ends with a letter or digit"},
		{"bucket", "s3://a..b", "no two dots in a row"},
		{"bucket", "s3://192.168.1.1", "does not look like an IP address"},
		{"bucket", "s3://readings/plc", "has a path behind the bucket's name; write it into key"},
		{"bucket", "file://", "lacks the folder"},
		{"key", "", "it is empty"},
		{"key", "/", "it begins with a slash"},
		{"key", "/a", "it begins with a slash"},
		{"key", "a//b", "two slashes in a row"},
		{"key", "a//", "two slashes in a row"},
		{"key", "../a", `it has the segment ".."`},
		{"key", "a/../../b", `it has the segment ".."`},
		{"key", "a/..", `it has the segment ".."`},
		{"key", "./a", `it has the segment "."`},
		{"key", "a/./b", `it has the segment "."`},
		{"key", "a\x00b", "a character that no key may have"},
		{"key", strings.Repeat("k", 1025), "1024 are the most"},
		{"endpoint", "minio.example.com", "is not an endpoint; write https://host"},
		{"endpoint", "s3://minio.example.com", "is not an endpoint; write https://host"},
		{"endpoint", "https://", "has no host"},
		{"endpoint", "https://host?x=1", "more than host and path"},
		{"endpoint", "https://ho st", "invalid character"},
		{"endpoint", "https://u:hunter2@host", "holds no user name and no password"},
		{"region", "", "is not a region"},
		{"region", "eu central", "is not a region"},
		{"region", "x.evil.example/", "is not a region"},
		{"if_exists", "owerwrite", `Did you mean "overwrite"?`},
	} {
		err := check(c.argument, c.value)
		if err == nil {
			t.Errorf("%s = %q is taken", c.argument, c.value)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %q: got %q, want %q in it", c.argument, c.value, err, c.want)
		}
	}
}

func TestPasswordInAnEndpointIsNotRepeated(t *testing.T) {
	for _, value := range []string{"https://u:hunter2@host", "https://hunter2%zz@host", "hunter2@host", "http://u:hunter2@host:99999999"} {
		if err := check("endpoint", value); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want an error without the password", value, err)
		}
	}
}

func TestPlansThatDoNotHoldAreRefused(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "b.csv", "sub/a.csv"} {
		writeTo(t, dir, name, name)
	}
	for name, c := range map[string]struct {
		args           enginetest.Args
		code, argument string
		says           []string
	}{
		"two files under one key":  {enginetest.Args{"source": "*.csv", "key": "x"}, "bad_key", "key", []string{`put 2 files under the key "x"`}},
		"two files of one name":    {enginetest.Args{"source": []string{"a.csv", "sub/a.csv"}, "key": "x/"}, "duplicate_key", "source", []string{"/a.csv", "/sub/a.csv", `"x/a.csv"`}},
		"a glob without files":     {enginetest.Args{"source": "*.parquet", "key": "x/"}, "input_missing", "source", []string{"*.parquet"}},
		"a folder":                 {enginetest.Args{"source": "sub", "key": "x/"}, "input_missing", "source", []string{"folder"}},
		"a key that gets too long": {enginetest.Args{"source": "a.csv", "key": strings.Repeat("k", 1020) + "/"}, "bad_key", "key", []string{"1024"}},
		"onto itself":              {enginetest.Args{"source": "a.csv", "key": "a.csv", "bucket": "file://.", "delete_source": true}, "same_file", "bucket", []string{"a.csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := enginetest.Fail(t, s3put.Type, dir, enginetest.With(enginetest.Args{"bucket": "file://archive"}, c.args), c.code)
			if got.Argument != c.argument || got.Retryable {
				t.Errorf("got argument %q, retryable %t", got.Argument, got.Retryable)
			}
			for _, text := range c.says {
				if !strings.Contains(got.Message, text) {
					t.Errorf("the message lacks %q: %s", text, got.Message)
				}
			}
			if n := len(tree(t, dir)); n != 3 {
				t.Errorf("%d files are there, want the 3 sources", n)
			}
		})
	}
}

func FuzzKey(f *testing.F) {
	for _, seed := range []string{"a", "a/b/", "../a", "a/../b", "/", "//", "\x00", "a/..", "..", ".../..."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var k s3put.Key
		if k.UnmarshalText([]byte(text)) != nil {
			return
		}
		for _, segment := range strings.Split(strings.TrimSuffix(text, "/"), "/") {
			if segment == "" || segment == "." || segment == ".." {
				t.Errorf("%q is taken", text)
			}
		}
	})
}

func FuzzURLs(f *testing.F) {
	for _, seed := range []string{"s3://a", "file://a", "https://a:1", "https://u:p@a", "s3://a/b", "://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b s3put.Bucket
		var e s3put.Endpoint
		if b.UnmarshalText([]byte(text)) == nil && e.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is a bucket and an endpoint", text)
		}
		if e.UnmarshalText([]byte(text)) == nil && strings.Contains(text, "@") {
			t.Errorf("%q is taken", text)
		}
	})
}
