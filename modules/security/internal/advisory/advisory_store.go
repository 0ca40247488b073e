package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

type store struct {
	db     *sqldb.DB
	vendor func(name string) string // one name for all of a vendor
}

type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// hand is who does something.
type hand struct{ actor, name string }

func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}

const columns = `v.id, v.namespace, v.tracking_id, v.revision, v.csaf_version, v.title, v.summary, v.publisher, v.tlp, v.status, v.severity, v.score, v.vendors, v.products, v.cves, v.kev, v.epss, v.released_at, v.taken_at, v.despite, v.hash, v.stale, v.version, v.synthetic`

func scan(r sqldb.Row) (a Advisory, err error) {
	var released, taken int64
	err = r.Scan(&a.ID, &a.namespace, &a.TrackingID, &a.Revision, &a.csafVersion, &a.Title, &a.summary, &a.Publisher, &a.TLP, &a.Status, &a.Severity, &a.Score, &a.Vendors, &a.Products, &a.CVEs, &a.KEV, &a.EPSS, &released, &taken, &a.Despite, &a.hash, &a.Stale, &a.Version, &a.Synthetic)
	a.ReleasedAt, a.TakenAt = sqldb.Time(released), sqldb.Time(taken)
	return a, err
}

// marks writes the organisations of who asks for a condition; none for who has none.
func marks(ctx context.Context) (text string, args []any) {
	ids := identity.From(ctx).Scope.IDs
	if len(ids) == 0 {
		return "''", nil
	}
	for _, id := range ids {
		args = append(args, id)
	}
	return "?" + strings.Repeat(", ?", len(ids)-1), args
}

// restrict keeps what the traffic light protocol lets who asks see; advisories are v.
func restrict(ctx context.Context, l *sqldb.List) {
	if identity.From(ctx).Scope.All {
		return
	}
	own, args := marks(ctx)
	l.Where(`v.tlp IN ('CLEAR', 'GREEN') OR v.tlp = 'AMBER' AND EXISTS (SELECT 1 FROM security_exposure x WHERE x.advisory_id = v.id AND x.answer <> 'not_affected' AND x.organisation_id IN (`+own+`))`, args...)
}

type listParams struct {
	sqldb.ListParams
	Vendor   string `query:"vendor" maxLength:"120" doc:"Name of a vendor, in any spelling that is known"`
	Severity string `query:"severity" enum:"CRITICAL,HIGH,MEDIUM,LOW,NONE"`
	KEV      string `query:"kev" enum:"yes,no" doc:"Known to be exploited"`
	Since    string `query:"since" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" doc:"Released on this day or later"`
	CVE      string `query:"cve" maxLength:"30" doc:"Number of CVE, CNVD or CNNVD"`
	Hits     string `query:"hits" enum:"yes" doc:"Only those that affect assets which one sees, for the city any"`
}

