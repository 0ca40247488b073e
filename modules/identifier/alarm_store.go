package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// alarmStore keeps what passed a threshold.
type alarmStore struct{ db *sqldb.DB }

const (
	alarmColumns = `a.id, a.node_id, n.prefix, n.name_zh, n.name_en, a.kind, a.since, a.ended_at, a.value, a.bound, a.note, a.noted_at, a.version`
	alarmTables  = `node_alarm a JOIN node n ON n.id = a.node_id`
)

func scanAlarm(r sqldb.Row) (a alarm, err error) {
	var since, ended, noted int64
	err = r.Scan(&a.ID, &a.NodeID, &a.Prefix, &a.NameZH, &a.NameEN, &a.Kind, &since, &ended, &a.Value, &a.Bound, &a.Note, &noted, &a.Version)
	a.Since, a.EndedAt, a.NotedAt = time.UnixMilli(since).UTC(), endedAt(ended), endedAt(noted)
	return a, err
}

type alarmParams struct {
	sqldb.ListParams
	Node  string `query:"node" maxLength:"26"`
	Kind  string `query:"kind" enum:"slow,availability,identifiers,registrations,requests,prefixes,contract,escrow"`
	Lasts string `query:"lasts" enum:"true,false" doc:"true: those that last; false: those that have ended"`
}

// list returns alarms of nodes that the caller operates, or that are below those.
func (s alarmStore) list(ctx context.Context, in alarmParams) (sqldb.Page[alarm], error) {
	l := sqldb.List{
		Select: alarmColumns, From: alarmTables, Key: "a.id", Order: "-since",
		Sort: map[string]string{"since": "a.since", "prefix": "n.prefix", "kind": "a.kind", "ended_at": "a.ended_at"}, Search: []string{"n.prefix", "n.name_zh", "n.name_en", "a.note"},
	}
	l.WhereIf("a.node_id = ?", in.Node).WhereIf("a.kind = ?", in.Kind)
	switch in.Lasts {
	case "true":
		l.Where("a.ended_at = 0")
	case "false":
		l.Where("a.ended_at > 0")
	default:
	}
	if scope := identity.From(ctx).Scope; !scope.All {
		own := sqldb.List{}
		scope.Filter(&own, "x.organisation_id")
		own.Nest(&l, "EXISTS (SELECT 1 FROM node x WHERE (x.id = n.id OR x.id = n.above_id) AND ", ")")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanAlarm)
}

func (s alarmStore) get(ctx context.Context, id string) (alarm, error) {
	a, err := scanAlarm(s.db.QueryRow(ctx, `SELECT `+alarmColumns+` FROM `+alarmTables+` WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.New(fault.NotFound, "kernel.not_found", "there is no such alarm, or it is not yours to see")
	}
	if err != nil {
		return a, fmt.Errorf("read alarm: %w", err)
	}
	return a, nil
}

// lasting returns the alarms that last.
func (s alarmStore) lasting(ctx context.Context) (map[alarmKey]alarm, error) {
	rows, err := s.db.Query(ctx, `SELECT `+alarmColumns+` FROM `+alarmTables+` WHERE a.ended_at = 0`)
	if err != nil {
		return nil, fmt.Errorf("read alarms that last: %w", err)
	}
	list := map[alarmKey]alarm{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (alarm, error) {
		a, err := scanAlarm(r)
		list[alarmKey{a.NodeID, a.Kind}] = a
		return a, err
	})
	return list, err
}

// change writes down what began, goes on and ended, and sends what is to be told.
func (s alarmStore) change(ctx context.Context, begin, goOn, end []alarm, now time.Time, sender *notice.Sender, tell []notice.Notice) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		for _, a := range begin {
			if _, err := tx.Exec(ctx, `INSERT INTO node_alarm (id, node_id, kind, since, ended_at, value, bound, note, noted_at, version) VALUES ($1, $2, $3, $4, 0, $5, $6, '', 0, 1)
				ON CONFLICT (node_id, kind) WHERE ended_at = 0 DO NOTHING`,
				ulid.Make().String(), a.NodeID, a.Kind, a.Since.UnixMilli(), a.Value, a.Bound); err != nil {
				return fmt.Errorf("begin alarm: %w", err)
			}
		}
		for _, a := range goOn {
			if _, err := tx.Exec(ctx, `UPDATE node_alarm SET value = $1, bound = $2 WHERE id = $3`, a.Value, a.Bound, a.ID); err != nil {
				return fmt.Errorf("go on with alarm: %w", err)
			}
		}
		for _, a := range end {
			if _, err := tx.Exec(ctx, `UPDATE node_alarm SET ended_at = $1 WHERE id = $2 AND ended_at = 0`, now.UnixMilli(), a.ID); err != nil {
				return fmt.Errorf("end alarm: %w", err)
			}
		}
		return sender.Send(ctx, tx, tell...)
	})
}

// note writes down what is done about an alarm.
func (s alarmStore) note(ctx context.Context, before alarm, note string, version int64, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE node_alarm SET note = $1, noted_at = $2, version = version + 1 WHERE id = $3 AND version = $4`, note, now.UnixMilli(), before.ID, version)
		if err != nil {
			return fmt.Errorf("note what is done about an alarm: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this alarm meanwhile; read it again")
		}
		after := before
		after.Note = note
		tx.Changed("node_alarm", before.ID, before, after)
		return nil
	})
}

// forget drops alarms that ended long ago.
func (s alarmStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM node_alarm WHERE ended_at > 0 AND ended_at < $1`, before.UnixMilli()); err != nil {
			return fmt.Errorf("forget alarms: %w", err)
		}
		return nil
	})
}
