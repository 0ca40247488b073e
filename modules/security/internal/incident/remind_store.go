package incident

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

const (
	remindedAtOnce = 200
	looksKept      = 3 * 365 * 24 * time.Hour
)

// forgetLooks removes what is older than looks are kept.
func (m *Incidents) forgetLooks(ctx context.Context) error {
	day := m.now().Add(-looksKept).In(cityTime()).Format(time.DateOnly)
	return m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM security_incident_look WHERE day < $1`, day)
		return err
	})
}

// late is a task or an action that is overdue.
type late struct{ id, incident, organisation string }

// remind tells once of each task and action that is overdue.
func (m *Incidents) remind(ctx context.Context) error {
	now := m.now()
	tasks, err := m.late(ctx, `SELECT t.id, t.incident_id, t.organisation_id FROM security_incident_task t JOIN security_incident i ON i.id = t.incident_id
		WHERE t.state = 'open' AND t.reminded_at = 0 AND t.due_at < $1 AND i.state NOT IN `+over+` ORDER BY t.due_at LIMIT $2`, now.UnixMilli())
	if err != nil {
		return err
	}
	actions, err := m.late(ctx, `SELECT a.id, a.incident_id, '' FROM security_incident_action a WHERE a.state = 'open' AND a.reminded_at = 0 AND a.due < $1 ORDER BY a.due LIMIT $2`, now.In(cityTime()).Format(time.DateOnly))
	if err != nil {
		return err
	}
	return m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, x := range tasks {
			if err := m.remindOf(ctx, tx, x, `UPDATE security_incident_task SET reminded_at = $2 WHERE id = $1`, lang.Text{ZH: "有处置任务逾期", EN: "a task is overdue"}, now); err != nil {
				return err
			}
		}
		for _, x := range actions {
			if err := m.remindOf(ctx, tx, x, `UPDATE security_incident_action SET reminded_at = $2 WHERE id = $1`, lang.Text{ZH: "有整改措施逾期", EN: "an action of the review is overdue"}, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *Incidents) late(ctx context.Context, query string, before any) ([]late, error) {
	rows, err := m.store.db.Query(ctx, query, before, remindedAtOnce)
	if err != nil {
		return nil, fmt.Errorf("find what is overdue: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x late, err error) { return x, r.Scan(&x.id, &x.incident, &x.organisation) })
}

// remindOf tells who has to do it, and the city, and writes down that they were told.
func (m *Incidents) remindOf(ctx context.Context, tx *sqldb.Tx, x late, mark string, what lang.Text, now time.Time) error {
	i, err := one(ctx, tx, x.incident)
	if err != nil { // incidents are not removed: tasks are of one
		return err
	}
	if _, err := tx.Exec(ctx, mark, x.id, now.UnixMilli()); err != nil {
		return fmt.Errorf("note that it was told: %w", err)
	}
	doer := i.OrganisationID
	if x.organisation != "" {
		doer = x.organisation
	}
	if err := m.tellTask(ctx, tx, "late/"+x.id+"/doer", i, doer, what); err != nil {
		return err
	}
	if doer == i.bureau || i.Drill != "" {
		return nil
	}
	return m.tell(ctx, tx, noticeTask, "late/"+x.id+"/city", i, notice.Audience{Organisation: i.bureau, Permission: mayHandle}, what)
}
