package need

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/match"
	"linghang/modules/enterprise/internal/provider"
)

// atOnce bounds how many needs one run of a job deals with.
const atOnce = 500

// Jobs watch deadlines, and learn what enterprises make of suggestions.
func (m *Needs) Jobs() []module.Job {
	return []module.Job{
		{Name: "watch_needs", Title: lang.Text{ZH: "处理需求和协议的期限", EN: "Watch the times of needs and agreements"}, Every: time.Minute, Do: func(ctx context.Context) error { return m.watch(ctx, time.Now()) }},
		{Name: "learn_matching", Title: lang.Text{ZH: "从邀请与排除中学习匹配权重", EN: "Learn the weights of matching from what was invited and dismissed"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.store.learn(ctx, time.Now()) }},
	}
}

// watch does what time does: offers that may be opened, choices that were not confirmed,
// needs that nobody was chosen for, milestones that are over their day.
func (m *Needs) watch(ctx context.Context, now time.Time) error {
	now = now.UTC().Truncate(time.Millisecond)
	err := m.each(ctx, `n.state = 'chosen' AND n.confirm_until <= $1`, now.UnixMilli(), func(tx *sqldb.Tx, n Need) (Need, remark, error) {
		of := n.Terms.ProviderID
		n, err := n.release(Reopen, Clock)
		if err != nil {
			return n, remark{}, err
		}
		what := lang.Text{ZH: "所选的服务商未按期确认：请另选方案", EN: "was not confirmed in time: please choose another offer"}
		return n, remark{kind: Reopen, side: Clock, provider: of}, m.tell(ctx, tx, noticeDeadline, n.OrganisationID, mayConclude, n, what, "")
	})
	if err != nil {
		return err
	}
	err = m.each(ctx, `n.state = 'open' AND n.reply_until <= $1`, now.Add(-chooseFor).UnixMilli(), func(tx *sqldb.Tx, n Need) (Need, remark, error) {
		n, err := n.move(Lapse, Clock)
		if err != nil {
			return n, remark{}, err
		}
		return n, remark{kind: Lapse, side: Clock}, m.tell(ctx, tx, noticeDeadline, n.OrganisationID, mayConclude, n, lang.Text{ZH: "无人选定，已失效", EN: "has lapsed: nobody was chosen"}, "")
	})
	if err != nil {
		return err
	}
	return m.tellOverdue(ctx, now)
}

// each lets time change the needs that a condition names.
func (m *Needs) each(ctx context.Context, condition string, until int64, decide func(*sqldb.Tx, Need) (Need, remark, error)) error {
	rows, err := m.store.db.Query(ctx, `SELECT `+columns+` FROM need n WHERE `+condition+` ORDER BY n.id LIMIT $2`, until, atOnce)
	if err != nil {
		return fmt.Errorf("read whose time is over: %w", err)
	}
	list, err := sqldb.All(rows, scan)
	if err != nil {
		return err
	}
	for _, x := range list {
		err := m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
			if err := tx.Queue(ctx, "need/"+x.ID); err != nil {
				return err
			}
			before, err := get(ctx, tx, x.ID)
			if err != nil || before.Version != x.Version {
				return err // somebody was faster
			}
			after, r, err := decide(tx, before)
			if err != nil {
				return err
			}
			if err := m.store.save(ctx, tx, before, after); err != nil {
				return err
			}
			return note(ctx, tx, x.ID, r, sqldb.Time(time.Now().UnixMilli()))
		})
		if err != nil {
			return fmt.Errorf("end the time of need %s: %w", x.ID, err)
		}
		m.kit.Notify(topic, x.ID, "")
	}
	return nil
}

// late is a milestone that is over its day.
type late struct {
	need   string
	number int
	title  string
}

