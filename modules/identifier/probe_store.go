package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/probe"
)

// probeStore keeps who looks at nodes, and what they saw.
type probeStore struct{ db *sqldb.DB }

func scanProber(r sqldb.Row) (p prober, err error) {
	var created, seen int64
	err = r.Scan(&p.ID, &p.Name, &p.OrganisationID, &created, &seen)
	p.CreatedAt = time.UnixMilli(created).UTC()
	if seen != 0 {
		at := time.UnixMilli(seen).UTC()
		p.SeenAt, p.Fresh = &at, time.Since(at) <= probe.Fresh
	}
	return p, err
}

func (s probeStore) list(ctx context.Context, p sqldb.ListParams) (sqldb.Page[prober], error) {
	l := sqldb.List{
		Select: "p.id, p.name, p.organisation_id, p.created_at, p.seen_at", From: "probe p", Key: "p.id", Order: "name",
		Sort: map[string]string{"name": "p.name", "created_at": "p.created_at", "seen_at": "p.seen_at"}, Search: []string{"p.name"},
	}
	return sqldb.Fetch(ctx, s.db, l, p, scanProber)
}

func (s probeStore) get(ctx context.Context, id string) (prober, error) {
	p, err := scanProber(s.db.QueryRow(ctx, `SELECT id, name, organisation_id, created_at, seen_at FROM probe WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "kernel.not_found", "there is no such probe, or it is not yours to see")
	}
	if err != nil {
		return p, fmt.Errorf("read probe: %w", err)
	}
	return p, nil
}

// insert registers a probe; once more does no harm.
func (s probeStore) insert(ctx context.Context, p prober) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO probe (id, name, organisation_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, p.ID, p.Name, p.OrganisationID, p.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert probe: %w", err)
		}
		if n > 0 && p.ID != cityProbe {
			tx.Changed("probe", p.ID, nil, p)
		}
		return nil
	})
}

func (s probeStore) remove(ctx context.Context, p prober) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM probe WHERE id = $1`, p.ID); err != nil {
			return fmt.Errorf("remove probe: %w", err)
		}
		tx.Changed("probe", p.ID, p, nil)
		return nil
	})
}

// standings returns what probes think, by node; of one node, or of all.
func (s probeStore) standings(ctx context.Context, nodeID string) (map[string][]standingView, error) {
	where, args := "", []any{}
	if nodeID != "" {
		where, args = " WHERE s.node_id = $1", append(args, nodeID)
	}
	rows, err := s.db.Query(ctx, `SELECT s.node_id, s.probe_id, p.name, s.down, s.streak, s.since, s.at, s.unmade, s.fault
		FROM probe_standing s JOIN probe p ON p.id = s.probe_id`+where+` ORDER BY p.name, p.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read what probes think: %w", err)
	}
	list := map[string][]standingView{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		var v standingView
		var since, at int64
		now := &v.standing
		err = r.Scan(&id, &v.Probe, &v.ProbeName, &now.Down, &now.Streak, &since, &at, &now.Unmade, &now.Fault)
		now.Since, now.At = time.UnixMilli(since).UTC(), time.UnixMilli(at).UTC()
		v.Down, v.Since, v.At, v.Fault, v.Fresh = now.Down, now.Since, now.At, now.Fault, time.Since(now.At) <= probe.Fresh
		list[id] = append(list[id], v)
		return id, err
	})
	return list, err
}

// look is one result with what the probe thinks after it.
type look struct {
	result  *probe.Result
	after   probe.Standing
	stopped bool
}

// note writes down what a probe saw.
func (s probeStore) note(ctx context.Context, probeID string, above map[string]string, looks []look) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE probe SET seen_at = $1 WHERE id = $2`, time.Now().UnixMilli(), probeID); err != nil {
			return fmt.Errorf("note a probe: %w", err)
		}
		for _, l := range looks {
			day := dayOf(l.result.At)
			if err := addLook(ctx, tx, day, l.result.NodeID, probeID, countOf(l.result, l.stopped)); err != nil {
				return err
			}
			if id := above[l.result.NodeID]; id != "" && l.result.Above > 0 {
				if err := addLook(ctx, tx, day, id, probeID, lookCount{asked: l.result.Above}); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `INSERT INTO probe_standing (probe_id, node_id, down, streak, since, at, unmade, fault) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
				ON CONFLICT (probe_id, node_id) DO UPDATE SET down = excluded.down, streak = excluded.streak, since = excluded.since, at = excluded.at, unmade = excluded.unmade, fault = excluded.fault`,
				probeID, l.result.NodeID, l.after.Down, int64(l.after.Streak), l.after.Since.UnixMilli(), l.after.At.UnixMilli(), l.after.Unmade, l.after.Fault)
			if err != nil {
				return fmt.Errorf("note what a probe thinks: %w", err)
			}
		}
		return nil
	})
}

func addLook(ctx context.Context, tx *sqldb.Tx, day, nodeID, probeID string, c lookCount) error {
	_, err := tx.Exec(ctx, `INSERT INTO probe_day (day, node_id, probe_id, looks, good, stopped, resolved, resolved_us, made, made_us, visible_us, asked)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (day, node_id, probe_id) DO UPDATE SET looks = probe_day.looks + excluded.looks, good = probe_day.good + excluded.good, stopped = probe_day.stopped + excluded.stopped,
			resolved = probe_day.resolved + excluded.resolved, resolved_us = probe_day.resolved_us + excluded.resolved_us, made = probe_day.made + excluded.made,
			made_us = probe_day.made_us + excluded.made_us, visible_us = probe_day.visible_us + excluded.visible_us, asked = probe_day.asked + excluded.asked`,
		day, nodeID, probeID, c.looks, c.good, c.stopped, c.resolved, c.resolvedUs, c.made, c.madeUs, c.visibleUs, c.asked)
	if err != nil {
		return fmt.Errorf("count looks at a node: %w", err)
	}
	return nil
}

