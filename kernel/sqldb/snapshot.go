package sqldb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Snapshot is all rooms' rows as of one instant. It stays readable while
// others go on writing; on SQLite the log of changes grows until Close.
type Snapshot struct {
	dialect Dialect
	txs     map[string]*sql.Tx
}

// Table is a table's name and columns, in the order in which Rows gives values.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// Versions says which migrations a room's database has had.
type Versions struct {
	Kernel Applied `json:"kernel"`
	Room   Applied `json:"room"`
}

// Applied are the numbers of migrations, in order.
type Applied []int64

// UnmarshalJSON also reads a single number, which older backups have: it means
// all migrations up to it.
func (a *Applied) UnmarshalJSON(data []byte) error {
	var last int64
	if err := json.Unmarshal(data, &last); err != nil {
		return json.Unmarshal(data, (*[]int64)(a))
	}
	if last > 10_000 {
		return fmt.Errorf("there are no %d migrations", last)
	}
	*a = Applied{}
	for n := range last {
		*a = append(*a, n+1)
	}
	return nil
}

// Snapshot pins the databases of all rooms at one instant: no change that one
// room saw committed before it is missing in another.
func (e *Engine) Snapshot(ctx context.Context) (_ *Snapshot, err error) {
	s := &Snapshot{dialect: e.dialect, txs: map[string]*sql.Tx{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if e.dialect == Postgres {
		return s, s.pinPostgres(ctx, e.DBs())
	}
	return s, s.pinSQLite(ctx, e.DBs())
}

// pinSQLite holds every room's write lock, for as long as it takes to begin a
// read of each: a moment in which nobody commits.
func (s *Snapshot) pinSQLite(ctx context.Context, dbs []*DB) (err error) {
	var locks []*sql.Tx
	defer func() {
		for _, lock := range locks {
			err = errors.Join(err, ignoreDone(lock.Rollback()))
		}
	}()
	for _, db := range dbs {
		lock, err := db.writer.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("hold the writer of %s: %w", db.room, err)
		}
		locks = append(locks, lock)
	}
	for _, db := range dbs {
		tx, err := db.reader.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("begin snapshot of %s: %w", db.room, err)
		}
		s.txs[db.room] = tx
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master`).Scan(&n); err != nil {
			return fmt.Errorf("pin snapshot of %s: %w", db.room, err)
		}
	}
	return nil
}

func (s *Snapshot) pinPostgres(ctx context.Context, dbs []*DB) error {
	var id string
	for _, db := range dbs {
		tx, err := db.reader.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return fmt.Errorf("begin snapshot of %s: %w", db.room, err)
		}
		s.txs[db.room] = tx
		if id == "" {
			err = tx.QueryRowContext(ctx, `SELECT pg_export_snapshot()`).Scan(&id)
		} else {
			_, err = tx.ExecContext(ctx, `SET TRANSACTION SNAPSHOT '`+strings.ReplaceAll(id, "'", "''")+`'`)
		}
		if err != nil {
			return fmt.Errorf("pin snapshot of %s: %w", db.room, err)
		}
	}
	return nil
}

// Close lets the snapshot go.
func (s *Snapshot) Close() error {
	var errs []error
	for _, tx := range s.txs {
		errs = append(errs, ignoreDone(tx.Rollback()))
	}
	return errors.Join(errs...)
}

// Tables lists a room's tables by name. The tables that say how far the
// migrations have come are not among them, nor what an engine derives by itself.
func (s *Snapshot) Tables(ctx context.Context, room string) ([]Table, error) {
	return tablesOf(ctx, s.txs[room], s.dialect)
}

func tablesOf(ctx context.Context, run runner, d Dialect) ([]Table, error) {
	query := `SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c
		WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY t.name, c.cid`
	if d == Postgres {
		query = `SELECT t.table_name, c.column_name FROM information_schema.tables t
			JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
			WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
			ORDER BY t.table_name COLLATE "C", c.ordinal_position`
	}
	rows, err := run.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	var tables []Table
	_, err = All(rows, func(r Row) (struct{}, error) {
		var table, column string
		err := r.Scan(&table, &column)
		if table == kernelVersion || table == roomVersion {
			return struct{}{}, err
		}
		if n := len(tables); n == 0 || tables[n-1].Name != table {
			tables = append(tables, Table{Name: table})
		}
		last := &tables[len(tables)-1]
		last.Columns = append(last.Columns, column)
		return struct{}{}, err
	})
	return tables, err
}

