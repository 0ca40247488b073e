package detection

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// mostRevisions are kept of a set.
const mostRevisions = 10

// RuleSet is a set of rules that an enterprise or the city brought.
type RuleSet struct {
	ID        string        `json:"id"`
	Name      string        `json:"name" title:"规则集|Set of rules"`
	City      bool          `json:"city" doc:"The city brought it, for all enterprises whose sensors are open to it"`
	Revision  int64         `json:"revision" title:"版本|Revision"`
	Rules     int64         `json:"rules" title:"规则数|Rules"`
	Live      int64         `json:"live" doc:"Rules that are in use" title:"已启用|In use"`
	Silent    int64         `json:"silent" doc:"Rules for events that no source delivers"`
	ChangedAt time.Time     `json:"changed_at" title:"更新时间|Changed"`
	ChangedBy string        `json:"changed_by" title:"更新人|Changed by"`
	Broken    []RuleFinding `json:"broken" nullable:"false" doc:"What could not be compiled when it was loaded last; the other rules work"`
	May       bool          `json:"may" doc:"The caller may change it"`

	owner string
}

const setColumns = `s.id, s.organisation_id, s.city, s.name, s.revision, s.broken, s.changed_at, s.actor_name,
	(SELECT COUNT(*) FROM security_own_rule r WHERE r.set_id = s.id), (SELECT COUNT(*) FROM security_own_rule r WHERE r.set_id = s.id AND r.silent),
	(SELECT COUNT(*) FROM security_own_rule r WHERE r.set_id = s.id AND r.live AND NOT EXISTS (SELECT 1 FROM security_rule_switch w WHERE w.organisation_id = s.organisation_id AND w.rule_id = r.id AND w.off AND (w.until_at = 0 OR w.until_at > $1)))`

func scanSet(r sqldb.Row) (x RuleSet, err error) {
	var changed int64
	var broken string
	if err := r.Scan(&x.ID, &x.owner, &x.City, &x.Name, &x.Revision, &broken, &changed, &x.ChangedBy, &x.Rules, &x.Silent, &x.Live); err != nil {
		return x, err
	}
	x.ChangedAt, x.Broken = sqldb.Time(changed), []RuleFinding{}
	if broken != "" {
		if err := json.Unmarshal([]byte(broken), &x.Broken); err != nil {
			return x, fmt.Errorf("read what of a set of rules is broken: %w", err)
		}
	}
	return x, nil
}

// sets are those that the caller sees: their own, and those of the city.
func (s store) sets(ctx context.Context, now time.Time) ([]RuleSet, error) {
	rows, err := s.db.Query(ctx, `SELECT `+setColumns+` FROM security_rule_set s WHERE s.organisation_id = $2 OR s.city ORDER BY s.city, s.id LIMIT 100`, now.UnixMilli(), identity.From(ctx).Organisation.ID)
	if err != nil {
		return nil, fmt.Errorf("read sets of rules: %w", err)
	}
	return sqldb.All(rows, scanSet)
}

// setSeen reads a set that the caller sees.
func (s store) setSeen(ctx context.Context, id string, now time.Time) (RuleSet, error) {
	x, err := scanSet(s.db.QueryRow(ctx, `SELECT `+setColumns+` FROM security_rule_set s WHERE s.id = $3 AND (s.organisation_id = $2 OR s.city)`, now.UnixMilli(), identity.From(ctx).Organisation.ID, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("set of rules")
	}
	if err != nil {
		return x, fmt.Errorf("read a set of rules: %w", err)
	}
	return x, nil
}

// Revision is what was brought once.
type Revision struct {
	Revision int64     `json:"revision" title:"版本|Revision"`
	At       time.Time `json:"at" title:"时间|Time"`
	By       string    `json:"by" title:"上传人|By"`
	Note     string    `json:"note" title:"说明|Note"`
	Rules    int64     `json:"rules" title:"规则数|Rules"`
	Refused  int64     `json:"refused" doc:"Documents that were left out"`
	Added    int64     `json:"added"`
	Changed  int64     `json:"changed"`
	Removed  int64     `json:"removed"`
	Digest   string    `json:"digest" doc:"SHA-256 of its files"`
}

func (s store) revisions(ctx context.Context, set string) ([]Revision, error) {
	rows, err := s.db.Query(ctx, `SELECT revision, at, actor_name, note, rules, refused, added, changed, removed, digest FROM security_rule_revision WHERE set_id = $1 ORDER BY revision DESC LIMIT $2`, set, mostRevisions)
	if err != nil {
		return nil, fmt.Errorf("read revisions of a set of rules: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x Revision, err error) {
		var at int64
		err = r.Scan(&x.Revision, &at, &x.By, &x.Note, &x.Rules, &x.Refused, &x.Added, &x.Changed, &x.Removed, &x.Digest)
		x.At = sqldb.Time(at)
		return x, err
	})
	return append([]Revision{}, list...), err
}

// filesOf are the files of a revision; 0: of the newest.
func (s store) filesOf(ctx context.Context, set string, revision int64) (list []ruleFile, err error) {
	var text string
	err = s.db.QueryRow(ctx, `SELECT files FROM security_rule_revision WHERE set_id = $1 AND ($2 = 0 OR revision = $2) ORDER BY revision DESC LIMIT 1`, set, revision).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noSuch("revision")
	}
	if err != nil {
		return nil, fmt.Errorf("read a set of rules: %w", err)
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("read files of rules: %w", err)
	}
	return list, nil
}

