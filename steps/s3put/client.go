package s3put

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"

	"dagrun/engine"
)

// The SDK tries a little by itself, against hiccups; what lasts longer is left
// to the step's retry, so that a dead endpoint is told within seconds.
const (
	tries          = 3
	longestBackoff = 500 * time.Millisecond
	dialTimeout    = 3 * time.Second
	tlsTimeout     = 5 * time.Second
	answerTimeout  = 30 * time.Second
	// idleTimeout closes the connections of an attempt soon after its end: the
	// next one makes a client of its own.
	idleTimeout = time.Second
	// credentialsTimeout bounds the search for credentials, whose last resort
	// is a service that exists on instances of Amazon's only.
	credentialsTimeout = 10 * time.Second
)

// newClient makes a client of the arguments and of what environment and shared
// files of AWS say. The second result names the endpoint for people, the third
// hides secrets in texts.
func newClient(ctx context.Context, a Args) (*s3.Client, string, *strings.Replacer, error) {
	if a.SessionToken != "" && a.AccessKeyID == "" {
		return nil, "", nil, &engine.StepError{
			Code: "s3_credentials", Argument: "session_token",
			Message: "a session token is given without the key it belongs to",
			Remedy:  "Give access_key_id and secret_access_key too, or leave session_token out.",
		}
	}
	ctx, cancel := context.WithTimeout(ctx, credentialsTimeout)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, options(a)...)
	if err != nil {
		return nil, "", nil, noCredentials(ctx, err)
	}
	keys, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, "", nil, noCredentials(ctx, err)
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		if a.Endpoint != "" {
			o.BaseEndpoint = aws.String(string(a.Endpoint))
		}
		o.UsePathStyle = a.Endpoint != ""
		if a.PathStyle != nil {
			o.UsePathStyle = *a.PathStyle
		}
	})
	return client, endpointOf(client), secretsOf(keys), nil
}

func options(a Args) []func(*config.LoadOptions) error {
	all := []func(*config.LoadOptions) error{
		config.WithDefaultRegion("us-east-1"),
		config.WithLogger(logging.Nop{}),
		config.WithHTTPClient(httpClient()),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = tries, longestBackoff })
		}),
	}
	if a.Region != "" {
		all = append(all, config.WithRegion(string(a.Region)))
	}
	if a.AccessKeyID != "" {
		all = append(all, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(a.AccessKeyID, a.SecretAccessKey, a.SessionToken)))
	}
	return all
}

func httpClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout, t.ResponseHeaderTimeout, t.IdleConnTimeout = tlsTimeout, answerTimeout, idleTimeout
		})
}

// endpointOf names where a client sends its requests.
func endpointOf(client *s3.Client) string {
	o := client.Options()
	if o.BaseEndpoint == nil {
		return "Amazon S3 in " + o.Region
	}
	u, err := url.Parse(*o.BaseEndpoint)
	if err != nil {
		return "the endpoint"
	}
	return u.Scheme + "://" + u.Host
}

// crossesNetwork reports whether requests leave this machine unencrypted.
func crossesNetwork(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// secretsOf hides what no message may have, in case an answer repeats it.
func secretsOf(keys aws.Credentials) *strings.Replacer {
	var pairs []string
	for _, secret := range []string{keys.SecretAccessKey, keys.SessionToken} {
		if secret != "" {
			pairs = append(pairs, secret, engine.Masked, url.QueryEscape(secret), engine.Masked)
		}
	}
	return strings.NewReplacer(pairs...)
}
