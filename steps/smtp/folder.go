package smtp

import (
	"context"
	"path/filepath"

	"dagrun/engine"
)

// writeFile puts the mail into a folder.
func writeFile(ctx context.Context, env *engine.Env, s Server, l *letter) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	out, err := env.Files.Create(filepath.Join(env.Path(s.dir), fileName(env)))
	if err != nil {
		return err
	}
	_, err = out.Write(l.content)
	return err
}
