package service

import (
	"net/http"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// evidenceLimit bounds one file of evidence, in octets.
const evidenceLimit = 20 << 20

func (m *Services) evidenceRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /services/evidence", Permission: mayView, MaxBody: evidenceLimit + 1,
			Summary: "Upload evidence before recording or auditing: ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload)),
		},
		{Pattern: "GET /services/evidence/{id}", Permission: mayView, Summary: "Download evidence", Handler: httpd.Raw("", http.HandlerFunc(m.serveEvidence))},
	}
}

func (m *Services) serveUpload(w http.ResponseWriter, r *http.Request) {
	f, err := m.takeEvidence(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Services) takeEvidence(r *http.Request) (File, error) {
	ctx := r.Context()
	if id := identity.From(ctx); !id.May(mayRecord) && !id.May(mayAudit) {
		return File{}, noSuch("evidence")
	}
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	by := handOf(ctx)
	f := File{ID: taken.ID, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, By: by.name, At: now(), organisation: by.organisation, actor: by.actor}
	return f, m.store.keep(ctx, f)
}

// findEvidence returns a file of the caller's own organisation, or of a service that they see.
func (m *Services) findEvidence(r *http.Request) (File, error) {
	ctx := r.Context()
	f, err := m.store.file(ctx, r.PathValue("id"))
	if err != nil {
		return f, err
	}
	who := identity.From(ctx)
	if who.Scope.All || f.organisation == who.Organisation.ID {
		return f, nil
	}
	list, err := m.store.proves(ctx, f.ID)
	if err != nil {
		return File{}, err
	}
	for _, id := range list {
		if _, _, err := m.seen(ctx, id); err == nil {
			return f, nil
		}
	}
	return File{}, noSuch("file")
}

func (m *Services) serveEvidence(w http.ResponseWriter, r *http.Request) {
	f, err := m.findEvidence(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}
