package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
)

// maxImport bounds a file with services, in octets.
const maxImport = 16 << 20

// previewed is how many services of a file are shown before they are recorded.
const previewed = 20

func (m *Services) importRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /services/template/{format}", Permission: mayRecord, Summary: "A file to fill in, as csv or xlsx", Handler: httpd.Raw("", http.HandlerFunc(m.serveTemplate))},
		{
			Pattern: "POST /services/import/preview", Permission: mayRecord, MaxBody: maxImport, Recorded: "nothing is kept",
			Summary: "What a file of services as CSV or XLSX would become: ?name= of the file, ?evidence= ID of a file that proves them all", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.previewImport)),
		},
		{
			Pattern: "POST /services/import", Permission: mayRecord, MaxBody: maxImport, Stream: true,
			Summary: "Record the services of a file as CSV or XLSX, all or none: ?name= of the file, ?evidence= ID of a file that proves them all", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.takeImport)),
		},
	}
}

// importView is what a file of services becomes, or became.
type importView struct {
	New         int             `json:"new" doc:"Services to record"`
	Enterprises int             `json:"enterprises" doc:"Distinct enterprises among them"`
	Wrong       []sheet.Finding `json:"wrong" doc:"With any, nothing is recorded"`
	First       []rowView       `json:"first"`
	Done        bool            `json:"done"`
}

type rowView struct {
	Line      int64     `json:"line"`
	Code      string    `json:"code"`
	Name      lang.Text `json:"name"`
	Provider  lang.Text `json:"provider"`
	Matter    string    `json:"matter"`
	StartedOn string    `json:"started_on"`
}

func (m *Services) previewImport(w http.ResponseWriter, r *http.Request) {
	v, _, err := m.readImport(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Services) takeImport(w http.ResponseWriter, r *http.Request) {
	v, list, err := m.readImport(r)
	if err == nil && len(v.Wrong) > 0 {
		err = fault.New(fault.Invalid, "enterprise.service.rows", "%d rows are wrong, the first in line %d: %s; nothing was recorded", len(v.Wrong), v.Wrong[0].Line, v.Wrong[0].Why.EN).
			With("count", len(v.Wrong)).With("rows", v.Wrong)
	}
	if err == nil {
		err = m.keep(r.Context(), list)
		v.Done = err == nil
	}
	httpd.Answer(w, r, http.StatusOK, v, err)
}

// readImport reads the file of a request. The file itself is not kept.
func (m *Services) readImport(r *http.Request) (v importView, list []Service, err error) {
	ctx, query := r.Context(), r.URL.Query()
	v = importView{Wrong: []sheet.Finding{}, First: []rowView{}}
	evidence := query.Get("evidence")
	if err := m.store.ours(ctx, []string{evidence}, identity.From(ctx).Organisation.ID); err != nil {
		return v, nil, err
	}
	whose, err := m.provided(ctx, draft{})
	if err != nil {
		return v, nil, err
	}
	if whose.provider != "" { // one provider's own file: refused as a whole, not row by row
		standing, err := m.standing(ctx, []draft{whose})
		if err == nil {
			err = refused(true, whose.provider, standing(whose.provider))
		}
		if err != nil {
			return v, nil, err
		}
	}
	rows, err := files.Rows(r, maxImport)
	if err != nil {
		return v, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	read, err := readRows(rows, func(d draft) draft {
		d = d.tidy()
		d.evidence = []string{evidence}
		if whose.provider != "" {
			d.provider, d.providerName = whose.provider, whose.providerName
		}
		return d
	}, identity.ValidUSCC, todayOf(now()))
	if err != nil {
		return v, nil, err
	}
	list, err = m.services(ctx, read.drafts, byFile)
	if err != nil {
		return v, nil, err
	}
	v.Wrong = append(v.Wrong, read.wrong...)
	return m.look(ctx, v, list, read)
}

// look finds what of a file cannot be recorded beside what is there already.
func (m *Services) look(ctx context.Context, v importView, list []Service, read rowsRead) (importView, []Service, error) {
	standing, err := m.standing(ctx, read.drafts)
	if err != nil {
		return v, nil, err
	}
	twice, enterprises := together(list), map[string]bool{}
	for i, s := range list {
		if len(v.Wrong) >= mostWrong {
			break
		}
		why, err := m.against(ctx, s, read.drafts[i].code)
		if err != nil {
			return v, nil, err
		}
		if code := read.drafts[i].provider; why == nil {
			why = stands(code, standing(code))
		}
		if j, ok := twice[i]; ok && why == nil {
			why = &lang.Text{ZH: fmt.Sprintf("与第 %d 行是同一次服务", read.lines[j]), EN: fmt.Sprintf("this is one service with line %d", read.lines[j])}
		}
		if why != nil {
			v.Wrong = append(v.Wrong, sheet.Finding{Line: read.lines[i], Why: *why})
			continue
		}
		enterprises[s.EntryID] = true
		v.New++
		if len(v.First) < previewed {
			v.First = append(v.First, rowView{read.lines[i], s.Code, s.Name, s.ProviderName, s.Matter, s.StartedOn})
		}
	}
	v.Enterprises = len(enterprises)
	return v, list, nil
}

// against tells why a service of a file cannot be recorded; nil: it can.
func (m *Services) against(ctx context.Context, s Service, code string) (*lang.Text, error) {
	if s.ID == "" {
		return &lang.Text{ZH: "名录中没有已通过的企业 " + code, EN: "the directory has no accepted enterprise " + code}, nil
	}
	first, ok, err := m.store.clash(ctx, m.store.db, s)
	if err != nil || !ok {
		return nil, err
	}
	return &lang.Text{
		ZH: fmt.Sprintf("与 %s 开始的服务相隔不足 %d 天，是同一次服务（%s）", first.StartedOn, s.window, first.ID),
		EN: fmt.Sprintf("less than %d days apart from the service begun on %s: one service (%s)", s.window, first.StartedOn, first.ID),
	}, nil
}

// serveTemplate sends a file to fill in, with an example below its columns.
func (m *Services) serveTemplate(w http.ResponseWriter, r *http.Request) {
	language := httpd.Language(r)
	var codes [][]any
	for _, x := range matters() {
		codes = append(codes, []any{x.Code, x.Title.In(language)})
	}
	example := []any{"91370200MAEXAMPLEB", "training", "数字化转型培训一天", "2026-03-31", "2026-03-31", "", ""}
	httpd.ServeForm(w, r, "services", httpd.FormSheets("services", columns(), example, language, codes...)...)
}
