package platforms

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/opendata"
)

// openRate bounds how many requests a second one network may make for open data, on
// average over ten seconds.
const openRate = 5

func (m *Module) openRoutes() []module.Route {
	open := func(h http.HandlerFunc) httpd.Handler { return httpd.Raw("", m.toEverybody(h)) }
	return []module.Route{
		{Pattern: "GET /open/catalogue", Permission: identity.Public, Summary: "Open datasets as a DCAT-AP catalogue in JSON-LD", Handler: open(m.serveOpenCatalogue)},
		{Pattern: "GET /open/data/{slug}", Permission: identity.Public, Summary: "What an open dataset is, with its editions, in JSON-LD; 410 with the reason when it was withdrawn", Handler: open(m.serveOpenDataset)},
		{Pattern: "GET /open/data/{slug}/csv", Permission: identity.Public, Summary: "An open dataset as CSV; ?edition= for an earlier one", Handler: open(m.serveOpenFile("csv", "text/csv; charset=utf-8"))},
		{Pattern: "GET /open/data/{slug}/json", Permission: identity.Public, Summary: "An open dataset as JSON; ?edition= for an earlier one", Handler: open(m.serveOpenFile("json", "application/json"))},
		{Pattern: "GET /open/data/{slug}/xlsx", Permission: identity.Public, Summary: "An open dataset as XLSX; ?edition= for an earlier one", Handler: open(m.serveOpenFile("xlsx", httpd.XLSXType))},
		{Pattern: "GET /open/datasets", Permission: "platforms.view", Summary: "Datasets that are open, and those that the bureau prepares", Handler: httpd.List(m.listDatasets)},
		{Pattern: "POST /open/datasets", Permission: "platforms.publish", Summary: "Prepare a dataset", Handler: httpd.Created(forCity(m.addDataset))},
		{Pattern: "GET /open/datasets/{id}", Permission: "platforms.view", Summary: "A dataset with its editions and addresses", Handler: httpd.JSON(m.readDataset)},
		{Pattern: "PUT /open/datasets/{id}", Permission: "platforms.publish", Summary: "Change what the next edition of a dataset will hold", Handler: httpd.JSON(forCity(m.editDataset))},
		{Pattern: "DELETE /open/datasets/{id}", Permission: "platforms.publish", Summary: "Remove a dataset that was never published", Handler: httpd.JSON(forCity(m.removeDataset))},
		{Pattern: "GET /open/datasets/{id}/preview", Permission: "platforms.publish", Summary: "What the next edition would hold", Handler: httpd.JSON(forCity(m.previewDataset))},
		{Pattern: "POST /open/datasets/{id}/publication", Permission: "platforms.publish", Summary: "Publish an edition: from then on everybody can read it", Handler: httpd.JSON(forCity(m.publishDataset))},
		{Pattern: "POST /open/datasets/{id}/withdrawal", Permission: "platforms.publish", Summary: "Withdraw a dataset with a reason that whoever asks is told", Handler: httpd.JSON(forCity(m.withdrawDataset))},
	}
}

// toEverybody lets pages of all sites read the answer, and bounds how much one network
// asks.
func (m *Module) toEverybody(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "ETag")
		if err := m.openDoor.AdmitAddress(httpd.ClientIP(r.Context()), time.Now()); err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// openRoot is the address below which open data is.
func (m *Module) openRoot() string {
	return strings.TrimRight(m.kit.Address(), "/") + "/api/platforms/open"
}

// opened is a dataset that everybody may read; a withdrawn one is gone.
func (m *Module) opened(ctx context.Context, slug string) (OpenDataset, []openEdition, error) {
	d, err := m.open.read(ctx, m.open.db, "slug", slug)
	if err != nil {
		return d, nil, err
	}
	if d.State == openWithdrawn && d.Edition > 0 {
		return OpenDataset{}, nil, fault.New(fault.Gone, "platforms.open.withdrawn", "the dataset was withdrawn on %s: %s", dayOf(d.ChangedAt), d.Reason).With("date", dayOf(d.ChangedAt)).With("reason", d.Reason)
	}
	if d.State != openPublished || d.Edition == 0 {
		return OpenDataset{}, nil, noDataset()
	}
	editions, err := m.open.editions(ctx, d.ID)
	if err == nil && len(editions) == 0 {
		err = noDataset()
	}
	return d, editions, err
}

