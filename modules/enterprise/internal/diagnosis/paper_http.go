package diagnosis

import (
	"bytes"
	"cmp"
	"net/http"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/paper"
)

func (m *Diagnosis) paperRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /diagnosis/sheets/{id}/report", Permission: mayView, Summary: "A submitted diagnosis as a report: ?format= pdf (if nothing is said) or xlsx, ?language= zh or en", Handler: httpd.Raw("", http.HandlerFunc(m.servePaper))},
	}
}

func (m *Diagnosis) servePaper(w http.ResponseWriter, r *http.Request) {
	format := cmp.Or(r.URL.Query().Get("format"), "pdf")
	content, err := m.paper(r, format)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	media := map[string]string{"pdf": "application/pdf", "xlsx": httpd.XLSXType}[format]
	httpd.ServeFile(w, "diagnosis-"+r.PathValue("id")+"."+format, media, int64(content.Len()), content)
}

func (m *Diagnosis) paper(r *http.Request, format string) (*bytes.Buffer, error) {
	ctx, object := r.Context(), httpd.Object{ID: r.PathValue("id")}
	v, err := m.readSheet(ctx, object)
	if err != nil {
		return nil, err
	}
	if v.State == Draft {
		return nil, fault.New(fault.Conflict, "enterprise.diagnosis.not_submitted", "a draft has no report; submit it first")
	}
	b, err := m.readBenchmarks(ctx, object)
	if err != nil {
		return nil, err
	}
	language := cmp.Or(r.URL.Query().Get("language"), httpd.Language(r))
	d := v.document(language, b.Items)
	digest, err := d.Digest()
	if err != nil {
		return nil, err
	}
	frame, out := paper.Frame{Language: language, At: now(), Digest: digest, Foot: identity.From(ctx).Organisation.Name.In(language)}, &bytes.Buffer{}
	switch format {
	case "pdf":
		font, err := paper.Font("")
		if err != nil {
			return nil, err
		}
		return out, d.PDF(out, font, frame)
	case "xlsx":
		return out, d.XLSX(out, frame)
	}
	return nil, fault.New(fault.Invalid, "enterprise.diagnosis.format", "%q is no format of a report", format).At("query.format", "pdf or xlsx")
}