// known is a rule of the revision before.
type knownRule struct {
	id, digest, title string
	live              bool
	off               bool // until it is switched on: two persons said so
}

// asks is what reads: the database, or a transaction.
type asks interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func knownRules(ctx context.Context, from asks, owner, set string) (map[string]knownRule, error) {
	rows, err := from.Query(ctx, `SELECT r.rule_key, r.id, r.digest, r.title, r.live, EXISTS (SELECT 1 FROM security_rule_switch w WHERE w.organisation_id = $1 AND w.rule_id = r.id AND w.off AND w.until_at = 0) FROM security_own_rule r WHERE r.set_id = $2`, owner, set)
	if err != nil {
		return nil, fmt.Errorf("read rules of a set: %w", err)
	}
	out := map[string]knownRule{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (x struct{}, err error) {
		var key string
		var k knownRule
		err = r.Scan(&key, &k.id, &k.digest, &k.title, &k.live, &k.off)
		out[key] = k
		return x, err
	})
	return out, err
}

// mayGo refuses to take away what is in use: who may not switch it off alone for good may not
// remove it alone either.
func (k knownRule) mayGo() error {
	if !k.live || k.off {
		return nil
	}
	return fault.New(fault.Conflict, "security.ruleset.in_use", "the rule %q is in use and would be gone: two persons switch it off first", k.title).With("rule", k.title).
		At("body", "keep the rule, or have two persons switch it off first")
}

// compared is what an upload changes of a set.
type compared struct {
	added, changed, removed, same int64
	liveChanged                   []string // titles of rules in use whose text is another
}

func compare(before map[string]knownRule, list []ownRule) (c compared, err error) {
	there := map[string]bool{}
	for _, r := range list {
		there[r.key] = true
		k, known := before[r.key]
		switch {
		case !known:
			c.added++
		case k.digest == r.digest:
			c.same++
		default:
			c.changed++
			if k.live && !k.off {
				c.liveChanged = append(c.liveChanged, r.rule.Title.EN)
			}
		}
	}
	for key, k := range before {
		if there[key] {
			continue
		}
		c.removed++
		if bad := k.mayGo(); bad != nil {
			err = bad
		}
	}
	return c, err
}

// compareWith says what an upload would change of the set that it follows.
func (s store) compareWith(ctx context.Context, u *upload) error {
	before := map[string]knownRule{}
	if u.set.ID != "" {
		var err error
		if before, err = knownRules(ctx, s.db, u.set.owner, u.set.ID); err != nil {
			return err
		}
	}
	c, err := compare(before, u.brought.rules)
	u.Added, u.Changed, u.Removed, u.Same = c.added, c.changed, c.removed, c.same
	return err
}

// taking is an upload that is kept.
type taking struct {
	set      RuleSet // an empty ID: a new one
	expected int64   // revision that it follows
	note     string
	brought  *brought
	most     int
}

