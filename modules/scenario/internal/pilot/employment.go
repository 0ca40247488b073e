package pilot

import (
	"context"
	"fmt"
	"slices"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/modules/scenario/internal/panel"
)

// Employment is that a person belongs, or belonged, to an organisation of the city's
// register. Nobody but the person and the check of conflicts reads it.
type Employment struct {
	Name  string `json:"name" audit:"-"`
	Since string `json:"since" doc:"2026-10-31, or empty: longer than is known"`
	Until string `json:"until" doc:"2026-10-31, or empty: still so"`

	id, person, organisation, party string
}

// relation is the employment as it makes partial.
func (e Employment) relation() panel.Relation {
	since, _ := dayOf(e.Since) // this room has written them
	until, _ := dayOf(e.Until)
	return panel.Relation{From: personParty + e.person, To: e.party, Kind: panel.Employment, Since: since, Until: until, Source: sourceRegister}
}

// sourceRegister is the city's register of organisations.
const sourceRegister = "organisations"

// Follow keeps which organisations a person joins and leaves: whoever left the applicant
// last year is as partial as who is there now, and the register forgets them.
func (m *Pilots) Follow(ctx context.Context, e identity.MembershipChanged) error {
	gone, err := m.people.Erasing(ctx, e.PersonID)
	if err != nil {
		return fmt.Errorf("ask whether a person is erased: %w", err)
	}
	if gone {
		return nil
	}
	joined, err := m.employments(ctx, e.PersonID, e.Joined)
	if err != nil {
		return err
	}
	left, err := m.employments(ctx, e.PersonID, e.Left)
	if err != nil {
		return err
	}
	day := dayText(e.At)
	for i := range joined {
		joined[i].Since = day
	}
	return m.employed.move(ctx, e.PersonID, joined, left, e.Left, day)
}

// employments are a person's in some organisations, but for the city itself, for which
// everybody works, and those that are gone.
func (m *Pilots) employments(ctx context.Context, person string, organisations []string) ([]Employment, error) {
	root, err := m.people.Root(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the city: %w", err)
	}
	list := []Employment{}
	for _, id := range organisations {
		if id == root.ID {
			continue
		}
		o, err := m.people.Organisation(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read organisation: %w", err)
		}
		list = append(list, Employment{Name: o.Name.ZH, id: ulid.Make().String(), person: person, organisation: o.ID, party: party(o)})
	}
	return list, nil
}

// mendEmployments compares what is kept with the register: takes over who was there before
// this room kept it, forgets who is gone, and what is over for so long that it no longer
// makes partial.
func (m *Pilots) mendEmployments(ctx context.Context) error {
	root, err := m.people.Root(ctx)
	if fault.Is(err, fault.NotFound) {
		return nil // the city is not set up
	}
	if err != nil {
		return fmt.Errorf("find the city: %w", err)
	}
	if err := m.employed.forget(ctx, dayText(m.site.Now().AddDate(-panel.LookBack, 0, 0))); err != nil {
		return err
	}
	there, err := m.people.Members(ctx, root.ID, true, "")
	if err != nil {
		return fmt.Errorf("read who belongs somewhere: %w", err)
	}
	persons, err := m.employed.persons(ctx)
	if err != nil {
		return err
	}
	for _, p := range there {
		persons = append(persons, p.PersonID)
	}
	slices.Sort(persons)
	for _, id := range slices.Compact(persons) {
		if err := m.mend(ctx, id); err != nil {
			return fmt.Errorf("mend the employments of a person: %w", err)
		}
	}
	return nil
}

func (m *Pilots) mend(ctx context.Context, id string) error {
	gone, err := m.people.Erasing(ctx, id)
	if err != nil {
		return fmt.Errorf("ask whether a person is erased: %w", err)
	}
	if gone {
		return m.employed.drop(ctx, id)
	}
	p, err := m.people.Person(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return m.employed.drop(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("read person: %w", err)
	}
	had, err := m.employed.of(ctx, []string{id})
	if err != nil {
		return err
	}
	now := []string{}
	for _, x := range p.Memberships {
		now = append(now, x.OrganisationID)
	}
	over := []string{}
	for _, e := range had {
		if e.Until != "" {
			continue
		}
		if !slices.Contains(now, e.organisation) {
			over = append(over, e.organisation)
		}
		now = slices.DeleteFunc(now, func(o string) bool { return o == e.organisation })
	}
	slices.Sort(now)
	missing, err := m.employments(ctx, id, slices.Compact(now))
	if err != nil || len(missing)+len(over) == 0 {
		return err
	}
	return m.employed.move(ctx, id, missing, nil, over, dayText(m.site.Now()))
}
