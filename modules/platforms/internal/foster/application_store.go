package foster

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// applicationStore keeps applications and their evidence.
type applicationStore struct {
	db    *sqldb.DB
	calls callStore
}

const applicationColumns = `a.id, a.call_id, a.platform_id, p.name_zh, p.name_en, p.operator_zh, p.operator_en, a.organisation_id, a.state, a.answers, a.reason,
	a.supplement_until, a.submitted_at, a.digest, a.submission, a.decided_at, p.synthetic, a.created_at, a.version`

const applicationFrom = `foster_application a JOIN platform p ON p.id = a.platform_id`

func scanApplication(r sqldb.Row) (a Application, err error) {
	var answers string
	var supplement, at, decided, created int64
	err = r.Scan(&a.ID, &a.CallID, &a.PlatformID, &a.Platform.ZH, &a.Platform.EN, &a.Operator.ZH, &a.Operator.EN, &a.organisation, &a.State, &answers, &a.Reason,
		&supplement, &at, &a.Digest, &a.submission, &decided, &a.Synthetic, &created, &a.Version)
	if err != nil {
		return a, err
	}
	a.SupplementUntil, a.SubmittedAt, a.DecidedAt, a.CreatedAt = sqldb.Instant(supplement), sqldb.Instant(at), sqldb.Instant(decided), sqldb.Time(created)
	if err := json.Unmarshal([]byte(answers), &a.Answers); err != nil {
		return a, fmt.Errorf("read answers: %w", err)
	}
	return a, nil
}

func (s applicationStore) get(ctx context.Context, db reader, id string) (Application, error) {
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
	reviewer  side = "reviewer"
)

// read returns an application that the caller may see, and from where they look:
// the applicant's people, the city once it was submitted, and who reviews it.
func (s applicationStore) read(ctx context.Context, id string) (Application, side, error) {
	a, err := s.get(ctx, s.db, id)
	if err != nil {
		return a, "", err
	}
	who := identity.From(ctx)
	if slices.Contains(who.Scope.IDs, a.organisation) || who.Organisation.ID == a.organisation {
		return a, applicant, nil
	}
	if a.State == Draft {
		return Application{}, "", noSuch("application")
	}
	if who.Scope.All {
		return a, city, nil
	}
	var n int
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM foster_review r WHERE r.application_id = $1 AND r.person_id = $2 AND r.person_id <> ''`, id, who.PersonID).Scan(&n); err != nil {
		return a, "", fmt.Errorf("look for a review: %w", err)
	}
	if n == 0 {
		return Application{}, "", noSuch("application")
	}
	return a, reviewer, nil
}

type applicationParams struct {
	sqldb.ListParams
	Call     string `query:"call" maxLength:"26"`
	Platform string `query:"platform" maxLength:"26"`
	State    string `query:"state" enum:"draft,submitted,returned,in_review,awarded,not_awarded,withdrawn"`
	Mine     string `query:"mine" enum:"waiting,all" doc:"Only those that the caller reviews: all, or those whose review is waited for"`
}

// AppliedRow is an application in a list.
type AppliedRow struct {
	Application
	Call lang.Text `json:"call" title:"征集通知|Call"`
	Year int       `json:"year" title:"年度|Year"`
}

// list lists the applications that the caller may see, without their answers.
func (s applicationStore) list(ctx context.Context, in applicationParams) (sqldb.Page[AppliedRow], error) {
	l := sqldb.List{
		Select: applicationColumns + `, c.title_zh, c.title_en, c.year`, From: applicationFrom + ` JOIN foster_call c ON c.id = a.call_id`, Key: "a.id", Order: "-created_at",
		Sort: map[string]string{
			"platform": "p.name_zh", "operator": "p.operator_zh", "state": "a.state", "submitted_at": "a.submitted_at", "decided_at": "a.decided_at", "created_at": "a.created_at", "call": "c.title_zh", "year": "c.year",
		},
		Search: []string{"p.name_zh", "p.name_en", "p.operator_zh", "p.operator_en", "c.title_zh", "c.title_en"},
	}
	l.WhereIf("a.call_id = ?", in.Call).WhereIf("a.platform_id = ?", in.Platform).WhereIf("a.state = ?", in.State)
	who := identity.From(ctx)
	switch in.Mine {
	case "waiting":
		l.Where(`EXISTS (SELECT 1 FROM foster_review r WHERE r.application_id = a.id AND r.state = 'assigned' AND r.person_id = ? AND r.person_id <> '')`, who.PersonID)
	case "all":
		l.Where(`EXISTS (SELECT 1 FROM foster_review r WHERE r.application_id = a.id AND r.person_id = ? AND r.person_id <> '')`, who.PersonID)
	default:
		who.Scope.Filter(&l, "a.organisation_id")
	}
	l.Where("a.state <> 'draft' OR "+ownSQL(who), ownArgs(who)...)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (v AppliedRow, err error) {
		v.Application, err = scanApplication(trailing{r, []any{&v.Call.ZH, &v.Call.EN, &v.Year}})
		v.Answers = []Answer{}
		return v, err
	})
}

// ownSQL tells whether an application is of the caller's own organisations.
func ownSQL(who identity.Identity) string {
	return "a.organisation_id IN (?" + strings.Repeat(", ?", len(who.Scope.IDs)) + ")"
}

func ownArgs(who identity.Identity) []any {
	args := []any{who.Organisation.ID}
	for _, id := range who.Scope.IDs {
		args = append(args, id)
	}
	return args
}

// target is a platform that somebody wants to apply for.
type target struct {
	id, organisation, class, status string
}

func (s applicationStore) target(ctx context.Context, platformID string) (t target, err error) {
	t.id = platformID
	err = s.db.QueryRow(ctx, `SELECT p.organisation_id, p.class, p.status FROM platform p WHERE p.id = $1`, platformID).Scan(&t.organisation, &t.class, &t.status)
	if errors.Is(err, sql.ErrNoRows) {
		return t, noSuch("platform")
	}
	if err != nil {
		return t, fmt.Errorf("read platform: %w", err)
	}
	return t, identity.From(ctx).Scope.Check(t.organisation)
}

// begin keeps a new draft.
func (s applicationStore) begin(ctx context.Context, id, callID string, t target, allowed func(Call) error, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.calls.locked(ctx, tx, callID)
		if err != nil {
			return err
		}
		if err := allowed(c); err != nil {
			return err
		}
		var fostered int
		err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM foster_award w WHERE w.platform_id = $1 AND w.withdrawn_on = '' AND w.valid_until >= $2
			AND NOT EXISTS (SELECT 1 FROM foster_objection o WHERE o.award_id = w.id AND o.state = 'upheld')`, t.id, dateOf(now)).Scan(&fostered)
		if err != nil {
			return fmt.Errorf("look for an award: %w", err)
		}
		if fostered > 0 {
			return fault.New(fault.Conflict, "platforms.foster.fostered", "the platform is fostered already").At("body.platform_id", "its award is valid still")
		}
		_, err = tx.Exec(ctx, `INSERT INTO foster_application (id, call_id, platform_id, organisation_id, state, answers, created_at) VALUES ($1, $2, $3, $4, 'draft', '[]', $5)`,
			id, callID, t.id, t.organisation, now.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "platforms.foster.applied", "there is an application for this platform already").At("body.platform_id", "go on with the one that there is")
		}
		if err != nil {
			return fmt.Errorf("begin application: %w", err)
		}
		tx.Changed("foster_application", id, nil, Application{ID: id, CallID: callID, PlatformID: t.id, State: Draft})
		return nil
	})
}

