package received

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
)

// Reader is a database, or a transaction.
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

type store struct{ db *sqldb.DB }

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "security_received_notice", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "number", "acknowledged_at"}}}
}

const noticeColumns = `n.id, n.source_id, n.source_name, n.object_id, n.object_version, n.acknowledged_version, n.passed_version, n.revision, n.file, n.number, n.kind, n.colour, n.title, n.body, n.level, n.category, n.tlp, n.exercise, n.lifted, n.revoked,
	n.issued_at, n.valid_until, n.received_at, n.changed_at, n.acknowledged_at, n.passed_at, n.settled_at, n.state, n.reason, n.notice_id, n.actor, n.actor_name, n.version`

func scanNotice(r sqldb.Row) (n UpperNotice, err error) {
	var issued, until, received, changed, acknowledged, passed, settled int64
	err = r.Scan(&n.ID, &n.SourceID, &n.Source, &n.ObjectID, &n.ObjectVersion, &n.acknowledged, &n.passed, &n.Revision, &n.File, &n.Number, &n.Kind, &n.Colour, &n.Title, &n.Body, &n.Level, &n.Category, &n.TLP, &n.Exercise, &n.Lifted, &n.revoked,
		&issued, &until, &received, &changed, &acknowledged, &passed, &settled, &n.State, &n.Reason, &n.NoticeID, &n.actor, &n.By, &n.Version)
	n.IssuedAt, n.ValidUntil, n.ReceivedAt, n.ChangedAt = sqldb.Time(issued), sqldb.Instant(until), sqldb.Time(received), sqldb.Time(changed)
	n.AcknowledgedAt, n.PassedAt, n.SettledAt = sqldb.Instant(acknowledged), sqldb.Instant(passed), sqldb.Instant(settled)
	n.Mark, n.Changed = mark(n.Exercise, n.TLP), n.PassedAt != nil && n.passed != n.ObjectVersion
	return n, err
}

type receivedParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"new,acknowledged,passed_on,settled,withdrawn"`
}

func (s store) list(ctx context.Context, in receivedParams) (sqldb.Page[UpperNotice], error) {
	l := sqldb.List{
		Select: noticeColumns, From: "security_received_notice n", Key: "n.id", Order: "-received_at",
		Sort:   map[string]string{"received_at": "n.received_at", "issued_at": "n.issued_at", "level": "n.level", "number": "n.number", "source": "n.source_name", "state": "n.state"},
		Search: []string{"n.title", "n.number", "n.source_name", "n.body"},
	}
	l.WhereIf("n.state = ?", in.State)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanNotice)
}

func noSuch() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such notice of an upper level, or it is not yours to see")
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

func one(ctx context.Context, db Reader, id string) (UpperNotice, error) {
	n, err := scanNotice(db.QueryRow(ctx, `SELECT `+noticeColumns+` FROM security_received_notice n WHERE n.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return n, noSuch()
	}
	if err != nil {
		return n, fmt.Errorf("read a notice of an upper level: %w", err)
	}
	return n, nil
}

// ofObject is the notice that a report of a source is.
func ofObject(ctx context.Context, tx *sqldb.Tx, source, object string) (n UpperNotice, found bool, err error) {
	n, err = scanNotice(tx.QueryRow(ctx, `SELECT `+noticeColumns+` FROM security_received_notice n WHERE n.source_id = $1 AND n.object_id = $2`, source, object))
	if errors.Is(err, sql.ErrNoRows) {
		return n, false, nil
	}
	if err != nil {
		return n, false, fmt.Errorf("look for a notice of an upper level: %w", err)
	}
	return n, true, nil
}

func (n UpperNotice) values() []any {
	return []any{
		n.ID, n.SourceID, n.Source, n.ObjectID, n.ObjectVersion, n.acknowledged, n.passed, n.Revision, n.File, n.Number, n.Kind, n.Colour, n.Title, n.Body, n.Level, n.Category, n.TLP, n.Exercise, n.Lifted, n.revoked,
		n.IssuedAt.UnixMilli(), sqldb.InstantMillis(n.ValidUntil), n.ReceivedAt.UnixMilli(), n.ChangedAt.UnixMilli(), sqldb.InstantMillis(n.AcknowledgedAt), sqldb.InstantMillis(n.PassedAt), sqldb.InstantMillis(n.SettledAt),
		n.State, n.Reason, n.NoticeID, n.actor, n.By,
	}
}

