package duty

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// chosen is the rota of security; empty: none was chosen.
func chosen(ctx context.Context, db reader) (rota string, err error) {
	err = db.QueryRow(ctx, `SELECT rota FROM security_duty WHERE id = 1`).Scan(&rota)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read which rota serves: %w", err)
	}
	return rota, nil
}

func choose(ctx context.Context, tx *sqldb.Tx, before, rota string, now time.Time) error {
	id := identity.From(ctx)
	_, err := tx.Exec(ctx, `INSERT INTO security_duty (id, rota, actor, actor_name, set_at) VALUES (1, $1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET rota = excluded.rota, actor = excluded.actor, actor_name = excluded.actor_name, set_at = excluded.set_at`, rota, id.Actor(), id.Name, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("choose the rota that serves: %w", err)
	}
	tx.Changed("security_duty", "1", before, rota)
	return nil
}

const columns = `h.id, h.actor, h.actor_name, h.at, h.note, h.taker, h.taker_name, h.taken_at`

func scan(r sqldb.Row) (h Handover, err error) {
	var at, taken int64
	err = r.Scan(&h.ID, &h.actor, &h.Name, &at, &h.Note, &h.taker, &h.TakenBy, &taken)
	h.At, h.TakenAt = sqldb.Time(at), sqldb.Instant(taken)
	return h, err
}

func (s store) list(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Handover], error) {
	return sqldb.Fetch(ctx, s.db, sqldb.List{
		Select: columns, From: "security_handover h", Key: "h.id", Order: "-at",
		Sort: map[string]string{"at": "h.at", "name": "h.actor_name"}, Search: []string{"h.actor_name", "h.taker_name", "h.note"},
	}, in, scan)
}

// mostLeft is how many notes are shown that nobody has taken over.
const mostLeft = 20

// left are the notes that nobody has taken over, the newest first.
func left(ctx context.Context, db reader) ([]Handover, error) {
	rows, err := db.Query(ctx, `SELECT `+columns+` FROM security_handover h WHERE h.taken_at = 0 ORDER BY h.at DESC, h.id LIMIT $1`, mostLeft)
	if err != nil {
		return nil, fmt.Errorf("read what was handed over: %w", err)
	}
	return sqldb.All(rows, scan)
}

func one(ctx context.Context, db reader, id string) (Handover, error) {
	h, err := scan(db.QueryRow(ctx, `SELECT `+columns+` FROM security_handover h WHERE h.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return h, fault.New(fault.NotFound, "kernel.not_found", "there is no such hand-over, or it is not yours to see")
	}
	if err != nil {
		return h, fmt.Errorf("read hand-over: %w", err)
	}
	return h, nil
}

func insert(ctx context.Context, tx *sqldb.Tx, h Handover) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_handover (id, actor, actor_name, at, note) VALUES ($1, $2, $3, $4, $5)`, h.ID, h.actor, h.Name, h.At.UnixMilli(), h.Note)
	if err != nil {
		return fmt.Errorf("hand over: %w", err)
	}
	tx.Changed("security_handover", h.ID, nil, h)
	return nil
}

// taken keeps who took a note over; the first does.
func taken(ctx context.Context, tx *sqldb.Tx, before, h Handover) error {
	n, err := tx.Exec(ctx, `UPDATE security_handover SET taker = $1, taker_name = $2, taken_at = $3 WHERE id = $4 AND taken_at = 0`, h.taker, h.TakenBy, sqldb.InstantMillis(h.TakenAt), h.ID)
	if err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
	}
	tx.Changed("security_handover", h.ID, before, h)
	return nil
}
