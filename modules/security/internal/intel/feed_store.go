package intel

import (
	"context"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

// feedPurpose is what secrets of feeds are sealed for.
const feedPurpose = "feeds"

// Sealed are the columns that hold secrets.
func Sealed() []module.Sealed {
	return []module.Sealed{{Purpose: feedPurpose, Column: sqldb.Column{Table: "security_intel_feed", Key: "id", Name: "secret", Where: "secret <> ''"}}}
}

const feedColumns = `f.id, f.name, f.root, f.collection, f.auth, f.username, f.secret, f.secret_version, f.every_minutes, f.days, f.paused, f.cursor, f.next_at, f.run_at, f.good_at, f.failures, f.fault, f.fault_text, f.objects, f.created_at, f.version`

func scanFeed(r sqldb.Row) (f Feed, err error) {
	var next, ran, good, created int64
	err = r.Scan(&f.ID, &f.Name, &f.Root, &f.Collection, &f.Auth, &f.User, &f.secret, &f.SecretVersion, &f.Every, &f.Days, &f.Paused, &f.Cursor, &next, &ran, &good, &f.Failures, &f.Fault, &f.FaultText, &f.Objects, &created, &f.Version)
	f.NextAt, f.RunAt, f.GoodAt, f.CreatedAt = sqldb.Time(next), sqldb.Instant(ran), sqldb.Instant(good), sqldb.Time(created)
	return f, err
}

func (s store) feeds(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Feed], error) {
	l := sqldb.List{
		Select: feedColumns, From: "security_intel_feed f", Key: "f.id", Order: "name",
		Sort:   map[string]string{"name": "f.name", "run_at": "f.run_at", "next_at": "f.next_at", "failures": "f.failures", "objects": "f.objects"},
		Search: []string{"f.name", "f.root", "f.collection"},
	}
	return sqldb.Fetch(ctx, s.db, l, in, scanFeed)
}

func (s store) feed(ctx context.Context, id string) (Feed, error) {
	l := sqldb.List{Select: feedColumns, From: "security_intel_feed f", Key: "f.id", Order: "id", Sort: map[string]string{"id": "f.id"}}
	l.Where("f.id = ?", id)
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, scanFeed)
	if err != nil {
		return Feed{}, err
	}
	if len(page.Items) == 0 {
		return Feed{}, noSuch("feed")
	}
	return page.Items[0], nil
}

func nameTaken(err error) error {
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "security.feed.name", "another feed has this name").At("body.name", "a name that no other feed has")
	}
	return err
}

func (s store) insertFeed(ctx context.Context, f Feed, now time.Time, ask func(ctx context.Context, tx *sqldb.Tx) error) error {
	who := handOf(ctx)
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_intel_feed`).Scan(&n); err != nil {
			return fmt.Errorf("count feeds: %w", err)
		}
		if n >= mostFeeds {
			return fault.New(fault.Conflict, "security.feed.many", "at most %d feeds", mostFeeds).With("n", mostFeeds)
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_intel_feed (id, name, root, collection, auth, username, secret, secret_version, every_minutes, days, paused, cursor, next_at, lease_until, run_at, good_at, failures, fault, fault_text, objects, created_at, actor, actor_name, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12, 0, 0, 0, 0, '', '', 0, $12, $13, $14, 1)`,
			f.ID, f.Name, f.Root, f.Collection, f.Auth, f.User, f.secret, f.SecretVersion, f.Every, f.Days, f.Paused, now.UnixMilli(), who.actor, who.name)
		if err != nil {
			return fmt.Errorf("keep a feed: %w", err)
		}
		tx.Changed("security_intel_feed", f.ID, nil, f)
		return ask(ctx, tx)
	})
	return nameTaken(err)
}

// editFeed changes a feed. One that reads another collection begins anew.
func (s store) editFeed(ctx context.Context, before, after Feed, now time.Time, ask func(ctx context.Context, tx *sqldb.Tx) error) error {
	if before.Root != after.Root || before.Collection != after.Collection {
		after.Cursor = ""
	}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE security_intel_feed SET name = $3, root = $4, collection = $5, auth = $6, username = $7, secret = $8, secret_version = $9, every_minutes = $10, days = $11, paused = $12, cursor = $13, next_at = $14, lease_until = 0, failures = 0, version = version + 1 WHERE id = $1 AND version = $2`,
			after.ID, before.Version, after.Name, after.Root, after.Collection, after.Auth, after.User, after.secret, after.SecretVersion, after.Every, after.Days, after.Paused, after.Cursor, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("change a feed: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
		}
		tx.Changed("security_intel_feed", after.ID, before, after)
		return ask(ctx, tx)
	})
	return nameTaken(err)
}

// removeFeed takes a feed away, and its secret. What it brought stays, under its name.
func (s store) removeFeed(ctx context.Context, f Feed) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []string{`DELETE FROM security_intel_run WHERE feed_id = $1`, `DELETE FROM security_intel_feed WHERE id = $1`} {
			if _, err := tx.Exec(ctx, q, f.ID); err != nil {
				return fmt.Errorf("remove a feed: %w", err)
			}
		}
		tx.Changed("security_intel_feed", f.ID, f, nil)
		return nil
	})
}

// turn makes a feed due now.
func (s store) turn(ctx context.Context, f Feed, now time.Time, ask func(ctx context.Context, tx *sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE security_intel_feed SET next_at = $2 WHERE id = $1`, f.ID, now.UnixMilli()); err != nil {
			return fmt.Errorf("ask for a feed: %w", err)
		}
		tx.Changed("security_intel_feed", f.ID, nil, map[string]any{"name": f.Name, "read": "now"})
		return ask(ctx, tx)
	})
}

