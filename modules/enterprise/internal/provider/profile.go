package provider

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Limits on what one provider tells.
const (
	mostCapabilities = 40
	mostCases        = 50
	mostPromise      = 240 // hours
	mostCapacity     = 1000
	mostCodes        = 20 // of a kind in a capability
)

// Profile is what a provider says of itself.
type Profile struct {
	Offer        string       `json:"offer" maxLength:"2000" doc:"What it does, in its own words"`
	Capabilities []Capability `json:"capabilities" nullable:"false" maxItems:"40"`
	Cases        []Case       `json:"cases,omitempty" maxItems:"50"`
	Staff        []Staff      `json:"staff,omitempty" maxItems:"10"`
	Districts    []string     `json:"districts,omitempty" maxItems:"20" doc:"Where it works, GB/T 2260 codes; empty: the whole city"`
	Promise      int          `json:"promise" minimum:"1" maximum:"240" doc:"Hours within which it answers"`
	Capacity     int          `json:"capacity,omitempty" minimum:"0" maximum:"1000" doc:"Agreements that it carries out at once; 0: not told"`
	Contact      string       `json:"contact,omitempty" maxLength:"200" doc:"A department or a desk, no person: everybody sees it"`
}

// Capability is a scenario that a provider can carry out.
type Capability struct {
	Scenario     string   `json:"scenario" maxLength:"40"`
	Industries   []string `json:"industries,omitempty" maxItems:"20" doc:"Divisions of GB/T 4754; empty: any"`
	Technologies []string `json:"technologies,omitempty" maxItems:"20"`
	Text         string   `json:"text" maxLength:"1000"`
	Pricing      string   `json:"pricing,omitempty" maxLength:"20" doc:"What the price is for"`
	PriceFrom    *float64 `json:"price_from,omitempty" doc:"In 10 000 CNY"`
	PriceTo      *float64 `json:"price_to,omitempty" doc:"In 10 000 CNY"`
}

// Case is something that a provider carried out.
type Case struct {
	ID       string `json:"id,omitempty" maxLength:"40" doc:"Empty of a new one"`
	Title    string `json:"title" maxLength:"200"`
	Customer string `json:"customer,omitempty" maxLength:"200" doc:"Only with the customer's consent: everybody sees it"`
	Year     int    `json:"year"`
	Scenario string `json:"scenario" maxLength:"40"`
	Text     string `json:"text,omitempty" maxLength:"2000"`
	Result   string `json:"result,omitempty" maxLength:"1000" doc:"What came of it"`
}

// Staff is how many people do something.
type Staff struct {
	Kind  string `json:"kind" maxLength:"20"`
	Count int    `json:"count" minimum:"0" maximum:"1000000"`
}

// tidy takes what lies around texts away, and names new cases.
func (p Profile) tidy(name func() string) Profile {
	p.Offer, p.Contact = strings.TrimSpace(p.Offer), strings.TrimSpace(p.Contact)
	p.Capabilities, p.Cases = slices.Clone(p.Capabilities), slices.Clone(p.Cases)
	for i := range p.Capabilities {
		p.Capabilities[i].Text = strings.TrimSpace(p.Capabilities[i].Text)
	}
	for i := range p.Cases {
		c := &p.Cases[i]
		c.Title, c.Customer, c.Text, c.Result = strings.TrimSpace(c.Title), strings.TrimSpace(c.Customer), strings.TrimSpace(c.Text), strings.TrimSpace(c.Result)
		if c.ID == "" {
			c.ID = name()
		}
	}
	return p
}

