package identity

import (
	"context"
	"slices"
	"strings"

	"linghang/kernel/fault"
)

// SignInFederated opens a session for a person whom another provider has named.
// two says that the provider's word on two factors counts; a person with a second
// factor of their own proves it here otherwise.
func (d *Directory) SignInFederated(ctx context.Context, person string, from Visitor, two bool) (secret string, err error) {
	p, err := d.Person(ctx, person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	if err != nil || p.Disabled || len(p.Memberships) == 0 {
		return "", fault.New(fault.Unauthorized, "system.sign_in.federated", "this person cannot sign in")
	}
	if two {
		return d.openSession(ctx, p, from, byOther, byTwo)
	}
	return d.openSession(ctx, p, from, byOther)
}

// PersonByEmail returns the one person for whom somebody who administers all persons
// has entered an e-mail address; NotFound when there is none, or more than one.
// An address that people set themselves, or that an organisation's own manager set,
// does not count: whoever owned it would be signed in to their account.
func (d *Directory) PersonByEmail(ctx context.Context, email string) (Person, error) {
	return d.onePerson(ctx, `LOWER(p.email) = $1 AND p.email_vouched AND NOT EXISTS (
		SELECT 1 FROM person o WHERE LOWER(o.email) = $1 AND o.email_vouched AND o.id <> p.id)`, strings.ToLower(email))
}

// address sets the person's e-mail, and notes whether the word of who sets it is
// enough to know the person by it.
func (p *Person) address(ctx context.Context, email string) {
	if email == p.Email {
		return
	}
	by := From(ctx)
	p.Email, p.vouched = email, email != "" && by.Scope.All && by.PersonID != p.ID
}

// IsGrave reports whether somebody holds a role whose misuse the city could hardly undo.
func (p Person) IsGrave() bool {
	return slices.ContainsFunc(p.Memberships, func(m Membership) bool { return grave(m.Role) })
}
