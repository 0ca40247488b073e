package sqldb

import (
	"context"
	"database/sql"
)

// statements are those that the writer of a SQLite database runs again and
// again, parsed once: parsing costs as much as running them. They belong to
// the writer's goroutine and are prepared between its transactions.
type statements struct {
	ready map[string]*sql.Stmt
	seen  map[string]bool // run once so far
	again []string        // run for the second time, and not prepared yet
}

const (
	statementsMost  = 128
	statementLength = 4096
)

func newStatements() *statements {
	return &statements{ready: map[string]*sql.Stmt{}, seen: map[string]bool{}}
}

// of returns the statement in the transaction, or nil for one that is not ready.
func (s *statements) of(ctx context.Context, tx *sql.Tx, query string) *sql.Stmt {
	if stmt := s.ready[query]; stmt != nil {
		return tx.StmtContext(ctx, stmt)
	}
	switch {
	case len(query) > statementLength || len(s.ready)+len(s.again) >= statementsMost:
	case s.seen[query]:
		delete(s.seen, query)
		s.again = append(s.again, query)
	default:
		if len(s.seen) >= 4*statementsMost {
			clear(s.seen)
		}
		s.seen[query] = true
	}
	return nil
}

// prepare parses what has turned out to be run again. What cannot be parsed is
// left alone: whoever runs it is told.
func (s *statements) prepare(ctx context.Context, db *sql.DB) {
	for _, query := range s.again {
		if s.ready[query] != nil {
			continue
		}
		if stmt, err := db.PrepareContext(ctx, query); err == nil { //nolint:sqlclosecheck // close closes them all
			s.ready[query] = stmt
		}
	}
	s.again = s.again[:0]
}

func (s *statements) close() {
	for _, stmt := range s.ready {
		_ = stmt.Close() // the database is being closed
	}
}

// prepared runs what it can with prepared statements, the rest with the transaction.
type prepared struct {
	*sql.Tx
	statements *statements
}

// ExecContext implements runner.
func (p prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := p.statements.of(ctx, p.Tx, query); stmt != nil { //nolint:sqlclosecheck // the transaction's end closes it
		return stmt.ExecContext(ctx, args...)
	}
	return p.Tx.ExecContext(ctx, query, args...)
}

// QueryRowContext implements runner. Rows of QueryContext may still be open
// when the same text is run again, so that one is not prepared.
func (p prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := p.statements.of(ctx, p.Tx, query); stmt != nil { //nolint:sqlclosecheck // the transaction's end closes it
		return stmt.QueryRowContext(ctx, args...)
	}
	return p.Tx.QueryRowContext(ctx, query, args...)
}
