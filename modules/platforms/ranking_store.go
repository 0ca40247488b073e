package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/rank"
)

// rankingStore keeps how platforms are ranked, and what came of it.
type rankingStore struct{ db *sqldb.DB }

const rankingColumns = `r.id, r.name_zh, r.name_en, r.note, r.class, r.method, r.created_at, r.version`

func scanRanking(row sqldb.Row) (r Ranking, err error) {
	var method string
	var created int64
	if err := row.Scan(&r.ID, &r.Name.ZH, &r.Name.EN, &r.Note, &r.Class, &method, &created, &r.Version); err != nil {
		return r, err
	}
	r.CreatedAt = sqldb.Time(created)
	if err := json.Unmarshal([]byte(method), &r.Method); err != nil {
		return r, fmt.Errorf("read method: %w", err)
	}
	return r, nil
}

// rankingsMost bounds how many rankings there are.
const rankingsMost = 100

func (s rankingStore) list(ctx context.Context) ([]Ranking, error) {
	rows, err := s.db.Query(ctx, `SELECT `+rankingColumns+` FROM ranking r ORDER BY r.created_at, r.id LIMIT $1`, rankingsMost)
	if err != nil {
		return nil, fmt.Errorf("read rankings: %w", err)
	}
	return sqldb.All(rows, scanRanking)
}

func (s rankingStore) read(ctx context.Context, db rowReader, id string) (Ranking, error) {
	r, err := scanRanking(db.QueryRow(ctx, `SELECT `+rankingColumns+` FROM ranking r WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, noRanking()
	}
	if err != nil {
		return r, fmt.Errorf("read ranking: %w", err)
	}
	return r, nil
}

func (s rankingStore) insert(ctx context.Context, r Ranking) error {
	method, err := json.Marshal(r.Method)
	if err != nil {
		return fmt.Errorf("write method: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "ranking"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM ranking`).Scan(&n); err != nil {
			return fmt.Errorf("count rankings: %w", err)
		}
		if n >= rankingsMost {
			return fault.New(fault.Conflict, "platforms.ranking.full", "there are %d rankings already; change or remove one", n).With("limit", rankingsMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO ranking (id, name_zh, name_en, note, class, method, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			r.ID, r.Name.ZH, r.Name.EN, r.Note, r.Class, string(method), r.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert ranking: %w", err)
		}
		tx.Changed("ranking", r.ID, nil, r)
		return nil
	})
}

func (s rankingStore) update(ctx context.Context, r Ranking, version int64) error {
	method, err := json.Marshal(r.Method)
	if err != nil {
		return fmt.Errorf("write method: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.read(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE ranking SET name_zh = $1, name_en = $2, note = $3, class = $4, method = $5, version = version + 1 WHERE id = $6 AND version = $7`,
			r.Name.ZH, r.Name.EN, r.Note, r.Class, string(method), r.ID, version)
		if err != nil {
			return fmt.Errorf("update ranking: %w", err)
		}
		if n == 0 {
			return staleRanking()
		}
		tx.Changed("ranking", r.ID, before, r)
		return nil
	})
}

func staleRanking() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this ranking meanwhile; read it again")
}

