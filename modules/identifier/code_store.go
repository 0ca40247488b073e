package identifier

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/coding"
)

// codeStore keeps code rules and the serial numbers that were given out.
type codeStore struct{ db *sqldb.DB }

// codeRule is a code rule (编码规则) of a node.
type codeRule struct {
	ID         string      `json:"id" title:"编号|ID"`
	NodeID     string      `json:"node_id"`
	Prefix     string      `json:"prefix" title:"前缀|Prefix"`
	Name       lang.Text   `json:"name" title:"名称|Name"`
	TemplateID string      `json:"template_id" doc:"Whose items the rule has fields of, and new identifiers follow; empty for none"`
	Rule       coding.Rule `json:"rule"`
	Stopped    bool        `json:"stopped" title:"已停用|Stopped"`
	Given      int64       `json:"given" doc:"Serial numbers that were given out; from the first on the rule stays as it is" title:"已发号|Given out"`
	CreatedAt  time.Time   `json:"created_at" title:"建立时间|Made"`
	Revision   int64       `json:"revision"`
}

// ETag is the revision.
func (c codeRule) ETag() int64 { return c.Revision }

const codeColumns = `c.id, c.node_id, n.prefix, c.name_zh, c.name_en, c.template_id, c.rule, c.stopped,
	COALESCE((SELECT SUM(s.last) FROM code_serial s WHERE s.rule_id = c.id), 0), c.created_at, c.revision`

const codeTables = `code_rule c JOIN node n ON n.id = c.node_id`

func scanCode(r sqldb.Row) (codeRule, error) {
	var c codeRule
	var rule string
	var created int64
	if err := r.Scan(&c.ID, &c.NodeID, &c.Prefix, &c.Name.ZH, &c.Name.EN, &c.TemplateID, &rule, &c.Stopped, &c.Given, &created, &c.Revision); err != nil {
		return c, err
	}
	c.CreatedAt = time.UnixMilli(created).UTC()
	if err := json.Unmarshal([]byte(rule), &c.Rule); err != nil {
		return c, fmt.Errorf("read code rule %s: %w", c.ID, err)
	}
	return c, nil
}

func (s codeStore) insert(ctx context.Context, c codeRule) error {
	rule, err := json.Marshal(c.Rule)
	if err != nil {
		return fmt.Errorf("write code rule: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO code_rule (id, node_id, name_zh, name_en, template_id, rule, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			c.ID, c.NodeID, c.Name.ZH, c.Name.EN, c.TemplateID, string(rule), c.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert code rule: %w", err)
		}
		tx.Changed("code_rule", c.ID, nil, c)
		return nil
	})
}

func (s codeStore) get(ctx context.Context, id string) (codeRule, error) {
	c, err := scanCode(s.db.QueryRow(ctx, `SELECT `+codeColumns+` FROM `+codeTables+` WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "kernel.not_found", "there is no such code rule, or it is not yours to see")
	}
	if err != nil {
		return c, fmt.Errorf("read code rule: %w", err)
	}
	return c, nil
}

type codesParams struct {
	sqldb.ListParams
	Node    string `query:"node" maxLength:"26" doc:"ID of the node whose rules are listed"`
	Stopped string `query:"stopped" enum:"true,false"`
}

// list returns the rules of nodes that the caller's organisation operates.
func (s codeStore) list(ctx context.Context, in codesParams) (sqldb.Page[codeRule], error) {
	l := sqldb.List{
		Select: codeColumns, From: codeTables, Key: "c.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "c.created_at", "name": "c.name_zh", "prefix": "n.prefix"},
		Search: []string{"c.name_zh", "c.name_en", "n.prefix"},
	}
	l.WhereIf("c.node_id = ?", in.Node)
	if in.Stopped != "" {
		l.Where("c.stopped = ?", in.Stopped == "true")
	}
	identity.From(ctx).Scope.Filter(&l, "n.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanCode)
}

// edit changes a rule that has given out no number yet.
func (s codeStore) edit(ctx context.Context, before, after codeRule) error {
	rule, err := json.Marshal(after.Rule)
	if err != nil {
		return fmt.Errorf("write code rule: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE code_rule SET name_zh = $1, name_en = $2, template_id = $3, rule = $4, revision = revision + 1
			WHERE id = $5 AND revision = $6 AND NOT EXISTS (SELECT 1 FROM code_serial s WHERE s.rule_id = code_rule.id)`,
			after.Name.ZH, after.Name.EN, after.TemplateID, string(rule), before.ID, before.Revision)
		if err != nil {
			return fmt.Errorf("edit code rule: %w", err)
		}
		if n == 0 {
			return s.unchangeable(ctx, tx, before)
		}
		tx.Changed("code_rule", before.ID, before, after)
		return nil
	})
}

