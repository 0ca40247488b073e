package platforms

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"linghang/kernel/attest"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/bulletin"
)

func (m *Module) bulletinRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /bulletin/reports", Permission: "platforms.view", Summary: "Monitoring reports, each version; of one's own platforms the released ones", Handler: httpd.List(m.listBulletins)},
		{Pattern: "POST /bulletin/reports", Permission: "platforms.publish", Summary: "Make the next version of a monitoring report, by a job", Handler: httpd.Created(forCity(m.askBulletin))},
		{Pattern: "GET /bulletin/reports/{id}", Permission: "platforms.view", Summary: "A monitoring report with what it holds and what differs from the version before", Handler: httpd.JSON(m.readBulletin)},
		{Pattern: "POST /bulletin/reports/{id}/cancel", Permission: "platforms.publish", Summary: "Cancel a report that is being made", Handler: httpd.JSON(forCity(m.cancelBulletin))},
		{Pattern: "POST /bulletin/reports/{id}/release", Permission: "platforms.publish", Summary: "Release a draft to the platform that it is about", Handler: httpd.JSON(forCity(m.releaseBulletin))},
		{Pattern: "GET /bulletin/reports/{id}/verification", Permission: "platforms.view", Summary: "Whether the files of a report are those that were signed", Handler: httpd.JSON(m.verifyBulletin)},
		{Pattern: "GET /bulletin/reports/{id}/pdf", Permission: "platforms.view", Summary: "Download as PDF, ?lang=zh or en", Handler: httpd.Raw("", m.downloadBulletin("pdf"))},
		{Pattern: "GET /bulletin/reports/{id}/xlsx", Permission: "platforms.view", Summary: "Download as XLSX, ?lang=zh or en", Handler: httpd.Raw("", m.downloadBulletin("xlsx"))},
		{Pattern: "GET /bulletin/reports/{id}/data", Permission: "platforms.view", Summary: "Download the data that the report is made of, as JSON", Handler: httpd.Raw("", m.downloadBulletin("data"))},
		{Pattern: "GET /bulletin/reports/{id}/signature", Permission: "platforms.view", Summary: "The signature with what is signed and the key that checks it", Handler: httpd.Raw("", http.HandlerFunc(m.downloadBulletinSignature))},
		{Pattern: "GET /bulletin/plans", Permission: "platforms.view", Summary: "When monitoring reports are made by themselves", Handler: httpd.JSON(m.listBulletinPlans)},
		{Pattern: "PUT /bulletin/plans/{id}", Permission: "platforms.publish", Summary: "Set when monitoring reports of a month or a quarter are made by themselves", Handler: httpd.JSON(forCity(m.setBulletinPlan))},
	}
}

func (m *Module) listBulletins(ctx context.Context, in bulletinParams) (sqldb.Page[Bulletin], error) {
	page, err := m.bulletins.list(ctx, in)
	for i := range page.Items {
		m.showProgress(ctx, &page.Items[i])
	}
	return page, err
}

// showProgress adds how far a report is, of which only its job knows.
func (m *Module) showProgress(ctx context.Context, b *Bulletin) {
	switch b.State {
	case bulletinMaking:
		if j, err := m.kit.Jobs.Read(ctx, b.jobID); err == nil {
			b.Progress = j.Fraction
		}
	case bulletinDraft, bulletinReleased:
		b.Progress = 1
	case bulletinFailed: // how far it came says nothing any more
	}
}

type askBulletinInput struct {
	Body struct {
		Kind     bulletin.Kind `json:"kind" enum:"month,quarter"`
		Period   string        `json:"period" maxLength:"7" doc:"2026-10 or 2026Q3; a period that is over"`
		Platform string        `json:"platform,omitempty" maxLength:"26" doc:"Empty: the city"`
		Reason   string        `json:"reason,omitempty" maxLength:"2000" doc:"Why another version is made; needed when there is one"`
	}
}

func (m *Module) askBulletin(ctx context.Context, in askBulletinInput) (Bulletin, error) {
	now := time.Now().UTC()
	x, err := readSpan(in.Body.Kind, in.Body.Period, now)
	if err != nil {
		return Bulletin{}, err
	}
	if in.Body.Platform != "" {
		if _, err := m.platforms.read(ctx, in.Body.Platform); err != nil {
			return Bulletin{}, err
		}
	}
	id := identity.From(ctx)
	b := newBulletin(x, in.Body.Platform, strings.TrimSpace(in.Body.Reason), id.Actor(), id.Name, now)
	last, err := m.bulletins.newest(ctx, b)
	if err != nil {
		return b, err
	}
	if last.Number > 0 && b.Reason == "" {
		return b, fault.New(fault.Invalid, "platforms.bulletin.reason", "there is version %d; say why another one is made", last.Number).With("number", last.Number).At("body.reason", "say what was corrected, or why else")
	}
	b, err = m.bulletins.order(ctx, b, m.kit.Jobs)
	m.kit.Notify(topicBulletins, b.ID, b.organisation)
	return b, err
}

