package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"linghang/kernel/fault"
)

func TestFailuresBelowAreToldApart(t *testing.T) {
	f := func(err error, key string) {
		t.Helper()
		got := ""
		if fe := fault.As(Refined(err)); fe != nil {
			got = fe.Key
		}
		if got != key {
			t.Errorf("%v is %q, want %q", err, got, key)
		}
	}
	f(nil, "")
	f(errors.New("wrong column"), "")
	f(fault.New(fault.Conflict, "plan.done", "done"), "plan.done")
	f(fmt.Errorf("write: %w", syscall.ENOSPC), "kernel.disk.full")
	f(&pgconn.PgError{Code: "53100"}, "kernel.disk.full")
	f(&pgconn.PgError{Code: "57P01"}, "kernel.database.away")
	f(&pgconn.PgError{Code: "23505"}, "")
	f(fmt.Errorf("begin: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), "kernel.database.away")
	f(context.Canceled, "")
}

// A database that may not grow refuses with a reason, and takes changes again
// once it may.
func TestAFullDiskIsSaidAndPasses(t *testing.T) {
	e := New(Config{Dir: t.TempDir()})
	db := e.DB("shop")
	if err := db.Open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	limit := func(pages int) {
		t.Helper()
		if _, err := db.writer.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	put := func() error {
		return db.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO kernel_idempotency (key, request_hash, body, at) VALUES ($1, '', $2, 0)`, fmt.Sprint(t.Name(), db.Commits()), string(make([]byte, 100_000)))
			return err
		})
	}
	if err := put(); err != nil {
		t.Fatal(err)
	}
	limit(1) // SQLite takes it as: not larger than now
	if fe := fault.As(put()); fe == nil || fe.Key != "kernel.disk.full" || fe.Kind != fault.Unavailable {
		t.Errorf("a full disk is %v", fe)
	}
	limit(1 << 20)
	if err := put(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
