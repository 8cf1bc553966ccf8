// Package s3put is the step type s3_put: it puts files into an S3 bucket, or
// into a folder that stands for one, and can delete them here once the store
// has proven to have them.
//
// A plan (plan.go) says which file becomes which key. Both kinds of store
// (bucketstore.go, folder.go) put one file at a time, and read back what they
// have. A file is known by its fingerprint (fingerprint.go), taken before it is
// sent; that is what every answer of a store is compared with, and what decides
// whether a source may go (delete.go).
package s3put

import (
	"context"

	"dagrun/engine"
)

// Type is the step type.
var Type = engine.Define("s3_put", "Puts files into an S3 bucket or a folder, and can delete them once the store has proven to have them.", run,
	engine.WithExample(`
step "s3_put" "archive" {
  source        = ["out/chart.png", "out/hourly.csv"]
  bucket        = "s3://readings"
  key           = "plc/2024-06-15/"
  region        = "eu-central-1"
  if_exists     = "overwrite"
  delete_source = true
}`),
	engine.WithExternalEffects(),
	engine.Together("access_key_id", "secret_access_key"),
)

// Args are the arguments of the step type.
type Args struct {
	Source engine.Strings `arg:"source,required" file:"read" doc:"The files to put: paths and globs."`
	Bucket Bucket         `arg:"bucket,required" doc:"Where they go: \"s3://name\", or \"file://folder\", where the same keys become a tree of files."`
	Key    Key            `arg:"key,required" doc:"The key of the file; or, for several files, the prefix of their keys, ending in /: each is put under its own name."`

	Endpoint        Endpoint `arg:"endpoint" doc:"The URL of a store other than Amazon's, such as \"https://minio.example.com:9000\"."`
	Region          Region   `arg:"region" doc:"The bucket's region. Default: what the environment and the shared files of AWS say, else us-east-1."`
	PathStyle       *bool    `arg:"path_style" doc:"true puts the bucket's name into the path of a URL, false in front of the host's. Default: true with an endpoint, where that works nearly everywhere, and false for Amazon."`
	AccessKeyID     string   `arg:"access_key_id" doc:"The account. Default: the chain of AWS: environment, shared files, role of the instance."`
	SecretAccessKey string   `arg:"secret_access_key" sensitive:"true" doc:"The key that belongs to the account."`
	SessionToken    string   `arg:"session_token" sensitive:"true" doc:"The token that belongs to a temporary key."`

	IfExists     string `arg:"if_exists" enum:"overwrite|skip|fail" default:"overwrite" doc:"What to do where the key is taken: overwrite; skip sends nothing if the same content stands there, and overwrites other content; fail puts only where nothing stands (If-None-Match: *), except for what an earlier attempt of the same step in the same run has put."`
	DeleteSource bool   `arg:"delete_source" deletes:"source" doc:"true deletes the files here, after size and checksum of every one were read back from the store. Any doubt keeps them all, and the step fails."`
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

// store keeps files by key.
type store interface {
	// url is where a key is.
	url(key string) string
	// put stores the content of s, and says what the store said of it.
	put(ctx context.Context, s *source) (receipt, error)
	// confirm reads back what is stored and fails unless it is s.
	confirm(ctx context.Context, s *source) error
}

// receipt is what a store says of an object that it has.
type receipt struct{ etag, versionID *string }

func run(ctx context.Context, env *engine.Env, a Args) (Outputs, error) {
	sources, err := plan(env, a)
	if err != nil {
		return Outputs{}, err
	}
	target, err := open(ctx, env, a)
	if err != nil {
		return Outputs{}, err
	}
	progress := newProgress(env, sources)
	var out Outputs
	for _, s := range sources {
		object, err := putOne(ctx, target, s, progress)
		if err != nil {
			return Outputs{}, err
		}
		out.Size += object.Size
		out.Objects = append(out.Objects, object)
	}
	if a.DeleteSource {
		if err := deleteSources(ctx, target, sources); err != nil {
			return Outputs{}, err
		}
	}
	out.summarize(target.url(string(a.Key)))
	return out, nil
}

// open makes the store that the arguments name.
func open(ctx context.Context, env *engine.Env, a Args) (store, error) {
	if a.Bucket.dir != "" {
		return newFolder(env, a), nil
	}
	return newBucketStore(ctx, env, a)
}

func putOne(ctx context.Context, target store, s *source, p *progress) (Object, error) {
	if err := s.open(ctx); err != nil {
		return Object{}, err
	}
	defer s.close()
	s.progress = p
	r, err := target.put(ctx, s)
	if err != nil {
		return Object{}, err
	}
	return Object{
		Key: s.key, URL: target.url(s.key), ETag: r.etag, VersionID: r.versionID,
		Size: s.print.size, Checksum: s.print.String(),
	}, nil
}

// summarize fills the outputs that speak of one file, or of all.
func (out *Outputs) summarize(prefix string) {
	out.URL = prefix
	if len(out.Objects) == 1 {
		one := out.Objects[0]
		out.URL, out.ETag, out.VersionID, out.Checksum = one.URL, one.ETag, one.VersionID, &one.Checksum
	}
}