// bulletinDetail is a report on its own page.
type bulletinDetail struct {
	Bulletin
	Data       *bulletin.Data    `json:"data" doc:"What it holds, without the figures of single platforms; null while it is made"`
	Facts      int               `json:"facts" doc:"How many figures the data file has"`
	Difference []bulletin.Change `json:"difference" nullable:"false" doc:"Against the version before; at most 500"`
	Versions   []bulletinVersion `json:"versions" nullable:"false" doc:"Of the same report, the newest first"`
	MayRelease bool              `json:"may_release"`
}

// bulletinVersion is another version of a report.
type bulletinVersion struct {
	ID     string        `json:"id"`
	Number int64         `json:"number"`
	State  bulletinState `json:"state" enum:"draft,released"`
	MadeAt *time.Time    `json:"made_at"`
}

// ETag implements httpd.Versioned.
func (b bulletinDetail) ETag() int64 { return b.Version }

// differencesShown bounds how many differences the page has; the report has all.
const differencesShown = 500

func (m *Module) readBulletin(ctx context.Context, in httpd.Object) (bulletinDetail, error) {
	b, err := m.bulletins.read(ctx, in.ID)
	if err != nil {
		return bulletinDetail{}, err
	}
	return m.bulletinDetail(ctx, b)
}

func (m *Module) bulletinDetail(ctx context.Context, b Bulletin) (bulletinDetail, error) {
	m.showProgress(ctx, &b)
	id := identity.From(ctx)
	v := bulletinDetail{Bulletin: b, Difference: []bulletin.Change{}, Versions: []bulletinVersion{}, MayRelease: b.State == bulletinDraft && id.Scope.All && id.May("platforms.publish")}
	if b.Number == 0 {
		return v, nil
	}
	data, err := m.bulletinKept(ctx, b)
	if err != nil {
		return v, err
	}
	v.Data, v.Facts = &data, len(data.Facts)
	list, err := m.bulletins.versions(ctx, b)
	if err != nil {
		return v, err
	}
	for _, other := range list {
		if other.State != bulletinReleased && !id.Scope.All {
			continue
		}
		v.Versions = append(v.Versions, bulletinVersion{other.ID, other.Number, other.State, other.MadeAt})
		if other.Number == b.Number-1 {
			before, err := m.bulletinKept(ctx, other)
			if err != nil {
				return v, err
			}
			if v.Difference, err = bulletin.Compare(before, data); err != nil {
				return v, err
			}
			v.Difference = v.Difference[:min(len(v.Difference), differencesShown)]
		}
	}
	data.Facts = []bulletin.Fact{}
	return v, nil
}

func (m *Module) cancelBulletin(ctx context.Context, in httpd.Object) (Bulletin, error) {
	b, err := m.bulletins.read(ctx, in.ID)
	if err != nil {
		return b, err
	}
	if b.State != bulletinMaking {
		return b, fault.New(fault.Conflict, "platforms.bulletin.ended", "the report is made, or was given up already")
	}
	if err := m.bulletins.fail(ctx, b.ID, "platforms.bulletin.cancelled"); err != nil {
		return b, err
	}
	if err := m.kit.Jobs.Cancel(ctx, b.jobID); err != nil && fault.As(err) == nil {
		return b, err // a job that is over, or of which the desk has not heard, finds the report given up
	}
	m.kit.Notify(topicBulletins, b.ID, b.organisation)
	return m.bulletins.read(ctx, in.ID)
}

