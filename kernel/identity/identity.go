// Package identity knows who is asking and what they may do: organisations as
// a tree of tenants, persons with memberships, roles as sets of permissions
// compiled to bit sets, password sign-in, sessions, and tokens for programs.
//
// Row access has one rule: an identity sees the rows of the organisations in
// its Scope. Rooms apply it with Scope.Filter in lists and Scope.Check on one row.
package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Kind is what sort of organisation a tenant is.
type Kind string

// The kinds of organisations.
const (
	Bureau     Kind = "bureau"
	Enterprise Kind = "enterprise"
	Operator   Kind = "operator"
	Provider   Kind = "provider"
	Node       Kind = "node"
	Park       Kind = "park"
	Responder  Kind = "responder"
)

// Role is a named set of permissions, held by a person within an organisation.
type Role string

// The roles. The first five exist in bureaus only.
const (
	Administrator         Role = "administrator"
	SecurityAdministrator Role = "security_administrator"
	Auditor               Role = "auditor"
	Officer               Role = "officer"
	Leader                Role = "leader"
	Manager               Role = "manager"
	Reporter              Role = "reporter"
	Viewer                Role = "viewer"
)

// RoleInfo describes a role to people.
type RoleInfo struct {
	ID         Role
	Title      lang.Text
	BureauOnly bool
}

// Roles lists all roles, gravest first.
func Roles() []RoleInfo {
	return []RoleInfo{
		{Administrator, lang.Text{ZH: "系统管理员", EN: "System administrator"}, true},
		{SecurityAdministrator, lang.Text{ZH: "安全管理员", EN: "Security administrator"}, true},
		{Auditor, lang.Text{ZH: "审计员", EN: "Auditor"}, true},
		{Officer, lang.Text{ZH: "主管人员", EN: "Officer"}, true},
		{Leader, lang.Text{ZH: "领导", EN: "Leadership"}, true},
		{Manager, lang.Text{ZH: "机构管理员", EN: "Organisation manager"}, false},
		{Reporter, lang.Text{ZH: "填报员", EN: "Reporter"}, false},
		{Viewer, lang.Text{ZH: "查看者", EN: "Viewer"}, false},
	}
}

// Permission is something a route asks for. Rooms declare theirs.
type Permission struct {
	ID    string    // <room>.<noun>.<verb> or <room>.<verb>
	Title lang.Text // what it allows
	Roles []Role    // who has it, beside the holder of its duty
	Duty  Duty      // which of the three it belongs to; operation unless it says so
	// Machines are the kinds of machines that have it, by their certificates.
	Machines []MachineKind
}

// Public marks a route that anybody may call; SignedIn one that anybody may
// call who is signed in. Both must be written out.
const (
	Public   = "public"
	SignedIn = "signed-in"
)

// Bits is a set of permissions.
type Bits [4]uint64

// Catalogue gives each declared permission its bit.
type Catalogue struct {
	all      []Permission
	index    map[string]int
	roles    map[Role]Bits
	duties   map[Duty]Bits
	machines map[MachineKind]Bits
}

// NewCatalogue compiles the permissions of all rooms; an ID declared twice or
// more than 256 permissions are refused. Each goes to the holder of its duty.
func NewCatalogue(permissions []Permission) (*Catalogue, error) {
	c := &Catalogue{}
	return c, c.Compile(permissions)
}

// Compile fills an empty catalogue: what is made before all rooms are known
// holds it empty, and finds it full when the house opens.
func (c *Catalogue) Compile(permissions []Permission) error {
	c.all, c.index, c.roles, c.duties, c.machines = permissions, map[string]int{}, map[Role]Bits{}, map[Duty]Bits{}, map[MachineKind]Bits{}
	if len(permissions) > 64*len(Bits{}) {
		return fault.New(fault.Internal, "kernel.permissions", "%d permissions do not fit %d bits", len(permissions), 64*len(Bits{}))
	}
	for i, p := range permissions {
		if _, twice := c.index[p.ID]; twice {
			return fault.New(fault.Internal, "kernel.permissions", "permission %s is declared twice", p.ID)
		}
		c.index[p.ID] = i
		bit := Bits{}
		bit[i/64] = 1 << (i % 64)
		for _, r := range append([]Role{p.Duty.Holder()}, p.Roles...) {
			c.roles[r] = c.roles[r].or(bit)
		}
		c.duties[p.Duty] = c.duties[p.Duty].or(bit)
		for _, kind := range p.Machines {
			c.machines[kind] = c.machines[kind].or(bit)
		}
	}
	return nil
}

// All returns every permission in declaration order.
func (c *Catalogue) All() []Permission { return c.all }

// Known reports whether the permission is declared.
func (c *Catalogue) Known(permission string) bool {
	_, ok := c.index[permission]
	return ok
}

// Of returns what a role allows.
func (c *Catalogue) Of(r Role) Bits { return c.roles[r] }

// Set returns the bits of named permissions; unknown names are left out, so
// that a token outlives a permission that no longer exists.
func (c *Catalogue) Set(names []string) Bits {
	var b Bits
	for _, n := range names {
		if i, ok := c.index[n]; ok {
			b[i/64] |= 1 << (i % 64)
		}
	}
	return b
}

