package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Pinned are a room's rows as of one instant, while others go on writing. It
// holds a connection, and on SQLite the log of changes grows, until Close or the
// end of the context that it was pinned with.
type Pinned struct{ tx *sql.Tx }

// Pin begins to read the rows as of now.
func (db *DB) Pin(ctx context.Context) (*Pinned, error) {
	var options *sql.TxOptions
	if db.dialect == Postgres {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := db.reader.BeginTx(ctx, options)
	if err != nil {
		return nil, Refined(fmt.Errorf("begin to read %s: %w", db.room, err))
	}
	// The instant is that of the first question.
	var n int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM kernel_inbox WHERE 1 = 0`).Scan(&n); err != nil {
		return nil, errors.Join(Refined(fmt.Errorf("pin %s: %w", db.room, err)), ignoreDone(tx.Rollback()))
	}
	return &Pinned{tx}, nil
}

// Query reads rows as of the instant.
func (p *Pinned) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.tx.QueryContext(ctx, query, args...)
}

// QueryRow reads one row as of the instant.
func (p *Pinned) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return p.tx.QueryRowContext(ctx, query, args...)
}

// Close lets the rows go.
func (p *Pinned) Close() error { return ignoreDone(p.tx.Rollback()) }
