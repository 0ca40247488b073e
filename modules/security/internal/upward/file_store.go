package upward

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/attest"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
	"linghang/lib/stix"
	"linghang/modules/security/internal/ferry"
	"linghang/modules/security/internal/rating"
)

// UpperFile is a file that was made for an upper level.
type UpperFile struct {
	ID        string     `json:"id"`
	Sequence  int64      `json:"sequence" title:"编号|Number"`
	Digest    string     `json:"digest" doc:"SHA-256 of the statement, which the next file names" title:"摘要|Digest"`
	Reports   int64      `json:"reports" title:"通报|Notices"`
	Objects   int64      `json:"objects" title:"对象|Objects"`
	CreatedAt time.Time  `json:"created_at" title:"制作时间|Made"`
	FetchedAt *time.Time `json:"fetched_at,omitempty" doc:"When it was fetched first" title:"下载时间|Fetched"`
	By        string     `json:"by" title:"制作人|Made by"`

	upper  string // name
	signed attest.Signed
	bundle string
}

const fileColumns = `f.id, f.upper_name, f.sequence, f.digest, f.statement, f.signature, f.public_key, f.bundle, f.reports, f.objects, f.created_at, f.actor_name, f.fetched_at`

func scanFile(r sqldb.Row) (f UpperFile, err error) {
	var created, fetched int64
	err = r.Scan(&f.ID, &f.upper, &f.Sequence, &f.Digest, &f.signed.Statement, &f.signed.Signature, &f.signed.Public, &f.bundle, &f.Reports, &f.Objects, &created, &f.By, &fetched)
	f.CreatedAt, f.FetchedAt = sqldb.Time(created), sqldb.Instant(fetched)
	return f, err
}

func (s store) files(ctx context.Context, upper string, in sqldb.ListParams) (sqldb.Page[UpperFile], error) {
	l := sqldb.List{Select: strings.Replace(fileColumns, "f.bundle", "''", 1), From: "security_upward_file f", Key: "f.id", Order: "-sequence", Sort: map[string]string{"sequence": "f.sequence"}}
	l.Where("f.upper_id = ?", upper)
	return sqldb.Fetch(ctx, s.db, l, in, scanFile)
}

func (s store) file(ctx context.Context, id string) (UpperFile, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` FROM security_upward_file f WHERE f.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read a file: %w", err)
	}
	return f, nil
}

// fetched notes that a file was fetched.
func (s store) fetched(ctx context.Context, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE security_upward_file SET fetched_at = $2 WHERE id = $1 AND fetched_at = 0`, id, now.UnixMilli()); err != nil {
			return fmt.Errorf("note that a file was fetched: %w", err)
		}
		return nil
	})
}

// filesKept is how long a file can be brought again.
const filesKept = 2 * 365 * 24 * time.Hour

