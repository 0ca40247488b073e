package report

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// ParameterView is what one chooses.
type ParameterView struct {
	Name    string          `json:"name"`
	Title   lang.Text       `json:"title"`
	Choices []module.Choice `json:"choices" nullable:"false"`
}

// KindView is a report that can be made.
type KindView struct {
	ID         string          `json:"id"`
	Title      lang.Text       `json:"title"`
	About      lang.Text       `json:"about"`
	Parameters []ParameterView `json:"parameters" nullable:"false"`
}

type kindsView struct {
	Items []KindView `json:"items" nullable:"false"`
}

func (m *Room) kinds(ctx context.Context, _ struct{}) (kindsView, error) {
	v := kindsView{Items: []KindView{}}
	for _, r := range m.reports() {
		if !identity.From(ctx).May(r.Permission) {
			continue
		}
		k := KindView{ID: r.ID, Title: r.Title, About: r.About, Parameters: []ParameterView{}}
		for _, p := range r.Parameters {
			choices, err := p.Choices(ctx)
			if err != nil {
				return v, err
			}
			k.Parameters = append(k.Parameters, ParameterView{p.Name, p.Title, append([]module.Choice{}, choices...)})
		}
		v.Items = append(v.Items, k)
	}
	return v, nil
}

func (m *Room) list(ctx context.Context, in runParams) (sqldb.Page[Run], error) {
	var readable []any
	for _, r := range m.reports() {
		if identity.From(ctx).May(r.Permission) {
			readable = append(readable, r.ID)
		}
	}
	page, err := m.runs.list(ctx, in, readable)
	for i := range page.Items {
		m.show(ctx, &page.Items[i])
	}
	return page, err
}

// show adds how far a run is, of which only its job knows.
func (m *Room) show(ctx context.Context, r *Run) {
	switch r.State {
	case "done":
		r.Progress = 1
	case "running":
		if j, err := m.kit.Jobs.Read(ctx, r.ID); err == nil {
			r.Progress = j.Fraction
		}
	}
}

type askInput struct {
	Body struct {
		Report   string            `json:"report" maxLength:"80"`
		Values   map[string]string `json:"values" maxProperties:"20" doc:"A choice for each parameter"`
		Language string            `json:"language" enum:"zh,en"`
	}
}

func (m *Room) ask(ctx context.Context, in askInput) (Run, error) {
	kind, err := m.known(ctx, in.Body.Report)
	if err != nil {
		return Run{}, fault.New(fault.Invalid, "report.unknown", "there is no report %.80q", in.Body.Report).At("body.report", "choose one of the kinds")
	}
	id := identity.From(ctx)
	r := Run{
		Report: kind.ID, Parameters: map[string]string{}, Language: in.Body.Language, OrganisationID: id.Organisation.ID,
		AskedBy: id.Actor(), AskedByName: id.Name, AskedAt: time.Now().UTC().Truncate(time.Millisecond), State: "waiting",
	}
	if id.PersonID == "" {
		return Run{}, fault.New(fault.Conflict, "report.person", "a report is asked for by a person, whose rights it reads with")
	}
	chosen := []string{}
	f := fault.New(fault.Invalid, "report.parameters", "something is not chosen, or cannot be")
	for _, p := range kind.Parameters {
		choices, err := p.Choices(ctx)
		if err != nil {
			return Run{}, err
		}
		i := slices.IndexFunc(choices, func(c module.Choice) bool { return c.Value == in.Body.Values[p.Name] })
		if i < 0 {
			_ = f.At("body.values."+p.Name, "choose one of the offered values")
			continue
		}
		r.Parameters[p.Name] = choices[i].Value
		chosen = append(chosen, choices[i].Title.In(r.Language))
	}
	if len(f.Fields) > 0 {
		return Run{}, f
	}
	r.Title = kind.Title.In(r.Language) + " · " + strings.Join(chosen, " · ")
	if r.ID, err = m.runs.add(ctx, m.kit.Jobs, r); err != nil {
		return Run{}, err
	}
	m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	return r, nil
}

func (m *Room) read(ctx context.Context, in httpd.Object) (Run, error) {
	r, err := m.visible(ctx, in.ID)
	m.show(ctx, &r)
	return r, err
}

// visible returns a run that the caller may see.
func (m *Room) visible(ctx context.Context, id string) (Run, error) {
	r, err := m.runs.get(ctx, id)
	if err != nil {
		return Run{}, err
	}
	if err := identity.From(ctx).Scope.Check(r.OrganisationID); err != nil {
		return Run{}, err
	}
	_, err = m.known(ctx, r.Report)
	return r, err
}

func (m *Room) cancel(ctx context.Context, in httpd.Object) (Run, error) {
	r, err := m.visible(ctx, in.ID)
	if err != nil {
		return r, err
	}
	if err := m.runs.cancel(ctx, r.ID); err != nil {
		return r, err
	}
	if err := m.kit.Jobs.Cancel(ctx, r.ID); err != nil && fault.As(err) == nil {
		return r, err // a job that is over or not begun finds the run cancelled
	}
	m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	return m.runs.get(ctx, r.ID)
}

func (m *Room) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	r, err := m.visible(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if r.State == "waiting" || r.State == "running" {
		return httpd.Nothing{}, fault.New(fault.Conflict, "report.running", "the report is being made; cancel it first")
	}
	err = m.drop(ctx, r)
	m.kit.Notify(topicRuns, r.ID, r.OrganisationID)
	return httpd.Nothing{}, err
}

// download sends a file of a finished run.
func (m *Room) download(format string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		run, err := m.visible(r.Context(), r.PathValue("id"))
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		hash, size, media := run.PDF, run.PDFSize, "application/pdf"
		if format == "xlsx" {
			hash, size, media = run.XLSX, run.XLSXSize, httpd.XLSXType
		}
		if run.State != "done" {
			httpd.Refuse(w, r, fault.New(fault.Invalid, "report.not_done", "the report is %s", run.State).At("path.id", "wait until it is done"))
			return
		}
		name := strings.NewReplacer("/", "-", " · ", " ").Replace(run.Title) + "." + format
		httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: hash, Name: name, MediaType: media, Size: size})
	})
}
