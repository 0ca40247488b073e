package share

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// ruleStore keeps rules and the number of what is in force.
type ruleStore struct{ db *sqldb.DB }

// rulesLimit bounds how many rules of an organisation are not ended, forceLimit
// how many are in force in the city.
const (
	rulesLimit = 200
	forceLimit = 2000
)

const ruleColumns = `r.id, r.organisation_id, r.organisation_zh, r.organisation_en, r.city, r.noun, r.title_zh, r.title_en, r.purpose, r.filters, r.audience, r.until,
	r.cedar, r.custom, r.state, r.proposed_by, r.proposed_by_name, r.approved_by, r.approved_by_name, r.reason, r.created_by, r.created_by_name, r.created_at, r.changed_at, r.version`

func scanRule(now time.Time) func(sqldb.Row) (Rule, error) {
	return func(s sqldb.Row) (Rule, error) {
		var r Rule
		var filters, audience string
		var until, created, changed int64
		err := s.Scan(&r.ID, &r.OrganisationID, &r.Organisation.ZH, &r.Organisation.EN, &r.City, &r.Noun, &r.Title.ZH, &r.Title.EN, &r.Purpose, &filters, &audience, &until,
			&r.Cedar, &r.Custom, &r.State, &r.proposedBy, &r.ProposedByName, &r.approvedBy, &r.ApprovedByName, &r.Reason, &r.createdBy, &r.CreatedByName, &created, &changed, &r.Version)
		if err != nil {
			return r, err
		}
		r.Until, r.CreatedAt, r.ChangedAt = time.UnixMilli(until).UTC(), time.UnixMilli(created).UTC(), time.UnixMilli(changed).UTC()
		if r.State == InForce && !r.Until.After(now) {
			r.State = Ended
		}
		return r, errors.Join(json.Unmarshal([]byte(filters), &r.Filters), json.Unmarshal([]byte(audience), &r.Audience))
	}
}

// stateText is the state in SQL: time ends a rule without anybody's doing.
func stateText(now time.Time) string {
	return `CASE WHEN r.state = 'in_force' AND r.until <= ` + strconv.FormatInt(now.UnixMilli(), 10) + ` THEN 'ended' ELSE r.state END`
}

type ruleParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"draft,proposed,in_force,ended"`
	Noun  string `query:"noun" maxLength:"80"`
}

func (s ruleStore) list(ctx context.Context, in ruleParams, now time.Time) (sqldb.Page[Rule], error) {
	state := stateText(now)
	l := sqldb.List{
		Select: ruleColumns, From: "rule r", Key: "r.id", Order: "-changed_at",
		Sort:   map[string]string{"title": "r.title_zh", "state": state, "organisation": "r.organisation_zh", "until": "r.until", "changed_at": "r.changed_at"},
		Search: []string{"r.title_zh", "r.title_en", "r.purpose", "r.organisation_zh", "r.organisation_en"},
	}
	l.WhereIf(state+" = ?", in.State).WhereIf("r.noun = ?", in.Noun)
	identity.From(ctx).Scope.Filter(&l, "r.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRule(now))
}

// read returns a rule within the caller's scope.
func (s ruleStore) read(ctx context.Context, id string, now time.Time) (Rule, error) {
	r, err := scanRule(now)(s.db.QueryRow(ctx, `SELECT `+ruleColumns+` FROM rule r WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such rule, or it is not yours to see")
	}
	if err != nil {
		return r, fmt.Errorf("read rule: %w", err)
	}
	return r, identity.From(ctx).Scope.Check(r.OrganisationID)
}

func (s ruleStore) insert(ctx context.Context, r Rule) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "rules "+r.OrganisationID); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM rule WHERE organisation_id = $1 AND state <> 'ended'`, r.OrganisationID).Scan(&n); err != nil {
			return fmt.Errorf("count rules: %w", err)
		}
		if n >= rulesLimit {
			return fault.New(fault.Conflict, "share.rule.many", "an organisation has at most %d rules", rulesLimit).With("limit", rulesLimit)
		}
		filters, audience, err := encoded(r)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO rule (id, organisation_id, organisation_zh, organisation_en, city, noun, title_zh, title_en, purpose, filters, audience, until, cedar, custom, state,
			created_by_name, created_at, changed_at, version, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, $19)`,
			r.ID, r.OrganisationID, r.Organisation.ZH, r.Organisation.EN, r.City, r.Noun, r.Title.ZH, r.Title.EN, r.Purpose, filters, audience, r.Until.UnixMilli(), r.Cedar, r.Custom,
			string(r.State), r.CreatedByName, r.CreatedAt.UnixMilli(), r.CreatedAt.UnixMilli(), r.createdBy)
		if err != nil {
			return fmt.Errorf("insert rule: %w", err)
		}
		tx.Changed("rule", r.ID, nil, r)
		return note(ctx, tx, r, "drafted")
	})
}

func encoded(r Rule) (filters, audience string, err error) {
	f, err := json.Marshal(r.Filters)
	if err != nil {
		return "", "", fmt.Errorf("encode filters: %w", err)
	}
	a, err := json.Marshal(r.Audience)
	if err != nil {
		return "", "", fmt.Errorf("encode audience: %w", err)
	}
	return string(f), string(a), nil
}