// check refuses a profile that tells nothing or what is no word, naming every fault.
func (p Profile) check(w Words, now time.Time) error {
	f := fault.New(fault.Invalid, "enterprise.provider.invalid", "what the provider tells is incomplete or wrong")
	if p.Offer == "" {
		_ = f.At("body.profile.offer", "say what the provider does")
	}
	if len(p.Capabilities) == 0 || len(p.Capabilities) > mostCapabilities {
		_ = f.At("body.profile.capabilities", "name 1 to 40 capabilities")
	}
	if p.Promise < 1 || p.Promise > mostPromise {
		_ = f.At("body.profile.promise", "promise an answer within 1 to 240 hours")
	}
	if p.Capacity < 0 || p.Capacity > mostCapacity {
		_ = f.At("body.profile.capacity", "0 to 1000 agreements at once")
	}
	if !allIn(w.Districts, p.Districts) {
		_ = f.At("body.profile.districts", "choose districts of the city")
	}
	for i, c := range p.Capabilities {
		c.check(f, fmt.Sprintf("body.profile.capabilities[%d].", i), w)
	}
	p.checkCases(f, w, now)
	for i, s := range p.Staff {
		if !Has(w.Staff, s.Kind) || s.Count < 0 {
			_ = f.At(fmt.Sprintf("body.profile.staff[%d].kind", i), "choose a kind of staff, and how many")
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func allIn(list []Term, codes []string) bool {
	return len(codes) <= max(mostCodes, len(list)) && !slices.ContainsFunc(codes, func(c string) bool { return !Has(list, c) })
}

func (c Capability) check(f *fault.Error, at string, w Words) {
	if !Has(w.Scenarios, c.Scenario) {
		_ = f.At(at+"scenario", "choose a scenario")
	}
	if c.Text == "" {
		_ = f.At(at+"text", "say what the provider can do here")
	}
	if !allIn(w.Industries, c.Industries) {
		_ = f.At(at+"industries", "choose industries")
	}
	if !allIn(w.Technologies, c.Technologies) {
		_ = f.At(at+"technologies", "choose technologies")
	}
	if c.Pricing != "" && !Has(w.Pricing, c.Pricing) {
		_ = f.At(at+"pricing", "choose what the price is for")
	}
	if (c.PriceFrom == nil) != (c.PriceTo == nil) || c.PriceFrom != nil && !(*c.PriceFrom >= 0 && *c.PriceFrom <= *c.PriceTo && *c.PriceTo <= 1e6) {
		_ = f.At(at+"price_from", "a price from and to, 0 to 1 000 000 times 10 000 CNY, or none")
	}
}

func (p Profile) checkCases(f *fault.Error, w Words, now time.Time) {
	if len(p.Cases) > mostCases {
		_ = f.At("body.profile.cases", "50 cases at most")
	}
	seen := map[string]bool{}
	for i, c := range p.Cases {
		at := fmt.Sprintf("body.profile.cases[%d].", i)
		if c.Title == "" || seen[c.ID] {
			_ = f.At(at+"title", "give every case a title, and tell it once")
		}
		seen[c.ID] = true
		if !Has(w.Scenarios, c.Scenario) {
			_ = f.At(at+"scenario", "choose a scenario")
		}
		if c.Year < 1990 || c.Year > now.Year() {
			_ = f.At(at+"year", "a year until this one")
		}
	}
}

// tag is what lists filter by.
type tag struct{ kind, code string }

// tags of a profile, each once.
func (p Profile) tags() []tag {
	var list []tag
	add := func(kind string, codes ...string) {
		for _, c := range codes {
			if t := (tag{kind, c}); !slices.Contains(list, t) {
				list = append(list, t)
			}
		}
	}
	for _, c := range p.Capabilities {
		add("scenario", c.Scenario)
		add("industry", c.Industries...)
		add("technology", c.Technologies...)
	}
	add("district", p.Districts...)
	return list
}

// Codes lists the codes of a kind of tags: scenario, industry, technology or district.
func (p Profile) Codes(kind string) []string {
	list := []string{}
	for _, t := range p.tags() {
		if t.kind == kind {
			list = append(list, t.code)
		}
	}
	return list
}

// Words is what the provider is found by: what it offers, with the titles of its codes.
func (p Profile) Words(w Words) string {
	list := []string{p.Offer}
	for _, c := range p.Capabilities {
		list = append(list, c.Text)
	}
	for _, c := range p.Cases {
		list = append(list, c.Title, c.Text)
	}
	list = append(list, titles(w.Scenarios, p.Codes("scenario"))...)
	list = append(list, titles(w.Industries, p.Codes("industry"))...)
	list = append(list, titles(w.Technologies, p.Codes("technology"))...)
	return strings.Join(list, "\n")
}
