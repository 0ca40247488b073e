package platforms

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/sqldb"
)

// availabilityStore keeps maintenance, and answers how available platforms are.
type availabilityStore struct{ db *sqldb.DB }

const windowColumns = `w.id, w.platform_id, w.from_at, w.to_at, w.reason, w.created_at, w.version`

func scanWindow(now time.Time) func(r sqldb.Row) (window, error) {
	return func(r sqldb.Row) (w window, err error) {
		var from, to, created int64
		err = r.Scan(&w.ID, &w.PlatformID, &from, &to, &w.Reason, &created, &w.Version)
		w.From, w.To, w.CreatedAt = sqldb.Time(from), sqldb.Time(to), sqldb.Time(created)
		w.Begun, w.Over = !w.From.After(now), !w.To.After(now)
		return w, err
	}
}

// windows returns those that are not over at a time, of a platform or of all, in order.
func (s availabilityStore) windows(ctx context.Context, platformID string, over, now time.Time) ([]window, error) {
	query, args := `SELECT `+windowColumns+` FROM maintenance w WHERE w.to_at > $1`, []any{over.UnixMilli()}
	if platformID != "" {
		query, args = query+` AND w.platform_id = $2`, append(args, platformID)
	}
	rows, err := s.db.Query(ctx, query+` ORDER BY w.from_at, w.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read maintenance: %w", err)
	}
	return sqldb.All(rows, scanWindow(now))
}

func (s availabilityStore) window(ctx context.Context, db rowReader, platformID, id string, now time.Time) (window, error) {
	w, err := scanWindow(now)(db.QueryRow(ctx, `SELECT `+windowColumns+` FROM maintenance w WHERE w.id = $1 AND w.platform_id = $2`, id, platformID))
	if errors.Is(err, sql.ErrNoRows) {
		return w, fault.New(fault.NotFound, "kernel.not_found", "there is no such maintenance, or it is not yours to see")
	}
	if err != nil {
		return w, fmt.Errorf("read maintenance: %w", err)
	}
	return w, nil
}

func (s availabilityStore) announce(ctx context.Context, w window, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "maintenance"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM maintenance WHERE platform_id = $1 AND to_at > $2`, w.PlatformID, now.UnixMilli()).Scan(&n); err != nil {
			return fmt.Errorf("count maintenance: %w", err)
		}
		if n >= windowsMost {
			return fault.New(fault.Conflict, "platforms.maintenance.too_many", "%d windows are announced already", n).With("limit", windowsMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO maintenance (id, platform_id, from_at, to_at, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			w.ID, w.PlatformID, w.From.UnixMilli(), w.To.UnixMilli(), w.Reason, w.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert maintenance: %w", err)
		}
		tx.Changed("maintenance", w.ID, nil, w)
		return nil
	})
}

// move changes a window that has not begun.
func (s availabilityStore) move(ctx context.Context, after window, version int64, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.window(ctx, tx, after.PlatformID, after.ID, now)
		if err != nil {
			return err
		}
		if before.Begun {
			return errBegun()
		}
		n, err := tx.Exec(ctx, `UPDATE maintenance SET from_at = $1, to_at = $2, reason = $3, version = version + 1 WHERE id = $4 AND version = $5`,
			after.From.UnixMilli(), after.To.UnixMilli(), after.Reason, after.ID, version)
		if err != nil {
			return fmt.Errorf("change maintenance: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this maintenance meanwhile; read it again")
		}
		tx.Changed("maintenance", after.ID, before, after)
		return nil
	})
}

// cancel takes back a window that has not begun.
func (s availabilityStore) cancel(ctx context.Context, platformID, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		w, err := s.window(ctx, tx, platformID, id, now)
		if err != nil {
			return err
		}
		if w.Begun {
			return errBegun()
		}
		if _, err := tx.Exec(ctx, `DELETE FROM maintenance WHERE id = $1`, id); err != nil {
			return fmt.Errorf("cancel maintenance: %w", err)
		}
		tx.Changed("maintenance", id, w, nil)
		return nil
	})
}

type incidentParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Target string `query:"target" maxLength:"26"`
	Open   bool   `query:"open" doc:"Those that last"`
}

func (s availabilityStore) incidents(ctx context.Context, in incidentParams, now time.Time) (sqldb.Page[incident], error) {
	l := sqldb.List{
		Select: "i.id, i.target_id, t.name, i.began_at, i.ended_at, i.fault, i.detail", From: "incident i JOIN probe_target t ON t.id = i.target_id", Key: "i.id", Order: "-began_at",
		Sort: map[string]string{"began_at": "i.began_at", "ended_at": "i.ended_at", "target": "t.name", "fault": "i.fault"}, Search: []string{"t.name", "i.fault", "i.detail"},
	}
	l.Where("i.platform_id = ?", in.ID).WhereIf("i.target_id = ?", in.Target)
	if in.Open {
		l.Where("i.ended_at = 0")
	}
	windows, err := s.windows(ctx, in.ID, time.UnixMilli(0), now)
	if err != nil {
		return sqldb.Page[incident]{}, err
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (i incident, err error) {
		var began, ended int64
		err = r.Scan(&i.ID, &i.TargetID, &i.Target, &began, &ended, &i.Fault, &i.Detail)
		i.BeganAt = sqldb.Time(began)
		end := now
		if ended != 0 {
			end = sqldb.Time(ended)
			i.EndedAt = &end
		}
		i.Seconds = int64(lasted(i.BeganAt, end, windows) / time.Second)
		return i, err
	})
}

