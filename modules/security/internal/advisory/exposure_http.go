package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

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
	State          string      `json:"state" enum:"open,mended,accepted,not_applicable" title:"处置|State"`
	Since          time.Time   `json:"since" title:"发现时间|Since"`
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
	exposureColumns = `x.id, x.asset_id, a.name, a.vendor, a.vendor_key, a.product, a.model, a.firmware, a.site, a.reach, a.criticality, x.organisation_id, i.name_zh, i.name_en, x.advisory_id, v.tracking_id, v.title, v.severity, v.score, v.kev, v.taken_at, x.answer, x.priority, x.state, x.since, x.version, x.decision_id, x.digest, w.detail`
	exposureTables  = `security_exposure x JOIN security_asset a ON a.id = x.asset_id JOIN security_inventory i ON i.organisation_id = x.organisation_id JOIN security_advisory v ON v.id = x.advisory_id JOIN security_verdict w ON w.use_key = x.use_key AND w.advisory_id = x.advisory_id`
)

func scanExposure(r sqldb.Row) (x Exposure, err error) {
	var since, taken int64
	var text, vendor string
	err = r.Scan(&x.ID, &x.AssetID, &x.Asset, &vendor, &x.subject.vendor, &x.subject.product, &x.subject.model, &x.Firmware, &x.Site, &x.reach, &x.critical, &x.OrganisationID, &x.Enterprise.ZH, &x.Enterprise.EN, &x.AdvisoryID, &x.TrackingID, &x.Title, &x.Severity, &x.Score, &x.KEV, &taken, &x.Answer, &x.Priority, &x.State, &since, &x.Version, &x.decision, &x.digest, &text)
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
	if in.Unknown != "" {
		l.Where("a.firmware = ''")
	}
	switch in.Band {
	case "now":
		l.Where("x.priority >= 40")
	case "soon":
		l.Where("x.priority >= 15 AND x.priority < 40")
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
	return page, m.lookers.Looked(ctx, asset.WayExposures, seen)
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
	return page.Items[0], nil
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

func (m *Advisories) readExposure(ctx context.Context, in httpd.Object) (v ExposureDetail, err error) {
	if v.Exposure, err = m.seenExposure(ctx, in.ID); err != nil {
		return v, err
	}
	v.Said, v.More, v.Remediation, v.May = v.detail.Said, v.detail.More, v.detail.Remediation, mine(ctx, v.OrganisationID) && identity.From(ctx).May(mayDecide)
	v.Factors = []Factor{
		{Name: "reach", Value: reachFactor(v.reach), Why: string(v.reach)},
		v.detail.Threat,
		{Name: "criticality", Value: float64(v.critical) / 4, Why: fmt.Sprint(v.critical)},
		{Name: "answer", Value: answerFactor(v.Answer), Why: v.Answer},
	}
	rows, err := m.kit.DB.Query(ctx, `SELECT d.id, d.kind, d.reach, d.reason, d.until_at, d.at, d.actor_name, d.ended_at, d.ended_why FROM security_decision d
		WHERE d.organisation_id = $1 AND d.advisory_id = $2 AND (d.reach = 'organisation' OR d.reach = 'asset' AND d.asset_id = $3 OR d.reach = 'product' AND d.vendor_key = $4 AND d.product = $5 AND d.model = $6) ORDER BY d.at DESC, d.id DESC LIMIT 50`,
		v.OrganisationID, v.AdvisoryID, v.AssetID, v.subject.vendor, v.subject.product, v.subject.model)
	if err != nil {
		return v, fmt.Errorf("read decisions: %w", err)
	}
	v.Decisions, err = sqldb.All(rows, func(r sqldb.Row) (d Decision, err error) {
		var until, at, ended int64
		err = r.Scan(&d.ID, &d.Kind, &d.Reach, &d.Reason, &until, &at, &d.Name, &ended, &d.EndedWhy)
		d.Until, d.At, d.EndedAt, d.Stands = sqldb.Instant(until), sqldb.Time(at), sqldb.Instant(ended), d.ID == v.decision
		return d, err
	})
	if err != nil {
		return v, err
	}
	return v, m.lookers.Looked(ctx, asset.WayExposures, map[string]int{v.OrganisationID: 1})
}

type effectInput struct {
	httpd.Object
	Reach string `query:"reach" enum:"asset,product,organisation" default:"asset"`
}

// Effect is what a decision would cover.
type Effect struct {
	Exposures int `json:"exposures"`
}

// covered is a condition on the exposures x that a decision of a reach about one is about.
func covered(x Exposure, reach string) (text string, args []any) {
	switch reach {
	case reachAsset:
		return `x.asset_id = $1 AND x.advisory_id = $2`, []any{x.AssetID, x.AdvisoryID}
	case reachProduct:
		return `x.organisation_id = $1 AND x.advisory_id = $2 AND x.asset_id IN (SELECT a.id FROM security_asset a WHERE a.organisation_id = $1 AND a.vendor_key = $3 AND a.product = $4 AND a.model = $5)`,
			[]any{x.OrganisationID, x.AdvisoryID, x.subject.vendor, x.subject.product, x.subject.model}
	default:
		return `x.organisation_id = $1 AND x.advisory_id = $2`, []any{x.OrganisationID, x.AdvisoryID}
	}
}

func (m *Advisories) effect(ctx context.Context, in effectInput) (e Effect, err error) {
	x, err := m.seenExposure(ctx, in.ID)
	if err != nil {
		return e, err
	}
	where, args := covered(x, in.Reach)
	if err := m.kit.DB.QueryRow(ctx, `SELECT COUNT(*) FROM security_exposure x WHERE x.answer <> 'not_affected' AND `+where, args...).Scan(&e.Exposures); err != nil {
		return e, fmt.Errorf("count exposures: %w", err)
	}
	return e, nil
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

func (m *Advisories) decide(ctx context.Context, in decideExposureInput) (ExposureDetail, error) {
	x, err := m.own(ctx, in.ID, in.IfMatch)
	if err != nil {
		return ExposureDetail{}, err
	}
	if x.Answer == answerNotAffected {
		return ExposureDetail{}, fault.New(fault.Conflict, "security.exposure.answered", "the advisory does not affect this asset; there is nothing to decide")
	}
	now, who := m.now(), handOf(ctx)
	d := decision{ID: ulid.Make().String(), organisation: x.OrganisationID, advisory: x.AdvisoryID, asset: x.AssetID, Reach: in.Body.Reach, vendor: x.subject.vendor, product: x.subject.product, model: x.subject.model, Kind: in.Body.Kind, Reason: in.Body.Reason, At: now}
	if in.Body.Until != nil {
		d.Until = in.Body.Until.UTC()
	}
	if d.Kind == mended {
		d.digest = x.digest
	}
	if err := d.check(now); err != nil {
		return ExposureDetail{}, err
	}
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO security_decision (id, organisation_id, advisory_id, asset_id, reach, vendor_key, product, model, kind, reason, digest, until_at, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			d.ID, d.organisation, d.advisory, d.asset, d.Reach, d.vendor, d.product, d.model, d.Kind, d.Reason, d.digest, sqldb.MillisOrZero(d.Until), now.UnixMilli(), who.actor, who.name)
		if err != nil {
			return fmt.Errorf("keep decision: %w", err)
		}
		where, args := covered(x, d.Reach)
		args = append(args, d.Kind, d.ID, now.UnixMilli())
		n := len(args)
		_, err = tx.Exec(ctx, fmt.Sprintf(`UPDATE security_exposure AS x SET state = $%d, decision_id = $%d, updated_at = $%d, version = version + 1 WHERE x.answer <> 'not_affected' AND %s`, n-2, n-1, n, where), args...)
		if err != nil {
			return fmt.Errorf("apply decision: %w", err)
		}
		tx.Changed("security_decision", d.ID, nil, map[string]any{"exposure": x.ID, "asset": x.Asset, "advisory": x.TrackingID, "kind": d.Kind, "reach": d.Reach, "reason": d.Reason, "until": in.Body.Until})
		return nil
	})
	if err != nil {
		return ExposureDetail{}, err
	}
	return m.readExposure(ctx, in.Object)
}

type reopenExposureInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Advisories) reopen(ctx context.Context, in reopenExposureInput) (ExposureDetail, error) {
	x, err := m.own(ctx, in.ID, in.IfMatch)
	if err != nil {
		return ExposureDetail{}, err
	}
	if x.decision == "" {
		return ExposureDetail{}, fault.New(fault.Conflict, "security.exposure.open", "nothing was decided; it is open")
	}
	if in.Body.Reason == "" {
		return ExposureDetail{}, fault.New(fault.Invalid, "security.decision.invalid", "the decision is incomplete or wrong").At("body.reason", "say why it is open again")
	}
	now := m.now()
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var kind string
		err := tx.QueryRow(ctx, `SELECT kind FROM security_decision WHERE id = $1 AND ended_at = 0`, x.decision).Scan(&kind)
		if errors.Is(err, sql.ErrNoRows) {
			return stale()
		}
		if err != nil {
			return fmt.Errorf("read decision: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE security_decision SET ended_at = $1, ended_why = $2 WHERE id = $3`, now.UnixMilli(), in.Body.Reason, x.decision); err != nil {
			return fmt.Errorf("end decision: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE security_exposure SET state = 'open', decision_id = '', updated_at = $1, version = version + 1 WHERE decision_id = $2`, now.UnixMilli(), x.decision); err != nil {
			return fmt.Errorf("open exposures: %w", err)
		}
		tx.Changed("security_decision", x.decision, map[string]string{"kind": kind}, map[string]string{"ended": in.Body.Reason})
		return nil
	})
	if err != nil {
		return ExposureDetail{}, err
	}
	return m.readExposure(ctx, in.Object)
}
