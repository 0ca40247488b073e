package diagnosis

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/enterprise/internal/assessment"
)

// store keeps sheets with their answers, evidence and reviews.
type store struct{ db *sqldb.DB }

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// thousandths are how scores are kept.
func thousandths(x float64) int64 { return int64(math.Round(x * 1000)) }

const sheetColumns = `d.id, d.entry_id, d.organisation_id, d.name_zh, d.name_en, d.district, d.industry, d.synthetic, d.template, d.edition, d.state, d.share, d.level, d.score, d.self_level, d.self_score,
	d.axes, d.submission, d.digest, d.begun_at, d.begun_by, d.begun_name, d.submitted_at, d.submitted_by, d.submitted_name, d.reviewed_at, d.version`

func scanSheet(r sqldb.Row) (s Sheet, err error) {
	var axes string
	var score, self, begun, at, reviewedAt int64
	err = r.Scan(&s.ID, &s.EntryID, &s.organisation, &s.Name.ZH, &s.Name.EN, &s.District, &s.Industry, &s.Synthetic, &s.Template, &s.Edition, &s.State, &s.Share, &s.Level, &score, &s.SelfLevel, &self,
		&axes, &s.submission, &s.Digest, &begun, &s.begunBy, &s.BegunName, &at, &s.submittedBy, &s.SubmittedName, &reviewedAt, &s.Version)
	if err != nil {
		return s, err
	}
	s.Score, s.SelfScore, s.BegunAt, s.SubmittedAt, s.ReviewedAt = float64(score)/1000, float64(self)/1000, sqldb.Time(begun), sqldb.Instant(at), sqldb.Instant(reviewedAt)
	if err := json.Unmarshal([]byte(axes), &s.axes); err != nil {
		return s, fmt.Errorf("read axes: %w", err)
	}
	return s, nil
}

