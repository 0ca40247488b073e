package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// quotaStore keeps how much nodes may have.
type quotaStore struct{ db *sqldb.DB }

// of returns the quota of a node; without one nothing is limited, and the version is 0.
func (s quotaStore) of(ctx context.Context, nodeID string) (q Quota, version int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT identifiers, registrations, requests, prefixes, version FROM node_quota WHERE node_id = $1`, nodeID).
		Scan(&q.Identifiers, &q.Registrations, &q.Requests, &q.Prefixes, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return Quota{}, 0, nil
	}
	if err != nil {
		return q, 0, fmt.Errorf("read quota: %w", err)
	}
	return q, version, nil
}

// put keeps a quota in the place of a version of it.
func (s quotaStore) put(ctx context.Context, nodeID, day string, before, after Quota, version int64) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO node_quota (node_id, identifiers, registrations, requests, prefixes, day, registered, version) VALUES ($1, $2, $3, $4, $5, $6, 0, $7 + 1)
			ON CONFLICT (node_id) DO UPDATE SET identifiers = excluded.identifiers, registrations = excluded.registrations, requests = excluded.requests, prefixes = excluded.prefixes, version = excluded.version
			WHERE node_quota.version = $7`, nodeID, after.Identifiers, after.Registrations, after.Requests, after.Prefixes, day, version)
		if err != nil {
			return fmt.Errorf("save quota: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this quota meanwhile; read it again")
		}
		tx.Changed("node_quota", nodeID, before, after)
		return nil
	})
}

// used returns how many new handles and how many resolutions of a day are written down.
func (s quotaStore) used(ctx context.Context, nodeID, day string) (registered, requests int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT COALESCE((SELECT registered FROM node_quota WHERE node_id = $1 AND day = $2), 0),
		COALESCE((SELECT requests FROM node_count WHERE node_id = $1 AND day = $2 AND kind = '`+resolutions+`'), 0)`, nodeID, day).Scan(&registered, &requests)
	if err != nil {
		return 0, 0, fmt.Errorf("read what was used of a quota: %w", err)
	}
	return registered, requests, nil
}

// add writes down new handles of nodes that have a quota.
func (s quotaStore) add(ctx context.Context, day string, made map[string]int64) error {
	if len(made) == 0 {
		return nil
	}
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		for id, n := range made {
			if _, err := tx.Exec(ctx, `UPDATE node_quota SET registered = $1 + CASE day WHEN $2 THEN registered ELSE 0 END, day = $2 WHERE node_id = $3`, n, day, id); err != nil {
				return fmt.Errorf("write down what was registered: %w", err)
			}
		}
		return nil
	})
}

// all returns the quotas with what all replicas have written down of a day.
func (s quotaStore) all(ctx context.Context, day string) (map[string]*standing, error) {
	rows, err := s.db.Query(ctx, `SELECT q.node_id, q.identifiers, q.registrations, q.requests, q.prefixes, CASE q.day WHEN $1 THEN q.registered ELSE 0 END, COALESCE(c.requests, 0)
		FROM node_quota q LEFT JOIN node_count c ON c.node_id = q.node_id AND c.day = $1 AND c.kind = '`+resolutions+`'`, day)
	if err != nil {
		return nil, fmt.Errorf("read quotas: %w", err)
	}
	list := map[string]*standing{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		x := standing{day: day}
		err = r.Scan(&id, &x.Identifiers, &x.Registrations, &x.Requests, &x.Prefixes, &x.registered, &x.requests)
		list[id] = &x
		return id, err
	})
	return list, err
}

// room refuses another prefix below a node whose quota is used up. Two that are
// allocated at the same time may both pass.
func (s quotaStore) room(ctx context.Context, nodeID string) error {
	q, _, err := s.of(ctx, nodeID)
	if err != nil || q.Prefixes == 0 {
		return err
	}
	n, err := s.prefixes(ctx, nodeID)
	if err != nil || n < q.Prefixes {
		return err
	}
	return fault.New(fault.Conflict, "identifier.quota.prefixes", "the node above may allocate %d prefixes, and has", q.Prefixes).At("body.above_id", "choose another node, or ask the bureau to raise its quota")
}

// prefixes counts the prefixes that a node has allocated, or is asked for.
func (s quotaStore) prefixes(ctx context.Context, nodeID string) (n int64, err error) {
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM node WHERE above_id = $1 AND state NOT IN ('refused', 'revoked')`, nodeID).Scan(&n); err != nil {
		return 0, fmt.Errorf("count prefixes: %w", err)
	}
	return n, nil
}
