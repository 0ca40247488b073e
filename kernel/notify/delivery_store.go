package notify

import (
	"cmp"
	"context"
	"database/sql"
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

// deliveryStore keeps what leaves the house, and what became of it.
type deliveryStore struct{ db *sqldb.DB }

const deliveryColumns = `d.id, d.notice_id, d.kind, d.way, d.channel_id, d.person_id, d.organisation_id, d.address, d.language, d.state,
	d.attempts, d.next_at, d.tried_at, d.done_at, d.reason, d.digest_id, d.created_at`

func scanDelivery(r sqldb.Row) (delivery, error) {
	var d delivery
	var next, tried, done, created int64
	err := r.Scan(&d.ID, &d.NoticeID, &d.Kind, &d.Way, &d.ChannelID, &d.PersonID, &d.OrganisationID, &d.Address, &d.Language, &d.State,
		&d.Attempts, &next, &tried, &done, &d.Reason, &d.DigestID, &created)
	d.NextAt, d.TriedAt, d.DoneAt, d.CreatedAt = fromMillis(next), fromMillis(tried), fromMillis(done), fromMillis(created)
	return d, err
}

func fromMillis(ms int64) time.Time {
	if ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// claim takes deliveries that are due for as long as hold: who dies with them
// leaves them to the next who comes. Replicas never hold the same one.
func (s deliveryStore) claim(ctx context.Context, channel bool, limit int, now time.Time, hold time.Duration) (list []delivery, err error) {
	ways := `way IN ('mail', 'digest')`
	if channel {
		ways = `way = 'channel'`
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE delivery SET attempts = attempts + 1, tried_at = $1, next_at = $2
			WHERE id IN (SELECT id FROM delivery WHERE state = 'waiting' AND `+ways+` AND next_at <= $1 ORDER BY next_at, id LIMIT $3)
			AND state = 'waiting' AND next_at <= $1 RETURNING `+strings.ReplaceAll(deliveryColumns, "d.", ""), now.UnixMilli(), now.Add(hold).UnixMilli(), limit)
		if err != nil {
			return fmt.Errorf("claim deliveries: %w", err)
		}
		list, err = sqldb.All(rows, scanDelivery)
		return err
	})
	slices.SortFunc(list, func(a, b delivery) int { return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// settle records what became of an attempt. A delivery that was settled by
// another meanwhile stays as it is.
func (s deliveryStore) settle(ctx context.Context, d delivery, o outcome, now time.Time) error {
	state, done := stateWaiting, int64(0)
	switch {
	case o.ok:
		state, done = stateSent, now.UnixMilli()
	case o.final:
		state, done = stateFailed, now.UnixMilli()
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		attempts := d.Attempts
		if o.untried {
			attempts--
		}
		_, err := tx.Exec(ctx, `UPDATE delivery SET state = $1, done_at = $2, next_at = $3, reason = $4, attempts = $5 WHERE id = $6 AND state = 'waiting'`,
			state, done, max(0, o.next.UnixMilli()), o.reason, attempts, d.ID)
		if err != nil {
			return fmt.Errorf("settle delivery %s: %w", d.ID, err)
		}
		return nil
	})
}

// recent counts how often a channel was tried since a time.
func (s deliveryStore) recent(ctx context.Context, channel string, since time.Time) (n int, first time.Time, err error) {
	var at sql.NullInt64
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), MIN(tried_at) FROM delivery WHERE channel_id = $1 AND tried_at > $2`, channel, since.UnixMilli()).Scan(&n, &at)
	if err != nil {
		return 0, first, fmt.Errorf("count deliveries of channel: %w", err)
	}
	return n, fromMillis(at.Int64), nil
}

// waiting counts what waits for a channel.
func (s deliveryStore) waiting(ctx context.Context, channel string) (n int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM delivery WHERE channel_id = $1 AND state = 'waiting'`, channel).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count deliveries that wait: %w", err)
	}
	return n, nil
}

// content is what a delivery says.
type content struct {
	ID     string
	Kind   string
	Title  lang.Text
	Body   lang.Text
	Link   string
	Secret string
	By     string
	At     time.Time
}

const contentColumns = `n.id, n.kind, n.title_zh, n.title_en, n.body_zh, n.body_en, n.link, n.secret, n.by_name, n.at`

func scanContent(r sqldb.Row) (content, error) {
	var c content
	var at int64
	err := r.Scan(&c.ID, &c.Kind, &c.Title.ZH, &c.Title.EN, &c.Body.ZH, &c.Body.EN, &c.Link, &c.Secret, &c.By, &at)
	c.At = fromMillis(at)
	return c, err
}

// content returns what a delivery says: one notice, or those of a digest.
func (s deliveryStore) content(ctx context.Context, d delivery) ([]content, error) {
	query, arg := `SELECT `+contentColumns+` FROM notice n WHERE n.id = $1`, d.NoticeID
	if d.Way == wayDigest {
		query, arg = `SELECT `+contentColumns+` FROM delivery x JOIN notice n ON n.id = x.notice_id WHERE x.digest_id = $1 ORDER BY n.at, n.id`, d.ID
	}
	rows, err := s.db.Query(ctx, query, arg)
	if err != nil {
		return nil, fmt.Errorf("read what is delivered: %w", err)
	}
	return sqldb.All(rows, scanContent)
}

type deliveryParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"waiting,daily,grouped,sent,failed,dropped"`
	Way   string `query:"way" enum:"mail,digest,channel"`
	Kind  string `query:"kind" maxLength:"80"`
}

// list returns the deliveries of the caller's organisations; those to persons
// without one are the city's.
func (s deliveryStore) list(ctx context.Context, in deliveryParams) (sqldb.Page[delivery], error) {
	l := sqldb.List{
		Select: deliveryColumns, From: "delivery d", Key: "d.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "d.created_at", "next_at": "d.next_at", "state": "d.state", "attempts": "d.attempts", "kind": "d.kind"},
		Search: []string{"d.address", "d.reason", "d.id"},
	}
	l.WhereIf("d.state = ?", in.State).WhereIf("d.way = ?", in.Way).WhereIf("d.kind = ?", in.Kind)
	identity.From(ctx).Scope.Filter(&l, "d.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanDelivery)
}

// retry lets a delivery that failed be tried again at once.
func (s deliveryStore) retry(ctx context.Context, id string, now time.Time) (delivery, error) {
	d, err := scanDelivery(s.db.QueryRow(ctx, `SELECT `+deliveryColumns+` FROM delivery d WHERE d.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || (err == nil && !identity.From(ctx).Scope.Allows(d.OrganisationID)) {
		return d, noSuch("delivery")
	}
	if err != nil {
		return d, fmt.Errorf("read delivery: %w", err)
	}
	if d.State != stateFailed && d.State != stateWaiting && d.State != stateDropped {
		return d, fault.New(fault.Conflict, "notify.delivery.state", "a delivery that is %s is not tried again", d.State).With("state", d.State)
	}
	d.State, d.NextAt, d.Attempts = stateWaiting, now, 0
	return d, s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE delivery SET state = 'waiting', next_at = $1, attempts = 0, created_at = $1, done_at = 0 WHERE id = $2`, now.UnixMilli(), id)
		return err
	})
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

// digestDue returns who has notices waiting for a digest, with their address.
func (s deliveryStore) digestDue(ctx context.Context) ([]delivery, error) {
	rows, err := s.db.Query(ctx, `SELECT person_id, MAX(organisation_id), MAX(address), MAX(language), MIN(created_at) FROM delivery WHERE state = 'daily' GROUP BY person_id ORDER BY person_id`)
	if err != nil {
		return nil, fmt.Errorf("read what waits for a digest: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (delivery, error) {
		var d delivery
		var at int64
		err := r.Scan(&d.PersonID, &d.OrganisationID, &d.Address, &d.Language, &at)
		d.CreatedAt = fromMillis(at)
		return d, err
	})
}

// digest puts what waits into one mail. id names person and day, so that
// nobody gets two for one day.
func (s deliveryStore) digest(ctx context.Context, d delivery, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO delivery (id, kind, way, person_id, organisation_id, address, language, state, next_at, created_at)
			VALUES ($1, 'notify.digest', 'digest', $2, $3, $4, $5, 'waiting', $6, $6) ON CONFLICT DO NOTHING`,
			d.ID, d.PersonID, d.OrganisationID, d.Address, d.Language, now.UnixMilli())
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE delivery SET state = 'grouped', digest_id = $1, done_at = $2 WHERE person_id = $3 AND state = 'daily'`, d.ID, now.UnixMilli(), d.PersonID)
		if err != nil {
			return fmt.Errorf("group notices: %w", err)
		}
		return nil
	})
}

// forget removes deliveries that were settled before a time.
func (s deliveryStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM delivery WHERE created_at < $1 AND state <> 'waiting' AND state <> 'daily'`, before.UnixMilli())
		return err
	})
}
