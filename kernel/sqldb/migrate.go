package sqldb

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var doors embed.FS

// The tables in which migrations note how far they have come.
const (
	kernelVersion = "kernel_version"
	roomVersion   = "room_version"
)

// newest is every migration there is.
const newest = math.MaxInt64

// migrate applies the kernel's own tables and then the room's, each with a
// version table of its own, up to the versions. Migrations only go forward.
func migrate(ctx context.Context, db *DB, room fs.FS, to Versions) error {
	kernel, err := fs.Sub(doors, "migrations")
	if err != nil {
		return fmt.Errorf("read kernel migrations: %w", err)
	}
	if err := apply(ctx, db, kernelVersion, kernel, to.Kernel); err != nil {
		return err
	}
	if room == nil {
		return nil
	}
	return apply(ctx, db, roomVersion, room, to.Room)
}

// Known returns the newest versions that this program's migrations lead to.
func (e *Engine) Known(room fs.FS) (v Versions, err error) {
	kernel, err := fs.Sub(doors, "migrations")
	if err != nil {
		return v, fmt.Errorf("read kernel migrations: %w", err)
	}
	if v.Kernel, err = lastVersion(kernel, e.dialect); err != nil || room == nil {
		return v, err
	}
	v.Room, err = lastVersion(room, e.dialect)
	return v, err
}

func lastVersion(dir fs.FS, d Dialect) (last int64, err error) {
	files, err := forDialect(dir, d)
	for name := range files {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("number of migration %s: %w", name, err)
		}
		last = max(last, n)
	}
	return last, err
}

func apply(ctx context.Context, db *DB, table string, dir fs.FS, to int64) error {
	files, err := forDialect(dir, db.dialect)
	if err != nil || len(files) == 0 {
		return err
	}
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{}
	if db.dialect == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("make migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	store, err := database.NewStore(dialect, table)
	if err != nil {
		return fmt.Errorf("make migration store: %w", err)
	}
	options = append(options, goose.WithStore(store), goose.WithDisableGlobalRegistry(true))
	provider, err := goose.NewProvider("", db.writer, files, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.UpTo(ctx, to); err != nil {
		return fmt.Errorf("apply migrations: %w", err)
	}
	return nil
}

// forDialect keeps the files for one engine: 0004_x.sql serves both,
// 0004_x.sqlite.sql and 0004_x.postgres.sql one each.
func forDialect(dir fs.FS, d Dialect) (fstest.MapFS, error) {
	names, err := fs.Glob(dir, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	kept := fstest.MapFS{}
	for _, name := range names {
		stem := strings.TrimSuffix(name, ".sql")
		base, engine, specific := strings.Cut(stem, ".")
		if specific && Dialect(engine) != d {
			continue
		}
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		kept[base+".sql"] = &fstest.MapFile{Data: text}
	}
	return kept, nil
}
