package advisory

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/asset"
)

func (m *Advisories) exposureRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /exposures", Permission: mayView, Summary: "What advisories mean for assets that one may see one by one, the most urgent first", Handler: httpd.List(m.listExposures)},
		{Pattern: "GET /exposures/{id}", Permission: mayView, Summary: "What an advisory means for an asset: remediation, why, priority and its reasons", Handler: httpd.JSON(m.readExposure)},
		{Pattern: "GET /exposures/{id}/effect", Permission: mayView, Summary: "How many exposures a decision would cover: ?reach=", Handler: httpd.JSON(m.effect)},
		{Pattern: "POST /exposures/{id}/decision", Permission: mayDecide, Summary: "Decide: mended, accepted until a day, or not applicable", Handler: httpd.JSON(m.decide)},
		{Pattern: "POST /exposures/{id}/reopening", Permission: mayDecide, Summary: "End the decision: what it covered is open again", Handler: httpd.JSON(m.reopen)},
		{Pattern: "GET /exposure-figures", Permission: mayView, Summary: "How many enterprises and assets are affected, by district, industry, vendor or advisory; for others than the city only from 5 enterprises on", Handler: httpd.JSON(m.figures)},
	}
}

// Exposure is what an advisory means for an asset.
type Exposure struct {
	ID             string      `json:"id"`
	AssetID        string      `json:"asset_id"`
	Asset          string      `json:"asset" title:"资产|Asset"`
	Product        string      `json:"product" title:"产品|Product"`
	Firmware       string      `json:"firmware" title:"固件版本|Firmware"`
	Site           string      `json:"site" title:"位置|Site"`
	OrganisationID string      `json:"organisation_id"`
	Enterprise     lang.Text   `json:"enterprise" title:"企业|Enterprise"`
	AdvisoryID     string      `json:"advisory_id"`
	TrackingID     string      `json:"tracking_id" title:"通告编号|Advisory"`
	Title          string      `json:"title" title:"标题|Title"`
	Severity       string      `json:"severity" title:"严重程度|Severity"`
	Score          float64     `json:"score" title:"CVSS|CVSS"`
	Answer         string      `json:"answer" enum:"affected,cannot_tell,not_affected" title:"结论|Answer"`
	Reason         string      `json:"reason" doc:"A code of why" title:"依据|Reason"`
	Why            string      `json:"why"`
	Sentence       string      `json:"sentence" doc:"The product as the advisory names it" title:"通告原文|Sentence"`
	Remedy         Remediation `json:"remedy" doc:"The first thing that the advisory says to do"`
	Priority       int         `json:"priority" doc:"0 to 100" title:"优先级|Priority"`
	Band           string      `json:"band" enum:"now,soon,planned,watch"`
	KEV            bool        `json:"kev" title:"已被利用|Exploited"`
	Listed         string      `json:"listed" doc:"Numbers of CNVD and CNNVD for the vulnerabilities that concern the asset, the first 50" title:"国家漏洞库编号|CNVD, CNNVD"`
	State          string      `json:"state" enum:"open,mended,accepted,not_applicable" title:"处置|State"`
	Since          time.Time   `json:"since" title:"发现时间|Since"`
	Synthetic      bool        `json:"synthetic" title:"合成数据|Synthetic"`
	Version        int64       `json:"version"`

	detail   detail
	reach    asset.Reach
	critical int
	decision string
	digest   string
	subject  subject
	taken    time.Time
}

// ETag implements httpd.Versioned.
func (x Exposure) ETag() int64 { return x.Version }

const (
	exposureColumns = `x.id, x.asset_id, a.name, a.vendor, a.vendor_key, a.product, a.model, a.firmware, a.site, a.reach, a.criticality, x.organisation_id, i.name_zh, i.name_en, x.advisory_id, v.tracking_id, v.title, v.severity, v.score, v.kev, v.taken_at, x.answer, x.priority, x.state, x.since, x.version, x.decision_id, x.digest, a.synthetic, w.detail`
	exposureTables  = `security_exposure x JOIN security_asset a ON a.id = x.asset_id JOIN security_inventory i ON i.organisation_id = x.organisation_id JOIN security_advisory v ON v.id = x.advisory_id JOIN security_verdict w ON w.use_key = x.use_key AND w.advisory_id = x.advisory_id`
)

