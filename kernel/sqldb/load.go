package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// OpenEmpty opens a room's database that must hold nothing yet and gives it
// the migrations that the saved rows had: they fit.
func (db *DB) OpenEmpty(ctx context.Context, migrations fs.FS, at Versions) error {
	known, err := db.engine.Known(migrations)
	if err != nil {
		return err
	}
	if n, newer := at.beyond(known); newer {
		return fault.New(fault.Conflict, "kernel.backup.newer", "the rows of %s have had migration %d, which this program does not know", db.room, n).
			At("program", "install the version that made the backup, or a newer one")
	}
	if err := db.connect(ctx); err != nil {
		return fmt.Errorf("open database of %s: %w", db.room, err)
	}
	tables, err := tablesOf(ctx, db.writer, db.dialect)
	if err == nil && len(tables) > 0 {
		err = fault.New(fault.Conflict, "kernel.backup.not_empty", "the database of %s is not empty: it has the table %s", db.room, tables[0].Name).
			At("database-url", "name a database that holds nothing")
	}
	err = errors.Join(err, db.reader.Close())
	if db.writer != db.reader {
		err = errors.Join(err, db.writer.Close())
	}
	db.reader, db.writer = nil, nil
	if err != nil {
		return err
	}
	return db.open(ctx, migrations, &at)
}

// beyond returns the first migration in v that known has not.
func (v Versions) beyond(known Versions) (n int64, found bool) {
	for _, pair := range [][2]Applied{{v.Kernel, known.Kernel}, {v.Room, known.Room}} {
		if i := slices.IndexFunc(pair[0], func(n int64) bool { return !slices.Contains(pair[1], n) }); i >= 0 {
			return pair[0][i], true
		}
	}
	return 0, false
}

// Drop removes everything that a load into PostgreSQL that failed has left; a
// SQLite file is removed with its directory.
func (db *DB) Drop(ctx context.Context) error {
	if db.dialect != Postgres || db.writer == nil {
		return nil
	}
	if _, err := db.writer.ExecContext(ctx, `DROP SCHEMA `+name(db.room)+` CASCADE`); err != nil {
		return fmt.Errorf("remove schema %s: %w", db.room, err)
	}
	return nil
}

// Load replaces the rows of all tables in one change. source calls put with
// every row of a table. Events that were sent are sent again afterwards: the
// bus that carried them is not part of what was saved, and whoever handled
// them already knows it by its inbox, which is kept from being pruned first.
func (db *DB) Load(ctx context.Context, tables []Table, source func(t Table, put func(values []any) error) error) error {
	return db.write(ctx, func(tx *Tx) error {
		if err := tx.prepareLoad(ctx, tables); err != nil {
			return err
		}
		for _, t := range tables {
			if _, err := tx.Exec(ctx, `DELETE FROM `+name(t.Name)); err != nil {
				return fmt.Errorf("empty %s: %w", t.Name, err)
			}
		}
		for _, t := range tables {
			b := &inserts{tx: tx, table: t}
			if err := source(t, func(values []any) error { return b.put(ctx, values) }); err != nil {
				return fmt.Errorf("load %s of %s: %w", t.Name, db.room, err)
			}
			if err := b.flush(ctx); err != nil {
				return fmt.Errorf("load %s of %s: %w", t.Name, db.room, err)
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE kernel_outbox SET sent_at = 0`); err != nil {
			return fmt.Errorf("prepare outbox: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE kernel_inbox SET at = $1`, time.Now().UnixMilli()); err != nil {
			return fmt.Errorf("prepare inbox: %w", err)
		}
		return tx.finishLoad(ctx)
	})
}

// prepareLoad refuses tables that are not here and lets references be looked
// at when all rows are there: rows refer to later rows, of their own table too.
func (tx *Tx) prepareLoad(ctx context.Context, tables []Table) error {
	there, err := tablesOf(ctx, tx.run, tx.db.dialect)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if !slices.ContainsFunc(there, func(x Table) bool { return x.Name == t.Name }) {
			return fault.New(fault.Conflict, "kernel.backup.foreign", "the saved table %s of %s does not exist here", t.Name, tx.db.room)
		}
	}
	if tx.db.dialect == SQLite {
		_, err := tx.Exec(ctx, `PRAGMA defer_foreign_keys = 1`)
		return err
	}
	return tx.alterReferences(ctx, "DEFERRABLE INITIALLY DEFERRED")
}

func (tx *Tx) finishLoad(ctx context.Context) error {
	if tx.db.dialect == SQLite {
		return nil
	}
	if _, err := tx.Exec(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
		return fmt.Errorf("check references: %w", err)
	}
	return tx.alterReferences(ctx, "NOT DEFERRABLE")
}

func (tx *Tx) alterReferences(ctx context.Context, how string) error {
	rows, err := tx.Query(ctx, `SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace`)
	if err != nil {
		return fmt.Errorf("read references: %w", err)
	}
	statements, err := All(rows, func(r Row) (string, error) {
		var table, constraint string
		err := r.Scan(&table, &constraint)
		return `ALTER TABLE ` + name(table) + ` ALTER CONSTRAINT ` + name(constraint) + ` ` + how, err
	})
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s); err != nil {
			return fmt.Errorf("alter reference: %w", err)
		}
	}
	return err
}

// inserts gathers rows into statements of many rows each.
type inserts struct {
	tx    *Tx
	table Table
	args  []any
	rows  int
}

func (b *inserts) put(ctx context.Context, values []any) error {
	if len(values) != len(b.table.Columns) {
		return fmt.Errorf("a row has %d values for %d columns", len(values), len(b.table.Columns))
	}
	b.args = append(b.args, values...)
	b.rows++
	if b.rows >= 250 || len(b.args) > 10_000 {
		return b.flush(ctx)
	}
	return nil
}

func (b *inserts) flush(ctx context.Context) error {
	if b.rows == 0 {
		return nil
	}
	var q strings.Builder
	q.WriteString(`INSERT INTO ` + name(b.table.Name) + ` (` + names(b.table.Columns) + `) VALUES `)
	for i := range b.args {
		switch {
		case i == 0:
			q.WriteString("(")
		case i%len(b.table.Columns) == 0:
			q.WriteString("), (")
		default:
			q.WriteString(", ")
		}
		fmt.Fprintf(&q, "$%d", i+1)
	}
	q.WriteString(")")
	_, err := b.tx.Exec(ctx, q.String(), b.args...)
	b.args, b.rows = b.args[:0], 0
	return err
}
