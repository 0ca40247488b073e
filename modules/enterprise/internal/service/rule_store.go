package service

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// rules are all versions of the rule, the newest first; there is one always.
func (s store) rules(ctx context.Context, db reader) ([]Rule, error) {
	rows, err := db.Query(ctx, `SELECT r.version, r.window_days, r.answer_days, r.reviews, r.note, r.at, r.actor, r.actor_name FROM service_rule r ORDER BY r.version DESC`)
	if err != nil {
		return nil, fmt.Errorf("read rules of counting: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x Rule, err error) {
		var at int64
		err = r.Scan(&x.Version, &x.WindowDays, &x.AnswerDays, &x.Reviews, &x.Note, &at, &x.actor, &x.Name)
		x.At = sqldb.Time(at)
		return x, err
	})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("read rules of counting: there are none")
	}
	return list, err
}

// setRule adds a version that holds from now on; version is the one that it follows.
func (s store) setRule(ctx context.Context, r Rule, version int64, by hand, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "service_rule"); err != nil {
			return err
		}
		list, err := s.rules(ctx, tx)
		if err != nil {
			return err
		}
		if int64(list[0].Version) != version {
			return stale()
		}
		r.Version = list[0].Version + 1
		_, err = tx.Exec(ctx, `INSERT INTO service_rule (version, window_days, answer_days, reviews, note, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			r.Version, r.WindowDays, r.AnswerDays, r.Reviews, r.Note, now.UnixMilli(), by.actor, by.name)
		if err != nil {
			return fmt.Errorf("set the rule of counting: %w", err)
		}
		tx.Changed("service_rule", fmt.Sprint(r.Version), list[0], r)
		return nil
	})
}
