package platforms

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
	"linghang/modules/platforms/internal/duty"
)

// escalationStore keeps which alerts escalate, and where they are.
type escalationStore struct{ db *sqldb.DB }

func (s escalationStore) runs(ctx context.Context) (map[string]duty.Run, error) {
	rows, err := s.db.Query(ctx, `SELECT alert_id, policy_id, since, claimed, done, due_at FROM alert_escalation`)
	if err != nil {
		return nil, fmt.Errorf("read what escalates: %w", err)
	}
	runs := map[string]duty.Run{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		var run duty.Run
		var since, due int64
		err := r.Scan(&id, &run.Policy, &since, &run.Claimed, &run.Done, &due)
		run.Since, run.DueAt = sqldb.Time(since), sqldb.Time(due)
		runs[id] = run
		return struct{}{}, err
	})
	return runs, err
}

// escalationMove is a run that begins, ends, or is another from now on.
type escalationMove struct {
	alert    string
	was, now *duty.Run
}

// move applies what changed, where nobody did so before, and returns the alerts of
// which that is so.
func (s escalationStore) move(ctx context.Context, moves []escalationMove) (moved map[string]bool, err error) {
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		moved = map[string]bool{}
		for _, x := range moves {
			n, err := moveRun(ctx, tx, x)
			if err != nil {
				return fmt.Errorf("note that an alert escalates: %w", err)
			}
			moved[x.alert] = n > 0
		}
		return nil
	})
	return moved, err
}

func moveRun(ctx context.Context, tx *sqldb.Tx, x escalationMove) (n int64, err error) {
	if x.was != nil {
		n, err = tx.Exec(ctx, `DELETE FROM alert_escalation WHERE alert_id = $1 AND policy_id = $2 AND since = $3 AND claimed = $4 AND done = $5`,
			x.alert, x.was.Policy, x.was.Since.UnixMilli(), x.was.Claimed, x.was.Done)
		if err != nil || n == 0 || x.now == nil {
			return n, err
		}
	}
	return tx.Exec(ctx, `INSERT INTO alert_escalation (alert_id, policy_id, since, claimed, done, due_at) SELECT a.id, $1, $2, $3, $4, $5 FROM alert a WHERE a.id = $6 ON CONFLICT (alert_id) DO NOTHING`,
		x.now.Policy, x.now.Since.UnixMilli(), x.now.Claimed, x.now.Done, x.now.DueAt.UnixMilli(), x.alert)
}

// step notes that a step was told and, in the same change, what is told: of the
// alerts that are as they were read, and whose step nobody told before. A notice
// leaves the house after the commit, at least once, and reaches people once.
func (s escalationStore) step(ctx context.Context, e escalation, now time.Time, sender *notice.Sender) (n int, err error) {
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		var alerts []Alert
		for _, a := range e.alerts {
			was, next := e.runs[a.ID], e.next(a, now)
			k, err := tx.Exec(ctx, `UPDATE alert_escalation SET done = $1, due_at = $2 WHERE alert_id = $3 AND policy_id = $4 AND since = $5 AND claimed = $6 AND done = $7
				AND EXISTS (SELECT 1 FROM alert a WHERE a.id = $3 AND a.state = 'firing' AND a.version = $8)`,
				next.Done, next.DueAt.UnixMilli(), a.ID, was.Policy, was.Since.UnixMilli(), was.Claimed, was.Done, a.Version)
			if err != nil {
				return fmt.Errorf("note a step of an escalation: %w", err)
			}
			if k > 0 {
				alerts = append(alerts, a)
			}
		}
		if n = len(alerts); n == 0 {
			return nil
		}
		x := e.telling(alerts)
		if err := logNotice(ctx, tx, alert.Group{ID: e.id, Number: 1, ToldAt: now}, x); err != nil {
			return err
		}
		return sender.Send(ctx, tx, x.notices...)
	})
	return n, err
}