// note keeps the version that a change made.
func note(ctx context.Context, tx *sqldb.Tx, r Rule, act string) error {
	by := identity.From(ctx)
	unnamed := r // names are in their own columns, from where persons are erased
	unnamed.CreatedByName, unnamed.ProposedByName, unnamed.ApprovedByName = "", "", ""
	snapshot, err := json.Marshal(unnamed)
	if err != nil {
		return fmt.Errorf("encode rule: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO rule_history (rule_id, version, at, by_name, act, reason, cedar, snapshot, by_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID, r.Version, time.Now().UnixMilli(), by.Name, act, r.Reason, r.Cedar, string(snapshot), by.PersonID)
	if err != nil {
		return fmt.Errorf("keep the rule's version: %w", err)
	}
	return nil
}

// change lets decide change a rule, and saves it with its version. The number
// of what is in force moves with it: from the commit on every replica asks anew.
func (s ruleStore) change(ctx context.Context, id string, version int64, act string, now time.Time, decide func(Rule) (Rule, error)) (r Rule, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "rule set"); err != nil {
			return err
		}
		before, err := scanRule(now)(tx.QueryRow(ctx, `SELECT `+ruleColumns+` FROM rule r WHERE r.id = $1`, id))
		if err != nil {
			return fmt.Errorf("read rule: %w", err)
		}
		if version != 0 && before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this rule meanwhile; read it again")
		}
		if r, err = decide(before); err != nil {
			return err
		}
		r.Version, r.ChangedAt = before.Version+1, now.UTC().Truncate(time.Millisecond)
		if err := save(ctx, tx, r); err != nil {
			return err
		}
		tx.Changed("rule", r.ID, before, r)
		if r.State == InForce {
			if err := bounded(ctx, tx); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE rule_set SET revision = revision + 1`); err != nil {
			return fmt.Errorf("number what is in force: %w", err)
		}
		return note(ctx, tx, r, act)
	})
	return r, err
}

func bounded(ctx context.Context, tx *sqldb.Tx) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM rule WHERE state = 'in_force'`).Scan(&n); err != nil {
		return fmt.Errorf("count rules: %w", err)
	}
	if n > forceLimit {
		return fault.New(fault.Conflict, "share.rule.many", "at most %d rules are in force in the city", forceLimit).With("limit", forceLimit)
	}
	return nil
}

func save(ctx context.Context, tx *sqldb.Tx, r Rule) error {
	filters, audience, err := encoded(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE rule SET title_zh = $1, title_en = $2, purpose = $3, filters = $4, audience = $5, until = $6, cedar = $7, custom = $8, state = $9, proposed_by = $10,
		proposed_by_name = $11, approved_by_name = $12, reason = $13, changed_at = $14, version = $15, approved_by = $17 WHERE id = $16`, r.Title.ZH, r.Title.EN, r.Purpose, filters, audience,
		r.Until.UnixMilli(), r.Cedar, r.Custom, string(r.State), r.proposedBy, r.ProposedByName, r.ApprovedByName, r.Reason, r.ChangedAt.UnixMilli(), r.Version, r.ID, r.approvedBy)
	if err != nil {
		return fmt.Errorf("save rule: %w", err)
	}
	return nil
}

// revision is the number of what is in force.
func (s ruleStore) revision(ctx context.Context) (n int64, err error) {
	if err := s.db.QueryRow(ctx, `SELECT revision FROM rule_set WHERE slot = 'current'`).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the number of the rules: %w", err)
	}
	return n, nil
}

// inForce returns all rules that share something now or will, of one number.
func (s ruleStore) inForce(ctx context.Context, now time.Time) ([]Rule, error) {
	rows, err := s.db.Query(ctx, `SELECT `+ruleColumns+` FROM rule r WHERE r.state = 'in_force' AND r.until > $1 ORDER BY r.id LIMIT 5000`, now.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read rules in force: %w", err)
	}
	return sqldb.All(rows, scanRule(now))
}

// Version is one version of a rule.
type Version struct {
	Version int64     `json:"version"`
	At      time.Time `json:"at"`
	ByName  string    `json:"by_name"`
	Act     string    `json:"act" enum:"drafted,edited,policy,submitted,approved,returned,ended"`
	Reason  string    `json:"reason"`
	Cedar   string    `json:"cedar"`
}

func (s ruleStore) history(ctx context.Context, id string) ([]Version, error) {
	rows, err := s.db.Query(ctx, `SELECT h.version, h.at, h.by_name, h.act, h.reason, h.cedar FROM rule_history h WHERE h.rule_id = $1 ORDER BY h.version DESC LIMIT 200`, id)
	if err != nil {
		return nil, fmt.Errorf("read the rule's versions: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Version, error) {
		var v Version
		var at int64
		err := r.Scan(&v.Version, &at, &v.ByName, &v.Act, &v.Reason, &v.Cedar)
		v.At = time.UnixMilli(at).UTC()
		return v, err
	})
}

func (s ruleStore) rename(ctx context.Context, organisation string, name lang.Text) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE rule SET organisation_zh = $1, organisation_en = $2 WHERE organisation_id = $3`, name.ZH, name.EN, organisation)
		if err != nil {
			return fmt.Errorf("rename: %w", err)
		}
		// What an organisation is decides what is shared with it.
		_, err = tx.Exec(ctx, `UPDATE rule_set SET revision = revision + 1`)
		return err
	})
}
