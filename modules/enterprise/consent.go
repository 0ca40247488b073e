package enterprise

import (
	"slices"

	"linghang/kernel/fault"
)

// Who may see a group of fields, from all who are signed in to the bureau alone.
const (
	forPublic   = "public"
	forPartners = "partners"
	forBureau   = "bureau"
)

// The groups of fields whose audience the enterprise chooses. Name, code, district
// and industry belong to none: they are public always.
const (
	groupLocation       = "location"
	groupFounding       = "founding"
	groupBusiness       = "business"
	groupSize           = "size"
	groupStaff          = "staff"
	groupFinance        = "finance"
	groupContacts       = "contacts"
	groupQualifications = "qualifications"
	groupEvidence       = "evidence"
)

// Consent is who may see which group of an entry's fields.
type Consent struct {
	Location       string `json:"location" enum:"public,partners,bureau" doc:"Address and sites"`
	Founding       string `json:"founding" enum:"public,partners,bureau" doc:"Founded on, registered capital"`
	Business       string `json:"business" enum:"public,partners,bureau" doc:"Chain positions, technologies, products, website, description"`
	Size           string `json:"size" enum:"public,partners,bureau" doc:"Size class"`
	Staff          string `json:"staff" enum:"public,partners,bureau" doc:"Staff by year"`
	Finance        string `json:"finance" enum:"public,partners,bureau" doc:"Revenue and other figures by year"`
	Contacts       string `json:"contacts" enum:"public,partners,bureau" doc:"Persons to ask"`
	Qualifications string `json:"qualifications" enum:"public,partners,bureau" doc:"Qualifications with number, issuer and validity"`
	Evidence       string `json:"evidence" enum:"public,partners,bureau" doc:"Files beside qualifications"`
}

// usualConsent is what holds until the enterprise chooses: what its business licence
// and its own brochure tell is public, staff is for partners, the rest for the bureau.
func usualConsent() Consent {
	return Consent{
		Location: forPublic, Founding: forPublic, Business: forPublic, Size: forPublic, Staff: forPartners,
		Finance: forBureau, Contacts: forBureau, Qualifications: forPublic, Evidence: forBureau,
	}
}

type groupConsent struct{ group, see string }

// groups lists the choices in the order of the form.
func (c Consent) groups() []groupConsent {
	return []groupConsent{
		{groupLocation, c.Location},
		{groupFounding, c.Founding},
		{groupBusiness, c.Business},
		{groupSize, c.Size},
		{groupStaff, c.Staff},
		{groupFinance, c.Finance},
		{groupContacts, c.Contacts},
		{groupQualifications, c.Qualifications},
		{groupEvidence, c.Evidence},
	}
}

func (c Consent) check() error {
	f := fault.New(fault.Invalid, "enterprise.consent.invalid", "these are no choices of who may see what")
	for _, g := range c.groups() {
		if !slices.Contains([]string{forPublic, forPartners, forBureau}, g.see) {
			_ = f.At("body."+g.group, "choose who may see this")
		}
	}
	if rank(c.Evidence) < rank(c.Qualifications) {
		_ = f.At("body.evidence", "evidence cannot be seen by more than its qualifications")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func rank(see string) int { return slices.Index([]string{forPublic, forPartners, forBureau}, see) }

// nearness is how near who asks is to an enterprise.
type nearness int

const (
	stranger nearness = iota // signed in, and no more
	partner                  // the enterprise shares its entry with them
	keeper                   // the enterprise itself, and the bureau
)

// shows tells whether somebody so near is shown what is for an audience. What is for
// nobody that is known is shown to the keepers only.
func (n nearness) shows(see string) bool {
	switch see {
	case forPublic:
		return true
	case forPartners:
		return n >= partner
	default:
		return n == keeper
	}
}

// hidden lists the groups that somebody so near is not shown.
func (c Consent) hidden(n nearness) []string {
	list := []string{}
	for _, g := range c.groups() {
		if !n.shows(g.see) {
			list = append(list, g.group)
		}
	}
	return list
}

// as is the entry as somebody so near may see it: the one place in which fields are
// taken away. Whatever leaves the room about an enterprise went through it.
func (e Entry) as(n nearness) Entry {
	for _, g := range e.Consent.hidden(n) {
		switch g {
		case groupLocation:
			e.Profile.Address, e.Profile.Sites = "", nil
		case groupFounding:
			e.Profile.FoundedOn, e.Profile.Capital = "", nil
		case groupBusiness:
			e.Profile.Chains, e.Profile.Technologies, e.Profile.Products, e.Profile.Website, e.Profile.Description = nil, nil, nil, "", ""
		case groupSize:
			e.Size = ""
		case groupStaff:
			e.Profile.Staff = nil
		case groupFinance:
			e.Profile.Revenue, e.Profile.Figures = nil, nil
		case groupContacts:
			e.Contacts = nil
		case groupQualifications:
			e.Profile.Qualifications = nil
		case groupEvidence:
			e.Evidence = nil
		}
	}
	if n < keeper {
		e.Reason, e.DecidedBy = "", ""
	}
	return e
}

// given lists the groups that are not public, that somebody so near is shown, and
// that say something: what stands in the access log.
func (e Entry) given(n nearness) []string {
	list := []string{}
	for _, g := range e.Consent.groups() {
		if g.see != forPublic && n.shows(g.see) && e.says(g.group) {
			list = append(list, g.group)
		}
	}
	return list
}

// says tells whether an entry has anything in a group.
func (e Entry) says(group string) bool {
	p := e.Profile
	switch group {
	case groupLocation:
		return p.Address != "" || len(p.Sites) > 0
	case groupFounding:
		return p.FoundedOn != "" || p.Capital != nil
	case groupBusiness:
		return len(p.Chains)+len(p.Technologies)+len(p.Products) > 0 || p.Website != "" || p.Description != ""
	case groupSize:
		return e.Size != ""
	case groupStaff:
		return len(p.Staff) > 0
	case groupFinance:
		return len(p.Revenue)+len(p.Figures) > 0
	case groupContacts:
		return len(e.Contacts) > 0
	case groupQualifications:
		return len(p.Qualifications) > 0
	default:
		return len(e.Evidence) > 0
	}
}
