package enterprise

import (
	"context"
	"errors"
	"net/http"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
)

// maxImport bounds a file with enterprises, in octets.
const maxImport = 16 << 20

func (m *Module) importRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /import/template/{format}", Permission: "enterprise.review", Summary: "A file to fill in, as csv or xlsx", Handler: httpd.Raw("", http.HandlerFunc(m.serveTemplate))},
		{
			Pattern: "POST /import/preview", Permission: "enterprise.review", MaxBody: maxImport, Recorded: "nothing is kept",
			Summary: "What a file of enterprises as CSV or XLSX would become: ?name= of the file", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.previewImport)),
		},
		{
			Pattern: "POST /import", Permission: "enterprise.review", MaxBody: maxImport, Stream: true,
			Summary: "Enter the enterprises of a file as CSV or XLSX, all or none: ?name= of the file; ?synthetic=true marks them as demonstration data", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeImport)),
		},
	}
}

// previewed is how many entries of a file are shown before they are entered.
const previewed = 20

// importView is what a file of enterprises becomes, or became.
type importView struct {
	New   int             `json:"new" doc:"Enterprises that the directory does not have"`
	Known int             `json:"known" doc:"Enterprises that it has already: they stay as they are"`
	Wrong []sheet.Finding `json:"wrong" doc:"With any, nothing is entered"`
	First []rowView       `json:"first" doc:"The first new ones"`
	Done  bool            `json:"done" doc:"The new ones were entered"`
}

type rowView struct {
	Line     int64     `json:"line"`
	Code     string    `json:"code"`
	Name     lang.Text `json:"name"`
	District string    `json:"district"`
	Industry string    `json:"industry"`
}

func (m *Module) previewImport(w http.ResponseWriter, r *http.Request) {
	v, _, err := m.readImport(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Module) takeImport(w http.ResponseWriter, r *http.Request) {
	v, list, err := m.readImport(r)
	if err == nil && len(v.Wrong) > 0 {
		err = fault.New(fault.Invalid, "enterprise.import.rows", "%d rows are wrong, the first in line %d: %s; nothing was entered", len(v.Wrong), v.Wrong[0].Line, v.Wrong[0].Why.EN).
			With("count", len(v.Wrong)).With("rows", v.Wrong)
	}
	if err == nil {
		err = m.enterAll(r.Context(), list, r.URL.Query().Get("synthetic") == "true")
		v.Done = err == nil
	}
	httpd.Answer(w, r, http.StatusOK, v, err)
}

// readImport reads the file of a request. The file itself is not kept.
func (m *Module) readImport(r *http.Request) (v importView, list []Entry, err error) {
	ctx := r.Context()
	v = importView{Wrong: []sheet.Finding{}, First: []rowView{}}
	if !identity.From(ctx).Scope.All {
		return v, nil, fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
	}
	rows, err := files.Rows(r, maxImport)
	if err != nil {
		return v, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	read, err := readRows(rows, identity.ValidUSCC, time.Now())
	if err != nil {
		return v, nil, err
	}
	v.Wrong = append(v.Wrong, read.wrong...)
	known, err := m.entries.known(ctx, read.entries)
	for _, e := range read.entries {
		if known[e.Code] {
			v.Known++
			continue
		}
		list = append(list, e)
		if len(v.First) < previewed {
			v.First = append(v.First, rowView{read.lines[e.Code], e.Code, e.Name, e.District, e.Industry})
		}
	}
	v.New = len(list)
	return v, list, err
}

// enterAll enters what a file has, accepted; synthetic ones are marked as demonstration
// data everywhere.
func (m *Module) enterAll(ctx context.Context, list []Entry, synthetic bool) error {
	id, now := identity.From(ctx), time.Now().UTC().Truncate(time.Millisecond)
	for i := range list {
		e := &list[i]
		e.ID, e.Status, e.Origin, e.Consent, e.Version = newID(), accepted, byImport, usualConsent(), 1
		e.Synthetic = synthetic
		e.SubmittedAt, e.DecidedAt, e.CreatedAt, e.UpdatedAt, e.DecidedBy, e.decider = now, now, now, now, id.Name, id.Actor()
	}
	if len(list) == 0 {
		return nil
	}
	if err := m.entries.addAll(ctx, list); err != nil {
		return err
	}
	m.kit.Notify(topicEntries, "", "")
	return nil
}

// serveTemplate sends a file to fill in, with an example below its columns.
func (m *Module) serveTemplate(w http.ResponseWriter, r *http.Request) {
	example := []any{"91370200MAEXAMPLEB", "示例机械有限公司", "Example Machinery", "370212", "C35", "medium", "", "2006-03-31", "5000", "", "", ""}
	httpd.ServeForm(w, r, "enterprises", httpd.FormSheets("enterprises", importColumns(), example, httpd.Language(r))...)
}
