package identifier

import (
	"cmp"
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// maxImport is how many bytes a file of identifiers may have.
const maxImport = 512 << 20

func (m *Module) importRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /nodes/{id}/imports", Permission: "identifier.register", Summary: "Register the identifiers of a CSV file", MaxBody: maxImport, Stream: true,
			Handler: httpd.Raw("text/csv", http.HandlerFunc(m.serveImport)),
		},
		{Pattern: "GET /nodes/{id}/imports", Permission: "identifier.register", Summary: "Files of identifiers of a node, and what became of them", Handler: httpd.List(m.listImports)},
		{Pattern: "GET /imports/{id}", Permission: "identifier.register", Summary: "One file of identifiers", Handler: httpd.JSON(m.readImport)},
		{Pattern: "GET /imports/{id}/faults", Permission: "identifier.register", Summary: "Rows that were not registered, and why", Handler: httpd.List(m.listFaults)},
	}
}

// serveImport takes a file. Its first column is named handle and has identifiers or
// suffixes; each other is named by the type of its values, as URL or 2000:batch.
// The parameter overwrite=true replaces identifiers that exist.
func (m *Module) serveImport(w http.ResponseWriter, r *http.Request) {
	b, err := m.takeImport(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(b) // the client may be gone
}

func (m *Module) takeImport(r *http.Request) (batch, error) {
	ctx := r.Context()
	n, err := m.importing(ctx, r.PathValue("id"))
	if err != nil {
		return batch{}, err
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "text/csv" {
		return batch{}, fault.New(fault.Unsupported, "identifier.import.type", "a file of identifiers is text/csv")
	}
	name := cmp.Or(r.URL.Query().Get("name"), "identifiers.csv")
	sent, err := m.kit.Files.Take(ctx, module.Upload{Name: name, Declared: "text/csv", Limit: maxImport}, r.Body)
	if err != nil {
		return batch{}, err
	}
	file, err := m.kit.Blobs.Get(ctx, sent.SHA256)
	if err != nil {
		return batch{}, err
	}
	_, bad := newTable(file, n.Prefix) // the first line is read now, so that its faults are told at once
	if err := file.Close(); bad != nil || err != nil {
		return batch{}, cmp.Or(bad, err)
	}
	return m.imports.begin(ctx, m.kit.Jobs, batch{
		ID: ulid.Make().String(), NodeID: n.ID, Name: sent.Name, file: sent.SHA256, Overwrite: r.URL.Query().Get("overwrite") == "true",
		State: importRunning, CreatedAt: time.Now().UTC(),
	})
}

// importing returns a node whose identifiers the caller may register.
func (m *Module) importing(ctx context.Context, id string) (node, error) {
	n, err := m.visible(ctx, id)
	switch {
	case err != nil:
		return n, err
	case !mine(ctx, n):
		return n, fault.New(fault.Forbidden, "identifier.handle.not_yours", "the identifiers of %s are changed by who operates its node", n.Prefix)
	case n.Hosting != hosted || !n.State.changes():
		return n, fault.New(fault.Conflict, "identifier.import.closed", "the node takes no identifiers here now")
	}
	return n, m.ready()
}

type importsParams struct {
	sqldb.ListParams
	ID string `path:"id" maxLength:"26"`
}

func (m *Module) listImports(ctx context.Context, in importsParams) (sqldb.Page[batch], error) {
	n, err := m.ownNode(ctx, in.ID)
	if err != nil {
		return sqldb.Page[batch]{}, err
	}
	return m.imports.list(ctx, n.ID, in.ListParams)
}

// ownNode returns a node that the caller's organisation operates.
func (m *Module) ownNode(ctx context.Context, id string) (node, error) {
	n, err := m.nodes.get(ctx, id)
	if err == nil && !mine(ctx, n) {
		err = fault.New(fault.NotFound, "kernel.not_found", "there is no such node, or it is not yours to see")
	}
	return n, err
}

func (m *Module) readImport(ctx context.Context, in httpd.Object) (batch, error) {
	b, err := m.imports.get(ctx, in.ID)
	if err != nil {
		return b, err
	}
	if _, err := m.ownNode(ctx, b.NodeID); err != nil {
		return batch{}, err
	}
	return b, nil
}

func (m *Module) listFaults(ctx context.Context, in importsParams) (sqldb.Page[badRow], error) {
	if _, err := m.readImport(ctx, httpd.Object{ID: in.ID}); err != nil {
		return sqldb.Page[badRow]{}, err
	}
	return m.imports.faults(ctx, in.ID, in.ListParams)
}
