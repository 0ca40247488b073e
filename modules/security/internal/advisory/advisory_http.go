package advisory

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/lib/csaf"
)

// Permissions, notices and work of weaknesses.
const (
	mayView   = "security.view"
	mayImport = "security.advisory.import"
	mayDecide = "security.exposure.decide"

	noticeHit = "security.advisory.hit"
	jobMatch  = "match_exposures"
)

// Lookers is told who was given what of an enterprise's assets.
type Lookers interface {
	Looked(ctx context.Context, way string, seen map[string]int) error
}

// Advisories is the part of the room that knows weaknesses.
type Advisories struct {
	kit       *module.Kit
	lookers   Lookers
	store     store
	structure *csaf.Structure
	now       func() time.Time
	matching  sync.Mutex // one pass at a time in this process; the desk sees to the others
	shelf     shelf
}

// New returns the part of the room. vendor gives one name for all of a vendor.
func New(kit *module.Kit, vendor func(name string) string, structure *csaf.Structure, now func() time.Time) *Advisories {
	return &Advisories{kit: kit, structure: structure, store: store{kit.DB, vendor}, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}

// Tell names who is told of looks, before the house opens.
func (m *Advisories) Tell(l Lookers) { m.lookers = l }

// Permissions are what the routes ask for, beside seeing what concerns oneself.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayImport, Title: lang.Text{ZH: "导入安全通告和漏洞情报", EN: "Import advisories and what is known of vulnerabilities"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayDecide, Title: lang.Text{ZH: "处置本企业资产的漏洞", EN: "Decide on weaknesses of one's own assets"}, Roles: []identity.Role{identity.Manager}},
	}
}

// Notices are the kinds of notices that are sent.
func Notices() []notice.Kind {
	return []notice.Kind{{ID: noticeHit, Title: lang.Text{ZH: "安全通告影响本企业资产", EN: "An advisory affects assets of the enterprise"}, Gravity: notice.Important, Mail: notice.AtOnce}}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{
		{Section: section, Label: lang.Text{ZH: "漏洞影响", EN: "Exposure"}, Path: "/security/exposures", Icon: "rules", Permission: mayView},
		{Section: section, Label: lang.Text{ZH: "安全通告", EN: "Advisories"}, Path: "/security/advisories", Icon: "list", Permission: mayView},
		{Section: section, Label: lang.Text{ZH: "国家漏洞库", EN: "National lists"}, Path: "/security/listed-vulnerabilities", Icon: "list", Permission: mayView},
	}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_advisory", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"tracking_id", "taken_at"}},
		{Table: "security_threat_source", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"source", "taken_at"}},
		{Table: "security_decision", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "kind", "at"}},
	}
}

// Jobs are the work that comes around or is asked for.
func (m *Advisories) Jobs() []module.Job {
	return []module.Job{
		{Name: jobMatch, Title: lang.Text{ZH: "比对资产与安全通告", EN: "Compare assets with advisories"}, Run: m.Match},
		{Name: "sweep_exposures", Title: lang.Text{ZH: "到期的风险接受和遗漏的比对", EN: "Acceptances that end, and what was not compared yet"}, Every: time.Minute, Do: m.sweep},
	}
}

// Routes are the doors.
func (m *Advisories) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /advisories", Permission: mayView, Summary: "Advisories that one may see by their TLP label", Handler: httpd.List(m.list)},
		{Pattern: "GET /advisories/{id}", Permission: mayView, Summary: "An advisory with its remediations, vulnerabilities and products", Handler: httpd.JSON(m.read)},
		{Pattern: "DELETE /advisories/{id}", Permission: mayImport, Summary: "Remove an advisory of the demonstration city", Handler: httpd.JSON(m.remove)},
		{Pattern: "GET /advisories/{id}/document", Permission: mayView, Summary: "The document as it was imported (CSAF)", Handler: httpd.Raw("", http.HandlerFunc(m.serveDocument))},
	}, m.importRoutes(), m.listedRoutes(), m.exposureRoutes())
}

func (m *Advisories) list(ctx context.Context, in listParams) (sqldb.Page[Advisory], error) {
	return m.store.list(ctx, in)
}

// Detail is an advisory on its own page.
type Detail struct {
	Advisory
	Summary         string          `json:"summary"`
	Namespace       string          `json:"namespace"`
	CSAFVersion     string          `json:"csaf_version"`
	Remediation     []Remedy        `json:"remediation" nullable:"false" doc:"What mends goes first"`
	Vulnerabilities []Vulnerability `json:"vulnerabilities" nullable:"false"`
	List            []Product       `json:"product_list" nullable:"false" doc:"The first thousand"`
	Failings        []Failing       `json:"failings" nullable:"false" doc:"Mandatory tests that the document fails"`
	Enterprises     int             `json:"enterprises" doc:"Enterprises with assets that it affects; 0 for others than the city where they are fewer than 5"`
}

