package enterprise

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/enterprise/internal/need"
	"linghang/modules/enterprise/internal/provider"
	"linghang/modules/enterprise/internal/service"
)

type entryStore struct {
	db     *sqldb.DB
	search *module.Search
	shares module.Shares
}

const entryColumns = `e.id, e.code, e.organisation_id, e.name_zh, e.name_en, e.district, e.industry, e.size, e.status, e.reason, e.origin, e.synthetic,
	e.submitted_at, e.decided_at, e.decided_by, e.decided_name, e.created_at, e.updated_at, e.version, e.see_size, e.see_qualifications`

// scanEntry reads what stands in the row; the profile and its consent are read apart.
func scanEntry(r sqldb.Row) (e Entry, err error) {
	var in, decided, created, updated int64
	err = r.Scan(&e.ID, &e.Code, &e.OrganisationID, &e.Name.ZH, &e.Name.EN, &e.District, &e.Industry, &e.Size, &e.Status, &e.Reason, &e.Origin, &e.Synthetic,
		&in, &decided, &e.decider, &e.DecidedBy, &created, &updated, &e.Version, &e.Consent.Size, &e.Consent.Qualifications)
	e.SubmittedAt, e.DecidedAt, e.CreatedAt, e.UpdatedAt = sqldb.TimeOrZero(in), sqldb.TimeOrZero(decided), sqldb.TimeOrZero(created), sqldb.TimeOrZero(updated)
	return e, err
}

// reader is the database, or a change of it.
type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func noEntry() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such enterprise, or it is not yours to see")
}

// whole reads an entry with all it has, for those who may see all; others get what
// Entry.as leaves.
func whole(ctx context.Context, db reader, id string) (Entry, error) {
	e, err := scanEntry(db.QueryRow(ctx, `SELECT `+entryColumns+` FROM entry e WHERE e.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, noEntry()
	}
	if err != nil {
		return e, fmt.Errorf("read entry: %w", err)
	}
	list := []Entry{e}
	err = fill(ctx, db, list)
	return list[0], err
}

// fill reads profiles, consents, contacts and evidence of entries.
func fill(ctx context.Context, db reader, list []Entry) error {
	if len(list) == 0 {
		return nil
	}
	at, ids := map[string]int{}, make([]any, len(list))
	for i, e := range list {
		at[e.ID], ids[i] = i, e.ID
	}
	in := places(len(ids))
	rows, err := db.Query(ctx, `SELECT entry_id, profile, consent FROM entry_profile WHERE entry_id IN (`+in+`)`, ids...)
	if err != nil {
		return fmt.Errorf("read profiles: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
		var id, profile, consent string
		if err := r.Scan(&id, &profile, &consent); err != nil {
			return none, err
		}
		e := &list[at[id]]
		return none, errors.Join(json.Unmarshal([]byte(profile), &e.Profile), json.Unmarshal([]byte(consent), &e.Consent))
	})
	if err != nil {
		return fmt.Errorf("read profiles: %w", err)
	}
	rows, err = db.Query(ctx, `SELECT entry_id, name, post, phone, email FROM entry_contact WHERE entry_id IN (`+in+`) ORDER BY entry_id, number`, ids...)
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (c Contact, err error) {
		var id string
		err = r.Scan(&id, &c.Name, &c.Post, &c.Phone, &c.Email)
		if err == nil {
			e := &list[at[id]]
			e.Contacts = append(e.Contacts, c)
		}
		return c, err
	})
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	return fillEvidence(ctx, db, list, at, in, ids)
}

// places are $1, $2, … for so many arguments.
func places(n int) string {
	b := make([]byte, 0, 6*n)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "$%d", i+1)
	}
	return string(b)
}

// near tells how near who asks is to an entry. It refuses one that they are not to
// know of: only accepted entries are known to others than the bureau and who filed them.
func (s entryStore) near(ctx context.Context, e Entry) (nearness, error) {
	shared, err := s.sharedWith(ctx)
	if err != nil {
		return stranger, err
	}
	as := sight{scope: identity.From(ctx).Scope, shared: shared}
	if n := as.near(e); n == keeper || e.Status == accepted {
		return n, nil
	}
	return stranger, noEntry()
}

// sharedWith returns the entries that are shared with who asks.
func (s entryStore) sharedWith(ctx context.Context) (map[string]bool, error) {
	ids, err := s.shares.Shared(ctx, nounEntry)
	if err != nil {
		return nil, fmt.Errorf("read what is shared: %w", err)
	}
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set, nil
}

// kept returns an entry that is the caller's to keep.
func (s entryStore) kept(ctx context.Context, id string) (Entry, error) {
	e, err := whole(ctx, s.db, id)
	if err != nil {
		return Entry{}, err
	}
	n, err := s.near(ctx, e)
	if err != nil {
		return Entry{}, err
	}
	if n != keeper {
		return Entry{}, fault.New(fault.Forbidden, "enterprise.entry.not_yours", "this is for the enterprise itself, and for the bureau")
	}
	return e, nil
}

// companion is what goes with a change, in its transaction.
type companion func(ctx context.Context, tx *sqldb.Tx, e Entry) error

func (s entryStore) insert(ctx context.Context, e Entry, how step, events []bus.Event, with ...companion) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.add(ctx, tx, e, how, events); err != nil {
			return err
		}
		for _, c := range with {
			if err := c(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// add inserts an entry with all it has.
func (s entryStore) add(ctx context.Context, tx *sqldb.Tx, e Entry, how step, events []bus.Event) error {
	_, err := tx.Exec(ctx, `INSERT INTO entry (id, code, organisation_id, name_zh, name_en, district, industry, size, status, reason, origin, synthetic,
		see_size, see_qualifications, submitted_at, decided_at, decided_by, decided_name, created_at, updated_at, words, name_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		e.ID, e.Code, e.OrganisationID, e.Name.ZH, e.Name.EN, e.District, e.Industry, e.Size, e.Status, e.Reason, e.Origin, e.Synthetic,
		e.Consent.Size, e.Consent.Qualifications, sqldb.MillisOrZero(e.SubmittedAt), sqldb.MillisOrZero(e.DecidedAt), e.decider, e.DecidedBy, sqldb.MillisOrZero(e.CreatedAt), sqldb.MillisOrZero(e.UpdatedAt), e.words(), nameKey(e.Name.ZH))
	if sqldb.IsUnique(err) {
		return taken(e)
	}
	if err != nil {
		return fmt.Errorf("insert entry: %w", err)
	}
	if err := putParts(ctx, tx, Entry{}, e); err != nil {
		return err
	}
	tx.Changed("entry", e.ID, nil, e)
	if err := note(ctx, tx, e.ID, how); err != nil {
		return err
	}
	if err := s.find(ctx, tx, e); err != nil {
		return err
	}
	return tx.Emit(ctx, events...)
}

func taken(e Entry) error {
	return fault.New(fault.Conflict, "enterprise.entry.taken", "the directory has %s already, or your organisation has filed an entry", e.Code).
		With("code", e.Code).At("body.code", "the directory has this code already")
}

// change loads an entry, lets decide change it, and saves it with what it tells.
func (s entryStore) change(ctx context.Context, id string, version int64, how step, decide func(Entry) (Entry, []bus.Event, error), with ...companion) (Entry, error) {
	if _, err := s.kept(ctx, id); err != nil {
		return Entry{}, err
	}
	var e Entry
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := whole(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this entry meanwhile; read it again")
		}
		after, events, err := decide(before)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, before, after, how); err != nil {
			return err
		}
		for _, c := range with {
			if err := c(ctx, tx, after); err != nil {
				return err
			}
		}
		after.Version++
		e = after
		return tx.Emit(ctx, events...)
	})
	return e, err
}

