package exchange

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
)

type store struct{ db *sqldb.DB }

// by is who adds an object.
type by struct{ organisation, actor, name string }

// mostKept objects of one organisation are kept in the inbox.
const mostKept = 100_000

// add keeps objects that are not there yet, in their order, and tells how many were new.
func (s store) add(ctx context.Context, tx *sqldb.Tx, collection string, list []taxii.Object, who by, now time.Time) (int, error) {
	position, added, err := s.last(ctx, tx)
	if err != nil {
		return 0, err
	}
	added = max(added+1, now.UnixMicro())
	fresh := 0
	for _, o := range list {
		version := added // an object without a version has the time at which it was added
		if o.Version != "" {
			at, err := taxii.ParseStamp(o.Version)
			if err != nil {
				return 0, fmt.Errorf("read version of %s: %w", o.ID, err)
			}
			version = at.UnixMicro()
		} else if there, err := s.has(ctx, tx, collection, o.ID); err != nil || there {
			if err != nil {
				return 0, err
			}
			continue
		}
		n, err := tx.Exec(ctx, `INSERT INTO security_object (position, collection, object_id, type, spec_version, version, version_us, raw, added_us, organisation_id, actor, actor_name)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (collection, object_id, spec_version, version_us) DO NOTHING`,
			position+1, collection, o.ID, o.Type, o.SpecVersion, o.Version, version, string(o.Raw), added, who.organisation, who.actor, who.name)
		if err != nil {
			return 0, fmt.Errorf("keep object %s: %w", o.ID, err)
		}
		if n == 1 {
			position, fresh = position+1, fresh+1
		}
	}
	if fresh == 0 {
		return 0, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE security_exchange_last SET position = $1, added_us = $2 WHERE id = 1`, position, added); err != nil {
		return 0, fmt.Errorf("keep the last position: %w", err)
	}
	return fresh, nil
}

// last takes the counter for the transaction: who comes next waits, so that what is
// visible is in the order of positions.
func (s store) last(ctx context.Context, tx *sqldb.Tx) (position, added int64, err error) {
	if _, err = tx.Exec(ctx, `UPDATE security_exchange_last SET position = position WHERE id = 1`); err != nil {
		return 0, 0, fmt.Errorf("take the last position: %w", err)
	}
	if err = tx.QueryRow(ctx, `SELECT position, added_us FROM security_exchange_last WHERE id = 1`).Scan(&position, &added); err != nil {
		return 0, 0, fmt.Errorf("read the last position: %w", err)
	}
	return position, added, nil
}

func (s store) has(ctx context.Context, tx *sqldb.Tx, collection, id string) (there bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_object WHERE collection = $1 AND object_id = $2)`, collection, id).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for object %s: %w", id, err)
	}
	return there, nil
}

// newest is the newest version of an object.
func (s store) newest(ctx context.Context, tx *sqldb.Tx, collection, id string) (o taxii.Object, found bool, err error) {
	var raw string
	err = tx.QueryRow(ctx, `SELECT raw FROM security_object WHERE collection = $1 AND object_id = $2 ORDER BY version_us DESC LIMIT 1`, collection, id).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return o, false, nil
	}
	if err != nil {
		return o, false, fmt.Errorf("read object %s: %w", id, err)
	}
	if o, err = taxii.ReadObject([]byte(raw)); err != nil {
		return o, false, fmt.Errorf("read object %s: %w", id, err)
	}
	return o, true, nil
}

