package sqldb

import (
	"context"
	"database/sql"
	"sync"
)

// statements are those that a SQLite database runs again and again, parsed
// once: parsing costs as much as running them. The writer's belong to its
// goroutine and are prepared between its transactions.
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
	if stmt, _ := s.known(query, statementsMost); stmt != nil {
		return tx.StmtContext(ctx, stmt)
	}
	return nil
}

// known returns a statement that is ready; again says that it is not and is
// now run for the second time.
func (s *statements) known(query string, most int) (stmt *sql.Stmt, again bool) {
	if stmt := s.ready[query]; stmt != nil {
		return stmt, false
	}
	switch {
	case len(query) > statementLength || len(s.ready)+len(s.again) >= most:
	case s.seen[query]:
		delete(s.seen, query)
		s.again = append(s.again, query)
		return nil, true
	default:
		if len(s.seen) >= 4*most {
			clear(s.seen)
		}
		s.seen[query] = true
	}
	return nil, false
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

// readings are the questions that readers of a SQLite database ask again and
// again, parsed once for each connection.
type readings struct {
	mu         sync.Mutex
	statements *statements
}

const readingsMost = 64

// of returns the parsed statement of a question, or nil when it is asked too
// seldom. Parsing waits for a connection like asking does, so not under the lock.
func (r *readings) of(ctx context.Context, db *sql.DB, query string) *sql.Stmt {
	r.mu.Lock()
	stmt, again := r.statements.known(query, readingsMost) //nolint:sqlclosecheck // it is kept
	r.statements.again = r.statements.again[:0]
	r.mu.Unlock()
	if stmt != nil || !again {
		return stmt
	}
	stmt, err := db.PrepareContext(ctx, query)
	if err != nil {
		return nil // whoever asks is told
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.statements.ready[query]; first != nil {
		_ = stmt.Close() //nolint:sqlclosecheck // somebody else was faster
		return first
	}
	r.statements.ready[query] = stmt
	return stmt
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
