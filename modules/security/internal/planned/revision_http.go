package planned

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

// maxImport bounds a file of a plan, in octets.
const maxImport = 16 << 20

func (m *Planned) revisionRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /asset-plan-template/{format}", Permission: mayWrite, Summary: "A file of a plan to fill in, as csv or xlsx", Handler: httpd.Raw("", http.HandlerFunc(m.serveTemplate))},
		{Pattern: "GET /asset-plans/{id}/revisions", Permission: mayView, Summary: "Revisions of a plan", Handler: httpd.List(m.revisions)},
		{
			Pattern: "POST /asset-plans/{id}/revisions/preview", Permission: mayWrite, MaxBody: maxImport, Recorded: "nothing is kept",
			Summary: "What a file as CSV or XLSX says otherwise than the newest revision of a plan: ?name= of the file", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.preview)),
		},
		{
			Pattern: "POST /asset-plans/{id}/revisions", Permission: mayWrite, MaxBody: maxImport, Stream: true,
			Summary: "Keep a file as CSV or XLSX as the next revision of a plan, all or nothing: ?name= of the file, ?note= on what is new", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.enter)),
		},
		{Pattern: "POST /asset-plans/{id}/revisions/{number}/release", Permission: mayWrite, Summary: "Release a revision: it counts from now on, and the one before does not", Handler: httpd.JSON(m.release)},
		{Pattern: "DELETE /asset-plans/{id}/revisions/{number}", Permission: mayWrite, Summary: "Discard a revision that was never released", Handler: httpd.JSON(m.discard)},
		{Pattern: "GET /asset-plans/{id}/revisions/{number}/lines", Permission: mayView, Summary: "What a revision says, line by line", Handler: httpd.List(m.lines)},
		{Pattern: "GET /asset-plans/{id}/revisions/{number}/difference", Permission: mayView, Summary: "What a revision says otherwise than an earlier one", Handler: httpd.JSON(m.difference)},
	}
}

// planFile is what a file of a plan says.
type planFile struct {
	Revision   int64               `json:"revision" doc:"That it is, or would be"`
	Things     int                 `json:"things"`
	Wrong      []sheet.Finding     `json:"wrong" doc:"With any, nothing is kept"`
	Difference *RevisionDifference `json:"difference,omitempty" doc:"From the newest revision"`
	Done       bool                `json:"done"`
	lines      []Thing
}

