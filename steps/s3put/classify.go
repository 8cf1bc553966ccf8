package s3put

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"dagrun/engine"
)

// kind is one kind of failure: the answers that mean it, and what is known
// about it.
type kind struct {
	answers   []string // codes of S3
	statuses  []int    // of answers with another code, or none
	code      string
	argument  string
	retryable bool
	remedy    string
}

// kinds are matched in their order, codes before statuses. The codes are those
// of the reference of Amazon S3, "Error responses".
var kinds = []kind{
	{
		answers: []string{"NoSuchBucket"}, code: "no_such_bucket", argument: "bucket",
		remedy: "Make the bucket first, or correct its name. With a store of your own, check path_style too.",
	},
	{
		answers:  []string{"RequestTimeTooSkewed"},
		code:     "s3_denied",
		argument: "access_key_id", remedy: "The clocks of this machine and of the store are too far apart. Set this one.",
	},
	{
		answers: []string{"SignatureDoesNotMatch"}, code: "s3_denied", argument: "secret_access_key",
		remedy: "The store knows the account, and the secret is not its own. Check secret_access_key, or where the environment has it from.",
	},
	{
		answers: []string{"InvalidAccessKeyId", "InvalidClientTokenId"}, code: "s3_denied", argument: "access_key_id",
		remedy: "The store does not know the account. Check access_key_id, and that it belongs to the store at this endpoint.",
	},
	{
		answers: []string{"ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired"}, code: "s3_denied", argument: "session_token",
		remedy: "The temporary key is not valid, or no longer. Get a new one, with its session_token; role_arn gets one by itself.",
	},
	{
		answers:  []string{"AccessDenied", "AllAccessDisabled", "AccountProblem", "NotSignedUp", "UnauthorizedAccess"},
		statuses: []int{http.StatusUnauthorized, http.StatusForbidden},
		code:     "s3_denied", argument: "access_key_id",
		remedy: "The account may not do this. It has to be allowed to put objects there (s3:PutObject, with tags s3:PutObjectTagging, with acl s3:PutObjectAcl, " +
			"with a key of KMS kms:GenerateDataKey and kms:Decrypt) and, to skip or to delete sources, to read them (s3:GetObject, s3:ListBucket).",
	},
	{
		answers: []string{
			"SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "RequestThrottled",
			"TooManyRequestsException", "BandwidthLimitExceeded",
		},
		statuses: []int{http.StatusTooManyRequests},
		code:     "s3_throttled", retryable: true,
		remedy: "The store asks for fewer requests. A retry block with a longer interval helps.",
	},
	{
		answers: []string{"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"},
		code:    "checksum_mismatch", retryable: true,
		remedy: "The content changed on its way or in the file, and the store refused it. Run the step again.",
	},
	{
		answers:  []string{"PermanentRedirect", "Redirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"},
		statuses: []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect},
		code:     "s3_region", argument: "region",
		remedy: "The bucket is in another region. Set region to the bucket's.",
	},
	{
		answers: []string{"KeyTooLongError", "ObjectParentIsFile", "ExistingObjectIsDirectory"}, code: "s3_error", argument: "key",
		remedy: "The store cannot have this key, or not beside the keys that it has. Give another.",
	},
	{
		answers: []string{"AccessControlListNotSupported"}, code: "s3_error", argument: "acl",
		remedy: "The bucket has access control lists switched off. Leave acl out, and say in the bucket's policy who may read.",
	},
	{
		answers: []string{"InvalidStorageClass"}, code: "s3_error", argument: "storage_class",
		remedy: "The store does not have that class. Give another, or leave storage_class out.",
	},
	{
		answers: []string{"KMS.NotFoundException", "KMS.DisabledException", "KMS.InvalidStateException", "KMS.KMSInvalidStateException", "KMSKeyNotFound"},
		code:    "s3_error", argument: "kms_key_id",
		remedy: "Check that the key exists in the bucket's region and is enabled.",
	},
	{
		answers: []string{"NotImplemented"}, statuses: []int{http.StatusNotImplemented}, code: "s3_error",
		remedy: "The store cannot do this. Leave out what it does not have: storage_class, sse, kms_key_id, acl or tags, or if_exists = \"fail\".",
	},
	{
		answers: []string{"NoSuchUpload", "ConditionalRequestConflict", "OperationAborted", "RequestTimeout"},
		code:    "s3_error", retryable: true,
		remedy: "Something came in between. A retry block runs the step again.",
	},
}

// classify makes the error of a kind. Its message is the caller's.
func classify(err error) *engine.StepError {
	code, answer := errorCode(err), status(err)
	for _, k := range kinds {
		if slices.Contains(k.answers, code) || slices.Contains(k.statuses, answer) && !knownCode(code) {
			return k.error(err)
		}
	}
	switch {
	case answer >= http.StatusInternalServerError:
		return &engine.StepError{Code: "s3_error", Retryable: true, Remedy: "The store has a fault of its own. A retry block runs the step again."}
	case answer >= http.StatusBadRequest:
		return &engine.StepError{Code: "s3_error", Remedy: "The store refuses this. Its answer says why; change the arguments."}
	case isTLS(err):
		return &engine.StepError{
			Code: "s3_tls", Argument: "endpoint",
			Remedy: "Check the store's certificate, and https:// against http:// in the endpoint; authorities of your own go into a PEM file named by AWS_CA_BUNDLE. " +
				"A bucket with dots in its name needs path_style = true.",
		}
	}
	return unreachable(err)
}

func unreachable(err error) *engine.StepError {
	e := &engine.StepError{
		Code: "s3_unreachable", Argument: "endpoint", Retryable: true,
		Remedy: "Check the endpoint, and that a firewall lets the connection out.",
	}
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) {
		e.Remedy = "Check the endpoint. If the bucket's name stands in front of the host's and that host is not known, set path_style = true."
	}
	return e
}

func (k kind) error(err error) *engine.StepError {
	e := &engine.StepError{Code: k.code, Argument: k.argument, Retryable: k.retryable, Remedy: k.remedy}
	if region := regionIn(err); k.code == "s3_region" && region != "" {
		e.Remedy = "The bucket is in " + region + ": set region = \"" + region + "\"."
	}
	return e
}

func knownCode(code string) bool {
	return slices.ContainsFunc(kinds, func(k kind) bool { return slices.Contains(k.answers, code) })
}

// regionIn is the region that a store names in its answer to a request that
// came to the wrong one.
func regionIn(err error) string {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) {
		return ""
	}
	region := answer.Response.Header.Get("X-Amz-Bucket-Region")
	if !regionName.MatchString(region) {
		return ""
	}
	return region
}

func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
	)
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}
