package pilot

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// applicationStore keeps applications and their files.
type applicationStore struct {
	db    *sqldb.DB
	calls callStore
}

const applicationColumns = `a.id, a.call_id, a.organisation_id, a.organisation_zh, a.organisation_en, a.uscc, a.alias, a.project, a.fields, a.state, a.answers, a.checks, a.reason, a.supplement,
	a.supplement_until, a.supplemented_at, a.submitted_at, a.salt, a.document, a.addition, a.place, a.raw, a.calibrated, a.synthetic, a.created_at, a.version`

func scanApplication(r sqldb.Row) (a Application, err error) {
	var fields, answers, checks string
	var until, supplemented, at, created int64
	err = r.Scan(&a.ID, &a.CallID, &a.organisation, &a.Organisation.ZH, &a.Organisation.EN, &a.USCC, &a.Alias, &a.Project, &fields, &a.State, &answers, &checks, &a.Reason, &a.Supplement,
		&until, &supplemented, &at, &a.salt, &a.document, &a.addition, &a.Place, &a.Raw, &a.Calibrated, &a.Synthetic, &created, &a.Version)
	if err != nil {
		return a, err
	}
	a.SupplementUntil, a.SupplementedAt, a.SubmittedAt, a.CreatedAt = sqldb.Instant(until), sqldb.Instant(supplemented), sqldb.Instant(at), sqldb.Time(created)
	if a.document != "" {
		a.Commitment = commitment(a.document)
	}
	if err := errors.Join(json.Unmarshal([]byte(fields), &a.Fields), json.Unmarshal([]byte(answers), &a.Answers), json.Unmarshal([]byte(checks), &a.Checks)); err != nil {
		return a, fmt.Errorf("read application: %w", err)
	}
	return a, nil
}

func (s applicationStore) get(ctx context.Context, db reader, id string) (Application, error) {
	a, err := scanApplication(db.QueryRow(ctx, `SELECT `+applicationColumns+` FROM pilot_application a WHERE a.id = $1`, id))
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

// read returns an application that the caller may see, and from where they look: the
// applicant's people, and the city once it was submitted. Who reviews it sees it by the
// review, and in a blind call by that only.
func (s applicationStore) read(ctx context.Context, id string) (Application, side, error) {
	a, err := s.get(ctx, s.db, id)
	if err != nil {
		return a, "", err
	}
	who := identity.From(ctx)
	if slices.Contains(who.Scope.IDs, a.organisation) || who.Organisation.ID == a.organisation {
		return a, applicant, nil
	}
	if a.State == Draft || !who.Scope.All {
		return Application{}, "", noSuch("application")
	}
	in, err := inside(ctx, s.db, a.CallID)
	if err != nil {
		return Application{}, "", err
	}
	if in {
		return Application{}, "", fault.New(fault.Forbidden, "scenario.pilot.inside", "who reviews in a blind call sees pseudonyms only")
	}
	return a, city, nil
}

// inside tells whether the caller reviews in a call that is blind. Whatever else they may
// be, names are not theirs to see then.
func inside(ctx context.Context, db reader, call string) (bool, error) {
	who := identity.From(ctx).PersonID
	if who == "" {
		return false, nil
	}
	var n int
	err := db.QueryRow(ctx, `SELECT COUNT(*) FROM pilot_reviewer v JOIN pilot_call c ON c.id = v.call_id WHERE v.call_id = $1 AND v.person_id = $2 AND c.blind = TRUE AND c.state NOT IN ('notice', 'published')`, call, who).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look whether the caller reviews: %w", err)
	}
	return n > 0, nil
}

func (m *Pilots) inside(ctx context.Context, c Call) (bool, error) {
	return inside(ctx, m.applications.db, c.ID)
}

type applicationParams struct {
	sqldb.ListParams
	Call  string `query:"call" maxLength:"26"`
	State string `query:"state" enum:"draft,submitted,returned,eligible,ineligible,selected,not_selected,withdrawn"`
}

