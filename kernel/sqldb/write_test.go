package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

var tables = fstest.MapFS{"0001_things.sql": {Data: []byte(`-- +goose Up
CREATE TABLE thing (
    id    TEXT PRIMARY KEY,
    name  TEXT NOT NULL,
    size  DOUBLE PRECISION NOT NULL DEFAULT 0,
    at    BIGINT NOT NULL DEFAULT 0,
    good  BOOLEAN NOT NULL DEFAULT FALSE
);
`)}}

type happened struct{ Number int }

func (happened) Subject() string { return "test.thing.happened" }

func each(t *testing.T, test func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	kerneltest.EachEngine(t, tables, test)
}

func insert(t testing.TB, db *sqldb.DB, id string) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ($1, $2)`, id, "name "+id)
		return err
	})
}

func count(t testing.TB, db *sqldb.DB, query string) int {
	t.Helper()
	var n int
	if err := db.QueryRow(context.WithoutCancel(t.Context()), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func things(t testing.TB, db *sqldb.DB) int {
	t.Helper()
	return count(t, db, `SELECT COUNT(*) FROM thing`)
}

func TestAChangeThatFailsChangesNothingAndHarmsNoOther(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ($1, 'x')`, fmt.Sprint(i)); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return errors.New("refused")
					case 2:
						_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ($1, 'twice')`, fmt.Sprint(i))
						return err
					case 3:
						panic("in a change")
					}
					return nil
				})
				switch {
				case i%4 == 0 && err != nil:
					t.Errorf("change %d: %v", i, err)
				case i%4 == 1 && (err == nil || err.Error() != "refused"):
					t.Errorf("change %d: got %v", i, err)
				case i%4 == 2 && !sqldb.IsUnique(err):
					t.Errorf("change %d: %v does not say that the key exists", i, err)
				case i%4 == 3 && (err == nil || !strings.Contains(err.Error(), "panic in a change")):
					t.Errorf("change %d: got %v", i, err)
				}
			})
		}
		wg.Wait()
		if got := things(t, db); got != 15 {
			t.Errorf("%d rows, want 15", got)
		}
	})
}

func TestACallerThatGaveUpWhileQueuedChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := db.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO thing (id, name) VALUES ('a', 'b')`)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if got := things(t, db); got != 0 {
			t.Errorf("%d rows", got)
		}
	})
}

