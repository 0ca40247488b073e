package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

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

// change makes a change of persons and what they belong to.
func (d *Directory) change(ctx context.Context, fn func(tx *sqldb.Tx) error) error {
	defer d.vacancies.forget()
	return d.db.Write(ctx, fn)
}

// setMemberships is the one way in which a person comes to belong somewhere, or
// ceases to: nobody gets two of the three duties, no duty that was named and no
// organisation that was managed is left without anybody, and sessions that act
// for an organisation end with the membership. with changes the person in the
// same breath; nil changes nothing else.
func (d *Directory) setMemberships(ctx context.Context, tx *sqldb.Tx, person string, after []Membership, with func() error) error {
	if err := checkDuties(after); err != nil {
		return err
	}
	var before []Membership
	err := d.guardDuties(ctx, tx, func() (err error) {
		if with != nil {
			if err := with(); err != nil {
				return err
			}
		}
		if before, err = memberships(ctx, tx, person); err != nil {
			return err
		}
		return replaceMemberships(ctx, tx, person, before, after)
	})
	if err != nil {
		return err
	}
	for _, m := range before {
		if m.Role == Manager && !slices.Contains(after, m) {
			if err := guardManager(ctx, tx, m.OrganisationID); err != nil {
				return err
			}
		}
	}
	tx.Changed("membership", person, belongingOf(before), belongingOf(after))
	if err := d.noteOwed(ctx, tx, person, after); err != nil {
		return err
	}
	if err := endSessions(ctx, tx, person); err != nil {
		return err
	}
	if e := moved(person, before, after, d.now()); len(e.Joined)+len(e.Left) > 0 {
		if err := tx.Emit(ctx, e); err != nil {
			return err
		}
	}
	return tx.Emit(ctx, PersonChanged{person})
}

// belonging is what a person is, and where, as records tell it.
type belonging struct {
	Memberships []string `json:"memberships"`
}

func belongingOf(list []Membership) belonging {
	var b belonging
	for _, m := range list {
		b.Memberships = append(b.Memberships, m.OrganisationID+" "+string(m.Role))
	}
	slices.Sort(b.Memberships)
	return b
}

func replaceMemberships(ctx context.Context, tx *sqldb.Tx, person string, before, after []Membership) error {
	for _, m := range before {
		if slices.Contains(after, m) {
			continue
		}
		_, err := tx.Exec(ctx, `DELETE FROM membership WHERE person_id = $1 AND organisation_id = $2 AND role = $3`, person, m.OrganisationID, string(m.Role))
		if err != nil {
			return fmt.Errorf("take membership: %w", err)
		}
	}
	for _, m := range after {
		_, err := tx.Exec(ctx, `INSERT INTO membership (person_id, organisation_id, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, person, m.OrganisationID, string(m.Role))
		if err != nil {
			return fmt.Errorf("give membership: %w", err)
		}
	}
	return nil
}

// guardManager refuses to leave an organisation that was managed without
// anybody who may sign in and manage it. In bureaus the duties see to that.
func guardManager(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	var kind Kind
	var zh, en string
	var left int
	err := tx.QueryRow(ctx, `SELECT o.kind, o.name_zh, o.name_en, (SELECT COUNT(*) FROM membership m JOIN person p ON p.id = m.person_id
		WHERE m.organisation_id = o.id AND m.role = 'manager' AND p.disabled = FALSE) FROM organisation o WHERE o.id = $1`, organisation).Scan(&kind, &zh, &en, &left)
	if err != nil {
		return fmt.Errorf("count managers of %s: %w", organisation, err)
	}
	if left > 0 || kind == Bureau {
		return nil
	}
	return fault.New(fault.Conflict, "system.manager.last", "this is the last manager of %s; hand the management over to somebody first", en).
		With("organisation", lang.Text{ZH: zh, EN: en})
}

// noteOwed remembers since when the person owes a second factor: from the
// first role that asks for one, and anew after a time without.
func (d *Directory) noteOwed(ctx context.Context, tx *sqldb.Tx, person string, after []Membership) error {
	since := int64(0)
	if d.owes(Person{Memberships: after}) {
		since = d.now().UnixMilli()
	}
	_, err := tx.Exec(ctx, `UPDATE person SET factor_since = CASE WHEN factor_since = 0 OR CAST($1 AS BIGINT) = 0 THEN CAST($1 AS BIGINT) ELSE factor_since END WHERE id = $2`, since, person)
	if err != nil {
		return fmt.Errorf("note since when a second factor is owed: %w", err)
	}
	return nil
}

// endSessions ends the sessions that act for an organisation to which the
// person does not belong any more.
func endSessions(ctx context.Context, tx *sqldb.Tx, person string) error {
	_, err := tx.Exec(ctx, `DELETE FROM session WHERE person_id = $1 AND organisation_id <> '' AND organisation_id NOT IN (SELECT organisation_id FROM membership WHERE person_id = $1)`, person)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// moveSession lets a session go on for another organisation of its person, or for none.
func moveSession(ctx context.Context, tx *sqldb.Tx, session, organisation string) error {
	if _, err := tx.Exec(ctx, `UPDATE session SET organisation_id = $1 WHERE id = $2`, organisation, session); err != nil {
		return fmt.Errorf("move session: %w", err)
	}
	return nil
}

// touchPerson makes what was read of a person before stale.
func touchPerson(ctx context.Context, tx *sqldb.Tx, person string) error {
	n, err := tx.Exec(ctx, `UPDATE person SET version = version + 1 WHERE id = $1`, person)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "kernel.not_found", "there is no such person, or the person is not yours to see")
	}
	return err
}
