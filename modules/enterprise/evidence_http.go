package enterprise

import (
	"context"
	"net/http"
	"slices"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// evidenceLimit bounds one file, in octets.
const evidenceLimit = 20 << 20

func (m *Module) evidenceRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /entries/{id}/evidence", Permission: "enterprise.file", MaxBody: evidenceLimit + 1,
			Summary: "Upload a file beside a qualification: ?name= of the file, ?qualification= its ID", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveEvidenceUpload)),
		},
		{Pattern: "GET /entries/{id}/evidence/{file}", Permission: "enterprise.view", Summary: "The content of a file beside a qualification", Handler: httpd.Raw("", http.HandlerFunc(m.serveEvidence))},
		{Pattern: "DELETE /entries/{id}/evidence/{file}", Permission: "enterprise.file", Summary: "Remove a file from a qualification; its content is kept", Handler: httpd.JSON(m.removeEvidence)},
	}
}

func (m *Module) serveEvidenceUpload(w http.ResponseWriter, r *http.Request) {
	v, err := m.takeEvidence(r)
	httpd.Answer(w, r, http.StatusCreated, v, err)
}

func (m *Module) takeEvidence(r *http.Request) (Evidence, error) {
	ctx, query := r.Context(), r.URL.Query()
	e, err := m.entries.kept(ctx, r.PathValue("id"))
	if err != nil {
		return Evidence{}, err
	}
	f, err := m.kit.Files.Take(ctx, module.Upload{Name: query.Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		return Evidence{}, err
	}
	who := identity.From(ctx)
	v := Evidence{
		ID: f.ID, QualificationID: query.Get("qualification"), Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256, By: who.Name,
		At: time.Now().UTC().Truncate(time.Millisecond), entryID: e.ID, actor: who.Actor(),
	}
	if err := m.entries.addEvidence(ctx, v); err != nil {
		return Evidence{}, err
	}
	m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
	return v, nil
}

// findEvidence returns a file that who asks may see, and notes that they got it.
func (m *Module) findEvidence(ctx context.Context, entryID, id string) (Evidence, error) {
	e, err := whole(ctx, m.entries.db, entryID)
	if err != nil {
		return Evidence{}, err
	}
	n, err := m.entries.near(ctx, e)
	if err != nil {
		return Evidence{}, err
	}
	see := e.Consent.Evidence
	seen := e.as(n)
	i := slices.IndexFunc(seen.Evidence, func(v Evidence) bool { return v.ID == id })
	if i < 0 {
		return Evidence{}, noEvidence()
	}
	if see != forPublic && !isOwn(ctx, e) {
		err = m.entries.noteAccess(ctx, wayEvidence, []given{{e.ID, []string{groupEvidence}}}, time.Now())
	}
	return seen.Evidence[i], err
}

func (m *Module) serveEvidence(w http.ResponseWriter, r *http.Request) {
	v, err := m.findEvidence(r.Context(), r.PathValue("id"), r.PathValue("file"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: v.SHA256, Name: v.Name, MediaType: v.MediaType, Size: v.Size})
}

type evidenceInput struct {
	httpd.Object
	File string `path:"file" maxLength:"40"`
}

func (m *Module) removeEvidence(ctx context.Context, in evidenceInput) (httpd.Nothing, error) {
	e, err := m.entries.kept(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	i := slices.IndexFunc(e.Evidence, func(v Evidence) bool { return v.ID == in.File })
	if i < 0 {
		return httpd.Nothing{}, noEvidence()
	}
	m.kit.Notify(topicEntries, e.ID, e.OrganisationID)
	return httpd.Nothing{}, m.entries.removeEvidence(ctx, e.Evidence[i], time.Now())
}
