package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

const organisationColumns = `o.id, COALESCE(o.parent_id, ''), o.kind, o.name_zh, o.name_en, o.uscc, o.district, o.synthetic, o.version`

func scanOrganisation(r sqldb.Row) (Organisation, error) {
	var o Organisation
	err := r.Scan(&o.ID, &o.ParentID, &o.Kind, &o.Name.ZH, &o.Name.EN, &o.USCC, &o.District, &o.Synthetic, &o.Version)
	return o, err
}

// Setting returns a value of the system's settings; empty when unset.
func (d *Directory) setting(ctx context.Context, key string) (string, error) {
	var value string
	err := d.db.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read setting %s: %w", key, err)
	}
	return value, nil
}

func (d *Directory) putSetting(ctx context.Context, key, value string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error { return putSetting(ctx, tx, key, value) })
}

func putSetting(ctx context.Context, tx *sqldb.Tx, key, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	if err != nil {
		return fmt.Errorf("store setting %s: %w", key, err)
	}
	return nil
}

// IsSetUp reports whether the city has been set up.
func (d *Directory) IsSetUp(ctx context.Context) (bool, error) {
	v, err := d.setting(ctx, "city_zh")
	return v != "", err
}

// City returns what the city calls itself; empty before the set-up.
func (d *Directory) City(ctx context.Context) (lang.Text, error) {
	zh, err := d.setting(ctx, "city_zh")
	if err != nil {
		return lang.Text{}, err
	}
	en, err := d.setting(ctx, "city_en")
	return lang.Text{ZH: zh, EN: en}, err
}

func (d *Directory) insertCity(ctx context.Context, in SetUp, org Organisation, p Person) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		var done int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM setting WHERE key = 'city_zh'`).Scan(&done); err != nil {
			return fmt.Errorf("read set-up: %w", err)
		}
		if done > 0 {
			return fault.New(fault.Conflict, "system.set_up.done", "the city has been set up already")
		}
		n, err := tx.Exec(ctx, `DELETE FROM setting WHERE key = 'set_up_secret' AND value = $1`, hashSecret(in.Secret))
		if err != nil {
			return fmt.Errorf("use set-up link: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Forbidden, "system.set_up.link", "this set-up link is not valid; the server prints the valid one when it starts")
		}
		zh := in.City.ZH
		if zh == "" {
			zh = in.City.EN
		}
		if err := putSetting(ctx, tx, "city_zh", zh); err != nil {
			return err
		}
		if err := putSetting(ctx, tx, "city_en", in.City.EN); err != nil {
			return err
		}
		if err := insertOrganisation(ctx, tx, org, d.now()); err != nil {
			return err
		}
		return insertPerson(ctx, tx, p, d.now())
	})
}

// Root returns the city's own bureau, the top of the tree.
func (d *Directory) Root(ctx context.Context) (Organisation, error) {
	return d.oneOrganisation(ctx, `o.parent_id IS NULL AND o.kind = $1`, string(Bureau))
}

// Organisation returns one tenant.
func (d *Directory) Organisation(ctx context.Context, id string) (Organisation, error) {
	return d.oneOrganisation(ctx, `o.id = $1`, id)
}

func (d *Directory) oneOrganisation(ctx context.Context, where, arg string) (Organisation, error) {
	o, err := scanOrganisation(d.db.QueryRow(ctx, `SELECT `+organisationColumns+` FROM organisation o WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.New(fault.NotFound, "kernel.not_found", "there is no such organisation, or it is not yours to see")
	}
	if err != nil {
		return o, fmt.Errorf("read organisation: %w", err)
	}
	return o, nil
}

// below returns the organisation and all under it.
func (d *Directory) below(ctx context.Context, id string) ([]string, error) {
	rows, err := d.db.Query(ctx, `WITH RECURSIVE tree (id) AS (
		SELECT id FROM organisation WHERE id = $1
		UNION ALL SELECT o.id FROM organisation o JOIN tree t ON o.parent_id = t.id
	) SELECT id FROM tree`, id)
	if err != nil {
		return nil, fmt.Errorf("read organisations below %s: %w", id, err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var id string
		err := r.Scan(&id)
		return id, err
	})
}

