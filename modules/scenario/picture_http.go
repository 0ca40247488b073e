package scenario

import (
	"net/http"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// pictureLimit bounds one picture, in octets.
const pictureLimit = 10 << 20

func (m *Module) pictureRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /scenarios/{id}/pictures", Permission: mayWrite, MaxBody: pictureLimit + 1,
			Summary: "Upload a picture to a scenario: ?name= of the file; it is shown once a version names it", Handler: httpd.Raw("application/octet-stream", http.HandlerFunc(m.takePicture)),
		},
		{Pattern: "GET /scenarios/{id}/pictures/{file}", Permission: mayView, Summary: "A picture of a scenario", Handler: httpd.Raw("", http.HandlerFunc(m.servePicture))},
	}
}

func (m *Module) takePicture(w http.ResponseWriter, r *http.Request) {
	f, err := m.receivePicture(r)
	httpd.Answer(w, r, http.StatusCreated, f, err)
}

func (m *Module) receivePicture(r *http.Request) (File, error) {
	ctx := r.Context()
	s, err := m.store.seen(ctx, r.PathValue("id"))
	if err != nil {
		return File{}, err
	}
	if !keeps(ctx, s) {
		return File{}, fault.New(fault.Forbidden, "scenario.not_yours", "this is for the owner of the scenario, and for the bureau")
	}
	f, err := m.kit.Files.Take(ctx, module.Upload{Name: r.URL.Query().Get("name"), Declared: r.Header.Get("Content-Type"), Limit: pictureLimit}, r.Body)
	if err != nil {
		return File{}, err
	}
	if !strings.HasPrefix(f.MediaType, "image/") {
		return File{}, fault.New(fault.Unsupported, "scenario.picture.type", "this file is no picture").At("header.Content-Type", "PNG, JPEG, GIF or WebP")
	}
	who := identity.From(ctx)
	v := File{ID: f.ID, Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.SHA256, By: who.Name, At: now(), scenario: s.ID, actor: who.Actor()}
	return v, m.store.attach(ctx, v)
}

func (m *Module) servePicture(w http.ResponseWriter, r *http.Request) {
	d, err := m.readScenario(r.Context(), httpd.Object{ID: r.PathValue("id")})
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	i := slices.IndexFunc(d.Pictures, func(f File) bool { return f.ID == r.PathValue("file") })
	if i < 0 {
		httpd.Refuse(w, r, fault.New(fault.NotFound, "kernel.not_found", "there is no such picture, or it is not yours to see"))
		return
	}
	f := d.Pictures[i]
	httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: f.Size})
}
