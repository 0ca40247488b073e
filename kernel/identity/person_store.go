package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

const personColumns = `p.id, p.login, p.name, p.email, p.language, p.disabled, p.synthetic, p.version, p.password, p.factor_since, p.acting_for, p.email_vouched,
	(SELECT COUNT(*) FROM totp t WHERE t.person_id = p.id AND t.confirmed_at > 0) + (SELECT COUNT(*) FROM passkey k WHERE k.person_id = p.id)`

func scanPerson(r sqldb.Row) (Person, error) {
	p := Person{Memberships: []Membership{}}
	var factors int
	err := r.Scan(&p.ID, &p.Login, &p.Name, &p.Email, &p.Language, &p.Disabled, &p.Synthetic, &p.Version, &p.password, &p.factorSince, &p.actingFor, &p.vouched, &factors)
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
	if err := d.join(ctx, page.Items); err != nil {
		return page, err
	}
	for i, p := range page.Items {
		page.Items[i] = p.within(From(ctx).Scope)
	}
	return page, nil
}

func (d *Directory) insertPerson(ctx context.Context, tx *sqldb.Tx, p Person) error {
	return d.setMemberships(ctx, tx, p.ID, p.Memberships, func() error {
		_, err := tx.Exec(ctx, `INSERT INTO person (id, login, name, email, email_vouched, language, password, disabled, synthetic, created_at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`, p.ID, p.Login, p.Name, p.Email, p.vouched, p.Language, p.password, p.Disabled, p.Synthetic, d.now().UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "system.login.taken", "the login %s is taken", p.Login).At("body.login", "choose another login")
		}
		if err != nil {
			return fmt.Errorf("insert person: %w", err)
		}
		return nil
	})
}

// savePerson replaces what can be edited, memberships included.
func (d *Directory) savePerson(ctx context.Context, p Person, version int64) error {
	return d.change(ctx, func(tx *sqldb.Tx) error {
		return d.setMemberships(ctx, tx, p.ID, p.Memberships, func() error { return updatePerson(ctx, tx, p, version) })
	})
}

func updatePerson(ctx context.Context, tx *sqldb.Tx, p Person, version int64) error {
	n, err := tx.Exec(ctx, `UPDATE person SET name = $1, email = $2, email_vouched = $3, language = $4, disabled = $5, version = version + 1 WHERE id = $6 AND version = $7`,
		p.Name, p.Email, p.vouched, p.Language, p.Disabled, p.ID, version)
	if err := stale(n, err, "person"); err != nil {
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
