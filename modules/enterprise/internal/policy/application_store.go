package policy

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

const applicationColumns = `a.id, a.policy_id, p.title_zh, p.title_en, a.edition, a.entry_id, a.organisation_id, a.name_zh, a.name_en, a.code, a.district, a.industry, a.synthetic, a.state, a.answers, a.submission, a.digest, a.reason, a.advice,
	a.reviewed_by, a.reviewed_name, a.supplement_until, a.submitted_at, a.decided_at, a.amount, a.announced_from, a.announced_until, a.created_at, a.version,
	COALESCE((SELECT SUM(y.amount) FROM policy_payment y WHERE y.application_id = a.id), 0)`

const applicationFrom = `policy_application a JOIN policy p ON p.id = a.policy_id`

func scanApplication(r sqldb.Row) (a Claim, err error) {
	var answers string
	var until, at, decided, amount, created, paid int64
	err = r.Scan(&a.ID, &a.PolicyID, &a.Policy.ZH, &a.Policy.EN, &a.Edition, &a.EntryID, &a.organisation, &a.Name.ZH, &a.Name.EN, &a.Code, &a.District, &a.Industry, &a.Synthetic, &a.State, &answers, &a.submission, &a.Digest, &a.Reason, &a.advice,
		&a.reviewedBy, &a.reviewedName, &until, &at, &decided, &amount, &a.AnnouncedFrom, &a.AnnouncedUntil, &created, &a.Version, &paid)
	if err != nil {
		return a, err
	}
	a.SupplementUntil, a.SubmittedAt, a.DecidedAt, a.CreatedAt = sqldb.Instant(until), sqldb.Instant(at), sqldb.Instant(decided), sqldb.Time(created)
	a.Amount, a.Paid = float64(amount)/100, float64(paid)/100
	if err := json.Unmarshal([]byte(answers), &a.answers); err != nil {
		return a, fmt.Errorf("read answers: %w", err)
	}
	return a, nil
}

func (s store) application(ctx context.Context, db reader, id string) (Claim, error) {
	a, err := scanApplication(db.QueryRow(ctx, `SELECT `+applicationColumns+` FROM `+applicationFrom+` WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, noSuch("application")
	}
	if err != nil {
		return a, fmt.Errorf("read application: %w", err)
	}
	return a, nil
}

// side is from where somebody looks at an application.
type side string

const (
	applicant side = "applicant"
	city      side = "city"
)

func mine(who identity.Identity, organisation string) bool {
	return organisation != "" && (who.Organisation.ID == organisation || !who.Scope.All && who.Scope.Allows(organisation))
}

// read returns an application that the caller may see, and from where they look.
func (s store) read(ctx context.Context, id string) (Claim, side, error) {
	a, err := s.application(ctx, s.db, id)
	if err != nil {
		return a, "", err
	}
	who := identity.From(ctx)
	switch {
	case mine(who, a.organisation):
		return a, applicant, nil
	case who.Scope.All && a.State != Begun && a.SubmittedAt != nil:
		return a, city, nil
	}
	return Claim{}, "", noSuch("application")
}

type applicationParams struct {
	sqldb.ListParams
	Policy   string `query:"policy" maxLength:"26"`
	Entry    string `query:"entry" maxLength:"26"`
	State    string `query:"state" enum:"draft,submitted,returned,reviewed,granted,rejected,withdrawn"`
	District string `query:"district" maxLength:"6"`
}

func applicationList() sqldb.List {
	return sqldb.List{
		Select: applicationColumns, From: applicationFrom, Key: "a.id", Order: "-created_at",
		Sort: map[string]string{
			"name": "a.name_zh", "policy": "p.title_zh", "state": "a.state", "district": "a.district", "submitted_at": "a.submitted_at", "decided_at": "a.decided_at", "amount": "a.amount", "created_at": "a.created_at",
		},
		Search: []string{"a.name_zh", "a.name_en", "p.title_zh", "p.title_en"},
	}
}

// applications lists those that the caller may see.
func (s store) applications(ctx context.Context, in applicationParams) (sqldb.Page[Claim], error) {
	l := applicationList()
	l.WhereIf("a.policy_id = ?", in.Policy).WhereIf("a.entry_id = ?", in.Entry).WhereIf("a.state = ?", in.State).WhereIf("a.district = ?", in.District)
	who := identity.From(ctx)
	own, args := who.OwnSQL("a.organisation_id")
	if who.Scope.All {
		own = "a.submitted_at > 0 OR " + own
	}
	l.Where(own, args...)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanApplication)
}

// Allotment is a grant: what was announced of an application.
type Allotment struct {
	ID             string    `json:"id"`
	Policy         lang.Text `json:"policy" title:"政策|Policy"`
	PolicyID       string    `json:"policy_id"`
	Name           lang.Text `json:"name" title:"企业|Enterprise"`
	Code           string    `json:"code" title:"统一社会信用代码|Code"`
	District       string    `json:"district" title:"区市|District"`
	Amount         float64   `json:"amount" doc:"In 10 000 CNY" title:"金额（万元）|Amount (10 000 CNY)"`
	AnnouncedFrom  string    `json:"announced_from" title:"公示开始|Announced from"`
	AnnouncedUntil string    `json:"announced_until" title:"公示结束|Announced until"`
	Synthetic      bool      `json:"synthetic" title:"合成数据|Synthetic"`
}

type grantParams struct {
	sqldb.ListParams
	Policy string `query:"policy" maxLength:"26"`
	Now    bool   `query:"now" doc:"Only what is announced today"`
}

// grants lists what was announced: it is for everybody.
func (s store) grants(ctx context.Context, in grantParams, today string) (sqldb.Page[Allotment], error) {
	l := applicationList()
	l.Order, l.Sort["announced_from"] = "-announced_from", "a.announced_from"
	l.WhereIf("a.policy_id = ?", in.Policy).Where("a.state = 'granted' AND a.announced_from <> '' AND a.announced_from <= ?", today)
	if in.Now {
		l.Where("a.announced_until >= ?", today)
	}
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, scanApplication)
	out := sqldb.Page[Allotment]{Items: []Allotment{}, NextCursor: page.NextCursor, Total: page.Total}
	for _, a := range page.Items {
		out.Items = append(out.Items, Allotment{a.ID, a.Policy, a.PolicyID, a.Name, a.Code, a.District, a.Amount, a.AnnouncedFrom, a.AnnouncedUntil, a.Synthetic})
	}
	return out, err
}

func (s store) begin(ctx context.Context, a Claim, by hand) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO policy_application (id, policy_id, edition, entry_id, organisation_id, name_zh, name_en, code, district, industry, synthetic, state, answers, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '[]', $13)`,
			a.ID, a.PolicyID, a.Edition, a.EntryID, a.organisation, a.Name.ZH, a.Name.EN, a.Code, a.District, a.Industry, a.Synthetic, string(a.State), a.CreatedAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "enterprise.policy.applied", "the enterprise has an application for this policy already")
		}
		if err != nil {
			return fmt.Errorf("begin application: %w", err)
		}
		tx.Changed("policy_application", a.ID, nil, a)
		return note(ctx, tx, a.ID, step{"begun", "", ""}, by, a.CreatedAt)
	})
}

