package upward

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/rating"
)

// asking asks for reports to be sent, in the transaction that makes them due.
type asking func(ctx context.Context, tx *sqldb.Tx) error

const reportColumns = `r.id, r.upper_id, r.upper_name, COALESCE(r.notice_id, ''), r.received_id, r.number, r.revision, r.act, r.tlp, r.object_id, r.object_version, r.objects, r.told, r.cause, r.strict, r.follows, r.state, r.tries, r.next_at, r.until_at, r.status_id, r.fault, r.fault_text, r.released_at, r.sent_at, r.ended_at, r.actor, r.actor_name, r.version, r.file, r.acknowledged_at, r.direction`

func scanReport(row sqldb.Row) (r Report, err error) {
	var objects, told string
	var next, until, released, sent, ended, acknowledged int64
	if err = row.Scan(&r.ID, &r.UpperID, &r.Upper, &r.NoticeID, &r.ReceivedID, &r.Number, &r.Revision, &r.Act, &r.TLP, &r.ObjectID, &r.ObjectVersion, &objects, &told, &r.Cause, &r.strict, &r.Follows, &r.State, &r.Tries, &next, &until, &r.statusID, &r.Fault, &r.FaultText, &released, &sent, &ended, &r.actor, &r.By, &r.Version, &r.File, &acknowledged, &r.way); err != nil {
		return r, err
	}
	r.UntilAt, r.ReleasedAt, r.SentAt, r.EndedAt = sqldb.Instant(until), sqldb.Time(released), sqldb.Instant(sent), sqldb.Instant(ended)
	r.Acknowledged = sqldb.Instant(acknowledged)
	if r.State.open() {
		r.NextAt = sqldb.Instant(next)
	}
	if err = errors.Join(json.Unmarshal([]byte(objects), &r.octets), json.Unmarshal([]byte(told), &r.Objects)); err != nil {
		return r, fmt.Errorf("read report %s: %w", r.ID, err)
	}
	return r, nil
}

type reportParams struct {
	sqldb.ListParams
	Upper     string `query:"upper" maxLength:"26" doc:"ID of an upper level"`
	State     string `query:"state" enum:"waiting,pending,delivered,failed,withheld,cancelled,exported"`
	Direction string `query:"direction" enum:"up,down"`
}

func (s store) reports(ctx context.Context, in reportParams) (sqldb.Page[Report], error) {
	l := sqldb.List{
		Select: reportColumns, From: "security_upward r", Key: "r.id", Order: "-released_at",
		Sort:   map[string]string{"released_at": "r.released_at", "number": "r.number", "upper": "r.upper_name", "state": "r.state", "ended_at": "r.ended_at"},
		Search: []string{"r.number", "r.upper_name", "r.object_id"},
	}
	l.WhereIf("r.upper_id = ?", in.Upper).WhereIf("r.state = ?", in.State).WhereIf("r.direction = ?", in.Direction)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanReport)
}

// mostOfNotice is how many reports of one notice its page shows.
const mostOfNotice = 200

func ofNotice(ctx context.Context, db Reader, notice string) ([]Report, error) {
	rows, err := db.Query(ctx, `SELECT `+reportColumns+` FROM security_upward r WHERE r.notice_id = $1 ORDER BY r.id DESC LIMIT $2`, notice, mostOfNotice)
	if err != nil {
		return nil, fmt.Errorf("read reports of a notice: %w", err)
	}
	list, err := sqldb.All(rows, scanReport)
	return append([]Report{}, list...), err
}

