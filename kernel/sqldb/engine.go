// Package sqldb keeps each room's rows: one database per room, a file on
// SQLite or a schema on PostgreSQL, with one SQL text for both.
//
// Portable SQL: $1 placeholders, TEXT ULID keys, BIGINT unix milliseconds,
// BOOLEAN with TRUE and FALSE, DOUBLE PRECISION, ON CONFLICT, RETURNING, WITH,
// window functions. Changes go through Write, which on SQLite is one queue with
// group commit; what Write acknowledged is synced to the disk.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the default engine
)

// Dialect is which SQL engine holds the data.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says where the data is. The zero DSN means SQLite files in Dir.
type Config struct {
	Dir string // directory for SQLite files
	DSN string // postgres://… switches to PostgreSQL
}

// placed writes $1, $2, … as SQLite likes them best. It looks every named
// argument up among all other names, while it parses and again while it binds:
// a statement of 800 took 5 ms. Arguments that come in order, each once, need
// no names at all; others get numbers.
func (d Dialect) placed(query string) string {
	if d != SQLite {
		return query
	}
	var b strings.Builder
	rest := query
	for next := 1; ; next++ {
		before, after, found := strings.Cut(rest, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('?')
		if rest, found = strings.CutPrefix(after, strconv.Itoa(next)); !found || (rest != "" && rest[0] >= '0' && rest[0] <= '9') {
			return strings.ReplaceAll(query, "$", "?")
		}
	}
}

// Engine opens the databases of all rooms and closes them together.
type Engine struct {
	cfg     Config
	dialect Dialect
	mu      sync.Mutex
	dbs     []*DB
}

// New returns an engine whose databases are not open yet.
func New(cfg Config) *Engine {
	d := SQLite
	if cfg.DSN != "" {
		d = Postgres
	}
	return &Engine{cfg: cfg, dialect: d}
}

// Dialect returns which engine is in use.
func (e *Engine) Dialect() Dialect { return e.dialect }

// DB returns the database of a room, to be opened with Open before use.
func (e *Engine) DB(room string) *DB {
	db := newDB(e, room)
	e.mu.Lock()
	e.dbs = append(e.dbs, db)
	e.mu.Unlock()
	return db
}

// Open opens the database and brings its schema up to date. migrations holds
// numbered *.sql files at its top; nil means none.
func (db *DB) Open(ctx context.Context, migrations fs.FS) error {
	return db.open(ctx, migrations, nil)
}

func (db *DB) open(ctx context.Context, migrations fs.FS, only *Versions) error {
	if err := db.connect(ctx); err != nil {
		return fmt.Errorf("open database of %s: %w", db.room, err)
	}
	if err := migrate(ctx, db, migrations, only); err != nil {
		err = errors.Join(fmt.Errorf("migrate database of %s: %w", db.room, err), db.reader.Close(), db.writer.Close())
		db.reader, db.writer = nil, nil // there is no writer that Close could wait for
		return err
	}
	db.start()
	return nil
}

// DBs returns the open databases.
func (e *Engine) DBs() []*DB {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]*DB(nil), e.dbs...)
}

// Close waits for queued writes and closes all databases.
func (e *Engine) Close() error {
	var errs []error
	for _, db := range e.DBs() {
		errs = append(errs, db.close())
	}
	return errors.Join(errs...)
}

func (db *DB) connect(ctx context.Context) error {
	if db.dialect == Postgres {
		return db.connectPostgres(ctx)
	}
	if err := os.MkdirAll(db.engine.cfg.Dir, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	path := db.path()
	// What is deleted is overwritten: an erased name is not left in free pages.
	writer, err := openSQLite(ctx, path, "&_txlock=immediate&_pragma=secure_delete(1)", 1)
	if err != nil {
		return err
	}
	reader, err := openSQLite(ctx, path, "&_pragma=query_only(1)", 4)
	if err != nil {
		return errors.Join(err, writer.Close())
	}
	db.writer, db.reader = writer, reader
	return nil
}

func (db *DB) path() string { return filepath.Join(db.engine.cfg.Dir, db.room+".db") }

func openSQLite(ctx context.Context, path, extra string, conns int) (*sql.DB, error) {
	// A # or ? in the directory's name would end the name of the file.
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)" + extra
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

func (db *DB) connectPostgres(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(db.engine.cfg.DSN)
	if err != nil {
		return fmt.Errorf("read PostgreSQL address: %w", err)
	}
	schema := pgx.Identifier{db.room}.Sanitize()
	cfg.RuntimeParams["search_path"] = schema
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(10)
	pool.SetMaxIdleConns(4)
	// Replicas that start together race for the schema; losing that race is fine.
	if _, err := pool.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err != nil && !isUniqueViolation(err) {
		return errors.Join(fmt.Errorf("create schema %s: %w", db.room, err), pool.Close())
	}
	db.writer, db.reader = pool, pool
	return nil
}