// Versions returns which migrations a room's database has had.
func (s *Snapshot) Versions(ctx context.Context, room string) (v Versions, err error) {
	return versionsOf(ctx, s.txs[room], s.dialect)
}

func versionsOf(ctx context.Context, run runner, d Dialect) (v Versions, err error) {
	for table, into := range map[string]*Applied{kernelVersion: &v.Kernel, roomVersion: &v.Room} {
		*into = Applied{}
		there, err := hasTable(ctx, run, d, table)
		if err != nil {
			return v, err
		}
		if !there {
			continue
		}
		rows, err := run.QueryContext(ctx, `SELECT version_id FROM `+table+` WHERE version_id > 0 ORDER BY version_id`)
		if err != nil {
			return v, fmt.Errorf("read %s: %w", table, err)
		}
		if *into, err = All(rows, func(r Row) (n int64, err error) { return n, r.Scan(&n) }); err != nil {
			return v, fmt.Errorf("read %s: %w", table, err)
		}
	}
	return v, nil
}

func hasTable(ctx context.Context, run runner, d Dialect, table string) (bool, error) {
	query := `SELECT COUNT(*) FROM sqlite_master WHERE name = $1`
	if d == Postgres {
		query = `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1`
	}
	var n int
	if err := run.QueryRowContext(ctx, query, table).Scan(&n); err != nil {
		return false, fmt.Errorf("look for table %s: %w", table, err)
	}
	return n > 0, nil
}

// Rows calls each with every row of a table, in the order of its primary key.
// The values are nil, int64, float64, string, []byte or bool.
func (s *Snapshot) Rows(ctx context.Context, room string, t Table, each func(values []any) error) error {
	key, err := s.primaryKey(ctx, room, t.Name)
	if err != nil {
		return err
	}
	query := `SELECT ` + names(t.Columns) + ` FROM ` + name(t.Name)
	if len(key) > 0 {
		query += ` ORDER BY ` + names(key)
	}
	rows, err := s.txs[room].QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("read %s of %s: %w", t.Name, room, err)
	}
	defer rows.Close() //nolint:errcheck // what was read tells
	values, places := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range values {
		places[i] = &values[i]
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return fmt.Errorf("read types of %s: %w", t.Name, err)
	}
	_, err = All(rows, func(r Row) (struct{}, error) {
		if err := r.Scan(places...); err != nil {
			return struct{}{}, err
		}
		for i, v := range values { // SQLite keeps truth as a number
			if n, ok := v.(int64); ok && types[i].DatabaseTypeName() == "BOOLEAN" {
				values[i] = n != 0
			}
		}
		return struct{}{}, each(values)
	})
	if err != nil {
		return fmt.Errorf("read %s of %s: %w", t.Name, room, err)
	}
	return nil
}

func (s *Snapshot) primaryKey(ctx context.Context, room, table string) ([]string, error) {
	query := `SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk`
	if s.dialect == Postgres {
		query = `SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, n), pg_attribute a
			WHERE i.indrelid = (quote_ident(current_schema()) || '.' || quote_ident($1))::regclass AND i.indisprimary
			AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.n`
	}
	rows, err := s.txs[room].QueryContext(ctx, query, table)
	if err != nil {
		return nil, fmt.Errorf("read primary key of %s: %w", table, err)
	}
	return All(rows, func(r Row) (column string, err error) { return column, r.Scan(&column) })
}

// name quotes a name the way both engines understand.
func name(n string) string { return pgx.Identifier{n}.Sanitize() }

func names(list []string) string {
	quoted := slices.Clone(list)
	for i, n := range quoted {
		quoted[i] = name(n)
	}
	return strings.Join(quoted, ", ")
}
