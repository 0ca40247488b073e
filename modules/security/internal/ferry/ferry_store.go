package ferry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/second"
)

type store struct{ db *sqldb.DB }

// purpose is what secrets of sources are sealed for.
const purpose = "notice_sources"

// Sealed are the columns that hold secrets.
func Sealed() []module.Sealed {
	return []module.Sealed{{Purpose: purpose, Column: sqldb.Column{Table: "security_ferry_source", Key: "id", Name: "secret", Where: "secret <> ''"}}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_ferry_source", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "created_at"}},
		{Table: "security_ferry_source", Person: "confirmer", Columns: []string{"confirmer_name"}, Show: []string{"name", "confirmed_at"}},
		{Table: "security_ferry_file", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"source_id", "sequence", "taken_at"}},
	}
}

func sourceColumns() string {
	return `s.id, s.name, s.channel, s.public_key, s.first, s.last, s.digest, s.ahead, s.taken_at, s.created_at, s.version, s.upper, s.pair_id, s.way, s.root, s.collection, s.auth, s.username, s.secret, s.secret_version, s.every_minutes, s.paused, s.cursor,
		s.next_at, s.run_at, s.good_at, s.failures, s.fault, s.fault_text, s.organisation_id, ` + second.Columns("s")
}

func scanSource(r sqldb.Row) (s NoticeSource, err error) {
	var taken, created, confirmed, next, ran, good int64
	err = r.Scan(append([]any{
		&s.ID, &s.Name, &s.Channel, &s.Keys, &s.First, &s.Last, &s.digest, &s.Ahead, &taken, &created, &s.Version, &s.Upper, &s.Pair, &s.Way, &s.Root, &s.Collection, &s.Auth, &s.User, &s.secret, &s.SecretVersion, &s.Every, &s.Paused, &s.Cursor,
		&next, &ran, &good, &s.Failures, &s.Fault, &s.FaultText, &s.Organisation,
	}, s.Into(&confirmed)...)...)
	s.ConfirmedAt = sqldb.Instant(confirmed)
	s.TakenAt, s.CreatedAt, s.RunAt, s.GoodAt = sqldb.Instant(taken), sqldb.Time(created), sqldb.Instant(ran), sqldb.Instant(good)
	if s.Way != ByFile {
		s.Channel, s.First = "", 0
	}
	if s.Way == ByTAXII && s.Confirmed && !s.Paused {
		s.NextAt = sqldb.Instant(next)
	}
	s.Missing = s.missing()
	return s, err
}

// channelOf is what keeps a source apart from others: the id of one that has no channel.
func channelOf(s NoticeSource) string {
	if s.Way != ByFile {
		return s.ID
	}
	return s.Channel
}

func (s store) sources(ctx context.Context, in sqldb.ListParams) (sqldb.Page[NoticeSource], error) {
	l := sqldb.List{
		Select: sourceColumns(), From: "security_ferry_source s", Key: "s.id", Order: "name",
		Sort:   map[string]string{"name": "s.name", "last": "s.last", "taken_at": "s.taken_at", "way": "s.way", "failures": "s.failures"},
		Search: []string{"s.name", "s.channel", "s.root", "s.collection"},
	}
	return sqldb.Fetch(ctx, s.db, l, in, scanSource)
}

type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func noSuch() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such source of notices, or it is not yours to see")
}

func oneSource(ctx context.Context, db reader, where, value string) (NoticeSource, error) {
	s, err := scanSource(db.QueryRow(ctx, `SELECT `+sourceColumns()+` FROM security_ferry_source s WHERE s.`+where+` = $1`, value))
	if errors.Is(err, sql.ErrNoRows) {
		return s, noSuch()
	}
	if err != nil {
		return s, fmt.Errorf("read a source of notices: %w", err)
	}
	return s, nil
}

func taken(err error) error {
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "security.ferry.taken", "another source has this name, this channel, or is of this organisation").At("body.name", "a name, a channel and an organisation that no other source has")
	}
	return err
}

// telling asks a second person, in the transaction that needs one.
type telling func(ctx context.Context, tx *sqldb.Tx, s NoticeSource) error

// asking asks for collections to be read, in the transaction that makes them due.
type asking func(ctx context.Context, tx *sqldb.Tx) error

