package sqldb

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/trace"
)

// traced begins the span of a statement, or of a whole change: its text, never
// its arguments.
func (db *DB) traced(ctx context.Context, query string) (context.Context, trace.Span) {
	if !trace.Traced(ctx) {
		return ctx, trace.Span{}
	}
	query = strings.TrimSpace(query)
	verb := query
	if i := strings.IndexAny(query, " \t\n"); i > 0 {
		verb = query[:i]
	}
	system := string(db.dialect)
	if db.dialect == Postgres {
		system = "postgresql"
	}
	return trace.Start(ctx, trace.Client, verb+" "+db.room,
		trace.Text("db.system.name", system), trace.Text("db.namespace", db.room),
		trace.Text("db.operation.name", verb), trace.Text("db.query.text", query))
}

// ended ends a span. An error is told by its code: its text may quote a row.
func ended(span trace.Span, err error) {
	if !span.Traced() {
		return
	}
	if err != nil && !errors.Is(err, bus.ErrHandled) {
		span.Fail(kindOf(err))
	}
	span.End()
}

func kindOf(err error) string {
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pe.Code
	}
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return "sqlite " + strconv.Itoa(se.Code())
	}
	if p, ok := errors.AsType[*fault.Error](err); ok {
		return p.Key
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return "cancelled"
	}
	return "error"
}

// parentOf is what goes with an event of a trace that is kept.
func parentOf(ctx context.Context) string {
	if !trace.Traced(ctx) {
		return ""
	}
	return trace.Parent(ctx)
}