// OrganisationParams filter the list of organisations.
type OrganisationParams struct {
	sqldb.ListParams
	Kind string `query:"kind" maxLength:"20"`
}

// Organisations lists the tenants within the caller's scope.
func (d *Directory) Organisations(ctx context.Context, in OrganisationParams) (sqldb.Page[Organisation], error) {
	list := sqldb.List{
		Select: organisationColumns, From: "organisation o", Key: "o.id", Order: "name",
		Sort:   map[string]string{"name": "o.name_zh", "kind": "o.kind", "district": "o.district"},
		Search: []string{"o.name_zh", "o.name_en", "o.uscc"},
	}
	list.WhereIf("o.kind = ?", in.Kind)
	From(ctx).Scope.Filter(&list, "o.id")
	return sqldb.Fetch(ctx, d.db, list, in.ListParams, scanOrganisation)
}

func insertOrganisation(ctx context.Context, tx *sqldb.Tx, o Organisation, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO organisation (id, parent_id, kind, name_zh, name_en, uscc, district, synthetic, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
		o.ID, sql.NullString{String: o.ParentID, Valid: o.ParentID != ""}, string(o.Kind), o.Name.ZH, o.Name.EN, o.USCC, o.District, o.Synthetic, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert organisation: %w", err)
	}
	return tx.Emit(ctx, OrganisationChanged{o.ID})
}

func (d *Directory) saveOrganisation(ctx context.Context, o Organisation, version int64) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE organisation SET name_zh = $1, name_en = $2, uscc = $3, district = $4, version = version + 1
			WHERE id = $5 AND version = $6`, o.Name.ZH, o.Name.EN, o.USCC, o.District, o.ID, version)
		if err := stale(n, err, "organisation"); err != nil {
			return err
		}
		return tx.Emit(ctx, OrganisationChanged{o.ID})
	})
}

// stale turns an update that found no row of the expected version into a fault.
func stale(n int64, err error, what string) error {
	if err != nil {
		return fmt.Errorf("update %s: %w", what, err)
	}
	if n == 0 {
		return fault.New(fault.Precondition, "kernel.stale", "somebody changed this %s meanwhile; read it again", what)
	}
	return nil
}

const personColumns = `p.id, p.login, p.name, p.email, p.language, p.disabled, p.synthetic, p.version, p.password, p.factor_since,
	(SELECT COUNT(*) FROM totp t WHERE t.person_id = p.id AND t.confirmed_at > 0) + (SELECT COUNT(*) FROM passkey k WHERE k.person_id = p.id)`

func scanPerson(r sqldb.Row) (Person, error) {
	p := Person{Memberships: []Membership{}}
	var factors int
	err := r.Scan(&p.ID, &p.Login, &p.Name, &p.Email, &p.Language, &p.Disabled, &p.Synthetic, &p.Version, &p.password, &p.factorSince, &factors)
	p.SecondFactor = factors > 0
	return p, err
}

// Person returns one person with memberships.
func (d *Directory) Person(ctx context.Context, id string) (Person, error) {
	return d.onePerson(ctx, `p.id = $1`, id)
}

func (d *Directory) personByLogin(ctx context.Context, login string) (Person, error) {
	return d.onePerson(ctx, `p.login = $1`, login)
}

func (d *Directory) onePerson(ctx context.Context, where, arg string) (Person, error) {
	p, err := scanPerson(d.db.QueryRow(ctx, `SELECT `+personColumns+` FROM person p WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return p, fault.New(fault.NotFound, "kernel.not_found", "there is no such person, or the person is not yours to see")
	}
	if err != nil {
		return p, fmt.Errorf("read person: %w", err)
	}
	people := []Person{p}
	err = d.join(ctx, people)
	return people[0], err
}