type releaseBulletinInput struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Module) releaseBulletin(ctx context.Context, in releaseBulletinInput) (bulletinDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return bulletinDetail{}, err
	}
	b, err := m.bulletins.read(ctx, in.ID)
	if err != nil {
		return bulletinDetail{}, err
	}
	if b.Version != version {
		return bulletinDetail{}, staleBulletin()
	}
	mail := ""
	if b.PlatformID != "" {
		p, err := m.platforms.get(ctx, b.PlatformID)
		if err != nil {
			return bulletinDetail{}, err
		}
		mail = p.Contact.Email
	}
	id := identity.From(ctx)
	before, err := b.release(id.Name, time.Now().UTC())
	if err != nil {
		return bulletinDetail{}, err
	}
	bureau, err := m.people.Root(ctx)
	if err != nil {
		return bulletinDetail{}, err
	}
	if err := m.bulletins.release(ctx, before, b, version, id.Actor(), m.kit.Notices, b.tellReleased(bureau.ID, mail)); err != nil {
		return bulletinDetail{}, err
	}
	b.Version = version + 1
	m.kit.Notify(topicBulletins, b.ID, b.organisation)
	return m.bulletinDetail(ctx, b)
}

// bulletinCheck is whether a report is as it was signed.
type bulletinCheck struct {
	Signature bool           `json:"signature" doc:"The signature is this installation's, and fits"`
	Files     []attest.Found `json:"files" nullable:"false" doc:"Those that are kept, and whether they are those that were signed"`
	Statement string         `json:"statement" doc:"What is signed"`
	Key       string         `json:"key"`
	Suite     string         `json:"suite"`
}

// madeBulletin returns a version that the caller may see.
func (m *Module) madeBulletin(ctx context.Context, id string) (Bulletin, error) {
	b, err := m.bulletins.read(ctx, id)
	if err == nil && b.Number == 0 {
		err = fault.New(fault.Invalid, "platforms.bulletin.not_made", "the report is not made yet").At("path.id", "wait until it is made")
	}
	return b, err
}

func (m *Module) verifyBulletin(ctx context.Context, in httpd.Object) (bulletinCheck, error) {
	b, err := m.madeBulletin(ctx, in.ID)
	if err != nil {
		return bulletinCheck{}, err
	}
	v := bulletinCheck{Signature: m.kit.Seal.Verify(ctx, bulletinPurpose, b.statement(), b.Signature) == nil, Files: []attest.Found{}, Statement: string(b.statement()), Key: b.Key, Suite: b.Suite}
	for _, f := range b.Files {
		one := attest.Found{File: attest.File{Name: f.Name, SHA256: f.SHA256}, State: attest.Whole}
		if !m.kit.Whole(ctx, f.SHA256) {
			one.State = attest.Changed
		}
		v.Files = append(v.Files, one)
	}
	return v, nil
}

func (m *Module) downloadBulletin(what string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := m.madeBulletin(r.Context(), r.PathValue("id"))
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		name, ending, media := what, what, map[string]string{"pdf": "application/pdf", "xlsx": httpd.XLSXType, "data": "application/json"}[what]
		switch {
		case what == "data":
			ending = "data.json"
		case httpd.Language(r) == "en":
			name, ending = what+"-en", "en."+what
		}
		f, ok := b.file(name)
		if !ok {
			httpd.Refuse(w, r, noBulletin())
			return
		}
		httpd.ServeBlob(w, r, m.kit.Blobs.Get, httpd.Blob{SHA256: f.SHA256, Name: b.fileName(ending), MediaType: media, Size: f.Size})
	})
}

func (m *Module) downloadBulletinSignature(w http.ResponseWriter, r *http.Request) {
	b, err := m.madeBulletin(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	text, err := json.MarshalIndent(attest.Signed{Statement: string(b.statement()), Signature: b.Signature, Public: b.Public}, "", "  ")
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeFile(w, b.fileName("signature.json"), "application/json", int64(len(text)), strings.NewReader(string(text)))
}

type bulletinPlansView struct {
	Items []BulletinPlan `json:"items" nullable:"false"`
}

func (m *Module) listBulletinPlans(ctx context.Context, _ nothing) (bulletinPlansView, error) {
	list, err := m.bulletins.plans(ctx)
	return bulletinPlansView{list}, err
}

type setBulletinPlanInput struct {
	ID bulletin.Kind `path:"id" enum:"month,quarter"`
	httpd.IfMatch
	Body struct {
		Enabled   bool `json:"enabled"`
		Days      int  `json:"days" minimum:"1" maximum:"60"`
		Platforms bool `json:"platforms"`
	}
}

func (m *Module) setBulletinPlan(ctx context.Context, in setBulletinPlanInput) (BulletinPlan, error) {
	version, err := in.Expected()
	if err != nil {
		return BulletinPlan{}, err
	}
	p := BulletinPlan{Kind: in.ID, Enabled: in.Body.Enabled, Days: in.Body.Days, Platforms: in.Body.Platforms, Version: version + 1}
	return p, m.bulletins.setPlan(ctx, p, version)
}
