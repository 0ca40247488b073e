package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const (
	personalColumns = `q.id, q.person_id, COALESCE(p.name, ''), COALESCE(p.login, ''), q.kind, q.state, q.detail, q.asked_at, q.due_at, COALESCE(b.name, ''), q.decided_at, q.reason, q.done_at, q.version`
	personalTables  = `personal_request q LEFT JOIN person p ON p.id = q.person_id LEFT JOIN person b ON 'person:' || b.id = q.decided_by`
)

func scanPersonal(now time.Time) func(sqldb.Row) (PersonalRequest, error) {
	return func(row sqldb.Row) (PersonalRequest, error) {
		var r PersonalRequest
		var asked, due, decided, done int64
		err := row.Scan(&r.ID, &r.PersonID, &r.Name, &r.Login, &r.Kind, &r.State, &r.Detail, &asked, &due, &r.DecidedBy, &decided, &r.Reason, &done, &r.Version)
		r.AskedAt, r.DueAt = time.UnixMilli(asked).UTC(), time.UnixMilli(due).UTC()
		r.DecidedAt, r.DoneAt = timeOf(decided), timeOf(done)
		r.Late = (r.State == AskedOpen || r.State == AskedDoing) && now.After(r.DueAt)
		return r, err
	}
}

// timeOf is a time that may be none.
func timeOf(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}

func (d *Directory) insertPersonal(ctx context.Context, r PersonalRequest, with also) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "personal "+r.PersonID); err != nil {
			return err
		}
		if err := storePersonal(ctx, tx, r); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

// storePersonal keeps a request; one of a kind is open at a time.
func storePersonal(ctx context.Context, tx *sqldb.Tx, r PersonalRequest) error {
	var open int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM personal_request WHERE person_id = $1 AND kind = $2 AND state IN ('open', 'doing')`, r.PersonID, r.Kind).Scan(&open)
	if err != nil {
		return fmt.Errorf("count requests: %w", err)
	}
	if open > 0 {
		return fault.New(fault.Conflict, "system.personal.twice", "you have asked for this already; it is being dealt with")
	}
	_, err = tx.Exec(ctx, `INSERT INTO personal_request (id, person_id, kind, state, detail, asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.ID, r.PersonID, r.Kind, r.State, r.Detail, r.AskedAt.UnixMilli(), r.DueAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert request: %w", err)
	}
	return nil
}

func (d *Directory) savePersonal(ctx context.Context, r PersonalRequest, version int64, by string, with also) error {
	done := int64(0)
	if r.DoneAt != nil {
		done = r.DoneAt.UnixMilli()
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE personal_request SET state = $1, reason = $2, decided_by = $3, decided_at = $4, done_at = $5, version = version + 1 WHERE id = $6 AND version = $7`,
			r.State, r.Reason, by, r.DecidedAt.UnixMilli(), done, r.ID, version)
		if err := stale(n, err, "request"); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

// WithdrawPersonal takes an open request of the caller's back.
func (d *Directory) WithdrawPersonal(ctx context.Context, id string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE personal_request SET state = 'withdrawn', version = version + 1 WHERE id = $1 AND person_id = $2 AND state = 'open'`, id, From(ctx).PersonID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such open request of yours")
		}
		return err
	})
}

// PersonalRequest returns one, for those who decide.
func (d *Directory) PersonalRequest(ctx context.Context, id string) (PersonalRequest, error) {
	if !From(ctx).Scope.All {
		return PersonalRequest{}, From(ctx).Scope.Check("")
	}
	return d.onePersonal(ctx, `q.id = $1`, id)
}

