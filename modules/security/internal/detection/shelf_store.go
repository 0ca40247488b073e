package detection

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"linghang/kernel/health"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/lib/sigma"
)

// mostShelved bounds the rules of sets that are kept compiled at once: those that were asked for
// longest ago are compiled again when they are wanted. It is about 800 MiB at most.
const mostShelved = 20_000

// shelf keeps sets of rules compiled, by revision.
type shelf struct {
	mu    sync.Mutex
	books map[string]*shelved
	clock int64 // of uses
}

type shelved struct {
	revision int64
	set      *sigma.Set
	rules    map[string]Rule // by key
	used     int64
}

func newShelf() *shelf { return &shelf{books: map[string]*shelved{}} }

func (s *shelf) get(id string, revision int64) *shelved {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.books[id]
	if b == nil || b.revision != revision {
		return nil
	}
	s.clock++
	b.used = s.clock
	return b
}

func (s *shelf) put(id string, b *shelved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	b.used = s.clock
	s.books[id] = b
	for len(s.books) > 1 {
		rules, oldest := 0, ""
		for name, x := range s.books {
			rules += len(x.rules)
			if name != id && (oldest == "" || x.used < s.books[oldest].used) {
				oldest = name
			}
		}
		if rules <= mostShelved {
			return
		}
		delete(s.books, oldest)
	}
}

// shelve compiles the newest revision of a set, and notes what of it is broken: the other rules
// work nevertheless.
func (m *Detection) shelve(ctx context.Context, x RuleSet) (*shelved, error) {
	if b := m.shelf.get(x.ID, x.Revision); b != nil {
		return b, nil
	}
	files, err := m.store.filesOf(ctx, x.ID, x.Revision)
	if err != nil {
		return nil, err
	}
	brought, err := m.pack.bring(files, mostCityRules)
	if err != nil {
		return nil, fmt.Errorf("compile the set of rules %s: %w", x.ID, err)
	}
	b := &shelved{revision: x.Revision, set: brought.set, rules: map[string]Rule{}}
	for _, r := range brought.rules {
		r.rule.own.SetID, r.rule.own.Set, r.rule.own.City, r.rule.own.Revision = x.ID, x.Name, x.City, x.Revision
		b.rules[r.key] = r.rule
	}
	if err := m.store.noteBroken(ctx, x, b, brought.findings); err != nil {
		return nil, err
	}
	m.shelf.put(x.ID, b)
	return b, nil
}

// noteBroken notes what was sound when it was taken and is not any more: another release of the
// program may refuse what one before took.
func (s store) noteBroken(ctx context.Context, x RuleSet, b *shelved, findings []RuleFinding) error {
	rows, err := s.db.Query(ctx, `SELECT rule_key, title, file, line FROM security_own_rule WHERE set_id = $1`, x.ID)
	if err != nil {
		return fmt.Errorf("read rules of a set: %w", err)
	}
	type place struct {
		key, title, file string
		line             int
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (p place, err error) { return p, r.Scan(&p.key, &p.title, &p.file, &p.line) })
	if err != nil {
		return err
	}
	broken := []RuleFinding{}
	for _, p := range list {
		if _, there := b.rules[p.key]; there || len(broken) >= mostFindings {
			continue
		}
		f := RuleFinding{Kind: "refused", File: p.file, Line: p.line, Rule: p.title, What: lang.Text{ZH: "这条规则不能再编译", EN: "the rule can no longer be compiled"}, Mend: lang.Text{ZH: "请修正后上传新版本", EN: "mend it and bring a new revision"}}
		if i := slices.IndexFunc(findings, func(x RuleFinding) bool { return x.Kind == "refused" && x.File == p.file && x.Rule == p.title }); i >= 0 {
			f = findings[i]
		}
		broken = append(broken, f)
	}
	if len(broken) == 0 && len(x.Broken) == 0 {
		return nil
	}
	text, err := json.Marshal(broken)
	if err != nil {
		return fmt.Errorf("write what of a set of rules is broken: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE security_rule_set SET broken = $3 WHERE id = $1 AND revision = $2`, x.ID, x.Revision, string(text)); err != nil {
			return fmt.Errorf("note what of a set of rules is broken: %w", err)
		}
		return nil
	})
}

