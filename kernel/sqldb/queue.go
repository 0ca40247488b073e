package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"

	"linghang/kernel/fault"
)

// batchLimit bounds how many changes share one commit, so that the first of
// them does not wait for too many others.
const batchLimit = 256

type job struct {
	ctx  context.Context //nolint:containedctx // a queued call carries its caller's context across goroutines
	fn   func(*Tx) error
	done chan error
}

// enqueue hands a change to the writer and waits for its commit. A caller that
// gives up while queued changes nothing; one that gives up later is told the
// outcome all the same.
func (db *DB) enqueue(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case <-db.closing:
		return errClosed()
	default:
	}
	select {
	case db.queue <- j:
	case <-ctx.Done():
		return fmt.Errorf("wait for the writer: %w", ctx.Err())
	case <-db.closing:
		return errClosed()
	}
	select {
	case err := <-j.done:
		return err
	case <-db.stopped:
		select {
		case err := <-j.done:
			return err
		default:
			return errClosed()
		}
	}
}

func errClosed() error {
	return fault.New(fault.Unavailable, "kernel.stopping", "the server is stopping").After(2)
}

// drain is the one writer of a SQLite database.
func (db *DB) drain() {
	defer close(db.stopped)
	known := newStatements()
	defer known.close()
	for {
		select {
		case j := <-db.queue:
			db.commit(db.batch(j), known)
		case <-db.closing:
			for {
				select {
				case j := <-db.queue:
					db.commit(db.batch(j), known)
				default:
					return
				}
			}
		}
	}
}

func (db *DB) batch(first *job) []*job {
	jobs := []*job{first}
	for len(jobs) < batchLimit {
		select {
		case j := <-db.queue:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// commit runs the jobs in one transaction, each in a savepoint of its own, writes
// what they gathered, and answers them once the commit is on the disk.
func (db *DB) commit(jobs []*job, known *statements) {
	ctx := context.WithoutCancel(jobs[0].ctx)
	known.prepare(ctx, db.writer)
	begun, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		answer(jobs, fmt.Errorf("begin: %w", err))
		return
	}
	sqlTx := prepared{begun, known}
	emitted, together, done := false, []gathered(nil), make([]*job, 0, len(jobs))
	for i, j := range jobs {
		tx := &Tx{db: db}
		failed, err := runJob(ctx, sqlTx, tx, j)
		if err != nil {
			answer(append(done, jobs[i:]...), errors.Join(fmt.Errorf("change: %w", err), ignoreDone(sqlTx.Rollback())))
			return
		}
		if failed != nil {
			j.done <- failed
			continue
		}
		done = append(done, j)
		emitted, together = emitted || tx.emitted, append(together, tx.gathered...)
	}
	if err := writeGathered(ctx, &Tx{db: db, run: sqlTx}, together); err != nil {
		db.apart(done, errors.Join(err, ignoreDone(sqlTx.Rollback())), known)
		return
	}
	if err := sqlTx.Commit(); err != nil {
		answer(done, errors.Join(fmt.Errorf("commit: %w", err), ignoreDone(sqlTx.Rollback())))
		return
	}
	db.commits.Add(1)
	answer(done, nil)
	if emitted {
		db.wake()
	}
}

// apart makes changes again, each in a commit of its own, after what they wrote
// together failed: one of them is to blame, and only that one is told so.
func (db *DB) apart(jobs []*job, err error, known *statements) {
	if len(jobs) == 1 {
		answer(jobs, err)
		return
	}
	for _, j := range jobs {
		db.commit([]*job{j}, known)
	}
}

// runJob runs one job. failed is a job's own failure, which changed nothing; err
// says that the shared transaction can no longer be trusted.
func runJob(ctx context.Context, sqlTx prepared, tx *Tx, j *job) (failed, err error) {
	if gone := j.ctx.Err(); gone != nil {
		return fmt.Errorf("wait for the writer: %w", gone), nil
	}
	point := &savepoint{runner: sqlTx}
	tx.run = point
	failed = protect(func() error { return j.fn(tx) })
	if !point.set {
		return failed, point.err
	}
	if failed != nil {
		if _, err := sqlTx.ExecContext(ctx, "ROLLBACK TO change"); err != nil {
			return nil, errors.Join(failed, fmt.Errorf("roll back: %w", err))
		}
	}
	if _, err := sqlTx.ExecContext(ctx, "RELEASE change"); err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	return failed, nil
}

// savepoint sets one before the first statement of a job: a job that runs none
// needs none.
type savepoint struct {
	runner
	set bool
	err error // why it could not be set; then nothing of the transaction can be trusted
}

func (p *savepoint) begin(ctx context.Context) error {
	if p.set || p.err != nil {
		return p.err
	}
	if _, err := p.runner.ExecContext(ctx, "SAVEPOINT change"); err != nil {
		p.err = fmt.Errorf("savepoint: %w", err)
		return p.err
	}
	p.set = true
	return nil
}

// ExecContext implements runner.
func (p *savepoint) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	return p.runner.ExecContext(ctx, query, args...)
}

// QueryContext implements runner.
func (p *savepoint) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	return p.runner.QueryContext(ctx, query, args...)
}

// QueryRowContext implements runner. A row cannot say that there was no
// savepoint; the job's end does.
func (p *savepoint) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = p.begin(ctx) // kept
	return p.runner.QueryRowContext(ctx, query, args...)
}

func answer(jobs []*job, err error) {
	for _, j := range jobs {
		j.done <- err
	}
}

// protect turns a panic in a change into an error, so that one bad change never
// ends the writer.
func protect(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a change: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}