func (s store) insert(ctx context.Context, x NoticeSource, now time.Time, tell telling) error {
	return taken(s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_ferry_source`).Scan(&n); err != nil {
			return fmt.Errorf("count sources of notices: %w", err)
		}
		if n >= mostSources {
			return fault.New(fault.Conflict, "security.ferry.many", "at most %d sources", mostSources).With("n", mostSources)
		}
		_, err := tx.Exec(ctx, `INSERT INTO security_ferry_source (id, name, channel, public_key, first, last, digest, ahead, taken_at, created_at, version, upper, pair_id, way, root, collection, auth, username, secret, secret_version, every_minutes, paused, organisation_id, cursor, confirmed, confirmed_at, confirmer, confirmer_name, actor, actor_name)
			VALUES ($1, $2, $3, $4, $5, 0, 'none', 0, 0, $6, 1, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`,
			append([]any{x.ID, x.Name, channelOf(x), x.Keys, x.First, now.UnixMilli(), x.Upper, x.Pair, x.Way, x.Root, x.Collection, x.Auth, x.User, x.secret, x.SecretVersion, x.Every, x.Paused, x.Organisation, x.Cursor}, x.Values()...)...)
		if err != nil {
			return fmt.Errorf("keep a source of notices: %w", err)
		}
		tx.Changed("security_ferry_source", x.ID, nil, x)
		return tell(ctx, tx, x)
	}))
}

// edit changes a source. A collection that is another one is read anew, and what
// is read at this moment under the version before is not kept.
func (s store) edit(ctx context.Context, before, after NoticeSource, now time.Time, tell telling, ask asking) error {
	return taken(s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE security_ferry_source SET name = $3, public_key = $4, upper = $5, pair_id = $6, root = $7, collection = $8, auth = $9, username = $10, secret = $11, secret_version = $12, every_minutes = $13, paused = $14, organisation_id = $15, cursor = CASE WHEN $16 THEN $17 ELSE cursor END, next_at = $18,
			confirmed = $19, confirmed_at = $20, confirmer = $21, confirmer_name = $22, actor = $23, actor_name = $24, lease_until = 0, failures = 0, version = version + 1 WHERE id = $1 AND version = $2`,
			append([]any{after.ID, before.Version, after.Name, after.Keys, after.Upper, after.Pair, after.Root, after.Collection, after.Auth, after.User, after.secret, after.SecretVersion, after.Every, after.Paused, after.Organisation, another(before, after), after.Cursor, now.UnixMilli()}, after.Values()...)...)
		if err != nil {
			return fmt.Errorf("change a source of notices: %w", err)
		}
		if n == 0 {
			return stale()
		}
		tx.Changed("security_ferry_source", after.ID, before, after)
		if err := tell(ctx, tx, after); err != nil {
			return err
		}
		if after.Way != ByTAXII {
			return nil
		}
		return ask(ctx, tx)
	}))
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// remove takes a source away; what it brought stays in the inbox.
func (s store) remove(ctx context.Context, x NoticeSource) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []string{`DELETE FROM security_ferry_file WHERE source_id = $1`, `DELETE FROM security_ferry_turn WHERE source_id = $1`, `DELETE FROM security_ferry_source WHERE id = $1`} {
			if _, err := tx.Exec(ctx, q, x.ID); err != nil {
				return fmt.Errorf("remove a source of notices: %w", err)
			}
		}
		tx.Changed("security_ferry_source", x.ID, x, nil)
		return nil
	})
}

// filesShown is how many files of a source its page shows.
const filesShown = 50

func (s store) files(ctx context.Context, source string) ([]TakenFile, error) {
	rows, err := s.db.Query(ctx, `SELECT sequence, digest, made_at, objects, refused, refusal, notices, receipts, taken_at, actor_name FROM security_ferry_file WHERE source_id = $1 ORDER BY sequence DESC LIMIT $2`, source, filesShown)
	if err != nil {
		return nil, fmt.Errorf("read files that were taken in: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (f TakenFile, err error) {
		var made, at int64
		err = r.Scan(&f.Sequence, &f.Digest, &made, &f.Objects, &f.Refused, &f.Refusal, &f.Notices, &f.Receipts, &at, &f.By)
		f.MadeAt, f.TakenAt = sqldb.Time(made), sqldb.Time(at)
		return f, err
	})
	return append([]TakenFile{}, list...), err
}

