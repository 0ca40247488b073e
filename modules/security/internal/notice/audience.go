package notice

import (
	"context"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// Organisations is the register of organisations: to whom notices go, and who is told.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
	Organisations(ctx context.Context, in identity.OrganisationParams) (sqldb.Page[identity.Organisation], error)
	Members(ctx context.Context, organisation string, below bool, permission string) ([]identity.Recipient, error)
}

// Audience says to whom a notice goes; its parts add up.
type Audience struct {
	All           bool     `json:"all" doc:"All enterprises and operators of platforms"`
	Districts     []string `json:"districts" nullable:"false" maxItems:"50" doc:"Those of districts, by GB/T 2260 code"`
	Organisations []string `json:"organisations" nullable:"false" maxItems:"500" doc:"One by one, by ID"`
}

const (
	mostAddressees = 10_000
	mostNamed      = 500
	mostDistricts  = 50
	mostRed        = 20 // TLP:RED is for those who are named, and they are few
)

func (a Audience) empty() bool { return !a.All && len(a.Districts) == 0 && len(a.Organisations) == 0 }

// check says what of an audience is wrong, for a notice of a TLP.
func (a Audience) check(t rating.TLP, f *fault.Error) Audience {
	a.Districts, a.Organisations = unique(a.Districts), unique(a.Organisations)
	if len(a.Organisations) > mostNamed || len(a.Districts) > mostDistricts {
		_ = f.At("body.audience", "at most 500 organisations and 50 districts")
	}
	switch {
	case t == rating.Red && (a.All || len(a.Districts) > 0 || len(a.Organisations) > mostRed):
		_ = f.At("body.audience", "what is TLP:RED goes to at most 20 organisations that are chosen one by one")
	case t == rating.AmberStrict && a.All:
		_ = f.At("body.audience", "what is TLP:AMBER+STRICT does not go to all enterprises")
	}
	return a
}

func unique(list []string) []string {
	out := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	slices.Sort(out)
	if out = slices.Compact(out); out == nil {
		return []string{}
	}
	return out
}

// kindsOfAll are who all enterprises are.
func kindsOfAll() []identity.Kind {
	return []identity.Kind{identity.Enterprise, identity.Operator}
}

// addressees are the organisations of an audience, within what the caller sees. A drill's
// are within those that it names.
func (d *Desk) addressees(ctx context.Context, a Audience) ([]identity.Organisation, error) {
	var out []identity.Organisation
	seen := map[string]bool{}
	add := func(o identity.Organisation) {
		if !seen[o.ID] {
			seen[o.ID], out = true, append(out, o)
		}
	}
	for _, id := range a.Organisations {
		o, err := d.organisations.Organisation(ctx, id)
		if err != nil || o.Kind == identity.Bureau {
			return nil, fault.New(fault.Invalid, "security.notice.addressee", "an addressee is no organisation that can be told").At("body.audience", "organisations of the register, and no bureau")
		}
		add(o)
	}
	if a.All || len(a.Districts) > 0 {
		for _, kind := range kindsOfAll() {
			err := d.each(ctx, kind, func(o identity.Organisation) {
				if a.All || slices.Contains(a.Districts, o.District) {
					add(o)
				}
			})
			if err != nil {
				return nil, err
			}
		}
	}
	if len(out) > mostAddressees {
		return nil, fault.New(fault.Invalid, "security.notice.too_many", "the notice has more than %d addressees", mostAddressees).At("body.audience", "at most 10000 addressees")
	}
	return out, nil
}

// each hands over every organisation of a kind.
func (d *Desk) each(ctx context.Context, kind identity.Kind, do func(identity.Organisation)) error {
	in := identity.OrganisationParams{ListParams: sqldb.ListParams{Limit: 500}, Kind: string(kind)}
	for n := 0; n <= mostAddressees; n += in.Limit {
		page, err := d.organisations.Organisations(ctx, in)
		if err != nil {
			return fmt.Errorf("read organisations of kind %s: %w", kind, err)
		}
		for _, o := range page.Items {
			do(o)
		}
		if in.Cursor = page.NextCursor; in.Cursor == "" {
			return nil
		}
	}
	return nil
}