// months returns how a node did month by month, the newest first.
func (s probeStore) months(ctx context.Context, nodeID, from, to string) ([]availability, error) {
	rows, err := s.db.Query(ctx, `SELECT SUBSTR(day, 1, 7) AS month, CAST(SUM(looks) AS BIGINT), CAST(SUM(good) AS BIGINT), CAST(SUM(resolved) AS BIGINT), CAST(SUM(resolved_us) AS BIGINT),
			CAST(SUM(made) AS BIGINT), CAST(SUM(made_us) AS BIGINT), CAST(SUM(visible_us) AS BIGINT)
		FROM probe_day WHERE node_id = $1 AND day >= $2 AND day <= $3 GROUP BY 1 ORDER BY 1 DESC`, nodeID, from, to)
	if err != nil {
		return nil, fmt.Errorf("read how a node did: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (availability, error) {
		var month string
		var c lookCount
		err := r.Scan(&month, &c.looks, &c.good, &c.resolved, &c.resolvedUs, &c.made, &c.madeUs, &c.visibleUs)
		return available(month, c), err
	})
}

// sums returns what probes saw of all nodes from a day until today, and today.
func (s probeStore) sums(ctx context.Context, from, today string) (map[string]looked, error) {
	rows, err := s.db.Query(ctx, `SELECT node_id, CAST(SUM(looks) AS BIGINT), CAST(SUM(good) AS BIGINT),
			CAST(SUM(CASE day WHEN $2 THEN resolved ELSE 0 END) AS BIGINT), CAST(SUM(CASE day WHEN $2 THEN resolved_us ELSE 0 END) AS BIGINT)
		FROM probe_day WHERE day >= $1 AND day <= $2 GROUP BY node_id`, from, today)
	if err != nil {
		return nil, fmt.Errorf("read how nodes did: %w", err)
	}
	list := map[string]looked{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		var l looked
		err = r.Scan(&id, &l.month.looks, &l.month.good, &l.today.resolved, &l.today.resolvedUs)
		list[id] = l
		return id, err
	})
	return list, err
}

// known returns an identifier of each node that has one here, other than those of probes.
func (s probeStore) known(ctx context.Context) (map[string]string, error) {
	rows, err := s.db.Query(ctx, `SELECT n.id, COALESCE((SELECT i.handle FROM identifier i WHERE i.node_id = n.id AND i.id <> UPPER(n.prefix) || '/' || $1 ORDER BY i.id LIMIT 1), '')
		FROM node n WHERE n.hosting = 'hosted' AND n.state IN ('trial', 'in_service', 'suspended')`, probe.Suffix)
	if err != nil {
		return nil, fmt.Errorf("find identifiers to ask for: %w", err)
	}
	list := map[string]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		var handle string
		err = r.Scan(&id, &handle)
		list[id] = handle
		return id, err
	})
	return list, err
}

// forget drops looks that no report needs any more, and what is thought of nodes that are gone.
func (s probeStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM probe_day WHERE day < $1`, dayOf(before)); err != nil {
			return fmt.Errorf("forget looks: %w", err)
		}
		_, err := tx.Exec(ctx, `DELETE FROM probe_standing WHERE node_id NOT IN (SELECT id FROM node WHERE state IN ('trial', 'in_service', 'suspended'))`)
		if err != nil {
			return fmt.Errorf("forget what was thought of nodes: %w", err)
		}
		return nil
	})
}

// conditions tells of nodes whether an event of theirs lasts, or somebody looked
// lately; others are left out.
func (s probeStore) conditions(ctx context.Context, ids []string) (map[string]condition, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := marks(ids)
	list := map[string]condition{}
	read := func(c condition, query string, more ...any) error {
		rows, err := s.db.Query(ctx, query, append(args, more...)...)
		if err != nil {
			return fmt.Errorf("read what probes see: %w", err)
		}
		_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
			err = r.Scan(&id)
			list[id] = c
			return id, err
		})
		return err
	}
	fresh := fmt.Sprint("$", len(args)+1)
	if err := read(up, `SELECT node_id FROM probe_standing WHERE node_id IN (`+in+`) AND at >= `+fresh, time.Now().Add(-probe.Fresh).UnixMilli()); err != nil {
		return nil, err
	}
	return list, read(down, `SELECT e.node_id FROM node_event e WHERE `+lasting+` AND e.node_id IN (`+in+`)`)
}

// firstDay is the first day of a period on which somebody looked at a node; empty for none.
func (s probeStore) firstDay(ctx context.Context, nodeID, from, to string) (day string, err error) {
	err = s.db.QueryRow(ctx, `SELECT COALESCE(MIN(day), '') FROM probe_day WHERE node_id = $1 AND day >= $2 AND day <= $3 AND looks + stopped > 0`, nodeID, from, to).Scan(&day)
	if err != nil {
		return "", fmt.Errorf("find the first look at a node: %w", err)
	}
	return day, nil
}