// remove removes a ranking that nothing was ever computed by.
func (s rankingStore) remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		r, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM ranking WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM ranking_run x WHERE x.ranking_id = ranking.id)`, id)
		if err != nil {
			return fmt.Errorf("remove ranking: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "platforms.ranking.used", "there are results of this ranking; its method stays")
		}
		tx.Changed("ranking", id, r, nil)
		return nil
	})
}

const standingColumns = `x.id, x.ranking_id, x.name_zh, x.name_en, x.class, x.edition, x.month_at, x.state, x.reason, x.actor, x.name, x.computed_at, x.published_at, x.platforms, x.synthetic, x.version`

func scanStanding(row sqldb.Row) (r Standing, err error) {
	var month, computed, published int64
	err = row.Scan(runFields(&r, &month, &computed, &published)...)
	return r.at(month, computed, published), err
}

func runFields(r *Standing, month, computed, published *int64) []any {
	return []any{&r.ID, &r.RankingID, &r.Name.ZH, &r.Name.EN, &r.Class, &r.Edition, month, &r.State, &r.Reason, &r.actor, &r.By, computed, published, &r.Platforms, &r.Synthetic, &r.Version}
}

func (r Standing) at(month, computed, published int64) Standing {
	r.Month, r.ComputedAt = monthOf(time.UnixMilli(month)), sqldb.Time(computed)
	if published > 0 {
		at := sqldb.Time(published)
		r.PublishedAt = &at
	}
	return r
}

type standingParams struct {
	sqldb.ListParams
	Ranking string `query:"ranking" maxLength:"26"`
	State   string `query:"state" enum:"draft,published,withdrawn"`
	Class   string `query:"class" maxLength:"40"`
}

// runs lists what was computed; drafts are for who sees the whole city.
func (s rankingStore) runs(ctx context.Context, in standingParams) (sqldb.Page[Standing], error) {
	l := sqldb.List{
		Select: standingColumns, From: "ranking_run x", Key: "x.id", Order: "-month",
		Sort: map[string]string{
			"month": "x.month_at", "name": "x.name_zh", "class": "x.class", "state": "x.state", "computed_at": "x.computed_at", "published_at": "x.published_at", "platforms": "x.platforms", "edition": "x.edition",
		},
		Search: []string{"x.name_zh", "x.name_en"},
	}
	l.WhereIf("x.ranking_id = ?", in.Ranking).WhereIf("x.state = ?", in.State).WhereIf("x.class = ?", in.Class)
	if !identity.From(ctx).Scope.All {
		l.Where("x.state <> ?", string(runDraft))
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanStanding)
}

// run returns a run with its method and result.
func (s rankingStore) run(ctx context.Context, id string) (Standing, rank.Method, ranked, error) {
	var r Standing
	var m rank.Method
	var out ranked
	var month, computed, published int64
	var method, result string
	err := s.db.QueryRow(ctx, `SELECT `+standingColumns+`, x.method, x.result FROM ranking_run x WHERE x.id = $1`, id).Scan(append(runFields(&r, &month, &computed, &published), &method, &result)...)
	if errors.Is(err, sql.ErrNoRows) || err == nil && r.State == runDraft && !identity.From(ctx).Scope.All {
		return r, m, out, noRanking()
	}
	if err != nil {
		return r, m, out, fmt.Errorf("read ranking: %w", err)
	}
	if err := errors.Join(json.Unmarshal([]byte(method), &m), json.Unmarshal([]byte(result), &out)); err != nil {
		return r, m, out, fmt.Errorf("read result: %w", err)
	}
	return r.at(month, computed, published), m, out, nil
}

// keep stores what was computed as a draft. Older drafts of the same month give way.
func (s rankingStore) keep(ctx context.Context, r Standing, month time.Time, m rank.Method, out ranked) error {
	method, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write method: %w", err)
	}
	result, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `DELETE FROM ranking_run WHERE ranking_id = $1 AND month_at = $2 AND state = 'draft' RETURNING id`, r.RankingID, month.UnixMilli())
		if err != nil {
			return fmt.Errorf("remove older drafts: %w", err)
		}
		old, err := sqldb.All(rows, func(row sqldb.Row) (id string, err error) { return id, row.Scan(&id) })
		if err != nil {
			return err
		}
		for _, id := range old {
			tx.Changed("ranking_run", id, Standing{ID: id, State: runDraft, Month: r.Month}, nil)
		}
		_, err = tx.Exec(ctx, `INSERT INTO ranking_run (id, ranking_id, name_zh, name_en, class, method, edition, month_at, state, actor, name, computed_at, platforms, synthetic, result)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			r.ID, r.RankingID, r.Name.ZH, r.Name.EN, r.Class, string(method), r.Edition, month.UnixMilli(), string(r.State), r.actor, r.By, r.ComputedAt.UnixMilli(), int64(r.Platforms), r.Synthetic, string(result))
		if err != nil {
			return fmt.Errorf("keep ranking: %w", err)
		}
		tx.Changed("ranking_run", r.ID, nil, r)
		return nil
	})
}