func (s store) list(ctx context.Context, in listParams) (sqldb.Page[Advisory], error) {
	// The number of assets is that of the caller's own ones, and for the city all.
	count := `(SELECT COUNT(*) FROM security_exposure x WHERE x.advisory_id = v.id AND x.answer = 'affected'`
	id := identity.From(ctx)
	if !id.Scope.All {
		var quoted []string
		for _, one := range id.Scope.IDs {
			if _, err := ulid.ParseStrict(one); err == nil { // an ID has nothing to quote
				quoted = append(quoted, "'"+one+"'")
			}
		}
		if len(quoted) == 0 {
			quoted = []string{"''"}
		}
		count += ` AND x.organisation_id IN (` + strings.Join(quoted, ", ") + `)`
	}
	count += `)`
	l := sqldb.List{
		Select: columns + ", " + count, From: "security_advisory v", Key: "v.id", Order: "-released_at",
		Sort:   map[string]string{"released_at": "v.released_at", "taken_at": "v.taken_at", "title": "v.title", "score": "v.score", "epss": "v.epss", "affected": count},
		Search: []string{"v.tracking_id", "v.title", "v.publisher", "v.vendors", "v.summary"},
	}
	l.WhereIf("v.severity = ?", in.Severity)
	if in.Vendor != "" {
		l.Where("EXISTS (SELECT 1 FROM security_advisory_vendor n WHERE n.advisory_id = v.id AND n.vendor_key = ?)", s.vendor(in.Vendor))
	}
	if in.KEV != "" {
		l.Where("v.kev = ?", in.KEV == "yes")
	}
	if in.CVE != "" {
		condition, number := naming(in.CVE)
		l.Where(condition, number)
	}
	if in.Since != "" {
		at, err := time.ParseInLocation(time.DateOnly, in.Since, time.FixedZone("Asia/Shanghai", 8*3600))
		if err != nil {
			return sqldb.Page[Advisory]{}, fault.New(fault.Invalid, "security.advisory.since", "%q is no day", in.Since).At("query.since", "a day such as 2026-01-31")
		}
		l.Where("v.released_at >= ?", at.UnixMilli())
	}
	if in.Hits != "" {
		l.Where(count + " > 0")
	}
	restrict(ctx, &l)
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (Advisory, error) {
		n := 0
		a, err := scan(trailing{r, []any{&n}})
		a.Affected = n
		return a, err
	})
	if err != nil {
		return page, err
	}
	return page, s.number(ctx, page.Items)
}

// number writes at advisories the numbers that national lists have for their vulnerabilities.
func (s store) number(ctx context.Context, list []Advisory) error {
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	numbers, err := s.listedOf(ctx, ids)
	for i := range list {
		list[i].Listed = numbers[list[i].ID]
	}
	return err
}

// trailing reads columns after those of the scan function.
type trailing struct {
	row  sqldb.Row
	more []any
}

// Scan implements sqldb.Row.
func (t trailing) Scan(dest ...any) error { return t.row.Scan(append(dest, t.more...)...) }

// seen reads an advisory that who asks may see.
func (s store) seen(ctx context.Context, id string) (Advisory, error) {
	l := sqldb.List{Select: columns, From: "security_advisory v", Key: "v.id", Order: "id", Sort: map[string]string{"id": "v.id"}}
	l.Where("v.id = ?", id)
	restrict(ctx, &l)
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, scan)
	if err != nil {
		return Advisory{}, err
	}
	if len(page.Items) == 0 {
		return Advisory{}, noSuch("advisory")
	}
	return page.Items[0], nil
}

// kept reads the revision that is kept of an advisory; false: none.
func kept(ctx context.Context, db reader, namespace, tracking string) (Advisory, bool, error) {
	a, err := scan(db.QueryRow(ctx, `SELECT `+columns+` FROM security_advisory v WHERE v.namespace = $1 AND v.tracking_id = $2`, namespace, tracking))
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("read advisory: %w", err)
	}
	return a, true, nil
}

// take keeps a document, unless a revision that is as new came meanwhile. It returns what
// became of it.
func (s store) take(ctx context.Context, a Advisory, document []byte, findings []Failing, by hand) (outcome string, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		outcome, err = s.takeIn(ctx, tx, a, document, findings, by)
		return err
	})
	return outcome, err
}

func (s store) takeIn(ctx context.Context, tx *sqldb.Tx, a Advisory, document []byte, findings []Failing, by hand) (outcome string, err error) {
	text, err := json.Marshal(findings)
	if err != nil {
		return "", fmt.Errorf("write findings: %w", err)
	}
	before, there, err := kept(ctx, tx, a.namespace, a.TrackingID)
	if err != nil {
		return "", err
	}
	a.ID, outcome = ulid.Make().String(), outcomeNew
	if there {
		a.ID, outcome = before.ID, a.after(before)
	}
	if outcome != outcomeNew && outcome != outcomeNewer {
		return outcome, nil
	}
	if err := s.put(ctx, tx, a, string(text), by); err != nil {
		return "", err
	}
	if err := s.parts(ctx, tx, a, document); err != nil {
		return "", err
	}
	tx.Changed("security_advisory", a.ID, nil, a)
	return outcome, nil
}

