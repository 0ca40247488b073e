package kerneltest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// Migrating a fresh database takes longer than most tests. They run once for the
// same rooms in a test binary; each city begins with a copy of what came out.

// fresh are the addresses of databases that nothing has opened yet.
var fresh sync.Map

// templates are databases that were migrated and are only copied, by what their
// rooms' migrations say.
var templates struct {
	mu       sync.Mutex
	postgres map[string]string // the name of a database
	sqlite   map[string]fstest.MapFS
}

// prepare puts migrated databases where a city will open its own: in an empty
// directory, or in a database that nothing has opened yet.
func prepare(t testing.TB, cfg sqldb.Config, rooms []module.Manifest) {
	t.Helper()
	key, err := migrationsOf(rooms)
	if err != nil {
		t.Fatal(err)
	}
	templates.mu.Lock()
	defer templates.mu.Unlock()
	if cfg.DSN != "" {
		if _, ok := fresh.LoadAndDelete(cfg.DSN); ok {
			err = preparePostgresDatabase(t, cfg.DSN, key, rooms)
		}
	} else {
		err = prepareDirectory(t, cfg.Dir, key, rooms)
	}
	if err != nil {
		t.Fatalf("prepare the databases of a city: %v", err)
	}
}

// migrationsOf names what the migrations of rooms make.
func migrationsOf(rooms []module.Manifest) (string, error) {
	sum := sha256.New()
	for _, r := range rooms {
		_, _ = fmt.Fprintf(sum, "%s\n", r.Name)
		if r.Migrations == nil {
			continue
		}
		err := fs.WalkDir(r.Migrations, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(r.Migrations, path)
			_, _ = fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("read the migrations of %s: %w", r.Name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// migrate opens the databases of rooms, which migrates them, and closes them.
func migrate(cfg sqldb.Config, rooms []module.Manifest) error {
	engine := sqldb.New(cfg)
	for _, r := range rooms {
		if err := engine.DB(r.Name).Open(context.Background(), r.Migrations); err != nil {
			return errors.Join(err, engine.Close())
		}
	}
	return engine.Close()
}

func preparePostgresDatabase(t testing.TB, dsn, key string, rooms []module.Manifest) error {
	t.Helper()
	template := templates.postgres[key]
	if template == "" {
		address := PostgresDatabase(t)
		fresh.Delete(address)
		if err := migrate(sqldb.Config{DSN: address}, rooms); err != nil {
			return err
		}
		template = databaseOf(address)
		if templates.postgres == nil {
			templates.postgres = map[string]string{}
		}
		templates.postgres[key] = template
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, Postgres(t))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	name := databaseOf(dsn)
	_, err = conn.Exec(ctx, "DROP DATABASE "+name)
	if err == nil {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template)
	}
	return errors.Join(err, conn.Close(ctx))
}

func databaseOf(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}

func prepareDirectory(t testing.TB, dir, key string, rooms []module.Manifest) error {
	t.Helper()
	if there, err := os.ReadDir(dir); err != nil || len(there) > 0 {
		return err // a city that goes on
	}
	template := templates.sqlite[key]
	if template == nil {
		made := t.TempDir()
		if err := migrate(sqldb.Config{Dir: made}, rooms); err != nil {
			return err
		}
		var err error
		if template, err = readAll(made); err != nil {
			return err
		}
		if templates.sqlite == nil {
			templates.sqlite = map[string]fstest.MapFS{}
		}
		templates.sqlite[key] = template
	}
	return os.CopyFS(dir, template)
}

// readAll keeps the files of a directory: a directory would outlive the test binary.
func readAll(dir string) (fstest.MapFS, error) {
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = &fstest.MapFile{Data: text, Mode: 0o600}
		return err
	})
	return files, err
}
