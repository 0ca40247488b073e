package policy

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
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// store keeps policies and applications.
type store struct {
	db     *sqldb.DB
	search *module.Search
}

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

const policyColumns = `p.id, p.state, p.edition, p.successor, p.content, p.published_at, p.created_at, p.updated_at, p.version`

func scanPolicy(r sqldb.Row) (p Policy, err error) {
	var content, superseded string
	var published, created, updated int64
	if err := r.Scan(&p.ID, &p.State, &p.Edition, &superseded, &content, &published, &created, &updated, &p.Version); err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(content), &p.Content); err != nil {
		return p, fmt.Errorf("read policy: %w", err)
	}
	p.SupersededBy, p.PublishedAt, p.CreatedAt, p.UpdatedAt = superseded, sqldb.Instant(published), sqldb.Time(created), sqldb.Time(updated)
	return p, nil
}

func (s store) policy(ctx context.Context, db reader, id string) (Policy, error) {
	p, err := scanPolicy(db.QueryRow(ctx, `SELECT `+policyColumns+` FROM policy p WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, noSuch("policy")
	}
	if err != nil {
		return p, fmt.Errorf("read policy: %w", err)
	}
	return p, nil
}

// seen returns a policy that the caller may see: drafts are for the bureau.
func (s store) seen(ctx context.Context, id string) (Policy, error) {
	p, err := s.policy(ctx, s.db, id)
	if err == nil && p.State == Draft && !edits(identity.From(ctx)) {
		return Policy{}, noSuch("policy")
	}
	return p, err
}

func edits(who identity.Identity) bool { return who.Scope.All && who.May(mayEdit) }

type policyParams struct {
	sqldb.ListParams
	State    string `query:"state" enum:"draft,published,withdrawn"`
	Level    string `query:"level" enum:"national,provincial,city,district"`
	Kind     string `query:"kind" enum:"subsidy,award,loan,tax,talent,space,other"`
	District string `query:"district" maxLength:"6"`
	When     string `query:"when" enum:"valid,open,ended" doc:"valid: in force today; open: takes applications now; ended: was in force"`
}

func (s store) policies(ctx context.Context, in policyParams, now time.Time) (sqldb.Page[Policy], error) {
	l := sqldb.List{
		Select: policyColumns, From: "policy p", Key: "p.id", Order: "-published_at",
		Sort: map[string]string{
			"title": "p.title_zh", "number": "p.number", "issuer": "p.issuer_zh", "level": "p.level", "kind": "p.kind", "state": "p.state", "effective_from": "p.effective_from", "closes_at": "p.closes_at", "published_at": "p.published_at",
		},
		Search: []string{"p.words"},
	}
	s.narrow(ctx, &l, in, now)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanPolicy)
}

func (s store) narrow(ctx context.Context, l *sqldb.List, in policyParams, now time.Time) {
	l.WhereIf("p.state = ?", in.State).WhereIf("p.level = ?", in.Level).WhereIf("p.kind = ?", in.Kind).WhereIf("p.district = ?", in.District)
	if !edits(identity.From(ctx)) {
		l.Where("p.state <> 'draft'")
	}
	today := dayOf(now)
	const valid = `p.state = 'published' AND p.successor = '' AND p.effective_from <= ? AND (p.effective_until = '' OR p.effective_until >= ?)`
	switch in.When {
	case "valid":
		l.Where(valid, today, today)
	case "open":
		l.Where(valid+` AND p.opens_at > 0 AND p.opens_at <= ? AND (p.closes_at = 0 OR p.closes_at > ?)`, today, today, now.UnixMilli(), now.UnixMilli())
	case "ended":
		l.Where(`p.state = 'withdrawn' OR p.successor <> '' OR p.effective_until <> '' AND p.effective_until < ?`, today)
	}
}

// Facet is how many policies there are of something.
type Facet struct {
	Code     string `json:"code"`
	Policies int    `json:"policies"`
}

// facets counts published policies that are in force by a column.
func (s store) facets(ctx context.Context, column, today string) ([]Facet, error) {
	rows, err := s.db.Query(ctx, `SELECT p.`+column+`, COUNT(*) FROM policy p WHERE p.state = 'published' AND p.successor = '' AND p.effective_from <= $1 AND (p.effective_until = '' OR p.effective_until >= $1) GROUP BY p.`+column+` ORDER BY p.`+column, today)
	if err != nil {
		return nil, fmt.Errorf("count policies by %s: %w", column, err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (f Facet, err error) { return f, r.Scan(&f.Code, &f.Policies) })
}

// mostValid bounds how many policies one enterprise is held against at once.
const mostValid = 2000

// valid lists the policies that are in force on a day.
func (s store) valid(ctx context.Context, today string) ([]Policy, error) {
	rows, err := s.db.Query(ctx, `SELECT `+policyColumns+` FROM policy p WHERE p.state = 'published' AND p.successor = '' AND p.effective_from <= $1 AND (p.effective_until = '' OR p.effective_until >= $1)
		ORDER BY CASE WHEN p.closes_at = 0 THEN 1 ELSE 0 END, p.closes_at, p.id LIMIT `+fmt.Sprint(mostValid), today)
	if err != nil {
		return nil, fmt.Errorf("read policies in force: %w", err)
	}
	return sqldb.All(rows, scanPolicy)
}

// put saves a policy whose version follows the one that was read; 0 makes a new one.
func (s store) put(ctx context.Context, version int64, id string, decide func(Policy) (Policy, error), by hand) (p Policy, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var before Policy
		if version > 0 {
			if err := tx.Queue(ctx, "policy/"+id); err != nil {
				return err
			}
			if before, err = s.policy(ctx, tx, id); err != nil {
				return err
			}
			if before.Version != version {
				return stale()
			}
		}
		if p, err = decide(before); err != nil {
			return err
		}
		p.Version = version + 1
		if p.SupersededBy != "" {
			if other, err := s.policy(ctx, tx, p.SupersededBy); err != nil || other.ID == p.ID {
				return fault.New(fault.Invalid, "enterprise.policy.invalid", "the policy is incomplete or wrong").At("body.superseded_by", "choose another policy")
			}
		}
		if err := savePolicy(ctx, tx, p); err != nil {
			return err
		}
		if p.Edition > before.Edition {
			if err := keepEdition(ctx, tx, p, by); err != nil {
				return err
			}
		}
		if version == 0 {
			tx.Changed("policy", p.ID, nil, p)
		} else {
			tx.Changed("policy", p.ID, before, p)
		}
		return s.find(ctx, tx, p)
	})
	return p, err
}

func savePolicy(ctx context.Context, tx *sqldb.Tx, p Policy) error {
	content, err := json.Marshal(p.Content)
	if err != nil {
		return fmt.Errorf("write policy: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO policy (id, state, edition, number, title_zh, title_en, issuer_zh, issuer_en, level, kind, district, effective_from, effective_until, successor, opens_at, closes_at, content, words, synthetic, created_at, published_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, edition = excluded.edition, number = excluded.number, title_zh = excluded.title_zh, title_en = excluded.title_en, issuer_zh = excluded.issuer_zh, issuer_en = excluded.issuer_en,
		level = excluded.level, kind = excluded.kind, district = excluded.district, effective_from = excluded.effective_from, effective_until = excluded.effective_until, successor = excluded.successor, opens_at = excluded.opens_at, closes_at = excluded.closes_at,
		content = excluded.content, words = excluded.words, published_at = excluded.published_at, updated_at = excluded.updated_at, version = excluded.version`,
		p.ID, string(p.State), p.Edition, p.Number, p.Title.ZH, p.Title.EN, p.Issuer.ZH, p.Issuer.EN, p.Level, p.Kind, p.District, p.EffectiveFrom, p.EffectiveUntil, p.SupersededBy, sqldb.InstantMillis(p.OpensAt), sqldb.InstantMillis(p.ClosesAt),
		string(content), p.words(), p.Synthetic, p.CreatedAt.UnixMilli(), sqldb.InstantMillis(p.PublishedAt), p.UpdatedAt.UnixMilli(), p.Version)
	if err != nil {
		return fmt.Errorf("save policy: %w", err)
	}
	return nil
}

func keepEdition(ctx context.Context, tx *sqldb.Tx, p Policy, by hand) error {
	content, err := json.Marshal(p.Content)
	if err != nil {
		return fmt.Errorf("write edition: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO policy_edition (policy_id, edition, content, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6)`, p.ID, p.Edition, string(content), p.UpdatedAt.UnixMilli(), by.actor, by.name)
	if err != nil {
		return fmt.Errorf("keep edition: %w", err)
	}
	return nil
}

// Edition is what a policy was when it was published.
type Edition struct {
	Edition int       `json:"edition"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Content Content   `json:"content"`
}

func (s store) editions(ctx context.Context, id string) ([]Edition, error) {
	rows, err := s.db.Query(ctx, `SELECT e.edition, e.at, e.actor_name, e.content FROM policy_edition e WHERE e.policy_id = $1 ORDER BY e.edition DESC LIMIT 100`, id)
	if err != nil {
		return nil, fmt.Errorf("read editions: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e Edition, err error) {
		var at int64
		var content string
		if err := r.Scan(&e.Edition, &at, &e.By, &content); err != nil {
			return e, err
		}
		e.At = sqldb.Time(at)
		return e, json.Unmarshal([]byte(content), &e.Content)
	})
}

func (s store) removePolicy(ctx context.Context, p Policy) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM policy WHERE id = $1`, p.ID); err != nil {
			return fmt.Errorf("remove policy: %w", err)
		}
		tx.Changed("policy", p.ID, p, nil)
		return s.search.Remove(ctx, tx, nounPolicy, p.ID)
	})
}

