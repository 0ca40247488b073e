package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/probe"
)

// probeStore keeps targets and what was seen of them.
type probeStore struct{ db *sqldb.DB }

const targetColumns = `t.id, t.platform_id, t.name, t.spec, t.enabled, t.version, t.created_at, t.next_at, t.state, t.bad, t.since, t.first_bad,
	t.looked_at, t.ok, t.ms, t.status, t.until_at, t.fault, t.detail, t.told_until`

func scanTarget(r sqldb.Row) (Target, error) {
	var t Target
	var spec string
	var created, next, since, first, looked, until, told int64
	s := &t.standing
	err := r.Scan(&t.ID, &t.PlatformID, &t.Name, &spec, &t.Enabled, &t.Version, &created, &next, &s.State, &s.Bad, &since, &first,
		&looked, &s.Last.OK, &s.Last.Ms, &s.Last.Status, &until, &s.Last.Fault, &s.Last.Detail, &told)
	if err != nil {
		return t, err
	}
	t.createdAt, t.nextAt, t.toldUntil = sqldb.Time(created), sqldb.Time(next), sqldb.Time(told)
	s.Since, s.First, s.Last.At = sqldb.Time(since), sqldb.Time(first), sqldb.Time(looked)
	if until != 0 {
		at := sqldb.Time(until)
		s.Last.Until = &at
	}
	if err := json.Unmarshal([]byte(spec), &t.Spec); err != nil {
		return t, fmt.Errorf("read target %s: %w", t.ID, err)
	}
	return t, nil
}

// list returns the targets of a platform, in the order in which they were made.
func (s probeStore) list(ctx context.Context, platformID string) ([]Target, error) {
	rows, err := s.db.Query(ctx, `SELECT `+targetColumns+` FROM probe_target t WHERE t.platform_id = $1 AND t.removed_at = 0 ORDER BY t.id`, platformID)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	return sqldb.All(rows, scanTarget)
}

type rowReader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func (s probeStore) get(ctx context.Context, db rowReader, platformID, id string) (Target, error) {
	t, err := scanTarget(db.QueryRow(ctx, `SELECT `+targetColumns+` FROM probe_target t WHERE t.id = $1 AND t.platform_id = $2 AND t.removed_at = 0`, id, platformID))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, "kernel.not_found", "there is no such target, or it is not yours to see")
	}
	if err != nil {
		return t, fmt.Errorf("read target: %w", err)
	}
	return t, nil
}

// insert enters a target, within the limits.
func (s probeStore) insert(ctx context.Context, t Target) error {
	spec, err := json.Marshal(t.Spec)
	if err != nil {
		return fmt.Errorf("write down target: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "probe_targets"); err != nil {
			return err
		}
		var own, all int
		err := tx.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN platform_id = $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM probe_target WHERE removed_at = 0`, t.PlatformID).Scan(&own, &all)
		if err != nil {
			return fmt.Errorf("count targets: %w", err)
		}
		if most := targetsMost; own >= most || all >= targetsAllMost {
			if own < most {
				most = targetsAllMost
			}
			return fault.New(fault.Conflict, "platforms.target.too_many", "there are %d targets, the most that are looked at", most).With("limit", most)
		}
		_, err = tx.Exec(ctx, `INSERT INTO probe_target (id, platform_id, name, spec, enabled, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			t.ID, t.PlatformID, t.Name, string(spec), t.Enabled, t.createdAt.UnixMilli(), t.nextAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert target: %w", err)
		}
		tx.Changed("target", t.ID, nil, t)
		return nil
	})
}