// Names returns the permissions in the set.
func (c *Catalogue) Names(b Bits) []string {
	names := []string{}
	for i, p := range c.all {
		if b[i/64]&(1<<(i%64)) != 0 {
			names = append(names, p.ID)
		}
	}
	return names
}

func (b Bits) or(o Bits) Bits {
	for i := range b {
		b[i] |= o[i]
	}
	return b
}

func (b Bits) and(o Bits) Bits {
	for i := range b {
		b[i] &= o[i]
	}
	return b
}

// Identity is who is asking.
type Identity struct {
	PersonID     string // empty for tokens and machines
	TokenID      string // empty for persons and machines
	MachineID    string // empty for persons and tokens
	SessionID    string
	Name         string
	Login        string
	Language     string
	Organisation Organisation
	Roles        []Role
	Permissions  Bits
	Provisional  []Duty // held only until somebody is named
	Scope        Scope

	// Of a session: how it was opened, when a factor was last proven in it,
	// which second factors the person has, what the session owes, and until
	// when a second factor is still only asked for.
	AMR       []string
	ProvenAt  time.Time
	Factors   Factors
	Need      Need
	FactorDue time.Time

	catalogue *Catalogue
}

// May reports whether the identity holds the permission.
func (id Identity) May(permission string) bool {
	switch permission {
	case Public:
		return true
	case SignedIn:
		return id.Known() && id.MachineID == "" // a machine does what its kind is given, and no more
	}
	if id.catalogue == nil {
		return false
	}
	i, ok := id.catalogue.index[permission]
	return ok && id.Permissions[i/64]&(1<<(i%64)) != 0
}

// Known reports whether somebody is signed in.
func (id Identity) Known() bool { return id.PersonID != "" || id.TokenID != "" || id.MachineID != "" }

// IsSecond reports whether a person is asking, and another than the first: four
// eyes see more than two.
func (id Identity) IsSecond(first string) bool { return id.PersonID != "" && id.PersonID != first }

// Actor names the identity in records: person:<id>, token:<id>, machine:<id> or nobody.
func (id Identity) Actor() string {
	switch {
	case id.MachineID != "":
		return "machine:" + id.MachineID
	case id.TokenID != "":
		return "token:" + id.TokenID
	case id.PersonID != "":
		return "person:" + id.PersonID
	}
	return "nobody"
}

// Scope is the organisations whose rows an identity sees.
type Scope struct {
	All bool     // the city bureau sees the whole city
	IDs []string // otherwise its own organisation and those below it
}

// Allows reports whether rows of the organisation may be seen.
func (s Scope) Allows(organisation string) bool {
	return s.All || slices.Contains(s.IDs, organisation)
}

// Check returns NotFound for a row of an organisation outside the scope: an
// outsider is not told that it exists.
func (s Scope) Check(organisation string) error {
	if s.Allows(organisation) {
		return nil
	}
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such object, or it is not yours to see")
}

// Filter keeps the rows of a list whose organisation column is in the scope.
func (s Scope) Filter(l *sqldb.List, column string) {
	if s.All {
		return
	}
	if len(s.IDs) == 0 {
		l.Where("1 = 0")
		return
	}
	args := make([]any, len(s.IDs))
	for i, id := range s.IDs {
		args[i] = id
	}
	l.Where(column+" IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
}

// FilterShared keeps, beside what Filter keeps, the rows whose key is in shared:
// objects of others that a rule shares with who is asking.
func (s Scope) FilterShared(l *sqldb.List, column, key string, shared []string) {
	if s.All || len(shared) == 0 {
		s.Filter(l, column)
		return
	}
	args := make([]any, 0, len(s.IDs)+len(shared))
	for _, id := range slices.Concat(s.IDs, shared) {
		args = append(args, id)
	}
	own := "1 = 0"
	if len(s.IDs) > 0 {
		own = column + " IN (?" + strings.Repeat(", ?", len(s.IDs)-1) + ")"
	}
	l.Where(own+" OR "+key+" IN (?"+strings.Repeat(", ?", len(shared)-1)+")", args...)
}

// OwnSQL is a condition that holds for rows whose organisation column names the caller's
// own organisation or one in a scope that is listed, with its arguments. Rows of nobody are
// not the caller's, and what a scope over all allows is not their own.
func (id Identity) OwnSQL(column string) (string, []any) {
	args := []any{id.Organisation.ID}
	if !id.Scope.All {
		for _, o := range id.Scope.IDs {
			args = append(args, o)
		}
	}
	return "(" + column + " <> '' AND " + column + " IN (?" + strings.Repeat(", ?", len(args)-1) + "))", args
}

type contextKey struct{}

// With returns a context in which id is asking.
func With(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// From returns who is asking; the zero Identity is nobody and sees nothing.
func From(ctx context.Context) Identity {
	id, _ := ctx.Value(contextKey{}).(Identity)
	return id
}

// Holds reports whether all of o is in the set.
func (b Bits) Holds(o Bits) bool { return b.and(o) == o }
