package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sync"

	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
)

// Rows keeps records in the room's database, whose every replica may change them:
// numbers come from a row that is held until the commit, so that the log is in
// the order of commits. Each replica follows the log and drops from its memory
// what others have changed, within followEvery and the time of a question.
type Rows struct {
	db     *sqldb.DB
	o      Options
	base   context.Context //nolint:containedctx // of the writer and of the follower, which belong to no request
	memory *memory
	queue  queue
	bell   bell
	pinned chan struct{} // held by snapshots, each of which holds a connection

	mu   sync.Mutex
	seen uint64 // the memory has no record that is older than this change

	stopped chan struct{} // the follower has ended
}

// snapshotsAtOnce bounds how many connections snapshots hold.
const snapshotsAtOnce = 2

// OpenRows opens the store in a database, which has the room's migrations.
func OpenRows(ctx context.Context, db *sqldb.DB, o Options) (*Rows, error) {
	o = o.orDefault()
	s := &Rows{
		db: db, o: o, base: sqldb.Alone(context.WithoutCancel(ctx)), memory: newMemory(o.Memory), queue: newQueue(),
		pinned: make(chan struct{}, snapshotsAtOnce), stopped: make(chan struct{}),
	}
	var err error
	if s.seen, err = s.Last(ctx); err != nil {
		return nil, err
	}
	go s.queue.run(s.commit, nil, nil)
	go s.follow()
	return s, nil
}

// Quick implements Store.
func (s *Rows) Quick(key []byte) (*Record, bool) { return s.memory.get(key) }

// Ahead implements Store.
func (s *Rows) Ahead(handles [][]byte) { s.memory.ahead(handles) }

const recordColumns = `handle, change, at, body`

func scanRecord(row sqldb.Row) (*Record, error) {
	r := &Record{}
	var handle []byte
	err := row.Scan(&handle, &r.Change, &r.At, &r.Values)
	r.Handle = string(handle)
	return r, err
}

// Load implements Store.
func (s *Rows) Load(ctx context.Context, handle string) (*Record, error) {
	key := []byte(wire.Fold(handle))
	if r, known := s.memory.get(key); known {
		return r, nil
	}
	since := s.memory.since(key)
	r, err := scanRecord(s.db.QueryRow(ctx, `SELECT `+recordColumns+` FROM record WHERE folded = $1`, key))
	if errors.Is(err, sql.ErrNoRows) {
		r, err = nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read record %.80q: %w", handle, sqldb.Refined(err))
	}
	return s.memory.keep(key, r, since), nil
}

// pageRows is how many records are read at once, so that a slow reader of a list
// holds no connection.
const pageRows = 200

// List implements Store.
func (s *Rows) List(ctx context.Context, prefix, after string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		within := spanOf(prefix)
		if after != "" {
			within = within.behind(after)
		}
		for {
			rows, err := s.db.Query(ctx, `SELECT `+recordColumns+` FROM record WHERE folded >= $1 AND folded < $2 ORDER BY folded LIMIT $3`,
				within.from, within.to, pageRows)
			var page []*Record
			if err == nil {
				page, err = sqldb.All(rows, scanRecord)
			}
			if err != nil {
				yield(nil, fmt.Errorf("read records of %.80q: %w", prefix, sqldb.Refined(err)))
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
			within = within.behind(page[len(page)-1].Handle)
		}
	}
}