// filesKept is how long it is known which files were taken in.
const filesKept = 2 * 365 * 24 * time.Hour

// forget removes what is known of files that were taken in long ago; the last of a source stays,
// which the next one has to follow.
func (m *Ferry) forget(ctx context.Context) error {
	return m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM security_ferry_file WHERE taken_at < $1 AND sequence < (SELECT s.last FROM security_ferry_source s WHERE s.id = source_id)`, m.now().Add(-filesKept).UnixMilli())
		if err != nil {
			return fmt.Errorf("forget old files: %w", err)
		}
		return nil
	})
}

// same tells whether a file was taken in before as it is now.
func same(ctx context.Context, tx *sqldb.Tx, source string, f File) (bool, error) {
	var digest string
	err := tx.QueryRow(ctx, `SELECT digest FROM security_ferry_file WHERE source_id = $1 AND sequence = $2`, source, f.Sequence).Scan(&digest)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the same file: %w", err)
	}
	return digest == f.Digest, nil
}

// take takes a file in whose signature is good, when its turn is now; in one transaction with
// what it brings.
func (m *Ferry) take(ctx context.Context, f File, good [][]byte, refusal []string) (out TakenFile, err error) {
	now, who := m.now(), identity.From(ctx)
	var gap error
	err = m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		gap = nil
		if _, err := tx.Exec(ctx, `UPDATE security_ferry_source SET ahead = ahead WHERE channel = $1`, f.Channel); err != nil { // who comes next waits
			return fmt.Errorf("hold a source of notices: %w", err)
		}
		s, err := oneSource(ctx, tx, "channel", f.Channel)
		if err != nil {
			return err
		}
		if err := s.Waits(s.Name); err != nil {
			return err //nolint:wrapcheck // the refusal
		}
		if !f.Verify(s.keys()) {
			return wrongKey()
		}
		known, err := same(ctx, tx, s.ID, f)
		if err != nil {
			return err
		}
		if err := s.follows(f, known); err != nil {
			if !s.before(f) {
				return err
			}
			gap = err // its number is remembered, so that people see what is missing
			n, err := tx.Exec(ctx, `UPDATE security_ferry_source SET ahead = $2 WHERE id = $1 AND ahead < $2`, s.ID, f.Sequence)
			if err != nil {
				return fmt.Errorf("note what is missing: %w", err)
			}
			if n > 0 {
				tx.Changed("security_ferry_source", s.ID, map[string]any{"ahead": s.Ahead}, map[string]any{"ahead": f.Sequence})
			}
			return nil
		}
		if err := m.deliver(ctx, tx, good, s.Name); err != nil {
			return err
		}
		b, err := m.understand(ctx, tx, s, f.Sequence, good)
		if err != nil {
			return err
		}
		refusal := append(slices.Clone(refusal), b.refusal...)
		out = TakenFile{Notices: b.notices, Receipts: b.receipts, Sequence: f.Sequence, Digest: f.Digest, MadeAt: f.CreatedAt, Objects: int64(len(good)), Refused: int64(len(refusal)), Refusal: first(refusal), TakenAt: now, By: who.Name}
		_, err = tx.Exec(ctx, `INSERT INTO security_ferry_file (source_id, sequence, digest, made_at, objects, refused, refusal, taken_at, actor, actor_name, notices, receipts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			s.ID, f.Sequence, f.Digest, f.CreatedAt.UnixMilli(), out.Objects, out.Refused, out.Refusal, now.UnixMilli(), who.Actor(), who.Name, out.Notices, out.Receipts)
		if err != nil {
			return fmt.Errorf("note a file that was taken in: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE security_ferry_source SET last = $2, digest = $3, taken_at = $4, ahead = CASE WHEN ahead <= $2 THEN 0 ELSE ahead END WHERE id = $1`, s.ID, f.Sequence, f.Digest, now.UnixMilli()); err != nil {
			return fmt.Errorf("note how far a source came: %w", err)
		}
		tx.Changed("security_ferry_source", s.ID, map[string]any{"last": s.Last}, map[string]any{"last": f.Sequence, "digest": f.Digest, "objects": out.Objects, "refused": out.Refused, "notices": out.Notices, "receipts": out.Receipts})
		return nil
	})
	return out, errors.Join(err, gap)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	if r := []rune(list[0]); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return strings.ToValidUTF8(list[0], ".")
}