// daySum is what the looks at a target on a day came to.
type daySum struct {
	targetID, day string
	lookSum
}

// days returns the days of a platform's targets, those that were removed too.
func (s availabilityStore) days(ctx context.Context, platformID, from string) ([]daySum, error) {
	rows, err := s.db.Query(ctx, `SELECT target_id, day, looks, good, stopped, timed, ms_sum, ms_min, ms_max FROM probe_day WHERE platform_id = $1 AND day >= $2 ORDER BY day`, platformID, from)
	if err != nil {
		return nil, fmt.Errorf("read days: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (d daySum, err error) {
		err = r.Scan(&d.targetID, &d.day, &d.looks, &d.good, &d.stopped, &d.timed, &d.msSum, &d.msMin, &d.msMax)
		return d, err
	})
}

// statusRow is a platform as the city's status page knows it.
type statusRow struct {
	id, organisation string
	name             lang.Text
	synthetic        bool
	states           []string
	days             map[string]lookSum
	open             []incidentView
}

// status returns the platforms in trial or in service that have targets.
func (s availabilityStore) status(ctx context.Context, from string) ([]*statusRow, error) {
	rows, err := s.db.Query(ctx, `SELECT p.id, p.organisation_id, p.name_zh, p.name_en, p.synthetic, t.state FROM platform p JOIN probe_target t ON t.platform_id = p.id
		WHERE t.removed_at = 0 AND t.enabled AND `+watched+` ORDER BY p.name_zh, p.id`)
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	list, byID := []*statusRow{}, map[string]*statusRow{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		one, state := &statusRow{days: map[string]lookSum{}}, ""
		if err := r.Scan(&one.id, &one.organisation, &one.name.ZH, &one.name.EN, &one.synthetic, &state); err != nil {
			return struct{}{}, err
		}
		if byID[one.id] == nil {
			byID[one.id] = one
			list = append(list, one)
		}
		byID[one.id].states = append(byID[one.id].states, state)
		return struct{}{}, nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.addDays(ctx, byID, from); err != nil {
		return nil, err
	}
	return list, s.addIncidents(ctx, byID)
}

func (s availabilityStore) addDays(ctx context.Context, byID map[string]*statusRow, from string) error {
	rows, err := s.db.Query(ctx, `SELECT platform_id, day, SUM(looks), SUM(good), SUM(stopped) FROM probe_day WHERE day >= $1 GROUP BY platform_id, day`, from)
	if err != nil {
		return fmt.Errorf("read days: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id, day string
		var d lookSum
		err := r.Scan(&id, &day, &d.looks, &d.good, &d.stopped)
		if one := byID[id]; one != nil {
			one.days[day] = d
		}
		return struct{}{}, err
	})
	return err
}

func (s availabilityStore) addIncidents(ctx context.Context, byID map[string]*statusRow) error {
	rows, err := s.db.Query(ctx, `SELECT i.platform_id, t.name, i.began_at, i.fault FROM incident i JOIN probe_target t ON t.id = i.target_id WHERE i.ended_at = 0 ORDER BY i.began_at`)
	if err != nil {
		return fmt.Errorf("read incidents: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		var v incidentView
		var began int64
		err := r.Scan(&id, &v.Target, &began, &v.Fault)
		v.BeganAt = sqldb.Time(began)
		if one := byID[id]; one != nil {
			one.open = append(one.open, v)
		}
		return struct{}{}, err
	})
	return err
}

// available is the mean, over platforms, of how available each was this month.
func (s availabilityStore) available(ctx context.Context) (measure.Value, error) {
	now := time.Now()
	month := dayOf(now)[:len("2006-01")]
	rows, err := s.db.Query(ctx, `SELECT p.id, p.synthetic, SUM(d.looks), SUM(d.good), SUM(d.stopped) FROM probe_day d JOIN platform p ON p.id = d.platform_id
		WHERE d.day >= $1 AND `+watched+` GROUP BY p.id, p.synthetic`, month+"-01")
	if err != nil {
		return measure.Value{}, fmt.Errorf("read availability: %w", err)
	}
	v, n := measure.Value{At: now}, 0
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		var synthetic bool
		var d lookSum
		err := r.Scan(&id, &synthetic, &d.looks, &d.good, &d.stopped)
		if sla := d.sla(); sla != nil {
			v.Number += *sla
			v.Synthetic = v.Synthetic || synthetic
			n++
		}
		return struct{}{}, err
	})
	if n > 0 {
		v.Number, v.Known = v.Number/float64(n), true
	}
	return v, err
}

// owns tells whether a platform is within the caller's scope.
func owns(ctx context.Context, organisation string) bool {
	return identity.From(ctx).Scope.Allows(organisation)
}
