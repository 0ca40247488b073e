package enterprise

import (
	"slices"
	"strings"
	"unicode"

	"linghang/kernel/fault"
)

// The rules by which two entries are likely one enterprise.
const (
	sameName    = "name"    // the same name after normalisation
	sameAddress = "address" // the same address after normalisation, and names that are alike
	samePhone   = "phone"   // a contact with the same telephone number
)

// alike is how many of the pairs of characters of two names are the same (Dice), from
// which on names at one address are of one enterprise.
const alike = 0.6

// plainText leaves letters and digits of a text, small and of half width.
func plainText(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// nameKey is a name without the city before it and the form of the company after it:
// writers leave these out or spell them differently.
func nameKey(name string) string {
	key := plainText(name)
	for _, before := range []string{"中国", "山东省", "山东", "青岛市", "青岛"} {
		if rest, ok := strings.CutPrefix(key, before); ok && rest != "" {
			key = rest
		}
	}
	for _, after := range []string{"股份有限公司", "有限责任公司", "有限公司", "集团公司", "公司", "coltd", "limited", "ltd", "inc"} {
		if rest, ok := strings.CutSuffix(key, after); ok && rest != "" {
			return rest
		}
	}
	return key
}

// addressKey is an address without province and city.
func addressKey(address string) string {
	key := plainText(address)
	for _, before := range []string{"中国", "山东省", "山东", "青岛市", "青岛"} {
		key = strings.TrimPrefix(key, before)
	}
	if len([]rune(key)) < 4 {
		return "" // tells nothing
	}
	return key
}

// phoneKey is the digits of a number without the country's.
func phoneKey(phone string) string {
	key := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	key = strings.TrimPrefix(strings.TrimPrefix(key, "0086"), "86")
	if len(key) < 7 {
		return ""
	}
	return key
}

// likeness of two names, 0 to 1: twice the pairs of neighbouring characters that they
// share by all that they have (Dice).
func likeness(a, b string) float64 {
	x, y := bigrams(nameKey(a)), bigrams(nameKey(b))
	if len(x)+len(y) == 0 {
		return 0
	}
	shared := 0
	for _, g := range x {
		if i := slices.Index(y, g); i >= 0 {
			shared++
			y[i] = "" // each is shared once
		}
	}
	return 2 * float64(shared) / float64(len(x)+len(y))
}

func bigrams(text string) []string {
	list := []rune(text)
	if len(list) < 2 {
		return []string{text}
	}
	out := make([]string, len(list)-1)
	for i := range out {
		out[i] = string(list[i : i+2])
	}
	return out
}

// takeable are the groups that a survivor may take from the other. Contacts stay with
// whom they are of; evidence goes with its qualifications.
func takeable() []string {
	return []string{"name", groupLocation, groupFounding, groupBusiness, groupSize, groupStaff, groupFinance, groupQualifications}
}

// merge makes the survivor of two entries: its own, with the groups that are taken from
// the other. What is taken is for no more than either enterprise chose.
func (e Entry) merge(other Entry, taken []string) (Entry, error) {
	switch {
	case e.ID == other.ID:
		return e, fault.New(fault.Invalid, "enterprise.merge.same", "an entry is not merged with itself").At("body.other_id", "choose another entry")
	case e.Status != accepted || other.Status != accepted && other.Status != submitted:
		return e, fault.New(fault.Conflict, "enterprise.merge.status", "an accepted entry takes in one that is accepted or waits; these are %s and %s", e.Status, other.Status)
	case e.OrganisationID != "" && other.OrganisationID != "":
		return e, fault.New(fault.Conflict, "enterprise.merge.kept", "both are kept by organisations of their own")
	}
	for _, g := range taken {
		if !slices.Contains(takeable(), g) {
			return e, fault.New(fault.Invalid, "enterprise.merge.group", "there is no group %q to take", g).At("body.take", "one of the groups of fields")
		}
		e = e.take(other, g)
	}
	if e.OrganisationID == "" && other.OrganisationID != "" {
		e.OrganisationID = other.OrganisationID
	}
	return e, nil
}

func (e Entry) take(other Entry, group string) Entry {
	stricter := func(mine *string, theirs string) {
		if rank(theirs) > rank(*mine) {
			*mine = theirs
		}
	}
	p, o := &e.Profile, other.Profile
	switch group {
	case "name":
		e.Name = other.Name
	case groupLocation:
		p.Address, p.Sites = o.Address, o.Sites
		stricter(&e.Consent.Location, other.Consent.Location)
	case groupFounding:
		p.FoundedOn, p.Capital = o.FoundedOn, o.Capital
		stricter(&e.Consent.Founding, other.Consent.Founding)
	case groupBusiness:
		p.Chains, p.Technologies, p.Products, p.Website, p.Description = o.Chains, o.Technologies, o.Products, o.Website, o.Description
		stricter(&e.Consent.Business, other.Consent.Business)
	case groupSize:
		e.Size = other.Size
		stricter(&e.Consent.Size, other.Consent.Size)
	case groupStaff:
		p.Staff = o.Staff
		stricter(&e.Consent.Staff, other.Consent.Staff)
	case groupFinance:
		p.Revenue, p.Figures = o.Revenue, o.Figures
		stricter(&e.Consent.Finance, other.Consent.Finance)
	case groupQualifications:
		p.Qualifications = slices.Concat(p.Qualifications, o.Qualifications)
		stricter(&e.Consent.Qualifications, other.Consent.Qualifications)
		stricter(&e.Consent.Evidence, other.Consent.Evidence)
	}
	return e
}

// named is how the history of another entry names this one.
func (e Entry) named() string { return e.Name.ZH + " " + e.Code }
