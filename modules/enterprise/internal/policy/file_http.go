package policy

import (
	"context"
	"net/http"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
)

func (m *Policies) serveUpload(w http.ResponseWriter, r *http.Request) {
	f, err := m.takeFile(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Policies) takeFile(r *http.Request) (File, error) {
	ctx := r.Context()
	a, from, err := m.store.read(ctx, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	if from != applicant {
		return File{}, noSuch("application")
	}
	p, err := m.store.policy(ctx, m.store.db, a.PolicyID)
	if err != nil {
		return File{}, err
	}
	at, err := m.store.db.Clock(ctx)
	if err != nil {
		return File{}, err
	}
	if err := a.editable(p, at); err != nil {
		return File{}, err
	}
	paper := r.URL.Query().Get("paper")
	if !slices.ContainsFunc(p.Papers, func(x Paper) bool { return x.Code == paper }) {
		return File{}, fault.New(fault.Invalid, "enterprise.policy.paper", "the policy asks for no such paper").At("query.paper", "one of the papers that the policy asks for")
	}
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: fileLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	by := handOf(ctx)
	f := File{ID: taken.ID, Paper: paper, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, By: by.name, At: at.UTC(), application: a.ID, actor: by.actor}
	return f, m.store.attach(ctx, f)
}

// seenFile returns a paper that the caller may see: the city what was submitted.
func (m *Policies) seenFile(ctx context.Context, id string) (File, side, error) {
	f, err := m.store.file(ctx, id)
	if err != nil {
		return f, "", err
	}
	a, from, err := m.store.read(ctx, f.application)
	if err != nil || from == city && (a.SubmittedAt == nil || f.At.After(*a.SubmittedAt)) {
		return File{}, "", noSuch("file")
	}
	return f, from, nil
}

func (m *Policies) serveFile(w http.ResponseWriter, r *http.Request) {
	f, _, err := m.seenFile(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}

func (m *Policies) removeFile(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	f, from, err := m.seenFile(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if from != applicant {
		return httpd.Nothing{}, noSuch("file")
	}
	return httpd.Nothing{}, m.store.detach(ctx, f, handOf(ctx))
}
