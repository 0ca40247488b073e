package notice

import (
	"context"
	"net/http"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// fileLimit bounds one file, in octets.
const fileLimit = 20 << 20

func (d *Desk) fileRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /notices/{id}/files", Permission: mayWrite, MaxBody: fileLimit + 1,
			Summary: "Attach a file to a draft: ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(d.serveAttach)),
		},
		{
			Pattern: "POST /assignments/{id}/files", Permission: mayAnswer, MaxBody: fileLimit + 1,
			Summary: "Upload evidence to one's own assignment, for feedback: ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(d.serveProve)),
		},
		{Pattern: "GET /notice-files/{id}", Permission: mayView, Summary: "An attachment of a notice that one has, or evidence", Handler: httpd.Raw("", http.HandlerFunc(d.serveFile))},
		{Pattern: "DELETE /notice-files/{id}", Permission: mayWrite, Summary: "Take an attachment off a draft", Handler: httpd.JSON(d.detach)},
	}
}

func (d *Desk) serveAttach(w http.ResponseWriter, r *http.Request) {
	f, err := d.attach(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (d *Desk) attach(r *http.Request) (File, error) {
	ctx := r.Context()
	n, err := d.store.seen(ctx, d.store.db, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	if n.State != Draft {
		return File{}, wrongState("given other files")
	}
	return d.take(r, n.ID, "")
}

func (d *Desk) serveProve(w http.ResponseWriter, r *http.Request) {
	f, err := d.prove(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (d *Desk) prove(r *http.Request) (File, error) {
	ctx := r.Context()
	a, err := d.store.seenAssignment(ctx, d.store.db, r.PathValue("id"), d.now())
	if err != nil {
		return File{}, err
	}
	if identity.From(ctx).Scope.All || a.over() {
		return File{}, fault.New(fault.Forbidden, "security.assignment.side", "this is for the other side of the notice")
	}
	return d.take(r, a.NoticeID, a.ID)
}

func (d *Desk) take(r *http.Request, notice, assignment string) (File, error) {
	ctx := r.Context()
	there, err := files(ctx, d.store.db, notice, assignment)
	if err != nil {
		return File{}, err
	}
	if len(there) >= mostFiles {
		return File{}, fault.New(fault.Conflict, "security.notice.files", "there are %d files already", mostFiles)
	}
	taken, err := d.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: fileLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	by := d.handOf(ctx)
	f := File{ID: taken.ID, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, By: by.Name, At: by.At, notice: notice, assignment: assignment, actor: by.actor}
	return f, d.store.db.Write(ctx, func(tx *sqldb.Tx) error { return insertFile(ctx, tx, f) })
}

// reachable is a file that who asks may read: of a notice that they have, or of their own assignment.
func (d *Desk) reachable(ctx context.Context, id string) (File, error) {
	f, err := d.store.file(ctx, id)
	if err != nil {
		return f, err
	}
	scope := identity.From(ctx).Scope
	if scope.All {
		return f, nil
	}
	if f.assignment != "" {
		if _, err := d.store.seenAssignment(ctx, d.store.db, f.assignment, d.now()); err != nil {
			return File{}, noSuch("file")
		}
		return f, nil
	}
	has, err := d.store.reaches(ctx, f.notice, scope.IDs)
	if err != nil {
		return File{}, err
	}
	if !has {
		return File{}, noSuch("file")
	}
	return f, nil
}

func (d *Desk) serveFile(w http.ResponseWriter, r *http.Request) {
	f, err := d.reachable(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, d.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}

func (d *Desk) detach(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	f, err := d.reachable(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, d.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := d.store.seen(ctx, tx, f.notice)
		if err != nil {
			return err
		}
		if f.assignment != "" || n.State != Draft {
			return wrongState("given other files")
		}
		return deleteFile(ctx, tx, f)
	})
}
