package notice

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// dueNow is until when an addressee owes what comes first, in milliseconds; 0: nothing runs.
const dueNow = `COALESCE((SELECT MIN(c.due_at) FROM security_clock c WHERE c.object = 'assignment/' || a.id AND c.state = 'running' AND c.organisation_id = a.organisation_id), 0)`

const assignmentColumns = `a.id, a.notice_id, a.organisation_id, n.number, n.tlp, n.title, n.level, n.state, n.pace, n.revision, a.drill, a.organisation_zh, a.organisation_en, a.district, a.synthetic, a.state, a.assessment, a.assessed,
	a.told, a.tried_at, a.delivered_at, a.acknowledged_at, a.acknowledged_late, a.actor, a.actor_name, a.feedback_at, a.feedback_late, a.handled_at, a.handled_late, a.verified_at, a.returned, a.escalated_at, a.delegate, a.delegate_name, a.delegated_at,
	a.disputed, a.extension, a.noted, a.reason, a.version, ` + dueNow

const assignmentTables = `security_assignment a JOIN security_notice n ON n.id = a.notice_id`

// scanAssignment reads a row; at is now, by which it is told what is overdue.
func scanAssignment(at time.Time) func(r sqldb.Row) (Assignment, error) {
	return func(r sqldb.Row) (a Assignment, err error) {
		var delivered, acknowledged, feedback, handled, verified, escalated, delegated, due int64
		var extension string
		n := Notice{}
		err = r.Scan(&a.ID, &a.NoticeID, &a.OrganisationID, &a.Number, &n.TLP, &a.Title, &a.Level, &a.notice, &a.pace, &a.Revision, &a.Drill, &a.Organisation.ZH, &a.Organisation.EN, &a.District, &a.Synthetic, &a.State, &a.Assessment, &a.Assessed,
			&a.Told, &a.triedAt, &delivered, &acknowledged, &a.LateToAck, &a.actor, &a.AcknowledgedBy, &feedback, &a.LateFeedback, &handled, &a.LateHandled, &verified, &a.Returned, &escalated, &a.delegate, &a.Delegate, &delegated,
			&a.Disputed, &extension, &a.Noted, &a.Reason, &a.Version, &due)
		if err != nil {
			return a, err
		}
		a.DeliveredAt, a.AcknowledgedAt, a.FeedbackAt, a.HandledAt, a.VerifiedAt, a.EscalatedAt, a.DelegatedAt, a.DueAt = sqldb.Instant(delivered), sqldb.Instant(acknowledged), sqldb.Instant(feedback), sqldb.Instant(handled), sqldb.Instant(verified), sqldb.Instant(escalated), sqldb.Instant(delegated), sqldb.Instant(due)
		a.tlp, a.Mark, a.Unreachable, a.Overdue = n.TLP, mark(a.Drill, a.Synthetic, n.TLP), a.State == Queued && a.triedAt > 0, due > 0 && due < at.UnixMilli()
		if extension == "" {
			return a, nil
		}
		a.Extension = &Extension{}
		if err = json.Unmarshal([]byte(extension), a.Extension); err != nil {
			return a, fmt.Errorf("read extension of assignment %s: %w", a.ID, err)
		}
		return a, nil
	}
}

