package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// alertRuleStore keeps the rules of alerts.
type alertRuleStore struct{ db *sqldb.DB }

const alertRuleColumns = `r.id, r.spec, r.enabled, r.organisation_id, r.version, r.evaluated_at, r.took_ms, r.holds, r.failure,
	(SELECT COUNT(*) FROM alert a WHERE a.rule_id = r.id AND a.state = 'firing')`

func scanAlertRule(row sqldb.Row) (r AlertRule, err error) {
	var spec string
	var enabled bool
	var evaluated int64
	if err := row.Scan(&r.ID, &spec, &enabled, &r.organisation, &r.Version, &evaluated, &r.TookMs, &r.Holds, &r.Failure, &r.Firing); err != nil {
		return r, err
	}
	if err := json.Unmarshal([]byte(spec), &r.Rule); err != nil {
		return r, fmt.Errorf("read rule %s: %w", r.ID, err)
	}
	r.Enabled, r.Ready = enabled, strings.HasPrefix(r.ID, readyPrefix)
	if evaluated > 0 {
		at := sqldb.Time(evaluated)
		r.EvaluatedAt = &at
	}
	return r, nil
}

// list returns the rules, or those that are switched on, the gravest first.
func (s alertRuleStore) list(ctx context.Context, enabled bool) ([]AlertRule, error) {
	query := `SELECT ` + alertRuleColumns + ` FROM alert_rule r WHERE r.removed_at = 0`
	if enabled {
		query += ` AND r.enabled`
	}
	rows, err := s.db.Query(ctx, query+` ORDER BY r.weight DESC, r.id`)
	if err != nil {
		return nil, fmt.Errorf("read alert rules: %w", err)
	}
	return sqldb.All(rows, scanAlertRule)
}

func (s alertRuleStore) get(ctx context.Context, db rowReader, id string) (AlertRule, error) {
	r, err := scanAlertRule(db.QueryRow(ctx, `SELECT `+alertRuleColumns+` FROM alert_rule r WHERE r.id = $1 AND r.removed_at = 0`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such rule, or it is not yours to see")
	}
	if err != nil {
		return r, fmt.Errorf("read alert rule: %w", err)
	}
	return r, nil
}

func (s alertRuleStore) insert(ctx context.Context, r AlertRule, now time.Time) error {
	spec, err := json.Marshal(r.Rule)
	if err != nil {
		return fmt.Errorf("write down alert rule: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "alert_rules"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM alert_rule WHERE removed_at = 0`).Scan(&n); err != nil {
			return fmt.Errorf("count alert rules: %w", err)
		}
		if n >= alertRulesMost {
			return fault.New(fault.Conflict, "platforms.alert_rule.too_many", "there are %d rules already", n).With("limit", alertRulesMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO alert_rule (id, code, name_zh, name_en, kind, severity, weight, enabled, spec, organisation_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			r.ID, r.Code, r.Name.ZH, r.Name.EN, string(r.Kind), string(r.Severity), r.Severity.Weight(), r.Enabled, string(spec), r.organisation, now.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "platforms.alert_rule.code_taken", "the code %s is taken", r.Code).At("body.code", "choose another code")
		}
		if err != nil {
			return fmt.Errorf("insert alert rule: %w", err)
		}
		tx.Changed("alert_rule", r.ID, nil, r)
		return nil
	})
}

// edit replaces a rule. Alerts that say nothing about it any more are over.
func (s alertRuleStore) edit(ctx context.Context, after AlertRule, version int64, now time.Time) error {
	spec, err := json.Marshal(after.Rule)
	if err != nil {
		return fmt.Errorf("write down alert rule: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueForRule(ctx, tx, after.ID); err != nil {
			return err
		}
		before, err := s.get(ctx, tx, after.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE alert_rule SET name_zh = $1, name_en = $2, severity = $3, weight = $4, enabled = $5, spec = $6, organisation_id = $7, failure = '', version = version + 1 WHERE id = $8 AND version = $9`,
			after.Name.ZH, after.Name.EN, string(after.Severity), after.Severity.Weight(), after.Enabled, string(spec), after.organisation, after.ID, version)
		if err != nil {
			return fmt.Errorf("edit alert rule: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this rule meanwhile; read it again")
		}
		tx.Changed("alert_rule", after.ID, before, after)
		if !after.Anew(before.Rule) {
			return nil
		}
		return endAlerts(ctx, tx, after.ID, now)
	})
}

// remove takes a rule away; its alerts stay as history.
func (s alertRuleStore) remove(ctx context.Context, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := queueForRule(ctx, tx, id); err != nil {
			return err
		}
		r, err := s.get(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE alert_rule SET removed_at = $1, enabled = FALSE WHERE id = $2`, now.UnixMilli(), id); err != nil {
			return fmt.Errorf("remove alert rule: %w", err)
		}
		tx.Changed("alert_rule", id, r, nil)
		return endAlerts(ctx, tx, id, now)
	})
}

// queueForRule lets one process at a time change the alerts of a rule.
func queueForRule(ctx context.Context, tx *sqldb.Tx, id string) error {
	return tx.Queue(ctx, "alert_rule "+id)
}

// endAlerts ends what lasts of a rule that is another from now on.
func endAlerts(ctx context.Context, tx *sqldb.Tx, ruleID string, now time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM alert WHERE rule_id = $1 AND state = 'pending'`, ruleID); err != nil {
		return fmt.Errorf("drop pending alerts: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT id FROM alert WHERE rule_id = $1 AND state = 'firing'`, ruleID)
	if err != nil {
		return fmt.Errorf("read alerts: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE alert SET state = CASE WHEN state = 'firing' THEN 'resolved' ELSE state END, ended_at = $1, version = version + 1 WHERE rule_id = $2 AND ended_at = 0`, now.UnixMilli(), ruleID); err != nil {
		return fmt.Errorf("end alerts: %w", err)
	}
	who := identity.From(ctx)
	for _, id := range ids {
		if err := addAlertStep(ctx, tx, id, alertStep{At: now, actor: who.Actor(), Name: who.Name, Did: "rule"}); err != nil {
			return err
		}
	}
	return nil
}
