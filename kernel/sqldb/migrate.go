package sqldb

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var doors embed.FS

// migrate applies the kernel's own tables and then the room's, each with a
// version table of its own. Migrations only go forward.
func migrate(ctx context.Context, db *DB, room fs.FS) error {
	kernel, err := fs.Sub(doors, "migrations")
	if err != nil {
		return fmt.Errorf("read kernel migrations: %w", err)
	}
	if err := apply(ctx, db, "kernel_version", kernel); err != nil {
		return err
	}
	if room == nil {
		return nil
	}
	return apply(ctx, db, "room_version", room)
}

func apply(ctx context.Context, db *DB, table string, dir fs.FS) error {
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
	if _, err := provider.Up(ctx); err != nil {
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