func (s codeStore) unchangeable(ctx context.Context, tx *sqldb.Tx, c codeRule) error {
	now, err := scanCode(tx.QueryRow(ctx, `SELECT `+codeColumns+` FROM `+codeTables+` WHERE c.id = $1`, c.ID))
	if err != nil {
		return fmt.Errorf("read code rule: %w", err)
	}
	if now.Revision != c.Revision {
		return staleCode()
	}
	return fault.New(fault.Conflict, "identifier.code.used", "the rule has given out numbers and stays as it is; make a new one of it")
}

func staleCode() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this code rule meanwhile; read it again")
}

// left is how many numbers a rule can give out still.
func (s codeStore) left(ctx context.Context, c codeRule, at time.Time) (int64, error) {
	var last int64
	err := s.db.QueryRow(ctx, `SELECT last FROM code_serial WHERE rule_id = $1 AND scope = $2`, c.ID, c.Rule.Scope(at)).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read serial numbers: %w", err)
	}
	return c.Rule.Last() - last, nil
}

func usedUp(c codeRule, left int64) error {
	return fault.New(fault.Conflict, "identifier.code.used_up", "the rule has room for %d serial numbers, %d are left", c.Rule.Last(), left).With("left", left)
}

// stop ends the use of a rule, or takes it into use again.
func (s codeStore) stop(ctx context.Context, c codeRule, stopped bool) (codeRule, error) {
	after := c
	after.Stopped = stopped
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE code_rule SET stopped = $1 WHERE id = $2`, stopped, c.ID); err != nil {
			return fmt.Errorf("stop code rule: %w", err)
		}
		tx.Changed("code_rule", c.ID, c, after)
		return nil
	})
	return after, err
}

// take gives out n serial numbers and returns the first. No number is given out
// twice, by whichever replica; one whose identifier was then not registered stays
// unused.
func (s codeStore) take(ctx context.Context, c codeRule, at time.Time, n int64) (first int64, err error) {
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		first, err = takeIn(ctx, tx, c, at, n)
		return err
	})
	return first, err
}

func takeIn(ctx context.Context, tx *sqldb.Tx, c codeRule, at time.Time, n int64) (first int64, err error) {
	var last, revision int64
	err = tx.QueryRow(ctx, `INSERT INTO code_serial (rule_id, scope, last) VALUES ($1, $2, $3)
		ON CONFLICT (rule_id, scope) DO UPDATE SET last = code_serial.last + excluded.last RETURNING last`, c.ID, c.Rule.Scope(at), n).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("give out serial numbers: %w", err)
	}
	if err := tx.QueryRow(ctx, `SELECT revision FROM code_rule WHERE id = $1`, c.ID).Scan(&revision); err != nil {
		return 0, fmt.Errorf("read code rule: %w", err)
	}
	if revision != c.Revision {
		return 0, staleCode()
	}
	if first = last - n + 1; last > c.Rule.Last() {
		return 0, usedUp(c, max(0, c.Rule.Last()-first+1))
	}
	return first, nil
}
