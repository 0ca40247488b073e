package ocsf

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
)

// settles is how long ago something was written that is read: replicas may differ in their clocks by so much.
const settles = 2 * time.Second

type store struct{ db *sqldb.DB }

// before is the cursor that nothing is at or after that has not settled.
func (s store) before(ctx context.Context) (string, error) {
	at, err := s.db.Settled(ctx)
	if err != nil {
		return "", err //nolint:wrapcheck // it says all
	}
	var id ulid.ULID
	if err := id.SetTime(ulid.Timestamp(at.Add(-settles))); err != nil {
		return "", fmt.Errorf("make a cursor: %w", err)
	}
	return id.String(), nil
}

// alerts of an organisation that were opened or changed after a cursor.
func (s store) alerts(ctx context.Context, organisation, after, until string, most int) ([]alert, error) {
	rows, err := s.db.Query(ctx, `SELECT x.touched, x.id, x.organisation_id, x.sensor_name, x.rule_id, x.pack, x.kind, x.rule_zh, x.rule_en, x.why_zh, x.why_en, x.level, x.technique, x.state,
		x.client, x.server, x.unit, x.client_zone, x.server_zone, x.reason, x.incident_id, x.times, x.first_at, x.last_at, x.opened_at, x.changed_at, x.version,
		EXISTS (SELECT 1 FROM security_sensor y WHERE y.id = x.sensor_id AND y.synthetic)
		FROM security_alert x WHERE x.organisation_id = $1 AND x.touched > $2 AND x.touched < $3 ORDER BY x.touched LIMIT $4`, organisation, after, until, most)
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (a alert, err error) {
		var first, last, opened, changed int64
		err = r.Scan(&a.touched, &a.id, &a.organisation, &a.sensor, &a.rule, &a.pack, &a.kind, &a.title.ZH, &a.title.EN, &a.why.ZH, &a.why.EN, &a.level, &a.technique, &a.state,
			&a.client, &a.server, &a.unit, &a.clientZone, &a.serverZone, &a.reason, &a.incident, &a.times, &first, &last, &opened, &changed, &a.version, &a.synthetic)
		a.first, a.last, a.opened, a.moved = sqldb.Time(first), sqldb.Time(last), sqldb.Time(opened), sqldb.Time(max(changed, last))
		return a, err
	})
}

// records of the sensors of an organisation that came after a cursor.
func (s store) records(ctx context.Context, organisation, after, until string, most int) ([]record, error) {
	type sensor struct {
		id, name  string
		synthetic bool
	}
	rows, err := s.db.Query(ctx, `SELECT id, name, synthetic FROM security_sensor WHERE organisation_id = $1`, organisation)
	if err != nil {
		return nil, fmt.Errorf("read sensors: %w", err)
	}
	sensors, err := sqldb.All(rows, func(r sqldb.Row) (x sensor, err error) { return x, r.Scan(&x.id, &x.name, &x.synthetic) })
	if err != nil {
		return nil, err
	}
	var list []record
	for _, x := range sensors { // one by one, by the index of each
		rows, err := s.db.Query(ctx, `SELECT r.id, r.at, r.why, r.client, r.server, r.port, r.protocol, r.function, r.class, r.unit, r.from_client, r.corrected, r.exception, r.what
			FROM security_sensor_record r WHERE r.sensor_id = $1 AND r.id > $2 AND r.id < $3 ORDER BY r.id LIMIT $4`, x.id, after, until, most)
		if err != nil {
			return nil, fmt.Errorf("read records: %w", err)
		}
		part, err := sqldb.All(rows, func(row sqldb.Row) (r record, err error) {
			r.organisation, r.sensor, r.synthetic = organisation, x.name, x.synthetic
			return scanRecord(row, r)
		})
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	slices.SortFunc(list, func(a, b record) int { return cmp.Compare(a.id, b.id) })
	return list[:min(most, len(list))], nil
}

func scanRecord(row sqldb.Row, r record) (record, error) {
	var at int64
	var why, what string
	if err := row.Scan(&r.id, &at, &why, &r.client, &r.server, &r.port, &r.protocol, &r.function, &r.class, &r.unit, &r.fromClient, &r.corrected, &r.exception, &what); err != nil {
		return r, err
	}
	r.at, r.why = sqldb.Time(at), strings.Fields(why)
	if err := json.Unmarshal([]byte(what), &r.sent); err != nil {
		return r, fmt.Errorf("read a record: %w", err)
	}
	return r, nil
}