// takeSet keeps an upload as the newest revision of a set, or as a new set.
func (s store) takeSet(ctx context.Context, t taking, now time.Time, changed func(ctx context.Context, tx *sqldb.Tx, c compared) error) (id string, err error) {
	id = t.set.ID
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "rules of "+t.set.owner); err != nil {
			return err
		}
		revision, err := t.begin(ctx, tx, &id, now)
		if err != nil {
			return err
		}
		if err := t.room(ctx, tx, id); err != nil {
			return err
		}
		before, err := knownRules(ctx, tx, t.set.owner, id)
		if err != nil {
			return err
		}
		c, err := compare(before, t.brought.rules)
		if err != nil {
			return err
		}
		if err := t.keepRevision(ctx, tx, id, revision, c, now); err != nil {
			return err
		}
		if err := t.keepRules(ctx, tx, id, before); err != nil {
			return err
		}
		tx.Changed("security_rule_set", id, nil, map[string]any{"name": t.set.Name, "revision": revision, "rules": len(t.brought.rules), "added": c.added, "changed": c.changed, "removed": c.removed, "note": t.note})
		return changed(ctx, tx, c)
	})
	return id, err
}

// begin makes a set, or its next revision.
func (t taking) begin(ctx context.Context, tx *sqldb.Tx, id *string, now time.Time) (revision int64, err error) {
	who := handOf(ctx)
	if t.set.ID != "" {
		n, err := tx.Exec(ctx, `UPDATE security_rule_set SET revision = revision + 1, changed_at = $3, actor = $4, actor_name = $5, broken = '' WHERE id = $1 AND revision = $2`, t.set.ID, t.expected, now.UnixMilli(), who.actor, who.name)
		if err != nil {
			return 0, fmt.Errorf("change a set of rules: %w", err)
		}
		if n == 0 {
			return 0, stale()
		}
		return t.expected + 1, nil
	}
	var sets int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_rule_set WHERE organisation_id = $1`, t.set.owner).Scan(&sets); err != nil {
		return 0, fmt.Errorf("count sets of rules: %w", err)
	}
	if sets >= mostOwnSets {
		return 0, fault.New(fault.Conflict, "security.ruleset.sets", "there are %d sets of rules, as many as there may be", sets).With("count", sets).At("query.set", "bring it as a new revision of one, or remove one")
	}
	*id = ulid.Make().String()
	_, err = tx.Exec(ctx, `INSERT INTO security_rule_set (id, organisation_id, city, name, revision, broken, created_at, changed_at, actor, actor_name) VALUES ($1, $2, $3, $4, 1, '', $5, $5, $6, $7)`,
		*id, t.set.owner, t.set.City, t.set.Name, now.UnixMilli(), who.actor, who.name)
	if err != nil {
		return 0, fmt.Errorf("make a set of rules: %w", err)
	}
	return 1, nil
}

// room refuses more rules than an owner may have.
func (t taking) room(ctx context.Context, tx *sqldb.Tx, id string) error {
	var others int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_own_rule r JOIN security_rule_set s ON s.id = r.set_id WHERE s.organisation_id = $1 AND s.id <> $2`, t.set.owner, id).Scan(&others)
	if err != nil {
		return fmt.Errorf("count rules: %w", err)
	}
	if all := others + len(t.brought.rules); all > t.most {
		return fault.New(fault.Conflict, "security.ruleset.full", "with these there would be %d rules, and %d are the most", all, t.most).With("count", all).With("limit", t.most).At("body", "leave out rules for systems that you do not have")
	}
	return nil
}

func (t taking) keepRevision(ctx context.Context, tx *sqldb.Tx, id string, revision int64, c compared, now time.Time) error {
	text, err := json.Marshal(t.brought.files)
	if err != nil {
		return fmt.Errorf("write files of rules: %w", err)
	}
	sum := sha256.Sum256(text)
	who := handOf(ctx)
	_, err = tx.Exec(ctx, `INSERT INTO security_rule_revision (set_id, revision, at, actor, actor_name, note, digest, files, rules, refused, added, changed, removed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		id, revision, now.UnixMilli(), who.actor, who.name, t.note, hex.EncodeToString(sum[:]), string(text), len(t.brought.rules), t.brought.refused, c.added, c.changed, c.removed)
	if err != nil {
		return fmt.Errorf("keep a revision of rules: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM security_rule_revision WHERE set_id = $1 AND revision <= $2`, id, revision-mostRevisions); err != nil {
		return fmt.Errorf("forget old revisions of rules: %w", err)
	}
	return nil
}

