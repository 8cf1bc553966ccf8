package s3put_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"dagrun/engine/enginetest"
	"dagrun/steps/s3put"
)

func TestCredentialsComeFromTheChainOfAWS(t *testing.T) {
	server := newServer(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	for name, prepare := range map[string]func(t *testing.T) enginetest.Args{
		"environment": func(t *testing.T) enginetest.Args {
			t.Setenv("AWS_ACCESS_KEY_ID", server.AccessKeyID)
			t.Setenv("AWS_SECRET_ACCESS_KEY", server.SecretAccessKey)
			return enginetest.Args{"endpoint": server.Endpoint()}
		},
		"environment, endpoint included": func(t *testing.T) enginetest.Args {
			t.Setenv("AWS_ACCESS_KEY_ID", server.AccessKeyID)
			t.Setenv("AWS_SECRET_ACCESS_KEY", server.SecretAccessKey)
			t.Setenv("AWS_ENDPOINT_URL_S3", server.Endpoint())
			return enginetest.Args{"path_style": true}
		},
		"a profile": func(t *testing.T) enginetest.Args {
			writeTo(t, "", os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), fmt.Sprintf(
				"[plc]\naws_access_key_id = %s\naws_secret_access_key = %s\n", server.AccessKeyID, server.SecretAccessKey))
			t.Setenv("AWS_PROFILE", "plc")
			return enginetest.Args{"endpoint": server.Endpoint()}
		},
		"a profile, against the environment": func(t *testing.T) enginetest.Args {
			writeTo(t, "", os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), fmt.Sprintf(
				"[plc nord]\naws_access_key_id = %s\naws_secret_access_key = %s\n", server.AccessKeyID, server.SecretAccessKey))
			t.Setenv("AWS_ACCESS_KEY_ID", "another")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "another")
			t.Setenv("AWS_PROFILE", "another")
			return enginetest.Args{"endpoint": server.Endpoint(), "profile": "plc nord"}
		},
		"arguments, against the environment": func(t *testing.T) enginetest.Args {
			t.Setenv("AWS_ACCESS_KEY_ID", "another")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "another")
			return enginetest.Args{"endpoint": server.Endpoint(), "access_key_id": server.AccessKeyID, "secret_access_key": server.SecretAccessKey}
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := enginetest.With(prepare(t), enginetest.Args{"source": "a.csv", "bucket": "s3://" + bucket, "key": name})
			enginetest.Succeed(t, s3put.Type, dir, args, nil)
			if got := string(server.Read(t, bucket, name)); got != "abc" {
				t.Errorf("stored is %q", got)
			}
		})
	}
}

// silentIMDS is a service of instances that takes connections and never
// answers, as on networks that swallow what goes to its address.
func silentIMDS(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var open []net.Conn
		for {
			conn, err := listener.Accept()
			if err != nil {
				break
			}
			open = append(open, conn)
		}
		for _, conn := range open {
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	unset(t, "AWS_EC2_METADATA_DISABLED")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://"+listener.Addr().String())
}

func TestMissingCredentialsAreToldSoon(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T)
		says    string
	}{
		"none at all":     {func(*testing.T) {}, "neither the arguments nor the environment nor the shared files of AWS have any"},
		"a silent IMDS":   {silentIMDS, "neither the arguments nor the environment nor the shared files of AWS have any"},
		"no such profile": {func(t *testing.T) { t.Setenv("AWS_PROFILE", "no-such") }, "no-such"},
		"half of them":    {func(t *testing.T) { t.Setenv("AWS_ACCESS_KEY_ID", "A") }, "neither the arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			isolate(t)
			c.prepare(t)
			dir := t.TempDir()
			writeTo(t, dir, "a.csv", "abc")
			start := time.Now()
			got := enginetest.Fail(t, s3put.Type, dir, enginetest.Args{"source": "a.csv", "bucket": "s3://readings", "key": "a.csv"}, "s3_credentials")
			if took := time.Since(start); took > 15*time.Second {
				t.Errorf("it took %s", took)
			}
			if got.Argument != "access_key_id" || got.Retryable || !strings.Contains(got.Message, c.says) || !strings.Contains(got.Remedy, "AWS_ACCESS_KEY_ID") {
				t.Errorf("got %+v, want %q in the message and AWS_ACCESS_KEY_ID in the remedy", got, c.says)
			}
		})
	}
}

func TestProfileThatIsNotThereIsNamed(t *testing.T) {
	isolate(t)
	dir := t.TempDir()
	writeTo(t, dir, "a.csv", "abc")
	got := enginetest.Fail(t, s3put.Type, dir, enginetest.Args{"source": "a.csv", "bucket": "s3://readings", "key": "a.csv", "profile": "no-such"}, "s3_credentials")
	if got.Argument != "profile" || got.Retryable || !strings.Contains(got.Message, "no-such") {
		t.Errorf("got %+v", got)
	}
}

const (
	secretCanary = `Canary/s3cret+&%77`
	tokenCanary  = `T0ken/canary+&=%77`
)

func TestSecretsAreNowhere(t *testing.T) {
	server := newServer(t)
	repeat := func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		answer(403, "AccessDenied", "no: "+strings.ReplaceAll(secretCanary+" "+url.QueryEscape(secretCanary)+" "+tokenCanary, "&", "&amp;"))(w, r, nil)
	}
	for name, faults := range map[string]map[request]fault{
		"refused": nil, "repeated": {putObject: repeat}, "cut": {putObject: cut}, "500": {putObject: answer(500, "InternalError", tokenCanary)},
	} {
		for _, fromEnvironment := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %t", name, fromEnvironment), func(t *testing.T) {
				dir := t.TempDir()
				writeTo(t, dir, "a.csv", "abc")
				args := enginetest.With(through(server, newProxy(t, server, faults)), enginetest.Args{
					"source": "a.csv", "key": "a.csv", "secret_access_key": secretCanary, "session_token": tokenCanary,
				})
				if fromEnvironment {
					t.Setenv("AWS_ACCESS_KEY_ID", server.AccessKeyID)
					t.Setenv("AWS_SECRET_ACCESS_KEY", secretCanary)
					t.Setenv("AWS_SESSION_TOKEN", tokenCanary)
					args = enginetest.With(args, enginetest.Args{"access_key_id": nil, "secret_access_key": nil, "session_token": nil})
				}
				result, said := enginetest.RunLogged(t.Context(), t, s3put.Type, dir, args)
				if result.Error == nil {
					t.Fatalf("the attempt %s", result.Outcome)
				}
				data, err := json.Marshal(result)
				if err != nil {
					t.Fatal(err)
				}
				everything := string(data) + said + result.Error.Error() + result.Error.Remedy
				for _, secret := range []string{secretCanary, tokenCanary, url.QueryEscape(secretCanary), url.QueryEscape(tokenCanary), "s3cret", "T0ken"} {
					if strings.Contains(everything, secret) {
						t.Errorf("%s is in %s", secret, everything)
					}
				}
			})
		}
	}
}
