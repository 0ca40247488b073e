package sqldb

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"linghang/kernel/fault"
)

//go:embed migrations/*.sql
var doors embed.FS

// The tables in which migrations note how far they have come.
const (
	kernelVersion = "kernel_version"
	roomVersion   = "room_version"
)

// migrate applies the kernel's own tables and then the room's, each with a
// version table of its own. Migrations only go forward. Which have been applied
// is a set and not a number: branches of the program bring theirs in any order.
// only names those to apply; nil means all.
func migrate(ctx context.Context, db *DB, room fs.FS, only *Versions) error {
	if only == nil {
		only = &Versions{}
	}
	if err := db.refuseNewer(ctx, room); err != nil {
		return err
	}
	kernel, err := fs.Sub(doors, "migrations")
	if err != nil {
		return fmt.Errorf("read kernel migrations: %w", err)
	}
	if err := apply(ctx, db, kernelVersion, kernel, only.Kernel); err != nil {
		return err
	}
	if room == nil {
		return nil
	}
	return apply(ctx, db, roomVersion, room, only.Room)
}

// refuseNewer refuses a database that has had migrations which this program
// does not know: it would write rows as they no longer are.
func (db *DB) refuseNewer(ctx context.Context, room fs.FS) error {
	known, err := db.engine.Known(room)
	if err != nil {
		return err
	}
	had, err := versionsOf(ctx, db.writer, db.dialect)
	if err != nil {
		return err
	}
	if n, newer := had.beyond(known); newer {
		return fault.New(fault.Conflict, "kernel.database.newer", "the database of %s has had migration %d, which this program does not know", db.room, n).
			At("program", "start the version that ran last, or restore the backup made before the upgrade")
	}
	return nil
}

// Known returns the migrations that this program has.
func (e *Engine) Known(room fs.FS) (v Versions, err error) {
	kernel, err := fs.Sub(doors, "migrations")
	if err != nil {
		return v, fmt.Errorf("read kernel migrations: %w", err)
	}
	if v.Kernel, err = numbers(kernel, e.dialect); err != nil || room == nil {
		return v, err
	}
	v.Room, err = numbers(room, e.dialect)
	return v, err
}

func numbers(dir fs.FS, d Dialect) (list Applied, err error) {
	files, err := forDialect(dir, d)
	for name := range files {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("number of migration %s: %w", name, err)
		}
		list = append(list, n)
	}
	slices.Sort(list)
	return list, err
}

func apply(ctx context.Context, db *DB, table string, dir fs.FS, only Applied) error {
	files, err := forDialect(dir, db.dialect)
	if err != nil {
		return err
	}
	if only != nil {
		maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool {
			n, err := goose.NumericComponent(name)
			return err != nil || !slices.Contains(only, n)
		})
	}
	if len(files) == 0 {
		return nil
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
	options = append(options, goose.WithStore(store), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
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
