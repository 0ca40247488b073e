package remark

import (
	"context"
	"net/http"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

const (
	// draftKept is how long a file waits for something to be said with it.
	draftKept = 24 * time.Hour
	// orphanKept is how long content waits for its attachment.
	orphanKept = 30 * time.Minute
)

func (m *Room) serveUpload(w http.ResponseWriter, r *http.Request) {
	f, err := m.upload(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Room) upload(r *http.Request) (File, error) {
	ctx := r.Context()
	kind, id := r.PathValue("kind"), r.PathValue("id")
	if _, err := m.findOpen(ctx, kind, id); err != nil {
		return File{}, err
	}
	f := File{Size: max(0, r.ContentLength), kind: kind, object: id, author: identity.From(ctx).Actor(), at: time.Now().UTC()}
	if err := m.files.room(ctx, m.kit.DB, f); err != nil {
		return File{}, err
	}
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: m.limits.FileMiB << 20}, r.Body)
	if err != nil {
		return File{}, err
	}
	f.ID, f.Name, f.MediaType, f.Size, f.SHA256 = taken.ID, taken.Name, taken.MediaType, taken.Size, taken.SHA256
	if err := m.files.add(ctx, f); err != nil {
		return File{}, err
	}
	return f, m.kept(ctx, f)
}

// kept makes sure that the content did not leave, as an orphan of the same
// content, between its examination and the row that holds it.
func (m *Room) kept(ctx context.Context, f File) error {
	content, err := m.kit.Blobs.Get(ctx, f.SHA256)
	if fault.Is(err, fault.NotFound) {
		if err := m.files.drop(ctx, f.ID); err != nil {
			return err
		}
		return sweptAway()
	}
	if err != nil {
		return err
	}
	return content.Close()
}

// knownFile returns a file that the caller may have.
func (m *Room) knownFile(ctx context.Context, id string) (File, error) {
	f, err := m.files.get(ctx, id)
	if err != nil {
		return f, err
	}
	if _, err := m.find(ctx, f.kind, f.object); err != nil {
		return f, err
	}
	if f.comment == "" && f.author != identity.From(ctx).Actor() {
		return f, noSuch()
	}
	return f, nil
}

func (m *Room) serveFile(w http.ResponseWriter, r *http.Request) {
	f, err := m.knownFile(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}

func (m *Room) removeFile(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	f, err := m.knownFile(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if f.comment != "" {
		return httpd.Nothing{}, fault.New(fault.Conflict, "remark.files.said", "the file belongs to a comment; edit the comment")
	}
	return httpd.Nothing{}, m.files.drop(ctx, f.ID)
}

func (m *Room) sweepNow(ctx context.Context) error { return m.sweep(ctx, time.Now()) }

// sweep removes files that nobody said anything with, and content that no file
// has: the process ended before its row was written, or the row went. Content
// leaves at a later look than the one that noted it, so that an upload that is
// under way keeps its own.
func (m *Room) sweep(ctx context.Context, now time.Time) error {
	if err := m.files.dropBefore(ctx, now.Add(-draftKept)); err != nil {
		return err
	}
	known, err := m.files.hashes(ctx)
	if err != nil {
		return err
	}
	for blob, err := range m.kit.Blobs.All(ctx) {
		if err != nil {
			return err
		}
		if known[blob.Hash] {
			continue
		}
		leave, err := m.files.orphaned(ctx, blob.Hash, now, now.Add(-orphanKept))
		if err != nil {
			return err
		}
		if !leave {
			continue
		}
		if err := m.kit.Blobs.Remove(ctx, blob.Hash); err != nil {
			return err
		}
		if err := m.files.left(ctx, blob.Hash); err != nil {
			return err
		}
	}
	return nil
}