// join adds the memberships of a page of persons in one query.
func (d *Directory) join(ctx context.Context, people []Person) error {
	if len(people) == 0 {
		return nil
	}
	at, args, marks := map[string]int{}, []any{}, []string{}
	for i, p := range people {
		at[p.ID] = i
		args = append(args, p.ID)
		marks = append(marks, fmt.Sprintf("$%d", i+1))
	}
	rows, err := d.db.Query(ctx, `SELECT person_id, organisation_id, role FROM membership WHERE person_id IN (`+strings.Join(marks, ", ")+`) ORDER BY organisation_id, role`, args...)
	if err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var person string
		var m Membership
		if err := r.Scan(&person, &m.OrganisationID, &m.Role); err != nil {
			return struct{}{}, err
		}
		i := at[person]
		people[i].Memberships = append(people[i].Memberships, m)
		return struct{}{}, nil
	})
	return err
}

// PersonParams filter the list of persons.
type PersonParams struct {
	sqldb.ListParams
	OrganisationID string `query:"organisation_id" maxLength:"26"`
}

// Persons lists the members of the organisations within the caller's scope.
func (d *Directory) Persons(ctx context.Context, in PersonParams) (sqldb.Page[Person], error) {
	list := sqldb.List{
		Select: personColumns, From: "person p", Key: "p.id", Order: "name",
		Sort:   map[string]string{"name": "p.name", "login": "p.login"},
		Search: []string{"p.name", "p.login", "p.email"},
	}
	if in.OrganisationID != "" {
		list.Where("EXISTS (SELECT 1 FROM membership x WHERE x.person_id = p.id AND x.organisation_id = ?)", in.OrganisationID)
	}
	if s := From(ctx).Scope; !s.All {
		inner := sqldb.List{}
		s.Filter(&inner, "m.organisation_id")
		inner.Nest(&list, "EXISTS (SELECT 1 FROM membership m WHERE m.person_id = p.id AND ", ")")
	}
	page, err := sqldb.Fetch(ctx, d.db, list, in.ListParams, scanPerson)
	if err != nil {
		return page, err
	}
	return page, d.join(ctx, page.Items)
}

func insertPerson(ctx context.Context, tx *sqldb.Tx, p Person, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO person (id, login, name, email, language, password, disabled, synthetic, created_at, factor_since, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`, p.ID, p.Login, p.Name, p.Email, p.Language, p.password, p.Disabled, p.Synthetic, now.UnixMilli(), p.factorSince)
	if sqldb.IsUnique(err) {
		return fault.New(fault.Conflict, "system.login.taken", "the login %s is taken", p.Login).At("body.login", "choose another login")
	}
	if err != nil {
		return fmt.Errorf("insert person: %w", err)
	}
	if err := insertMemberships(ctx, tx, p); err != nil {
		return err
	}
	return tx.Emit(ctx, PersonChanged{p.ID})
}

func insertMemberships(ctx context.Context, tx *sqldb.Tx, p Person) error {
	for _, m := range p.Memberships {
		_, err := tx.Exec(ctx, `INSERT INTO membership (person_id, organisation_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, p.ID, m.OrganisationID, string(m.Role))
		if err != nil {
			return fmt.Errorf("insert membership: %w", err)
		}
	}
	all, err := memberships(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	return checkDuties(all)
}

// savePerson replaces what can be edited, memberships included; the last holder
// of a duty cannot be taken away.
func (d *Directory) savePerson(ctx context.Context, p Person, version int64) error {
	owing := int64(0) // who owes nothing any more begins anew when they do again
	if d.owes(p) {
		owing = d.now().UnixMilli()
	}
	defer d.vacancies.forget()
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		err := d.guardDuties(ctx, tx, func() error { return updatePerson(ctx, tx, p, version, owing) })
		if err != nil {
			return err
		}
		return tx.Emit(ctx, PersonChanged{p.ID})
	})
}

