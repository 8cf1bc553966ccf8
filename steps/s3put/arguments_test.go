package s3put_test

import (
	"fmt"
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
		"bucket":       {"s3://abc", "s3://a.b-c.1/", "s3://" + strings.Repeat("a", 63), "file://archive", "file:///var/100%/a@b", "file://../up"},
		"key":          {"a", "a/b/c.csv", "a/b/", " ", "..a/b..", `a\b`, "a\nb", "über/🌡️.csv", "a?b#c%20", strings.Repeat("k", 1024)},
		"endpoint":     {"https://minio.example.com:9000", "http://127.0.0.1:1/", "http://[::1]:9000", "https://host/with/path"},
		"region":       {"eu-central-1", "us-east-1", "auto", "Local"},
		"profile":      {"plc", "plc nord", "a/b"},
		"role_arn":     {role, "arn:aws-cn:iam::123456789012:role/a+b=c,d.e@f", "arn:minio:iam:::role/plc"},
		"content_type": {"text/csv", "text/plain; charset=utf-8", "application/vnd.apache.parquet", `multipart/x; boundary="a b"`},
		"part_size":    {"5MiB", "5GiB", "64MB", "5242880"},
		"kms_key_id":   {"alias/plc", "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
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
		{"profile", "", "it is empty"},
		{"access_key_id", "", "it is empty"},
		{"secret_access_key", "", "it is empty"},
		{"secret_access_key", "hunter2\nX: y", "it has a control character"},
		{"kms_key_id", "", "it is empty"},
		{"role_arn", "", "is not a role"},
		{"role_arn", "plc", "is not a role; write it like arn:aws:iam::123456789012:role/name"},
		{"role_arn", "arn:aws:iam::123456789012:user/plc", "is not a role"},
		{"role_arn", role + " x", "is not a role"},
		{"role_arn", role + strings.Repeat("x", 2048), "is not a role"},
		{"content_type", "", "is not a media type"},
		{"content_type", "csv", "is not a media type"},
		{"content_type", "text/csv; charset", "is not a media type"},
		{"content_type", "text/csv\r\nX-Amz-Acl: public-read", "is not a media type"},
		{"content_type", "text/ü", "is not a media type"},
		{"part_size", "5MB", "from 5 MiB to 5 GiB"},
		{"part_size", "5242879", "from 5 MiB to 5 GiB"},
		{"part_size", "6GiB", "from 5 MiB to 5 GiB"},
		{"part_size", "16 parts", "is not a size"},
		{"parallel", "0", "the smallest value is 1"},
		{"parallel", "101", "the largest value is 100"},
		{"storage_class", "STANDARD_AI", `Did you mean "STANDARD_IA"?`},
		{"sse", "aes256", "is not one of AES256, aws:kms"},
		{"acl", "public", "is not one of private"},
		{"if_exists", "owerwrite", `Did you mean "overwrite"?`},
	} {
		err := check(c.argument, c.value)
		if err == nil {
			t.Errorf("%s = %q is taken", c.argument, c.value)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %q: got %q, want %q in it", c.argument, c.value, err, c.want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error repeats a secret: %v", c.argument, err)
		}
	}
}

// checkMap converts a map for an argument as `dagrun validate` does.
func checkMap(argument string, given map[string]string) error {
	values := map[string]cty.Value{}
	for name, text := range given {
		values[name] = cty.StringVal(text)
	}
	_, err := engine.FindField(s3put.Type.Args, argument).Convert(cty.ObjectVal(values))
	return err
}

// many are so many tags or texts.
func many(n int) map[string]string {
	all := map[string]string{}
	for i := range n {
		all[fmt.Sprintf("n%d", i)] = "x"
	}
	return all
}

