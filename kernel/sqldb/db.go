package sqldb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/oklog/ulid/v2"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"linghang/kernel/bus"
)

// DB is one room's database.
type DB struct {
	engine  *Engine
	room    string
	dialect Dialect
	writer  *sql.DB
	reader  *sql.DB

	readings readings

	queue   chan *job
	stopped chan struct{}
	closing chan struct{}
	once    sync.Once
	emitted chan struct{} // wakes the relay after a commit that emitted
	commits atomic.Int64
}

func newDB(e *Engine, room string) *DB {
	return &DB{
		engine: e, room: room, dialect: e.dialect,
		queue: make(chan *job, 1024), stopped: make(chan struct{}), closing: make(chan struct{}),
		emitted: make(chan struct{}, 1), readings: readings{statements: newStatements()},
	}
}

// Room returns the name of the room whose rows these are.
func (db *DB) Room() string { return db.room }

// Dialect returns which engine holds the rows.
func (db *DB) Dialect() Dialect { return db.dialect }

// Query reads rows as of now; it never waits for a writer.
func (db *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, span := db.traced(ctx, query)
	rows, err := db.ask(ctx, query, args...)
	ended(span, err)
	return rows, err
}

// QueryRow reads one row as of now.
func (db *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	ctx, span := db.traced(ctx, query)
	row := db.askOne(ctx, query, args...)
	ended(span, row.Err())
	return row
}

func (db *DB) ask(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if db.dialect == SQLite {
		if stmt := db.readings.of(ctx, db.reader, query); stmt != nil { //nolint:sqlclosecheck // it is kept
			return stmt.QueryContext(ctx, args...)
		}
	}
	return db.reader.QueryContext(ctx, query, args...)
}

func (db *DB) askOne(ctx context.Context, query string, args ...any) *sql.Row {
	if db.dialect == SQLite {
		if stmt := db.readings.of(ctx, db.reader, query); stmt != nil { //nolint:sqlclosecheck // it is kept
			return stmt.QueryRowContext(ctx, args...)
		}
	}
	return db.reader.QueryRowContext(ctx, query, args...)
}

// Commits returns how many transactions were committed since the start; on
// SQLite, changes that come together share one.
func (db *DB) Commits() int64 { return db.commits.Load() }

// Ping reports whether the engine answers.
func (db *DB) Ping(ctx context.Context) error { return db.reader.PingContext(ctx) }

// Tx is one change: all of it is committed, or none.
type Tx struct {
	db       *DB
	run      runner
	emitted  bool
	gathered []gathered
	changed  []Changed
	after    []func()
}

type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, span := tx.db.traced(ctx, query)
	res, err := tx.run.ExecContext(tx.context(ctx), tx.db.dialect.placed(query), args...)
	ended(span, err)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query reads rows as this change sees them.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, span := tx.db.traced(ctx, query)
	rows, err := tx.run.QueryContext(tx.context(ctx), query, args...)
	ended(span, err)
	return rows, err
}

// QueryRow reads one row as this change sees it.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	ctx, span := tx.db.traced(ctx, query)
	row := tx.run.QueryRowContext(tx.context(ctx), query, args...)
	ended(span, row.Err())
	return row
}

// Emit records events that become true with this change. They are delivered
// after the commit, at least once.
func (tx *Tx) Emit(ctx context.Context, events ...bus.Event) error {
	if len(events) == 0 {
		return nil
	}
	rows := make([][]any, len(events))
	for i, e := range events {
		data, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode event %s: %w", e.Subject(), err)
		}
		rows[i] = []any{ulid.Make().String(), e.Subject(), string(data), time.Now().UnixMilli(), parentOf(ctx)}
	}
	if err := tx.InsertAll(ctx, `INSERT INTO kernel_outbox (id, subject, data, at, trace)`, rows); err != nil {
		return fmt.Errorf("store event %s: %w", events[0].Subject(), err)
	}
	tx.emitted = true
	return nil
}

// After runs fn once this change is committed, and before its Write returns; never when it is
// not. Whoever is told of a change before it is there reads what was before it.
func (tx *Tx) After(fn func()) { tx.after = append(tx.after, fn) }