// unchanged answers 304 to whoever has the content already. Caches ask again after five
// minutes, so that a withdrawal takes effect.
func unchanged(w http.ResponseWriter, r *http.Request, tag string) bool {
	tag = strconv.Quote(tag)
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "public, max-age=300, must-revalidate")
	for known := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if known = strings.TrimPrefix(strings.TrimSpace(known), "W/"); known == tag || known == "*" {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

func (m *Module) serveLinked(w http.ResponseWriter, r *http.Request, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	sum := sha256.Sum256(body)
	if unchanged(w, r, hex.EncodeToString(sum[:])) {
		return
	}
	w.Header().Set("Content-Type", "application/ld+json")
	_, _ = w.Write(body) // the caller has gone
}

func (m *Module) serveOpenCatalogue(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	list, err := m.open.published(ctx)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	city, err := m.people.City(ctx)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	all := []opendata.Published{}
	for _, d := range list {
		editions, err := m.open.editions(ctx, d.ID)
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		if len(editions) > 0 {
			all = append(all, asPublished(d, editions))
		}
	}
	m.serveLinked(w, r, opendata.CatalogueOf(m.openRoot(), city.In("zh"), city.In("en"), all))
}

func (m *Module) serveOpenDataset(w http.ResponseWriter, r *http.Request) {
	d, editions, err := m.opened(r.Context(), r.PathValue("slug"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	m.serveLinked(w, r, asPublished(d, editions).Dataset(m.openRoot()))
}

func (m *Module) serveOpenFile(name, media string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, editions, err := m.opened(r.Context(), r.PathValue("slug"))
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		e := editions[0]
		if asked := r.URL.Query().Get("edition"); asked != "" {
			number, err := strconv.ParseInt(asked, 10, 64)
			found := false
			for _, x := range editions {
				if err == nil && x.Number == number {
					e, found = x, true
				}
			}
			if !found {
				httpd.Refuse(w, r, fault.New(fault.NotFound, "platforms.open.edition", "there is no edition %.20q of %s", asked, d.Slug).At("query.edition", "a number from 1 to %d", editions[0].Number))
				return
			}
		}
		for _, f := range e.files {
			if f.Name == name && !unchanged(w, r, f.SHA256) {
				m.sendOpenFile(w, r, f, media, d.Slug+"-v"+strconv.FormatInt(e.Number, 10)+"."+name)
			}
		}
	}
}

func (m *Module) sendOpenFile(w http.ResponseWriter, r *http.Request, f openFile, media, name string) {
	content, err := m.kit.Blobs.Get(r.Context(), f.SHA256)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer content.Close() //nolint:errcheck // it was only read
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", `inline; filename="`+name+`"`)
	w.Header().Set("Content-Length", strconv.FormatInt(f.Size, 10))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := io.Copy(w, content); err != nil {
		panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
	}
}

func (m *Module) listDatasets(ctx context.Context, in openParams) (sqldb.Page[OpenDataset], error) {
	return m.open.list(ctx, in)
}

// openDetail is a dataset on its own page.
type openDetail struct {
	OpenDataset
	Editions []opendata.Edition `json:"editions" nullable:"false"`
	Address  string             `json:"address" doc:"Of the published dataset; /csv, /json and /xlsx below it"`
	MayEdit  bool               `json:"may_edit"`
}

// ETag implements httpd.Versioned.
func (d openDetail) ETag() int64 { return d.Version }

// seenDataset returns a dataset that the caller may see.
func (m *Module) seenDataset(ctx context.Context, id string) (OpenDataset, error) {
	d, err := m.open.read(ctx, m.open.db, "id", id)
	if err == nil && d.State != openPublished && !identity.From(ctx).Scope.All {
		return OpenDataset{}, noDataset()
	}
	return d, err
}

func (m *Module) openDetail(ctx context.Context, d OpenDataset) (openDetail, error) {
	id := identity.From(ctx)
	v := openDetail{OpenDataset: d, Editions: []opendata.Edition{}, Address: m.openRoot() + "/data/" + d.Slug, MayEdit: id.Scope.All && id.May("platforms.publish")}
	list, err := m.open.editions(ctx, d.ID)
	for _, e := range list {
		v.Editions = append(v.Editions, e.Edition)
	}
	if len(list) > 0 && !id.Scope.All {
		v.Spec = list[0].spec // what is prepared is the bureau's
	}
	return v, err
}

func (m *Module) readDataset(ctx context.Context, in httpd.Object) (openDetail, error) {
	d, err := m.seenDataset(ctx, in.ID)
	if err != nil {
		return openDetail{}, err
	}
	return m.openDetail(ctx, d)
}

type datasetInput struct {
	Body struct {
		Slug string        `json:"slug" maxLength:"60"`
		Spec opendata.Spec `json:"spec"`
	}
}

func (m *Module) addDataset(ctx context.Context, in datasetInput) (openDetail, error) {
	id, now := identity.From(ctx), time.Now().UTC()
	d := OpenDataset{ID: ulid.Make().String(), Slug: in.Body.Slug, Spec: in.Body.Spec, State: openDraft, By: id.Name, CreatedAt: now, ChangedAt: now, Version: 1, actor: id.Actor()}
	if err := d.check(m.catalogue); err != nil {
		return openDetail{}, err
	}
	if err := m.open.insert(ctx, d); err != nil {
		return openDetail{}, err
	}
	return m.openDetail(ctx, d)
}

type editDatasetInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Spec opendata.Spec `json:"spec"`
	}
}

