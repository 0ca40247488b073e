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
)

// developmentStore keeps what indices are made of, and what came of it.
type developmentStore struct{ db *sqldb.DB }

const indexColumns = `d.id, d.name_zh, d.name_en, d.note, d.class, d.district, d.industry, d.definition, d.created_at, d.version`

func scanIndex(row sqldb.Row) (x DevelopmentIndex, err error) {
	var definition string
	var created int64
	if err := row.Scan(&x.ID, &x.Name.ZH, &x.Name.EN, &x.Note, &x.Sample.Class, &x.Sample.District, &x.Sample.Industry, &definition, &created, &x.Version); err != nil {
		return x, err
	}
	x.CreatedAt = sqldb.Time(created)
	if err := json.Unmarshal([]byte(definition), &x.Definition); err != nil {
		return x, fmt.Errorf("read definition: %w", err)
	}
	x.Definition = x.Definition.Normal()
	return x, nil
}

// indicesMost bounds how many indices there are.
const indicesMost = 100

func (s developmentStore) list(ctx context.Context) ([]DevelopmentIndex, error) {
	rows, err := s.db.Query(ctx, `SELECT `+indexColumns+` FROM index_definition d ORDER BY d.created_at, d.id LIMIT $1`, indicesMost)
	if err != nil {
		return nil, fmt.Errorf("read indices: %w", err)
	}
	return sqldb.All(rows, scanIndex)
}

func (s developmentStore) read(ctx context.Context, db rowReader, id string) (DevelopmentIndex, error) {
	x, err := scanIndex(db.QueryRow(ctx, `SELECT `+indexColumns+` FROM index_definition d WHERE d.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noIndex()
	}
	if err != nil {
		return x, fmt.Errorf("read index: %w", err)
	}
	return x, nil
}

func (s developmentStore) insert(ctx context.Context, x DevelopmentIndex) error {
	definition, err := json.Marshal(x.Definition)
	if err != nil {
		return fmt.Errorf("write definition: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "index"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM index_definition`).Scan(&n); err != nil {
			return fmt.Errorf("count indices: %w", err)
		}
		if n >= indicesMost {
			return fault.New(fault.Conflict, "platforms.index.full", "there are %d indices already; change or remove one", n).With("limit", indicesMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO index_definition (id, name_zh, name_en, note, class, district, industry, definition, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			x.ID, x.Name.ZH, x.Name.EN, x.Note, x.Sample.Class, x.Sample.District, x.Sample.Industry, string(definition), x.CreatedAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert index: %w", err)
		}
		tx.Changed("index", x.ID, nil, x)
		return nil
	})
}

func (s developmentStore) update(ctx context.Context, x DevelopmentIndex, version int64) error {
	definition, err := json.Marshal(x.Definition)
	if err != nil {
		return fmt.Errorf("write definition: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.read(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE index_definition SET name_zh = $1, name_en = $2, note = $3, class = $4, district = $5, industry = $6, definition = $7, version = version + 1 WHERE id = $8 AND version = $9`,
			x.Name.ZH, x.Name.EN, x.Note, x.Sample.Class, x.Sample.District, x.Sample.Industry, string(definition), x.ID, version)
		if err != nil {
			return fmt.Errorf("update index: %w", err)
		}
		if n == 0 {
			return staleIndex()
		}
		tx.Changed("index", x.ID, before, x)
		return nil
	})
}

func staleIndex() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this index meanwhile; read it again")
}

