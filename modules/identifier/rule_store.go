package identifier

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// ruleStore keeps the rules and the settings of the recursive node.
type ruleStore struct{ db *sqldb.DB }

const ruleColumns = `r.id, r.kind, r.note, r.content, r.created_at, r.version`

func scanRule(row sqldb.Row) (RuleView, error) {
	var r RuleView
	var content string
	var created int64
	if err := row.Scan(&r.ID, &r.Kind, &r.Note, &content, &created, &r.Version); err != nil {
		return r, err
	}
	r.CreatedAt = time.UnixMilli(created).UTC()
	return r, json.Unmarshal([]byte(content), &r.RuleContent)
}

type rulesParams struct {
	sqldb.ListParams
	Kind string `query:"kind" enum:"block_handle,block_prefix,allow_source,block_source,answer,site,forward"`
}

func (s ruleStore) list(ctx context.Context, in rulesParams) (sqldb.Page[RuleView], error) {
	l := sqldb.List{
		Select: ruleColumns, From: "recursive_rule r", Key: "r.id", Order: "kind",
		Sort: map[string]string{"kind": "r.kind", "subject": "r.subject", "created_at": "r.created_at"}, Search: []string{"r.subject", "r.note"},
	}
	l.WhereIf("r.kind = ?", in.Kind)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanRule)
}

type queryer interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

// all returns the settings and all rules.
func (s ruleStore) all(ctx context.Context) (RecursiveSettings, []RuleView, error) {
	return readRules(ctx, s.db)
}

func readRules(ctx context.Context, db queryer) (RecursiveSettings, []RuleView, error) {
	settings := usualSettings()
	var content string
	if err := db.QueryRow(ctx, `SELECT content, version FROM recursive_setting WHERE id = 1`).Scan(&content, &settings.Version); err != nil {
		return settings, nil, fmt.Errorf("read settings of the recursive node: %w", err)
	}
	version := settings.Version
	if content != "" {
		if err := json.Unmarshal([]byte(content), &settings); err != nil {
			return settings, nil, fmt.Errorf("read settings of the recursive node: %w", err)
		}
	}
	settings.Version = version
	rows, err := db.Query(ctx, `SELECT `+ruleColumns+` FROM recursive_rule r ORDER BY r.id`)
	if err != nil {
		return settings, nil, fmt.Errorf("read rules: %w", err)
	}
	rules, err := sqldb.All(rows, scanRule)
	return settings, rules, err
}

// decide changes rules and settings. Changes come one after the other, so that what
// each was checked with is what there is.
func (s ruleStore) decide(ctx context.Context, change func(tx *sqldb.Tx, settings RecursiveSettings, rules []RuleView) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE recursive_setting SET version = version + 1 WHERE id = 1`); err != nil {
			return fmt.Errorf("change the recursive node: %w", err)
		}
		settings, rules, err := readRules(ctx, tx)
		if err != nil {
			return err
		}
		return change(tx, settings, rules)
	})
}

func noRule() error { return fault.New(fault.NotFound, "kernel.not_found", "there is no such rule") }

// put writes a rule that is there, or a new one.
func (ruleStore) put(ctx context.Context, tx *sqldb.Tx, before *RuleView, r RuleView) error {
	content, err := json.Marshal(r.RuleContent)
	if err != nil {
		return fmt.Errorf("encode rule: %w", err)
	}
	if before == nil {
		_, err = tx.Exec(ctx, `INSERT INTO recursive_rule (id, kind, subject, note, content, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			r.ID, string(r.Kind), r.subject(), r.Note, string(content), r.CreatedAt.UnixMilli())
	} else {
		_, err = tx.Exec(ctx, `UPDATE recursive_rule SET kind = $1, subject = $2, note = $3, content = $4, version = version + 1 WHERE id = $5`,
			string(r.Kind), r.subject(), r.Note, string(content), r.ID)
	}
	if err != nil {
		return fmt.Errorf("keep rule: %w", err)
	}
	var was any
	if before != nil {
		was = *before
	}
	tx.Changed("recursive_rule", r.ID, was, r)
	return nil
}

func (ruleStore) remove(ctx context.Context, tx *sqldb.Tx, r RuleView) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recursive_rule WHERE id = $1`, r.ID); err != nil {
		return fmt.Errorf("remove rule: %w", err)
	}
	tx.Changed("recursive_rule", r.ID, r, nil)
	return nil
}

func (ruleStore) set(ctx context.Context, tx *sqldb.Tx, before, s RecursiveSettings) error {
	content, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode settings: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE recursive_setting SET content = $1 WHERE id = 1`, string(content)); err != nil {
		return fmt.Errorf("keep settings: %w", err)
	}
	tx.Changed("recursive_setting", "1", before, s)
	return nil
}

// forgetting is what all replicas are to forget; empty fields are all.
type forgetting struct{ ID, Handle, Prefix string }

// forget has all replicas forget something.
func (s ruleStore) forget(ctx context.Context, g forgetting) error {
	now := time.Now()
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM recursive_forget WHERE at < $1`, now.Add(-time.Hour).UnixMilli()); err != nil {
			return fmt.Errorf("forget what is done: %w", err)
		}
		g.ID = ulid.Make().String()
		if _, err := tx.Exec(ctx, `INSERT INTO recursive_forget (id, handle, prefix, at) VALUES ($1, $2, $3, $4)`, g.ID, g.Handle, g.Prefix, now.UnixMilli()); err != nil {
			return fmt.Errorf("tell replicas what to forget: %w", err)
		}
		tx.Changed("recursive_cache", g.ID, g, nil)
		return nil
	})
}

// forgotten returns what is to be forgotten since a time.
func (s ruleStore) forgotten(ctx context.Context, since time.Time) ([]forgetting, error) {
	rows, err := s.db.Query(ctx, `SELECT id, handle, prefix FROM recursive_forget WHERE at >= $1 ORDER BY id`, since.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read what to forget: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (g forgetting, err error) { return g, r.Scan(&g.ID, &g.Handle, &g.Prefix) })
}

// version differs whenever rules or settings were changed.
func (s ruleStore) version(ctx context.Context) (version int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT version FROM recursive_setting WHERE id = 1`).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.Internal, "identifier.rule.none", "the row of the recursive node's settings is missing")
	}
	return version, err
}
