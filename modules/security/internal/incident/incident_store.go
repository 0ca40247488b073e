package incident

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

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

// columns have as the industry what the organisation says in its inventory now, where figures of
// risks have it from; only of who says nothing any more it is what was said when it was opened.
const columns = `i.id, i.number, i.organisation_id, i.name_zh, i.name_en, i.district,
	COALESCE((SELECT v.industry FROM security_inventory v WHERE v.organisation_id = i.organisation_id AND v.industry <> ''), i.industry), i.bureau_id, i.origin, i.title, i.summary, i.category, i.kind, i.tlp, i.state, i.resolution,
	i.level, i.level_setter, i.proposed, i.importance, i.loss, i.harm, i.occurred_at, i.discovered_at, i.aware_at, i.reported_at, i.received_at, i.triaged_at, i.confirmed_at, i.contained_at,
	i.eradicated_at, i.recovered_at, i.closed_at, i.reviewed_at, i.report_due_at, i.report_met_at, i.reported_upward, i.handler, i.handler_name, i.merged_into, i.merged_from, i.facts, i.closing,
	i.closing_writer, i.review, i.response, i.response_at, i.reopened, i.drill, COALESCE((SELECT d.title FROM security_drill d WHERE d.id = i.drill), i.drill), COALESCE((SELECT d.pace FROM security_drill d WHERE d.id = i.drill), 1), i.synthetic, i.actor, i.actor_name, i.created_at, i.version`

func scan(r sqldb.Row) (i Case, err error) {
	var occurred, discovered, aware, reported, received, triaged, confirmed, contained, eradicated, recovered, closed, reviewed, due, met, response, created int64
	var facts, closing, review string
	err = r.Scan(&i.ID, &i.Number, &i.OrganisationID, &i.Enterprise.ZH, &i.Enterprise.EN, &i.District, &i.Industry, &i.bureau, &i.Origin, &i.Title, &i.Summary, &i.Category, &i.Kind, &i.TLP, &i.State, &i.Resolution,
		&i.Level, &i.levelSetter, &i.Proposed, &i.Importance, &i.Loss, &i.Harm, &occurred, &discovered, &aware, &reported, &received, &triaged, &confirmed, &contained,
		&eradicated, &recovered, &closed, &reviewed, &due, &met, &i.Upward, &i.handler, &i.HandlerName, &i.MergedInto, &i.mergedFrom, &facts, &closing,
		&i.closingWriter, &review, &i.Response, &response, &i.Reopened, &i.Drill, &i.DrillTitle, &i.pace, &i.Synthetic, &i.actor, &i.name, &created, &i.Version)
	if err != nil {
		return i, err
	}
	i.OccurredAt, i.DiscoveredAt, i.AwareAt, i.ReportedAt, i.ReceivedAt, i.CreatedAt = sqldb.Instant(occurred), sqldb.Instant(discovered), sqldb.Time(aware), sqldb.Time(reported), sqldb.Time(received), sqldb.Time(created)
	i.TriagedAt, i.ConfirmedAt, i.ContainedAt, i.EradicatedAt = sqldb.Instant(triaged), sqldb.Instant(confirmed), sqldb.Instant(contained), sqldb.Instant(eradicated)
	i.RecoveredAt, i.ClosedAt, i.ReviewedAt, i.ReportDueAt = sqldb.Instant(recovered), sqldb.Instant(closed), sqldb.Instant(reviewed), sqldb.Instant(due)
	i.ReportMetAt, i.ResponseAt = sqldb.Instant(met), sqldb.Instant(response)
	for _, x := range []struct {
		text string
		into any
	}{{facts, &i.facts}, {closing, &i.closing}, {review, &i.review}} {
		if x.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(x.text), x.into); err != nil {
			return i, fmt.Errorf("read incident %s: %w", i.ID, err)
		}
	}
	return i, nil
}

// parts are the parts of an incident that are kept as JSON; what is not there is empty.
func (i Case) parts() (list [3]string, err error) {
	for n, v := range []any{i.facts, i.closing, i.review} {
		text, err := json.Marshal(v)
		if err != nil {
			return list, fmt.Errorf("write incident: %w", err)
		}
		if string(text) != "null" {
			list[n] = string(text)
		}
	}
	return list, nil
}

