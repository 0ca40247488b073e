package plan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

type valueStore struct{ db *sqldb.DB }

// sample is what a live target read at a moment.
type sample struct {
	targetID  string
	number    float64
	at        time.Time
	synthetic bool
	formula   string
}

// keep stores samples that tell something new: another number than the last
// one, or an hour later. It asks the database, so that replicas that sample
// the same target keep one value and not two.
func (s valueStore) keep(ctx context.Context, samples []sample) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		// Every replica samples; the second to come sees what the first kept.
		if err := tx.Queue(ctx, "samples"); err != nil {
			return err
		}
		for _, x := range samples {
			var number float64
			var at int64
			var synthetic bool
			err := tx.QueryRow(ctx, `SELECT number, valid_at, synthetic FROM target_value WHERE target_id = $1 AND source = 'live' ORDER BY valid_at DESC, known_at DESC LIMIT 1`,
				x.targetID).Scan(&number, &at, &synthetic)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("read last value: %w", err)
			}
			if err == nil && number == x.number && synthetic == x.synthetic && x.at.UnixMilli()-at < keepEvery.Milliseconds() {
				continue
			}
			v := value{
				ID: ulid.Make().String(), TargetID: x.targetID, Number: x.number, ValidAt: x.at, KnownAt: x.at,
				Source: sourceLive, State: stateLive, Synthetic: x.synthetic, Formula: x.formula,
			}
			if err := insertValue(ctx, tx, v); err != nil {
				return err
			}
		}
		return nil
	})
}

func insertValue(ctx context.Context, tx *sqldb.Tx, v value) error {
	// A target that was removed meanwhile has no values any more.
	_, err := tx.Exec(ctx, `INSERT INTO target_value (id, target_id, number, valid_at, known_at, source, state, synthetic, formula, note,
		organisation_id, reported_by, reported_by_name, reported_at)
		SELECT $1, t.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM target t WHERE t.id = $14`,
		v.ID, v.Number, v.ValidAt.UnixMilli(), max(0, v.KnownAt.UnixMilli()), v.Source, v.State, v.Synthetic, v.Formula, v.Note,
		v.OrganisationID, v.Reported.actor, v.Reported.name, max(0, v.Reported.at.UnixMilli()), v.TargetID)
	if err != nil {
		return fmt.Errorf("insert value: %w", err)
	}
	return nil
}

// report stores a value that waits for review, with its evidence.
func (s valueStore) report(ctx context.Context, v value, evidenceIDs []string, tell telling) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := insertValue(ctx, tx, v); err != nil {
			return err
		}
		tx.Changed("value", v.ID, nil, v)
		for _, id := range evidenceIDs {
			if _, err := tx.Exec(ctx, `INSERT INTO value_evidence (value_id, evidence_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, v.ID, id); err != nil {
				return fmt.Errorf("attach evidence: %w", err)
			}
		}
		return tell(ctx, tx)
	})
}

const valueColumns = `v.id, v.target_id, v.number, v.valid_at, v.known_at, v.source, v.state, v.synthetic, v.formula, v.note, v.organisation_id,
	v.reported_by, v.reported_by_name, v.reported_at, v.reviewed_by, v.reviewed_by_name, v.reviewed_at, v.decided_by, v.decided_by_name, v.decided_at, v.decision_note`

func scanValue(r sqldb.Row) (value, error) {
	var v value
	var valid, known, reported, reviewed, decided int64
	err := r.Scan(&v.ID, &v.TargetID, &v.Number, &valid, &known, &v.Source, &v.State, &v.Synthetic, &v.Formula, &v.Note, &v.OrganisationID,
		&v.Reported.actor, &v.Reported.name, &reported, &v.Reviewed.actor, &v.Reviewed.name, &reviewed, &v.Decided.actor, &v.Decided.name, &decided, &v.DecisionNote)
	v.ValidAt, v.KnownAt = sqldb.Time(valid), sqldb.Time(known)
	v.Reported.at, v.Reviewed.at, v.Decided.at = sqldb.Time(reported), sqldb.Time(reviewed), sqldb.Time(decided)
	return v, err
}

// get returns a value with its evidence; the caller's right to its target is checked elsewhere.
func (s valueStore) get(ctx context.Context, id string) (value, error) {
	v, err := scanValue(s.db.QueryRow(ctx, `SELECT `+valueColumns+` FROM target_value v WHERE v.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, noSuch("value")
	}
	if err != nil {
		return v, fmt.Errorf("read value: %w", err)
	}
	list := []value{v}
	err = s.attach(ctx, list)
	return list[0], err
}