func TestLimitsOfMetadataAndTags(t *testing.T) {
	for _, c := range []struct {
		argument string
		given    map[string]string
		want     string // "" where it is taken
	}{
		{"metadata", map[string]string{}, ""},
		{"metadata", map[string]string{"probe": "1", "x_y-z.a": "", "note": `8 C, "mild"; a=b`}, ""},
		{"metadata", map[string]string{"n": strings.Repeat("x", 1973)}, ""},
		{"metadata", map[string]string{"n": strings.Repeat("x", 1974)}, "it has 1975 bytes, names and texts together, and 1974 are the most"},
		{"metadata", many(1000), "1974 are the most"},
		{"metadata", map[string]string{"": "x"}, `key "": a name has lower-case letters`},
		{"metadata", map[string]string{"Probe": "1"}, `key "Probe": a name has lower-case letters`},
		{"metadata", map[string]string{"a b": "1"}, `key "a b": a name has`},
		{"metadata", map[string]string{"a\r\nb": "1"}, "a name has lower-case letters"},
		{"metadata", map[string]string{"a": "8 °C"}, `key "a": the text has a character that is not printable ASCII`},
		{"metadata", map[string]string{"a": "x\r\nX-Amz-Acl: public-read"}, "not printable ASCII"},
		{"metadata", map[string]string{"a": " x"}, "begins or ends with a blank"},
		{"metadata", map[string]string{"dagrun-put": "x"}, "the name is dagrun's own"},
		{"tags", map[string]string{}, ""},
		{"tags", many(10), ""},
		{"tags", many(11), "11 tags are given, and an object has 10 at most"},
		{"tags", map[string]string{"Größe 日本": "a+b=c/d:e.f_g-h@i", "empty": ""}, ""},
		{"tags", map[string]string{strings.Repeat("n", 128): strings.Repeat("ü", 256)}, ""},
		{"tags", map[string]string{strings.Repeat("n", 129): "x"}, "the name has 129 characters, and 128 are the most"},
		{"tags", map[string]string{"n": strings.Repeat("x", 257)}, `key "n": the text has 257 characters, and 256 are the most`},
		{"tags", map[string]string{"": "x"}, "the name of a tag is not empty"},
		{"tags", map[string]string{"aws:x": "x"}, "Amazon's own"},
		{"tags", map[string]string{"a&b": "x"}, `key "a&b": a tag has letters, digits, blanks`},
		{"tags", map[string]string{"a": "🙂"}, "a tag has letters, digits, blanks"},
		{"tags", map[string]string{"a": "x\ny"}, "a tag has letters, digits, blanks"},
	} {
		err := checkMap(c.argument, c.given)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s = %q: %v", c.argument, c.given, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s = %q: got %v, want %q in it", c.argument, c.given, err, c.want)
		}
	}
}

func TestArgumentsThatDoNotGoTogether(t *testing.T) {
	for name, c := range map[string]struct {
		given map[string]string
		want  string // "" where they go together
	}{
		"a pair of keys":           {map[string]string{"access_key_id": "A", "secret_access_key": "a"}, ""},
		"half of a pair":           {map[string]string{"access_key_id": "A"}, `"access_key_id" needs "secret_access_key"`},
		"a token without a key":    {map[string]string{"session_token": "t"}, `"session_token" goes only with "access_key_id"`},
		"a profile and keys":       {map[string]string{"profile": "p", "access_key_id": "A", "secret_access_key": "a"}, `"profile" and "access_key_id" exclude each other`},
		"a profile and a role":     {map[string]string{"profile": "p", "role_arn": role}, ""},
		"a key of KMS":             {map[string]string{"kms_key_id": "k"}, `"kms_key_id" goes only with sse = "aws:kms"`},
		"a key of KMS with AES256": {map[string]string{"kms_key_id": "k", "sse": "AES256"}, `"kms_key_id" goes only with sse = "aws:kms"`},
		"a key for sse":            {map[string]string{"kms_key_id": "k", "sse": "aws:kms:dsse"}, ""},
	} {
		var said []string
		for _, rule := range s3put.Type.Constraints {
			err := rule.Check(func(argument string) (cty.Value, bool) {
				text, ok := c.given[argument]
				if !ok {
					return cty.NullVal(cty.String), false
				}
				return cty.StringVal(text), true
			})
			if err != nil {
				said = append(said, err.Error())
			}
		}
		if got := strings.Join(said, "\n"); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
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