// seenAssignment reads an assignment that who asks may know of: the city's people all, an
// addressee its own that was delivered.
func (s store) seenAssignment(ctx context.Context, db reader, id string, at time.Time) (Assignment, error) {
	a, err := scanAssignment(at)(db.QueryRow(ctx, `SELECT `+assignmentColumns+` FROM `+assignmentTables+` WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, noSuch("assignment")
	}
	if err != nil {
		return a, fmt.Errorf("read assignment: %w", err)
	}
	scope := identity.From(ctx).Scope
	if !scope.Allows(a.OrganisationID) || !scope.All && a.DeliveredAt == nil {
		return Assignment{}, noSuch("assignment")
	}
	return a, nil
}

type assignmentParams struct {
	sqldb.ListParams
	Notice     string `query:"notice" maxLength:"40" doc:"ID of a notice"`
	State      string `query:"state" enum:"queued,delivered,acknowledged,assessed,handling,feedback,verified,closed,released"`
	Assessment string `query:"assessment" enum:"affected,not_affected,unknown"`
	District   string `query:"district" maxLength:"6" doc:"GB/T 2260 code"`
	Only       string `query:"only" enum:"open,overdue,late,escalated,disputed,unreachable,extension,mine" doc:"Those that are not finished, overdue now, were late, are escalated, disputed, cannot be delivered, ask for more time, or that the caller sees to"`
	Drill      string `query:"drill" enum:"real,drill" doc:"Only real ones, or only of drills"`
}

func (s store) assignments(ctx context.Context, in assignmentParams, at time.Time) (sqldb.Page[Assignment], error) {
	l := sqldb.List{
		Select: assignmentColumns, From: assignmentTables, Key: "a.id", Order: "-delivered_at",
		Sort: map[string]string{
			"delivered_at": "a.delivered_at", "acknowledged_at": "a.acknowledged_at", "feedback_at": "a.feedback_at", "organisation": "a.organisation_zh", "district": "a.district",
			"state": "a.state", "level": "n.level", "number": "n.number", "title": "n.title", "due_at": dueNow,
		},
		Search: []string{"a.organisation_zh", "a.organisation_en", "n.title", "n.number"},
	}
	l.WhereIf("a.notice_id = ?", in.Notice).WhereIf("a.state = ?", in.State).WhereIf("a.assessment = ?", in.Assessment).WhereIf("a.district = ?", in.District)
	switch in.Drill {
	case "real":
		l.Where("a.drill = ''")
	case "drill":
		l.Where("a.drill <> ''")
	}
	switch in.Only {
	case "open":
		l.Where("a.state NOT IN ('verified', 'closed', 'released')")
	case "overdue":
		l.Where("EXISTS (SELECT 1 FROM security_clock c WHERE c.object = 'assignment/' || a.id AND c.state = 'running' AND c.organisation_id = a.organisation_id AND c.due_at < ?)", at.UnixMilli())
	case "late":
		l.Where("a.acknowledged_late OR a.feedback_late OR a.handled_late")
	case "escalated":
		l.Where("a.escalated_at > 0")
	case "disputed":
		l.Where("a.disputed <> ''")
	case "unreachable":
		l.Where("a.state = 'queued' AND a.tried_at > 0")
	case "mine":
		l.Where("a.delegate = ?", identity.From(ctx).Actor())
	case "extension":
		l.Where("a.extension LIKE '%\"state\":\"requested\"%'")
	}
	scope := identity.From(ctx).Scope
	if scope.Filter(&l, "a.organisation_id"); !scope.All {
		l.Where("a.delivered_at > 0")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanAssignment(at))
}

// ofNotice are all assignments of a notice.
func ofNotice(ctx context.Context, db reader, notice string, at time.Time) ([]Assignment, error) {
	rows, err := db.Query(ctx, `SELECT `+assignmentColumns+` FROM `+assignmentTables+` WHERE a.notice_id = $1 ORDER BY a.id LIMIT $2`, notice, mostAddressees)
	if err != nil {
		return nil, fmt.Errorf("read assignments of notice: %w", err)
	}
	return sqldb.All(rows, scanAssignment(at))
}

func insertAssignments(ctx context.Context, tx *sqldb.Tx, n Notice, list []identity.Organisation) error {
	rows := make([][]any, len(list))
	for i, o := range list {
		rows[i] = []any{ulid.Make().String(), n.ID, o.ID, o.Name.ZH, o.Name.EN, o.District, o.Synthetic, n.Drill, Queued}
	}
	err := tx.InsertAll(ctx, `INSERT INTO security_assignment (id, notice_id, organisation_id, organisation_zh, organisation_en, district, synthetic, drill, state)`, rows)
	if err != nil {
		return fmt.Errorf("insert assignments: %w", err)
	}
	return nil
}

// savedAtOnce is how many assignments one statement brings to their addressees.
const savedAtOnce = 250

// saveDelivered saves that assignments were delivered, and returns those that nobody changed
// meanwhile. Those of one version of which as many people were told are saved together.
func saveDelivered(ctx context.Context, tx *sqldb.Tx, list []Assignment, at time.Time) (saved []Assignment, err error) {
	type alike struct {
		version int64
		told    int
	}
	groups := map[alike][]Assignment{}
	for _, a := range list {
		k := alike{a.Version, a.Told}
		groups[k] = append(groups[k], a)
	}
	for k, group := range groups {
		for part := range slices.Chunk(group, savedAtOnce) {
			args := []any{Delivered, at.UnixMilli(), k.told, Queued, k.version}
			for _, a := range part {
				args = append(args, a.ID)
			}
			rows, err := tx.Query(ctx, `UPDATE security_assignment SET state = $1, tried_at = $2, delivered_at = $2, told = $3, version = version + 1
				WHERE state = $4 AND version = $5 AND id IN (`+sqldb.Marks(6, len(part))+`) RETURNING id`, args...)
			if err != nil {
				return nil, fmt.Errorf("save what was delivered: %w", err)
			}
			ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
			if err != nil {
				return nil, fmt.Errorf("save what was delivered: %w", err)
			}
			saved = append(saved, delivered(tx, part, ids, at)...)
		}
	}
	return saved, nil
}

// saveEnds saves assignments that end, each as it was and as it is now: only what ends one differs,
// which is its state, the reason and what was disputed. Those of one version that end alike are saved together.
func saveEnds(ctx context.Context, tx *sqldb.Tx, before, after []Assignment) error {
	type end struct {
		version          int64
		state            AssignmentState
		reason, disputed string
	}
	groups := map[end][]string{}
	for i, a := range after {
		e := end{before[i].Version, a.State, a.Reason, a.Disputed}
		groups[e] = append(groups[e], a.ID)
	}
	for e, ids := range groups {
		for part := range slices.Chunk(ids, savedAtOnce) {
			args := []any{e.state, e.reason, e.disputed, e.version}
			for _, id := range part {
				args = append(args, id)
			}
			n, err := tx.Exec(ctx, `UPDATE security_assignment SET state = $1, reason = $2, disputed = $3, version = version + 1 WHERE version = $4 AND id IN (`+sqldb.Marks(5, len(part))+`)`, args...)
			if err != nil {
				return fmt.Errorf("save assignments: %w", err)
			}
			if n != int64(len(part)) {
				return stale()
			}
		}
	}
	for i, a := range after {
		tx.Changed("security_assignment", a.ID, before[i], a)
	}
	return nil
}

// delivered are those of some assignments that were saved, as they are now.
func delivered(tx *sqldb.Tx, list []Assignment, ids []string, at time.Time) (out []Assignment) {
	for _, before := range list {
		if !slices.Contains(ids, before.ID) {
			continue
		}
		a := before
		a.State, a.DeliveredAt, a.Unreachable, a.triedAt = Delivered, &at, false, at.UnixMilli()
		tx.Changed("security_assignment", a.ID, before, a)
		out = append(out, a)
	}
	return out
}

func saveAssignment(ctx context.Context, tx *sqldb.Tx, before, a Assignment) error {
	extension := ""
	if a.Extension != nil {
		text, err := written(a.Extension)
		if err != nil {
			return err
		}
		extension = text
	}
	n, err := tx.Exec(ctx, `UPDATE security_assignment SET state = $1, assessment = $2, assessed = $3, told = $4, tried_at = $5, delivered_at = $6, acknowledged_at = $7, acknowledged_late = $8, actor = $9, actor_name = $10,
		feedback_at = $11, feedback_late = $12, handled_at = $13, handled_late = $14, verified_at = $15, returned = $16, escalated_at = $17, disputed = $18, extension = $19, noted = $20, reason = $21,
		delegate = $22, delegate_name = $23, delegated_at = $24, version = version + 1 WHERE id = $25 AND version = $26`,
		a.State, a.Assessment, a.Assessed, a.Told, a.triedAt, sqldb.InstantMillis(a.DeliveredAt), sqldb.InstantMillis(a.AcknowledgedAt), a.LateToAck, a.actor, a.AcknowledgedBy,
		sqldb.InstantMillis(a.FeedbackAt), a.LateFeedback, sqldb.InstantMillis(a.HandledAt), a.LateHandled, sqldb.InstantMillis(a.VerifiedAt), a.Returned, sqldb.InstantMillis(a.EscalatedAt), a.Disputed, extension, a.Noted, a.Reason,
		a.delegate, a.Delegate, sqldb.InstantMillis(a.DelegatedAt), a.ID, before.Version)
	if err != nil {
		return fmt.Errorf("update assignment: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_assignment", a.ID, before, a)
	return nil
}

// waiting are assignments that are still to be delivered, those that were not tried for longest first.
func (s store) waiting(ctx context.Context, notice string, triedBefore, at time.Time, most int) ([]Assignment, error) {
	rows, err := s.db.Query(ctx, `SELECT `+assignmentColumns+` FROM `+assignmentTables+` WHERE a.state = 'queued' AND n.state = 'issued' AND a.tried_at < $1 AND ($2 = '' OR a.notice_id = $2) ORDER BY a.tried_at, a.id LIMIT $3`,
		triedBefore.UnixMilli(), notice, most)
	if err != nil {
		return nil, fmt.Errorf("read what is to be delivered: %w", err)
	}
	return sqldb.All(rows, scanAssignment(at))
}

// open counts the addressees of a notice that have not finished.
func open(ctx context.Context, db reader, notice string) (n int, err error) {
	err = db.QueryRow(ctx, `SELECT COUNT(*) FROM security_assignment WHERE notice_id = $1 AND state NOT IN ('verified', 'closed', 'released')`, notice).Scan(&n)
	if err != nil {
		err = fmt.Errorf("count addressees that have not finished: %w", err)
	}
	return n, err
}

func insertFeedback(ctx context.Context, tx *sqldb.Tx, assignment string, x Feedback) error {
	files, err := written(x.Files)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_feedback (id, assignment_id, measures, residual, done, files, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		x.ID, assignment, x.Measures, x.Residual, x.Done, files, x.actor, x.By, x.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert feedback: %w", err)
	}
	return nil
}

// mostFeedback is how often an addressee feeds back.
const mostFeedback = 200

func feedbackOf(ctx context.Context, db reader, assignment string) ([]Feedback, error) {
	rows, err := db.Query(ctx, `SELECT id, measures, residual, done, files, actor, actor_name, at FROM security_feedback WHERE assignment_id = $1 ORDER BY at, id LIMIT $2`, assignment, mostFeedback)
	if err != nil {
		return nil, fmt.Errorf("read feedback: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Feedback, err error) {
		var files string
		var at int64
		if err = r.Scan(&x.ID, &x.Measures, &x.Residual, &x.Done, &files, &x.actor, &x.By, &at); err != nil {
			return x, err
		}
		x.At = sqldb.Time(at)
		if err = json.Unmarshal([]byte(files), &x.Files); err != nil {
			return x, fmt.Errorf("read files of feedback %s: %w", x.ID, err)
		}
		return x, nil
	})
}