func updatePerson(ctx context.Context, tx *sqldb.Tx, p Person, version, owing int64) error {
	n, err := tx.Exec(ctx, `UPDATE person SET name = $1, email = $2, language = $3, disabled = $4, version = version + 1,
		factor_since = CASE WHEN factor_since = 0 OR CAST($7 AS BIGINT) = 0 THEN CAST($7 AS BIGINT) ELSE factor_since END
		WHERE id = $5 AND version = $6`, p.Name, p.Email, p.Language, p.Disabled, p.ID, version, owing)
	if err := stale(n, err, "person"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM membership WHERE person_id = $1`, p.ID); err != nil {
		return fmt.Errorf("replace memberships: %w", err)
	}
	if err := insertMemberships(ctx, tx, p); err != nil {
		return err
	}
	if p.Disabled {
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1`, p.ID); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
	}
	return nil
}

func (d *Directory) savePassword(ctx context.Context, person, hash, keepSession string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET password = $1, version = version + 1 WHERE id = $2`, hash, person); err != nil {
			return fmt.Errorf("store password: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1 AND id <> $2`, person, keepSession); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return nil
	})
}

func (d *Directory) insertSession(ctx context.Context, s Session, hash string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM session WHERE last_seen_at < $1`, d.now().Add(-sessionIdle).UnixMilli()); err != nil {
			return fmt.Errorf("drop old sessions: %w", err)
		}
		_, err := tx.Exec(ctx, `INSERT INTO session (id, secret_hash, person_id, organisation_id, created_at, last_seen_at, ip, user_agent, amr, proven_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, s.ID, hash, s.personID, s.organisationID, s.CreatedAt.UnixMilli(), s.LastSeenAt.UnixMilli(),
			s.IP, s.UserAgent, strings.Join(s.AMR, " "), s.ProvenAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert session: %w", err)
		}
		return nil
	})
}

const sessionColumns = `s.id, s.person_id, s.organisation_id, s.created_at, s.last_seen_at, s.ip, s.user_agent, s.amr, s.proven_at`

func scanSession(r sqldb.Row) (Session, error) {
	var s Session
	var created, seen, proven int64
	var amr string
	var totps int
	err := r.Scan(&s.ID, &s.personID, &s.organisationID, &created, &seen, &s.IP, &s.UserAgent, &amr, &proven, &totps, &s.factors.Passkeys, &s.factors.Recovery)
	s.CreatedAt, s.LastSeenAt, s.ProvenAt = time.UnixMilli(created).UTC(), time.UnixMilli(seen).UTC(), time.UnixMilli(proven).UTC()
	s.AMR, s.factors.TOTP = strings.Fields(amr), totps > 0
	return s, err
}

func (d *Directory) sessionBySecret(ctx context.Context, hash string) (Session, error) {
	return d.oneSession(ctx, `s.secret_hash = $1`, hash)
}

func (d *Directory) oneSession(ctx context.Context, where, arg string) (Session, error) {
	s, err := scanSession(d.db.QueryRow(ctx, `SELECT `+sessionColumns+`, `+fmt.Sprintf(factorCounts, "s.person_id")+` FROM session s WHERE `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.New(fault.Unauthorized, "system.session.over", "the session is over; sign in again")
	}
	if err != nil {
		return s, fmt.Errorf("read session: %w", err)
	}
	return s, nil
}

// Sessions lists the sessions of the person who asks.
func (d *Directory) Sessions(ctx context.Context) ([]Session, error) {
	id := From(ctx)
	rows, err := d.db.Query(ctx, `SELECT `+sessionColumns+`, 0, 0, 0 FROM session s WHERE s.person_id = $1 ORDER BY s.last_seen_at DESC LIMIT 100`, id.PersonID)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	list, err := sqldb.All(rows, scanSession)
	for i := range list {
		list[i].Current = list[i].ID == id.SessionID
	}
	return list, err
}

// EndSession signs one of the caller's own sessions out.
func (d *Directory) EndSession(ctx context.Context, id string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM session WHERE id = $1 AND person_id = $2`, id, From(ctx).PersonID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such session of yours")
		}
		return err
	})
}

func (d *Directory) touchSession(ctx context.Context, id string, now time.Time) error {
	return d.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE session SET last_seen_at = $1 WHERE id = $2`, now.UnixMilli(), id)
		return err
	})
}

