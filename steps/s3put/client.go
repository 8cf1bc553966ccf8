package s3put

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
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
	// credentialsTimeout bounds the search for credentials, whose last resort
	// is a service that exists on instances of Amazon's only.
	credentialsTimeout = 10 * time.Second
)

// connection is the way to a store.
type connection struct {
	client   *s3.Client
	patient  *s3.Client        // for what takes a store long
	endpoint string            // for people
	secrets  *strings.Replacer // takes secrets out of texts
}

// connect makes a connection of the arguments and of what environment and
// shared files of AWS say.
func connect(ctx context.Context, env *engine.Env, a Args) (connection, error) {
	ctx, cancel := context.WithTimeout(ctx, credentialsTimeout)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, options(a)...)
	if err != nil {
		return connection{}, noCredentials(ctx, a, err)
	}
	keys, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return connection{}, noCredentials(ctx, a, err)
	}
	secrets := []string{keys.SecretAccessKey, keys.SessionToken}
	if a.RoleARN != "" {
		if keys, err = assume(ctx, env, &cfg, a); err != nil {
			return connection{}, masked(err, hide(secrets))
		}
		secrets = append(secrets, keys.SecretAccessKey, keys.SessionToken)
	}
	found := cfg.HTTPClient
	cfg.HTTPClient = withPatience(found, answerTimeout)
	client := s3.NewFromConfig(cfg, address(a))
	cfg.HTTPClient = withPatience(found, assemblyTimeout)
	return connection{client, s3.NewFromConfig(cfg, address(a)), endpointOf(client), hide(secrets)}, nil
}

// address says where a client of S3 finds the bucket.
func address(a Args) func(*s3.Options) {
	return func(o *s3.Options) {
		if a.Endpoint != "" {
			o.BaseEndpoint = aws.String(string(a.Endpoint))
		}
		o.UsePathStyle = a.Endpoint != ""
		if a.PathStyle != nil {
			o.UsePathStyle = *a.PathStyle
		}
	}
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
	if a.Profile != "" {
		all = append(all, config.WithSharedConfigProfile(string(a.Profile)))
	}
	if a.AccessKeyID != "" {
		all = append(all, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(string(a.AccessKeyID), string(a.SecretAccessKey), a.SessionToken)))
	}
	return all
}

// endpointOf names where a client sends its requests.
func endpointOf(client *s3.Client) string {
	o := client.Options()
	if o.BaseEndpoint == nil {
		return "Amazon S3 in " + o.Region
	}
	return hostOf(*o.BaseEndpoint)
}

// hostOf is a URL without what may be a secret in it.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
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

// hide takes out what no message may have, in case an answer repeats it.
// One secret may begin with another: the longer one is taken out first.
func hide(secrets []string) *strings.Replacer {
	secrets = slices.Clone(secrets)
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, secret := range secrets {
		if secret != "" {
			pairs = append(pairs, secret, engine.Masked, url.QueryEscape(secret), engine.Masked)
		}
	}
	return strings.NewReplacer(pairs...)
}

// masked is an error without secrets.
func masked(err error, hidden *strings.Replacer) error {
	var known *engine.StepError
	if errors.As(err, &known) {
		known.Message = hidden.Replace(known.Message)
	}
	return err
}
