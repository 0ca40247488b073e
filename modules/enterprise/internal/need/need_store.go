package need

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/provider"
)

// store keeps needs with all that comes of them.
type store struct {
	db     *sqldb.DB
	search *module.Search
	words  provider.Words
}

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

const columns = `n.id, n.entry_id, n.organisation_id, n.code, n.name_zh, n.name_en, n.district, n.industry, n.synthetic, n.body, n.state, n.reason, n.proposal_id, n.confirm_until, n.terms, n.digest,
	n.agreed_at, n.closed_at, n.rate_until, n.disputed, n.created_at, n.created_by, n.created_name, n.version`

func scan(r sqldb.Row) (n Need, err error) {
	var body, terms string
	var confirm, agreed, closed, rate, created int64
	err = r.Scan(&n.ID, &n.EntryID, &n.OrganisationID, &n.Code, &n.Name.ZH, &n.Name.EN, &n.District, &n.Industry, &n.Synthetic, &body, &n.State, &n.Reason, &n.ProposalID, &confirm, &terms, &n.Digest,
		&agreed, &closed, &rate, &n.Disputed, &created, &n.createdBy, &n.createdName, &n.Version)
	if err != nil {
		return n, err
	}
	n.ConfirmUntil, n.AgreedAt, n.ClosedAt, n.RateUntil, n.CreatedAt = sqldb.Instant(confirm), sqldb.Instant(agreed), sqldb.Instant(closed), sqldb.Instant(rate), sqldb.Time(created)
	if terms != "" {
		n.Terms = &Terms{}
		if err := json.Unmarshal([]byte(terms), n.Terms); err != nil {
			return n, fmt.Errorf("read terms: %w", err)
		}
	}
	if err := json.Unmarshal([]byte(body), &n.Body); err != nil {
		return n, fmt.Errorf("read need: %w", err)
	}
	return n, nil
}

