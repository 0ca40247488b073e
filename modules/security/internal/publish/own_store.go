package publish

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

type store struct {
	db   *sqldb.DB
	seal *seal.Keyring
}

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

const ownColumns = `o.id, o.number, o.year, o.serial, o.state, o.title, o.tlp, o.draft, o.reason, o.revision, o.published_at, o.revised_at, o.actor, o.actor_name, o.created_at, o.changed_at, o.version`

func scanOwn(r sqldb.Row) (x Own, err error) {
	var draft string
	var published, revised, created, changed int64
	err = r.Scan(&x.ID, &x.Number, &x.year, &x.serial, &x.State, &x.Title, &x.TLP, &draft, &x.Reason, &x.Revision, &published, &revised, &x.actor, &x.Author, &created, &changed, &x.Version)
	if err != nil {
		return x, err
	}
	x.PublishedAt, x.RevisedAt, x.CreatedAt, x.ChangedAt = sqldb.Instant(published), sqldb.Instant(revised), sqldb.Time(created), sqldb.Time(changed)
	if err := json.Unmarshal([]byte(draft), &x.draft); err != nil {
		return x, fmt.Errorf("read the draft of %s: %w", x.Number, err)
	}
	return x, nil
}

// seen reads an advisory for the city's people; nobody else knows of drafts.
func (s store) seen(ctx context.Context, db reader, id string) (Own, error) {
	if !identity.From(ctx).Scope.All {
		return Own{}, noSuch("advisory")
	}
	x, err := scanOwn(db.QueryRow(ctx, `SELECT `+ownColumns+` FROM security_own_advisory o WHERE o.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("advisory")
	}
	if err != nil {
		return x, fmt.Errorf("read advisory: %w", err)
	}
	return x, nil
}

type ownParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"draft,review,published"`
}

func (s store) list(ctx context.Context, in ownParams) (sqldb.Page[Own], error) {
	l := sqldb.List{
		Select: ownColumns, From: "security_own_advisory o", Key: "o.id", Order: "-changed_at",
		Sort:   map[string]string{"changed_at": "o.changed_at", "number": "o.number", "title": "o.title", "state": "o.state", "revised_at": "o.revised_at"},
		Search: []string{"o.number", "o.title"},
	}
	l.WhereIf("o.state = ?", in.State)
	if !identity.From(ctx).Scope.All {
		l.Where("1 = 0")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanOwn)
}

// insert gives an advisory its number and keeps it.
func (s store) insert(ctx context.Context, tx *sqldb.Tx, x Own) (Own, error) {
	if err := tx.Queue(ctx, "security.own.number"); err != nil {
		return x, fmt.Errorf("wait for the number of an advisory: %w", err)
	}
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(serial), 0) + 1 FROM security_own_advisory WHERE year = $1`, x.year).Scan(&x.serial); err != nil {
		return x, fmt.Errorf("read the last number of advisories: %w", err)
	}
	x.Number = numbered(x.year, x.serial)
	draft, err := json.Marshal(x.draft)
	if err != nil {
		return x, fmt.Errorf("write the draft: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_own_advisory (id, number, year, serial, state, title, tlp, draft, reason, revision, published_at, revised_at, actor, actor_name, created_at, changed_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, 0, 0, $9, $10, $11, $12, 1)`,
		x.ID, x.Number, x.year, x.serial, x.State, x.Title, x.TLP, string(draft), x.actor, x.Author, x.CreatedAt.UnixMilli(), x.ChangedAt.UnixMilli())
	if err != nil {
		return x, fmt.Errorf("keep an advisory: %w", err)
	}
	tx.Changed("security_own_advisory", x.ID, nil, x)
	return x, nil
}