// change lets decide move a value on, saves it, and tells whom it concerns.
func (s valueStore) change(ctx context.Context, id string, decide func(value) (value, error), tell func(value) telling) (value, error) {
	var after value
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := scanValue(tx.QueryRow(ctx, `SELECT `+valueColumns+` FROM target_value v WHERE v.id = $1`, id))
		if err != nil {
			return fmt.Errorf("read value: %w", err)
		}
		if after, err = decide(before); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE target_value SET state = $1, known_at = $2, reviewed_by = $3, reviewed_by_name = $4, reviewed_at = $5,
			decided_by = $6, decided_by_name = $7, decided_at = $8, decision_note = $9 WHERE id = $10 AND state = $11`,
			after.State, max(0, after.KnownAt.UnixMilli()), after.Reviewed.actor, after.Reviewed.name, max(0, after.Reviewed.at.UnixMilli()),
			after.Decided.actor, after.Decided.name, max(0, after.Decided.at.UnixMilli()), after.DecisionNote, id, before.State)
		if err != nil {
			return fmt.Errorf("update value: %w", err)
		}
		if n == 0 {
			return stale("value")
		}
		tx.Changed("value", id, before, after)
		return tell(after)(ctx, tx)
	})
	return after, err
}

// trend returns what counts of each target's values, oldest first, thinned to
// about so many; corrections have replaced what they correct. Either id may be empty.
func (s valueStore) trend(ctx context.Context, planID, targetID string, keep int) (map[string][]point, error) {
	rows, err := s.db.Query(ctx, `WITH counting AS (
			SELECT v.target_id, v.valid_at, v.known_at, v.number FROM target_value v JOIN target t ON t.id = v.target_id
			WHERE v.known_at > 0 AND (t.plan_id = $1 OR t.id = $2)),
		span AS (SELECT target_id, MIN(valid_at) AS low, (MAX(valid_at) - MIN(valid_at)) / $3 + 1 AS step FROM counting GROUP BY target_id),
		newest AS (SELECT c.target_id, MAX(c.valid_at) AS valid_at FROM counting c JOIN span s ON s.target_id = c.target_id
			GROUP BY c.target_id, (c.valid_at - s.low) / s.step)
		SELECT c.target_id, c.valid_at, c.number FROM counting c JOIN newest n ON n.target_id = c.target_id AND n.valid_at = c.valid_at
		ORDER BY c.target_id, c.valid_at, c.known_at`, planID, targetID, keep)
	if err != nil {
		return nil, fmt.Errorf("read trend: %w", err)
	}
	trends := map[string][]point{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		var p point
		err := r.Scan(&id, &p.at, &p.v)
		list := trends[id]
		if n := len(list); n > 0 && list[n-1].at == p.at {
			list[n-1] = p
		} else {
			list = append(list, p)
		}
		trends[id] = list
		return struct{}{}, err
	})
	return trends, err
}

// approved returns the newest approved value of each target, with its evidence.
func (s valueStore) approved(ctx context.Context, planID, targetID string) (map[string]value, error) {
	rows, err := s.db.Query(ctx, `WITH ranked AS (
			SELECT w.id, ROW_NUMBER() OVER (PARTITION BY w.target_id ORDER BY w.valid_at DESC, w.known_at DESC) AS place
			FROM target_value w JOIN target t ON t.id = w.target_id WHERE w.state = 'approved' AND (t.plan_id = $1 OR t.id = $2))
		SELECT `+valueColumns+` FROM target_value v JOIN ranked r ON r.id = v.id WHERE r.place = 1`, planID, targetID)
	if err != nil {
		return nil, fmt.Errorf("read approved values: %w", err)
	}
	list, err := sqldb.All(rows, scanValue)
	if err != nil {
		return nil, fmt.Errorf("read approved values: %w", err)
	}
	err = s.attach(ctx, list)
	byTarget := map[string]value{}
	for _, v := range list {
		byTarget[v.TargetID] = v
	}
	return byTarget, err
}

// attach fills in the evidence of values.
func (s valueStore) attach(ctx context.Context, list []value) error {
	at, marks, args := map[string]int{}, []string{}, []any{}
	for i, v := range list {
		if v.Source == sourceReported {
			at[v.ID] = i
			args = append(args, v.ID)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
	}
	if len(args) == 0 {
		return nil
	}
	rows, err := s.db.Query(ctx, `SELECT x.value_id, `+evidenceColumns+` FROM value_evidence x JOIN evidence e ON e.id = x.evidence_id
		WHERE x.value_id IN (`+strings.Join(marks, ", ")+`) ORDER BY e.uploaded_at, e.id`, args...)
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		e, err := scanEvidence(leading{r, &id})
		list[at[id]].Evidence = append(list[at[id]].Evidence, e)
		return struct{}{}, err
	})
	return err
}

// leading reads one column before those of the scan function.
type leading struct {
	row   sqldb.Row
	first any
}

// Scan implements sqldb.Row.
func (l leading) Scan(dest ...any) error { return l.row.Scan(append([]any{l.first}, dest...)...) }

// history lists every value of a target; with knownAt, what was known then:
// of several values about the same time the newest, and nothing learned later.
func (s valueStore) history(ctx context.Context, targetID string, knownAt time.Time, in sqldb.ListParams) (sqldb.Page[value], error) {
	l := sqldb.List{
		Select: valueColumns, From: "target_value v", Key: "v.id", Order: "-valid_at",
		Sort:   map[string]string{"valid_at": "v.valid_at", "known_at": "v.known_at", "value": "v.number"},
		Search: []string{"v.note", "v.reported_by_name"},
	}
	l.Where("v.target_id = ?", targetID)
	if !knownAt.IsZero() {
		ms := knownAt.UnixMilli()
		l.Where(`v.known_at > 0 AND v.known_at <= ? AND NOT EXISTS (SELECT 1 FROM target_value w WHERE w.target_id = v.target_id
			AND w.valid_at = v.valid_at AND w.known_at > v.known_at AND w.known_at <= ?)`, ms, ms)
	}
	page, err := sqldb.Fetch(ctx, s.db, l, in, scanValue)
	if err != nil {
		return page, err
	}
	return page, s.attach(ctx, page.Items)
}

type valueParams struct {
	sqldb.ListParams
	State  string `query:"state" enum:"awaiting,reported,reviewed,approved,returned" default:"awaiting"`
	Plan   string `query:"plan" maxLength:"40"`
	Target string `query:"target" maxLength:"40"`
}

// reportedValues lists reported values that the caller may see.
func (s valueStore) reportedValues(ctx context.Context, in valueParams) (sqldb.Page[value], error) {
	l := sqldb.List{
		Select: valueColumns, From: "target_value v JOIN target t ON t.id = v.target_id", Key: "v.id", Order: "-reported_at",
		Sort:   map[string]string{"reported_at": "v.reported_at", "valid_at": "v.valid_at", "target": "t.code", "value": "v.number"},
		Search: []string{"t.code", "t.title_zh", "t.title_en", "v.reported_by_name", "v.note"},
	}
	l.Where("v.source = 'reported'").WhereIf("t.plan_id = ?", in.Plan).WhereIf("t.id = ?", in.Target)
	if in.State == "awaiting" {
		l.Where("v.state IN ('reported', 'reviewed')")
	} else {
		l.WhereIf("v.state = ?", in.State)
	}
	onlySeen(ctx, &l, "v.target_id", true)
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, scanValue)
	if err != nil {
		return page, err
	}
	return page, s.attach(ctx, page.Items)
}

// evidence is a file that shows that a reported value is true.
type evidence struct {
	ID             string
	OrganisationID string
	Name           string
	MediaType      string
	Size           int64
	SHA256         string
	Uploaded       hand
}

const evidenceColumns = `e.id, e.organisation_id, e.name, e.media_type, e.size, e.sha256, e.uploaded_by, e.uploaded_by_name, e.uploaded_at`

func scanEvidence(r sqldb.Row) (evidence, error) {
	var e evidence
	var at int64
	err := r.Scan(&e.ID, &e.OrganisationID, &e.Name, &e.MediaType, &e.Size, &e.SHA256, &e.Uploaded.actor, &e.Uploaded.name, &at)
	e.Uploaded.at = sqldb.Time(at)
	return e, err
}

func (s valueStore) addEvidence(ctx context.Context, e evidence) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO evidence (id, organisation_id, name, media_type, size, sha256, uploaded_by, uploaded_by_name, uploaded_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, e.ID, e.OrganisationID, e.Name, e.MediaType, e.Size, e.SHA256, e.Uploaded.actor, e.Uploaded.name, e.Uploaded.at.UnixMilli())
		return err
	})
}

// evidence returns a file of the caller's organisations, or one that is
// attached to a value that the caller may see.
func (s valueStore) evidence(ctx context.Context, id string) (evidence, error) {
	e, err := scanEvidence(s.db.QueryRow(ctx, `SELECT `+evidenceColumns+` FROM evidence e WHERE e.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, noSuch("file")
	}
	if err != nil {
		return e, fmt.Errorf("read evidence: %w", err)
	}
	if identity.From(ctx).Scope.Allows(e.OrganisationID) {
		return e, nil
	}
	l := sqldb.List{
		Select: "v.id", From: "value_evidence x JOIN target_value v ON v.id = x.value_id", Key: "v.id", Order: "id", Sort: map[string]string{"id": "v.id"},
	}
	l.Where("x.evidence_id = ?", id)
	onlySeen(ctx, &l, "v.target_id", true)
	uses, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, func(r sqldb.Row) (string, error) { var v string; err := r.Scan(&v); return v, err })
	if err == nil && uses.Total == 0 {
		err = noSuch("file")
	}
	return e, err
}
