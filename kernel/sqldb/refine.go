package sqldb

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"linghang/kernel/fault"
)

// Refined tells failures of what is below apart that pass by themselves, or that an
// operator mends: a full disk, a server that is away. The caller is asked to
// come back; nothing was changed.
func Refined(err error) error {
	switch {
	case err == nil, fault.As(err) != nil:
		return err
	case isFull(err):
		return fmt.Errorf("%w: %w", fault.New(fault.Unavailable, "kernel.disk.full", "the disk of the server is full; nothing was changed, try again later").After(30), err)
	case isAway(err):
		return fmt.Errorf("%w: %w", fault.New(fault.Unavailable, "kernel.database.away", "the database does not answer; try again soon").After(5), err)
	}
	return err
}

func isFull(err error) bool {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code()&0xff == sqlite3.SQLITE_FULL
	}
	pe, ok := errors.AsType[*pgconn.PgError](err)
	return errors.Is(err, syscall.ENOSPC) || (ok && pe.Code == "53100")
}

// isAway reports whether PostgreSQL could not be reached, was stopped or is starting.
func isAway(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code == "57P01" || pe.Code == "57P02" || pe.Code == "57P03"
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || pgconn.SafeToRetry(err)
}
