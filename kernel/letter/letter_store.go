package letter

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/audit"
	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Park keeps a delivery that failed. The bus calls it before it acknowledges.
func (b *Box) Park(ctx context.Context, l bus.Letter) error {
	now := time.Now()
	next, state := after(now, now, l.Tries, errors.Is(l.Err, bus.ErrUnreadable), b.cfg.RetryFor)
	id := ulid.Make().String()
	err := b.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM dead_letter WHERE consumer = $1 AND state IN ('waiting', 'dead')`, l.Consumer).Scan(&n); err != nil {
			return fmt.Errorf("count dead letters: %w", err)
		}
		if n >= full {
			return fmt.Errorf("%d deliveries of %s are parked already", n, l.Consumer)
		}
		_, err := tx.Exec(ctx, `INSERT INTO dead_letter (id, consumer, event_id, subject, data, emitted_at, state, tries, error, first_at, last_at, next_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)
			ON CONFLICT (consumer, event_id) DO UPDATE SET error = excluded.error, last_at = excluded.last_at WHERE dead_letter.state IN ('waiting', 'dead')`,
			id, l.Consumer, l.Message.ID, l.Message.Subject, string(l.Message.Data), l.Message.At.UnixMilli(), string(state), l.Tries,
			cut(l.Err.Error()), now.UnixMilli(), sqldb.MillisOrZero(next))
		return err
	})
	if err != nil {
		return fmt.Errorf("park event %s of %s: %w", l.Message.ID, l.Consumer, err)
	}
	b.cfg.Changed(id)
	return nil
}

type waiting struct {
	Letter
	data   []byte
	nextAt int64
}

// due returns letters of the consumers whose time has come, a few at once.
func (b *Box) due(ctx context.Context, consumers []string) ([]waiting, error) {
	if len(consumers) == 0 {
		return nil, nil
	}
	args, places := []any{time.Now().UnixMilli()}, make([]string, len(consumers))
	for i, c := range consumers {
		args = append(args, c)
		places[i] = "$" + strconv.Itoa(i+2)
	}
	rows, err := b.db.Query(ctx, `SELECT id, consumer, event_id, data, tries, first_at, next_at FROM dead_letter
		WHERE state = 'waiting' AND next_at <= $1 AND consumer IN (`+strings.Join(places, ", ")+`) ORDER BY next_at, id LIMIT 50`, args...)
	if err != nil {
		return nil, fmt.Errorf("read due letters: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (waiting, error) {
		var w waiting
		var first int64
		err := r.Scan(&w.ID, &w.Consumer, &w.EventID, &w.data, &w.Tries, &first, &w.nextAt)
		w.FirstAt = time.UnixMilli(first)
		return w, err
	})
}

// claim takes a letter for this replica; when it dies, another tries it later.
func (b *Box) claim(ctx context.Context, w waiting) (mine bool, err error) {
	err = b.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE dead_letter SET next_at = $1 WHERE id = $2 AND state = 'waiting' AND next_at = $3`,
			time.Now().Add(claim).UnixMilli(), w.ID, w.nextAt)
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim letter %s: %w", w.ID, err)
	}
	return mine, nil
}