// basis is what a change of an application stands on: its policy, its files, and the
// time that all replicas agree on.
type basis struct {
	policy Policy
	files  []File
	now    time.Time
}

// change lets decide change an application whose version follows the one that was read.
func (s store) change(ctx context.Context, id string, version int64, kind, text string, by hand, decide func(Claim, basis) (Claim, error), also func(*sqldb.Tx, Claim) error) (a Claim, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "policy_application/"+id); err != nil {
			return err
		}
		before, err := s.application(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		var b basis
		if b.policy, err = s.policy(ctx, tx, before.PolicyID); err != nil {
			return err
		}
		if b.files, err = s.files(ctx, tx, id); err != nil {
			return err
		}
		if b.now, err = tx.Clock(ctx); err != nil {
			return err
		}
		if a, err = decide(before, b); err != nil {
			return err
		}
		a.Version = version + 1
		if err := saveApplication(ctx, tx, a); err != nil {
			return err
		}
		tx.Changed("policy_application", id, before, a)
		digest := ""
		if a.Digest != before.Digest || a.State == Submitted {
			digest = a.Digest
		}
		if err := note(ctx, tx, id, step{kind, text, digest}, by, b.now); err != nil || also == nil {
			return err
		}
		return also(tx, a)
	})
	return a, err
}

func saveApplication(ctx context.Context, tx *sqldb.Tx, a Claim) error {
	answers, err := json.Marshal(append([]Answer{}, a.answers...))
	if err != nil {
		return fmt.Errorf("write answers: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE policy_application SET edition = $1, name_zh = $2, name_en = $3, code = $4, district = $5, industry = $6, synthetic = $7, state = $8, answers = $9, submission = $10, digest = $11, reason = $12, advice = $13, reviewed_by = $14, reviewed_name = $15,
		supplement_until = $16, submitted_at = $17, decided_at = $18, amount = $19, announced_from = $20, announced_until = $21, version = $22 WHERE id = $23`,
		a.Edition, a.Name.ZH, a.Name.EN, a.Code, a.District, a.Industry, a.Synthetic, string(a.State), string(answers), a.submission, a.Digest, a.Reason, a.advice, a.reviewedBy, a.reviewedName,
		sqldb.InstantMillis(a.SupplementUntil), sqldb.InstantMillis(a.SubmittedAt), sqldb.InstantMillis(a.DecidedAt), hundredths(a.Amount), a.AnnouncedFrom, a.AnnouncedUntil, a.Version, a.ID)
	if err != nil {
		return fmt.Errorf("save application: %w", err)
	}
	return nil
}

type step struct{ kind, note, digest string }

// Step is what became of an application.
type Step struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	Name   string    `json:"name"`
	Kind   string    `json:"kind" enum:"begun,filled,attached,detached,submitted,withdrawn,returned,reviewed,granted,rejected,announced,paid"`
	Note   string    `json:"note"`
	Digest string    `json:"digest" doc:"Of what was submitted"`
}

func note(ctx context.Context, tx *sqldb.Tx, id string, s step, by hand, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO policy_step (application_id, number, at, actor, actor_name, kind, note, digest)
		SELECT $1, COALESCE(MAX(t.number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM policy_step t WHERE t.application_id = $1`, id, now.UnixMilli(), by.actor, by.name, s.kind, s.note, s.digest)
	if err != nil {
		return fmt.Errorf("note what became of the application: %w", err)
	}
	return nil
}

func (s store) steps(ctx context.Context, id string) ([]Step, error) {
	rows, err := s.db.Query(ctx, `SELECT t.number, t.at, t.actor_name, t.kind, t.note, t.digest FROM policy_step t WHERE t.application_id = $1 ORDER BY t.number DESC LIMIT 200`, id)
	if err != nil {
		return nil, fmt.Errorf("read what became of the application: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (t Step, err error) {
		var at int64
		err = r.Scan(&t.Number, &at, &t.Name, &t.Kind, &t.Note, &t.Digest)
		t.At = sqldb.Time(at)
		return t, err
	})
}
