package kerneltest

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
)

// databases numbers the schemas of tests that share one PostgreSQL server.
var databases atomic.Int64

// EachEngine runs the test on SQLite and on PostgreSQL: one SQL text, both engines.
func EachEngine(t *testing.T, migrations fs.FS, test func(t *testing.T, db *sqldb.DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, Database(t, sqldb.Config{Dir: t.TempDir()}, migrations)) })
	t.Run("postgres", func(t *testing.T) { test(t, Database(t, sqldb.Config{DSN: Postgres(t)}, migrations)) })
}

// Database opens a fresh database until the test ends.
func Database(t testing.TB, cfg sqldb.Config, migrations fs.FS) *sqldb.DB {
	t.Helper()
	engine := sqldb.New(cfg)
	db := engine.DB(fmt.Sprintf("test_%d_%s", databases.Add(1), strings.ToLower(ulid.Make().String()[18:])))
	if err := db.Open(context.Background(), migrations); err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}