// edit replaces a target. What was seen of another address, or before a pause,
// is no state of it any more.
func (s probeStore) edit(ctx context.Context, after Target, version int64, now time.Time) error {
	spec, err := json.Marshal(after.Spec)
	if err != nil {
		return fmt.Errorf("write down target: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueFor(ctx, tx, after.ID); err != nil {
			return err
		}
		before, err := s.get(ctx, tx, after.PlatformID, after.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE probe_target SET name = $1, spec = $2, enabled = $3, next_at = $4, version = version + 1 WHERE id = $5 AND version = $6`,
			after.Name, string(spec), after.Enabled, now.UnixMilli(), after.ID, version)
		if err != nil {
			return fmt.Errorf("edit target: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this target meanwhile; read it again")
		}
		after.Version = version + 1
		tx.Changed("target", after.ID, before, after)
		if !after.anew(before) {
			return nil
		}
		if _, err = tx.Exec(ctx, forgetStanding+` WHERE id = $1`, after.ID); err != nil {
			return fmt.Errorf("forget what was seen: %w", err)
		}
		return endIncident(ctx, tx, after.ID, now)
	})
}

// forgetStanding leaves nothing of what was seen of targets but their days.
const forgetStanding = `UPDATE probe_target SET state = 'unknown', bad = 0, since = 0, first_bad = 0, looked_at = 0, until_at = 0, fault = '', detail = '', told_until = 0`

// queueFor lets one process at a time change what is thought of a target.
func queueFor(ctx context.Context, tx *sqldb.Tx, targetID string) error {
	return tx.Queue(ctx, "probe_target "+targetID)
}

// restTargets ends the incidents of a platform that is in service no more: nobody
// looks at it, so that nothing would end them.
func restTargets(ctx context.Context, tx *sqldb.Tx, platformID string, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE incident SET ended_at = $1 WHERE platform_id = $2 AND ended_at = 0`, now.UnixMilli(), platformID); err != nil {
		return fmt.Errorf("end incidents: %w", err)
	}
	if _, err := tx.Exec(ctx, forgetStanding+` WHERE platform_id = $1`, platformID); err != nil {
		return fmt.Errorf("forget what was seen: %w", err)
	}
	return nil
}

// remove takes a target away. What was seen of it counts on.
func (s probeStore) remove(ctx context.Context, t Target, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueFor(ctx, tx, t.ID); err != nil {
			return err
		}
		if err := endIncident(ctx, tx, t.ID, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM probe_target WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM probe_day d WHERE d.target_id = probe_target.id)`, t.ID); err != nil {
			return fmt.Errorf("remove target: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE probe_target SET removed_at = $1, enabled = FALSE WHERE id = $2 AND removed_at = 0`, now.UnixMilli(), t.ID); err != nil {
			return fmt.Errorf("remove target: %w", err)
		}
		tx.Changed("target", t.ID, t, nil)
		return nil
	})
}

func endIncident(ctx context.Context, tx *sqldb.Tx, targetID string, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE incident SET ended_at = $1 WHERE target_id = $2 AND ended_at = 0`, now.UnixMilli(), targetID); err != nil {
		return fmt.Errorf("end incident: %w", err)
	}
	return nil
}

// dueTargets are those whose time has come, of platforms in trial or in service.
const dueTargets = `FROM probe_target t JOIN platform p ON p.id = t.platform_id WHERE t.enabled AND t.removed_at = 0 AND t.next_at <= $1 AND ` + watched

// claim takes targets that are due; no other process has them until they are due again.
func (s probeStore) claim(ctx context.Context, now time.Time, most int) ([]Target, error) {
	var n int
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) `+dueTargets, now.UnixMilli()).Scan(&n); err != nil || n == 0 || most <= 0 {
		return nil, err
	}
	var list []Target
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "probes"); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+targetColumns+` `+dueTargets+` ORDER BY t.next_at, t.id LIMIT $2`, now.UnixMilli(), most)
		if err != nil {
			return fmt.Errorf("read targets that are due: %w", err)
		}
		if list, err = sqldb.All(rows, scanTarget); err != nil {
			return err
		}
		for _, t := range list {
			every := time.Duration(t.Spec.Interval) * time.Second
			next := t.nextAt.Add(every)
			if !next.After(now) {
				next = now.Add(every)
			}
			if _, err := tx.Exec(ctx, `UPDATE probe_target SET next_at = $1 WHERE id = $2`, next.UnixMilli(), t.ID); err != nil {
				return fmt.Errorf("claim target: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim targets: %w", err)
	}
	return list, nil
}

