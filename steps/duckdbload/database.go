package duckdbload

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"dagrun/engine"
)

// database is an open DuckDB database with the one connection that is used.
type database struct {
	path    string // empty in memory
	made    bool   // the file was not there before
	pool    *sql.DB
	conn    *sql.Conn
	catalog string // its name within DuckDB, quoted
}

// withoutDownloads keeps DuckDB from fetching extensions over the network: from
// the start, and, because the driver overlooks options behind a # in the path,
// once more afterwards.
const (
	withoutDownloads = "?autoinstall_known_extensions=false&autoload_known_extensions=false"
	setNoDownloads   = "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false"
)

// openDatabase opens the database file for writing, makes it when it is not
// there, and waits for as long as wait when another process has it open.
func openDatabase(ctx context.Context, env *engine.Env, path string, wait time.Duration) (*database, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil { //nolint:gosec // the umask applies
		return nil, unwritable(path, err)
	}
	deadline := time.Now().Add(wait)
	again := true
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		db, err := tryOpen(ctx, env, path)
		if err == nil {
			return db, db.setZone(ctx, env.LogicalTime.Location())
		}
		if !isLocked(err) {
			if removeUnfinished(path) && again {
				again = false // what is left now is of this very attempt: there is no room
				continue
			}
			return nil, openFailure(path, err)
		}
		left := time.Until(deadline)
		if left <= 0 {
			return nil, databaseLocked(path, wait, err)
		}
		if pause == 10*time.Millisecond {
			env.Log.Info("waiting for the lock on the database", "database", path, "held_by", holder(err), "at_most", wait.String())
		}
		if err := sleep(ctx, min(pause, left)); err != nil {
			return nil, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func tryOpen(ctx context.Context, env *engine.Env, path string) (*database, error) {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, errIsFolder
	}
	if err == nil && strings.Contains(path, "#") && isSQLite(path) {
		return nil, errIsSQLite
	}
	_, err = os.Lstat(path) // a link to where there is nothing is not made here
	made := errors.Is(err, fs.ErrNotExist)
	if made {
		makeEmpty(ctx, env, path)
	}
	db, err := open(ctx, path)
	if err != nil {
		return nil, err
	}
	db.path, db.made = path, made
	return db, nil
}

// makeEmpty puts an empty database where none is. DuckDB writes the beginning of
// a new file bit by bit, and a process that is killed meanwhile would leave a
// file that nothing can open; so it is written under another name and appears
// whole. A link, unlike a rename, leaves alone what another process has put
// there. What does not succeed here is done, or told, by the opening that
// follows.
func makeEmpty(ctx context.Context, env *engine.Env, path string) {
	temp, err := env.Files.Temporary(path)
	if err != nil {
		return
	}
	db, err := open(ctx, temp)
	if err == nil {
		err = db.shut()
	}
	if err == nil {
		_ = os.Link(temp, path)
	}
	_ = os.Remove(temp)
}

// isSQLite keeps DuckDB from fetching its extension for such files, where its
// options cannot. Other paths are not looked into: closing a file drops this
// process's locks on it.
func isSQLite(path string) bool {
	const magic = "SQLite format 3\x00"
	f, err := os.Open(path) //nolint:gosec // the path is what the pipeline says
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	start := make([]byte, len(magic))
	_, err = io.ReadFull(f, start)
	return err == nil && string(start) == magic
}

// setZone makes the pipeline's time zone that of times that carry none. DuckDB
// would take the machine's.
func (d *database) setZone(ctx context.Context, zone *time.Location) error {
	if zone == time.Local { // DuckDB has that one
		return nil
	}
	if _, err := d.exec(ctx, "SET TimeZone = "+literal(zone.String())); err != nil {
		return errors.Join(loadFailed("set the time zone "+zone.String(), err), d.close(ctx))
	}
	return nil
}

// openMemory opens a database without a file.
func openMemory(ctx context.Context) (*database, error) { return open(ctx, ":memory:") }

func open(ctx context.Context, name string) (*database, error) {
	connector, err := duckdb.NewConnector(name+withoutDownloads, nil)
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx) // a file may have been made, which close has to see to
	db := &database{pool: sql.OpenDB(connector)}
	if db.conn, err = db.pool.Conn(ctx); err == nil {
		_, err = db.exec(ctx, setNoDownloads)
	}
	if err == nil {
		err = db.conn.QueryRowContext(ctx, "SELECT current_database()").Scan(&db.catalog)
		db.catalog = identifier(db.catalog)
	}
	if err != nil {
		return nil, errors.Join(err, db.shut())
	}
	return db, nil
}

// checkpoint brings everything into the database file, so that no write-ahead
// log stands beside it. It does not heed ctx: the rows are in already.
func (d *database) checkpoint(ctx context.Context) error {
	if _, err := d.exec(context.WithoutCancel(ctx), "CHECKPOINT "+d.catalog); err != nil {
		return checkpointFailed(d.path, err)
	}
	return nil
}

// close closes the database. A file that was not there before and holds nothing
// goes: the load has failed.
func (d *database) close(ctx context.Context) error {
	if d.made && d.hollow(context.WithoutCancel(ctx)) {
		// The file goes while it is locked, so that nobody else can have
		// written to it meanwhile.
		_ = os.Remove(d.path)
	}
	return d.shut()
}

// hollow reports whether nothing was ever made in the database.
func (d *database) hollow(ctx context.Context) bool {
	var things int
	err := d.conn.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal) +
		(SELECT count(*) FROM duckdb_views() WHERE database_name = current_database() AND NOT internal) +
		(SELECT count(*) FROM duckdb_schemas() WHERE database_name = current_database() AND NOT internal)`).Scan(&things)
	return err == nil && things == 0
}

func (d *database) shut() error {
	var err error
	if d.conn != nil {
		err = d.conn.Close()
	}
	return errors.Join(err, d.pool.Close())
}
