package platforms

import (
	"context"
	"net/http"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// documentLimit bounds one document, in octets.
const documentLimit = 20 << 20

func (m *Module) pageRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /{id}/history", Permission: "platforms.view", Summary: "What became of a platform's entry: registration, statuses, edits", Handler: httpd.List(m.listHistory)},
		{Pattern: "GET /{id}/documents", Permission: "platforms.view", Summary: "Documents of a platform", Handler: httpd.List(m.listDocuments)},
		{
			Pattern: "POST /{id}/documents", Permission: "platforms.register", MaxBody: documentLimit + 1,
			Summary: "Upload a document: ?name= of the file, ?kind= licence, contract, plan, report, certificate, manual or other", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveDocumentUpload)),
		},
		{Pattern: "GET /{id}/documents/{document}", Permission: "platforms.view", Summary: "The content of a document", Handler: httpd.Raw("", http.HandlerFunc(m.serveDocument))},
		{Pattern: "DELETE /{id}/documents/{document}", Permission: "platforms.register", Summary: "Remove a document from the list; its content is kept", Handler: httpd.JSON(m.removeDocument)},
	}
}

func (m *Module) listHistory(ctx context.Context, in historyParams) (sqldb.Page[PlatformStep], error) {
	if _, err := m.platforms.read(ctx, in.ID); err != nil {
		return sqldb.Page[PlatformStep]{}, err
	}
	return m.platforms.history(ctx, in)
}

func (m *Module) listDocuments(ctx context.Context, in documentParams) (sqldb.Page[PlatformDocument], error) {
	if _, err := m.platforms.read(ctx, in.ID); err != nil {
		return sqldb.Page[PlatformDocument]{}, err
	}
	return m.platforms.documents(ctx, in)
}

func (m *Module) serveDocumentUpload(w http.ResponseWriter, r *http.Request) {
	d, err := m.takeDocument(r)
	httpd.Answer(w, r, http.StatusCreated, d, err)
}

func (m *Module) takeDocument(r *http.Request) (PlatformDocument, error) {
	ctx := r.Context()
	p, err := m.platforms.read(ctx, r.PathValue("id"))
	if err != nil {
		return PlatformDocument{}, err
	}
	kind := r.URL.Query().Get("kind")
	if !slices.Contains(documentKinds(), kind) {
		return PlatformDocument{}, fault.New(fault.Invalid, "platforms.document.kind", "%q is no kind of document", kind).At("query.kind", "licence, contract, plan, report, certificate, manual or other")
	}
	f, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: documentLimit}, r.Body)
	if err != nil {
		return PlatformDocument{}, err
	}
	who := identity.From(ctx)
	d := PlatformDocument{
		ID: f.ID, Kind: kind, Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256, By: who.Name, At: time.Now().UTC().Truncate(time.Millisecond), platformID: p.ID, actor: who.Actor(),
	}
	return d, m.platforms.addDocument(ctx, d)
}

func (m *Module) findDocument(ctx context.Context, platformID, id string) (PlatformDocument, error) {
	if _, err := m.platforms.read(ctx, platformID); err != nil {
		return PlatformDocument{}, err
	}
	return m.platforms.oneDocument(ctx, platformID, id)
}

func (m *Module) serveDocument(w http.ResponseWriter, r *http.Request) {
	d, err := m.findDocument(r.Context(), r.PathValue("id"), r.PathValue("document"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: d.SHA256, Name: d.Name, MediaType: d.MediaType, Size: d.Size})
}

type documentInput struct {
	httpd.Object
	Document string `path:"document" maxLength:"40"`
}

func (m *Module) removeDocument(ctx context.Context, in documentInput) (httpd.Nothing, error) {
	d, err := m.findDocument(ctx, in.ID, in.Document)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.platforms.removeDocument(ctx, d, time.Now())
}
