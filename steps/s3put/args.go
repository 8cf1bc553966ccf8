package s3put

import "dagrun/engine"

// Args are the arguments of the step type.
type Args struct {
	Source engine.Strings `arg:"source,required" file:"read" doc:"The files to put: paths and globs."`
	Bucket Bucket         `arg:"bucket,required" doc:"Where they go: \"s3://name\", or \"file://folder\", where the same keys become a tree of files. A folder keeps contents only: content_type, metadata, tags, storage_class, sse, kms_key_id and acl have no effect there, which a warning says; what is about the way to a server (endpoint to session_token, part_size, parallel) is not needed."`
	Key    Key            `arg:"key,required" doc:"The key of the file; or, for several files, the prefix of their keys, ending in /: each is put under its own name."`

	Endpoint        Endpoint `arg:"endpoint" doc:"The URL of a store other than Amazon's, such as \"https://minio.example.com:9000\"."`
	Region          Region   `arg:"region" doc:"The bucket's region. Default: what the environment and the shared files of AWS say, else us-east-1."`
	PathStyle       *bool    `arg:"path_style" doc:"true puts the bucket's name into the path of a URL, false in front of the host's. Default: true with an endpoint, where that works nearly everywhere, and false for Amazon."`
	Profile         Name     `arg:"profile" doc:"A profile of the shared files of AWS (~/.aws/config and ~/.aws/credentials), which wins over the environment. Default: the chain of AWS: environment, shared files, role of the instance."`
	RoleARN         RoleARN  `arg:"role_arn" doc:"A role to assume through STS with the account that the other arguments or the chain of AWS give; its temporary keys put the files."`
	AccessKeyID     Name     `arg:"access_key_id" doc:"The account. Default: the chain of AWS."`
	SecretAccessKey Name     `arg:"secret_access_key" sensitive:"true" doc:"The key that belongs to the account."`
	SessionToken    string   `arg:"session_token" sensitive:"true" doc:"The token that belongs to a temporary key."`

	ContentType  ContentType `arg:"content_type" doc:"The media type that readers of the objects are told, such as \"text/csv\". Default: by the ending of the file's name, or else of the key; with an ending that is not known, what the store takes for it."`
	Metadata     Metadata    `arg:"metadata" doc:"Texts that go with the objects, { name = \"text\" }: names in lower case, printable ASCII, 1974 bytes in all."`
	Tags         Tags        `arg:"tags" doc:"Tags of the objects, { name = \"text\" }: 10 at most, names of up to 128 and texts of up to 256 characters."`
	StorageClass string      `arg:"storage_class" enum:"STANDARD|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|GLACIER_IR|GLACIER|DEEP_ARCHIVE|REDUCED_REDUNDANCY|EXPRESS_ONEZONE|OUTPOSTS|SNOW" doc:"Where and at what price the store keeps the objects. Default: what the bucket says."`
	SSE          string      `arg:"sse" enum:"AES256|aws:kms|aws:kms:dsse" doc:"How the store encrypts the objects. A store that does not say that it did fails the step. Default: what the bucket says."`
	KMSKeyID     Name        `arg:"kms_key_id" doc:"Id, alias or ARN of the key for sse = \"aws:kms\" and \"aws:kms:dsse\". Default: the account's own for S3."`
	ACL          string      `arg:"acl" enum:"private|public-read|public-read-write|authenticated-read|aws-exec-read|bucket-owner-read|bucket-owner-full-control" doc:"Who may read and write the objects. Default: what the bucket says."`

	IfExists     string   `arg:"if_exists" enum:"overwrite|skip|fail" default:"overwrite" doc:"What to do where the key is taken: overwrite; skip sends and changes nothing if the store says size and SHA-256 of the same content, and overwrites otherwise; fail puts only where nothing stands (If-None-Match: *), except for what an earlier attempt of the same step in the same run has put."`
	PartSize     PartSize `arg:"part_size" default:"16MiB" doc:"A file larger than this goes up in parts of this size, from 5 MiB to 5 GiB; where that would be more than 10,000 parts, in larger ones. While a file is sent, about parallel + 2 parts are held in memory."`
	Parallel     int      `arg:"parallel" min:"1" max:"100" default:"5" doc:"How many parts of a file are sent at the same time."`
	DeleteSource bool     `arg:"delete_source" deletes:"source" doc:"true deletes the files here, after size and checksum of every one were read back from the store. Any doubt keeps them all, and the step fails."`
}

// properties names the arguments given that say what an object has besides its
// content.
func (a Args) properties() []string {
	return given([]choice{
		{"content_type", a.ContentType != ""}, {"metadata", len(a.Metadata) > 0}, {"tags", len(a.Tags) > 0},
		{"storage_class", a.StorageClass != ""}, {"sse", a.SSE != ""}, {"kms_key_id", a.KMSKeyID != ""}, {"acl", a.ACL != ""},
	})
}

// way names the arguments given that say how to reach a store. Those that have
// a default are not told apart from those that are not given.
func (a Args) way() []string {
	return given([]choice{
		{"endpoint", a.Endpoint != ""}, {"region", a.Region != ""}, {"path_style", a.PathStyle != nil && *a.PathStyle},
		{"profile", a.Profile != ""}, {"role_arn", a.RoleARN != ""}, {"access_key_id", a.AccessKeyID != ""},
	})
}

// choice is an argument, and whether it is given.
type choice struct {
	name  string
	given bool
}

func given(choices []choice) []string {
	var names []string
	for _, c := range choices {
		if c.given {
			names = append(names, c.name)
		}
	}
	return names
}

// Outputs are the outputs of the step type.
type Outputs struct {
	URL       string   `out:"url" doc:"Where the file is now, as s3://bucket/key or file:///folder/key; for several files the prefix."`
	ETag      *string  `out:"etag" doc:"The object's ETag; null for a folder and for several files."`
	VersionID *string  `out:"version_id" doc:"The object's version, if the bucket keeps versions; null for several files."`
	Size      int64    `out:"size" doc:"Size in bytes, of all files together."`
	Checksum  *string  `out:"checksum" doc:"The SHA-256 of the file's content, as \"sha256:\" and 64 hexadecimal digits; null for several files."`
	Objects   []Object `out:"objects" doc:"Each object by itself, in the order of the sources."`
}

// Object is one object of the outputs.
type Object struct {
	Key       string  `out:"key" doc:"The key."`
	URL       string  `out:"url" doc:"Where it is."`
	ETag      *string `out:"etag" doc:"Its ETag; null for a folder."`
	VersionID *string `out:"version_id" doc:"Its version, if the bucket keeps versions."`
	Size      int64   `out:"size" doc:"Size in bytes."`
	Checksum  string  `out:"checksum" doc:"The SHA-256 of its content, as \"sha256:\" and 64 hexadecimal digits."`
}