// inUse are the IDs of the rules of a set that are in use, by key.
func (s store) inUse(ctx context.Context, x RuleSet, now time.Time) (map[string]string, error) {
	rows, err := s.db.Query(ctx, `SELECT r.rule_key, r.id FROM security_own_rule r WHERE r.set_id = $1 AND r.live
		AND NOT EXISTS (SELECT 1 FROM security_rule_switch w WHERE w.organisation_id = $3 AND w.rule_id = r.id AND w.off AND (w.until_at = 0 OR w.until_at > $2))`, x.ID, now.UnixMilli(), x.owner)
	if err != nil {
		return nil, fmt.Errorf("read rules in use: %w", err)
	}
	out := map[string]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (_ struct{}, err error) {
		var key, id string
		err = r.Scan(&key, &id)
		out[key] = id
		return struct{}{}, err
	})
	return out, err
}

// booksFor are the sets that judge what a sensor sends: those of its enterprise, and those of the
// city where the sensor is open to it.
func (s store) booksFor(ctx context.Context, of sensorOf, now time.Time) ([]RuleSet, error) {
	rows, err := s.db.Query(ctx, `SELECT `+setColumns+` FROM security_rule_set s WHERE (s.organisation_id = $2 AND NOT s.city OR s.city AND $3) AND EXISTS (SELECT 1 FROM security_own_rule r WHERE r.set_id = s.id AND r.live) ORDER BY s.id LIMIT $4`,
		now.UnixMilli(), of.organisation, of.consents, 10*mostOwnSets)
	if err != nil {
		return nil, fmt.Errorf("find sets of rules: %w", err)
	}
	return sqldb.All(rows, scanSet)
}

// bookOf is a set as a judge asks it: ids are the rules that are told, by key.
func (b *shelved) bookOf(ids map[string]string) book {
	return book{set: b.set, bounds: sigma.Bounds{Groups: ownGroups, Entries: ownEntries}, told: func(m *sigma.Meta) (Rule, bool) {
		key := keyOfRule(m)
		r, known := b.rules[key]
		r.ID = ids[key]
		return r, known && r.ID != ""
	}}
}

// judgeFor makes the judge of a sensor: the pack, what the city brought, and what its enterprise
// did. A set that cannot be loaded leaves the others as they are; health says so.
func (m *Detection) judgeFor(ctx context.Context, of sensorOf) (j *Judge, own bool, err error) {
	now := m.now()
	off, err := m.store.switched(ctx, of.organisation, now)
	if err != nil {
		return nil, false, err
	}
	sets, err := m.store.booksFor(ctx, of, now)
	if err != nil {
		return nil, false, err
	}
	books := []book{m.pack.book()}
	for _, x := range sets {
		ids, err := m.store.inUse(ctx, x, now)
		if err != nil {
			return nil, false, err
		}
		if len(ids) == 0 {
			continue
		}
		b, err := m.shelve(ctx, x)
		if err != nil {
			if ctx.Err() != nil {
				return nil, false, err
			}
			m.unloaded(x, err)
			continue
		}
		books = append(books, b.bookOf(ids))
	}
	return newJudge(m.pack.taxonomy, off, books...), len(books) > 1, nil
}

// unloaded tells that a set could not be loaded.
func (m *Detection) unloaded(x RuleSet, err error) {
	m.kit.Log.Error("a set of rules cannot be loaded", "set", x.ID, "revision", x.Revision, "error", err)
}

// Healthy lets the health of the installation say which rules that were brought do not work.
func (m *Detection) Healthy() {
	m.kit.Health.Add(health.Component{ID: "rules", Title: lang.Text{ZH: "自带检测规则", EN: "Detection rules that were brought"}, Check: func(ctx context.Context) health.Finding {
		mend := lang.Text{ZH: "在“检测规则”中打开规则集，查看不能编译的规则，修正后上传新版本", EN: "Open the set under “Detection rules”, see which rules cannot be compiled, mend them and bring a new revision"}
		var sets int
		err := m.store.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_rule_set WHERE broken NOT IN ('', '[]')`).Scan(&sets)
		if err != nil {
			return health.Failed(err, mend)
		}
		if sets == 0 {
			return health.Finding{}
		}
		return health.Finding{State: health.Degraded, Mend: mend, Note: lang.Text{ZH: fmt.Sprintf("%d 个规则集中有不能编译的规则，其余规则照常工作", sets), EN: fmt.Sprintf("rules of %d sets cannot be compiled; the others work", sets)}}
	}})
}