// Candidature is an application in a list.
type Candidature struct {
	Application
	Call lang.Text `json:"call" title:"征集通知|Call"`
	Year int       `json:"year" title:"年度|Year"`
}

// list lists the applications that the caller may see, without their answers.
func (s applicationStore) list(ctx context.Context, in applicationParams) (sqldb.Page[Candidature], error) {
	l := sqldb.List{
		Select: applicationColumns + `, c.title_zh, c.title_en, c.year`, From: `pilot_application a JOIN pilot_call c ON c.id = a.call_id`, Key: "a.id", Order: "-created_at",
		Sort:   map[string]string{"project": "a.project", "organisation": "a.organisation_zh", "state": "a.state", "call": "c.title_zh", "submitted_at": "a.submitted_at", "created_at": "a.created_at"},
		Search: []string{"a.project", "a.organisation_zh", "a.organisation_en", "a.uscc"},
	}
	l.WhereIf("a.call_id = ?", in.Call).WhereIf("a.state = ?", in.State)
	who := identity.From(ctx)
	who.Scope.Filter(&l, "a.organisation_id")
	l.Where("a.state <> 'draft' OR a.organisation_id IN (?"+strings.Repeat(", ?", len(who.Scope.IDs))+")", ownArgs(who)...)
	l.Where(`NOT EXISTS (SELECT 1 FROM pilot_reviewer v WHERE v.call_id = a.call_id AND v.person_id = ? AND v.person_id <> '' AND c.blind = TRUE AND c.state NOT IN ('notice', 'published')) OR a.organisation_id IN (?`+strings.Repeat(", ?", len(who.Scope.IDs))+`)`,
		append([]any{who.PersonID}, ownArgs(who)...)...)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (v Candidature, err error) {
		v.Application, err = scanApplication(trailing{r, []any{&v.Call.ZH, &v.Call.EN, &v.Year}})
		v.Application = v.shown(who.Scope.All)
		v.Answers = []Answer{}
		return v, err
	})
}

// shown is an application without what is the city's.
func (a Application) shown(all bool) Application {
	if !all {
		a.Alias, a.Place, a.Raw, a.Calibrated = "", 0, 0, 0
	}
	return a
}

func ownArgs(who identity.Identity) []any {
	args := []any{who.Organisation.ID}
	for _, id := range who.Scope.IDs {
		args = append(args, id)
	}
	return args
}

// own is the application of the caller's organisation in a call; empty: none.
func (s applicationStore) own(ctx context.Context, call string) (id string, err error) {
	err = s.db.QueryRow(ctx, `SELECT a.id FROM pilot_application a WHERE a.call_id = $1 AND a.organisation_id = $2 AND a.state <> 'withdrawn'`, call, identity.From(ctx).Organisation.ID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look for an own application: %w", err)
	}
	return id, nil
}

// ofCall returns applications of a call in the states.
func (s applicationStore) ofCall(ctx context.Context, db reader, call string, states ...State) ([]Application, error) {
	args := []any{call}
	marks := make([]string, len(states))
	for i, x := range states {
		args = append(args, string(x))
		marks[i] = fmt.Sprintf("$%d", i+2)
	}
	rows, err := db.Query(ctx, `SELECT `+applicationColumns+` FROM pilot_application a WHERE a.call_id = $1 AND a.state IN (`+strings.Join(marks, ", ")+`) ORDER BY a.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read applications: %w", err)
	}
	return sqldb.All(rows, scanApplication)
}

// noticed are the applications that the panel chose.
func (s applicationStore) noticed(ctx context.Context, call string) ([]Notable, error) {
	list, err := s.ofCall(ctx, s.db, call, Selected)
	out := []Notable{}
	for _, a := range list {
		out = append(out, Notable{a.ID, a.Organisation, a.Project})
	}
	slices.SortFunc(out, func(a, b Notable) int { return strings.Compare(a.Organisation.ZH, b.Organisation.ZH) })
	return out, err
}

// begin keeps a new draft.
func (s applicationStore) begin(ctx context.Context, a Application, allowed func(Call) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.calls.locked(ctx, tx, a.CallID)
		if err != nil {
			return err
		}
		if err := allowed(c); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO pilot_application (id, call_id, organisation_id, organisation_zh, organisation_en, uscc, alias, project, fields, state, answers, synthetic, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '', '[]', 'draft', '[]', $8, $9)`,
			a.ID, a.CallID, a.organisation, a.Organisation.ZH, a.Organisation.EN, a.USCC, a.Alias, a.Synthetic, a.CreatedAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "scenario.pilot.applied", "your organisation has an application in this call already; go on with that")
		}
		if err != nil {
			return fmt.Errorf("begin application: %w", err)
		}
		tx.Changed("pilot_application", a.ID, nil, a)
		return nil
	})
}

