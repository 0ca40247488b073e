package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

const columns = `seq, id, at, actor, actor_name, organisation_id, action, object, outcome, ip, request_id, detail, hash, permission, session, factors, changes`

// actorName is what a search for names looks into: persons by what they are
// called now, for what entries say is written under keys.
const actorName = `COALESCE((SELECT p.name FROM person p WHERE p.id = SUBSTR(actor, 8)), CASE WHEN actor_name LIKE 'lh1.%' THEN '' ELSE actor_name END)`

// AppendTx adds an entry within another change of the system's database. What
// is added in changes that share a commit is written together, before it.
func (l *Log) AppendTx(ctx context.Context, tx *sqldb.Tx, e Entry) error {
	e, err := l.concealedNow(ctx, tx, e)
	if err != nil {
		return err
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Object, e.Detail = clean(e.Object), clean(e.Detail)
	l.entries.Add(tx, e)
	return nil
}

// insertEntries chains entries to the head and moves it, in one go.
func insertEntries(ctx context.Context, tx *sqldb.Tx, list []Entry) error {
	var seq int64
	var hash string
	// Taking the head row first makes writers queue, on PostgreSQL too.
	err := tx.QueryRow(ctx, `UPDATE audit_head SET seq = seq + $1 WHERE one = 1 RETURNING seq, hash`, len(list)).Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return errNoHead
	}
	if err != nil {
		return fmt.Errorf("take audit head: %w", err)
	}
	seq -= int64(len(list))
	for i := range list {
		seq++
		list[i].Seq = seq
		list[i].Hash = list[i].digest(hash)
		hash = list[i].Hash
	}
	for len(list) > 0 {
		n := insertMost
		for n > len(list) {
			n /= 4
		}
		if err := insertSome(ctx, tx, list[:n]); err != nil {
			return fmt.Errorf("append audit entries: %w", err)
		}
		list = list[n:]
	}
	if _, err := tx.Exec(ctx, `UPDATE audit_head SET hash = $1 WHERE one = 1`, hash); err != nil {
		return fmt.Errorf("move audit head: %w", err)
	}
	return nil
}

// insertMost is how many entries go into one statement; fewer go by powers of
// four, so that there are few texts of statements to be parsed.
const insertMost = 16

func insertSome(ctx context.Context, tx *sqldb.Tx, list []Entry) error {
	const width = 17
	args := make([]any, 0, width*len(list))
	for _, e := range list {
		changes, err := encodeChanges(e.Changes)
		if err != nil {
			return err
		}
		args = append(args, e.Seq, e.ID, e.At.UnixMilli(), e.Actor, e.ActorName, e.OrganisationID, e.Action, e.Object, e.Outcome, e.IP, e.RequestID, e.Detail, e.Hash,
			e.Permission, e.Session, e.Factors, changes)
	}
	_, err := tx.Exec(ctx, insertText(len(list), width), args...)
	return err
}

// insertText is the statement that inserts so many rows.
func insertText(rows, width int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO audit_entry (` + columns + `) VALUES `)
	for i := range rows * width {
		switch {
		case i > 0 && i%width == 0:
			b.WriteString("), (")
		case i > 0:
			b.WriteString(", ")
		default:
			b.WriteString("(")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteString(")")
	return b.String()
}

// List returns entries that the caller's scope allows, newest first.
func (l *Log) List(ctx context.Context, in Params) (sqldb.Page[Entry], error) {
	list := sqldb.List{
		Select: columns, From: "audit_entry", Key: "id", Order: "-seq",
		Sort:   map[string]string{"seq": "seq", "at": "at", "actor_name": "actor", "action": "action"},
		Search: []string{actorName, "action", "object", "detail"},
	}
	list.WhereIf("actor = ?", in.Actor).WhereIf("action = ?", in.Action).WhereIf("object = ?", in.Object).WhereIf("outcome = ?", in.Outcome)
	if by := strings.ToLower(strings.TrimSpace(in.By)); by != "" {
		part := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(by) + "%"
		list.Where(`actor = ? OR LOWER(`+actorName+`) LIKE ? ESCAPE '\'`, in.By, part)
	}
	if !in.From.IsZero() {
		list.Where("at >= ?", in.From.UnixMilli())
	}
	if !in.To.IsZero() {
		list.Where("at < ?", in.To.UnixMilli())
	}
	identity.From(ctx).Scope.Filter(&list, "organisation_id")
	page, err := sqldb.Fetch(ctx, l.db, list, in.ListParams, scan)
	if err != nil {
		return page, err
	}
	return page, l.revealAll(ctx, page.Items)
}

func (l *Log) head(ctx context.Context) (seq int64, hash string, err error) {
	if err := l.db.QueryRow(ctx, `SELECT seq, hash FROM audit_head WHERE one = 1`).Scan(&seq, &hash); err != nil {
		return 0, "", fmt.Errorf("read audit head: %w", err)
	}
	return seq, hash, nil
}

// pastHead returns the first entry beyond the head, or 0. One statement sees
// head and entries of the same moment, however many are appended meanwhile.
func (l *Log) pastHead(ctx context.Context) (seq int64, err error) {
	err = l.db.QueryRow(ctx, `SELECT COALESCE(MIN(seq), 0) FROM audit_entry WHERE seq > (SELECT seq FROM audit_head WHERE one = 1)`).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("read audit entries past the head: %w", err)
	}
	return seq, nil
}

// after reads entries up to the head that was read first: entries appended
// during the walk belong to the next verification.
func (l *Log) after(ctx context.Context, seq, head int64, limit int) ([]Entry, error) {
	rows, err := l.db.Query(ctx, `SELECT `+columns+` FROM audit_entry WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`, seq, head, limit)
	if err != nil {
		return nil, fmt.Errorf("read audit entries: %w", err)
	}
	return sqldb.All(rows, scan)
}

func scan(r sqldb.Row) (Entry, error) {
	var e Entry
	var at int64
	var changes string
	err := r.Scan(&e.Seq, &e.ID, &at, &e.Actor, &e.ActorName, &e.OrganisationID, &e.Action, &e.Object, &e.Outcome, &e.IP, &e.RequestID, &e.Detail, &e.Hash,
		&e.Permission, &e.Session, &e.Factors, &changes)
	e.At, e.Changes = time.UnixMilli(at).UTC(), decodeChanges(changes)
	return e, err
}