// tellOverdue tells providers of milestones that are over their day, once.
func (m *Needs) tellOverdue(ctx context.Context, now time.Time) error {
	today := now.In(china()).Format(time.DateOnly)
	rows, err := m.store.db.Query(ctx, `SELECT x.need_id, x.number, x.title FROM need_milestone x JOIN need n ON n.id = x.need_id WHERE n.state = 'agreed' AND x.state IN ('planned', 'returned') AND x.due_on < $1 AND x.told = '' ORDER BY x.need_id, x.number LIMIT $2`, today, atOnce)
	if err != nil {
		return fmt.Errorf("read what is overdue: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x late, err error) { return x, r.Scan(&x.need, &x.number, &x.title) })
	if err != nil {
		return err
	}
	for _, x := range list {
		err := m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
			n, err := get(ctx, tx, x.need)
			if err != nil {
				return err
			}
			p, err := partnerOf(ctx, tx, n)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE need_milestone SET told = $1 WHERE need_id = $2 AND number = $3`, today, x.need, x.number); err != nil {
				return fmt.Errorf("note that it was told: %w", err)
			}
			what := lang.Text{ZH: fmt.Sprintf("的里程碑%d已过期未交付", x.number), EN: fmt.Sprintf("has milestone %d overdue", x.number)}
			for _, to := range []string{n.OrganisationID, p.organisation} {
				if err := m.tell(ctx, tx, noticeDeadline, to, mayAct, n, what, x.title); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("tell of milestone %d of %s: %w", x.number, x.need, err)
		}
	}
	return nil
}

// Weights are those that suggestions are ranked with, and where they are from.
type Weights struct {
	Learned      bool       `json:"learned" doc:"False: the fixed ones of lib/match"`
	At           *time.Time `json:"at,omitempty"`
	Pairs        int        `json:"pairs" doc:"Learned from: an invited and a dismissed provider of one need"`
	HeldOut      int        `json:"held_out" doc:"Pairs of other needs, that they were tested with"`
	FixedRight   float64    `json:"fixed_right" doc:"Share of those that the fixed weights order right"`
	LearnedRight float64    `json:"learned_right" doc:"Share of those that these weights order right"`
	Features     []Weight   `json:"features" nullable:"false" doc:"What each feature counts, the weightiest first; they add up to 1"`

	vector match.Vector
}

// Weight is what a feature counts.
type Weight struct {
	Code  string  `json:"code" enum:"words,latent,taxonomy,graph,distance,size,price,record,freshness,load,experience"`
	Share float64 `json:"share"`
	Fixed float64 `json:"fixed" doc:"What it counts while nothing was learned"`
}

// shown are weights as a page tells them.
func shown(v, fixed match.Vector) []Weight {
	list := []Weight{}
	for f := range match.Count {
		list = append(list, Weight{f.Code(), v[f], fixed[f]})
	}
	slices.SortStableFunc(list, func(a, b Weight) int { return cmp.Compare(b.Share, a.Share) })
	return list
}

// weights returns what was learned last, or the fixed weights.
func (s store) weights(ctx context.Context) (Weights, error) {
	rows, err := s.db.Query(ctx, `SELECT w.at, w.weights, w.pairs, w.held_out, w.fixed_right, w.learned_right FROM need_weights w ORDER BY w.at DESC LIMIT 1`)
	if err != nil {
		return Weights{}, fmt.Errorf("read weights: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (w Weights, err error) {
		var text string
		var at, fixed, learned int64
		if err := r.Scan(&at, &text, &w.Pairs, &w.HeldOut, &fixed, &learned); err != nil {
			return w, err
		}
		w.Learned, w.At, w.FixedRight, w.LearnedRight = true, sqldb.Instant(at), float64(fixed)/1000, float64(learned)/1000
		if w.vector, err = vector(text, match.Fixed()); err == nil {
			w.vector = w.vector.Whole()
		}
		return w, err
	})
	if err != nil || len(list) == 0 {
		return Weights{vector: match.Fixed()}, err
	}
	return list[0], nil
}

// vector reads features or weights that were kept, maybe when there were fewer: the rest
// is as it is given.
func vector(text string, rest match.Vector) (match.Vector, error) {
	var list []float64
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return rest, fmt.Errorf("read features: %w", err)
	}
	copy(rest[:], list)
	return rest, nil
}

// unknown are features of which nothing is known.
func unknown() (v match.Vector) {
	for f := range v {
		v[f] = match.Unknown
	}
	return v
}

// verdictsMost bounds what is learned from: the newest.
const verdictsMost = 50_000

// learn makes weights of what was invited and dismissed, and keeps them only where they
// order held-out verdicts better than the fixed ones.
func (s store) learn(ctx context.Context, now time.Time) error {
	rows, err := s.db.Query(ctx, `SELECT v.need_id, v.provider_id, v.wanted, v.features FROM need_verdict v ORDER BY v.at DESC LIMIT $1`, verdictsMost)
	if err != nil {
		return fmt.Errorf("read verdicts: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (d match.Decision, err error) {
		var text string
		if err := r.Scan(&d.Need, &d.ID, &d.Accepted, &text); err != nil {
			return d, err
		}
		d.Features, err = vector(text, unknown())
		return d, err
	})
	if err != nil {
		return err
	}
	w, err := match.Learn(ctx, list, match.Fixed())
	if errors.Is(err, match.ErrDecisions) || errors.Is(err, match.ErrNoBetter) {
		return nil // the weights that hold stay
	}
	if err != nil {
		return fmt.Errorf("learn weights: %w", err)
	}
	text, err := json.Marshal(w.Weights)
	if err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO need_weights (at, weights, pairs, held_out, fixed_right, learned_right) VALUES ($1, $2, $3, $4, $5, $6)`,
			now.UnixMilli(), string(text), w.Pairs, w.HeldOut, thousandths(w.FixedRight), thousandths(w.LearnedRight))
		if err != nil {
			return fmt.Errorf("keep weights: %w", err)
		}
		return nil
	})
}

