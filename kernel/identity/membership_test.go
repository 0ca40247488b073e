package identity_test

import (
	"context"
	"slices"
	"testing"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

func untold(context.Context, *sqldb.Tx) error { return nil }

func in(organisation string, role identity.Role) identity.Membership {
	return identity.Membership{OrganisationID: organisation, Role: role}
}

func TestTheLastManagerNeitherLeavesNorIsRemovedButHandsOver(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		v.person(t, "mia", in(v.ours.ID, identity.Manager))
		rob := v.person(t, "rob", in(v.ours.ID, identity.Reporter))
		mia := v.as(t, "mia")
		if _, err := v.Leave(mia, v.ours.ID, untold); fault.As(err) == nil || fault.As(err).Key != "system.manager.last" {
			t.Errorf("the last manager left: %v", err)
		}
		if err := v.RemoveMember(v.admin, v.ours.ID, identity.From(mia).PersonID, untold); fault.As(err) == nil || fault.As(err).Key != "system.manager.last" {
			t.Errorf("the last manager was removed: %v", err)
		}
		if _, err := v.HandOverManagement(mia, v.theirs.ID, identity.HandOver{PersonID: rob.ID}, untold); !fault.Is(err, fault.Invalid) {
			t.Errorf("handed over what is not hers: %v", err)
		}
		id, err := v.HandOverManagement(mia, v.ours.ID, identity.HandOver{PersonID: rob.ID, Keep: identity.Viewer}, untold)
		if err != nil || id.May("a.edit") || !id.May("a.view") {
			t.Errorf("after handing over: %v, %v", id.Roles, err)
		}
		if is := identity.From(v.as(t, "rob")); !is.May("a.edit") {
			t.Errorf("the new manager is %v", is.Roles)
		}
		id, err = v.Leave(mia, v.ours.ID, untold)
		if err != nil || id.Need != identity.Join || id.Organisation.ID != "" || id.May("a.view") {
			t.Errorf("after leaving: need %q, organisation %q, %v", id.Need, id.Organisation.ID, err)
		}
		if again := identity.From(v.as(t, "mia")); again.Need != identity.Join || len(again.Scope.IDs) != 0 || again.Scope.All {
			t.Errorf("who belongs nowhere is %+v", again)
		}
	})
}

func TestSessionsThatActForAnOrganisationEndWithTheMembership(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		two := v.person(t, "two", in(v.ours.ID, identity.Viewer), in(v.theirs.ID, identity.Reporter))
		sign := func() string {
			secret, _, err := v.SignIn(t.Context(), "two", password, identity.Visitor{IP: "10.0.0.1", Agent: "test"})
			if err != nil {
				t.Fatal(err)
			}
			return secret
		}
		here, there := sign(), sign()
		id, err := v.Session(t.Context(), there)
		if err != nil {
			t.Fatal(err)
		}
		other := v.theirs.ID
		if id.Organisation.ID == other {
			other = v.ours.ID
		}
		if id, err = v.SwitchOrganisation(identity.With(t.Context(), id), other); err != nil || id.Organisation.ID != other {
			t.Fatalf("switched to %s: %v", id.Organisation.ID, err)
		}
		if id := identity.From(v.as(t, "two")); id.Organisation.ID != other {
			t.Errorf("a new session acts for %s, not for the last one", id.Organisation.ID)
		}
		if err := v.RemoveMember(v.admin, other, two.ID, untold); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Session(t.Context(), there); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("the session acts on: %v", err)
		}
		if id, err := v.Session(t.Context(), here); err != nil || id.Organisation.ID == other {
			t.Errorf("the other session: %v, %v", id.Organisation.ID, err)
		}
		if _, err := v.Acting(t.Context(), two.ID, other); !fault.Is(err, fault.Forbidden) {
			t.Errorf("work goes on for an organisation that was left: %v", err)
		}
	})
}

func TestAManagerSeesAndChangesWhatAPersonIsAtHomeOnly(t *testing.T) {
	each(t, func(t *testing.T, v village) {
		v.person(t, "mia", in(v.ours.ID, identity.Manager))
		two := v.person(t, "two", in(v.ours.ID, identity.Viewer), in(v.theirs.ID, identity.Reporter))
		mia := v.as(t, "mia")
		seen, err := v.ReadPerson(mia, two.ID)
		if err != nil || !slices.Equal(seen.Memberships, []identity.Membership{in(v.ours.ID, identity.Viewer)}) {
			t.Errorf("she sees %+v, %v", seen.Memberships, err)
		}
		page, err := v.Persons(mia, identity.PersonParams{})
		for _, p := range page.Items {
			if slices.ContainsFunc(p.Memberships, func(m identity.Membership) bool { return m.OrganisationID == v.theirs.ID }) {
				t.Errorf("the list shows her %+v", p)
			}
		}
		if err != nil || len(page.Items) != 2 {
			t.Errorf("%d persons, %v", len(page.Items), err)
		}
		edited, err := v.EditPerson(mia, two.ID, seen.Version, identity.PersonInput{Name: seen.Name, Memberships: []identity.Membership{in(v.ours.ID, identity.Reporter)}})
		if err != nil || !slices.Equal(edited.Memberships, []identity.Membership{in(v.ours.ID, identity.Reporter)}) {
			t.Errorf("edited: %+v, %v", edited.Memberships, err)
		}
		whole, err := v.Person(t.Context(), two.ID)
		if err != nil || !slices.Contains(whole.Memberships, in(v.theirs.ID, identity.Reporter)) || len(whole.Memberships) != 2 {
			t.Errorf("what is elsewhere did not stay: %+v, %v", whole.Memberships, err)
		}
		if err := v.RemoveMember(mia, v.ours.ID, two.ID, untold); err != nil {
			t.Error(err)
		}
		if err := v.RemoveMember(mia, v.ours.ID, two.ID, untold); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if err := v.RemoveMember(mia, v.theirs.ID, two.ID, untold); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed from another organisation: %v", err)
		}
	})
}