// Remedy is something to do, with the products that it is for.
type Remedy struct {
	Remediation
	Products []string `json:"products" nullable:"false" doc:"By name"`
	CVEs     []string `json:"cves" nullable:"false"`
}

// Vulnerability is one that an advisory tells of.
type Vulnerability struct {
	CVE         string  `json:"cve"`
	Title       string  `json:"title"`
	CWE         string  `json:"cwe"`
	Score       float64 `json:"score"`
	Severity    string  `json:"severity"`
	Vector      string  `json:"vector"`
	Description string  `json:"description"`
	Affected    int     `json:"affected" doc:"Products that are known to be affected"`
	Threat      *Threat `json:"threat,omitempty"`

	Listed []Listed `json:"listed" nullable:"false" doc:"What national lists say of it"`
}

// Product is a product that an advisory names.
type Product struct {
	Name    string   `json:"name"`
	Vendor  string   `json:"vendor"`
	Version string   `json:"version"`
	Numbers []string `json:"numbers" nullable:"false"`
}

// mostProducts bounds those of a page.
const mostProducts = 1000

func (m *Advisories) read(ctx context.Context, in httpd.Object) (v Detail, err error) {
	if v.Advisory, err = m.store.seen(ctx, in.ID); err != nil {
		return v, err
	}
	v.Summary, v.Namespace, v.CSAFVersion = v.summary, v.namespace, v.csafVersion
	data, err := m.store.document(ctx, in.ID)
	if err != nil {
		return v, err
	}
	d, err := csaf.Read(data)
	if err != nil {
		return v, err
	}
	threats, err := m.store.threats(ctx, m.kit.DB)
	if err != nil {
		return v, err
	}
	v.show(d, threats)
	if err := m.beside(ctx, &v); err != nil {
		return v, err
	}
	if v.Failings, err = m.store.failings(ctx, in.ID); err != nil {
		return v, err
	}
	v.Affected, v.Enterprises, err = m.store.hits(ctx, in.ID)
	return v, err
}

// show fills in what the document says.
func (v *Detail) show(d *csaf.Document, threats map[string]Threat) {
	v.Remediation, v.Vulnerabilities, v.List = []Remedy{}, []Vulnerability{}, []Product{}
	names := map[string]string{}
	for _, p := range d.Products() {
		names[p.ID] = p.Name
		if len(v.List) < mostProducts {
			v.List = append(v.List, Product{p.Name, p.Vendor, p.Version, append([]string{}, p.Numbers...)})
		}
	}
	at := map[Remediation]int{}
	for _, x := range d.Vulnerabilities() {
		one := Vulnerability{CVE: x.CVE, Title: x.Title, CWE: x.CWE, Score: x.Score, Severity: x.Severity, Vector: x.Vector, Description: x.Description, Affected: len(x.Affected)}
		if t, known := threats[x.CVE]; known {
			one.Threat = &t
		}
		v.Vulnerabilities = append(v.Vulnerabilities, one)
		for _, r := range x.Remediation {
			key := Remediation{r.Category, r.Details, r.URL, r.Date}
			i, there := at[key]
			if !there {
				i = len(v.Remediation)
				at[key] = i
				v.Remediation = append(v.Remediation, Remedy{key, []string{}, []string{}})
			}
			v.Remediation[i].add(x.CVE, r.Products, names)
		}
	}
	slices.SortStableFunc(v.Remediation, func(a, b Remedy) int { return urgency(a.Category) - urgency(b.Category) })
}

// beside writes at vulnerabilities what national lists say of them.
func (m *Advisories) beside(ctx context.Context, v *Detail) error {
	var cves []string
	for _, x := range v.Vulnerabilities {
		cves = append(cves, x.CVE)
	}
	listed, err := m.store.listedFor(ctx, cves)
	var all []Listed
	for i := range v.Vulnerabilities {
		x := &v.Vulnerabilities[i]
		x.Listed = append([]Listed{}, listed[x.CVE]...)
		all = append(all, x.Listed...)
	}
	v.Listed = numbersOf(all)
	return err
}

func (r *Remedy) add(cve string, products []string, names map[string]string) {
	if cve != "" && !slices.Contains(r.CVEs, cve) {
		r.CVEs = append(r.CVEs, cve)
	}
	for _, id := range products {
		if name := names[id]; name != "" && len(r.Products) < 200 && !slices.Contains(r.Products, name) {
			r.Products = append(r.Products, name)
		}
	}
}

func (m *Advisories) serveDocument(w http.ResponseWriter, r *http.Request) {
	a, err := m.store.seen(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	data, err := m.store.document(r.Context(), a.ID)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.ServeFile(w, "advisory-"+a.ID+".json", "application/json", int64(len(data)), bytes.NewReader(data))
}

// remove takes an advisory of the demonstration away.
func (m *Advisories) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := cityOnly(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	a, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !a.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "security.advisory.kept", "only advisories of the demonstration city can be removed")
	}
	return httpd.Nothing{}, m.store.drop(ctx, a)
}