// One writer that holds the queue lets the others gather: they share a commit.
func TestChangesThatWaitShareOneCommit(t *testing.T) {
	db := kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, tables)
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Write(t.Context(), func(*sqldb.Tx) error { close(held); <-release; return nil })
	})
	<-held
	const n = 200
	for i := range n {
		wg.Go(func() {
			if err := insert(t, db, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	kerneltest.Wait(t, "the changes to queue", func() bool { return sqldb.Queued(db) == n })
	before := db.Commits()
	close(release)
	wg.Wait()
	if got := db.Commits() - before; got > 3 {
		t.Errorf("%d changes took %d commits", n, got)
	}
	if got := things(t, db); got != n {
		t.Errorf("%d rows", got)
	}
}

func TestEventsExistWithTheirChangeOrNotAtAll(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		for i := range 3 {
			_ = db.Write(ctx, func(tx *sqldb.Tx) error {
				if err := tx.Emit(ctx, happened{i}); err != nil {
					return err
				}
				if i == 1 {
					return errors.New("changed its mind")
				}
				return nil
			})
		}
		waiting, err := db.Outbox(ctx, 10)
		if err != nil || len(waiting) != 2 {
			t.Fatalf("got %d events, %v", len(waiting), err)
		}
		if string(waiting[0].Data) != `{"Number":0}` || string(waiting[1].Data) != `{"Number":2}` || waiting[0].Subject != "test.thing.happened" {
			t.Errorf("got %s and %s", waiting[0].Data, waiting[1].Data)
		}
		n, age, err := db.OutboxLag(ctx)
		if err != nil || n != 2 || age < 0 || age > time.Minute {
			t.Errorf("lag: %d, %s, %v", n, age, err)
		}
		if err := db.Sent(ctx, []string{waiting[0].ID}); err != nil {
			t.Fatal(err)
		}
		if waiting, err = db.Outbox(ctx, 10); err != nil || len(waiting) != 1 {
			t.Errorf("after sending one: %d events, %v", len(waiting), err)
		}
		// A restart sends what may have been lost again; a day later it is forgotten.
		if err := db.Resend(ctx, time.Minute); err != nil {
			t.Fatal(err)
		}
		if waiting, err = db.Outbox(ctx, 10); err != nil || len(waiting) != 2 {
			t.Errorf("after a restart: %d events, %v", len(waiting), err)
		}
		if err := db.Sent(ctx, []string{waiting[0].ID}); err != nil {
			t.Fatal(err)
		}
		if err := db.Prune(ctx, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := count(t, db, `SELECT COUNT(*) FROM kernel_outbox`); got != 1 {
			t.Errorf("after pruning: %d events, want the one that waits", got)
		}
	})
}

func TestAMessageIsAppliedOnceHoweverOftenItComes(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		deliver := func(message string, fail bool) error {
			d := &bus.Delivery{MessageID: message, Consumer: "test"}
			ctx := bus.WithDelivery(t.Context(), d)
			err := db.Write(ctx, func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO thing (id, name) VALUES ($1, 'x')`, fmt.Sprint(message, time.Now().UnixNano())); err != nil {
					return err
				}
				if fail {
					return errors.New("not now")
				}
				return nil
			})
			if d.Applied != (err == nil) {
				t.Errorf("applied is %v after %v", d.Applied, err)
			}
			if err == nil {
				if again := db.Write(ctx, func(*sqldb.Tx) error { return nil }); again == nil {
					t.Error("a delivery may write twice")
				}
			}
			return err
		}
		if err := deliver("m1", true); err == nil || errors.Is(err, bus.ErrHandled) {
			t.Errorf("a failing handler: %v", err)
		}
		if err := deliver("m1", false); err != nil {
			t.Errorf("the retry: %v", err)
		}
		if err := deliver("m1", false); !errors.Is(err, bus.ErrHandled) {
			t.Errorf("the repeat: %v", err)
		}
		if err := deliver("m2", false); err != nil {
			t.Errorf("another message: %v", err)
		}
		if got := things(t, db); got != 2 {
			t.Errorf("%d rows, want 2", got)
		}
	})
}

func TestCompanionsJoinTheChangeAndCanRefuseIt(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		note := func(refuse bool) sqldb.Companion {
			return func(ctx context.Context, tx *sqldb.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO thing (id, name) VALUES ('note', 'by companion')`); err != nil {
					return err
				}
				if refuse {
					return errors.New("refused by companion")
				}
				return nil
			}
		}
		write := func(ctx context.Context) error {
			return db.Write(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO thing (id, name) VALUES ('thing', 'x')`)
				return err
			})
		}
		if err := write(sqldb.WithCompanion(t.Context(), note(true))); err == nil || things(t, db) != 0 {
			t.Errorf("a refusing companion: %v, %d rows", err, things(t, db))
		}
		if err := write(sqldb.WithCompanion(t.Context(), note(false))); err != nil || things(t, db) != 2 {
			t.Errorf("a companion: %v, %d rows", err, things(t, db))
		}
		alone := sqldb.Alone(sqldb.WithCompanion(t.Context(), note(true)))
		if err := db.Write(alone, func(*sqldb.Tx) error { return nil }); err != nil {
			t.Errorf("alone: %v", err)
		}
	})
}

func TestWhatComesAfterAChangeFindsItCommitted(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		var seen []int
		write := func(outcome error) error {
			return db.Write(t.Context(), func(tx *sqldb.Tx) error {
				tx.After(func() { seen = append(seen, things(t, db)) })
				if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ('thing', 'x')`); err != nil {
					return err
				}
				return outcome
			})
		}
		if err := write(errors.New("refused")); err == nil || len(seen) != 0 {
			t.Errorf("a change that was refused: %v, and %v after it", err, seen)
		}
		if err := write(nil); err != nil || len(seen) != 1 || seen[0] != 1 {
			t.Errorf("a change: %v, and %v after it", err, seen)
		}
	})
}