// keepRules writes the rules of a revision; those that were there before stay what they are to
// switches and alerts.
func (t taking) keepRules(ctx context.Context, tx *sqldb.Tx, id string, before map[string]knownRule) error {
	type use struct {
		at          int64
		actor, name string
	}
	rows, err := tx.Query(ctx, `SELECT id, live_at, actor, actor_name FROM security_own_rule WHERE set_id = $1`, id)
	if err != nil {
		return fmt.Errorf("read rules of a set: %w", err)
	}
	used := map[string]use{}
	if _, err := sqldb.All(rows, func(r sqldb.Row) (x struct{}, err error) {
		var rule string
		var u use
		err = r.Scan(&rule, &u.at, &u.actor, &u.name)
		used[rule] = u
		return x, err
	}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM security_own_rule WHERE set_id = $1`, id); err != nil {
		return fmt.Errorf("replace rules of a set: %w", err)
	}
	out := make([][]any, 0, len(t.brought.rules))
	for _, r := range t.brought.rules {
		about, err := json.Marshal(r.rule.own)
		if err != nil {
			return fmt.Errorf("write what people read of a rule: %w", err)
		}
		k, known := before[r.key]
		if !known {
			k.id = ulid.Make().String()
		}
		u := used[k.id]
		out = append(out, []any{k.id, id, r.key, r.digest, r.rule.Title.EN, r.rule.Kind, string(r.rule.Level), r.rule.Level.rank(), r.rule.own.Status, r.rule.own.Author, r.logsource, r.file, r.line, string(about), r.silent, k.live, u.at, u.actor, u.name})
	}
	err = tx.InsertAll(ctx, `INSERT INTO security_own_rule (id, set_id, rule_key, digest, title, kind, level, rank, status, author, logsource, file, line, about, silent, live, live_at, actor, actor_name)`, out)
	if err != nil {
		return fmt.Errorf("keep rules of a set: %w", err)
	}
	return nil
}

// removeSet forgets a set of which nothing is in use.
func (s store) removeSet(ctx context.Context, x RuleSet) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "rules of "+x.owner); err != nil {
			return err
		}
		before, err := knownRules(ctx, tx, x.owner, x.ID)
		if err != nil {
			return err
		}
		for _, k := range before {
			if err := k.mayGo(); err != nil {
				return err
			}
		}
		for _, q := range []string{
			`DELETE FROM security_rule_switch WHERE rule_id IN (SELECT id FROM security_own_rule WHERE set_id = $1)`, `DELETE FROM security_rule_trial WHERE set_id = $1`,
			`DELETE FROM security_own_rule WHERE set_id = $1`, `DELETE FROM security_rule_revision WHERE set_id = $1`, `DELETE FROM security_rule_set WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, x.ID); err != nil {
				return fmt.Errorf("remove a set of rules: %w", err)
			}
		}
		tx.Changed("security_rule_set", x.ID, map[string]any{"name": x.Name, "revision": x.Revision, "rules": x.Rules}, nil)
		return nil
	})
}

// use puts rules of a set in use, all of them where none is named.
func (s store) use(ctx context.Context, x RuleSet, ids []string, reason string, now time.Time) error {
	who := handOf(ctx)
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		which, args := ``, []any{x.ID, now.UnixMilli(), who.actor, who.name}
		if len(ids) > 0 {
			which = ` AND id IN (` + sqldb.Marks(5, len(ids)) + `)`
			for _, id := range ids {
				args = append(args, id)
			}
		}
		n, err := tx.Exec(ctx, `UPDATE security_own_rule SET live = TRUE, live_at = $2, actor = $3, actor_name = $4 WHERE set_id = $1`+which, args...)
		if err != nil {
			return fmt.Errorf("put rules in use: %w", err)
		}
		if n == 0 || len(ids) > 0 && int(n) != len(slices.Compact(slices.Sorted(slices.Values(ids)))) {
			return noSuch("rule")
		}
		args = []any{x.owner, x.ID}
		which = ``
		if len(ids) > 0 {
			which = ` AND r.id IN (` + sqldb.Marks(3, len(ids)) + `)`
			for _, id := range ids {
				args = append(args, id)
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE security_rule_switch SET off = FALSE, until_at = 0 WHERE organisation_id = $1 AND off AND rule_id IN (SELECT r.id FROM security_own_rule r WHERE r.set_id = $2`+which+`)`, args...); err != nil {
			return fmt.Errorf("switch rules on: %w", err)
		}
		tx.Changed("security_rule_set", x.ID, nil, map[string]any{"name": x.Name, "in_use": n, "rules": ids, "reason": reason})
		return nil
	})
}