func scanExposure(r sqldb.Row) (x Exposure, err error) {
	var since, taken int64
	var text, vendor string
	err = r.Scan(&x.ID, &x.AssetID, &x.Asset, &vendor, &x.subject.vendor, &x.subject.product, &x.subject.model, &x.Firmware, &x.Site, &x.reach, &x.critical, &x.OrganisationID, &x.Enterprise.ZH, &x.Enterprise.EN, &x.AdvisoryID, &x.TrackingID, &x.Title, &x.Severity, &x.Score, &x.KEV, &taken, &x.Answer, &x.Priority, &x.State, &since, &x.Version, &x.decision, &x.digest, &x.Synthetic, &text)
	if err != nil {
		return x, err
	}
	if err := json.Unmarshal([]byte(text), &x.detail); err != nil {
		return x, fmt.Errorf("read verdict: %w", err)
	}
	x.Product, x.Since, x.taken, x.Band, x.subject.asset = joined(vendor, x.subject.product, x.subject.model), sqldb.Time(since), sqldb.Time(taken), band(x.Priority), x.AssetID
	if len(x.detail.Said) > 0 {
		first := x.detail.Said[0]
		x.Reason, x.Why, x.Sentence = first.Reason, first.Why, first.Sentence
	}
	if len(x.detail.Remediation) > 0 {
		x.Remedy = x.detail.Remediation[0]
	}
	return x, nil
}

func joined(parts ...string) (out string) {
	for _, p := range parts {
		if p != "" && out != "" {
			out += " "
		}
		out += p
	}
	return out
}

type exposureParams struct {
	sqldb.ListParams
	Answer   string `query:"answer" enum:"affected,cannot_tell,not_affected"`
	State    string `query:"state" enum:"open,mended,accepted,not_applicable"`
	Band     string `query:"band" enum:"now,soon,planned,watch"`
	Asset    string `query:"asset" maxLength:"40" doc:"ID of an asset"`
	Advisory string `query:"advisory" maxLength:"40" doc:"ID of an advisory"`
	CVE      string `query:"cve" maxLength:"30" doc:"Of advisories that tell of this number of CVE, CNVD or CNNVD"`
	Unknown  string `query:"firmware" enum:"unknown" doc:"Only of assets whose firmware is not known"`
}

// restricted keeps the exposures of a list that who asks may see.
func (m *Advisories) restricted(ctx context.Context, l *sqldb.List) {
	asset.Restrict(ctx, l, m.now())
	if !identity.From(ctx).Scope.All {
		l.Where(`v.tlp NOT IN ('RED', 'AMBER+STRICT')`)
	}
}

func (m *Advisories) listExposures(ctx context.Context, in exposureParams) (sqldb.Page[Exposure], error) {
	l := sqldb.List{
		Select: exposureColumns, From: exposureTables, Key: "x.id", Order: "-priority",
		Sort:   map[string]string{"priority": "x.priority", "since": "x.since", "asset": "a.name", "title": "v.title", "score": "v.score", "state": "x.state"},
		Search: []string{"a.name", "a.vendor", "a.product", "a.model", "v.tracking_id", "v.title"},
	}
	l.WhereIf("x.answer = ?", in.Answer).WhereIf("x.state = ?", in.State).WhereIf("x.asset_id = ?", in.Asset).WhereIf("x.advisory_id = ?", in.Advisory)
	if in.CVE != "" {
		condition, number := naming(in.CVE)
		l.Where(condition, number)
	}
	if in.Unknown != "" {
		l.Where("a.firmware = ''")
	}
	switch in.Band {
	case "now":
		l.Where("x.priority >= ?", Urgent)
	case "soon":
		l.Where("x.priority >= 15 AND x.priority < ?", Urgent)
	case "planned":
		l.Where("x.priority >= 5 AND x.priority < 15")
	case "watch":
		l.Where("x.priority < 5")
	}
	m.restricted(ctx, &l)
	page, err := sqldb.Fetch(ctx, m.kit.DB, l, in.ListParams, scanExposure)
	if err != nil {
		return page, err
	}
	seen := map[string]int{}
	for _, x := range page.Items {
		seen[x.OrganisationID]++
	}
	if err := m.number(ctx, page.Items); err != nil {
		return page, err
	}
	return page, m.lookers.Looked(ctx, asset.WayExposures, seen)
}