func (d *Directory) onePersonal(ctx context.Context, where, arg string) (PersonalRequest, error) {
	r, err := scanPersonal(d.now())(d.db.QueryRow(ctx, `SELECT `+personalColumns+` FROM `+personalTables+` WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "kernel.not_found", "there is no such request, or it is not yours to see")
	}
	if err != nil {
		return r, fmt.Errorf("read request: %w", err)
	}
	return r, nil
}

// PersonalParams filter the list of requests.
type PersonalParams struct {
	sqldb.ListParams
	State string `query:"state" enum:"open,doing,done,refused,withdrawn"`
	Kind  string `query:"kind" enum:"copy,correction,erasure"`
}

// PersonalRequests lists what persons ask, for those who decide.
func (d *Directory) PersonalRequests(ctx context.Context, in PersonalParams) (sqldb.Page[PersonalRequest], error) {
	l := d.personalList()
	l.WhereIf("q.state = ?", in.State).WhereIf("q.kind = ?", in.Kind)
	if !From(ctx).Scope.All {
		l.Where("1 = 0")
	}
	return sqldb.Fetch(ctx, d.db, l, in.ListParams, scanPersonal(d.now()))
}

// OwnPersonalRequests lists what the caller asked.
func (d *Directory) OwnPersonalRequests(ctx context.Context) ([]PersonalRequest, error) {
	l := d.personalList()
	l.Where("q.person_id = ?", From(ctx).PersonID)
	page, err := sqldb.Fetch(ctx, d.db, l, sqldb.ListParams{Limit: 50, Sort: "-asked_at"}, scanPersonal(d.now()))
	return page.Items, err
}

func (d *Directory) personalList() sqldb.List {
	return sqldb.List{
		Select: personalColumns, From: personalTables, Key: "q.id", Order: "due_at",
		Sort:   map[string]string{"due_at": "q.due_at", "asked_at": "q.asked_at", "state": "q.state", "kind": "q.kind"},
		Search: []string{"p.name", "p.login", "q.detail"},
	}
}

// managers counts who else may sign in and manage an organisation.
func (d *Directory) managers(ctx context.Context, organisation, except string) (n int, err error) {
	err = d.db.QueryRow(ctx, `SELECT COUNT(*) FROM membership m JOIN person p ON p.id = m.person_id WHERE m.organisation_id = $1 AND m.role = 'manager' AND p.disabled = FALSE AND p.id <> $2`,
		organisation, except).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count managers: %w", err)
	}
	return n, nil
}

func agree(ctx context.Context, tx *sqldb.Tx, person, purpose string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO consent (person_id, purpose, version, at, how) VALUES ($1, $2, $3, $4, 'page')
		ON CONFLICT (person_id, purpose, version) DO UPDATE SET at = excluded.at, how = excluded.how, withdrawn_at = 0`, person, purpose, PurposeOf(purpose).Version, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("record consent: %w", err)
	}
	return nil
}

func withdraw(ctx context.Context, tx *sqldb.Tx, person string, at time.Time) error {
	n, err := tx.Exec(ctx, `UPDATE consent SET withdrawn_at = $1 WHERE person_id = $2 AND withdrawn_at = 0`, at.UnixMilli(), person)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "system.consent.none", "there is no consent to take back")
	}
	return err
}

// withdrawOne takes the consent to one purpose back, whether there was one or not.
func withdrawOne(ctx context.Context, tx *sqldb.Tx, person, purpose string, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO consent (person_id, purpose, version, at, how, withdrawn_at) VALUES ($1, $2, $3, $4, 'page', $4)
		ON CONFLICT (person_id, purpose, version) DO UPDATE SET withdrawn_at = excluded.withdrawn_at`, person, purpose, PurposeOf(purpose).Version, at.UnixMilli())
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE consent SET withdrawn_at = $1 WHERE person_id = $2 AND purpose = $3 AND withdrawn_at = 0`, at.UnixMilli(), person, purpose)
	}
	if err != nil {
		return fmt.Errorf("take consent back: %w", err)
	}
	return nil
}

// Consents returns the texts in force and what the caller agreed to.
func (d *Directory) Consents(ctx context.Context) (ConsentState, error) {
	s := ConsentState{Purposes: Purposes()}
	rows, err := d.db.Query(ctx, `SELECT purpose, version, at, how, withdrawn_at FROM consent WHERE person_id = $1 ORDER BY at DESC`, From(ctx).PersonID)
	if err != nil {
		return s, fmt.Errorf("read consents: %w", err)
	}
	s.Consents, err = sqldb.All(rows, func(r sqldb.Row) (Consent, error) {
		var c Consent
		var at, withdrawn int64
		err := r.Scan(&c.Purpose, &c.Version, &at, &c.How, &withdrawn)
		c.At, c.WithdrawnAt = time.UnixMilli(at).UTC(), timeOf(withdrawn)
		return c, err
	})
	return s, err
}