// seen is what a look changed.
type seen struct {
	target  Target // with its new standing
	began   bool   // an incident began
	ended   bool   // … or ended; since when it lasted
	lasted  time.Duration
	ending  bool // the certificate is near its end, which nobody was told
	changed bool // of the state
}

// note writes down a look, and what follows from it.
func (s probeStore) note(ctx context.Context, claimed Target, l probe.Look, sender *notice.Sender, tell func(seen) []notice.Notice) (seen, error) {
	var what seen
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		what = seen{}
		if err := queueFor(ctx, tx, claimed.ID); err != nil {
			return err
		}
		t, err := scanTarget(tx.QueryRow(ctx, `SELECT `+targetColumns+` FROM probe_target t JOIN platform p ON p.id = t.platform_id WHERE t.id = $1 AND t.removed_at = 0 AND t.enabled AND `+watched, claimed.ID))
		if errors.Is(err, sql.ErrNoRows) || (err == nil && (t.Version != claimed.Version || !l.At.After(t.standing.Last.At))) {
			return nil // it was changed while it was looked at
		}
		if err != nil {
			return fmt.Errorf("read target: %w", err)
		}
		var stopped bool
		err = tx.QueryRow(ctx, `SELECT COUNT(*) > 0 FROM maintenance WHERE platform_id = $1 AND from_at <= $2 AND to_at > $2`, t.PlatformID, l.At.UnixMilli()).Scan(&stopped)
		if err != nil {
			return fmt.Errorf("read maintenance: %w", err)
		}
		what.changed = t.standing.State != t.standing.After(l).State
		t.standing = t.standing.After(l)
		what.target = t
		if err := addLook(ctx, tx, t, l, stopped); err != nil {
			return err
		}
		if err := what.conclude(ctx, tx, stopped); err != nil {
			return err
		}
		if err := saveStanding(ctx, tx, what.target); err != nil {
			return err
		}
		return sender.Send(ctx, tx, tell(what)...)
	})
	if err != nil {
		return what, fmt.Errorf("note a look at %s: %w", claimed.ID, err)
	}
	return what, nil
}

func addLook(ctx context.Context, tx *sqldb.Tx, t Target, l probe.Look, stopped bool) error {
	_, err := tx.Exec(ctx, `INSERT INTO probe_look (target_id, at, ok, ms, status, fault, detail, stopped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, l.At.UnixMilli(), l.OK, l.Ms, l.Status, l.Fault, l.Detail, stopped)
	if err != nil {
		return fmt.Errorf("insert look: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM probe_look WHERE target_id = $1 AND at < $2`, t.ID, l.At.Add(-looksKept).UnixMilli()); err != nil {
		return fmt.Errorf("forget looks: %w", err)
	}
	day, before := dayOf(l.At), lookSum{}
	err = tx.QueryRow(ctx, `SELECT looks, good, stopped, timed, ms_sum, ms_min, ms_max FROM probe_day WHERE target_id = $1 AND day = $2`, t.ID, day).
		Scan(&before.looks, &before.good, &before.stopped, &before.timed, &before.msSum, &before.msMin, &before.msMax)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read day: %w", err)
	}
	n := before.plus(lookOf(l, stopped))
	_, err = tx.Exec(ctx, `INSERT INTO probe_day (target_id, platform_id, day, looks, good, stopped, timed, ms_sum, ms_min, ms_max) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (target_id, day) DO UPDATE SET looks = excluded.looks, good = excluded.good, stopped = excluded.stopped, timed = excluded.timed,
		ms_sum = excluded.ms_sum, ms_min = excluded.ms_min, ms_max = excluded.ms_max`,
		t.ID, t.PlatformID, day, n.looks, n.good, n.stopped, n.timed, n.msSum, n.msMin, n.msMax)
	if err != nil {
		return fmt.Errorf("add to day: %w", err)
	}
	return nil
}

