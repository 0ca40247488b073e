package identity

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// PersonInput is what creating or editing a person asks for.
type PersonInput struct {
	Login       string       `json:"login" maxLength:"64" doc:"Kept as it is when editing"`
	Name        string       `json:"name" minLength:"1" maxLength:"100"`
	Email       string       `json:"email,omitempty" maxLength:"200"`
	Language    string       `json:"language,omitempty" enum:"zh,en"`
	Password    string       `json:"password,omitempty" maxLength:"200" doc:"Only when creating"`
	Disabled    bool         `json:"disabled,omitempty"`
	Synthetic   bool         `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
	Memberships []Membership `json:"memberships" minItems:"1" maxItems:"50"`
}

// CreatePerson adds somebody to organisations that the caller sees.
func (d *Directory) CreatePerson(ctx context.Context, in PersonInput) (Person, error) {
	if err := acceptableLogin("body.login", in.Login); err != nil {
		return Person{}, err
	}
	if err := d.acceptable("body.password", in.Login, in.Password); err != nil {
		return Person{}, err
	}
	if err := d.checkMemberships(ctx, nil, in.Memberships); err != nil {
		return Person{}, err
	}
	hash, err := d.hash(ctx, in.Password)
	if err != nil {
		return Person{}, err
	}
	if in.Language == "" {
		in.Language = "zh"
	}
	p := Person{
		ID: ulid.Make().String(), Login: strings.ToLower(in.Login), Name: in.Name, Language: in.Language,
		Synthetic: in.Synthetic, Memberships: in.Memberships, Version: 1, password: hash,
	}
	p.address(ctx, in.Email)
	return p, d.change(ctx, func(tx *sqldb.Tx) error { return d.insertPerson(ctx, tx, p) })
}

// checkMemberships refuses memberships that the caller may not give or take:
// outside the scope, a bureau role outside a bureau, or more than the caller holds.
func (d *Directory) checkMemberships(ctx context.Context, before, after []Membership) error {
	id := From(ctx)
	f := fault.New(fault.Forbidden, "system.membership.refused", "these memberships are not yours to give or take")
	for i, m := range after {
		if slices.Contains(before, m) {
			continue
		}
		at := fmt.Sprintf("body.memberships[%d]", i)
		if !id.Scope.Allows(m.OrganisationID) {
			_ = f.At(at, "this organisation is not yours")
			continue
		}
		o, err := d.Organisation(ctx, m.OrganisationID)
		if err != nil {
			return err
		}
		if bureauOnly(m.Role) && o.Kind != Bureau {
			_ = f.At(at, "the role %s exists in bureaus only", m.Role)
		}
		if bits := d.catalogue.Of(m.Role); !id.Permissions.Holds(bits) && !id.May(AppointRoles) {
			_ = f.At(at, "the role %s allows more than you may do yourself", m.Role)
		}
	}
	for _, m := range before {
		over := id.Permissions.Holds(d.catalogue.Of(m.Role)) || id.May(AppointRoles)
		if !slices.Contains(after, m) && id.Scope.Allows(m.OrganisationID) && !over {
			_ = f.At("body.memberships", "the role %s in %s is not yours to take", m.Role, m.OrganisationID)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func bureauOnly(r Role) bool {
	for _, info := range Roles() {
		if info.ID == r {
			return info.BureauOnly
		}
	}
	return true
}

// ReadPerson returns somebody who shares an organisation of the caller's scope,
// with what they are there; elsewhere is not the caller's to know.
func (d *Directory) ReadPerson(ctx context.Context, id string) (Person, error) {
	p, err := d.seenPerson(ctx, id)
	return p.within(From(ctx).Scope), err
}

// seenPerson returns somebody who shares an organisation of the caller's scope, whole.
func (d *Directory) seenPerson(ctx context.Context, id string) (Person, error) {
	p, err := d.Person(ctx, id)
	if err != nil {
		return p, err
	}
	scope := From(ctx).Scope
	if !scope.All && len(p.within(scope).Memberships) == 0 {
		return Person{}, scope.Check("")
	}
	return p, nil
}

// within returns the person with the memberships in the scope only.
func (p Person) within(s Scope) Person {
	inside := []Membership{}
	for _, m := range p.Memberships {
		if s.Allows(m.OrganisationID) {
			inside = append(inside, m)
		}
	}
	p.Memberships = inside
	return p
}

// home is the organisation for which the person acts after signing in: the
// last one, or the first; empty for who belongs to none.
func (p Person) home() string {
	first := ""
	for _, m := range p.Memberships {
		if m.OrganisationID == p.actingFor {
			return m.OrganisationID
		}
		first = cmp.Or(first, m.OrganisationID)
	}
	return first
}

// EditPerson changes name, e-mail, memberships and whether somebody may sign
// in. Memberships outside the caller's scope stay as they are.
func (d *Directory) EditPerson(ctx context.Context, id string, version int64, in PersonInput) (Person, error) {
	p, err := d.seenPerson(ctx, id)
	if err != nil {
		return p, err
	}
	before, scope := p, From(ctx).Scope
	if err := d.checkMemberships(ctx, p.Memberships, in.Memberships); err != nil {
		return before.within(scope), err
	}
	if err := d.checkSelf(ctx, p, in.Memberships); err != nil {
		return before.within(scope), err
	}
	p.Name, p.Disabled, p.Memberships = in.Name, in.Disabled, slices.Clone(in.Memberships)
	p.address(ctx, in.Email)
	for _, m := range before.Memberships {
		if !scope.Allows(m.OrganisationID) && !slices.Contains(p.Memberships, m) {
			p.Memberships = append(p.Memberships, m)
		}
	}
	if in.Language != "" {
		p.Language = in.Language
	}
	changed := p.Name != before.Name || p.Email != before.Email || p.Language != before.Language || p.Disabled != before.Disabled
	if changed && !d.outranks(ctx, before) {
		return before.within(scope), fault.New(fault.Forbidden, "system.person.refused", "this person may do more than you; only memberships of your own organisations are yours to change")
	}
	if err := d.savePerson(ctx, p, version); err != nil {
		return p.within(scope), err
	}
	p, err = d.Person(ctx, id)
	return p.within(scope), err
}

// checkSelf lets nobody give themselves a duty or more than they may do already.
func (d *Directory) checkSelf(ctx context.Context, p Person, after []Membership) error {
	id := From(ctx)
	if p.ID != id.PersonID {
		return nil
	}
	for i, m := range after {
		more := isDuty(m.Role) || !id.Permissions.Holds(d.catalogue.Of(m.Role))
		if more && !slices.Contains(p.Memberships, m) {
			return fault.New(fault.Forbidden, "system.membership.self", "nobody gives themselves a role; ask another administrator").
				At(fmt.Sprintf("body.memberships[%d]", i), "take this role out")
		}
	}
	return nil
}

// outranks reports whether the caller may do everything that the person may,
// wherever the person may do it. Whoever appoints roles outranks all but the
// holders of the other duties: taking over their account would join two duties.
func (d *Directory) outranks(ctx context.Context, p Person) bool {
	mine := From(ctx)
	return !slices.ContainsFunc(p.Memberships, func(m Membership) bool {
		over := mine.Permissions.Holds(d.catalogue.Of(m.Role)) || (mine.May(AppointRoles) && !isDuty(m.Role))
		return !mine.Scope.Allows(m.OrganisationID) || !over
	})
}

// EditSelf changes the caller's own name, language and e-mail.
func (d *Directory) EditSelf(ctx context.Context, name, language, email string) (Person, error) {
	p, err := d.Person(ctx, From(ctx).PersonID)
	if err != nil {
		return p, err
	}
	p.Name, p.Language = name, language
	p.address(ctx, email)
	return p, d.savePerson(ctx, p, p.Version)
}

// ChangePassword replaces the caller's password and ends the other sessions.
func (d *Directory) ChangePassword(ctx context.Context, current, next string) error {
	id := From(ctx)
	p, err := d.Person(ctx, id.PersonID)
	if err != nil {
		return err
	}
	ok, err := d.compare(ctx, p.password, current)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Invalid, "system.password.current", "the present password is wrong").At("body.current", "type your present password")
	}
	if err := d.acceptable("body.new", p.Login, next); err != nil {
		return err
	}
	hash, err := d.hash(ctx, next)
	if err != nil {
		return err
	}
	return d.savePassword(ctx, p.ID, hash, id.SessionID)
}

// ResetPassword sets somebody's password and ends all their sessions. Nobody
// resets the password of a person who may do more than they.
func (d *Directory) ResetPassword(ctx context.Context, person, next string) error {
	p, err := d.seenPerson(ctx, person)
	if err != nil {
		return err
	}
	if !d.outranks(ctx, p) {
		return fault.New(fault.Forbidden, "system.password.refused", "this person may do more than you; their password is not yours to set")
	}
	if err := d.acceptable("body.password", p.Login, next); err != nil {
		return err
	}
	hash, err := d.hash(ctx, next)
	if err != nil {
		return err
	}
	return d.savePassword(ctx, p.ID, hash, "")
}

// FindLogin returns the person with the login; for the command line.
func (d *Directory) FindLogin(ctx context.Context, login string) (Person, error) {
	return d.personByLogin(ctx, strings.ToLower(login))
}