func (s store) get(ctx context.Context, db reader, id string) (Sheet, error) {
	x, err := scanSheet(db.QueryRow(ctx, `SELECT `+sheetColumns+` FROM diagnosis d WHERE d.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("diagnosis")
	}
	if err != nil {
		return x, fmt.Errorf("read diagnosis: %w", err)
	}
	return x, nil
}

// side is from where somebody looks at a sheet.
type side string

const (
	own    side = "own"    // the enterprise's people
	expert side = "expert" // who reviews it
	city   side = "city"
)

// read returns a sheet that the caller may see, and from where they look.
func (s store) read(ctx context.Context, id string) (Sheet, side, error) {
	x, err := s.get(ctx, s.db, id)
	if err != nil {
		return x, "", err
	}
	who := identity.From(ctx)
	if mine(who, x.organisation) {
		return x, own, nil
	}
	if x.State == Draft {
		return Sheet{}, "", noSuch("diagnosis")
	}
	var n int
	err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM diagnosis_review v WHERE v.diagnosis_id = $1 AND v.person_id = $2 AND v.person_id <> ''`, id, who.PersonID).Scan(&n)
	switch {
	case err != nil:
		return Sheet{}, "", fmt.Errorf("look for a review: %w", err)
	case n > 0:
		return x, expert, nil
	case who.Scope.All:
		return x, city, nil
	}
	return Sheet{}, "", noSuch("diagnosis")
}

// mine tells whether an organisation is the caller's, or one below it. The bureau sees
// the whole city, and yet is not of each enterprise.
func mine(who identity.Identity, organisation string) bool {
	if organisation == "" {
		return false
	}
	return who.Organisation.ID == organisation || !who.Scope.All && who.Scope.Allows(organisation)
}

type sheetParams struct {
	sqldb.ListParams
	Template string `query:"template" maxLength:"40"`
	Entry    string `query:"entry" maxLength:"26" doc:"Of this enterprise only"`
	State    string `query:"state" enum:"draft,submitted"`
	Level    string `query:"level" maxLength:"2"`
	District string `query:"district" maxLength:"6"`
	Industry string `query:"industry" maxLength:"3"`
	Newest   bool   `query:"newest" doc:"Only the newest submitted one of each enterprise"`
	Mine     string `query:"mine" enum:"waiting,all" doc:"Only those that the caller reviews: all, or those whose review is waited for"`
}

// list lists the sheets that the caller may see.
func (s store) list(ctx context.Context, in sheetParams) (sqldb.Page[Sheet], error) {
	l := sqldb.List{
		Select: sheetColumns, From: "diagnosis d", Key: "d.id", Order: "-begun_at",
		Sort: map[string]string{
			"name": "d.name_zh", "level": "d.level", "score": "d.score", "state": "d.state", "district": "d.district", "industry": "d.industry", "submitted_at": "d.submitted_at", "begun_at": "d.begun_at", "reviewed_at": "d.reviewed_at",
		},
		Search: []string{"d.name_zh", "d.name_en"},
	}
	l.WhereIf("d.template = ?", in.Template).WhereIf("d.entry_id = ?", in.Entry).WhereIf("d.state = ?", in.State).WhereIf("d.district = ?", in.District).WhereIf("d.industry = ?", in.Industry)
	l.WhereIf("CAST(d.level AS TEXT) = ?", in.Level)
	if in.Newest {
		l.Where("d.state = 'submitted' AND " + newest)
	}
	who := identity.From(ctx)
	const reviews = `EXISTS (SELECT 1 FROM diagnosis_review v WHERE v.diagnosis_id = d.id AND v.person_id = ? AND v.person_id <> ''`
	switch in.Mine {
	case "waiting":
		l.Where(reviews+` AND v.state = 'assigned')`, who.PersonID)
	case "all":
		l.Where(reviews+`)`, who.PersonID)
	}
	seen, args := who.OwnSQL("d.organisation_id")
	if who.Scope.All {
		l.Where("d.state = 'submitted' OR "+seen, args...)
	} else {
		l.Where(seen+" OR d.state = 'submitted' AND "+reviews+")", append(args, who.PersonID)...)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanSheet)
}

// newest tells whether a sheet is the newest submitted one of its enterprise.
const newest = `NOT EXISTS (SELECT 1 FROM diagnosis n WHERE n.template = d.template AND n.entry_id = d.entry_id AND n.state = 'submitted' AND (n.submitted_at > d.submitted_at OR n.submitted_at = d.submitted_at AND n.id > d.id))`

// standings are the newest submitted sheets of all enterprises.
func (s store) standings(ctx context.Context, template string) ([]standing, error) {
	rows, err := s.db.Query(ctx, `SELECT d.entry_id, d.district, d.industry, d.edition, d.level, d.score, d.axes, d.reviewed_at, d.synthetic FROM diagnosis d WHERE d.template = $1 AND d.state = 'submitted' AND `+newest, template)
	if err != nil {
		return nil, fmt.Errorf("read standings: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x standing, err error) {
		var axes string
		var score, at int64
		if err := r.Scan(&x.entry, &x.district, &x.industry, &x.edition, &x.level, &score, &axes, &at, &x.synthetic); err != nil {
			return x, err
		}
		x.score, x.reviewed = float64(score)/1000, at > 0
		return x, json.Unmarshal([]byte(axes), &x.axes)
	})
}

// begin inserts a draft, with answers to begin with.
func (s store) begin(ctx context.Context, x Sheet, answers []Answered) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO diagnosis (id, entry_id, organisation_id, name_zh, name_en, district, industry, synthetic, template, edition, state, begun_at, begun_by, begun_name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			x.ID, x.EntryID, x.organisation, x.Name.ZH, x.Name.EN, x.District, x.Industry, x.Synthetic, x.Template, x.Edition, string(x.State), x.BegunAt.UnixMilli(), x.begunBy, x.BegunName)
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "enterprise.diagnosis.draft_exists", "a draft of this questionnaire is open for the enterprise; continue it")
		}
		if err != nil {
			return fmt.Errorf("begin diagnosis: %w", err)
		}
		for _, a := range answers {
			if err := putAnswer(ctx, tx, x.ID, a); err != nil {
				return err
			}
		}
		tx.Changed("diagnosis", x.ID, nil, x)
		return nil
	})
}

