package diagnosis

import (
	"context"
	"net/http"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
)

// evidenceLimit bounds one file of evidence, in octets.
const evidenceLimit = 20 << 20

func (m *Diagnosis) evidenceRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /diagnosis/sheets/{id}/evidence", Permission: mayAnswer, MaxBody: evidenceLimit + 1,
			Summary: "Upload evidence: ?question= it belongs to, ?name= of the file", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.serveUpload)),
		},
		{Pattern: "GET /diagnosis/evidence/{id}", Permission: mayView, Summary: "Download evidence", Handler: httpd.Raw("", http.HandlerFunc(m.serveEvidence))},
		{Pattern: "DELETE /diagnosis/evidence/{id}", Permission: mayAnswer, Summary: "Remove evidence from a draft; its content is kept", Handler: httpd.JSON(m.removeEvidence)},
	}
}

func (m *Diagnosis) serveUpload(w http.ResponseWriter, r *http.Request) {
	f, err := m.takeEvidence(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Diagnosis) takeEvidence(r *http.Request) (File, error) {
	ctx := r.Context()
	x, t, err := m.forOwn(ctx, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	if err := x.editable(); err != nil {
		return File{}, err
	}
	q, ok := t.Question(r.URL.Query().Get("question"))
	if !ok || q.Evidence == "none" {
		return File{}, fault.New(fault.Invalid, "enterprise.diagnosis.evidence", "no question of the sheet takes this evidence").At("query.question", "name the question that it belongs to")
	}
	taken, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: evidenceLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	by := handOf(ctx)
	f := File{ID: taken.ID, Question: q.Code, Name: taken.Name, MediaType: taken.MediaType, Size: taken.Size, SHA256: taken.SHA256, By: by.name, At: now(), sheet: x.ID, actor: by.actor}
	return f, m.store.attach(ctx, f)
}

// seenFile returns evidence of a sheet whose answers the caller may see.
func (m *Diagnosis) seenFile(ctx context.Context, id string) (File, side, error) {
	f, err := m.store.file(ctx, id)
	if err != nil {
		return f, "", err
	}
	x, from, err := m.store.read(ctx, f.sheet)
	if err != nil || from == city && x.Share != ShareAnswers {
		return File{}, "", noSuch("file")
	}
	return f, from, m.told(ctx, x, from)
}

func (m *Diagnosis) serveEvidence(w http.ResponseWriter, r *http.Request) {
	f, _, err := m.seenFile(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}

func (m *Diagnosis) removeEvidence(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	f, from, err := m.seenFile(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if from != own {
		return httpd.Nothing{}, noSuch("file")
	}
	return httpd.Nothing{}, m.store.detach(ctx, f, now())
}