func insert(ctx context.Context, tx *sqldb.Tx, n UpperNotice) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_received_notice (id, source_id, source_name, object_id, object_version, acknowledged_version, passed_version, revision, file, number, kind, colour, title, body, level, category, tlp, exercise, lifted, revoked,
		issued_at, valid_until, received_at, changed_at, acknowledged_at, passed_at, settled_at, state, reason, notice_id, actor, actor_name, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, 1)`, n.values()...)
	if err != nil {
		return fmt.Errorf("keep a notice of an upper level: %w", err)
	}
	tx.Changed("security_received_notice", n.ID, nil, n)
	return nil
}

func save(ctx context.Context, tx *sqldb.Tx, before, n UpperNotice) error {
	count, err := tx.Exec(ctx, `UPDATE security_received_notice SET source_id = $2, source_name = $3, object_id = $4, object_version = $5, acknowledged_version = $6, passed_version = $7, revision = $8, file = $9, number = $10, kind = $11, colour = $12,
		title = $13, body = $14, level = $15, category = $16, tlp = $17, exercise = $18, lifted = $19, revoked = $20, issued_at = $21, valid_until = $22, received_at = $23, changed_at = $24, acknowledged_at = $25, passed_at = $26, settled_at = $27,
		state = $28, reason = $29, notice_id = $30, actor = $31, actor_name = $32, version = version + 1 WHERE id = $1 AND version = $33`, append(n.values(), before.Version)...)
	if err != nil {
		return fmt.Errorf("change a notice of an upper level: %w", err)
	}
	if count == 0 {
		return stale()
	}
	tx.Changed("security_received_notice", n.ID, before, n)
	return nil
}

// pairOf is the channel by which notices of a source are acknowledged; empty: none.
func pairOf(ctx context.Context, db Reader, source string) (pair string, err error) {
	err = db.QueryRow(ctx, `SELECT pair_id FROM security_ferry_source WHERE id = $1`, source).Scan(&pair)
	if errors.Is(err, sql.ErrNoRows) { // nobody trusts the source any more
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read how a source is answered: %w", err)
	}
	return pair, nil
}

// Sender is a channel of an upper level.
type Sender struct {
	ID, Name string
	File     int64 // number of the file
}

// Take takes the reports of a file as notices of an upper level, in the transaction that takes
// the file in. Those that cannot be notices are refused by name; a version that is not later
// than the one that is there changes nothing.
func (m *Received) Take(ctx context.Context, tx *sqldb.Tx, from Sender, objects [][]byte) (taken int64, refusal []string, err error) {
	for _, raw := range objects {
		r, is, err := ReadReport(raw)
		if err != nil {
			refusal = append(refusal, err.Error())
			continue
		}
		if !is {
			continue
		}
		fresh, err := m.takeOne(ctx, tx, from, r)
		if err != nil {
			return 0, nil, err
		}
		if fresh {
			taken++
		}
	}
	return taken, refusal, nil
}

func (m *Received) takeOne(ctx context.Context, tx *sqldb.Tx, from Sender, r Report) (fresh bool, err error) {
	before, found, err := ofObject(ctx, tx, from.ID, r.ObjectID)
	if err != nil {
		return false, err
	}
	at := m.now()
	if !found {
		n := UpperNotice{ID: ulid.Make().String(), SourceID: from.ID, Source: from.Name, ObjectID: r.ObjectID, ReceivedAt: at, Version: 1}.bring(r, from.File, at)
		if err := insert(ctx, tx, n); err != nil {
			return false, err
		}
		return true, m.begin(ctx, tx, n, at)
	}
	last, err := taxii.ParseStamp(before.ObjectVersion)
	if err != nil {
		return false, fmt.Errorf("read version of notice %s: %w", before.ID, err)
	}
	if !r.Version.After(last) {
		return false, nil
	}
	after := before.bring(r, from.File, at)
	if err := save(ctx, tx, before, after); err != nil {
		return false, err
	}
	if after.Level.GraverThan(before.Level) {
		if err := m.clocks.Relevel(ctx, tx, after.weight(), object(after.ID)); err != nil {
			return false, fmt.Errorf("raise the level of a notice of an upper level: %w", err)
		}
	}
	return true, m.begin(ctx, tx, after, at)
}

// Receipt is that the upper level is told that a version was acknowledged.
type Receipt struct {
	Revision int64      `json:"revision" doc:"Which version was acknowledged, as they came"`
	Upper    string     `json:"upper" doc:"The upper level that is told"`
	State    string     `json:"state" enum:"waiting,pending,delivered,failed,withheld,cancelled,exported"`
	File     int64      `json:"file" doc:"Number of the file that it went in; 0: none"`
	At       time.Time  `json:"at" doc:"When it was acknowledged"`
	SentAt   *time.Time `json:"sent_at,omitempty"`
}

// mostReceipts is how many of a notice its page shows.
const mostReceipts = 50

func receipts(ctx context.Context, db Reader, id string) ([]Receipt, error) {
	rows, err := db.Query(ctx, `SELECT r.revision, r.upper_name, r.state, r.file, r.released_at, r.sent_at FROM security_upward r WHERE r.received_id = $1 ORDER BY r.id DESC LIMIT $2`, id, mostReceipts)
	if err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x Receipt, err error) {
		var at, sent int64
		err = r.Scan(&x.Revision, &x.Upper, &x.State, &x.File, &at, &sent)
		x.At, x.SentAt = sqldb.Time(at), sqldb.Instant(sent)
		return x, err
	})
	return append([]Receipt{}, list...), err
}
