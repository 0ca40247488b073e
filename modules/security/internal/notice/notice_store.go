package notice

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

const noticeColumns = `n.id, n.number, n.drill, n.drill_title, n.pace, n.state, n.reason, n.review, n.revision, n.actor, n.actor_name, n.audience, n.created_at,
	n.kind, n.colour, n.title, n.body, n.ask, n.level, n.category, n.tlp, n.issued_at, n.lifted_at, n.closed_at, n.reviewed_at, n.version, n.year, n.serial, n.synthetic, n.origin_id, n.incident_id`

func scanNotice(r sqldb.Row) (n Notice, err error) {
	var audience string
	var created, issued, lifted, closed, reviewed int64
	err = r.Scan(&n.ID, &n.Number, &n.Drill, &n.DrillTitle, &n.Pace, &n.State, &n.Reason, &n.Review, &n.Revision, &n.actor, &n.Author, &audience, &created,
		&n.Kind, &n.Colour, &n.Title, &n.Body, &n.Ask, &n.Level, &n.Category, &n.TLP, &issued, &lifted, &closed, &reviewed, &n.Version, &n.year, &n.serno, &n.Synthetic, &n.OriginID, &n.IncidentID)
	if err != nil {
		return n, err
	}
	n.CreatedAt, n.IssuedAt, n.LiftedAt, n.ClosedAt, n.ReviewedAt = sqldb.Time(created), sqldb.Instant(issued), sqldb.Instant(lifted), sqldb.Instant(closed), sqldb.Instant(reviewed)
	n.Mark = mark(n.Drill, n.Synthetic, n.TLP)
	if err = json.Unmarshal([]byte(audience), &n.Audience); err != nil {
		return n, fmt.Errorf("read addressees of notice %s: %w", n.ID, err)
	}
	return n, nil
}

// written is a value as a column keeps it.
func written(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write %T: %w", v, err)
	}
	return string(text), nil
}

func oneNotice(ctx context.Context, db reader, id string) (Notice, error) {
	n, err := scanNotice(db.QueryRow(ctx, `SELECT `+noticeColumns+` FROM security_notice n WHERE n.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return n, noSuch("notice")
	}
	if err != nil {
		return n, fmt.Errorf("read notice: %w", err)
	}
	return n, nil
}

// seen reads a notice for the city's people; nobody else knows that it exists.
func (s store) seen(ctx context.Context, db reader, id string) (Notice, error) {
	if !identity.From(ctx).Scope.All {
		return Notice{}, noSuch("notice")
	}
	return oneNotice(ctx, db, id)
}

// Reader is a database, or a transaction.
type Reader = reader

// Seen reads a notice for the city's people.
func (d *Desk) Seen(ctx context.Context, db Reader, id string) (Notice, error) {
	return d.store.seen(ctx, db, id)
}

type noticeParams struct {
	sqldb.ListParams
	State   string `query:"state" enum:"draft,review,signed,issued,closed,reviewed,withdrawn"`
	Level   int    `query:"level" minimum:"0" maximum:"4"`
	Year    int    `query:"year" minimum:"0" maximum:"2100" doc:"In which it was issued"`
	Drill   string `query:"drill" maxLength:"40" doc:"ID of a drill, or all; without it only real ones are listed"`
	Because string `query:"incident" maxLength:"40" doc:"ID of the incident because of which it was written"`
}

func (s store) list(ctx context.Context, in noticeParams) (sqldb.Page[Notice], error) {
	l := sqldb.List{
		Select: noticeColumns, From: "security_notice n", Key: "n.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "n.created_at", "issued_at": "n.issued_at", "title": "n.title", "state": "n.state", "level": "n.level", "number": "n.number"},
		Search: []string{"n.title", "n.number", "n.body"},
	}
	l.WhereIf("n.state = ?", in.State).WhereIf("n.incident_id = ?", in.Because)
	if in.Level > 0 {
		l.Where("n.level = ?", in.Level)
	}
	if in.Year > 0 {
		l.Where("n.year = ?", in.Year)
	}
	if in.Drill != "all" {
		l.Where("n.drill = ?", in.Drill)
	}
	if !identity.From(ctx).Scope.All {
		l.Where("1 = 0")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanNotice)
}

func insertNotice(ctx context.Context, tx *sqldb.Tx, n Notice) error {
	audience, err := written(n.Audience)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_notice (id, drill, drill_title, pace, kind, colour, title, body, ask, level, category, tlp, audience, state, actor, actor_name, created_at, synthetic, origin_id, incident_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		n.ID, n.Drill, n.DrillTitle, n.Pace, n.Kind, n.Colour, n.Title, n.Body, n.Ask, n.Level, n.Category, n.TLP, audience, n.State, n.actor, n.Author, n.CreatedAt.UnixMilli(), n.Synthetic, n.OriginID, n.IncidentID)
	if err != nil {
		return fmt.Errorf("insert notice: %w", err)
	}
	tx.Changed("security_notice", n.ID, nil, n)
	return nil
}

func saveNotice(ctx context.Context, tx *sqldb.Tx, before, n Notice) error {
	audience, err := written(n.Audience)
	if err != nil {
		return err
	}
	count, err := tx.Exec(ctx, `UPDATE security_notice SET kind = $1, colour = $2, title = $3, body = $4, ask = $5, level = $6, category = $7, tlp = $8, audience = $9, state = $10, reason = $11, review = $12, revision = $13,
		year = $14, serial = $15, number = $16, actor = $17, actor_name = $18, issued_at = $19, lifted_at = $20, closed_at = $21, reviewed_at = $22, synthetic = $23, version = version + 1 WHERE id = $24 AND version = $25`,
		n.Kind, n.Colour, n.Title, n.Body, n.Ask, n.Level, n.Category, n.TLP, audience, n.State, n.Reason, n.Review, n.Revision,
		n.year, n.serno, n.Number, n.actor, n.Author, sqldb.InstantMillis(n.IssuedAt), sqldb.InstantMillis(n.LiftedAt), sqldb.InstantMillis(n.ClosedAt), sqldb.InstantMillis(n.ReviewedAt), n.Synthetic, n.ID, before.Version)
	if err != nil {
		return fmt.Errorf("update notice: %w", err)
	}
	if count == 0 {
		return stale()
	}
	tx.Changed("security_notice", n.ID, before, n)
	return nil
}

// nextSerial is the next number of a series in a year; who asks at the same time waits.
func nextSerial(ctx context.Context, tx *sqldb.Tx, drill, synthetic bool, year int) (n int, err error) {
	series := "drill = '' AND NOT synthetic"
	switch {
	case drill:
		series = "drill <> ''"
	case synthetic:
		series = "drill = '' AND synthetic"
	}
	if err := tx.Queue(ctx, "security.notice.number"); err != nil {
		return 0, fmt.Errorf("wait for the number of a notice: %w", err)
	}
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(serial), 0) + 1 FROM security_notice WHERE year = $1 AND `+series, year).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the last number of notices: %w", err)
	}
	return n, nil
}

