package cultivation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/criterion"
)

type store struct{ db *sqldb.DB }

// Run says that all enterprises were held against a ladder for a year.
type Run struct {
	Ladder      string    `json:"ladder"`
	Title       lang.Text `json:"title" doc:"Of the ladder; empty: it was assessed before titles were kept"`
	Year        int       `json:"year"`
	Edition     int       `json:"edition"`
	Day         string    `json:"day" doc:"As of which profiles were taken"`
	Enterprises int       `json:"enterprises"`
	At          time.Time `json:"at"`
	By          string    `json:"by"`

	actor string
	by    Ladder
}

// Assessed is what came out for an enterprise on a rung in a year.
type Assessed struct {
	ID        string            `json:"id"`
	Ladder    string            `json:"ladder" title:"梯度|Ladder"`
	Year      int               `json:"year" title:"年度|Year"`
	Edition   int               `json:"edition" doc:"Of the ladder, by which it was assessed" title:"梯度版本|Edition"`
	Rung      string            `json:"rung" title:"层级|Rung"`
	RungTitle lang.Text         `json:"rung_title" doc:"Empty: it was assessed before titles were kept" title:"层级名称|Name of the rung"`
	EntryID   string            `json:"entry_id"`
	Name      lang.Text         `json:"name" title:"企业|Enterprise"`
	District  string            `json:"district" title:"区市|District"`
	Outcome   criterion.Outcome `json:"outcome" enum:"unmet,unknown,met" title:"结果|Outcome"`
	Held      bool              `json:"held" doc:"The profile named a valid qualification of the rung" title:"已认定|Held"`
	Lacking   int               `json:"lacking" doc:"How many conditions lack" title:"缺少条件数|Conditions that lack"`
	Lacks     []criterion.Lack  `json:"lacks" nullable:"false"`
	Criteria  []Judged          `json:"criteria" nullable:"false" doc:"What each criterion came to by the profile"`
	Synthetic bool              `json:"synthetic" title:"合成数据|Synthetic"`

	organisation string
}

// keep replaces what a year's run came to.
func (s store) keep(ctx context.Context, r Run, list []Assessed) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "cultivation/"+r.Ladder); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM cultivation_result WHERE ladder = $1 AND year = $2`, r.Ladder, r.Year); err != nil {
			return fmt.Errorf("replace results: %w", err)
		}
		proofs, err := s.proofsFor(ctx, tx, r)
		if err != nil {
			return err
		}
		for _, a := range list {
			_, a.Outcome, a.Lacks = settle(a.Rung, a.Criteria, proofs[a.EntryID])
			a.Lacking = len(a.Lacks)
			if err := insertResult(ctx, tx, r, a); err != nil {
				return err
			}
		}
		by, err := json.Marshal(r.by)
		if err != nil {
			return fmt.Errorf("write the ladder of a year: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO cultivation_run (ladder, year, edition, day, enterprises, at, actor, actor_name, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (ladder, year) DO UPDATE SET edition = excluded.edition, day = excluded.day, enterprises = excluded.enterprises, at = excluded.at, actor = excluded.actor, actor_name = excluded.actor_name, content = excluded.content`,
			r.Ladder, r.Year, r.Edition, r.Day, r.Enterprises, r.At.UnixMilli(), r.actor, r.By, string(by))
		if err != nil {
			return fmt.Errorf("keep run: %w", err)
		}
		tx.Changed("cultivation_run", fmt.Sprintf("%s/%d", r.Ladder, r.Year), nil, r)
		return nil
	})
}

func insertResult(ctx context.Context, tx *sqldb.Tx, r Run, a Assessed) error {
	lacks, err := json.Marshal(a.Lacks)
	if err != nil {
		return fmt.Errorf("write what lacks: %w", err)
	}
	criteria, err := json.Marshal(a.Criteria)
	if err != nil {
		return fmt.Errorf("write criteria: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO cultivation_result (id, ladder, year, edition, rung, rung_zh, rung_en, entry_id, organisation_id, name_zh, name_en, district, synthetic, outcome, held, lacking, lacks, criteria)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		a.ID, r.Ladder, r.Year, r.Edition, a.Rung, a.RungTitle.ZH, a.RungTitle.EN, a.EntryID, a.organisation, a.Name.ZH, a.Name.EN, a.District, a.Synthetic, string(a.Outcome), a.Held, a.Lacking, string(lacks), string(criteria))
	if err != nil {
		return fmt.Errorf("keep result: %w", err)
	}
	return nil
}

func (s store) runs(ctx context.Context) ([]Run, error) {
	rows, err := s.db.Query(ctx, `SELECT r.ladder, r.year, r.edition, r.day, r.enterprises, r.at, r.actor_name, r.content FROM cultivation_run r ORDER BY r.year DESC, r.ladder LIMIT 200`)
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Run, err error) {
		var at int64
		var by string
		err = r.Scan(&x.Ladder, &x.Year, &x.Edition, &x.Day, &x.Enterprises, &at, &x.By, &by)
		x.At = time.UnixMilli(at).UTC()
		if err == nil && by != "" {
			err = json.Unmarshal([]byte(by), &x.by)
		}
		x.Title = x.by.Title
		return x, err
	})
}

// standing leaves out results of entries that were merged into others which were assessed
// in the same year: an enterprise stands on a rung once.
const standing = `NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = c.entry_id AND e.merged_into <> '')`