// Subject returns all by which a person is told.
func (d *Directory) Subject(ctx context.Context, person string) (Subject, error) {
	p, err := d.Person(ctx, person)
	if err != nil {
		return Subject{}, err
	}
	s := Subject{ID: p.ID, Login: p.Login, Name: p.Name, Email: p.Email}
	rows, err := d.db.Query(ctx, `SELECT DISTINCT contact_phone FROM registration WHERE login = $1 AND contact_phone <> ''`, p.Login)
	if err != nil {
		return s, fmt.Errorf("read telephone numbers: %w", err)
	}
	s.Phones, err = sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var phone string
		err := r.Scan(&phone)
		return phone, err
	})
	return s, err
}

// CloseAccount lets a person act no more, before they are erased: no session,
// no membership, and nothing about them is told anew.
func (d *Directory) CloseAccount(ctx context.Context, person string) error {
	return d.change(ctx, func(tx *sqldb.Tx) error {
		return d.setMemberships(ctx, tx, person, nil, func() error {
			_, err := tx.Exec(ctx, `UPDATE person SET disabled = TRUE, password = '', erasing_at = $1, version = version + 1 WHERE id = $2 AND erasing_at = 0`, d.now().UnixMilli(), person)
			if err != nil {
				return fmt.Errorf("close account: %w", err)
			}
			_, err = tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1`, person)
			return err
		})
	})
}

// Erasing reports whether a person is being erased, or is gone.
func (d *Directory) Erasing(ctx context.Context, person string) (bool, error) {
	var at int64
	err := d.db.QueryRow(ctx, `SELECT erasing_at FROM person WHERE id = $1`, person).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return at > 0, err
}

// ForgetSubject erases what the system's own database says of a person beside
// their row: applications, invitations, work that they started.
func (d *Directory) ForgetSubject(ctx context.Context, s Subject) error {
	email := strings.ToLower(s.Email)
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []struct {
			text string
			args []any
		}{
			{`UPDATE registration SET contact_name = '', contact_phone = '', contact_email = '', login = id, password = '', secret = '', network = '' WHERE login = $1`, []any{s.Login}},
			{`UPDATE registration SET decided_by_name = '' WHERE decided_by = $1`, []any{"person:" + s.ID}},
			{`UPDATE invitation SET email = '', note = '' WHERE person_id = $1 OR (email <> '' AND LOWER(email) = $2)`, []any{s.ID, email}},
			{`UPDATE job SET owner_name = '' WHERE owner = $1`, []any{"person:" + s.ID}},
			{`UPDATE personal_request SET detail = '' WHERE person_id = $1`, []any{s.ID}},
			{`DELETE FROM ceremony WHERE person_id = $1`, []any{s.ID}},
			{`DELETE FROM dead_letter WHERE state IN ('handled', 'discarded') AND data LIKE $1`, []any{"%" + s.ID + "%"}},
		} {
			if _, err := tx.Exec(ctx, q.text, q.args...); err != nil {
				return fmt.Errorf("forget a person: %w", err)
			}
		}
		return nil
	})
}

// RemovePerson deletes the row of a person who is being erased.
func (d *Directory) RemovePerson(ctx context.Context, person string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM person WHERE id = $1 AND erasing_at > 0`, person); err != nil {
			return fmt.Errorf("remove person: %w", err)
		}
		return tx.Emit(ctx, PersonChanged{person})
	})
}

// EndErasure ends the request of a person who was erased; once more does nothing.
func (d *Directory) EndErasure(ctx context.Context, request string, with also) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE personal_request SET state = 'done', done_at = $1, version = version + 1 WHERE id = $2 AND state = 'doing'`, d.now().UnixMilli(), request)
		if err != nil {
			return fmt.Errorf("end request: %w", err)
		}
		if n == 0 {
			return nil
		}
		return with(ctx, tx)
	})
}