// signatures are those of a notice, or of a proposed revision, the first at first.
func signatures(ctx context.Context, db reader, of string) ([]Signature, error) {
	rows, err := db.Query(ctx, `SELECT actor, actor_name, at FROM security_notice_signature WHERE of_id = $1 ORDER BY at, id`, of)
	if err != nil {
		return nil, fmt.Errorf("read signatures: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (s Signature, err error) {
		var at int64
		err = r.Scan(&s.actor, &s.Name, &at)
		s.At = sqldb.Time(at)
		return s, err
	})
}

func insertSignature(ctx context.Context, tx *sqldb.Tx, of string, s Signature) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_notice_signature (id, of_id, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5)`, ulid.Make().String(), of, s.actor, s.Name, s.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("write signature: %w", err)
	}
	return nil
}

// unsign takes the signatures of what is returned away: it is signed anew.
func unsign(ctx context.Context, tx *sqldb.Tx, of string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM security_notice_signature WHERE of_id = $1`, of); err != nil {
		return fmt.Errorf("take signatures away: %w", err)
	}
	return nil
}

// Revision is what a notice said, or is proposed to say.
type Revision struct {
	ID         string      `json:"id"`
	Number     int64       `json:"number"`
	Act        string      `json:"act" enum:"issue,revise,raise,lower,restrict,share"`
	State      string      `json:"state" enum:"proposed,held,refused"`
	Text       Text        `json:"text"`
	Change     string      `json:"change" doc:"What is different, as addressees read it"`
	Reason     string      `json:"reason" doc:"Why it was refused"`
	By         string      `json:"by"`
	At         time.Time   `json:"at"`
	Signatures []Signature `json:"signatures" nullable:"false"`

	actor string
}

const revisionColumns = `r.id, r.number, r.act, r.state, r.text, r.change, r.reason, r.actor, r.actor_name, r.at`

func scanRevision(r sqldb.Row) (v Revision, err error) {
	var text string
	var at int64
	if err = r.Scan(&v.ID, &v.Number, &v.Act, &v.State, &text, &v.Change, &v.Reason, &v.actor, &v.By, &at); err != nil {
		return v, err
	}
	v.At, v.Signatures = sqldb.Time(at), []Signature{}
	if err = json.Unmarshal([]byte(text), &v.Text); err != nil {
		return v, fmt.Errorf("read revision %s: %w", v.ID, err)
	}
	return v, nil
}

// mostRevisions is how many of a notice are shown.
const mostRevisions = 200

// revisions are those of a notice, the newest first.
func revisions(ctx context.Context, db reader, notice string) ([]Revision, error) {
	rows, err := db.Query(ctx, `SELECT `+revisionColumns+` FROM security_notice_revision r WHERE r.notice_id = $1 ORDER BY r.at DESC, r.id DESC LIMIT $2`, notice, mostRevisions)
	if err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	return sqldb.All(rows, scanRevision)
}

// proposed is the revision that waits for signatures.
func proposed(ctx context.Context, db reader, notice string) (Revision, bool, error) {
	v, err := scanRevision(db.QueryRow(ctx, `SELECT `+revisionColumns+` FROM security_notice_revision r WHERE r.notice_id = $1 AND r.state = 'proposed'`, notice))
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("read proposed revision: %w", err)
	}
	return v, true, nil
}

func insertRevision(ctx context.Context, tx *sqldb.Tx, notice string, v Revision) error {
	text, err := written(v.Text)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_notice_revision (id, notice_id, number, act, state, text, change, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		v.ID, notice, v.Number, v.Act, v.State, text, v.Change, v.actor, v.By, v.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert revision: %w", err)
	}
	return nil
}

func settleRevision(ctx context.Context, tx *sqldb.Tx, v Revision) error {
	n, err := tx.Exec(ctx, `UPDATE security_notice_revision SET state = $2, number = $3, reason = $4 WHERE id = $1 AND state = 'proposed'`, v.ID, v.State, v.Number, v.Reason)
	if err != nil {
		return fmt.Errorf("settle revision: %w", err)
	}
	if n == 0 {
		return stale()
	}
	return nil
}
