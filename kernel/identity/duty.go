package identity

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Duty is one of the three that separate powers (三员分立): whoever runs the
// system gives nobody rights, whoever gives rights runs nothing, and whoever
// watches both can change nothing.
type Duty string

// The duties. A permission belongs to operation unless it says otherwise.
const (
	Operation Duty = ""
	Security  Duty = "security"
	Auditing  Duty = "audit"
)

// AppointRoles is the permission to give others any role.
const AppointRoles = "system.role.appoint"

// EditPersons is the permission to add, change and invite persons.
const EditPersons = "system.person.edit"

// Holder is the role that a duty's permissions go to.
func (d Duty) Holder() Role {
	switch d {
	case Security:
		return SecurityAdministrator
	case Auditing:
		return Auditor
	default:
		return Administrator
	}
}

// dutyRoles are the three roles of which one person holds at most one.
func dutyRoles() []Role { return []Role{Administrator, SecurityAdministrator, Auditor} }

func isDuty(r Role) bool { return slices.Contains(dutyRoles(), r) }

// checkDuties refuses memberships that would give one person two of the three,
// in whatever organisations.
func checkDuties(memberships []Membership) error {
	var held []Role
	for _, m := range memberships {
		if isDuty(m.Role) && !slices.Contains(held, m.Role) {
			held = append(held, m.Role)
		}
	}
	if len(held) < 2 {
		return nil
	}
	names := make([]string, len(held))
	for i, r := range held {
		names[i] = string(r)
	}
	return fault.New(fault.Conflict, "system.duty.exclusive", "one person cannot be %s: the three duties exclude each other", strings.Join(names, " and ")).
		At("body.memberships", "leave one of these roles to another person")
}

// vacancies remembers for a moment which duties nobody holds.
type vacancies struct {
	mu     sync.Mutex
	until  time.Time
	vacant []Duty
}

// vacancyFor is how long another replica may not know that a duty was taken up.
const vacancyFor = 5 * time.Second

func (v *vacancies) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.until = time.Time{}
}

// vacant returns the duties for which the city has named nobody yet.
func (d *Directory) vacant(ctx context.Context) ([]Duty, error) {
	d.vacancies.mu.Lock()
	defer d.vacancies.mu.Unlock()
	now := d.now()
	if now.Before(d.vacancies.until) {
		return d.vacancies.vacant, nil
	}
	counts, err := d.dutyCounts(ctx)
	if err != nil {
		return nil, err
	}
	d.vacancies.vacant, d.vacancies.until = nil, now.Add(vacancyFor)
	for _, duty := range []Duty{Security, Auditing} {
		if counts[duty.Holder()] == 0 {
			d.vacancies.vacant = append(d.vacancies.vacant, duty)
		}
	}
	return d.vacancies.vacant, nil
}

// provisional returns the duties that somebody holds because nobody was named:
// the system administrator of the city's own bureau, until then.
func (d *Directory) provisional(ctx context.Context, roles []Role, o Organisation) ([]Duty, Bits, error) {
	var bits Bits
	if o.Kind != Bureau || o.ParentID != "" || !slices.Contains(roles, Administrator) {
		return nil, bits, nil
	}
	duties, err := d.vacant(ctx)
	for _, duty := range duties {
		bits = bits.or(d.catalogue.duties[duty])
	}
	return duties, bits, err
}

// DutyState is who holds one of the three duties.
type DutyState struct {
	Role        Role      `json:"role" enum:"administrator,security_administrator,auditor"`
	Title       lang.Text `json:"title"`
	Holders     []Holder  `json:"holders" nullable:"false"`
	Provisional bool      `json:"provisional" doc:"Nobody is named; the system administrator stands in"`
}

// Holder is a person who holds a duty.
type Holder struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Login string `json:"login"`

	role Role
}

// Duties returns the three duties with their holders, and the persons who hold
// more than one of them from before that was refused.
func (d *Directory) Duties(ctx context.Context) (states []DutyState, conflicts []Holder, err error) {
	holders, err := d.holders(ctx)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]Role{}
	for _, info := range Roles() {
		if !isDuty(info.ID) {
			continue
		}
		s := DutyState{Role: info.ID, Title: info.Title, Holders: []Holder{}}
		for _, h := range holders {
			if h.role != info.ID {
				continue
			}
			s.Holders = append(s.Holders, h)
			if other, twice := seen[h.ID]; twice && other != h.role {
				conflicts = append(conflicts, h)
			}
			seen[h.ID] = h.role
		}
		s.Provisional = len(s.Holders) == 0
		states = append(states, s)
	}
	return states, conflicts, nil
}

// guardDuties runs a change of persons and refuses it when it would leave one
// of the three duties without anybody who was named.
func (d *Directory) guardDuties(ctx context.Context, tx *sqldb.Tx, change func() error) error {
	if err := tx.Queue(ctx, "duties"); err != nil {
		return err
	}
	before, err := dutyCounts(ctx, tx)
	if err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	after, err := dutyCounts(ctx, tx)
	if err != nil {
		return err
	}
	if before[Administrator] > 0 && after[Administrator] == 0 {
		return fault.New(fault.Conflict, "system.administrator.last", "the city needs at least one administrator")
	}
	for _, r := range dutyRoles() {
		if before[r] > 0 && after[r] == 0 {
			return fault.New(fault.Conflict, "system.duty.last", "the city has named a %s and needs one from then on; name another first", r).With("role", string(r))
		}
	}
	return nil
}