// Reader is a database, or a transaction.
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func oneReport(ctx context.Context, db Reader, id string) (Report, error) {
	r, err := scanReport(db.QueryRow(ctx, `SELECT `+reportColumns+` FROM security_upward r WHERE r.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, noSuch("report")
	}
	if err != nil {
		return r, fmt.Errorf("read report: %w", err)
	}
	return r, nil
}

// lastTo is the newest report of a notice to an upper level.
func lastTo(ctx context.Context, db Reader, upper, notice string) (r Report, found bool, err error) {
	r, err = scanReport(db.QueryRow(ctx, `SELECT `+reportColumns+` FROM security_upward r WHERE r.upper_id = $1 AND r.notice_id = $2 ORDER BY r.id DESC LIMIT 1`, upper, notice))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("read the last report: %w", err)
	}
	return r, true, nil
}

// sameVersion is a report of the same version to the same upper level.
func sameVersion(ctx context.Context, db Reader, of Report) (r Report, found bool, err error) {
	r, err = scanReport(db.QueryRow(ctx, `SELECT `+reportColumns+` FROM security_upward r WHERE r.upper_id = $1 AND r.object_id = $2 AND r.object_version = $3`, of.UpperID, of.ObjectID, of.ObjectVersion))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err != nil {
		return r, false, fmt.Errorf("look for the same report: %w", err)
	}
	return r, true, nil
}

// draw makes a report of what is published of a notice, not kept yet.
func draw(x Upper, n Notice, objects []taxii.Object) Report {
	main := objects[len(objects)-1]
	r := Report{
		ID: ulid.Make().String(), UpperID: x.ID, Upper: x.Name, way: x.Direction, NoticeID: n.ID, Number: n.Number, Revision: n.Revision, Act: n.act(), TLP: n.TLP,
		ObjectID: main.ID, ObjectVersion: main.Version, State: Waiting, Version: 1,
	}
	for _, o := range objects {
		r.octets = append(r.octets, string(o.Raw))
		r.Objects = append(r.Objects, Told{ID: o.ID, Type: o.Type, Version: o.Version, State: Waiting})
	}
	return r
}

// insertReport keeps a report. A drill's has no row that it could be of.
func insertReport(ctx context.Context, tx *sqldb.Tx, r Report) error {
	objects, err := json.Marshal(r.octets)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	told, err := json.Marshal(r.Objects)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	count, err := tx.Exec(ctx, `INSERT INTO security_upward (id, upper_id, upper_name, notice_id, number, revision, act, tlp, object_id, object_version, objects, told, cause, strict, follows, state, tries, next_at, until_at, status_id, fault, fault_text, released_at, sent_at, ended_at, actor, actor_name, version, direction)
		SELECT $1, $2, $3, n.id, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17, $18, '', $19, $20, $17, 0, $21, $22, $23, 1, $24 FROM security_notice n WHERE n.id = $4 AND n.drill = '' AND NOT n.synthetic AND n.issued_at > 0`,
		r.ID, r.UpperID, r.Upper, r.NoticeID, r.Number, r.Revision, r.Act, r.TLP, r.ObjectID, r.ObjectVersion, string(objects), string(told), r.Cause, r.strict, r.Follows, r.State, r.ReleasedAt.UnixMilli(), millis(r.UntilAt), r.Fault, r.FaultText, millis(r.EndedAt), r.actor, r.By, r.way)
	if err != nil {
		return fmt.Errorf("keep report of notice %s: %w", r.Number, err)
	}
	if count == 0 {
		return fault.New(fault.Conflict, "security.upward.unreal", "drills and demonstrations are never reported to an upper level")
	}
	tx.Changed("security_upward", r.ID, nil, r)
	return nil
}

func millis(at *time.Time) int64 {
	if at == nil {
		return 0
	}
	return at.UnixMilli()
}

// saveReport keeps what became of a report, unless somebody changed it meanwhile.
func saveReport(ctx context.Context, tx *sqldb.Tx, before, r Report) (kept bool, err error) {
	told, err := json.Marshal(r.Objects)
	if err != nil {
		return false, fmt.Errorf("write report: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE security_upward SET told = $3, cause = $4, strict = $5, follows = $6, state = $7, tries = $8, next_at = $9, until_at = $10, status_id = $11, fault = $12, fault_text = $13, released_at = $14, sent_at = $15, ended_at = $16, actor = $17, actor_name = $18, file = $19, version = version + 1 WHERE id = $1 AND version = $2`,
		r.ID, before.Version, string(told), r.Cause, r.strict, r.Follows, r.State, r.Tries, millis(r.NextAt), millis(r.UntilAt), r.statusID, r.Fault, r.FaultText, r.ReleasedAt.UnixMilli(), millis(r.SentAt), millis(r.EndedAt), r.actor, r.By, r.File)
	if err != nil {
		return false, fmt.Errorf("keep what became of report %s: %w", r.ID, err)
	}
	if n == 0 {
		return false, nil
	}
	r.Version = before.Version + 1
	tx.Changed("security_upward", r.ID, before, r)
	return true, nil
}

// next is what is sent by a channel now: of one notice one version after the other. What the
// notice says of TLP by now counts, not what it said when it was released, and so do the
// recipients of a channel downward.
func (s store) next(ctx context.Context, upper string, now time.Time) (r Report, found bool, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for found = false; !found; {
			var tlp, most rating.TLP
			var unreal bool
			var id string
			err := tx.QueryRow(ctx, `SELECT r.id, COALESCE(n.tlp, r.tlp), x.most_tlp, COALESCE(n.drill <> '' OR n.synthetic, FALSE) FROM security_upward r JOIN security_upper x ON x.id = r.upper_id LEFT JOIN security_notice n ON n.id = r.notice_id
				WHERE r.upper_id = $1 AND r.state IN ('waiting', 'pending') AND r.next_at <= $2 AND NOT x.paused AND x.confirmed
				AND NOT EXISTS (SELECT 1 FROM security_upward e WHERE e.upper_id = r.upper_id AND e.notice_id = r.notice_id AND e.state IN ('waiting', 'pending') AND e.id < r.id)
				ORDER BY r.next_at, r.id LIMIT 1`, upper, now.UnixMilli()).Scan(&id, &tlp, &most, &unreal)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("find the next report: %w", err)
			}
			if r, err = oneReport(ctx, tx, id); err != nil {
				return err
			}
			why, err := withheld(ctx, tx, r, tlp, most, unreal)
			if err != nil {
				return err
			}
			if why == "" || r.State == Pending {
				found = true
				break
			}
			if _, err := saveReport(ctx, tx, r, r.end(Withheld, why, "", now)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE security_upper SET lease_until = $2 WHERE id = $1`, upper, now.Add(leaseFor).UnixMilli())
		if err != nil {
			return fmt.Errorf("hold the lease of an upper level: %w", err)
		}
		return nil
	})
	return r, found, err
}

// withheld tells why a released report is not sent by its channel after all; empty: it is.
func withheld(ctx context.Context, tx *sqldb.Tx, r Report, now, most rating.TLP, unreal bool) (string, error) {
	if why := stricter(r, now, most, unreal); why != "" || r.way != Down {
		return why, nil
	}
	x, err := upperIn(ctx, tx, r.UpperID)
	if err != nil {
		return "", err
	}
	return x.unaddressed(ctx, tx, r.NoticeID, now)
}

// stricter tells why a released report is not sent after all; empty: it is.
func stricter(r Report, now, most rating.TLP, unreal bool) string {
	if r.Act == actReceipt { // who made the notice knows it
		return ""
	}
	if unreal {
		return faultUnreal
	}
	if why := barred(r.TLP, most, r.strict); why != "" {
		return why
	}
	return barred(now, most, r.strict)
}

// overdue are reports whose time to be tried is over.
func (s store) overdue(ctx context.Context, upper string, now time.Time) ([]Report, error) {
	rows, err := s.db.Query(ctx, `SELECT `+reportColumns+` FROM security_upward r WHERE r.upper_id = $1 AND r.state IN ('waiting', 'pending') AND r.until_at <= $2 ORDER BY r.id LIMIT $3`, upper, now.UnixMilli(), mostOfTurn)
	if err != nil {
		return nil, fmt.Errorf("find reports to give up: %w", err)
	}
	return sqldb.All(rows, scanReport)
}

// page is where people read of what a report is about.
func (r Report) page() string {
	if r.ReceivedID != "" {
		return "/security/received/" + r.ReceivedID
	}
	return "/security/notices/" + r.NoticeID
}

// failed is what people are told of a report that failed.
func (r Report) failed() lang.Text {
	if r.way == Down {
		return lang.Text{ZH: "安全通报 " + r.Number + " 未能下发 " + r.Upper, EN: "Security notice " + r.Number + " could not be sent down to " + r.Upper}
	}
	return lang.Text{ZH: "安全通报 " + r.Number + " 未能上报 " + r.Upper, EN: "Security notice " + r.Number + " could not be reported to " + r.Upper}
}

// note keeps what became of a report; of one that failed people are told.
func (u *Upward) note(ctx context.Context, before, after Report) error {
	return u.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		kept, err := saveReport(ctx, tx, before, after)
		if err != nil || !kept || after.State != Failed {
			return err
		}
		root, err := u.organisations.Root(ctx)
		if err != nil {
			return fmt.Errorf("find the city's bureau: %w", err)
		}
		err = u.kit.Notices.Send(ctx, tx, message.Notice{
			Kind: toldFailed, Link: after.page(), Key: fmt.Sprintf("upward/%s/%d", after.ID, after.ReleasedAt.UnixMilli()),
			Title: after.failed(),
			To:    message.Audience{Organisation: root.ID, Permission: mayRelease},
		})
		if err != nil {
			return fmt.Errorf("tell that a report failed: %w", err)
		}
		return nil
	})
}