// SwitchOrganisation makes the session act for another organisation of the
// person, and returns the identity as it is from now on.
func (d *Directory) SwitchOrganisation(ctx context.Context, organisation string) (Identity, error) {
	id := From(ctx)
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE session SET organisation_id = $1 WHERE id = $2
			AND EXISTS (SELECT 1 FROM membership WHERE person_id = $3 AND organisation_id = $1)`, organisation, id.SessionID, id.PersonID)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "kernel.not_found", "you do not belong to that organisation")
		}
		return err
	})
	if err != nil {
		return Identity{}, err
	}
	return d.resume(ctx, id.SessionID)
}

// Synthetic reports whether the demonstration city is loaded.
func (d *Directory) Synthetic(ctx context.Context) (bool, error) {
	var n int
	err := d.db.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM organisation WHERE synthetic = TRUE LIMIT 1) AS s`).Scan(&n)
	return n > 0, err
}

// leave tells of the persons who go with an organisation, before they go.
func leave(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT person_id FROM membership WHERE organisation_id = $1`, organisation)
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var id string
		err := r.Scan(&id)
		return id, err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.Emit(ctx, PersonChanged{id}); err != nil {
			return err
		}
	}
	return nil
}

// removeOrganisation deletes an organisation with its memberships, tokens and
// the persons who belong to no other; it must have nothing below it.
func (d *Directory) removeOrganisation(ctx context.Context, id string) error {
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		var below int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM organisation WHERE parent_id = $1`, id).Scan(&below); err != nil {
			return fmt.Errorf("count organisations below: %w", err)
		}
		if below > 0 {
			return fault.New(fault.Conflict, "system.organisation.not_empty", "%d organisations belong to this one", below)
		}
		if err := leave(ctx, tx, id); err != nil {
			return err
		}
		for _, q := range []string{
			`DELETE FROM token WHERE organisation_id = $1`,
			`DELETE FROM person WHERE id IN (SELECT person_id FROM membership WHERE organisation_id = $1)
				AND id NOT IN (SELECT person_id FROM membership WHERE organisation_id <> $1)`,
			`DELETE FROM organisation WHERE id = $1`,
		} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return fmt.Errorf("remove organisation: %w", err)
			}
		}
		return tx.Emit(ctx, OrganisationChanged{id})
	})
}

func validKind(k Kind) bool {
	return slices.Contains([]Kind{Bureau, Enterprise, Operator, Provider, Node, Park, Responder}, k)
}

// Lease takes or keeps the right to do something alone; it is free again
// after life without renewal. Its time is the database's, so that replicas whose
// clocks differ agree.
func (d *Directory) Lease(ctx context.Context, name, holder string, life time.Duration) (bool, error) {
	var mine bool
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		clock, err := tx.Clock(ctx)
		if err != nil {
			return err
		}
		now := clock.UnixMilli()
		n, err := tx.Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
			WHERE lease.holder = excluded.holder OR lease.until < $4`, name, holder, now+life.Milliseconds(), now)
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("take lease %s: %w", name, err)
	}
	return mine, nil
}

// Release gives a lease back before its time.
func (d *Directory) Release(ctx context.Context, name, holder string) error {
	err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, name, holder)
		return err
	})
	if err != nil {
		return fmt.Errorf("release lease %s: %w", name, err)
	}
	return nil
}
