package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/duty"
)

// policyStore keeps escalation policies.
type policyStore struct{ db *sqldb.DB }

func scanPolicy(row sqldb.Row) (p Policy, err error) {
	var spec string
	if err := row.Scan(&p.ID, &spec, &p.Version); err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(spec), &p.Policy); err != nil {
		return p, fmt.Errorf("read policy %s: %w", p.ID, err)
	}
	return p, nil
}

func fillSteps(steps []duty.Step, members map[int][]duty.Member) {
	for i := range steps {
		steps[i].Persons = append([]duty.Member{}, members[i]...)
	}
}

// list returns all policies.
func (s policyStore) list(ctx context.Context) ([]Policy, error) {
	rows, err := s.db.Query(ctx, `SELECT id, spec, version FROM escalation_policy ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	list, err := sqldb.All(rows, scanPolicy)
	if err != nil || len(list) == 0 {
		return list, err
	}
	members, err := dutyMembers(ctx, s.db, "")
	for i := range list {
		fillSteps(list[i].Steps, members[list[i].ID])
	}
	return list, err
}

func (s policyStore) get(ctx context.Context, db lister, id string) (Policy, error) {
	p, err := scanPolicy(db.QueryRow(ctx, `SELECT id, spec, version FROM escalation_policy WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "kernel.not_found", "there is no such policy, or it is not yours to see")
	}
	if err != nil {
		return p, fmt.Errorf("read policy: %w", err)
	}
	members, err := dutyMembers(ctx, db, id)
	fillSteps(p.Steps, members[id])
	return p, err
}

// save enters a policy, or replaces it at a version. The rotas that it tells have to
// be there.
func (s policyStore) save(ctx context.Context, p Policy, version int64, now time.Time) error {
	kept := p.Policy
	kept.Steps = slices.Clone(p.Steps)
	parts := make([][]duty.Member, len(p.Steps))
	for i := range kept.Steps {
		parts[i], kept.Steps[i].Persons = p.Steps[i].Persons, nil
	}
	spec, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("write down policy: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueForDuty(ctx, tx); err != nil {
			return err
		}
		for i, step := range p.Steps {
			if err := rotasThere(ctx, tx, step.Rotas, fmt.Sprintf("body.steps[%d].rotas", i)); err != nil {
				return err
			}
		}
		if version == 0 {
			if err := roomFor(ctx, tx, "escalation_policy", "platforms.policy.too_many", policiesMost); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO escalation_policy (id, spec, created_at) VALUES ($1, $2, $3)`, p.ID, string(spec), now.UnixMilli()); err != nil {
				return fmt.Errorf("insert policy: %w", err)
			}
			tx.Changed("escalation_policy", p.ID, nil, p)
			return saveDutyMembers(ctx, tx, p.ID, parts)
		}
		before, err := s.get(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE escalation_policy SET spec = $1, version = version + 1 WHERE id = $2 AND version = $3`, string(spec), p.ID, version)
		if err != nil {
			return fmt.Errorf("edit policy: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this policy meanwhile; read it again")
		}
		tx.Changed("escalation_policy", p.ID, before, p)
		return saveDutyMembers(ctx, tx, p.ID, parts)
	})
}

// rotasThere refuses rotas that were removed meanwhile, and such that never were.
func rotasThere(ctx context.Context, tx *sqldb.Tx, ids []string, location string) error {
	for _, id := range ids {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM rota WHERE id = $1`, id).Scan(&n); err != nil {
			return fmt.Errorf("look for rota: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Invalid, "platforms.rota.unknown", "there is no such rota").At(location, "choose rotas that are there")
		}
	}
	return nil
}

// remove drops a policy that no route names.
func (s policyStore) remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueForDuty(ctx, tx); err != nil {
			return err
		}
		p, err := s.get(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := unused(ctx, tx, id, "platforms.policy.used", "alert_route"); err != nil {
			return err
		}
		for _, query := range []string{`DELETE FROM escalation_policy WHERE id = $1`, `DELETE FROM duty_member WHERE owner_id = $1`, `DELETE FROM alert_escalation WHERE policy_id = $1`} {
			if _, err := tx.Exec(ctx, query, id); err != nil {
				return fmt.Errorf("remove policy: %w", err)
			}
		}
		tx.Changed("escalation_policy", id, p, nil)
		return nil
	})
}