func get(ctx context.Context, db reader, id string) (Need, error) {
	n, err := scan(db.QueryRow(ctx, `SELECT `+columns+` FROM need n WHERE n.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return n, noSuch("need")
	}
	if err != nil {
		return n, fmt.Errorf("read need: %w", err)
	}
	return n, nil
}

// mine tells whether an organisation is the caller's, or one below it. The bureau sees
// the whole city, and yet is not of each enterprise.
func mine(who identity.Identity, organisation string) bool {
	return organisation != "" && (who.Organisation.ID == organisation || !who.Scope.All && who.Scope.Allows(organisation))
}

// sight is how somebody stands to a need.
type sight struct {
	owner    bool
	partner  bool // of the provider that was chosen
	offering bool // of a provider that was invited and did not decline, or that offered
	city     bool
}

// look tells how the caller stands to a need.
func look(ctx context.Context, db reader, n Need) (sight, error) {
	who := identity.From(ctx)
	v := sight{owner: mine(who, n.OrganisationID), city: who.Scope.All}
	invited, err := invitations(ctx, db, n.ID)
	if err != nil {
		return v, err
	}
	for _, i := range invited {
		v.offering = v.offering || mine(who, i.organisation) && i.State != declined
	}
	offers, err := proposals(ctx, db, n.ID)
	if err != nil {
		return v, err
	}
	for _, p := range offers {
		own := mine(who, p.organisation)
		v.offering = v.offering || own && p.State == Submitted
		v.partner = v.partner || own && p.ID == n.ProposalID
	}
	return v, nil
}

// sees tells whether the need is shown at all.
func (v sight) sees(n Need) bool {
	switch {
	case v.owner:
		return true
	case n.State == Draft:
		return false
	case !n.Body.Confidential:
		return true
	}
	return v.offering || v.partner || v.city && n.Disputed
}

// party tells whether terms, milestones, ratings and disputes are shown.
func (v sight) party(n Need) bool { return v.owner || v.partner || v.city && n.Disputed }

// side is from where the caller acts: what is nearest.
func (v sight) side() Side {
	switch {
	case v.owner:
		return Owner
	case v.partner:
		return Partner
	case v.city:
		return City
	case v.offering:
		return Offering
	}
	return Public
}

// read returns a need that the caller may see.
func (s store) read(ctx context.Context, db reader, id string) (Need, sight, error) {
	n, err := get(ctx, db, id)
	if err != nil {
		return n, sight{}, err
	}
	v, err := look(ctx, db, n)
	if err != nil {
		return n, v, err
	}
	if !v.sees(n) {
		return Need{}, v, noSuch("need")
	}
	return n, v, nil
}

type listParams struct {
	sqldb.ListParams
	State    string `query:"state" enum:"draft,open,chosen,agreed,disputed,completed,terminated,withdrawn,lapsed"`
	Scenario string `query:"scenario" maxLength:"40"`
	Mine     string `query:"mine" enum:"own,invited,offered" doc:"Only one's own; those that one was invited to; those that one has an offer for"`
	Year     int    `query:"year" minimum:"0" maximum:"9999" doc:"In which the agreement was made, in China's time"`
	Quarter  int    `query:"quarter" minimum:"0" maximum:"4" doc:"Of the year"`
	Agreed   bool   `query:"agreed" doc:"Only those of which an agreement came"`
}

func ownArgs(who identity.Identity) (marks string, args []any) {
	args = []any{who.Organisation.ID}
	if !who.Scope.All {
		for _, id := range who.Scope.IDs {
			args = append(args, id)
		}
	}
	return "(?" + strings.Repeat(", ?", len(args)-1) + ")", args
}

// list lists the needs that the caller may see.
func (s store) list(ctx context.Context, in listParams) (sqldb.Page[Need], error) {
	l := sqldb.List{
		Select: columns, From: "need n", Key: "n.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "n.created_at", "reply_until": "n.reply_until", "title": "n.title", "agreed_at": "n.agreed_at"},
		Search: []string{"n.title", "n.name_zh", "n.name_en"},
	}
	l.WhereIf("n.state = ?", in.State).WhereIf("n.scenario = ?", in.Scenario)
	if in.Agreed || in.Year > 0 {
		l.Where("n.agreed_at > 0")
	}
	if in.Year > 0 {
		from, to := period(in.Year, in.Quarter)
		l.Where("n.agreed_at >= ? AND n.agreed_at < ?", from.UnixMilli(), to.UnixMilli())
	}
	who := identity.From(ctx)
	own, args := ownArgs(who)
	invited := `EXISTS (SELECT 1 FROM need_invitation i WHERE i.need_id = n.id AND i.organisation_id IN ` + own + ` AND i.state <> 'declined')`
	offered := `EXISTS (SELECT 1 FROM need_proposal p WHERE p.need_id = n.id AND p.organisation_id IN ` + own + ` AND p.state = 'submitted')`
	switch in.Mine {
	case "own":
		l.Where("n.organisation_id IN "+own, args...)
	case "invited":
		l.Where(invited, args...)
	case "offered":
		l.Where(offered, args...)
	}
	city := "1 = 0"
	if who.Scope.All {
		city = "n.disputed"
	}
	all := append(append(append([]any{}, args...), args...), args...)
	l.Where(`n.organisation_id IN `+own+` OR n.state <> 'draft' AND (NOT n.confidential OR `+invited+` OR `+offered+` OR `+city+`)`, all...)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scan)
}

// china is the time that years and quarters are told in.
func china() *time.Location { return time.FixedZone("UTC+8", 8*3600) }

// period is a year, or a quarter of it.
func period(year, quarter int) (from, to time.Time) {
	from = time.Date(year, time.January, 1, 0, 0, 0, 0, china())
	if quarter == 0 {
		return from, from.AddDate(1, 0, 0)
	}
	from = from.AddDate(0, 3*(quarter-1), 0)
	return from, from.AddDate(0, 3, 0)
}

func (s store) insert(ctx context.Context, n Need, by hand) error {
	body, err := json.Marshal(n.Body)
	if err != nil {
		return fmt.Errorf("write need: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO need (id, entry_id, organisation_id, code, name_zh, name_en, district, industry, synthetic, title, body, scenario, confidential, state, reply_until, created_at, created_by, created_name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
			n.ID, n.EntryID, n.OrganisationID, n.Code, n.Name.ZH, n.Name.EN, n.District, n.Industry, n.Synthetic, n.Body.Title, string(body), n.Body.Scenario, n.Body.Confidential, string(n.State),
			n.Body.ReplyUntil.UnixMilli(), n.CreatedAt.UnixMilli(), by.actor, by.name)
		if err != nil {
			return fmt.Errorf("begin a need: %w", err)
		}
		tx.Changed("need", n.ID, nil, n)
		return nil
	})
}

func (s store) save(ctx context.Context, tx *sqldb.Tx, before, n Need) error {
	body, err := json.Marshal(n.Body)
	if err != nil {
		return fmt.Errorf("write need: %w", err)
	}
	terms := []byte{}
	if n.Terms != nil {
		if terms, err = json.Marshal(n.Terms); err != nil {
			return fmt.Errorf("write terms: %w", err)
		}
	}
	_, err = tx.Exec(ctx, `UPDATE need SET title = $1, body = $2, scenario = $3, confidential = $4, state = $5, reply_until = $6, reason = $7, proposal_id = $8, confirm_until = $9, terms = $10, digest = $11,
		agreed_at = $12, closed_at = $13, rate_until = $14, disputed = $15, version = version + 1 WHERE id = $16`,
		n.Body.Title, string(body), n.Body.Scenario, n.Body.Confidential, string(n.State), n.Body.ReplyUntil.UnixMilli(), n.Reason, n.ProposalID, sqldb.InstantMillis(n.ConfirmUntil), string(terms), n.Digest,
		sqldb.InstantMillis(n.AgreedAt), sqldb.InstantMillis(n.ClosedAt), sqldb.InstantMillis(n.RateUntil), n.Disputed, n.ID)
	if err != nil {
		return fmt.Errorf("save need: %w", err)
	}
	tx.Changed("need", n.ID, before, n)
	return s.find(ctx, tx, n)
}

// remark is what is written down of an act; none if it has no kind. provider: only the enterprise and this one
// are shown it.
type remark struct {
	kind             Act
	side             Side
	provider, reason string
}

// change lets decide change a need that the caller may see, and writes down what was done.
func (s store) change(ctx context.Context, id string, decide func(tx *sqldb.Tx, n Need, v sight, now time.Time) (Need, remark, error)) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "need/"+id); err != nil {
			return err
		}
		before, v, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		now, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		now = now.UTC().Truncate(time.Millisecond)
		after, r, err := decide(tx, before, v, now)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, before, after); err != nil {
			return err
		}
		if r.kind == "" {
			return nil
		}
		return note(ctx, tx, id, r, now)
	})
}

func note(ctx context.Context, tx *sqldb.Tx, id string, r remark, now time.Time) error {
	who := identity.From(ctx)
	_, err := tx.Exec(ctx, `INSERT INTO need_step (need_id, number, provider_id, at, actor, name, side, kind, reason)
		SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM need_step WHERE need_id = $9`, id, r.provider, now.UnixMilli(), who.Actor(), who.Name, string(r.side), string(r.kind), r.reason, id)
	if err != nil {
		return fmt.Errorf("note a step of a need: %w", err)
	}
	return nil
}

// Step is something that became of a need.
type Step struct {
	Number     int       `json:"number"`
	ProviderID string    `json:"provider_id" doc:"Whom it is about; empty: all"`
	At         time.Time `json:"at"`
	Name       string    `json:"name" doc:"Of who did it; empty: time"`
	Side       Side      `json:"side"`
	Kind       Act       `json:"kind"`
	Reason     string    `json:"reason"`
}

// stepsMost bounds the history that a page shows.
const stepsMost = 500

func steps(ctx context.Context, db reader, id string) ([]Step, error) {
	rows, err := db.Query(ctx, `SELECT x.number, x.provider_id, x.at, x.name, x.side, x.kind, x.reason FROM need_step x WHERE x.need_id = $1 ORDER BY x.number DESC LIMIT $2`, id, stepsMost)
	if err != nil {
		return nil, fmt.Errorf("read steps: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Step, err error) {
		var at int64
		err = r.Scan(&x.Number, &x.ProviderID, &at, &x.Name, &x.Side, &x.Kind, &x.Reason)
		x.At = sqldb.Time(at)
		return x, err
	})
}

func (s store) discard(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "need/"+id); err != nil {
			return err
		}
		n, v, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := n.move(Edit, v.side()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM need WHERE id = $1`, id); err != nil {
			return fmt.Errorf("discard need: %w", err)
		}
		tx.Changed("need", id, n, nil)
		return nil
	})
}

// Personal names who did what with needs.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "need", Person: "created_by", Columns: []string{"created_name"}, Show: []string{"id", "title", "created_at"}},
		{Table: "need_proposal", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"need_id", "state", "at"}},
		{Table: "need_rating", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"need_id", "stars", "at"}},
		{Table: "need_dispute", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"need_id", "at"}},
		{Table: "need_dispute", Person: "decided_by", Columns: []string{"decided_name"}, Show: []string{"need_id", "decision", "decided_at"}},
		{Table: "need_step", Person: "actor", Columns: []string{"name"}, Show: []string{"need_id", "kind", "at"}},
	}
}
