package identity

import (
	"context"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// alter changes what a person belongs to, from what it is at the moment.
func (d *Directory) alter(ctx context.Context, tx *sqldb.Tx, person string, decide func(before []Membership) ([]Membership, error)) error {
	if err := tx.Queue(ctx, "duties"); err != nil {
		return err
	}
	before, err := memberships(ctx, tx, person)
	if err != nil {
		return err
	}
	after, err := decide(before)
	if err != nil {
		return err
	}
	return d.setMemberships(ctx, tx, person, after, func() error { return touchPerson(ctx, tx, person) })
}

// without returns the memberships in other organisations.
func without(list []Membership, organisation string) []Membership {
	return slices.DeleteFunc(slices.Clone(list), func(m Membership) bool { return m.OrganisationID == organisation })
}

func belongs(list []Membership, organisation string) bool {
	return len(without(list, organisation)) < len(list)
}

// Leave ends what the caller is in an organisation. The session goes on for
// another of the caller's organisations, or for none.
func (d *Directory) Leave(ctx context.Context, organisation string, tell also) (Identity, error) {
	id := From(ctx)
	if id.PersonID == "" {
		return id, fault.New(fault.Conflict, "system.token.no_person", "a token belongs to its organisation and cannot leave it")
	}
	err := d.change(ctx, func(tx *sqldb.Tx) error {
		err := d.alter(ctx, tx, id.PersonID, func(before []Membership) ([]Membership, error) {
			after := without(before, organisation)
			if len(after) == len(before) {
				return nil, fault.New(fault.NotFound, "kernel.not_found", "you do not belong to that organisation")
			}
			if id.Organisation.ID != organisation {
				return after, nil
			}
			return after, moveSession(ctx, tx, id.SessionID, Person{Memberships: after}.home())
		})
		if err != nil {
			return err
		}
		return tell(ctx, tx)
	})
	if err != nil {
		return id, err
	}
	return d.resume(ctx, id.SessionID)
}

// RemoveMember ends what somebody else is in an organisation of the caller's
// scope; what they are elsewhere stays.
func (d *Directory) RemoveMember(ctx context.Context, organisation, person string, tell also) error {
	if err := From(ctx).Scope.Check(organisation); err != nil {
		return err
	}
	if person == From(ctx).PersonID {
		return fault.New(fault.Conflict, "system.membership.leave", "nobody removes themselves; leave the organisation on your own page")
	}
	return d.change(ctx, func(tx *sqldb.Tx) error {
		err := d.alter(ctx, tx, person, func(before []Membership) ([]Membership, error) {
			if !belongs(before, organisation) {
				return nil, fault.New(fault.NotFound, "kernel.not_found", "there is no such member, or the member is not yours to see")
			}
			after := without(before, organisation)
			return after, d.checkMemberships(ctx, before, after)
		})
		if err != nil {
			return err
		}
		return tell(ctx, tx)
	})
}

// HandOver is to whom a manager hands the management over, and what the
// manager is from then on.
type HandOver struct {
	PersonID string `json:"person_id" maxLength:"26" doc:"A member of the organisation"`
	Keep     Role   `json:"keep" enum:",reporter,viewer" doc:"What the former manager is from then on; empty: no member any more"`
}

// HandOverManagement makes another member the manager in the caller's place, in
// one act: the organisation is never without.
func (d *Directory) HandOverManagement(ctx context.Context, organisation string, in HandOver, tell also) (Identity, error) {
	id := From(ctx)
	if in.PersonID == id.PersonID {
		return id, fault.New(fault.Invalid, "system.handover.self", "you are the manager already").At("body.person_id", "choose another member")
	}
	manager := Membership{organisation, Manager}
	err := d.change(ctx, func(tx *sqldb.Tx) error {
		err := d.alter(ctx, tx, in.PersonID, func(before []Membership) ([]Membership, error) {
			if !id.Scope.Allows(organisation) || !belongs(before, organisation) {
				return nil, fault.New(fault.Invalid, "system.handover.member", "this person is no member of the organisation").At("body.person_id", "choose a member; invite the person first")
			}
			return append(without(before, organisation), keepOthers(before, manager)...), nil
		})
		if err != nil {
			return err
		}
		err = d.alter(ctx, tx, id.PersonID, func(before []Membership) ([]Membership, error) {
			if !slices.Contains(before, manager) {
				return nil, fault.New(fault.Conflict, "system.handover.manager", "you are not a manager of that organisation")
			}
			after := slices.DeleteFunc(slices.Clone(before), func(m Membership) bool { return m == manager })
			if in.Keep != "" && !slices.Contains(after, Membership{organisation, in.Keep}) {
				after = append(after, Membership{organisation, in.Keep})
			}
			if id.Organisation.ID == organisation && !belongs(after, organisation) {
				return after, moveSession(ctx, tx, id.SessionID, Person{Memberships: after}.home())
			}
			return after, nil
		})
		if err != nil {
			return err
		}
		return tell(ctx, tx)
	})
	if err != nil {
		return id, err
	}
	return d.resume(ctx, id.SessionID)
}

// keepOthers returns what somebody is in the organisation of m, with m.
func keepOthers(before []Membership, m Membership) []Membership {
	inside := []Membership{m}
	for _, b := range before {
		if b.OrganisationID == m.OrganisationID && b != m {
			inside = append(inside, b)
		}
	}
	return inside
}