// number writes at exposures what national lists say of the vulnerabilities that concern the asset.
func (m *Advisories) number(ctx context.Context, list []Exposure) error {
	asked := map[string]bool{}
	for _, x := range list {
		for _, s := range x.detail.Said {
			asked[s.CVE] = true
		}
	}
	listed, err := m.store.listedFor(ctx, slices.Sorted(maps.Keys(asked)))
	for i := range list {
		x := &list[i]
		var all []Listed
		for n, s := range x.detail.Said {
			x.detail.Said[n].Listed = listed[s.CVE]
			if s.Answer != answerNotAffected {
				all = append(all, listed[s.CVE]...)
			}
		}
		x.Listed = numbersOf(all)
	}
	return err
}

// seenExposure reads an exposure that who asks may see.
func (m *Advisories) seenExposure(ctx context.Context, id string) (Exposure, error) {
	l := sqldb.List{Select: exposureColumns, From: exposureTables, Key: "x.id", Order: "id", Sort: map[string]string{"id": "x.id"}}
	l.Where("x.id = ?", id)
	m.restricted(ctx, &l)
	page, err := sqldb.Fetch(ctx, m.kit.DB, l, sqldb.ListParams{Limit: 1}, scanExposure)
	if err != nil {
		return Exposure{}, err
	}
	if len(page.Items) == 0 {
		return Exposure{}, noSuch("exposure")
	}
	return page.Items[0], m.number(ctx, page.Items)
}

// ExposureDetail is an exposure on its own page.
type ExposureDetail struct {
	Exposure
	Said        []Said        `json:"said" nullable:"false" doc:"By vulnerability, the gravest answer first"`
	More        int           `json:"more" doc:"Vulnerabilities beyond those"`
	Remediation []Remediation `json:"remediation" nullable:"false" doc:"What mends goes first"`
	Factors     []Factor      `json:"factors" nullable:"false" doc:"Their product is the priority"`
	Decisions   []Decision    `json:"decisions" nullable:"false" doc:"The newest first"`
	May         bool          `json:"may" doc:"Who asks may decide"`
}

// Decision is one that an enterprise made.
type Decision struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind" enum:"mended,accepted,not_applicable"`
	Reach    string     `json:"reach" enum:"asset,product,organisation"`
	Reason   string     `json:"reason"`
	Until    *time.Time `json:"until,omitempty"`
	At       time.Time  `json:"at"`
	Name     string     `json:"name"`
	EndedAt  *time.Time `json:"ended_at,omitempty"`
	EndedWhy string     `json:"ended_why" doc:"expired, or why it was ended"`
	Stands   bool       `json:"stands" doc:"The exposure is in this state by it"`
}

type effectInput struct {
	httpd.Object
	Reach string `query:"reach" enum:"asset,product,organisation" default:"asset"`
}

// Effect is what a decision would cover.
type Effect struct {
	Exposures int `json:"exposures"`
}

type decideExposureInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Kind   string     `json:"kind" enum:"mended,accepted,not_applicable"`
		Reach  string     `json:"reach" enum:"asset,product,organisation" doc:"This asset, all of the same product, or all of the enterprise"`
		Reason string     `json:"reason" maxLength:"1000" doc:"Of what is mended: what was done, and what shows it"`
		Until  *time.Time `json:"until,omitempty" doc:"Until when a risk is accepted"`
	}
}

// own reads an exposure of one's own in the version that was read.
func (m *Advisories) own(ctx context.Context, id string, match httpd.IfMatch) (Exposure, error) {
	version, err := match.Expected()
	if err != nil {
		return Exposure{}, err
	}
	x, err := m.seenExposure(ctx, id)
	if err != nil {
		return x, err
	}
	if !mine(ctx, x.OrganisationID) {
		return x, fault.New(fault.Forbidden, "security.exposure.side", "the enterprise itself decides on its assets")
	}
	if x.Version != version {
		return x, stale()
	}
	return x, nil
}

type reopenExposureInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Advisories) readExposure(ctx context.Context, in httpd.Object) (ExposureDetail, error) {
	return m.exposureDetail(ctx, in.ID)
}