// tried records how another try went.
func (b *Box) tried(ctx context.Context, w waiting, failed error) error {
	now, text := time.Now(), ""
	next, state := time.Time{}, Handled
	if failed != nil {
		next, state = after(w.FirstAt, now, w.Tries+1, errors.Is(failed, bus.ErrUnreadable), b.cfg.RetryFor)
		text = cut(failed.Error())
		b.log.Error("a parked event was not handled", "consumer", w.Consumer, "event", w.EventID, "try", w.Tries+1, "state", state, "error", failed)
	}
	err := b.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE dead_letter SET state = $1, tries = tries + 1, last_at = $2, next_at = $3, error = CASE WHEN $4 = '' THEN error ELSE $4 END
			WHERE id = $5 AND state = 'waiting'`, string(state), now.UnixMilli(), sqldb.MillisOrZero(next), text, w.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("record try of letter %s: %w", w.ID, err)
	}
	return nil
}

// Params filter the list.
type Params struct {
	sqldb.ListParams
	State    string `query:"state" enum:"waiting,dead,handled,discarded"`
	Consumer string `query:"consumer" maxLength:"200"`
}

const columns = `id, consumer, event_id, subject, emitted_at, state, tries, error, first_at, last_at, next_at, reason, decided_by, decided_at`

// List returns letters, those that failed last first.
func (b *Box) List(ctx context.Context, p Params) (sqldb.Page[Letter], error) {
	l := sqldb.List{
		Select: columns, From: "dead_letter", Key: "id", Order: "-last_at", Search: []string{"consumer", "subject", "error", "event_id"},
		Sort: map[string]string{"last_at": "last_at", "first_at": "first_at", "tries": "tries", "consumer": "consumer", "state": "state"},
	}
	l.WhereIf("state = ?", p.State).WhereIf("consumer = ?", p.Consumer)
	return sqldb.Fetch(ctx, b.db, l, p.ListParams, func(r sqldb.Row) (Letter, error) { return scan(r) })
}

// Read returns one letter and the event in it.
func (b *Box) Read(ctx context.Context, id string) (l Letter, data string, err error) {
	rows, err := b.db.Query(ctx, `SELECT `+columns+`, data FROM dead_letter WHERE id = $1`, id)
	if err != nil {
		return l, "", fmt.Errorf("read letter %s: %w", id, err)
	}
	found, err := sqldb.All(rows, func(r sqldb.Row) (Letter, error) { return scan(r, &data) })
	if err != nil {
		return l, "", fmt.Errorf("read letter %s: %w", id, err)
	}
	if len(found) == 0 {
		return l, "", fault.New(fault.NotFound, "kernel.not_found", "there is no such delivery")
	}
	return found[0], data, nil
}

func scan(r sqldb.Row, more ...any) (Letter, error) {
	var l Letter
	var emitted, first, last, next, decided int64
	dest := []any{&l.ID, &l.Consumer, &l.EventID, &l.Subject, &emitted, &l.State, &l.Tries, &l.Error, &first, &last, &next, &l.Reason, &l.DecidedBy, &decided}
	err := r.Scan(append(dest, more...)...)
	l.EmittedAt, l.FirstAt, l.LastAt = time.UnixMilli(emitted).UTC(), time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
	if next > 0 && l.State == Waiting {
		at := time.UnixMilli(next).UTC()
		l.NextAt = &at
	}
	if decided > 0 {
		at := time.UnixMilli(decided).UTC()
		l.DecidedAt = &at
	}
	return l, err
}

// Replay lets letters be tried again at once, and returns how many.
func (b *Box) Replay(ctx context.Context, ids []string) (int, error) {
	n, err := b.decide(ctx, ids, "replay event", "", `UPDATE dead_letter SET state = 'waiting', next_at = 1, decided_by = $1, decided_at = $2, reason = $3
		WHERE id = $4 AND state IN ('waiting', 'dead', 'discarded')`)
	b.nudge()
	return n, err
}

// Discard gives letters up, and returns how many.
func (b *Box) Discard(ctx context.Context, ids []string, reason string) (int, error) {
	return b.decide(ctx, ids, "discard event", reason, `UPDATE dead_letter SET state = 'discarded', next_at = 0, decided_by = $1, decided_at = $2, reason = $3
		WHERE id = $4 AND state IN ('waiting', 'dead')`)
}

// decide changes each letter and records each act with its reason.
func (b *Box) decide(ctx context.Context, ids []string, act, reason, update string) (n int, err error) {
	err = b.db.Write(ctx, func(tx *sqldb.Tx) error {
		n = 0
		for _, id := range ids {
			changed, err := tx.Exec(ctx, update, identity.From(ctx).Name, time.Now().UnixMilli(), reason, id)
			if err != nil {
				return fmt.Errorf("%s %s: %w", act, id, err)
			}
			if changed == 0 {
				continue
			}
			n++
			e := audit.NewEntry(ctx, act, "letter:"+id, "done")
			e.Detail = reason
			if err := b.audit.AppendTx(ctx, tx, e); err != nil {
				return err
			}
		}
		if n == 0 {
			return errNone()
		}
		return nil
	})
	if err == nil {
		b.cfg.Changed(ids[0])
	}
	return n, err
}

// Counts returns how many letters are in each state that somebody should know of.
func (b *Box) Counts(ctx context.Context) (waiting, dead int, err error) {
	err = b.db.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0)
		FROM dead_letter WHERE state IN ('waiting', 'dead')`).Scan(&waiting, &dead)
	if err != nil {
		return 0, 0, fmt.Errorf("count dead letters: %w", err)
	}
	return waiting, dead, nil
}

// Prune forgets letters that were handled or discarded long ago.
func (b *Box) Prune(ctx context.Context) error {
	now := time.Now()
	return b.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM dead_letter WHERE (state = 'handled' AND last_at < $1) OR (state = 'discarded' AND decided_at < $2)`,
			now.Add(-keepHandled).UnixMilli(), now.Add(-keepDecided).UnixMilli())
		if err != nil {
			return fmt.Errorf("prune dead letters: %w", err)
		}
		return nil
	})
}
