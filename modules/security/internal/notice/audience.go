package notice

import (
	"slices"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/rating"
)

// Audience says to whom a notice goes; its parts add up.
type Audience struct {
	All           bool     `json:"all" doc:"All enterprises and operators of platforms"`
	Districts     []string `json:"districts" nullable:"false" maxItems:"50" doc:"Those of districts, by GB/T 2260 code"`
	Organisations []string `json:"organisations" nullable:"false" maxItems:"500" doc:"One by one, by ID"`
	// Advisories and Products are for those whose assets they concern.
	Advisories []string          `json:"advisories,omitempty" maxItems:"20" doc:"Those with assets that advisories affect, by ID"`
	Products   []AudienceProduct `json:"products,omitempty" maxItems:"20" doc:"Those with assets of products"`
	Unsure     bool              `json:"unsure,omitempty" doc:"Also those with assets of which an advisory cannot tell"`
}

// AudienceProduct is a product that addressees have in use.
type AudienceProduct struct {
	Vendor  string `json:"vendor" minLength:"1" maxLength:"120" doc:"In any spelling that is known"`
	Product string `json:"product,omitempty" maxLength:"120" doc:"Empty: any of the vendor"`
}

const (
	mostAddressees = 10_000
	mostNamed      = 500
	mostDistricts  = 50
	mostMatches    = 20
	mostRed        = 20 // TLP:RED is for those who are named, and they are few
)

func (a Audience) empty() bool {
	return !a.All && len(a.Districts) == 0 && len(a.Organisations) == 0 && !a.matches()
}

// matches tells whether addressees are those whose assets something concerns.
func (a Audience) matches() bool { return len(a.Advisories) > 0 || len(a.Products) > 0 }

// check says what of an audience is wrong, for a notice of a TLP.
func (a Audience) check(t rating.TLP, f *fault.Error) Audience {
	a.Districts, a.Organisations = unique(a.Districts), unique(a.Organisations)
	if len(a.Organisations) > mostNamed || len(a.Districts) > mostDistricts {
		_ = f.At("body.audience", "at most 500 organisations and 50 districts")
	}
	if a.Advisories = unique(a.Advisories); len(a.Advisories) > mostMatches || len(a.Products) > mostMatches {
		_ = f.At("body.audience", "at most 20 advisories and 20 products")
	}
	switch {
	case t == rating.Red && (a.All || a.matches() || len(a.Districts) > 0 || len(a.Organisations) > mostRed):
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
