package identity

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// RosterMax is how many persons come in at once.
const RosterMax = 1000

// RosterRow is one line of a list of persons to bring in.
type RosterRow struct {
	Line     int    `json:"line"`
	Name     string `json:"name"`
	Login    string `json:"login"`
	Email    string `json:"email"`
	Role     Role   `json:"role"`
	Language string `json:"language"`
}

// What becomes of a line.
const (
	RosterCreate = "create" // a new account, which waits for its holder
	RosterAdd    = "add"    // somebody who is known gets the role
	RosterSame   = "same"   // nothing is to be done
	RosterWrong  = "wrong"  // nothing can be done
)

// RosterEntry is what becomes of a line, and what is wrong with it.
type RosterEntry struct {
	RosterRow
	Action   string        `json:"action" enum:"create,add,same,wrong"`
	Problems []RosterFault `json:"problems" nullable:"false"`

	personID string
}

// RosterFault is what is wrong with one cell.
type RosterFault struct {
	Field string `json:"field" enum:"name,login,email,role,language"`
	Key   string `json:"key" enum:"missing,form,unknown,refused,taken,twice,ambiguous"`
}

// Prepared is a new account with the link that opens it.
type Prepared struct {
	Invitation Invitation
	Login      string
	Name       string
	Secret     string
}

func (e *RosterEntry) wrong(field, key string) {
	e.Action = RosterWrong
	e.Problems = append(e.Problems, RosterFault{field, key})
}

// PlanRoster says what would become of each line, and changes nothing. Whoever
// has the login, or within the caller's scope the e-mail address, is the same person.
func (d *Directory) PlanRoster(ctx context.Context, organisation string, rows []RosterRow) ([]RosterEntry, error) {
	if err := From(ctx).Scope.Check(organisation); err != nil {
		return nil, err
	}
	if _, err := d.Organisation(ctx, organisation); err != nil {
		return nil, err
	}
	known, err := d.known(ctx, rows)
	if err != nil {
		return nil, err
	}
	mine := map[Role]bool{}
	seen := map[string]bool{}
	entries := make([]RosterEntry, len(rows))
	for i, row := range rows {
		row.Name, row.Login, row.Email = strings.TrimSpace(row.Name), strings.ToLower(strings.TrimSpace(row.Login)), strings.TrimSpace(row.Email)
		e := RosterEntry{RosterRow: row, Problems: []RosterFault{}}
		e.check()
		if _, looked := mine[row.Role]; !looked && validRole(row.Role) {
			err := d.mayInvite(ctx, Membership{organisation, row.Role})
			if err != nil && fault.As(err) == nil {
				return nil, err
			}
			mine[row.Role] = err == nil
		}
		if validRole(row.Role) && !mine[row.Role] {
			e.wrong("role", "refused")
		}
		e.match(known, organisation)
		for field, value := range map[string]string{"login": e.Login, "email": strings.ToLower(e.Email)} {
			if value != "" && seen[field+value] {
				e.wrong(field, "twice")
			}
			seen[field+value] = true
		}
		slices.SortFunc(e.Problems, func(a, b RosterFault) int { return strings.Compare(a.Field+a.Key, b.Field+b.Key) })
		entries[i] = e
	}
	return entries, nil
}

func validRole(r Role) bool {
	return slices.ContainsFunc(Roles(), func(info RoleInfo) bool { return info.ID == r })
}

// check looks at the line by itself.
func (e *RosterEntry) check() {
	if e.Name == "" {
		e.wrong("name", "missing")
	}
	if len(e.Name) > 100 {
		e.wrong("name", "form")
	}
	if a, err := mail.ParseAddress(e.Email); e.Email != "" && (err != nil || a.Address != e.Email || len(e.Email) > 200) {
		e.wrong("email", "form")
	}
	if e.Login != "" && !loginPattern.MatchString(e.Login) {
		e.wrong("login", "form")
	}
	if e.Role == "" {
		e.Role = Viewer
	}
	if !validRole(e.Role) {
		e.wrong("role", "unknown")
	}
	if e.Language == "" {
		e.Language = "zh"
	}
	if e.Language != "zh" && e.Language != "en" {
		e.wrong("language", "unknown")
	}
}