// claim leases feeds that are due, so that one process reads each. The lease is looked at again
// behind the choice: PostgreSQL chooses by what was there before another one claimed.
func (s store) claim(ctx context.Context, now time.Time, most int) (list []Feed, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE security_intel_feed SET lease_until = $2 WHERE id IN (SELECT id FROM security_intel_feed WHERE NOT paused AND next_at <= $1 AND lease_until <= $1 ORDER BY next_at, id LIMIT $3) AND lease_until <= $1 RETURNING id`, now.UnixMilli(), now.Add(peer.LeaseFor).UnixMilli(), most)
		if err != nil {
			return fmt.Errorf("claim feeds: %w", err)
		}
		ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		list = nil
		for _, id := range ids {
			f, err := scanFeed(tx.QueryRow(ctx, `SELECT `+feedColumns+` FROM security_intel_feed f WHERE f.id = $1`, id))
			if err != nil {
				return fmt.Errorf("read a feed: %w", err)
			}
			list = append(list, f)
		}
		return nil
	})
	return list, err
}

// come notes how far a feed was read, in the transaction that keeps what it brought, and holds
// the lease on.
func come(ctx context.Context, tx *sqldb.Tx, f Feed, cursor string, objects int64, now time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE security_intel_feed SET cursor = $3, objects = objects + $4, lease_until = $5 WHERE id = $1 AND version = $2`, f.ID, f.Version, cursor, objects, now.Add(peer.LeaseFor).UnixMilli())
	if err != nil {
		return fmt.Errorf("note how far a feed was read: %w", err)
	}
	if n == 0 {
		return peer.ErrChanged
	}
	return nil
}

// done notes what a reading brought, and when the next is.
func (s store) done(ctx context.Context, f Feed, r run, problem *peer.Error, began, now time.Time) error {
	class, text := "", ""
	if problem != nil {
		class, text = problem.Class, problem.Text
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE security_intel_feed SET lease_until = 0, run_at = $3, next_at = $4, fault = $5, fault_text = $6, failures = CASE WHEN $5 = '' THEN 0 ELSE failures + 1 END, good_at = CASE WHEN $5 = '' THEN $3 ELSE good_at END WHERE id = $1 AND version = $2`,
			f.ID, f.Version, now.UnixMilli(), now.Add(time.Duration(f.Every)*time.Minute).UnixMilli(), class, text)
		if err != nil {
			return fmt.Errorf("note that a feed was read: %w", err)
		}
		if n == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `INSERT INTO security_intel_run (id, feed_id, at, took_ms, pages, fresh, newer, known, refused, refusal, unmatched, fault, fault_text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			ulid.Make().String(), f.ID, began.UnixMilli(), now.Sub(began).Milliseconds(), r.pages, r.fresh, r.newer, r.known, r.refused, r.refusal, r.unmatched, class, text)
		if err != nil {
			return fmt.Errorf("note what a feed brought: %w", err)
		}
		_, err = tx.Exec(ctx, `DELETE FROM security_intel_run WHERE feed_id = $1 AND id NOT IN (SELECT id FROM security_intel_run WHERE feed_id = $1 ORDER BY at DESC, id DESC LIMIT $2)`, f.ID, runsKept)
		if err != nil {
			return fmt.Errorf("forget old readings: %w", err)
		}
		return nil
	})
}

// FeedRun is a time that a feed was read.
type FeedRun struct {
	At        time.Time `json:"at"`
	TookMS    int64     `json:"took_ms"`
	Pages     int64     `json:"pages"`
	New       int64     `json:"new"`
	Newer     int64     `json:"newer"`
	Known     int64     `json:"known"`
	Refused   int64     `json:"refused"`
	Refusal   string    `json:"refusal" doc:"Why the first one was refused"`
	Unmatched int64     `json:"unmatched" doc:"Indicators that are not matched"`
	Fault     string    `json:"fault"`
	FaultText string    `json:"fault_text"`
}

func (s store) runs(ctx context.Context, feed string) ([]FeedRun, error) {
	rows, err := s.db.Query(ctx, `SELECT at, took_ms, pages, fresh, newer, known, refused, refusal, unmatched, fault, fault_text FROM security_intel_run WHERE feed_id = $1 ORDER BY at DESC, id DESC LIMIT $2`, feed, runsKept)
	if err != nil {
		return nil, fmt.Errorf("read when a feed was read: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x FeedRun, err error) {
		var at int64
		err = r.Scan(&at, &x.TookMS, &x.Pages, &x.New, &x.Newer, &x.Known, &x.Refused, &x.Refusal, &x.Unmatched, &x.Fault, &x.FaultText)
		x.At = sqldb.Time(at)
		return x, err
	})
	return append([]FeedRun{}, list...), err
}

// takePage takes over what a page has, with how far it goes.
func (m *Intel) takePage(ctx context.Context, f Feed, page taxii.Fetched, cursor string, r *run) error {
	raw := make([][]byte, len(page.Objects))
	for i, o := range page.Objects {
		raw[i] = o
	}
	list := r.parsed(raw)
	var reports [][]byte
	for _, o := range list {
		if reported(o.Type()) {
			reports = append(reports, o.Raw())
		}
	}
	b, err := m.take(ctx, list, from{f.Name, "feed", time.Duration(f.Days) * 24 * time.Hour}, func(ctx context.Context, tx *sqldb.Tx, fresh int) error {
		if err := m.exchange.Deliver(ctx, tx, reports, f.Name); err != nil {
			return err
		}
		return come(ctx, tx, f, cursor, int64(fresh), m.now())
	})
	if err != nil {
		return err
	}
	r.add(b)
	return nil
}