// context keeps a caller that goes away from interrupting SQLite: an
// interrupted statement rolls back the whole group commit, not just its own part.
func (tx *Tx) context(ctx context.Context) context.Context {
	if tx.db.dialect == SQLite {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// Companion is work that joins every Write made under its context, in the same
// transaction: the HTTP door uses it for the audit entry and the idempotency key.
type Companion func(ctx context.Context, tx *Tx) error

type companionKey struct{}

// WithCompanion adds a companion to ctx; earlier ones stay.
func WithCompanion(ctx context.Context, c Companion) context.Context {
	before, _ := ctx.Value(companionKey{}).([]Companion)
	return context.WithValue(ctx, companionKey{}, append(slices.Clip(before), c))
}

// Write makes one change. fn may read and write through tx only: calling Write
// inside fn would wait for itself. fn may run more than once on PostgreSQL
// (serialization retry), so it assigns its results rather than appending to them.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	delivery := bus.DeliveryFrom(ctx)
	if delivery != nil && delivery.Applied {
		return errors.New("a delivery makes its changes in one Write")
	}
	companions, _ := ctx.Value(companionKey{}).([]Companion)
	ctx, span := db.traced(ctx, "WRITE")
	var after []func()
	err := db.write(ctx, func(tx *Tx) error {
		if delivery != nil {
			if err := tx.receive(ctx, delivery); err != nil {
				return err
			}
		}
		if err := fn(tx); err != nil {
			return err
		}
		for _, c := range companions {
			if err := c(ctx, tx); err != nil {
				return err
			}
		}
		after = tx.after
		return nil
	})
	ended(span, err)
	if err != nil {
		return Refined(err)
	}
	if delivery != nil {
		delivery.Applied = true
	}
	for _, fn := range after {
		fn()
	}
	return nil
}

// receive records what is handled. If one of several was handled before, none is
// handled now: they come again one by one.
func (tx *Tx) receive(ctx context.Context, d *bus.Delivery) error {
	text := strings.Builder{}
	text.WriteString(`INSERT INTO kernel_inbox (consumer, at, id) VALUES ($1, $2, $3)`)
	args := []any{d.Consumer, time.Now().UnixMilli(), d.MessageID}
	for _, id := range d.Others {
		args = append(args, id)
		fmt.Fprintf(&text, `, ($1, $2, $%d)`, len(args))
	}
	text.WriteString(` ON CONFLICT DO NOTHING`)
	n, err := tx.Exec(ctx, text.String(), args...)
	if err != nil {
		return fmt.Errorf("record message %s: %w", d.MessageID, err)
	}
	if n != int64(1+len(d.Others)) {
		return bus.ErrHandled
	}
	return nil
}

func (db *DB) write(ctx context.Context, fn func(tx *Tx) error) error {
	if db.dialect == Postgres {
		return db.writePostgres(ctx, fn)
	}
	return db.enqueue(ctx, fn)
}

func (db *DB) writePostgres(ctx context.Context, fn func(tx *Tx) error) error {
	for attempt := 0; ; attempt++ {
		err := db.tryPostgres(ctx, fn)
		if err == nil || attempt == 4 || !isRetryable(err) {
			return err
		}
	}
}

func (db *DB) tryPostgres(ctx context.Context, fn func(tx *Tx) error) (err error) {
	sqlTx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(sqlTx.Rollback()))
		}
	}()
	tx := &Tx{db: db, run: sqlTx}
	if err = protect(func() error { return fn(tx) }); err != nil {
		return err
	}
	if err = writeGathered(ctx, tx, tx.gathered); err != nil {
		return err
	}
	if err = sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	db.commits.Add(1)
	if tx.emitted {
		db.wake()
	}
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (db *DB) wake() {
	select {
	case db.emitted <- struct{}{}:
	default:
	}
}

func (db *DB) start() {
	if db.dialect == SQLite {
		go db.drain()
		return
	}
	close(db.stopped)
}

func (db *DB) close() error {
	if db.writer == nil {
		return nil
	}
	db.once.Do(func() { close(db.closing) })
	<-db.stopped
	if db.reader == db.writer {
		return db.writer.Close()
	}
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// IsUnique reports whether err says that a unique key exists already.
func IsUnique(err error) bool {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return isUniqueViolation(err)
}

func isUniqueViolation(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "23505" || pe.Code == "42P06")
}

func isRetryable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01")
}

// Alone returns a context whose Writes have no companions: for housekeeping on
// the way into a request, which is no part of what the request changes.
func Alone(ctx context.Context) context.Context {
	return context.WithValue(ctx, companionKey{}, []Companion(nil))
}

// Queue lets changes that name the same thing follow each other, up to their
// commits, in all replicas. On SQLite all changes do.
func (tx *Tx) Queue(ctx context.Context, thing string) error {
	if tx.db.dialect == SQLite {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, tx.db.room+"/"+thing)
	if err != nil {
		return fmt.Errorf("queue for %s: %w", thing, err)
	}
	return nil
}

// Clock returns the time that all replicas agree on: the database server's, or
// this process's where there is no other.
func (tx *Tx) Clock(ctx context.Context) (time.Time, error) {
	return clock(tx.db.dialect, func(query string) *sql.Row { return tx.QueryRow(ctx, query) })
}

// Clock is the time that all replicas agree on, outside of a change.
func (db *DB) Clock(ctx context.Context) (time.Time, error) {
	return clock(db.dialect, func(query string) *sql.Row { return db.QueryRow(ctx, query) })
}

func clock(d Dialect, ask func(query string) *sql.Row) (time.Time, error) {
	if d == SQLite {
		return time.Now(), nil
	}
	var ms int64
	if err := ask(`SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT`).Scan(&ms); err != nil {
		return time.Time{}, fmt.Errorf("ask the database for the time: %w", err)
	}
	return time.UnixMilli(ms), nil
}

// Room returns the room whose database the change is made in.
func (tx *Tx) Room() string { return tx.db.room }

// Check looks for damage: SQLite's own quick check, or that PostgreSQL answers.
func (db *DB) Check(ctx context.Context) error {
	if db.dialect == Postgres {
		return db.Ping(ctx)
	}
	var verdict string
	if err := db.QueryRow(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return fmt.Errorf("check database of %s: %w", db.room, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("database of %s is damaged: %s", db.room, verdict)
	}
	return nil
}