func (s entryStore) save(ctx context.Context, tx *sqldb.Tx, before, e Entry, how step) error {
	n, err := tx.Exec(ctx, `UPDATE entry SET organisation_id = $1, name_zh = $2, name_en = $3, district = $4, industry = $5, size = $6, status = $7, reason = $8,
		see_size = $9, see_qualifications = $10, submitted_at = $11, decided_at = $12, decided_by = $13, decided_name = $14, updated_at = $15, words = $16, name_key = $17, version = version + 1
		WHERE id = $18 AND version = $19`,
		e.OrganisationID, e.Name.ZH, e.Name.EN, e.District, e.Industry, e.Size, e.Status, e.Reason, e.Consent.Size, e.Consent.Qualifications,
		sqldb.MillisOrZero(e.SubmittedAt), sqldb.MillisOrZero(e.DecidedAt), e.decider, e.DecidedBy, sqldb.MillisOrZero(e.UpdatedAt), e.words(), nameKey(e.Name.ZH), e.ID, before.Version)
	switch {
	case sqldb.IsUnique(err):
		return taken(e)
	case err != nil:
		return fmt.Errorf("update entry: %w", err)
	case n == 0:
		return fault.New(fault.Precondition, "kernel.stale", "somebody changed this entry meanwhile; read it again")
	}
	if err := putParts(ctx, tx, before, e); err != nil {
		return err
	}
	tx.Changed("entry", e.ID, before, e)
	if how.fields == "" {
		how.fields = before.differs(e)
	}
	if err := note(ctx, tx, e.ID, how); err != nil {
		return err
	}
	return s.find(ctx, tx, e)
}

