package scenario

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/kernel/sqldb"
)

func (m *Module) listRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /lists", Permission: mayView, Summary: "Lists of scenarios that were released", Handler: httpd.List(m.listReleases)},
		{Pattern: "GET /lists/next", Permission: mayReview, Summary: "How many scenarios the next list of a year would have: ?year=", Handler: httpd.JSON(m.nextRelease)},
		{Pattern: "POST /lists", Permission: mayReview, Summary: "Release the list of a year: its published scenarios that no list has yet; it never changes", Handler: httpd.Created(m.release)},
		{Pattern: "GET /lists/{id}", Permission: mayView, Summary: "A list with its scenarios", Handler: httpd.JSON(m.readRelease)},
		{Pattern: "GET /lists/{id}/contents", Permission: mayView, Summary: "What a list says, in the form that its digest is of", Handler: httpd.Raw("", http.HandlerFunc(m.serveContents))},
		{Pattern: "GET /lists/{id}/paper", Permission: mayView, Summary: "A list as a paper: ?format= pdf (if nothing is said) or xlsx, ?language= zh or en", Handler: httpd.Raw("", http.HandlerFunc(m.servePaper))},
	}
}

func (m *Module) listReleases(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Release], error) {
	return m.store.releases(ctx, in)
}

type yearInput struct {
	Year int `query:"year" minimum:"2000" maximum:"2100"`
}

type nextView struct {
	Entries int `json:"entries"`
}

func (m *Module) nextRelease(ctx context.Context, in yearInput) (nextView, error) {
	n, err := m.store.countUnlisted(ctx, in.Year)
	return nextView{n}, err
}

type scenarioReleaseInput struct {
	Body struct {
		Year int `json:"year" minimum:"2000" maximum:"2100"`
	}
}

func (m *Module) release(ctx context.Context, in scenarioReleaseInput) (Release, error) {
	if err := city(ctx); err != nil {
		return Release{}, err
	}
	by, at := handOf(ctx), now()
	if in.Body.Year > yearOf(at) {
		return Release{}, fault.New(fault.Invalid, "scenario.list.year", "the year is to come").At("body.year", "a year until this one")
	}
	return m.store.releaseList(ctx, Release{ID: newID(), Year: in.Body.Year, ReleasedAt: at, By: by.name}, by)
}

// ReleaseDetail is a list with its scenarios.
type ReleaseDetail struct {
	Release
	Items []Listed `json:"items" nullable:"false"`
}

func (m *Module) readRelease(ctx context.Context, in httpd.Object) (v ReleaseDetail, err error) {
	if v.Release, err = m.store.release(ctx, in.ID); err != nil {
		return v, err
	}
	v.Items, err = v.entries()
	return v, err
}

func (m *Module) serveContents(w http.ResponseWriter, r *http.Request) {
	x, err := m.store.release(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeFile(w, fmt.Sprintf("scenarios-%d-%d.json", x.Year, x.Number), "application/json", int64(len(x.contents)), bytes.NewReader([]byte(x.contents)))
}

func (m *Module) servePaper(w http.ResponseWriter, r *http.Request) {
	format := cmp.Or(r.URL.Query().Get("format"), "pdf")
	x, content, err := m.paper(r, format)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	media := map[string]string{"pdf": "application/pdf", "xlsx": httpd.XLSXType}[format]
	httpd.ServeFile(w, fmt.Sprintf("scenarios-%d-%d.%s", x.Year, x.Number, format), media, int64(content.Len()), content)
}

func (m *Module) paper(r *http.Request, format string) (Release, *bytes.Buffer, error) {
	ctx := r.Context()
	v, err := m.readRelease(ctx, httpd.Object{ID: r.PathValue("id")})
	if err != nil {
		return v.Release, nil, err
	}
	language := cmp.Or(r.URL.Query().Get("language"), httpd.Language(r))
	d := v.document(v.Items, m.taxonomy(), language)
	frame, out := paper.Frame{Language: language, At: v.ReleasedAt, Digest: v.Digest, Foot: identity.From(ctx).Organisation.Name.In(language)}, &bytes.Buffer{}
	switch format {
	case "pdf":
		font, err := paper.Font("")
		if err != nil {
			return v.Release, nil, err
		}
		return v.Release, out, d.PDF(out, font, frame)
	case "xlsx":
		return v.Release, out, d.XLSX(out, frame)
	}
	return v.Release, nil, fault.New(fault.Invalid, "scenario.list.format", "%q is no format of a list", format).At("query.format", "pdf or xlsx")
}