// industry is of which industry an organisation says that it is; empty: it does not say.
func (s store) industry(ctx context.Context, organisation string) (said string, err error) {
	err = s.db.QueryRow(ctx, `SELECT v.industry FROM security_inventory v WHERE v.organisation_id = $1`, organisation).Scan(&said)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read industry: %w", err)
	}
	return said, nil
}

// changedAt is when something of an incident was written down last.
func (s store) changedAt(ctx context.Context, i Case) (time.Time, error) {
	var at int64
	err := s.db.QueryRow(ctx, `SELECT COALESCE(MAX(e.written_at), 0) FROM security_incident_event e WHERE e.incident_id = $1`, i.ID).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("read timeline: %w", err)
	}
	return sqldb.Time(max(at, i.CreatedAt.UnixMilli())), nil
}

// one reads an incident, whoever asks.
func one(ctx context.Context, db reader, id string) (Case, error) {
	i, err := scan(db.QueryRow(ctx, `SELECT `+columns+` FROM security_incident i WHERE i.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return i, noSuch("incident")
	}
	if err != nil {
		return i, fmt.Errorf("read incident: %w", err)
	}
	return i, nil
}

// lookAt tells from where who asks looks at an incident: the enterprise itself and who is
// above it, an authority whose it is, or a stranger.
func lookAt(id identity.Identity, organisation string) side {
	switch {
	case organisation == id.Organisation.ID || !id.Scope.All && id.Organisation.Kind != identity.Bureau && id.Scope.Allows(organisation):
		return owner
	case id.Scope.Allows(organisation):
		return city
	default:
		return stranger
	}
}

// seen reads an incident that who asks may know of.
func (s store) seen(ctx context.Context, db reader, id string, now time.Time) (Case, side, error) {
	i, err := one(ctx, db, id)
	if err != nil {
		return i, stranger, err
	}
	who := identity.From(ctx)
	if from := lookAt(who, i.OrganisationID); from != stranger {
		return i, from, nil
	}
	n := 0
	err = db.QueryRow(ctx, `SELECT COUNT(*) FROM security_incident_guest WHERE incident_id = $1 AND organisation_id = $2 AND ended_at = 0 AND until_at > $3`, id, who.Organisation.ID, now.UnixMilli()).Scan(&n)
	if err != nil {
		return Case{}, stranger, fmt.Errorf("read who is let in: %w", err)
	}
	if n == 0 {
		return Case{}, stranger, noSuch("incident")
	}
	return i, guest, nil
}

// params narrow the list.
type params struct {
	sqldb.ListParams
	State    string `query:"state" enum:"new,triaged,confirmed,rejected,contained,eradicated,recovered,closed,reviewed,merged"`
	Open     bool   `query:"open" doc:"Only what is still worked on"`
	Level    int    `query:"level" minimum:"0" maximum:"4"`
	Category string `query:"category" maxLength:"20"`
	District string `query:"district" maxLength:"6"`
	Real     string `query:"real" enum:"real,drill" doc:"Leave out drills, or everything else"`
	Late     bool   `query:"late" doc:"Only what was to be reported upward and was not in time"`
	Year     int    `query:"year" minimum:"0" maximum:"2100" doc:"In which it was received"`
}

const over = `('rejected', 'closed', 'reviewed', 'merged')`

func (s store) list(ctx context.Context, in params, now time.Time) (sqldb.Page[Case], error) {
	l := sqldb.List{
		Select: columns, From: "security_incident i", Key: "i.id", Order: "-received_at",
		Sort: map[string]string{
			"received_at": "i.received_at", "aware_at": "i.aware_at", "title": "i.title", "state": "i.state", "number": "i.number", "enterprise": "i.name_zh",
			"level": "CASE WHEN i.level = 0 THEN 9 ELSE i.level END", "report_due_at": "i.report_due_at",
		},
	}
	id := identity.From(ctx)
	l.WhereIf("i.state = ?", in.State).WhereIf("i.category = ?", in.Category).WhereIf("i.district = ?", in.District)
	if in.District != "" || in.Late { // who was let in does not read these, and learns nothing by asking
		whose, args := ours(id)
		if !id.Scope.All {
			l.Where(whose, args...)
		}
	}
	if in.Open {
		l.Where("i.state NOT IN " + over)
	}
	if in.Level > 0 {
		l.Where("i.level = ?", in.Level)
	}
	switch in.Real {
	case "real":
		l.Where("i.drill = ''")
	case "drill":
		l.Where("i.drill <> ''")
	}
	if in.Late {
		l.Where("i.report_due_at > 0 AND (i.report_met_at > i.report_due_at OR i.report_met_at = 0 AND i.report_due_at < ?)", now.UnixMilli())
	}
	if in.Year > 0 {
		from := time.Date(in.Year, 1, 1, 0, 0, 0, 0, cityTime())
		l.Where("i.received_at >= ? AND i.received_at < ?", from.UnixMilli(), from.AddDate(1, 0, 0).UnixMilli())
	}
	mine(&l, id, now)
	find(&l, id, in.Q, now)
	in.Q = ""
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scan)
}

// mine narrows a list to what somebody may know of.
func mine(l *sqldb.List, id identity.Identity, now time.Time) {
	if id.Scope.All {
		return
	}
	whose, args := ours(id)
	let, me := letIn(id, now)
	l.Where(whose+" OR "+let, append(args, me...)...)
}

func (s store) insert(ctx context.Context, tx *sqldb.Tx, i Case) error {
	parts, err := i.parts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_incident (id, number, organisation_id, name_zh, name_en, district, industry, bureau_id, origin, title, summary, category, kind, tlp, state, resolution,
		level, level_setter, proposed, importance, loss, harm, occurred_at, discovered_at, aware_at, reported_at, received_at, triaged_at, confirmed_at, contained_at,
		eradicated_at, recovered_at, closed_at, reviewed_at, report_due_at, report_met_at, reported_upward, handler, handler_name, merged_into, merged_from, facts, closing,
		closing_writer, review, response, response_at, reopened, drill, synthetic, actor, actor_name, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', 0, '', $16, $17, $18, $19, $20, $21, $22, $23, $24, 0, 0, 0, 0, 0, 0, 0, $25, 0, '', '', '', '', '', $26, '', '', '', 0, 0, 0, $27, $28, $29, $30, $31, 1)`,
		i.ID, i.Number, i.OrganisationID, i.Enterprise.ZH, i.Enterprise.EN, i.District, i.Industry, i.bureau, i.Origin, i.Title, i.Summary, i.Category, i.Kind, i.TLP, i.State,
		i.Proposed, i.Importance, i.Loss, i.Harm, sqldb.InstantMillis(i.OccurredAt), sqldb.InstantMillis(i.DiscoveredAt), i.AwareAt.UnixMilli(), i.ReportedAt.UnixMilli(), i.ReceivedAt.UnixMilli(),
		sqldb.InstantMillis(i.ReportDueAt), parts[0], i.Drill, i.Synthetic, i.actor, i.name, i.CreatedAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert incident: %w", err)
	}
	tx.Changed("security_incident", i.ID, nil, i)
	return nil
}

func (s store) save(ctx context.Context, tx *sqldb.Tx, before, i Case) error {
	parts, err := i.parts()
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE security_incident SET title = $3, summary = $4, category = $5, kind = $6, tlp = $7, state = $8, resolution = $9, level = $10, level_setter = $11, proposed = $12,
		importance = $13, loss = $14, harm = $15, occurred_at = $16, discovered_at = $17, aware_at = $18, triaged_at = $19, confirmed_at = $20, contained_at = $21, eradicated_at = $22,
		recovered_at = $23, closed_at = $24, reviewed_at = $25, report_due_at = $26, report_met_at = $27, reported_upward = $28, handler = $29, handler_name = $30, merged_into = $31,
		merged_from = $32, facts = $33, closing = $34, closing_writer = $35, review = $36, response = $37, response_at = $38, reopened = $39, version = version + 1 WHERE id = $1 AND version = $2`,
		i.ID, before.Version, i.Title, i.Summary, i.Category, i.Kind, i.TLP, i.State, i.Resolution, i.Level, i.levelSetter, i.Proposed,
		i.Importance, i.Loss, i.Harm, sqldb.InstantMillis(i.OccurredAt), sqldb.InstantMillis(i.DiscoveredAt), i.AwareAt.UnixMilli(), sqldb.InstantMillis(i.TriagedAt), sqldb.InstantMillis(i.ConfirmedAt),
		sqldb.InstantMillis(i.ContainedAt), sqldb.InstantMillis(i.EradicatedAt), sqldb.InstantMillis(i.RecoveredAt), sqldb.InstantMillis(i.ClosedAt), sqldb.InstantMillis(i.ReviewedAt),
		sqldb.InstantMillis(i.ReportDueAt), sqldb.InstantMillis(i.ReportMetAt), i.Upward, i.handler, i.HandlerName, i.MergedInto, i.mergedFrom, parts[0], parts[1], i.closingWriter, parts[2],
		i.Response, sqldb.InstantMillis(i.ResponseAt), i.Reopened)
	if err != nil {
		return fmt.Errorf("update incident: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_incident", i.ID, before, i)
	return nil
}

const eventColumns = `e.id, e.at, e.written_at, e.kind, e.from_state, e.to_state, e.text, e.part_of, e.actor_name, e.organisation_zh, e.organisation_en`

func scanEvent(r sqldb.Row) (e CaseEvent, err error) {
	var at, written int64
	err = r.Scan(&e.ID, &at, &written, &e.Kind, &e.From, &e.To, &e.Text, &e.part, &e.By, &e.Organisation.ZH, &e.Organisation.EN)
	e.At, e.WrittenAt = sqldb.Time(at), sqldb.Time(written)
	return e, err
}

// note writes what happened into the timeline, as the one who asks.
func (s store) note(ctx context.Context, tx *sqldb.Tx, incident string, e CaseEvent) error {
	who := identity.From(ctx)
	name, org := who.Name, who.Organisation
	if !who.Known() {
		name, org = "", identity.Organisation{Name: lang.Text{}}
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_incident_event (id, incident_id, at, written_at, kind, from_state, to_state, text, part_of, actor, actor_name, organisation_id, organisation_zh, organisation_en)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		ulid.Make().String(), incident, e.At.UnixMilli(), e.WrittenAt.UnixMilli(), e.Kind, e.From, e.To, e.Text, e.part, who.Actor(), name, org.ID, org.Name.ZH, org.Name.EN)
	if err != nil {
		return fmt.Errorf("write timeline: %w", err)
	}
	return nil
}

type timelineParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Kind string `query:"kind" maxLength:"20"`
}

// timeline reads what happened; part narrows it to what one organisation let in may read.
func (s store) timeline(ctx context.Context, in timelineParams, part string) (sqldb.Page[CaseEvent], error) {
	l := sqldb.List{
		Select: eventColumns, From: "security_incident_event e", Key: "e.id", Order: "-at",
		Sort: map[string]string{"at": "e.at", "written_at": "e.written_at"}, Search: []string{"e.text", "e.actor_name"},
	}
	l.Where("e.incident_id = ?", in.ID).WhereIf("e.kind = ?", in.Kind)
	if part != "" {
		l.Where("e.part_of = ? OR e.organisation_id = ?", part, part)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanEvent)
}

// course is the timeline from its beginning, of the most events.
func (s store) course(ctx context.Context, incident string, most int) ([]CaseEvent, error) {
	rows, err := s.db.Query(ctx, `SELECT `+eventColumns+` FROM security_incident_event e WHERE e.incident_id = $1 ORDER BY e.at, e.id LIMIT $2`, incident, most)
	if err != nil {
		return nil, fmt.Errorf("read timeline: %w", err)
	}
	return sqldb.All(rows, scanEvent)
}

// mostCounted bounds what figures are computed from.
const mostCounted = 200_000

// counted are real incidents that were received in a time.
func (s store) counted(ctx context.Context, from, until time.Time) ([]Case, error) {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM security_incident i WHERE i.drill = '' AND i.received_at >= $1 AND i.received_at < $2 ORDER BY i.received_at DESC LIMIT $3`, max(from.UnixMilli(), 0), until.UnixMilli(), mostCounted)
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	return sqldb.All(rows, scan)
}
