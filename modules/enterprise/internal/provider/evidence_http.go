package provider

import (
	"context"
	"net/http"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// evidenceLimit bounds one file of evidence, in octets.
const evidenceLimit = 20 << 20

func (m *Providers) evidenceRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /providers/{id}/evidence", Permission: mayFile, MaxBody: evidenceLimit + 1,
			Summary: "Upload evidence of a case: ?case= its ID, ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload)),
		},
		{Pattern: "GET /provider-evidence/{id}", Permission: mayView, Summary: "Download evidence of a case; for the provider and the bureau", Handler: httpd.Raw("", http.HandlerFunc(m.serveEvidence))},
		{Pattern: "DELETE /provider-evidence/{id}", Permission: mayFile, Summary: "Remove evidence of a case; its content is kept", Handler: httpd.JSON(m.removeEvidence)},
	}
}

func (m *Providers) serveUpload(w http.ResponseWriter, r *http.Request) {
	f, err := m.takeEvidence(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Providers) takeEvidence(r *http.Request) (File, error) {
	ctx := r.Context()
	p, err := m.forOwn(ctx, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	of, cases := r.URL.Query().Get("case"), p.Profile.Cases
	if p.Filed != nil {
		cases = slices.Concat(cases, p.Filed.Cases)
	}
	if !slices.ContainsFunc(cases, func(c Case) bool { return c.ID == of }) {
		return File{}, fault.New(fault.Invalid, "enterprise.provider.case", "the provider has no such case").At("query.case", "name the case that it belongs to")
	}
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	by := handOf(ctx)
	f := File{ID: taken.ID, CaseID: of, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, By: by.name, At: now(), provider: p.ID, actor: by.actor}
	return f, m.store.attach(ctx, f)
}

// seenFile returns evidence to the provider itself and the bureau.
func (m *Providers) seenFile(ctx context.Context, id string) (File, Provider, error) {
	f, err := m.store.file(ctx, id)
	if err != nil {
		return f, Provider{}, err
	}
	p, all, err := m.store.read(ctx, f.provider, now())
	if err != nil || !all {
		return File{}, p, noSuch("file")
	}
	return f, p, nil
}

func (m *Providers) serveEvidence(w http.ResponseWriter, r *http.Request) {
	f, _, err := m.seenFile(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}

func (m *Providers) removeEvidence(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	f, p, err := m.seenFile(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !mine(identity.From(ctx), p.OrganisationID) {
		return httpd.Nothing{}, noSuch("file")
	}
	return httpd.Nothing{}, m.store.detach(ctx, f, now())
}
