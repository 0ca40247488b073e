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
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/internal/template"
)

// templateStore keeps metadata templates, a row for a version.
type templateStore struct {
	db     *sqldb.DB
	search *module.Search
}

const templateColumns = `t.id, t.code, t.version, t.organisation_id, t.operator_zh, t.operator_en, t.name_zh, t.name_en, t.industry, t.state, t.items, t.created_at, t.published_at, t.revision`

func scanTemplate(r sqldb.Row) (template.Template, error) {
	var t template.Template
	var items string
	var created, published int64
	err := r.Scan(&t.ID, &t.Code, &t.Version, &t.OperatorID, &t.Operator.ZH, &t.Operator.EN, &t.Name.ZH, &t.Name.EN, &t.Industry, &t.State, &items, &created, &published, &t.Revision)
	if err != nil {
		return t, err
	}
	t.CreatedAt = time.UnixMilli(created).UTC()
	if published != 0 {
		t.PublishedAt = time.UnixMilli(published).UTC()
	}
	if err := json.Unmarshal([]byte(items), &t.Items); err != nil {
		return t, fmt.Errorf("read items of template %s: %w", t.Ref(), err)
	}
	return t, nil
}

func noTemplate() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such template, or it is not yours to see")
}

func (s templateStore) get(ctx context.Context, id string) (template.Template, error) {
	return s.one(ctx, `t.id = $1`, id)
}

// named returns the version that a reference names.
func (s templateStore) named(ctx context.Context, ref string) (template.Template, error) {
	code, version, err := template.ParseRef(ref)
	if err != nil {
		return template.Template{}, noTemplate()
	}
	return s.one(ctx, `t.code = $1 AND t.version = $2`, code, version)
}

func (s templateStore) one(ctx context.Context, where string, args ...any) (template.Template, error) {
	t, err := scanTemplate(s.db.QueryRow(ctx, `SELECT `+templateColumns+` FROM template t WHERE `+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return t, noTemplate()
	}
	if err != nil {
		return t, fmt.Errorf("read template: %w", err)
	}
	return t, nil
}

// insert keeps a new template, or a new version: then its number is the next.
func (s templateStore) insert(ctx context.Context, t template.Template) (template.Template, error) {
	items, err := json.Marshal(t.Items)
	if err != nil {
		return t, fmt.Errorf("write items: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if t.Version == 0 {
			if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM template WHERE code = $1`, t.Code).Scan(&t.Version); err != nil {
				return fmt.Errorf("number version: %w", err)
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO template (id, code, version, organisation_id, operator_zh, operator_en, name_zh, name_en, industry, state, items, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			t.ID, t.Code, t.Version, t.OperatorID, t.Operator.ZH, t.Operator.EN, t.Name.ZH, t.Name.EN, t.Industry, string(t.State), string(items), t.CreatedAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "identifier.template.code_taken", "the code %s is taken", t.Code).At("body.code", "choose another code")
		}
		if err != nil {
			return fmt.Errorf("insert template: %w", err)
		}
		tx.Changed(nounTemplate, t.ID, nil, t)
		return s.search.Put(ctx, tx, templateDocument(t))
	})
	return t, err
}

// change loads a template, lets decide change it, and saves it.
func (s templateStore) change(ctx context.Context, id string, revision int64, decide func(template.Template) (template.Template, error)) (template.Template, error) {
	var t template.Template
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := scanTemplate(tx.QueryRow(ctx, `SELECT `+templateColumns+` FROM template t WHERE t.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return noTemplate()
		}
		if err != nil {
			return fmt.Errorf("read template: %w", err)
		}
		if before.Revision != revision {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this template meanwhile; read it again")
		}
		after, err := decide(before)
		if err != nil {
			return err
		}
		items, err := json.Marshal(after.Items)
		if err != nil {
			return fmt.Errorf("write items: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE template SET name_zh = $1, name_en = $2, industry = $3, state = $4, items = $5, published_at = $6, revision = revision + 1 WHERE id = $7`,
			after.Name.ZH, after.Name.EN, after.Industry, string(after.State), string(items), sqldb.MillisOrZero(after.PublishedAt), id)
		if err != nil {
			return fmt.Errorf("update template: %w", err)
		}
		tx.Changed(nounTemplate, id, before, after)
		after.Revision++
		t = after
		return s.search.Put(ctx, tx, templateDocument(t))
	})
	return t, err
}

// remove removes a draft.
func (s templateStore) remove(ctx context.Context, t template.Template) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM template WHERE id = $1 AND state = 'draft'`, t.ID)
		if err != nil {
			return fmt.Errorf("remove template: %w", err)
		}
		if n == 0 {
			return notDraft(t)
		}
		tx.Changed(nounTemplate, t.ID, t, nil)
		return s.search.Remove(ctx, tx, nounTemplate, t.ID)
	})
}

func notDraft(t template.Template) error {
	return fault.New(fault.Conflict, "identifier.template.published", "%s is published and stays as it is; make a new version", t.Ref())
}

type templatesParams struct {
	sqldb.ListParams
	State    string `query:"state" enum:"draft,published,withdrawn"`
	Code     string `query:"code" maxLength:"40" doc:"Versions of this template"`
	Industry string `query:"industry" maxLength:"4"`
}

// list returns templates that were published, and those of the caller's organisation.
func (s templateStore) list(ctx context.Context, in templatesParams) (sqldb.Page[template.Template], error) {
	l := sqldb.List{
		Select: templateColumns, From: "template t", Key: "t.id", Order: "code",
		Sort: map[string]string{
			"code": "t.code", "version": "t.version", "name": "t.name_zh", "industry": "t.industry", "state": "t.state",
			"created_at": "t.created_at", "published_at": "t.published_at",
		},
		Search: []string{"t.code", "t.name_zh", "t.name_en", "t.operator_zh", "t.operator_en"},
	}
	l.WhereIf("t.state = ?", in.State).WhereIf("t.code = ?", in.Code).WhereIf("t.industry = ?", in.Industry)
	if scope := identity.From(ctx).Scope; !scope.All {
		own := sqldb.List{}
		scope.Filter(&own, "x.organisation_id")
		own.Nest(&l, "(t.state <> 'draft' OR EXISTS (SELECT 1 FROM template x WHERE x.id = t.id AND ", "))")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanTemplate)
}

// nounTemplate names templates in search and wherever objects are named.
const nounTemplate = "template"

// templateDocument is how a template is found: by everybody once it is published.
func templateDocument(t template.Template) module.Document {
	tags := []string{t.Code, t.Ref(), t.Industry}
	for _, it := range t.Items {
		tags = append(tags, it.Name, it.Title)
	}
	return module.Document{
		Noun: nounTemplate, ID: t.ID, Title: t.Name, Tags: tags, Path: "/identifier/templates/" + t.ID,
		Permission: "identifier.view", Organisations: []string{t.OperatorID}, City: t.State != template.Draft,
	}
}

func (s templateStore) find() module.Find {
	return module.Find{Noun: nounTemplate, Title: lang.Text{ZH: "元数据模板", EN: "Metadata templates"}, Walk: s.walk}
}

func (s templateStore) walk(ctx context.Context, put func(module.Document) error) error {
	rows, err := s.db.Query(ctx, `SELECT `+templateColumns+` FROM template t ORDER BY t.id`)
	if err != nil {
		return fmt.Errorf("read templates: %w", err)
	}
	list, err := sqldb.All(rows, scanTemplate)
	if err != nil {
		return err
	}
	for _, t := range list {
		if err := put(templateDocument(t)); err != nil {
			return err
		}
	}
	return nil
}