func TestAKeyIsClaimedOnceAndItsAnswerRemembered(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		ctx := t.Context()
		claim := func(owner string) error {
			return db.Write(ctx, func(tx *sqldb.Tx) error { return tx.Claim(ctx, "k", "hash", owner) })
		}
		if _, found, err := db.Recall(ctx, "k"); found || err != nil {
			t.Fatalf("a new key: %v, %v", found, err)
		}
		if err := claim("request 1"); err != nil {
			t.Fatal(err)
		}
		if err := claim("request 1"); err != nil {
			t.Errorf("the second change of the same request: %v", err)
		}
		if err := claim("request 2"); !fault.Is(err, fault.Conflict) {
			t.Errorf("another request: %v", err)
		}
		if err := db.Remember(ctx, "k", 201, "answer"); err != nil {
			t.Fatal(err)
		}
		a, found, err := db.Recall(ctx, "k")
		if want := (sqldb.Answer{RequestHash: "hash", Status: 201, Body: "answer"}); !found || err != nil || a != want {
			t.Errorf("got %+v, %v, %v", a, found, err)
		}
		if err := claim("request 1"); !fault.Is(err, fault.Conflict) {
			t.Errorf("after the answer: %v", err)
		}
	})
}

func TestAfterClosingAWriteSaysSo(t *testing.T) {
	cfg := sqldb.Config{Dir: t.TempDir()}
	engine := sqldb.New(cfg)
	db := engine.DB("test")
	if err := db.Open(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := 0
	for i := range 100 {
		wg.Go(func() {
			err := insert(t, db, fmt.Sprint(i))
			switch {
			case err == nil:
				mu.Lock()
				kept++
				mu.Unlock()
			case !fault.Is(err, fault.Unavailable):
				t.Errorf("got %v", err)
			}
		})
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	again := reopen(t, cfg)
	if got := things(t, again); got != kept {
		t.Errorf("%d rows, %d were acknowledged", got, kept)
	}
}

// reopen opens the same files as another process would.
func reopen(t *testing.T, cfg sqldb.Config) *sqldb.DB {
	t.Helper()
	engine := sqldb.New(cfg)
	db := engine.DB("test")
	if err := db.Open(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestReadersSeeCommittedRowsWhileAWriterIsAtWork(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ('a', 'b')`); err != nil {
				return err
			}
			var mine int
			if err := tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM thing`).Scan(&mine); err != nil || mine != 1 {
				t.Errorf("the change sees %d rows, %v", mine, err)
			}
			if got := things(t, db); got != 0 {
				t.Errorf("a reader sees %d rows before the commit", got)
			}
			return nil
		})
		if err != nil || things(t, db) != 1 {
			t.Errorf("after the commit: %d rows, %v", things(t, db), err)
		}
		if err := db.QueryRow(t.Context(), `SELECT name FROM thing WHERE id = 'none'`).Scan(new(string)); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("got %v", err)
		}
	})
}

func TestQueuedChangesFollowEachOther(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		var work sync.WaitGroup
		for range 20 {
			work.Go(func() {
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					if err := tx.Queue(t.Context(), "numbers"); err != nil {
						return err
					}
					var n int
					if err := tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM thing`).Scan(&n); err != nil {
						return err
					}
					_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ($1, $2)`, fmt.Sprint(n), "counted")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
		if n := things(t, db); n != 20 {
			t.Errorf("%d changes were made of 20", n)
		}
	})
}

func TestWhatChangesGatherIsWrittenOnceForEachCommit(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		batch := sqldb.NewBatch(func(ctx context.Context, tx *sqldb.Tx, items []string) error {
			for _, id := range items {
				if id == "poison" {
					return errors.New("poisoned")
				}
				if _, err := tx.Exec(ctx, `INSERT INTO thing (id, name) VALUES ($1, 'gathered')`, id); err != nil {
					return err
				}
			}
			return nil
		})
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				id := fmt.Sprint("g", i)
				if i == 7 {
					id = "poison"
				}
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					batch.Add(tx, id)
					if i%4 == 1 {
						_, err := tx.Exec(t.Context(), `INSERT INTO thing (id, name) VALUES ($1, 'own')`, fmt.Sprint(i))
						return err
					}
					if i%4 == 2 {
						return errors.New("refused")
					}
					return nil
				})
				if failed := i%4 == 2 || i == 7; (err != nil) != failed {
					t.Errorf("change %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if n := count(t, db, `SELECT COUNT(*) FROM thing WHERE name = 'gathered'`); n != 29 {
			t.Errorf("%d were written, want 29", n)
		}
		if n := count(t, db, `SELECT COUNT(*) FROM thing WHERE name = 'own'`); n != 10 {
			t.Errorf("%d of the changes' own, want 10", n)
		}
	})
}