// move takes a run to another state.
func (s rankingStore) move(ctx context.Context, before, after Standing, version int64) error {
	published := int64(0)
	if after.PublishedAt != nil {
		published = after.PublishedAt.UnixMilli()
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE ranking_run SET state = $1, reason = $2, published_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
			string(after.State), after.Reason, published, after.ID, version)
		if err != nil {
			return fmt.Errorf("move ranking: %w", err)
		}
		if n == 0 {
			return staleRanking()
		}
		tx.Changed("ranking_run", after.ID, before, after)
		return nil
	})
}

// candidates are the platforms that a ranking compares, with their newest grades.
func (s rankingStore) candidates(ctx context.Context, class string) (list []rankedPlatform, synthetic bool, err error) {
	query, args := `SELECT p.id, p.name_zh, p.name_en, p.organisation_id, p.class, p.synthetic, COALESCE(q.grade, 'none'), COALESCE(q.score, 0) FROM platform p
		LEFT JOIN quality_day q ON q.platform_id = p.id AND q.day = (SELECT MAX(y.day) FROM quality_day y WHERE y.platform_id = p.id) WHERE `+watched, []any{}
	if class != "" {
		query, args = query+` AND p.class = $1`, append(args, class)
	}
	rows, err := s.db.Query(ctx, query+` ORDER BY p.id`, args...)
	if err != nil {
		return nil, false, fmt.Errorf("read platforms to rank: %w", err)
	}
	list, err = sqldb.All(rows, func(r sqldb.Row) (p rankedPlatform, err error) {
		var made bool
		err = r.Scan(&p.ID, &p.Name.ZH, &p.Name.EN, &p.Owner, &p.Class, &made, &p.Grade, &p.Trust)
		synthetic = synthetic || made
		return p, err
	})
	return list, synthetic, err
}

// facts returns the totals of an indicator from a time until before another, of all
// platforms, oldest first, each in its newest revision. The cross join has SQLite look
// up each platform's facts in their index; it would read the facts of everything else.
func (s rankingStore) facts(ctx context.Context, code string, from, until time.Time) ([]monthFact, error) {
	rows, err := s.db.Query(ctx, `SELECT f.platform_id, f.period_at, f.revision, f.value, f.known_at, f.submission_id FROM platform p CROSS JOIN fact f
		WHERE f.platform_id = p.id AND f.code = $1 AND f.dims = '' AND f.period_at >= $2 AND f.period_at < $3
		ORDER BY f.platform_id, f.period_at, f.revision`, code, from.UnixMilli(), until.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read facts of %s: %w", code, err)
	}
	all, err := sqldb.All(rows, func(r sqldb.Row) (f monthFact, err error) {
		var at, known int64
		err = r.Scan(&f.platformID, &at, &f.revision, &f.value, &known, &f.submissionID)
		f.code, f.at, f.known = code, time.UnixMilli(at).In(cityTime()), sqldb.Time(known)
		return f, err
	})
	var newest []monthFact
	for _, f := range all {
		if n := len(newest); n > 0 && newest[n-1].platformID == f.platformID && newest[n-1].at.Equal(f.at) {
			newest[n-1] = f
			continue
		}
		newest = append(newest, f)
	}
	return newest, err
}

// rankingPersonal names who computed a ranking.
func rankingPersonal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "ranking_run", Person: "actor", Columns: []string{"name"}, Show: []string{"name_zh", "computed_at", "state"}}}
}