func putAnswer(ctx context.Context, tx *sqldb.Tx, id string, a Answered) error {
	text, err := json.Marshal(a.Answer)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	n, err := tx.Exec(ctx, `INSERT INTO diagnosis_answer (diagnosis_id, question, answer, version, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (diagnosis_id, question) DO UPDATE SET answer = excluded.answer, version = excluded.version, actor = excluded.actor, actor_name = excluded.actor_name, at = excluded.at
		WHERE diagnosis_answer.version = excluded.version - 1`, id, a.Question, string(text), a.Version, a.actor, a.Name, a.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("save answer: %w", err)
	}
	if n == 0 {
		return stale()
	}
	return nil
}

// answer saves one answer of a draft, whose version follows the one that was read.
func (s store) answer(ctx context.Context, id string, a Answered) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := s.draft(ctx, tx, id); err != nil {
			return err
		}
		before, err := readAnswer(ctx, tx, id, a.Question)
		if err != nil {
			return err
		}
		if before.Version != a.Version-1 {
			return staleBy(before.Name)
		}
		if err := putAnswer(ctx, tx, id, a); err != nil {
			return err
		}
		tx.Changed("diagnosis_answer", id+"/"+a.Question, before, a)
		return nil
	})
}

// draft returns a sheet that is still to be changed, and that nobody else changes.
func (s store) draft(ctx context.Context, tx *sqldb.Tx, id string) (Sheet, error) {
	if err := tx.Queue(ctx, "diagnosis/"+id); err != nil {
		return Sheet{}, err
	}
	x, err := s.get(ctx, tx, id)
	if err != nil {
		return x, err
	}
	return x, x.editable()
}

func scanAnswer(r sqldb.Row) (a Answered, err error) {
	var text string
	var at int64
	if err := r.Scan(&a.Question, &text, &a.Version, &a.actor, &a.Name, &at); err != nil {
		return a, err
	}
	a.At = sqldb.Time(at)
	return a, json.Unmarshal([]byte(text), &a.Answer)
}

const answerColumns = `a.question, a.answer, a.version, a.actor, a.actor_name, a.at`

// readAnswer returns an answer; one that was never given has the version 0.
func readAnswer(ctx context.Context, db reader, id, question string) (Answered, error) {
	a, err := scanAnswer(db.QueryRow(ctx, `SELECT `+answerColumns+` FROM diagnosis_answer a WHERE a.diagnosis_id = $1 AND a.question = $2`, id, question))
	if errors.Is(err, sql.ErrNoRows) {
		return Answered{Question: question}, nil
	}
	if err != nil {
		return a, fmt.Errorf("read answer: %w", err)
	}
	return a, nil
}

func (s store) answers(ctx context.Context, db reader, id string) ([]Answered, error) {
	rows, err := db.Query(ctx, `SELECT `+answerColumns+` FROM diagnosis_answer a WHERE a.diagnosis_id = $1 ORDER BY a.question`, id)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	return sqldb.All(rows, scanAnswer)
}