// nounPolicy names policies in search.
const nounPolicy = "policy"

// find lets a published policy be found, and no other.
func (s store) find(ctx context.Context, tx *sqldb.Tx, p Policy) error {
	if p.State != Published {
		return s.search.Remove(ctx, tx, nounPolicy, p.ID)
	}
	return s.search.Put(ctx, tx, p.document())
}

func (p Policy) document() module.Document {
	return module.Document{
		Noun: nounPolicy, ID: p.ID, Title: p.Title, Tags: []string{p.Number, p.Issuer.ZH, p.Issuer.EN},
		Body: p.Summary.ZH + "\n" + p.Summary.EN + "\n" + p.Benefit.ZH + "\n" + p.Text.ZH + "\n" + p.Text.EN,
		Path: "/enterprise/policies/" + p.ID, Permission: mayView, City: true,
	}
}

// Finds tell the search of policies.
func (m *Policies) Finds() []module.Find {
	return []module.Find{{Noun: nounPolicy, Title: lang.Text{ZH: "政策", EN: "Policies"}, Walk: m.store.walk}}
}

func (s store) walk(ctx context.Context, put func(module.Document) error) error {
	const page = 200
	for after := ""; ; {
		rows, err := s.db.Query(ctx, `SELECT `+policyColumns+` FROM policy p WHERE p.state = 'published' AND p.id > $1 ORDER BY p.id LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read policies: %w", err)
		}
		list, err := sqldb.All(rows, scanPolicy)
		if err != nil {
			return err
		}
		for _, p := range list {
			after = p.ID
			if err := put(p.document()); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}