func (s store) put(ctx context.Context, tx *sqldb.Tx, a Advisory, findings string, by hand) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_advisory (id, namespace, tracking_id, revision, csaf_version, title, summary, publisher, tlp, status, severity, score, vendors, products, cves, kev, epss, released_at, taken_at, actor, actor_name, despite, findings, hash, synthetic, stale)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, FALSE, -1, $16, $17, $18, $19, $20, $21, $22, $23, TRUE)
		ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, csaf_version = excluded.csaf_version, title = excluded.title, summary = excluded.summary, publisher = excluded.publisher, tlp = excluded.tlp, status = excluded.status, severity = excluded.severity, score = excluded.score,
		vendors = excluded.vendors, products = excluded.products, cves = excluded.cves, released_at = excluded.released_at, taken_at = excluded.taken_at, actor = excluded.actor, actor_name = excluded.actor_name, despite = excluded.despite, findings = excluded.findings, hash = excluded.hash, stale = TRUE, version = security_advisory.version + 1`,
		a.ID, a.namespace, a.TrackingID, a.Revision, a.csafVersion, a.Title, a.summary, a.Publisher, a.TLP, a.Status, a.Severity, a.Score, a.Vendors, a.Products, a.CVEs, a.ReleasedAt.UnixMilli(), a.TakenAt.UnixMilli(), by.actor, by.name, a.Despite, findings, a.hash, a.Synthetic)
	if err != nil {
		return fmt.Errorf("keep advisory: %w", err)
	}
	return nil
}

// parts keeps the document of an advisory, and what it is found by.
func (s store) parts(ctx context.Context, tx *sqldb.Tx, a Advisory, document []byte) error {
	for _, table := range []string{"security_advisory_cve", "security_advisory_vendor", "security_advisory_document"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE advisory_id = $1`, a.ID); err != nil {
			return fmt.Errorf("forget parts of an advisory: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO security_advisory_document (advisory_id, document) VALUES ($1, $2)`, a.ID, string(document)); err != nil {
		return fmt.Errorf("keep document: %w", err)
	}
	for _, cve := range a.cves {
		if _, err := tx.Exec(ctx, `INSERT INTO security_advisory_cve (advisory_id, cve) VALUES ($1, $2)`, a.ID, cve); err != nil {
			return fmt.Errorf("keep vulnerability: %w", err)
		}
	}
	for _, vendor := range a.vendors {
		if _, err := tx.Exec(ctx, `INSERT INTO security_advisory_vendor (advisory_id, vendor_key, vendor) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, a.ID, s.vendor(vendor), vendor); err != nil {
			return fmt.Errorf("keep vendor: %w", err)
		}
	}
	return weigh(ctx, tx, `id = $1`, a.ID)
}

// weigh writes at advisories what is known of their vulnerabilities.
func weigh(ctx context.Context, tx *sqldb.Tx, where string, args ...any) error {
	_, err := tx.Exec(ctx, `UPDATE security_advisory SET
		kev = EXISTS (SELECT 1 FROM security_advisory_cve c JOIN security_threat t ON t.cve = c.cve WHERE c.advisory_id = security_advisory.id AND t.kev_added <> ''),
		epss = COALESCE((SELECT MAX(t.epss) FROM security_advisory_cve c JOIN security_threat t ON t.cve = c.cve WHERE c.advisory_id = security_advisory.id), -1) WHERE `+where, args...)
	if err != nil {
		return fmt.Errorf("weigh advisories: %w", err)
	}
	return nil
}

func (s store) document(ctx context.Context, id string) ([]byte, error) {
	text := ""
	if err := s.db.QueryRow(ctx, `SELECT document FROM security_advisory_document WHERE advisory_id = $1`, id).Scan(&text); err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	return []byte(text), nil
}

// Failing is a mandatory test that a document fails, at one place.
type Failing struct {
	Test  string `json:"test"`
	Title string `json:"title"`
	Path  string `json:"path"`
	What  string `json:"what"`
}

func (s store) failings(ctx context.Context, id string) (list []Failing, err error) {
	text := ""
	if err := s.db.QueryRow(ctx, `SELECT findings FROM security_advisory WHERE id = $1`, id).Scan(&text); err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	list = []Failing{}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	return list, nil
}

// threatBatch is how many vulnerabilities one statement takes.
const threatBatch = 400

// takeThreats keeps what a source says, in place of what it said before.
func (s store) takeThreats(ctx context.Context, r reading, by hand, now time.Time) error {
	set := map[string][]string{sourceKEV: {"kev_added", "kev_due", "ransomware"}, sourceEPSS: {"epss"}, sourceSSVC: {"exploitation", "automatable", "impact"}}[r.source]
	var assign []string
	for _, c := range set {
		assign = append(assign, c+" = excluded."+c)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if r.source == sourceKEV { // what the catalogue no longer has is out of it
			if _, err := tx.Exec(ctx, `UPDATE security_threat SET kev_added = '', kev_due = '', ransomware = FALSE WHERE kev_added <> ''`); err != nil {
				return fmt.Errorf("forget the catalogue: %w", err)
			}
		}
		seen := map[string]bool{}
		for from := 0; from < len(r.threats); from += threatBatch {
			var args []any
			n := 0
			for _, t := range r.threats[from:min(from+threatBatch, len(r.threats))] {
				if seen[t.CVE] {
					continue
				}
				seen[t.CVE] = true
				n++
				args = append(args, t.CVE)
				switch r.source {
				case sourceKEV:
					args = append(args, t.KEVAdded, t.KEVDue, t.Ransomware)
				case sourceEPSS:
					args = append(args, t.EPSS)
				default:
					args = append(args, t.Exploitation, t.Automatable, t.Impact)
				}
			}
			if n == 0 {
				continue
			}
			_, err := tx.Exec(ctx, `INSERT INTO security_threat (cve, `+strings.Join(set, ", ")+`) VALUES `+sqldb.Values(n, len(set)+1)+` ON CONFLICT (cve) DO UPDATE SET `+strings.Join(assign, ", "), args...)
			if err != nil {
				return fmt.Errorf("keep threats: %w", err)
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_threat_source (source, edition, entries, taken_at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (source) DO UPDATE SET edition = excluded.edition, entries = excluded.entries, taken_at = excluded.taken_at, actor = excluded.actor, actor_name = excluded.actor_name`,
			r.source, r.edition, len(seen), now.UnixMilli(), by.actor, by.name)
		if err != nil {
			return fmt.Errorf("note source: %w", err)
		}
		if err := weigh(ctx, tx, `1 = 1`); err != nil {
			return err
		}
		tx.Changed("security_threat_source", r.source, nil, map[string]any{"edition": r.edition, "entries": len(seen)})
		_, err = tx.Exec(ctx, `UPDATE security_advisory SET stale = TRUE, version = version + 1 WHERE EXISTS (SELECT 1 FROM security_advisory_cve c JOIN security_threat t ON t.cve = c.cve WHERE c.advisory_id = security_advisory.id)`)
		return err
	})
}

// threats are those of all vulnerabilities of advisories.
func (s store) threats(ctx context.Context, db reader) (map[string]Threat, error) {
	rows, err := db.Query(ctx, `SELECT t.cve, t.kev_added, t.kev_due, t.ransomware, t.epss, t.exploitation, t.automatable, t.impact FROM security_threat t WHERE EXISTS (SELECT 1 FROM security_advisory_cve c WHERE c.cve = t.cve)`)
	if err != nil {
		return nil, fmt.Errorf("read threats: %w", err)
	}
	out := map[string]Threat{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var t Threat
		err := r.Scan(&t.CVE, &t.KEVAdded, &t.KEVDue, &t.Ransomware, &t.EPSS, &t.Exploitation, &t.Automatable, &t.Impact)
		out[t.CVE] = t
		return struct{}{}, err
	})
	return out, err
}
