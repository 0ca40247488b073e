package agent

import (
	"context"
	"database/sql"
	"fmt"

	_ "github.com/go-sql-driver/mysql" // MariaDB and MySQL; the kernel's own database brings the others along
)

// drivers are the databases that are read, by the names of their drivers.
func drivers() map[string]string {
	return map[string]string{"postgres": "pgx", "mysql": "mysql", "sqlite": "sqlite"}
}

// read asks a database for values, in a transaction that can change nothing.
func (q *Query) read(ctx context.Context) (_ []item, err error) {
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	db, err := sql.Open(drivers()[q.Driver], q.DSN)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }() // nothing was written
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close() }() // nothing was written
	if q.Driver == "sqlite" {
		if _, err := conn.ExecContext(ctx, `PRAGMA query_only = 1`); err != nil {
			return nil, fmt.Errorf("open the database for reading: %w", err)
		}
	}
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: q.Driver != "sqlite"})
	if err != nil {
		return nil, fmt.Errorf("begin to read: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	rows, err := tx.QueryContext(ctx, q.Query)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is read below
	return readRows(rows)
}

func readRows(rows *sql.Rows) ([]item, error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, fmt.Errorf("read columns: %w", err)
	}
	t, err := newTable(columns)
	if err != nil {
		return nil, err
	}
	cells := make([]sql.NullString, len(columns))
	into := make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = c.String
		}
		if err := t.add(texts); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	return t.items, nil
}