func (m *Planned) preview(w http.ResponseWriter, r *http.Request) {
	v, _, err := m.readFile(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

// readFile reads the file of a request. The file itself is not kept.
func (m *Planned) readFile(r *http.Request) (v planFile, p AssetPlan, err error) {
	ctx := r.Context()
	v = planFile{Wrong: []sheet.Finding{}}
	if _, err = asset.Ours(ctx); err != nil {
		return v, p, err //nolint:wrapcheck // a refusal
	}
	if p, err = m.seen(ctx, r.PathValue("id")); err != nil {
		return v, p, err
	}
	if p.Ended {
		return v, p, ended(p)
	}
	rows, err := files.Rows(r, maxImport)
	if err != nil {
		return v, p, err //nolint:wrapcheck // a refusal
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	lines, wrong, err := readRows(rows, m.vendor, asset.MACForm())
	if err != nil {
		return v, p, err
	}
	v.Revision, v.Things, v.lines = p.Newest+1, len(lines), lines
	v.Wrong = append(v.Wrong, wrong...)
	if len(wrong) > 0 {
		return v, p, nil
	}
	newest, before, err := m.store.newest(ctx, p.ID)
	if err != nil {
		return v, p, err
	}
	d := difference(before, lines, m.vendor)
	d.From, d.To = newest, v.Revision
	v.Difference = &d
	return v, p, nil
}

func (m *Planned) enter(w http.ResponseWriter, r *http.Request) {
	v, p, err := m.readFile(r)
	if err == nil && len(v.Wrong) > 0 {
		err = fault.New(fault.Invalid, "security.plan.rows", "%d cells are wrong, the first in line %d: %s; nothing was kept", len(v.Wrong), v.Wrong[0].Line, v.Wrong[0].Why.EN).
			With("count", len(v.Wrong)).With("rows", v.Wrong)
	}
	if err == nil {
		err = m.keep(r, p, &v)
	}
	httpd.Answer(w, r, http.StatusOK, v, err)
}

// keep keeps what a file says as the next revision.
func (m *Planned) keep(r *http.Request, p AssetPlan, v *planFile) error {
	ctx, note := r.Context(), strings.TrimSpace(r.URL.Query().Get("note"))
	if len([]rune(note)) > 300 {
		return fault.New(fault.Invalid, "security.plan.note", "the note on the revision is too long").At("query.note", "300 characters at most")
	}
	file := []rune(r.URL.Query().Get("name"))
	x := PlanRevision{File: string(file[:min(len(file), 200)]), Note: note, Things: v.Things, ImportedAt: m.now(), By: identity.From(ctx).Name}
	err := m.write(ctx, p.ID, func(tx *sqldb.Tx, p AssetPlan) error {
		if p.Ended {
			return ended(p)
		}
		after := p
		after.Newest++
		x.Number = after.Newest
		if err := insertRevision(ctx, tx, p, x, v.lines); err != nil {
			return err
		}
		return savePlan(ctx, tx, p, after)
	})
	v.Done, v.Revision = err == nil, x.Number
	return err
}

type planPath struct {
	httpd.Object
	sqldb.ListParams
}

func (m *Planned) revisions(ctx context.Context, in planPath) (sqldb.Page[PlanRevision], error) {
	p, err := m.seen(ctx, in.ID)
	if err != nil {
		return sqldb.Page[PlanRevision]{}, err
	}
	return m.store.revisions(ctx, p.ID, in.ListParams)
}

// RevisionPath names a revision of a plan.
type RevisionPath struct {
	httpd.Object
	Number int64 `path:"number" minimum:"1" maximum:"1000000"`
}

func (m *Planned) release(ctx context.Context, in RevisionPath) (AssetPlan, error) {
	now := m.now()
	return m.change(ctx, in.ID, func(tx *sqldb.Tx, p AssetPlan) error {
		x, err := revisionOf(ctx, tx, p.ID, in.Number)
		if err != nil {
			return err
		}
		others, err := others(ctx, tx, p)
		if err != nil {
			return err
		}
		after, err := p.release(x.Number, others+x.Things)
		if err != nil {
			return err
		}
		if err := releaseRevision(ctx, tx, p.ID, x, now); err != nil {
			return err
		}
		return savePlan(ctx, tx, p, after)
	})
}

func (m *Planned) discard(ctx context.Context, in RevisionPath) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.write(ctx, in.ID, func(tx *sqldb.Tx, p AssetPlan) error {
		x, err := revisionOf(ctx, tx, p.ID, in.Number)
		if err != nil {
			return err
		}
		if x.ReleasedAt != nil {
			return fault.New(fault.Conflict, "security.plan.was_released", "revision %d was released, and stays on record", x.Number)
		}
		return discardRevision(ctx, tx, p.ID, x)
	})
}

type linesParams struct {
	RevisionPath
	sqldb.ListParams
}

func (m *Planned) lines(ctx context.Context, in linesParams) (sqldb.Page[Thing], error) {
	p, err := m.seen(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Thing]{}, err
	}
	if _, err := revisionOf(ctx, m.kit.DB, p.ID, in.Number); err != nil {
		return sqldb.Page[Thing]{}, err
	}
	return m.store.lines(ctx, p.ID, in.Number, in.ListParams)
}

type differenceParams struct {
	RevisionPath
	From int64 `query:"from" minimum:"0" maximum:"1000000" doc:"An earlier revision; 0: the one before"`
}

func (m *Planned) difference(ctx context.Context, in differenceParams) (d RevisionDifference, err error) {
	p, err := m.seen(ctx, in.ID)
	if err != nil {
		return d, err
	}
	if _, err := revisionOf(ctx, m.kit.DB, p.ID, in.Number); err != nil {
		return d, err
	}
	from := in.From
	if from > 0 {
		_, err = revisionOf(ctx, m.kit.DB, p.ID, from)
	} else {
		from, err = m.store.before(ctx, p.ID, in.Number)
	}
	if err != nil {
		return d, err
	}
	before, err := linesOf(ctx, m.kit.DB, p.ID, from)
	if err != nil {
		return d, err
	}
	after, err := linesOf(ctx, m.kit.DB, p.ID, in.Number)
	if err != nil {
		return d, err
	}
	d = difference(before, after, m.vendor)
	d.From, d.To = from, in.Number
	return d, nil
}
