// Package s3put is the step type s3_put: it puts files into an S3 bucket, or
// into a folder that stands for one, and can delete them here once the store
// has proven to have them.
//
// The arguments (args.go) have types of their own, which check them before the
// run. A plan (plan.go) says which file becomes which key. Both kinds of store
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
	engine.WithCheck(check),
	engine.WithExample(`
step "s3_put" "archive" {
  source        = ["out/chart.png", "out/hourly.csv"]
  bucket        = "s3://readings"
  key           = "plc/2024-06-15/"
  region        = "eu-central-1"
  storage_class = "STANDARD_IA"
  tags          = { probe = "1" }
  if_exists     = "overwrite"
  delete_source = true
}`),
	engine.WithExternalEffects(),
	engine.Together("access_key_id", "secret_access_key"),
	engine.OnlyWith("session_token", "access_key_id"),
	engine.AtMostOne("profile", "access_key_id"),
	engine.OnlyWith("kms_key_id", "sse", "aws:kms", "aws:kms:dsse"),
)

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
		env.Finally(func(ctx context.Context) error { return deleteSources(ctx, target, sources) })
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