// conclude begins and ends the incident of a target, and notices the end of a
// certificate. During maintenance no incident begins.
func (what *seen) conclude(ctx context.Context, tx *sqldb.Tx, stopped bool) error {
	t := &what.target
	l := t.standing.Last
	var open string
	var began int64
	err := tx.QueryRow(ctx, `SELECT id, began_at FROM incident WHERE target_id = $1 AND ended_at = 0`, t.ID).Scan(&open, &began)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read incident: %w", err)
	}
	switch {
	case t.standing.State == probe.Down && open == "" && !stopped:
		if err := beginIncident(ctx, tx, *t); err != nil {
			return err
		}
		what.began = true
	case t.standing.State == probe.Up && open != "":
		if err := endIncident(ctx, tx, t.ID, l.At); err != nil {
			return err
		}
		what.ended, what.lasted = true, l.At.Sub(sqldb.Time(began))
	}
	if l.Until != nil && l.Until.Before(l.At.AddDate(0, 0, t.Spec.WarnDays)) && l.Until.UnixMilli() != t.toldUntil.UnixMilli() {
		what.ending, t.toldUntil = true, *l.Until
	}
	return nil
}

// beginIncident enters an incident: it began with the first bad look in a row,
// or when the maintenance ended in which that was.
func beginIncident(ctx context.Context, tx *sqldb.Tx, t Target) error {
	first, l := t.standing.First.UnixMilli(), t.standing.Last
	var after int64
	err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(to_at), 0) FROM maintenance WHERE platform_id = $1 AND to_at > $2 AND to_at <= $3`, t.PlatformID, first, l.At.UnixMilli()).Scan(&after)
	if err != nil {
		return fmt.Errorf("read maintenance: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO incident (id, target_id, platform_id, began_at, fault, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		ulid.Make().String(), t.ID, t.PlatformID, max(first, after), l.Fault, l.Detail)
	if err != nil {
		return fmt.Errorf("insert incident: %w", err)
	}
	return nil
}

func saveStanding(ctx context.Context, tx *sqldb.Tx, t Target) error {
	s, until := t.standing, int64(0)
	if s.Last.Until != nil {
		until = s.Last.Until.UnixMilli()
	}
	_, err := tx.Exec(ctx, `UPDATE probe_target SET state = $1, bad = $2, since = $3, first_bad = $4, looked_at = $5, ok = $6, ms = $7, status = $8, until_at = $9, fault = $10, detail = $11, told_until = $12 WHERE id = $13`,
		s.State, s.Bad, sqldb.MillisOrZero(s.Since), sqldb.MillisOrZero(s.First), sqldb.MillisOrZero(s.Last.At), s.Last.OK, s.Last.Ms, s.Last.Status, until, s.Last.Fault, s.Last.Detail, sqldb.MillisOrZero(t.toldUntil), t.ID)
	if err != nil {
		return fmt.Errorf("save standing: %w", err)
	}
	return nil
}

// looks returns the last looks at a target, the oldest first.
func (s probeStore) looks(ctx context.Context, targetID string, from time.Time) ([]lookView, error) {
	rows, err := s.db.Query(ctx, `SELECT at, ok, ms, status, fault, detail, stopped FROM probe_look WHERE target_id = $1 AND at >= $2 ORDER BY at`, targetID, from.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read looks: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (v lookView, err error) {
		var at int64
		err = r.Scan(&at, &v.OK, &v.Ms, &v.Status, &v.Fault, &v.Detail, &v.Stopped)
		v.At = sqldb.Time(at)
		return v, err
	})
}

// forget drops what is too old to be shown or to count.
func (s probeStore) forget(ctx context.Context, now time.Time) error {
	old := now.Add(-availableKept)
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, d := range []struct {
			query string
			arg   any
		}{
			{`DELETE FROM probe_look WHERE at < $1`, now.Add(-looksKept).UnixMilli()},
			{`DELETE FROM probe_day WHERE day < $1`, dayOf(old)},
			{`DELETE FROM incident WHERE ended_at > 0 AND ended_at < $1`, old.UnixMilli()},
			{`DELETE FROM maintenance WHERE to_at < $1`, old.UnixMilli()},
			{`DELETE FROM probe_target WHERE removed_at > 0 AND removed_at < $1`, old.UnixMilli()},
		} {
			if _, err := tx.Exec(ctx, d.query, d.arg); err != nil {
				return fmt.Errorf("forget old looks: %w", err)
			}
		}
		return nil
	})
}