// submit lets decide submit a draft with what it holds.
func (s store) submit(ctx context.Context, id string, decide func(Sheet, []Answered, []File) (Sheet, error)) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.draft(ctx, tx, id)
		if err != nil {
			return err
		}
		answers, err := s.answers(ctx, tx, id)
		if err != nil {
			return err
		}
		files, err := s.files(ctx, tx, id)
		if err != nil {
			return err
		}
		after, err := decide(before, answers, files)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE diagnosis SET state = $1, share = $2, name_zh = $3, name_en = $4, district = $5, industry = $6, synthetic = $7, self_level = $8, self_score = $9, submission = $10, digest = $11,
			submitted_at = $12, submitted_by = $13, submitted_name = $14 WHERE id = $15`,
			string(after.State), string(after.Share), after.Name.ZH, after.Name.EN, after.District, after.Industry, after.Synthetic, after.SelfLevel, thousandths(after.SelfScore), after.submission, after.Digest,
			after.SubmittedAt.UnixMilli(), after.submittedBy, after.SubmittedName, id)
		if err != nil {
			return fmt.Errorf("submit diagnosis: %w", err)
		}
		if err := keepResult(ctx, tx, after); err != nil {
			return err
		}
		tx.Changed("diagnosis", id, before, after)
		return tx.Emit(ctx, diagnosed(after, *after.SubmittedAt))
	})
}

func diagnosed(s Sheet, at time.Time) enterpriseevent.Diagnosed {
	return enterpriseevent.Diagnosed{DiagnosisID: s.ID, EntryID: s.EntryID, Template: s.Template, Edition: s.Edition, Level: s.Level, Score: s.Score, Reviewed: s.ReviewedAt != nil, At: at}
}

// keepResult keeps what a sheet comes to, for lists and comparison.
func keepResult(ctx context.Context, tx *sqldb.Tx, s Sheet) error {
	axes, err := json.Marshal(s.axes)
	if err != nil {
		return fmt.Errorf("write axes: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE diagnosis SET level = $1, score = $2, axes = $3, reviewed_at = $4, version = version + 1 WHERE id = $5`, s.Level, thousandths(s.Score), string(axes), sqldb.InstantMillis(s.ReviewedAt), s.ID)
	if err != nil {
		return fmt.Errorf("keep result: %w", err)
	}
	return nil
}

// discard removes a draft with all that is on it.
func (s store) discard(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		x, err := s.draft(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM diagnosis WHERE id = $1`, id); err != nil {
			return fmt.Errorf("discard draft: %w", err)
		}
		tx.Changed("diagnosis", id, x, nil)
		return nil
	})
}

// last returns the answers of the newest submitted sheet of an enterprise, if there is one.
func (s store) last(ctx context.Context, entry string, t *assessment.Template) ([]Answered, error) {
	var id string
	err := s.db.QueryRow(ctx, `SELECT d.id FROM diagnosis d WHERE d.entry_id = $1 AND d.template = $2 AND d.edition = $3 AND d.state = 'submitted' AND `+newest, entry, t.ID, t.Edition).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the last diagnosis: %w", err)
	}
	return s.answers(ctx, s.db, id)
}

// counted counts enterprises by the level of their newest sheet; a level of -1 is any.
func (s store) counted(ctx context.Context, template string, level int) (n, synthetic int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(DISTINCT d.entry_id), COUNT(DISTINCT CASE WHEN d.synthetic THEN d.entry_id END) FROM diagnosis d
		WHERE d.state = 'submitted' AND ($1 = '' OR d.template = $1) AND ($2 < 0 OR d.level = $2) AND `+newest, template, level).Scan(&n, &synthetic)
	if err != nil {
		return 0, 0, fmt.Errorf("count diagnosed enterprises: %w", err)
	}
	return n, synthetic, nil
}

// Personal names who answered, submitted and reviewed.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "diagnosis", Person: "begun_by", Columns: []string{"begun_name"}, Show: []string{"name_zh", "template", "begun_at"}},
		{Table: "diagnosis", Person: "submitted_by", Columns: []string{"submitted_name"}, Show: []string{"name_zh", "template", "submitted_at"}},
		{Table: "diagnosis_answer", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"question", "at"}},
		{Table: "diagnosis_evidence", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "at"}},
		{Table: "diagnosis_review", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"state", "assigned_at"}},
		{Table: "diagnosis_verdict", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"question", "kind", "at"}},
	}
}
