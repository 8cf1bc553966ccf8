package s3put

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"dagrun/engine"
)

// assume changes the account of cfg for the role of the arguments and gives the
// keys of that. They are asked for again when they expire. The first time it is
// not the SDK's cache that asks, since that does not end with its context.
func assume(ctx context.Context, env *engine.Env, cfg *aws.Config, a Args) (aws.Credentials, error) {
	client := sts.NewFromConfig(*cfg)
	role := stscreds.NewAssumeRoleProvider(client, string(a.RoleARN), func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName(env.RunID)
	})
	keys, err := role.Retrieve(ctx)
	if err != nil {
		return keys, notAssumed(ctx, a, stsEndpoint(client), err)
	}
	cfg.Credentials = aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		if keys.Expired() {
			return role.Retrieve(ctx)
		}
		return keys, nil
	}))
	return keys, nil
}

// sessionName is what the account's audit log calls a run.
func sessionName(runID string) string { return "dagrun-" + runID }

func stsEndpoint(client *sts.Client) string {
	o := client.Options()
	if o.BaseEndpoint == nil {
		return "Amazon STS in " + o.Region
	}
	return hostOf(*o.BaseEndpoint)
}

func notAssumed(ctx context.Context, a Args, endpoint string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	e := classify(err)
	return &engine.StepError{
		Code: "s3_role", Argument: "role_arn", Retryable: e.Retryable,
		Message: fmt.Sprintf("assume the role %s at %s: %s", a.RoleARN, endpoint, strings.TrimSpace(answerOf(err))),
		Remedy: "Check the role's name, that its trust policy lets this account assume it, and that the account may call sts:AssumeRole. " +
			"Set region to one whose STS is switched on; for a store of your own set AWS_ENDPOINT_URL_STS to its STS.",
	}
}
