package identifier

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/jobs"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
)

// maxImport is how many bytes a file of identifiers may have.
const maxImport = 512 << 20

func (m *Module) importRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /nodes/{id}/imports", Permission: "identifier.register", MaxBody: maxImport, Stream: true,
			Summary: "Register the identifiers of a CSV or XLSX file: ?name= of the file, ?template= ID of the template that all rows follow, ?overwrite=true replaces identifiers that exist, ?hold=true waits until it is looked at and started",
			Handler: httpd.Raw("text/csv", http.HandlerFunc(m.serveImport)),
		},
		{Pattern: "GET /nodes/{id}/imports", Permission: "identifier.register", Summary: "Files of identifiers of a node, and what became of them", Handler: httpd.List(m.listImports)},
		{Pattern: "GET /nodes/{id}/imports/blank/{format}", Permission: "identifier.register", Summary: "A file to fill in: csv or xlsx, with the columns of a template if there is one", Handler: httpd.Raw("", http.HandlerFunc(m.serveBlank))},
		{Pattern: "GET /imports/{id}", Permission: "identifier.register", Summary: "One file of identifiers, and how far it is", Handler: httpd.JSON(m.readImport)},
		{Pattern: "GET /imports/{id}/preview", Permission: "identifier.register", Summary: "What the first rows of a file become", Handler: httpd.JSON(m.previewImport)},
		{Pattern: "POST /imports/{id}/start", Permission: "identifier.register", Summary: "Begin to register a file that is held", Handler: httpd.JSON(m.startImport)},
		{Pattern: "POST /imports/{id}/cancel", Permission: "identifier.register", Summary: "Give up a file that is held, or stop registering it; what is registered stays", Handler: httpd.JSON(m.cancelImport)},
		{Pattern: "GET /imports/{id}/faults", Permission: "identifier.register", Summary: "Rows that were not registered, and why", Handler: httpd.List(m.listFaults)},
	}
}

// serveImport takes a file. Its first column is named handle and has identifiers or
// suffixes; each other is named by the type of its values, as URL or 2000:batch.
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
	ctx, query := r.Context(), r.URL.Query()
	n, err := m.importing(ctx, r.PathValue("id"))
	if err != nil {
		return batch{}, err
	}
	u, err := module.Table(query.Get("name"), r.Header.Get("Content-Type"), maxImport)
	if err != nil {
		return batch{}, err
	}
	sent, err := m.kit.Files.Take(ctx, u, r.Body)
	if err != nil {
		return batch{}, err
	}
	b := batch{
		ID: ulid.Make().String(), NodeID: n.ID, Name: sent.Name, file: sent.SHA256, TemplateID: query.Get("template"), Overwrite: query.Get("overwrite") == "true",
		State: importRunning, CreatedAt: time.Now().UTC(),
	}
	if query.Get("hold") == "true" {
		b.State = importHeld
	}
	// The first line is read now, so that its faults are told at once.
	if err := m.readTable(ctx, b, n, func(*table) error { return nil }); err != nil {
		return batch{}, err
	}
	return m.imports.begin(ctx, m.kit.Jobs, b)
}

// readTable lets read look at the rows of a file.
func (m *Module) readTable(ctx context.Context, b batch, n node, read func(*table) error) (err error) {
	file, err := m.kit.Blobs.Get(ctx, b.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	source, err := sheet.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	o, err := m.modelOf(ctx, b)
	if err != nil {
		return err
	}
	t, err := newTable(source, n.Prefix, o)
	if err != nil {
		return err
	}
	return read(t)
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
	b, _, err := m.ownImport(ctx, in.ID)
	if err != nil || b.State != importRunning {
		return b, err
	}
	job, err := m.kit.Jobs.Read(ctx, b.JobID)
	if fault.Is(err, fault.NotFound) {
		return b, nil // the desk has not heard of it yet
	}
	if err != nil {
		return b, err
	}
	if b.Progress = job.Fraction; job.State != jobs.Cancelled {
		return b, nil
	}
	// It was cancelled before it began, as on the page of jobs.
	if err := m.imports.giveUp(ctx, b, importRunning); err != nil {
		return b, err
	}
	return m.imports.get(ctx, b.ID)
}

// ownImport returns an import with its node, which the caller's organisation operates.
func (m *Module) ownImport(ctx context.Context, id string) (batch, node, error) {
	b, err := m.imports.get(ctx, id)
	if err != nil {
		return b, node{}, err
	}
	n, err := m.ownNode(ctx, b.NodeID)
	if err != nil {
		return batch{}, n, err
	}
	return b, n, nil
}

type startImportInput struct {
	httpd.Object
	Body struct {
		Overwrite bool `json:"overwrite,omitempty" doc:"Replace identifiers that exist"`
	}
}

func (m *Module) startImport(ctx context.Context, in startImportInput) (batch, error) {
	b, n, err := m.ownImport(ctx, in.ID)
	if err != nil {
		return b, err
	}
	if _, err := m.importing(ctx, n.ID); err != nil {
		return b, err
	}
	if b, err = m.imports.start(ctx, m.kit.Jobs, b.ID, in.Body.Overwrite); err == nil {
		m.kit.Notify(topicImports, b.ID, n.Operator.ID)
	}
	return b, err
}

// cancelImport gives up an import that is held, or stops one that runs: at once
// when its job waits, soon when it is at work.
func (m *Module) cancelImport(ctx context.Context, in httpd.Object) (batch, error) {
	b, n, err := m.ownImport(ctx, in.ID)
	if err != nil {
		return b, err
	}
	switch b.State {
	case importHeld:
		err = m.imports.giveUp(ctx, b, importHeld)
	case importRunning:
		if err = m.kit.Jobs.Cancel(ctx, b.JobID); fault.Is(err, fault.NotFound) {
			err = m.imports.giveUp(ctx, b, importRunning) // the desk has not heard of it yet
		}
	default:
		err = fault.New(fault.Conflict, "identifier.import.ended", "the import has ended already")
	}
	if err != nil {
		return b, err
	}
	m.kit.Notify(topicImports, b.ID, n.Operator.ID)
	return m.readImport(ctx, in)
}

func (m *Module) listFaults(ctx context.Context, in importsParams) (sqldb.Page[badRow], error) {
	if _, _, err := m.ownImport(ctx, in.ID); err != nil {
		return sqldb.Page[badRow]{}, err
	}
	return m.imports.faults(ctx, in.ID, in.ListParams)
}