// Count implements Store.
func (s *Rows) Count(ctx context.Context, prefix string) (n int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT n FROM record_count WHERE prefix = $1`, []byte(wire.Fold(prefix))).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the count of %.80q: %w", prefix, sqldb.Refined(err))
	}
	return n, nil
}

// asker is a database, or one instant of it.
type asker interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// Homes implements Store.
func (s *Rows) Homes(ctx context.Context) ([]Home, error) { return homeRows(ctx, s.db) }

func homeRows(ctx context.Context, from asker) ([]Home, error) {
	rows, err := from.Query(ctx, `SELECT prefix, node, change FROM record_home ORDER BY folded`)
	if err != nil {
		return nil, fmt.Errorf("read homes: %w", sqldb.Refined(err))
	}
	return sqldb.All(rows, func(r sqldb.Row) (Home, error) {
		var h Home
		var prefix []byte
		err := r.Scan(&prefix, &h.Node, &h.Change)
		h.Prefix = string(prefix)
		return h, err
	})
}

// Log implements Store.
func (s *Rows) Log(ctx context.Context, after uint64, limit int) ([]Logged, error) {
	last, err := s.Last(ctx)
	if err != nil || after >= last || limit < 1 {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT number, at, action, handle, by_whom, from_here, via FROM record_log WHERE number > $1 ORDER BY number LIMIT $2`,
		int64(after), limit) //nolint:gosec // below last, which is a BIGINT
	if err != nil {
		return nil, fmt.Errorf("read the log of changes: %w", sqldb.Refined(err))
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (Logged, error) {
		var l Logged
		var handle, by, from, via []byte
		err := r.Scan(&l.Number, &l.At, &l.Action, &handle, &by, &from, &via)
		l.Handle, l.By, l.From, l.Via = string(handle), string(by), string(from), string(via)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the log of changes: %w", err)
	}
	if len(list) == 0 || list[0].Number != after+1 {
		return nil, ErrForgotten
	}
	return list, nil
}

// First implements Store.
func (s *Rows) First(ctx context.Context) (n uint64, err error) {
	err = s.db.QueryRow(ctx, `SELECT COALESCE((SELECT MIN(number) FROM record_log), last + 1) FROM record_head WHERE one = 1`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("read where the log of changes begins: %w", sqldb.Refined(err))
	}
	return n, nil
}

// Last implements Store.
func (s *Rows) Last(ctx context.Context) (uint64, error) { return lastOf(ctx, s.db) }

func lastOf(ctx context.Context, from asker) (n uint64, err error) {
	if err := from.QueryRow(ctx, `SELECT last FROM record_head WHERE one = 1`).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the number of the last change: %w", sqldb.Refined(err))
	}
	return n, nil
}

// Changed implements Store.
func (s *Rows) Changed() <-chan struct{} { return s.bell.next() }

// Mark implements Store.
func (s *Rows) Mark(ctx context.Context, name string) (n uint64, err error) {
	err = s.db.QueryRow(ctx, `SELECT position FROM record_mark WHERE name = $1`, name).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the mark %s: %w", name, sqldb.Refined(err))
	}
	return n, nil
}

// Snapshot implements Store. It ends with ctx, too.
func (s *Rows) Snapshot(ctx context.Context) (_ *Snapshot, err error) {
	select {
	case s.pinned <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for other snapshots of records: %w", ctx.Err())
	}
	var once sync.Once
	free := func() { once.Do(func() { <-s.pinned }) }
	defer func() {
		if err != nil {
			free()
		}
	}()
	at, err := s.db.Pin(ctx)
	if err != nil {
		return nil, err
	}
	shot := &Snapshot{close: func() error { defer free(); return at.Close() }}
	if shot.Number, err = lastOf(ctx, at); err == nil {
		shot.Homes, err = homeRows(ctx, at)
	}
	if err != nil {
		return nil, errors.Join(err, at.Close())
	}
	shot.records = func(ctx context.Context, within span) iter.Seq2[*Record, error] {
		return pinnedRecords(ctx, at, within)
	}
	return shot, nil
}

func pinnedRecords(ctx context.Context, at asker, within span) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		query, args := `SELECT `+recordColumns+` FROM record ORDER BY folded`, []any(nil)
		if within.to != nil {
			query, args = `SELECT `+recordColumns+` FROM record WHERE folded >= $1 AND folded < $2 ORDER BY folded`, []any{within.from, within.to}
		}
		rows, err := at.Query(ctx, query, args...)
		if err != nil {
			yield(nil, fmt.Errorf("read records: %w", sqldb.Refined(err)))
			return
		}
		defer rows.Close() //nolint:errcheck // Err below tells what matters
		for rows.Next() {
			r, err := scanRecord(rows)
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("read records: %w", sqldb.Refined(err)))
		}
	}
}

// Close implements Store. The database stays open.
func (s *Rows) Close() error {
	s.queue.close()
	<-s.stopped
	return nil
}
