package sqldb_test

import (
	"context"
	"reflect"
	"testing"
	"testing/fstest"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// What a snapshot gives loads into either engine, and comes out of it the same.
func TestRowsMoveBetweenEngines(t *testing.T) {
	migrations := fstest.MapFS{"0001_tree.sql": {Data: []byte(`-- +goose Up
CREATE TABLE branch (id TEXT PRIMARY KEY, above TEXT REFERENCES branch (id), n BIGINT NOT NULL, x DOUBLE PRECISION NOT NULL, yes BOOLEAN NOT NULL, raw BYTEA);`)}}
	ctx := context.Background()
	for _, from := range []sqldb.Config{{Dir: t.TempDir()}, {DSN: kerneltest.PostgresDatabase(t)}} {
		for _, to := range []sqldb.Config{{Dir: t.TempDir()}, {DSN: kerneltest.PostgresDatabase(t)}} {
			source := sqldb.New(from)
			db := source.DB("room")
			if err := db.Open(ctx, migrations); err != nil {
				t.Fatal(err)
			}
			err := db.Write(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO branch (id, above, n, x, yes, raw) VALUES ('b', NULL, -7, 0.1, TRUE, $1), ('a', 'b', 9007199254740993, -2, FALSE, NULL) ON CONFLICT DO NOTHING`, []byte{0, 255})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			versions, rows := read(t, source)
			target := sqldb.New(to)
			other := target.DB("room")
			if err := other.OpenEmpty(ctx, migrations, versions); err != nil {
				t.Fatal(err)
			}
			var tables []sqldb.Table
			for _, r := range rows {
				tables = append(tables, r.table)
			}
			err = other.Load(ctx, tables, func(table sqldb.Table, put func([]any) error) error {
				for _, r := range rows {
					if r.table.Name == table.Name {
						return sqldb.UnpackRows(r.packed, len(table.Columns), put)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, after := read(t, target); !reflect.DeepEqual(rows, after) {
				t.Errorf("%s to %s: %v became %v", db.Dialect(), other.Dialect(), rows, after)
			}
			if err := target.Close(); err != nil {
				t.Error(err)
			}
			again := sqldb.New(to).DB("room")
			if err := again.OpenEmpty(ctx, migrations, versions); err == nil {
				t.Error("a database with tables passed for empty")
			}
			if err := again.OpenEmpty(ctx, migrations, sqldb.Versions{Kernel: versions.Kernel, Room: sqldb.Applied{1, 2}}); err == nil {
				t.Error("rows of a newer version were taken")
			}
			if err := source.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

type packed struct {
	table  sqldb.Table
	packed []byte
}

func read(t *testing.T, e *sqldb.Engine) (v sqldb.Versions, list []packed) {
	t.Helper()
	s, err := e.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if v, err = s.Versions(t.Context(), "room"); err != nil {
		t.Fatal(err)
	}
	tables, err := s.Tables(t.Context(), "room")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		p := packed{table: table}
		err := s.Rows(t.Context(), "room", table, func(values []any) (err error) {
			p.packed, err = sqldb.PackRow(p.packed, values)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return v, list
}