// match finds the person whom the line is about.
func (e *RosterEntry) match(known []knownPerson, organisation string) {
	var found []knownPerson
	for _, p := range known {
		if e.means(p) {
			found = append(found, p)
		}
	}
	if e.Login == "" && len(found) == 0 {
		e.newLogin(known)
	}
	switch {
	case len(found) > 1:
		e.wrong("email", "ambiguous")
	case len(found) == 1 && !found[0].inside:
		e.wrong("login", "taken")
	case e.Action == RosterWrong:
	case len(found) == 0:
		e.Action = RosterCreate
	default:
		e.Action, e.personID, e.Login = RosterAdd, found[0].ID, found[0].Login
		if slices.Contains(found[0].Memberships, Membership{organisation, e.Role}) {
			e.Action = RosterSame
		}
	}
}

// means reports whether the line is about the person.
func (e *RosterEntry) means(p knownPerson) bool {
	if e.Login != "" {
		return p.Login == e.Login
	}
	return e.Email != "" && p.inside && strings.EqualFold(p.Email, e.Email)
}

// newLogin lets the address be the login of who has none.
func (e *RosterEntry) newLogin(known []knownPerson) {
	e.Login = strings.ToLower(e.Email)
	if !loginPattern.MatchString(e.Login) {
		e.wrong("login", "missing")
	}
	if slices.ContainsFunc(known, func(p knownPerson) bool { return p.Login == e.Login }) {
		e.wrong("login", "taken")
	}
}

// EnterRoster brings everybody in, or nobody. New accounts have no password:
// the links that open them are returned, to be mailed or handed out.
func (d *Directory) EnterRoster(ctx context.Context, organisation string, rows []RosterRow, tell func([]Prepared) (also, error)) ([]RosterEntry, []Prepared, error) {
	id := From(ctx)
	if id.PersonID == "" {
		return nil, nil, fault.New(fault.Conflict, "system.token.no_person", "a token brings nobody in; a person does")
	}
	entries, err := d.PlanRoster(ctx, organisation, rows)
	if err != nil {
		return nil, nil, err
	}
	f := fault.New(fault.Invalid, "system.roster.wrong", "some lines are wrong; nothing was changed")
	for _, e := range entries {
		for _, p := range e.Problems {
			_ = f.At(fmt.Sprintf("body.line[%d].%s", e.Line, p.Field), "%s", p.Key)
		}
	}
	if len(f.Fields) > 0 {
		f.Fields = f.Fields[:min(len(f.Fields), 100)]
		return entries, nil, f
	}
	prepared, err := d.prepare(ctx, organisation, entries)
	if err != nil {
		return entries, nil, err
	}
	with, err := tell(prepared)
	if err != nil {
		return entries, nil, err
	}
	return entries, prepared, d.change(ctx, func(tx *sqldb.Tx) error {
		for _, e := range entries {
			if e.Action != RosterAdd {
				continue
			}
			m := Membership{organisation, e.Role}
			err := d.alter(ctx, tx, e.personID, func(before []Membership) ([]Membership, error) {
				return append(slices.DeleteFunc(slices.Clone(before), func(b Membership) bool { return b == m }), m), nil
			})
			if err != nil {
				return fmt.Errorf("line %d: %w", e.Line, err)
			}
		}
		for _, p := range prepared {
			i := p.Invitation
			person := Person{ID: i.personID, Login: p.Login, Name: p.Name, Language: i.Language, Memberships: []Membership{{organisation, i.Role}}}
			person.address(ctx, i.Email)
			if err := d.insertPerson(ctx, tx, person); err != nil {
				return err
			}
			if err := storeInvitation(ctx, tx, i); err != nil {
				return err
			}
		}
		return with(ctx, tx)
	})
}

// prepare makes the invitations that open the new accounts.
func (d *Directory) prepare(ctx context.Context, organisation string, entries []RosterEntry) ([]Prepared, error) {
	id, now := From(ctx), d.now().UTC()
	o, err := d.Organisation(ctx, organisation)
	if err != nil {
		return nil, err
	}
	var list []Prepared
	for _, e := range entries {
		if e.Action != RosterCreate {
			continue
		}
		secret, hash, err := newSecret("")
		if err != nil {
			return nil, err
		}
		list = append(list, Prepared{Login: e.Login, Name: e.Name, Secret: secret, Invitation: Invitation{
			ID: ulid.Make().String(), OrganisationID: organisation, Role: e.Role, Email: e.Email, Language: e.Language, State: InvitationOpen, InvitedBy: id.Name, Sent: 1,
			CreatedAt: now, ExpiresAt: now.Add(30 * 24 * time.Hour), Version: 1, organisation: o.Name, secretHash: hash, invitedBy: id.PersonID, byOrganisationID: id.Organisation.ID,
			personID: ulid.Make().String(), login: e.Login, prepared: true,
		}})
	}
	return list, nil
}