// readers says who reads an object from now on; nobody else does. Most changes of a notice leave
// its readers, who may be ten thousand: then nothing is written.
func (s store) readers(ctx context.Context, tx *sqldb.Tx, collection, id string, organisations []string) error {
	rows, err := tx.Query(ctx, `SELECT organisation_id FROM security_object_reader WHERE collection = $1 AND object_id = $2`, collection, id)
	if err != nil {
		return fmt.Errorf("read who reads %s: %w", id, err)
	}
	before, err := sqldb.All(rows, func(r sqldb.Row) (o string, err error) { return o, r.Scan(&o) })
	if err != nil {
		return fmt.Errorf("read who reads %s: %w", id, err)
	}
	after := slices.Compact(slices.Sorted(slices.Values(organisations)))
	if slices.Sort(before); slices.Equal(before, after) {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM security_object_reader WHERE collection = $1 AND object_id = $2`, collection, id); err != nil {
		return fmt.Errorf("forget who reads %s: %w", id, err)
	}
	list := make([][]any, len(after))
	for i, o := range after {
		list[i] = []any{collection, id, o}
	}
	if err := tx.InsertMissing(ctx, `INSERT INTO security_object_reader (collection, object_id, organisation_id)`, list); err != nil {
		return fmt.Errorf("say who reads %s: %w", id, err)
	}
	return nil
}

// kept is how many objects an organisation has in a collection.
func (s store) kept(ctx context.Context, tx *sqldb.Tx, collection, organisation string) (n int, err error) {
	if err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_object WHERE collection = $1 AND organisation_id = $2`, collection, organisation).Scan(&n); err != nil {
		return 0, fmt.Errorf("count objects: %w", err)
	}
	return n, nil
}

// query builds a statement with its arguments.
type query struct {
	text strings.Builder
	args []any
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// in is a condition on a list of texts; an empty one lets everything through.
func in[T any](q *query, column string, list []T) string {
	if len(list) == 0 {
		return ""
	}
	marks := make([]string, len(list))
	for i, v := range list {
		marks[i] = q.arg(v)
	}
	return ` AND ` + column + ` IN (` + strings.Join(marks, ", ") + `)`
}

// objects are what a query asks for of a collection, as who asks may read it: filters
// first, then one specification version and the versions among what is left, then what
// follows the page before (TAXII 2.1, section 3.4).
func (s store) objects(ctx context.Context, collection string, q taxii.Query) (taxii.Page, error) {
	after := int64(0)
	if q.Next != "" {
		var err error
		if after, err = strconv.ParseInt(q.Next, 10, 64); err != nil || after < 0 {
			return taxii.Page{}, taxii.BadRequest(fmt.Sprintf("next: %.40q is from no page of this server", q.Next))
		}
	}
	sqlQuery, err := selection(ctx, collection, q, after)
	if err != nil {
		return taxii.Page{}, err
	}
	rows, err := s.db.Query(ctx, sqlQuery.text.String(), sqlQuery.args...)
	if err != nil {
		return taxii.Page{}, fmt.Errorf("read objects of %s: %w", collection, err)
	}
	list, err := sqldb.All(rows, scanEntry)
	if err != nil {
		return taxii.Page{}, err
	}
	page := taxii.Page{Entries: list}
	if q.Limit > 0 && len(list) > q.Limit {
		page.Entries, page.More = list[:q.Limit], true
		page.Next = strconv.FormatInt(page.Entries[q.Limit-1].Position, 10)
	}
	return page, nil
}

// selection writes the statement of a query.
func selection(ctx context.Context, collection string, q taxii.Query, after int64) (*query, error) {
	b := &query{}
	where := `o.collection = ` + b.arg(collection) + in(b, "o.object_id", q.IDs) + in(b, "o.type", q.Types)
	if !q.AddedAfter.IsZero() {
		where += ` AND o.added_us > ` + b.arg(q.AddedAfter.UnixMicro())
	}
	where += readable(ctx, b)
	spec := in(b, "spec_version", q.SpecVersions)
	if spec == "" {
		spec = ` AND spec_version = newest`
	}
	versions, err := versionsOf(b, q.Versions)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b.text, `WITH found AS (SELECT o.position, o.object_id, o.type, o.spec_version, o.version, o.version_us, o.added_us, MAX(o.spec_version) OVER (PARTITION BY o.object_id) AS newest FROM security_object o WHERE %s),
		placed AS (SELECT position, object_id, type, spec_version, version, version_us, added_us,
			ROW_NUMBER() OVER (PARTITION BY object_id, spec_version ORDER BY version_us DESC, position DESC) AS from_last, ROW_NUMBER() OVER (PARTITION BY object_id, spec_version ORDER BY version_us, position) AS from_first FROM found WHERE TRUE%s)
		SELECT p.position, p.object_id, p.type, p.spec_version, p.version, p.added_us, r.raw FROM placed p JOIN security_object r ON r.position = p.position WHERE (%s) AND p.position > %s ORDER BY p.position`,
		where, spec, versions, b.arg(after))
	if q.Limit > 0 {
		b.text.WriteString(` LIMIT ` + b.arg(q.Limit+1))
	}
	return b, nil
}

