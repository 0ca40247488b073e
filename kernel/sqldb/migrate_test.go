package sqldb_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/fstest"

	"linghang/kernel/fault"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

func migration(sql string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql)}
}

// Branches of the program bring migrations in ranges of their own: a database
// that has had 20 takes 10 when it comes, and rows saved in between come back
// under the migrations that they had.
func TestMigrationsArriveInAnyOrder(t *testing.T) {
	early := fstest.MapFS{
		"0001_a.sql": migration(`CREATE TABLE a (id TEXT PRIMARY KEY);`),
		"0020_b.sql": migration(`CREATE TABLE b (id TEXT PRIMARY KEY);`),
	}
	late := fstest.MapFS{
		"0001_a.sql":  early["0001_a.sql"],
		"0010_a2.sql": migration(`ALTER TABLE a ADD COLUMN n BIGINT NOT NULL DEFAULT 7;`),
		"0020_b.sql":  early["0020_b.sql"],
		"0030_c.sql":  migration(`CREATE TABLE c (id TEXT PRIMARY KEY);`),
	}
	for _, where := range []func() sqldb.Config{
		func() sqldb.Config { return sqldb.Config{Dir: t.TempDir()} },
		func() sqldb.Config { return sqldb.Config{DSN: kerneltest.PostgresDatabase(t)} },
	} {
		at := where()
		first := sqldb.New(at)
		db := first.DB("room")
		if err := db.Open(t.Context(), early); err != nil {
			t.Fatal(err)
		}
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO a (id) VALUES ('old')`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		saved, _ := read(t, first)
		if !slices.Equal(saved.Room, sqldb.Applied{1, 20}) {
			t.Errorf("%s: migrations %v have been applied, want 1 and 20", db.Dialect(), saved.Room)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}

		second := sqldb.New(at)
		db = second.DB("room")
		if err := db.Open(t.Context(), late); err != nil {
			t.Fatalf("%s: a migration that came late: %v", db.Dialect(), err)
		}
		var n int
		if err := db.QueryRow(t.Context(), `SELECT n FROM a WHERE id = 'old'`).Scan(&n); err != nil || n != 7 {
			t.Errorf("%s: the row has n %d, %v", db.Dialect(), n, err)
		}
		if now, _ := read(t, second); !slices.Equal(now.Room, sqldb.Applied{1, 10, 20, 30}) {
			t.Errorf("%s: migrations %v have been applied", db.Dialect(), now.Room)
		}
		if err := second.Close(); err != nil {
			t.Fatal(err)
		}

		older := sqldb.New(at)
		err = older.DB("room").Open(t.Context(), early)
		if f := fault.As(err); f == nil || f.Key != "kernel.database.newer" {
			t.Errorf("%s: a program that does not know migration 10 opened the database: %v", db.Dialect(), err)
		}
		if err := older.Close(); err != nil {
			t.Fatal(err)
		}

		target := sqldb.New(where())
		db = target.DB("room")
		if err := db.OpenEmpty(t.Context(), late, saved); err != nil {
			t.Fatal(err)
		}
		if now, _ := read(t, target); !slices.Equal(now.Room, saved.Room) {
			t.Errorf("%s: migrations %v were applied for rows that had %v", db.Dialect(), now.Room, saved.Room)
		}
		if err := target.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOlderBackupsNameTheLastMigration(t *testing.T) {
	var v sqldb.Versions
	if err := json.Unmarshal([]byte(`{"kernel":1,"room":3}`), &v); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(v.Kernel, sqldb.Applied{1}) || !slices.Equal(v.Room, sqldb.Applied{1, 2, 3}) {
		t.Errorf("read %v", v)
	}
	if err := json.Unmarshal([]byte(`{"kernel":1,"room":9e18}`), &v); err == nil {
		t.Error("an endless list of migrations was taken")
	}
}