func (m *Module) editDataset(ctx context.Context, in editDatasetInput) (openDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return openDetail{}, err
	}
	before, err := m.seenDataset(ctx, in.ID)
	if err != nil {
		return openDetail{}, err
	}
	after := before
	after.Spec, after.ChangedAt = in.Body.Spec, time.Now().UTC()
	if err := after.check(m.catalogue); err != nil {
		return openDetail{}, err
	}
	if err := m.open.save(ctx, before, after, version, nil); err != nil {
		return openDetail{}, err
	}
	after.Version = version + 1
	return m.openDetail(ctx, after)
}

func (m *Module) removeDataset(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.open.remove(ctx, in.ID)
}

// openPreview is what an edition would hold.
type openPreview struct {
	opendata.Table
	Total     int  `json:"total" doc:"Rows; at most 500 are shown, the newest"`
	Synthetic bool `json:"synthetic"`
}

// openShown bounds how many rows a preview has.
const openShown = 500

func (m *Module) previewDataset(ctx context.Context, in httpd.Object) (openPreview, error) {
	d, err := m.seenDataset(ctx, in.ID)
	if err != nil {
		return openPreview{}, err
	}
	t, synthetic, err := m.openTable(ctx, d.Spec, time.Now())
	v := openPreview{Table: t, Total: len(t.Rows), Synthetic: synthetic}
	v.Rows = v.Rows[max(0, len(v.Rows)-openShown):]
	return v, err
}

type publishDatasetInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Note lang.Text `json:"note" doc:"What is new, for the changelog"`
	}
}

func (m *Module) publishDataset(ctx context.Context, in publishDatasetInput) (openDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return openDetail{}, err
	}
	d, err := m.seenDataset(ctx, in.ID)
	if err != nil {
		return openDetail{}, err
	}
	if strings.TrimSpace(in.Body.Note.ZH) == "" && strings.TrimSpace(in.Body.Note.EN) == "" {
		return openDetail{}, fault.New(fault.Invalid, "platforms.open.note", "say what is new").At("body.note", "a line for the changelog")
	}
	if d, err = m.publishOpen(ctx, d, version, in.Body.Note, time.Now()); err != nil {
		return openDetail{}, err
	}
	return m.openDetail(ctx, d)
}

type withdrawDatasetInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Module) withdrawDataset(ctx context.Context, in withdrawDatasetInput) (openDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return openDetail{}, err
	}
	before, err := m.seenDataset(ctx, in.ID)
	if err != nil {
		return openDetail{}, err
	}
	after, err := before.withdraw(in.Body.Reason, time.Now().UTC())
	if err != nil {
		return openDetail{}, err
	}
	if err := m.open.save(ctx, before, after, version, nil); err != nil {
		return openDetail{}, err
	}
	after.Version = version + 1
	return m.openDetail(ctx, after)
}

// writeOpenBook writes a dataset as a workbook.
func writeOpenBook(b *bytes.Buffer, t opendata.Table) error {
	cells := t.Cells()
	return httpd.WriteWorkbook(b, []httpd.Sheet{{Name: "data", Titles: opendata.Columns(), Widths: []float64{10, 10, 16, 22, 18, 18, 26, 10, 14, 16, 10, 12}, Rows: func(yield func([]any, error) bool) {
		for _, row := range cells {
			if !yield(row, nil) {
				return
			}
		}
	}}})
}
