package detection

import (
	"context"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// RecordsAround is the reason of a step of an alert in which its sensor was asked what was said
// around it.
const RecordsAround = "records_around"

// Around are what a sensor is asked for: what was said around its alerts that were opened of
// late. It is asked again for a while, as an answer may be lost, and the history of the alert says
// once that it was.
func (m *Detection) Around(ctx context.Context, sensor string) ([]batch.Around, error) {
	list, fresh, err := m.store.around(ctx, sensor)
	if err != nil || len(fresh) == 0 {
		return list, err
	}
	return list, m.store.noteAround(ctx, sensor, fresh, m.now())
}

// around finds alerts by when their identifiers were made, which is by the index of their table.
func (s store) around(ctx context.Context, sensor string) (list, fresh []batch.Around, err error) {
	var since ulid.ULID
	if err := since.SetTime(ulid.Timestamp(time.Now().Add(-batch.AroundFor))); err != nil {
		return nil, nil, fmt.Errorf("find alerts of late: %w", err)
	}
	rows, err := s.db.Query(ctx, `SELECT x.id, x.client, x.server, x.first_at, EXISTS (SELECT 1 FROM security_alert_step p WHERE p.alert_id = x.id AND p.reason = $3 AND p.actor = '') FROM security_alert x
		WHERE x.id >= $1 AND x.sensor_id = $2 AND x.client <> '' AND x.server <> '' ORDER BY x.id DESC LIMIT $4`, since.String(), sensor, RecordsAround, batch.MostAround)
	if err != nil {
		return nil, nil, fmt.Errorf("find alerts of late: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (a batch.Around, err error) {
		var at int64
		var asked bool
		err = r.Scan(&a.Alert, &a.Client, &a.Server, &at, &asked)
		a.From, a.To = sqldb.Time(at).Add(-batch.AroundSpan), sqldb.Time(at).Add(batch.AroundSpan)
		if err == nil && a.Good() {
			list = append(list, a)
			if !asked {
				fresh = append(fresh, a)
			}
		}
		return a, err
	})
	return list, fresh, err
}

// noteAround says in the history of alerts that their sensor was asked.
func (s store) noteAround(ctx context.Context, sensor string, list []batch.Around, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "around "+sensor); err != nil {
			return err
		}
		for _, a := range list {
			n, err := tx.Exec(ctx, `INSERT INTO security_alert_step (id, alert_id, at, state, reason, until_at, incident_id, actor, actor_name)
				SELECT $1, x.id, $2, x.state, $3, 0, '', '', '' FROM security_alert x WHERE x.id = $4 AND NOT EXISTS (SELECT 1 FROM security_alert_step p WHERE p.alert_id = x.id AND p.reason = $3 AND p.actor = '')`,
				ulid.Make().String(), now.UnixMilli(), RecordsAround, a.Alert)
			if err != nil {
				return fmt.Errorf("note what a sensor is asked: %w", err)
			}
			if n > 0 {
				tx.Changed("security_alert_around", a.Alert, nil, a)
			}
		}
		return nil
	})
}
