package platforms

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

// factKey is which value of a platform is meant: that of a period of a series.
type factKey struct {
	code, dims string
	at         int64
}

func (e *entry) fact() factKey { return factKey{e.Code, e.Dims, e.At} }

// standing is the newest revision of a fact.
type standing struct {
	revision int64
	value    float64
}

// revise stores the values of periods as their next revisions; what contradicts
// an earlier one and does not say that it revises becomes a finding.
func (l ledger) revise(ctx context.Context, tx *sqldb.Tx, s *submission) error {
	var periods []*entry
	for i := range s.entries {
		if s.entries[i].Period {
			periods = append(periods, &s.entries[i])
		}
	}
	stand, err := standings(ctx, tx, s.platformID, periods)
	if err != nil {
		return err
	}
	refused := map[int32]bool{}
	var fresh []*entry
	for _, e := range periods {
		before, known := stand[e.fact()]
		e.revision = before.revision
		switch {
		case known && before.value == e.Value:
		case known && s.Revises == 0:
			refused[e.index] = true
		default:
			e.revision++
			stand[e.fact()] = standing{e.revision, e.Value}
			fresh = append(fresh, e)
		}
	}
	if err := insertFacts(ctx, tx, s, fresh); err != nil {
		return err
	}
	if len(refused) > 0 {
		s.refuse(func(e entry) *reason {
			if !refused[e.index] {
				return nil
			}
			return because("revision", "another value was reported for this period; send a report that revises it")
		})
	}
	return nil
}

// inParts yields the entries so many at a time as one statement takes; few lengths,
// so that the statements are parsed once.
func inParts(list []*entry, do func([]*entry) error) error {
	for _, most := range []int{64, 8, 1} {
		for len(list) >= most {
			if err := do(list[:most]); err != nil {
				return err
			}
			list = list[most:]
		}
	}
	return nil
}

// standings reads what is known of the periods of entries.
func standings(ctx context.Context, tx *sqldb.Tx, platformID string, periods []*entry) (map[factKey]standing, error) {
	stand := make(map[factKey]standing, len(periods))
	err := inParts(periods, func(part []*entry) error {
		const columns = 4
		args := make([]any, 0, columns*len(part))
		for _, e := range part {
			args = append(args, platformID, e.Code, e.Dims, e.At)
		}
		// The first row is no fact's; PostgreSQL takes the types from it.
		rows, err := tx.Query(ctx, `SELECT f.code, f.dims, f.period_at, f.revision, f.value FROM fact f
			WHERE (f.platform_id, f.code, f.dims, f.period_at) IN (VALUES ('', '', '', CAST(0 AS BIGINT)), `+sqldb.Values(len(part), columns)+`)`, args...)
		if err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
			var k factKey
			var x standing
			err := r.Scan(&k.code, &k.dims, &k.at, &x.revision, &x.value)
			if x.revision > stand[k].revision {
				stand[k] = x
			}
			return struct{}{}, err
		})
		return err
	})
	return stand, err
}

func insertFacts(ctx context.Context, tx *sqldb.Tx, s *submission, fresh []*entry) error {
	return inParts(fresh, func(part []*entry) error {
		const columns = 9
		args := make([]any, 0, columns*len(part))
		for _, e := range part {
			args = append(args, s.platformID, e.Code, e.Dims, e.At, e.revision, e.Value, s.ReceivedAt.UnixMilli(), s.Channel, s.ID)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO fact (platform_id, code, dims, period_at, revision, value, known_at, method, submission_id) VALUES `+sqldb.Values(len(part), columns), args...); err != nil {
			return fmt.Errorf("insert facts: %w", err)
		}
		return nil
	})
}