// decision decides a change of an application.
type decision func(c Call, a Application, files map[string]File) (Application, error)

// change lets decide change an application while nobody else changes anything of its
// call, and saves it. also is what else is done in the same change.
func (s applicationStore) change(ctx context.Context, id string, version int64, decide decision, also ...func(tx *sqldb.Tx, a Application) error) error {
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
		if err := s.save(ctx, tx, before, after); err != nil {
			return err
		}
		for _, do := range also {
			if err := do(tx, after); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s applicationStore) save(ctx context.Context, tx *sqldb.Tx, before, a Application) error {
	x, err := jsons(a.Fields, a.Answers, a.Checks)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE pilot_application SET project = $1, fields = $2, state = $3, answers = $4, checks = $5, reason = $6, supplement = $7, supplement_until = $8, supplemented_at = $9,
		submitted_at = $10, salt = $11, document = $12, addition = $13, place = $14, raw = $15, calibrated = $16, version = version + 1 WHERE id = $17`,
		a.Project, x[0], string(a.State), x[1], x[2], a.Reason, a.Supplement, sqldb.InstantMillis(a.SupplementUntil), sqldb.InstantMillis(a.SupplementedAt),
		sqldb.InstantMillis(a.SubmittedAt), a.salt, a.document, a.addition, a.Place, a.Raw, a.Calibrated, a.ID)
	if err != nil {
		return fmt.Errorf("save application: %w", err)
	}
	tx.Changed("pilot_application", a.ID, before, a)
	return nil
}

const fileColumns = `f.id, f.application_id, f.part, f.name, f.media_type, f.size, f.sha256, f.actor, f.actor_name, f.at`

func scanFile(r sqldb.Row) (f File, err error) {
	var at int64
	err = r.Scan(&f.ID, &f.application, &f.Part, &f.Name, &f.MediaType, &f.Size, &f.SHA256, &f.actor, &f.by, &at)
	f.At = sqldb.Time(at)
	return f, err
}

// files returns the files of an application by their ids.
func (s applicationStore) files(ctx context.Context, db reader, id string) (map[string]File, error) {
	rows, err := db.Query(ctx, `SELECT `+fileColumns+` FROM pilot_file f WHERE f.application_id = $1`, id)
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
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM pilot_file f WHERE f.id = $1`, id))
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
const filesMost = 100

// attach keeps a file of an application that can be changed.
func (s applicationStore) attach(ctx context.Context, call string, f File, allowed func(c Call, a Application) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		c, err := s.calls.locked(ctx, tx, call)
		if err != nil {
			return err
		}
		a, err := s.get(ctx, tx, f.application)
		if err != nil {
			return err
		}
		if err := allowed(c, a); err != nil {
			return err
		}
		files, err := s.files(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if len(files) >= filesMost {
			return fault.New(fault.Conflict, "scenario.pilot.files_full", "an application has %d files at most", filesMost).With("limit", filesMost)
		}
		_, err = tx.Exec(ctx, `INSERT INTO pilot_file (id, application_id, part, name, media_type, size, sha256, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			f.ID, a.ID, f.Part, f.Name, f.MediaType, f.Size, f.SHA256, f.actor, f.by, f.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep file: %w", err)
		}
		tx.Changed("pilot_file", f.ID, nil, f)
		return nil
	})
}