// forgetFiles removes files that were kept long enough: never one that nobody has fetched, the
// newest of a channel, or one that the other side, where it acknowledges, has not acknowledged.
func (u *Upward) forgetFiles(ctx context.Context) error {
	return u.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM security_upward_file WHERE created_at < $1 AND fetched_at > 0
			AND NOT EXISTS (SELECT 1 FROM security_upper x WHERE x.id = upper_id AND x.sequence <= security_upward_file.sequence)
			AND NOT EXISTS (SELECT 1 FROM security_ferry_source s JOIN security_upward r ON r.upper_id = s.pair_id WHERE s.pair_id = security_upward_file.upper_id AND NOT s.upper AND r.file = security_upward_file.sequence AND r.acknowledged_at = 0)`,
			u.now().Add(-filesKept).UnixMilli())
		if err != nil {
			return fmt.Errorf("forget old files: %w", err)
		}
		return nil
	})
}

func wrongWay() error {
	return fault.New(fault.Conflict, "security.upper.way", "this upper level is reached in another way")
}

// export puts what waits for an upper level into its next file, in one transaction: a file with
// a number is there for good, and what is in it has gone.
func (u *Upward) export(ctx context.Context, id string, signer *seal.Signer) (f UpperFile, err error) {
	now, who := u.now().Truncate(time.Second), identity.From(ctx)
	err = u.store.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE security_upper SET sequence = sequence WHERE id = $1`, id); err != nil { // who comes next waits
			return fmt.Errorf("hold an upper level: %w", err)
		}
		x, err := upperIn(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case x.Way != ByFile:
			return wrongWay()
		case x.Paused:
			return fault.New(fault.Conflict, "security.upper.paused", "the upper level is paused")
		}
		if err := x.Waits(x.Name); err != nil {
			return err //nolint:wrapcheck // the refusal
		}
		bundle, reports, objects, err := u.pack(ctx, tx, x)
		if err != nil {
			return err
		}
		if reports == 0 {
			return nil // what TLP withheld meanwhile is kept as withheld
		}
		h := ferry.Head{Channel: x.ID, Sequence: x.Sequence + 1, Previous: x.digest, CreatedAt: now}
		signed := attest.Signed{Statement: h.Statement(bundle), Public: signer.Key.Public}
		if signed.Signature, err = signer.Sign([]byte(signed.Statement)); err != nil {
			return fmt.Errorf("sign a file: %w", err)
		}
		f = UpperFile{ID: ulid.Make().String(), Sequence: h.Sequence, Digest: ferry.Digest(signed.Statement), Reports: reports, Objects: objects, CreatedAt: now, By: who.Name}
		_, err = tx.Exec(ctx, `INSERT INTO security_upward_file (id, upper_id, upper_name, sequence, digest, statement, signature, public_key, bundle, reports, objects, created_at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			f.ID, x.ID, x.Name, f.Sequence, f.Digest, signed.Statement, signed.Signature, signed.Public, string(bundle), f.Reports, f.Objects, now.UnixMilli(), who.Actor(), who.Name)
		if err != nil {
			return fmt.Errorf("keep a file: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE security_upper SET sequence = $2, digest = $3, run_at = $4, good_at = $4 WHERE id = $1`, x.ID, f.Sequence, f.Digest, now.UnixMilli()); err != nil {
			return fmt.Errorf("count a file: %w", err)
		}
		tx.Changed("security_upward_file", f.ID, nil, f)
		return nil
	})
	if err == nil && f.ID == "" {
		err = fault.New(fault.Conflict, "security.upward.nothing", "nothing waits for this upper level")
	}
	return f, err
}

// pack takes what waits for an upper level into a bundle, in the order in which it was
// released. What TLP does not let through is withheld.
func (u *Upward) pack(ctx context.Context, tx *sqldb.Tx, x Upper) (bundle []byte, reports, objects int64, err error) {
	rows, err := tx.Query(ctx, `SELECT `+reportColumns+`, COALESCE(n.tlp, r.tlp), COALESCE(n.drill <> '' OR n.synthetic, FALSE) FROM security_upward r LEFT JOIN security_notice n ON n.id = r.notice_id WHERE r.upper_id = $1 AND r.state = 'waiting' ORDER BY r.id LIMIT $2`, x.ID, mostOfTurn)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("read what waits: %w", err)
	}
	type waiting struct {
		Report
		tlp    rating.TLP
		unreal bool
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (w waiting, err error) {
		w.Report, err = scanReport(also{r, []any{&w.tlp, &w.unreal}})
		return w, err
	})
	if err != nil {
		return nil, 0, 0, err
	}
	var b strings.Builder
	b.WriteString(`{"type":"bundle","id":"` + string(stix.NewID("bundle")) + `","objects":[`)
	seen, now := map[string]bool{}, u.now()
	for _, w := range list {
		after := w.end(Exported, "", "", now)
		why := stricter(w.Report, w.tlp, x.MostTLP, w.unreal)
		if why == "" && w.NoticeID != "" {
			if why, err = x.unaddressed(ctx, tx, w.NoticeID, w.tlp); err != nil {
				return nil, 0, 0, err
			}
		}
		if why != "" {
			after = w.end(Withheld, why, "", now)
		} else if b.Len()+len(strings.Join(w.octets, "")) > ferry.MostBundle-1024 {
			break // the rest goes into the next file
		} else {
			after.SentAt, after.File = &now, x.Sequence+1
			reports++
			objects += add(&b, w.Report, seen)
		}
		if _, err := saveReport(ctx, tx, w.Report, after); err != nil {
			return nil, 0, 0, err
		}
	}
	b.WriteString(`]}`)
	return []byte(b.String()), reports, objects, nil
}

// add writes the objects of a report into a bundle that are not in it.
func add(b *strings.Builder, r Report, seen map[string]bool) (n int64) {
	for i, raw := range r.octets {
		key := r.Objects[i].ID + " " + r.Objects[i].Version
		if seen[key] {
			continue
		}
		if len(seen) > 0 {
			b.WriteByte(',')
		}
		b.WriteString(raw)
		seen[key] = true
		n++
	}
	return n
}

// also reads further columns behind those of something.
type also struct {
	sqldb.Row
	more []any
}

func (a also) Scan(to ...any) error { return a.Row.Scan(append(to, a.more...)...) } //nolint:wrapcheck // as it is