func (s store) save(ctx context.Context, tx *sqldb.Tx, before, x Own) error {
	draft, err := json.Marshal(x.draft)
	if err != nil {
		return fmt.Errorf("write the draft: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE security_own_advisory SET state = $1, title = $2, tlp = $3, draft = $4, reason = $5, revision = $6, published_at = $7, revised_at = $8, actor = $9, actor_name = $10, changed_at = $11, version = version + 1 WHERE id = $12 AND version = $13`,
		x.State, x.Title, x.TLP, string(draft), x.Reason, x.Revision, sqldb.InstantMillis(x.PublishedAt), sqldb.InstantMillis(x.RevisedAt), x.actor, x.Author, x.ChangedAt.UnixMilli(), x.ID, before.Version)
	if err != nil {
		return fmt.Errorf("change an advisory: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_own_advisory", x.ID, before, x)
	return nil
}

// OwnRevision is a revision that was published.
type OwnRevision struct {
	Number    int64     `json:"number"`
	Change    string    `json:"change" doc:"What was new"`
	TLP       string    `json:"tlp"`
	Author    string    `json:"author" audit:"-"`
	Publisher string    `json:"publisher" doc:"Who published it" audit:"-"`
	At        time.Time `json:"at"`
}

// revisions are those of an advisory, the newest first.
func (s store) revisions(ctx context.Context, db reader, id string) ([]OwnRevision, error) {
	rows, err := db.Query(ctx, `SELECT number, change, tlp, actor_name, publisher_name, at FROM security_own_revision WHERE advisory_id = $1 ORDER BY number DESC LIMIT 1000`, id)
	if err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x OwnRevision, err error) {
		var at int64
		err = r.Scan(&x.Number, &x.Change, &x.TLP, &x.Author, &x.Publisher, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
	return append([]OwnRevision{}, list...), err
}

// before are the revisions that were published, the first at first.
func (s store) before(ctx context.Context, db reader, id string) (out []past, err error) {
	list, err := s.revisions(ctx, db, id)
	for _, r := range slices.Backward(list) {
		out = append(out, past{r.Number, r.Change, r.At})
	}
	return out, err
}

// keep keeps a revision as it is served.
func (s store) keep(ctx context.Context, tx *sqldb.Tx, x Own, f File, by hand) error {
	change := x.draft.Change
	if change == "" {
		change = "首次发布 First published"
	}
	_, err := tx.Exec(ctx, `INSERT INTO security_own_revision (advisory_id, number, file, tlp, title, summary, change, document, signature, actor, actor_name, publisher, publisher_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		x.ID, x.Revision, f.name, x.TLP, x.Title, x.draft.Summary, change, string(f.document), f.signature, x.actor, x.Author, by.actor, by.name, f.at.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep a revision: %w", err)
	}
	return nil
}

// File is a revision as it is served.
type File struct {
	name, number, title, summary, signature string
	document                                []byte
	first, at                               time.Time
}

const fileColumns = `r.file, o.number, r.title, r.summary, r.signature, r.document, o.published_at, r.at`

func scanFile(r sqldb.Row) (f File, err error) {
	var document string
	var first, at int64
	err = r.Scan(&f.name, &f.number, &f.title, &f.summary, &f.signature, &document, &first, &at)
	f.document, f.first, f.at = []byte(document), sqldb.Time(first), sqldb.Time(at)
	return f, err
}

// public is what of files everybody may read: the newest revision of an advisory, as long
// as that is TLP:WHITE.
const public = `FROM security_own_revision r JOIN security_own_advisory o ON o.id = r.advisory_id AND o.revision = r.number WHERE r.tlp = 'WHITE'`

// mostFiles bounds a feed.
const mostFiles = 20_000

// files are those that everybody may read, the newest first, without their content.
func (s store) files(ctx context.Context) ([]File, error) {
	rows, err := s.db.Query(ctx, `SELECT r.file, o.number, r.title, r.summary, '', '', o.published_at, r.at `+public+` ORDER BY r.at DESC, r.file LIMIT $1`, mostFiles)
	if err != nil {
		return nil, fmt.Errorf("read published advisories: %w", err)
	}
	return sqldb.All(rows, scanFile)
}

// file reads one by its name.
func (s store) file(ctx context.Context, name string) (File, error) {
	f, err := scanFile(s.db.QueryRow(ctx, `SELECT `+fileColumns+` `+public+` AND r.file = $1`, name))
	if errors.Is(err, sql.ErrNoRows) {
		return f, noSuch("file")
	}
	if err != nil {
		return f, fmt.Errorf("read a published advisory: %w", err)
	}
	return f, nil
}

// sealedFor is what the private key is sealed for.
const sealedFor = "csaf"

// key reads the key by which files are signed; false: there is none yet.
func (s store) key(ctx context.Context, db reader) (k key, found bool, err error) {
	var sealed string
	err = db.QueryRow(ctx, `SELECT fingerprint, public, private FROM security_own_key WHERE slot = 'main'`).Scan(&k.fingerprint, &k.public, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return k, false, nil
	}
	if err != nil {
		return k, false, fmt.Errorf("read the key of advisories: %w", err)
	}
	if k.private, err = s.seal.Open(ctx, sealedFor, sealed); err != nil {
		return k, false, fmt.Errorf("open the key of advisories: %w", err)
	}
	return k, true, nil
}

// keyOf is the key, which is made when there is none.
func (s store) keyOf(ctx context.Context, name string, now time.Time) (key, error) {
	if k, found, err := s.key(ctx, s.db); err != nil || found {
		return k, err
	}
	k, err := newKey(name)
	if err != nil {
		return k, err
	}
	sealed, err := s.seal.Seal(ctx, sealedFor, k.private)
	if err != nil {
		return k, fmt.Errorf("seal the key of advisories: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO security_own_key (slot, fingerprint, public, private, created_at) VALUES ('main', $1, $2, $3, $4) ON CONFLICT (slot) DO NOTHING`, k.fingerprint, k.public, sealed, now.UnixMilli())
		return err
	})
	if err != nil {
		return k, fmt.Errorf("keep the key of advisories: %w", err)
	}
	k, _, err = s.key(ctx, s.db) // of another replica, if that was first
	return k, err
}

// revision reads the document of one.
func (s store) revision(ctx context.Context, id string, number int64) ([]byte, error) {
	text := ""
	err := s.db.QueryRow(ctx, `SELECT document FROM security_own_revision WHERE advisory_id = $1 AND number = $2`, id, number).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noSuch("revision")
	}
	if err != nil {
		return nil, fmt.Errorf("read a revision: %w", err)
	}
	return []byte(text), nil
}