// readable keeps what who asks may read: the city everything, others what is theirs or
// everybody's.
func readable(ctx context.Context, b *query) string {
	id := identity.From(ctx)
	if id.Scope.All {
		return ""
	}
	own := append([]string{""}, id.Scope.IDs...)
	if id.Organisation.ID != "" {
		own = append(own, id.Organisation.ID)
	}
	return ` AND EXISTS (SELECT 1 FROM security_object_reader r WHERE r.collection = o.collection AND r.object_id = o.object_id` + in(b, "r.organisation_id", own) + `)`
}

// versionsOf is the condition on versions: the last where none is asked for.
func versionsOf(b *query, list []string) (string, error) {
	if len(list) == 0 {
		list = []string{taxii.VersionLast}
	}
	var parts []string
	for _, v := range list {
		switch v {
		case taxii.VersionLast:
			parts = append(parts, "from_last = 1")
		case taxii.VersionFirst:
			parts = append(parts, "from_first = 1")
		case taxii.VersionAll:
			parts = append(parts, "TRUE")
		default:
			at, err := taxii.ParseStamp(v)
			if err != nil {
				return "", taxii.BadRequest(fmt.Sprintf("version: %.40q is no time", v))
			}
			parts = append(parts, "p.version_us = "+b.arg(at.UnixMicro()))
		}
	}
	return strings.Join(parts, " OR "), nil
}

func scanEntry(r sqldb.Row) (e taxii.Entry, err error) {
	var added int64
	var raw string
	if err = r.Scan(&e.Position, &e.ID, &e.Type, &e.SpecVersion, &e.Version, &added, &raw); err != nil {
		return e, err
	}
	e.Added, e.Raw = time.UnixMicro(added).UTC(), json.RawMessage(raw)
	return e, nil
}

// keepStatus keeps what became of objects that were written.
func (s store) keepStatus(ctx context.Context, tx *sqldb.Tx, st taxii.Status, organisation string, now time.Time) error {
	told, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("write status: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_exchange_status (id, organisation_id, told, created_at) VALUES ($1, $2, $3, $4)`, st.ID, organisation, string(told), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep status: %w", err)
	}
	return nil
}

// status reads what became of objects that one's own organisation wrote.
func (s store) status(ctx context.Context, id, organisation string) (st taxii.Status, err error) {
	var told string
	err = s.db.QueryRow(ctx, `SELECT told FROM security_exchange_status WHERE id = $1 AND organisation_id = $2`, id, organisation).Scan(&told)
	if errors.Is(err, sql.ErrNoRows) {
		return st, taxii.NotFound("there is no such status")
	}
	if err != nil {
		return st, fmt.Errorf("read status: %w", err)
	}
	if err = json.Unmarshal([]byte(told), &st); err != nil {
		return st, fmt.Errorf("read status: %w", err)
	}
	return st, nil
}

// forget deletes statuses that were kept long enough.
func (s store) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM security_exchange_status WHERE created_at < $1`, before.UnixMilli()); err != nil {
			return fmt.Errorf("forget old statuses: %w", err)
		}
		return nil
	})
}