func thousandths(x float64) int64 { return int64(x*1000 + 0.5) }

// noun names needs in search.
const noun = "need"

func document(n Need, w provider.Words) module.Document {
	body := n.Body.Text
	if i := slices.IndexFunc(w.Scenarios, func(t provider.Term) bool { return t.Code == n.Body.Scenario }); i >= 0 {
		body += "\n" + w.Scenarios[i].Title.ZH + " " + w.Scenarios[i].Title.EN
	}
	return module.Document{Noun: noun, ID: n.ID, Title: lang.Text{ZH: n.Body.Title, EN: n.Body.Title}, Tags: []string{n.Name.ZH, n.Name.EN}, Body: body, Path: "/enterprise/needs/" + n.ID, Permission: mayView, City: true}
}

// find lets a need be found that everybody may see, and no other.
func (s store) find(ctx context.Context, tx *sqldb.Tx, n Need) error {
	if n.State == Draft || n.Body.Confidential {
		return s.search.Remove(ctx, tx, noun, n.ID)
	}
	return s.search.Put(ctx, tx, document(n, s.words))
}

// Forget takes the needs of an entry out of the city's search, before the entry is removed
// with them.
func Forget(ctx context.Context, tx *sqldb.Tx, search *module.Search, entry string) error {
	rows, err := tx.Query(ctx, `SELECT id FROM need WHERE entry_id = $1`, entry)
	if err != nil {
		return fmt.Errorf("read needs of an entry: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return fmt.Errorf("read needs of an entry: %w", err)
	}
	for _, id := range ids {
		if err := search.Remove(ctx, tx, noun, id); err != nil {
			return fmt.Errorf("forget need: %w", err)
		}
	}
	return nil
}

// Finds are the open needs that the city's search finds.
func (m *Needs) Finds() []module.Find {
	return []module.Find{{Noun: noun, Title: lang.Text{ZH: "需求", EN: "Needs"}, Walk: func(ctx context.Context, put func(module.Document) error) error {
		rows, err := m.store.db.Query(ctx, `SELECT `+columns+` FROM need n WHERE n.state <> 'draft' AND NOT n.confidential ORDER BY n.id`)
		if err != nil {
			return fmt.Errorf("read open needs: %w", err)
		}
		list, err := sqldb.All(rows, scan)
		if err != nil {
			return err
		}
		for _, n := range list {
			if err := put(document(n, m.store.words)); err != nil {
				return err
			}
		}
		return nil
	}}}
}