type resultParams struct {
	sqldb.ListParams
	Ladder   string `query:"ladder" maxLength:"40"`
	Year     string `query:"year" maxLength:"4"`
	Rung     string `query:"rung" maxLength:"40"`
	District string `query:"district" maxLength:"6"`
	Outcome  string `query:"outcome" enum:"unmet,unknown,met"`
	Watch    bool   `query:"watch" doc:"Only the watch list: those that lack one condition"`
}

func (s store) results(ctx context.Context, in resultParams) (sqldb.Page[Assessed], error) {
	l := sqldb.List{
		Select: `c.id, c.ladder, c.year, c.edition, c.rung, c.rung_zh, c.rung_en, c.entry_id, c.name_zh, c.name_en, c.district, c.synthetic, c.outcome, c.held, c.lacking, c.lacks, c.criteria`, From: "cultivation_result c", Key: "c.id", Order: "name",
		Sort:   map[string]string{"name": "c.name_zh", "year": "c.year", "district": "c.district", "outcome": "c.outcome", "lacking": "c.lacking"},
		Search: []string{"c.name_zh", "c.name_en"},
	}
	l.WhereIf("c.ladder = ?", in.Ladder).WhereIf("CAST(c.year AS TEXT) = ?", in.Year).WhereIf("c.rung = ?", in.Rung).WhereIf("c.district = ?", in.District).WhereIf("c.outcome = ?", in.Outcome)
	l.Where(standing)
	if in.Watch {
		l.Where("c.outcome <> 'met' AND c.lacking = 1")
	}
	ownOnly(identity.From(ctx), &l, "c.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (a Assessed, err error) {
		var lacks, criteria string
		if err := r.Scan(&a.ID, &a.Ladder, &a.Year, &a.Edition, &a.Rung, &a.RungTitle.ZH, &a.RungTitle.EN, &a.EntryID, &a.Name.ZH, &a.Name.EN, &a.District, &a.Synthetic, &a.Outcome, &a.Held, &a.Lacking, &lacks, &criteria); err != nil {
			return a, err
		}
		return a, errors.Join(json.Unmarshal([]byte(lacks), &a.Lacks), json.Unmarshal([]byte(criteria), &a.Criteria))
	})
}

// ownOnly keeps what is of the caller's own organisations; the bureau sees all.
func ownOnly(who identity.Identity, l *sqldb.List, column string) {
	if who.Scope.All {
		return
	}
	own, args := who.OwnSQL(column)
	l.Where(own, args...)
}

// Tally is how many enterprises stand how on a rung, in a district and a year.
type Tally struct {
	Ladder   string    `json:"ladder"`
	Year     int       `json:"year"`
	Edition  int       `json:"edition"`
	Rung     string    `json:"rung"`
	Title    lang.Text `json:"title" doc:"Of the rung"`
	District string    `json:"district"`
	Met      int       `json:"met"`
	Watch    int       `json:"watch" doc:"Lack one condition"`
	Held     int       `json:"held"`
	All      int       `json:"all"`
}

func (s store) tallies(ctx context.Context, ladder string) ([]Tally, error) {
	rows, err := s.db.Query(ctx, `SELECT c.ladder, c.year, c.edition, c.rung, MAX(c.rung_zh), MAX(c.rung_en), c.district, COUNT(CASE WHEN c.outcome = 'met' THEN 1 END), COUNT(CASE WHEN c.outcome <> 'met' AND c.lacking = 1 THEN 1 END), COUNT(CASE WHEN c.held THEN 1 END), COUNT(*)
		FROM cultivation_result c WHERE c.ladder = $1 AND `+standing+` GROUP BY c.ladder, c.year, c.edition, c.rung, c.district ORDER BY c.year DESC, c.rung, c.district LIMIT 2000`, ladder)
	if err != nil {
		return nil, fmt.Errorf("count results: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (t Tally, err error) {
		return t, r.Scan(&t.Ladder, &t.Year, &t.Edition, &t.Rung, &t.Title.ZH, &t.Title.EN, &t.District, &t.Met, &t.Watch, &t.Held, &t.All)
	})
}

// counted counts enterprises that meet a rung at least in the newest year of its ladder.
func (s store) counted(ctx context.Context) (n, synthetic, runs int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(DISTINCT c.entry_id), COUNT(DISTINCT CASE WHEN c.synthetic THEN c.entry_id END), (SELECT COUNT(*) FROM cultivation_run) FROM cultivation_result c
		WHERE c.outcome = 'met' AND `+standing+` AND c.year = (SELECT MAX(r.year) FROM cultivation_run r WHERE r.ladder = c.ladder)`).Scan(&n, &synthetic, &runs)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("count cultivated enterprises: %w", err)
	}
	return n, synthetic, runs, nil
}

// Personal names who ran an assessment, and who defined, published and retired ladders.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "cultivation_run", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"ladder", "year", "at"}},
		{Table: "cultivation_edition", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"ladder", "edition", "changed_at"}},
		{Table: "cultivation_edition", Person: "publisher", Columns: []string{"publisher_name"}, Show: []string{"ladder", "edition", "published_at"}},
		{Table: "cultivation_proof", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"entry_id", "at", "name"}},
		{Table: "cultivation_proof", Person: "judge", Columns: []string{"judge_name"}, Show: []string{"entry_id", "judged_at", "state"}},
		{Table: "cultivation_retired", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"ladder", "at"}},
	}
}
