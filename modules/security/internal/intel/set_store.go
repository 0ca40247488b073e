package intel

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"linghang/kernel/sqldb"
)

// loadedAtOnce is how many changes of indicators are read at a time.
const loadedAtOnce = 2_000

// follow brings what is compiled in memory to where the database is, and tells how much there
// is. What is read is committed: a change that comes later has a later serial.
func (m *Intel) follow(ctx context.Context, tx *sqldb.Tx) (int, error) {
	var last int64
	if err := tx.QueryRow(ctx, `SELECT serial FROM security_intel_last WHERE id = 1`).Scan(&last); err != nil {
		return 0, fmt.Errorf("read the last serial of indicators: %w", err)
	}
	m.mu.RLock()
	n, have := len(m.set.indicators), m.set.serial
	m.mu.RUnlock()
	if have >= last {
		return n, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.set.serial < last {
		if err := m.load(ctx, last); err != nil {
			return 0, err
		}
	}
	return len(m.set.indicators), nil
}

// load takes in some changes up to a serial.
func (m *Intel) load(ctx context.Context, last int64) error {
	now := m.now()
	var upTo int64 // all changes of one serial go together
	err := m.kit.DB.QueryRow(ctx, `SELECT COALESCE(MAX(serial), 0) FROM (SELECT serial FROM security_indicator WHERE serial > $1 AND serial <= $2 ORDER BY serial LIMIT $3) t`, m.set.serial, last, loadedAtOnce).Scan(&upTo)
	if err != nil {
		return fmt.Errorf("read changes of indicators: %w", err)
	}
	if upTo == 0 {
		m.set.serial = last
		return nil
	}
	rows, err := m.kit.DB.Query(ctx, `SELECT i.id FROM security_indicator i WHERE i.serial > $2 AND i.serial <= $3 AND NOT (`+live+`)`, now.UnixMilli(), m.set.serial, upTo)
	if err != nil {
		return fmt.Errorf("read indicators that ended: %w", err)
	}
	gone, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	list, err := m.store.compiled(ctx, `i.serial > $2 AND i.serial <= $3`, now, m.set.serial, upTo)
	if err != nil {
		return err
	}
	for _, id := range gone {
		m.set.drop(id)
	}
	for _, x := range list {
		m.set.put(x.compiled)
	}
	m.set.serial = upTo
	return nil
}

// compiled reads live indicators of which a condition holds, whose arguments begin at $2.
func (s store) compiled(ctx context.Context, condition string, now time.Time, args ...any) ([]compiledRow, error) {
	rows, err := s.db.Query(ctx, `SELECT `+compiledColumns+` FROM security_indicator i WHERE `+live+` AND `+condition, append([]any{now.UnixMilli()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read indicators: %w", err)
	}
	list, err := sqldb.All(rows, scanCompiled)
	return slices.DeleteFunc(list, func(x compiledRow) bool { return x.compiled == nil }), err
}

// mostHits bounds what is found in one batch.
const mostHits = 5_000

// hitsOf holds observations against what is compiled.
func (m *Intel) hitsOf(list []observation, now time.Time) []hit {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out, left := m.set.all(list, now)
	if left > 0 {
		m.kit.Log.Warn("a batch hits more indicators than are told of one", slog.Int("hits", len(out)), slog.Int("left", left))
	}
	return out
}

// all are hits of observations; left is how many there were beyond the bound.
func (s *set) all(list []observation, now time.Time) (out []hit, left int) {
	for i := range list {
		found := s.hits(&list[i], now)
		n := min(len(found), mostHits-len(out))
		out, left = append(out, found[:n]...), left+len(found)-n
	}
	return out, left
}