// remove removes an index that was never computed.
func (s developmentStore) remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		x, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM index_definition WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM index_run x WHERE x.index_id = index_definition.id)`, id)
		if err != nil {
			return fmt.Errorf("remove index: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "platforms.index.used", "there are results of this index; its definition stays")
		}
		tx.Changed("index", id, x, nil)
		return nil
	})
}

// indexRunColumns holds the level that the reader may know of.
func indexRunColumns(ctx context.Context) string {
	level := `x.told`
	if identity.From(ctx).Scope.All {
		level = `x.level`
	}
	return `x.id, x.index_id, x.name_zh, x.name_en, x.base, x.edition, x.month_at, ` + level + `, x.state, x.reason, x.actor, x.name, x.computed_at, x.published_at, x.platforms, x.synthetic, x.version`
}

// indexRunScan reads a run of a row that has its columns, and more after them.
func indexRunScan(row sqldb.Row, more ...any) (r IndexRun, err error) {
	var month, computed, published int64
	var level sql.NullFloat64
	err = row.Scan(append([]any{
		&r.ID, &r.IndexID, &r.Name.ZH, &r.Name.EN, &r.Base, &r.Edition, &month, &level, &r.State, &r.Reason, &r.actor, &r.By, &computed, &published, &r.Platforms, &r.Synthetic, &r.Version,
	}, more...)...)
	r.Month, r.ComputedAt = monthOf(time.UnixMilli(month)), sqldb.Time(computed)
	if published > 0 {
		at := sqldb.Time(published)
		r.PublishedAt = &at
	}
	if level.Valid {
		r.Level = &level.Float64
	}
	return r, err
}

type indexRunParams struct {
	sqldb.ListParams
	Index string `query:"index" maxLength:"26"`
	State string `query:"state" enum:"draft,published,withdrawn"`
}

// runs lists what was computed; drafts are for who sees the whole city.
func (s developmentStore) runs(ctx context.Context, in indexRunParams) (sqldb.Page[IndexRun], error) {
	l := sqldb.List{
		Select: indexRunColumns(ctx), From: "index_run x", Key: "x.id", Order: "-month",
		Sort: map[string]string{
			"month": "x.month_at", "name": "x.name_zh", "state": "x.state", "computed_at": "x.computed_at", "published_at": "x.published_at", "platforms": "x.platforms", "edition": "x.edition",
		},
		Search: []string{"x.name_zh", "x.name_en"},
	}
	l.WhereIf("x.index_id = ?", in.Index).WhereIf("x.state = ?", in.State)
	if !identity.From(ctx).Scope.All {
		l.Where("x.state <> ?", string(runDraft))
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(row sqldb.Row) (IndexRun, error) { return indexRunScan(row) })
}

// run returns a run with the definition, sample and result that it was made of.
func (s developmentStore) run(ctx context.Context, id string) (IndexRun, DevelopmentIndex, indexResult, error) {
	var x DevelopmentIndex
	var out indexResult
	var definition, result string
	r, err := indexRunScan(s.db.QueryRow(ctx, `SELECT `+indexRunColumns(ctx)+`, x.class, x.district, x.industry, x.definition, x.result FROM index_run x WHERE x.id = $1`, id),
		&x.Sample.Class, &x.Sample.District, &x.Sample.Industry, &definition, &result)
	if errors.Is(err, sql.ErrNoRows) || err == nil && r.State == runDraft && !identity.From(ctx).Scope.All {
		return r, x, out, noIndex()
	}
	if err != nil {
		return r, x, out, fmt.Errorf("read index: %w", err)
	}
	if err := errors.Join(json.Unmarshal([]byte(definition), &x.Definition), json.Unmarshal([]byte(result), &out)); err != nil {
		return r, x, out, fmt.Errorf("read result: %w", err)
	}
	x.Definition = x.Definition.Normal()
	if out.Weights.Items == nil { // it was computed when weights came by hand only
		out.Weights.Weights, err = x.Definition.Weigh(nil)
	}
	return r, x, out, err
}

// inputs returns the figures of a month of a run, of platforms that may be seen.
func (s developmentStore) inputs(ctx context.Context, run string, month time.Time) ([]indexInput, error) {
	return s.figures(ctx, `SELECT inputs FROM index_input WHERE run_id = $1 AND month_at = $2`, run, month)
}

// weighed returns the figures of a month that the weights of a run were computed from,
// of platforms that may be seen.
func (s developmentStore) weighed(ctx context.Context, run string, month time.Time) ([]indexInput, error) {
	return s.figures(ctx, `SELECT inputs FROM index_weight_input WHERE run_id = $1 AND month_at = $2`, run, month)
}

func (s developmentStore) figures(ctx context.Context, query, run string, month time.Time) ([]indexInput, error) {
	list := []indexInput{}
	var text string
	err := s.db.QueryRow(ctx, query, run, month.UnixMilli()).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return list, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read figures of an index: %w", err)
	}
	var all []indexInput
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("read figures of an index: %w", err)
	}
	for _, in := range all {
		if identity.From(ctx).Scope.Allows(in.Owner) {
			list = append(list, in)
		}
	}
	return list, nil
}

// keep stores what was computed as a draft. Older drafts of the same month give way.
func (s developmentStore) keep(ctx context.Context, r IndexRun, months span, x DevelopmentIndex, out indexResult) error {
	definition, err := json.Marshal(x.Definition)
	if err != nil {
		return fmt.Errorf("write definition: %w", err)
	}
	result, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	inputs, err := written(out.inputs)
	if err != nil {
		return err
	}
	weighed, err := written(out.Weights.inputs)
	if err != nil {
		return err
	}
	last := months.at(months.months - 1).UnixMilli()
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.dropDrafts(ctx, tx, r, last); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO index_run (id, index_id, name_zh, name_en, class, district, industry, definition, base, edition, month_at, level, told, state, actor, name, computed_at, platforms, synthetic, result)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
			r.ID, r.IndexID, r.Name.ZH, r.Name.EN, x.Sample.Class, x.Sample.District, x.Sample.Industry, string(definition), r.Base, r.Edition, last, r.Level, out.Months[len(out.Months)-1].veil().Level.Chained, string(r.State), r.actor, r.By,
			r.ComputedAt.UnixMilli(), int64(r.Platforms), r.Synthetic, string(result))
		if err != nil {
			return fmt.Errorf("keep index: %w", err)
		}
		for n, text := range inputs {
			if _, err := tx.Exec(ctx, `INSERT INTO index_input (run_id, month_at, inputs) VALUES ($1, $2, $3)`, r.ID, months.at(n).UnixMilli(), text); err != nil {
				return fmt.Errorf("keep figures of an index: %w", err)
			}
		}
		if err := s.keepWeighed(ctx, tx, r.ID, out.Weights, weighed); err != nil {
			return err
		}
		tx.Changed("index_run", r.ID, nil, r)
		return nil
	})
}

// written are the figures of months, as they are kept.
func written(months [][]indexInput) ([]string, error) {
	list := make([]string, len(months))
	for n, of := range months {
		text, err := json.Marshal(of)
		if err != nil {
			return nil, fmt.Errorf("write figures: %w", err)
		}
		list[n] = string(text)
	}
	return list, nil
}

// keepWeighed keeps the figures that the weights of a run come from, be they those of
// another run.
func (s developmentStore) keepWeighed(ctx context.Context, tx *sqldb.Tx, run string, w indexWeights, months []string) error {
	if w.Of != "" {
		_, err := tx.Exec(ctx, `INSERT INTO index_weight_input (run_id, month_at, inputs) SELECT $1, y.month_at, y.inputs FROM index_weight_input y WHERE y.run_id = $2`, run, w.Of)
		if err != nil {
			return fmt.Errorf("take over figures of weights: %w", err)
		}
	}
	for n, text := range months {
		if _, err := tx.Exec(ctx, `INSERT INTO index_weight_input (run_id, month_at, inputs) VALUES ($1, $2, $3)`, run, w.months[n].UnixMilli(), text); err != nil {
			return fmt.Errorf("keep figures of weights: %w", err)
		}
	}
	return nil
}

// inForce returns the weights of the first published run by a version of a definition:
// they hold for all that follow, so that months of one version can be compared.
func (s developmentStore) inForce(ctx context.Context, x DevelopmentIndex) (w indexWeights, ok bool, err error) {
	var id, result string
	err = s.db.QueryRow(ctx, `SELECT y.id, y.result FROM index_run y WHERE y.index_id = $1 AND y.edition = $2 AND y.state = $3 ORDER BY y.published_at, y.id LIMIT 1`,
		x.ID, x.Version, string(runPublished)).Scan(&id, &result)
	if errors.Is(err, sql.ErrNoRows) {
		return w, false, nil
	}
	if err != nil {
		return w, false, fmt.Errorf("read weights in force: %w", err)
	}
	var out indexResult
	if err := json.Unmarshal([]byte(result), &out); err != nil {
		return w, false, fmt.Errorf("read weights in force: %w", err)
	}
	out.Weights.Of = id
	return out.Weights, out.Weights.Items != nil, nil
}

func (s developmentStore) dropDrafts(ctx context.Context, tx *sqldb.Tx, r IndexRun, month int64) error {
	rows, err := tx.Query(ctx, `DELETE FROM index_run WHERE index_id = $1 AND month_at = $2 AND state = 'draft' RETURNING id`, r.IndexID, month)
	if err != nil {
		return fmt.Errorf("remove older drafts: %w", err)
	}
	old, err := sqldb.All(rows, func(row sqldb.Row) (id string, err error) { return id, row.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range old {
		tx.Changed("index_run", id, IndexRun{ID: id, State: runDraft, Month: r.Month}, nil)
	}
	return nil
}

// move takes a run to another state.
func (s developmentStore) move(ctx context.Context, before, after IndexRun, version int64) error {
	published := int64(0)
	if after.PublishedAt != nil {
		published = after.PublishedAt.UnixMilli()
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE index_run SET state = $1, reason = $2, published_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
			string(after.State), after.Reason, published, after.ID, version)
		if err != nil {
			return fmt.Errorf("move index: %w", err)
		}
		if n == 0 {
			return staleIndex()
		}
		tx.Changed("index_run", after.ID, before, after)
		return nil
	})
}

// members are the platforms that count: those in trial or in service of a cohort.
func (s developmentStore) members(ctx context.Context, c cohort) ([]member, error) {
	rows, err := s.db.Query(ctx, `SELECT p.id, p.name_zh, p.name_en, p.class, p.district, p.industry, p.organisation_id, p.synthetic FROM platform p WHERE `+watched+` ORDER BY p.id`)
	if err != nil {
		return nil, fmt.Errorf("read platforms of a cohort: %w", err)
	}
	all, err := sqldb.All(rows, func(r sqldb.Row) (p member, err error) {
		return p, r.Scan(&p.ID, &p.Name.ZH, &p.Name.EN, &p.Class, &p.District, &p.Industry, &p.owner, &p.synthetic)
	})
	list := []member{}
	for _, p := range all {
		if c.holds(p) {
			list = append(list, p)
		}
	}
	return list, err
}

// developmentPersonal names who computed an index.
func developmentPersonal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "index_run", Person: "actor", Columns: []string{"name"}, Show: []string{"name_zh", "computed_at", "state"}}}
}
