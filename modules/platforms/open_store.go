package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/opendata"
)

// openStore keeps datasets that are open to everybody, and their editions.
type openStore struct{ db *sqldb.DB }

const openColumns = `d.id, d.slug, d.spec, d.state, d.reason, d.edition, d.actor, d.name, d.created_at, d.published_at, d.changed_at, d.version`

func scanDataset(r sqldb.Row) (d OpenDataset, err error) {
	var spec string
	var created, published, changed int64
	if err := r.Scan(&d.ID, &d.Slug, &spec, &d.State, &d.Reason, &d.Edition, &d.actor, &d.By, &created, &published, &changed, &d.Version); err != nil {
		return d, err
	}
	d.CreatedAt, d.ChangedAt = sqldb.Time(created), sqldb.Time(changed)
	if published > 0 {
		at := sqldb.Time(published)
		d.PublishedAt = &at
	}
	if err := json.Unmarshal([]byte(spec), &d.Spec); err != nil {
		return d, fmt.Errorf("read dataset: %w", err)
	}
	return d, nil
}

type openParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"draft,published,withdrawn"`
}

// list lists datasets: all of them to who sees the whole city, to others those that are
// published.
func (s openStore) list(ctx context.Context, in openParams) (sqldb.Page[OpenDataset], error) {
	l := sqldb.List{
		Select: openColumns, From: "open_dataset d", Key: "d.id", Order: "-changed_at",
		Sort:   map[string]string{"title": "d.title_zh", "slug": "d.slug", "state": "d.state", "edition": "d.edition", "changed_at": "d.changed_at", "published_at": "d.published_at"},
		Search: []string{"d.title_zh", "d.title_en", "d.slug"},
	}
	l.WhereIf("d.state = ?", in.State)
	if !identity.From(ctx).Scope.All {
		l.Where("d.state = ?", string(openPublished))
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanDataset)
}

// read returns a dataset by a column that names it.
func (s openStore) read(ctx context.Context, db rowReader, column, name string) (OpenDataset, error) {
	d, err := scanDataset(db.QueryRow(ctx, `SELECT `+openColumns+` FROM open_dataset d WHERE d.`+column+` = $1`, name))
	if errors.Is(err, sql.ErrNoRows) {
		return d, noDataset()
	}
	if err != nil {
		return d, fmt.Errorf("read dataset: %w", err)
	}
	return d, nil
}

// published returns the datasets that everybody may read.
func (s openStore) published(ctx context.Context) ([]OpenDataset, error) {
	rows, err := s.db.Query(ctx, `SELECT `+openColumns+` FROM open_dataset d WHERE d.state = 'published' AND d.edition > 0 ORDER BY d.slug LIMIT $1`, openMost)
	if err != nil {
		return nil, fmt.Errorf("read published datasets: %w", err)
	}
	return sqldb.All(rows, scanDataset)
}

// openMost bounds how many datasets there are.
const openMost = 500

func (s openStore) insert(ctx context.Context, d OpenDataset) error {
	spec, err := json.Marshal(d.Spec)
	if err != nil {
		return fmt.Errorf("write dataset: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "open_dataset"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM open_dataset`).Scan(&n); err != nil {
			return fmt.Errorf("count datasets: %w", err)
		}
		if n >= openMost {
			return fault.New(fault.Conflict, "platforms.open.full", "there are %d datasets already", n).With("limit", openMost)
		}
		_, err := tx.Exec(ctx, `INSERT INTO open_dataset (id, slug, spec, title_zh, title_en, state, actor, name, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			d.ID, d.Slug, string(spec), d.Spec.Title.ZH, d.Spec.Title.EN, string(d.State), d.actor, d.By, d.CreatedAt.UnixMilli(), d.ChangedAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "platforms.open.slug", "the name %s is taken", d.Slug).At("body.slug", "choose another name")
		}
		if err != nil {
			return fmt.Errorf("insert dataset: %w", err)
		}
		tx.Changed("open_dataset", d.ID, nil, d)
		return nil
	})
}

// save keeps a dataset that was changed, with an edition that came of it, if any.
func (s openStore) save(ctx context.Context, before, after OpenDataset, version int64, e *openEdition) error {
	spec, err := json.Marshal(after.Spec)
	if err != nil {
		return fmt.Errorf("write dataset: %w", err)
	}
	published := int64(0)
	if after.PublishedAt != nil {
		published = after.PublishedAt.UnixMilli()
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE open_dataset SET spec = $1, title_zh = $2, title_en = $3, state = $4, reason = $5, edition = $6, published_at = $7, changed_at = $8, version = version + 1 WHERE id = $9 AND version = $10`,
			string(spec), after.Spec.Title.ZH, after.Spec.Title.EN, string(after.State), after.Reason, after.Edition, published, after.ChangedAt.UnixMilli(), after.ID, version)
		if err != nil {
			return fmt.Errorf("change dataset: %w", err)
		}
		if n == 0 {
			return staleBulletin()
		}
		tx.Changed("open_dataset", after.ID, before, after)
		if e == nil {
			return nil
		}
		files, err := json.Marshal(e.files)
		if err != nil {
			return fmt.Errorf("write files: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO open_edition (dataset_id, number, spec, note_zh, note_en, digest, files, rows, hidden, synthetic, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			after.ID, e.Number, string(spec), e.Note.ZH, e.Note.EN, e.Digest, string(files), int64(e.Rows), int64(e.Hidden), e.Synthetic, e.MadeAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep edition: %w", err)
		}
		return nil
	})
}

// remove forgets a draft that was never published.
func (s openStore) remove(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		d, err := s.read(ctx, tx, "id", id)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM open_dataset WHERE id = $1 AND edition = 0`, id)
		if err != nil {
			return fmt.Errorf("remove dataset: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "platforms.open.kept", "the dataset was published; withdraw it")
		}
		tx.Changed("open_dataset", id, d, nil)
		return nil
	})
}

// editions are those of a dataset, the newest first.
func (s openStore) editions(ctx context.Context, id string) ([]openEdition, error) {
	rows, err := s.db.Query(ctx, `SELECT number, spec, note_zh, note_en, digest, files, rows, hidden, synthetic, made_at FROM open_edition WHERE dataset_id = $1 ORDER BY number DESC LIMIT 200`, id)
	if err != nil {
		return nil, fmt.Errorf("read editions: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e openEdition, err error) {
		var spec, files string
		var made int64
		if err := r.Scan(&e.Number, &spec, &e.Note.ZH, &e.Note.EN, &e.Digest, &files, &e.Rows, &e.Hidden, &e.Synthetic, &made); err != nil {
			return e, err
		}
		e.MadeAt = sqldb.Time(made)
		if err := errors.Join(json.Unmarshal([]byte(spec), &e.spec), json.Unmarshal([]byte(files), &e.files)); err != nil {
			return e, fmt.Errorf("read edition: %w", err)
		}
		return e, nil
	})
}

// openPersonal names who made a dataset.
func openPersonal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "open_dataset", Person: "actor", Columns: []string{"name"}, Show: []string{"title_zh", "created_at"}}}
}

// asPublished is a dataset as strangers see it: by its newest edition.
func asPublished(d OpenDataset, editions []openEdition) opendata.Published {
	p := opendata.Published{Slug: d.Slug, Spec: editions[0].spec, First: editions[len(editions)-1].MadeAt}
	for _, e := range editions {
		p.Editions = append(p.Editions, e.Edition)
	}
	for _, f := range editions[0].files {
		p.Files = append(p.Files, opendata.File{Name: f.Name, Size: f.Size})
	}
	return p
}