// putParts saves what of an entry stands in tables of its own.
func putParts(ctx context.Context, tx *sqldb.Tx, before, e Entry) error {
	profile, err := json.Marshal(e.Profile)
	if err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	consent, err := json.Marshal(e.Consent)
	if err != nil {
		return fmt.Errorf("write consent: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO entry_profile (entry_id, profile, consent, address_key) VALUES ($1, $2, $3, $4)
		ON CONFLICT (entry_id) DO UPDATE SET profile = excluded.profile, consent = excluded.consent, address_key = excluded.address_key`,
		e.ID, string(profile), string(consent), addressKey(e.Profile.Address))
	if err != nil {
		return fmt.Errorf("save profile: %w", err)
	}
	if err := putContacts(ctx, tx, e); err != nil {
		return err
	}
	return putQualifications(ctx, tx, before.Profile.Qualifications, e)
}

func putContacts(ctx context.Context, tx *sqldb.Tx, e Entry) error {
	if _, err := tx.Exec(ctx, `DELETE FROM entry_contact WHERE entry_id = $1`, e.ID); err != nil {
		return fmt.Errorf("clear contacts: %w", err)
	}
	for i, c := range e.Contacts {
		_, err := tx.Exec(ctx, `INSERT INTO entry_contact (entry_id, number, name, post, phone, email, phone_key) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.ID, i+1, c.Name, c.Post, c.Phone, c.Email, phoneKey(c.Phone))
		if err != nil {
			return fmt.Errorf("save contact: %w", err)
		}
	}
	return nil
}

// putQualifications saves what lists filter by. That an end was told stays known
// while the end is the same.
func putQualifications(ctx context.Context, tx *sqldb.Tx, before []Qualification, e Entry) error {
	for _, q := range e.Profile.Qualifications {
		_, err := tx.Exec(ctx, `INSERT INTO entry_qualification (entry_id, id, kind, name, valid_until) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (entry_id, id) DO UPDATE SET kind = excluded.kind, name = excluded.name, valid_until = excluded.valid_until`, e.ID, q.ID, q.Kind, q.Name, q.ValidUntil)
		if err != nil {
			return fmt.Errorf("save qualification: %w", err)
		}
	}
	left := map[string]bool{}
	for _, q := range e.Profile.Qualifications {
		left[q.ID] = true
	}
	for _, q := range before {
		if left[q.ID] {
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM entry_qualification WHERE entry_id = $1 AND id = $2`, e.ID, q.ID); err != nil {
			return fmt.Errorf("remove qualification: %w", err)
		}
	}
	return nil
}

// remove takes an entry away with all that hangs on it.
func (s entryStore) remove(ctx context.Context, e Entry) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := errors.Join(provider.Forget(ctx, tx, s.search, e.ID), need.Forget(ctx, tx, s.search, e.ID), service.Forget(ctx, tx, e.ID)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM entry WHERE id = $1`, e.ID); err != nil {
			return fmt.Errorf("remove entry: %w", err)
		}
		tx.Changed("entry", e.ID, e, nil)
		if err := tx.Emit(ctx, enterpriseevent.Changed{EntryID: e.ID, Code: e.Code, At: time.Now().UTC().Truncate(time.Millisecond)}); err != nil {
			return err
		}
		return s.search.Remove(ctx, tx, nounEntry, e.ID)
	})
}

// mine returns the entry that the organisation of who asks has filed.
func (s entryStore) mine(ctx context.Context) (Entry, bool, error) {
	organisation := identity.From(ctx).Organisation.ID
	var id string
	err := s.db.QueryRow(ctx, `SELECT e.id FROM entry e WHERE e.organisation_id = $1 ORDER BY CASE WHEN e.status IN ('refused', 'merged') THEN 1 ELSE 0 END, e.created_at DESC LIMIT 1`, organisation).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) || organisation == "" {
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, fmt.Errorf("find one's own entry: %w", err)
	}
	e, err := whole(ctx, s.db, id)
	return e, err == nil, err
}

// byCode returns the entry of a code, which is that of one.
func (s entryStore) byCode(ctx context.Context, code string) (id string, ok bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT e.id FROM entry e WHERE e.code = $1 AND e.status <> 'refused' AND e.status <> 'removed'`, code).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("find the entry of %s: %w", code, err)
	}
	return id, true, nil
}

// claim gives an entry that nobody keeps to an organisation.
func (s entryStore) claim(ctx context.Context, before Entry, organisation string) (Entry, error) {
	e := before
	e.OrganisationID = organisation
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error { return s.save(ctx, tx, before, e, step{kind: stepClaimed}) })
	e.Version++
	return e, err
}

// newID is the ID of something new.
func newID() string { return ulid.Make().String() }