// change lets decide change an application while nobody else changes anything of
// its call, and saves it. also is what else is done in the same change.
func (s applicationStore) change(ctx context.Context, id string, version int64, decide func(c Call, a Application, files map[string]File) (Application, error), also ...func(tx *sqldb.Tx, a Application) error) error {
	known, err := s.get(ctx, s.db, id)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.calls.locked(ctx, tx, known.CallID)
		if err != nil {
			return err
		}
		before, err := s.get(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		files, err := s.files(ctx, tx, id)
		if err != nil {
			return err
		}
		after, err := decide(c, before, files)
		if err != nil {
			return err
		}
		if err := saveApplication(ctx, tx, after); err != nil {
			return err
		}
		tx.Changed("foster_application", id, before, after)
		for _, do := range also {
			if err := do(tx, after); err != nil {
				return err
			}
		}
		return nil
	})
}

func saveApplication(ctx context.Context, tx *sqldb.Tx, a Application) error {
	answers, err := json.Marshal(a.Answers)
	if err != nil {
		return fmt.Errorf("write answers: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE foster_application SET state = $1, answers = $2, reason = $3, supplement_until = $4, submitted_at = $5, digest = $6, submission = $7, decided_at = $8,
		version = version + 1 WHERE id = $9`, string(a.State), string(answers), a.Reason, sqldb.InstantMillis(a.SupplementUntil), sqldb.InstantMillis(a.SubmittedAt), a.Digest, a.submission, sqldb.InstantMillis(a.DecidedAt), a.ID)
	if err != nil {
		return fmt.Errorf("save application: %w", err)
	}
	return nil
}

const fileColumns = `f.id, f.application_id, f.name, f.media_type, f.size, f.sha256, f.actor, f.actor_name, f.at`

func scanFile(r sqldb.Row) (f File, err error) {
	var at int64
	err = r.Scan(&f.ID, &f.application, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.by, &at)
	f.At = sqldb.Time(at)
	return f, err
}

// files returns the files of an application by their ids.
func (s applicationStore) files(ctx context.Context, db reader, id string) (map[string]File, error) {
	rows, err := db.Query(ctx, `SELECT `+fileColumns+` FROM foster_file f WHERE f.application_id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	list, err := sqldb.All(rows, scanFile)
	known := map[string]File{}
	for _, f := range list {
		known[f.ID] = f
	}
	return known, err
}

// file returns a file of an application that the caller may see.
func (s applicationStore) file(ctx context.Context, id string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM foster_file f WHERE f.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read file: %w", err)
	}
	_, _, err = s.read(ctx, f.application)
	return f, err
}

// filesMost bounds how many files an application has.
const filesMost = 200

// attach keeps a file of an application that can be changed.
func (s applicationStore) attach(ctx context.Context, f File) error {
	a, err := s.get(ctx, s.db, f.application)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.calls.locked(ctx, tx, a.CallID)
		if err != nil {
			return err
		}
		a, err := s.get(ctx, tx, f.application)
		if err != nil {
			return err
		}
		if err := a.editable(c, now()); err != nil {
			return err
		}
		files, err := s.files(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if len(files) >= filesMost {
			return fault.New(fault.Conflict, "platforms.foster.files_full", "an application has %d files at most", filesMost).With("limit", filesMost)
		}
		_, err = tx.Exec(ctx, `INSERT INTO foster_file (id, application_id, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			f.ID, a.ID, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.by, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep file: %w", err)
		}
		tx.Changed("foster_file", f.ID, nil, f)
		return nil
	})
}
