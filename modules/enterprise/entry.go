package enterprise

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/enterpriseevent"
)

// Where an entry is in its life.
const (
	submitted = "submitted"
	returned  = "returned" // to the enterprise, which mends it and submits it again
	accepted  = "accepted"
	refused   = "refused"
	merged    = "merged"  // into another, to which its code leads
	removed   = "removed" // as the enterprise asked; what others rely on refers to it
)

// How an entry came in.
const (
	bySelf   = "self"
	byBureau = "bureau"
	byImport = "import"
)

// Limits on what one entry holds.
const (
	mostSites          = 50
	mostChains         = 20
	mostWords          = 50
	mostYears          = 20
	mostContacts       = 20
	mostQualifications = 100
)

// Entry is what the directory has of one enterprise.
type Entry struct {
	ID             string
	Code           string // unified social credit code, GB 32100-2015
	OrganisationID string // that keeps the entry; empty: the bureau does
	Name           lang.Text
	District       string
	Industry       string // division of GB/T 4754-2017
	Size           string
	Status         string
	Reason         string
	Origin         string
	Synthetic      bool
	Profile        Profile
	Consent        Consent
	Contacts       []Contact  `audit:"hidden"` // people without an account
	Evidence       []Evidence `audit:"-"`
	SubmittedAt    time.Time
	DecidedAt      time.Time
	DecidedBy      string `audit:"-"` // name
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int64

	decider string // actor
}

// Profile is the part of an entry that lists are not filtered by.
type Profile struct {
	IndustryClass  string          `json:"industry_class,omitempty" maxLength:"5" doc:"Group or class within the division, as C3851"`
	Address        string          `json:"address,omitempty" maxLength:"300"`
	Sites          []Site          `json:"sites,omitempty" maxItems:"50"`
	FoundedOn      string          `json:"founded_on,omitempty" maxLength:"10" doc:"As 2006-03-31"`
	Capital        *float64        `json:"capital,omitempty" doc:"Registered capital in 10 000 CNY"`
	Staff          []Staff         `json:"staff,omitempty" maxItems:"20"`
	Revenue        []Revenue       `json:"revenue,omitempty" maxItems:"20"`
	Figures        []Figure        `json:"figures,omitempty" maxItems:"200" doc:"What policies and ladders ask for beside; seen like revenue"`
	Chains         []Position      `json:"chains,omitempty" maxItems:"20"`
	Technologies   []string        `json:"technologies,omitempty" maxItems:"50"`
	Products       []string        `json:"products,omitempty" maxItems:"50"`
	Website        string          `json:"website,omitempty" maxLength:"300"`
	Description    string          `json:"description,omitempty" maxLength:"2000"`
	Qualifications []Qualification `json:"qualifications,omitempty" maxItems:"100"`
}

// Site is a place of an enterprise.
type Site struct {
	Name      string   `json:"name" maxLength:"100"`
	Kind      string   `json:"kind" maxLength:"20" doc:"headquarters, plant, warehouse, laboratory or office"`
	District  string   `json:"district,omitempty" maxLength:"6" doc:"GB/T 2260 code"`
	Address   string   `json:"address,omitempty" maxLength:"300"`
	Longitude *float64 `json:"longitude,omitempty" doc:"Degrees, WGS 84"`
	Latitude  *float64 `json:"latitude,omitempty" doc:"Degrees, WGS 84"`
	Area      *float64 `json:"area,omitempty" doc:"Square metres of floor"`
}

// Position is where in an industrial chain an enterprise stands, by names.
type Position struct {
	Chain string `json:"chain" maxLength:"100"`
	Stage string `json:"stage,omitempty" maxLength:"100"`
}

// Staff of a year, at its end.
type Staff struct {
	Year  int `json:"year"`
	Count int `json:"count" doc:"Persons"`
}

// Revenue of a year: an amount, or a band where the enterprise gives no amount.
type Revenue struct {
	Year   int      `json:"year"`
	Amount *float64 `json:"amount,omitempty" doc:"In 10 000 CNY"`
	Band   string   `json:"band,omitempty" maxLength:"20"`
}

// Figure is a number of a year that rules ask for: research expenses, rights, ratios.
type Figure struct {
	Field string  `json:"field" maxLength:"40" doc:"Of GET /api/enterprise/rules/fields, one that is asked"`
	Year  int     `json:"year"`
	Value float64 `json:"value" doc:"In the field's unit"`
}

// Contact is somebody to ask.
type Contact struct {
	Name  string `json:"name" maxLength:"100"`
	Post  string `json:"post,omitempty" maxLength:"100"`
	Phone string `json:"phone,omitempty" maxLength:"40"`
	Email string `json:"email,omitempty" maxLength:"200"`
}

var (
	industryClassForm = regexp.MustCompile(`^[A-T]\d{3,4}$`)
	phoneForm         = regexp.MustCompile(`^[0-9+() -]{5,40}$`)
)

// tidy fills what follows from the rest, and leaves out blanks.
func (e Entry) tidy() Entry {
	e.Name = lang.Text{ZH: strings.TrimSpace(e.Name.ZH), EN: strings.TrimSpace(e.Name.EN)}
	e.Name = lang.Text{ZH: cmp.Or(e.Name.ZH, e.Name.EN), EN: cmp.Or(e.Name.EN, e.Name.ZH)}
	e.Code = strings.ToUpper(strings.TrimSpace(e.Code))
	p := &e.Profile
	p.Address, p.Website, p.Description = strings.TrimSpace(p.Address), strings.TrimSpace(p.Website), strings.TrimSpace(p.Description)
	p.Technologies, p.Products = words(p.Technologies), words(p.Products)
	p.Staff, p.Revenue = slices.Clone(p.Staff), slices.Clone(p.Revenue)
	slices.SortFunc(p.Staff, func(a, b Staff) int { return cmp.Compare(b.Year, a.Year) })
	slices.SortFunc(p.Revenue, func(a, b Revenue) int { return cmp.Compare(b.Year, a.Year) })
	return e
}

// mostSearched is how many characters of names lists search: PostgreSQL's indexes hold
// no longer ones.
const mostSearched = 300

// words are what lists search: code and names, which are public.
func (e Entry) words() string {
	text := []rune(strings.ToLower(e.Code + " " + e.Name.ZH + " " + e.Name.EN))
	return string(text[:min(len(text), mostSearched)])
}

// words are texts without blanks and repeats.
func words(list []string) []string {
	var out []string
	for _, w := range list {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// check refuses an entry that the directory cannot hold, naming every fault.
func (e Entry) check(validCode bool, now time.Time) error {
	f := fault.New(fault.Invalid, "enterprise.entry.invalid", "the entry is incomplete or wrong")
	if !validCode {
		_ = f.At("body.code", "a unified social credit code: 18 characters with a check character")
	}
	if e.Name.ZH == "" {
		_ = f.At("body.name", "name the enterprise")
	}
	if !has(districts(), e.District) {
		_ = f.At("body.district", "choose a district")
	}
	if !has(industries(), e.Industry) {
		_ = f.At("body.industry", "choose an industry")
	}
	if e.Size != "" && !has(sizes(), e.Size) {
		_ = f.At("body.size", "choose a size class")
	}
	e.Profile.check(f, e.Industry, now)
	checkContacts(f, e.Contacts)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (p Profile) check(f *fault.Error, division string, now time.Time) {
	if p.IndustryClass != "" && (!industryClassForm.MatchString(p.IndustryClass) || !strings.HasPrefix(p.IndustryClass, division)) {
		_ = f.At("body.profile.industry_class", "a group or class within the division, as C3851")
	}
	if p.FoundedOn != "" {
		if day, err := time.Parse(time.DateOnly, p.FoundedOn); err != nil || day.After(now) {
			_ = f.At("body.profile.founded_on", "a day that has been, as 2006-03-31")
		}
	}
	if !within(p.Capital, 0, 1e9) {
		_ = f.At("body.profile.capital", "0 to 1 000 000 000 times 10 000 CNY")
	}
	if p.Website != "" && !strings.HasPrefix(p.Website, "http://") && !strings.HasPrefix(p.Website, "https://") {
		_ = f.At("body.profile.website", "begins with http:// or https://")
	}
	if len(p.Technologies) > mostWords || len(p.Products) > mostWords {
		_ = f.At("body.profile.products", "50 technologies and 50 products at most")
	}
	for i, c := range p.Chains {
		if strings.TrimSpace(c.Chain) == "" {
			_ = f.At(fmt.Sprintf("body.profile.chains[%d].chain", i), "name the chain")
		}
	}
	p.checkSites(f)
	p.checkYears(f, now)
	p.checkQualifications(f)
}

func within(v *float64, least, most float64) bool { return v == nil || *v >= least && *v <= most }

func (p Profile) checkSites(f *fault.Error) {
	if len(p.Sites) > mostSites || len(p.Chains) > mostChains {
		_ = f.At("body.profile.sites", "50 sites and 20 positions in chains at most")
	}
	for i, s := range p.Sites {
		at := fmt.Sprintf("body.profile.sites[%d].", i)
		if strings.TrimSpace(s.Name) == "" {
			_ = f.At(at+"name", "name the site")
		}
		if !has(siteKinds(), s.Kind) {
			_ = f.At(at+"kind", "choose a kind of site")
		}
		if s.District != "" && !has(districts(), s.District) {
			_ = f.At(at+"district", "choose a district")
		}
		if (s.Longitude == nil) != (s.Latitude == nil) || !within(s.Longitude, 73, 136) || !within(s.Latitude, 3, 54) {
			_ = f.At(at+"longitude", "longitude 73 to 136 and latitude 3 to 54 degrees, both or neither")
		}
		if !within(s.Area, 0, 1e8) {
			_ = f.At(at+"area", "0 to 100 000 000 square metres")
		}
	}
}

func (p Profile) checkYears(f *fault.Error, now time.Time) {
	if len(p.Staff) > mostYears || len(p.Revenue) > mostYears {
		_ = f.At("body.profile.staff", "20 years at most")
	}
	for i, s := range p.Staff {
		twice := i > 0 && p.Staff[i-1].Year == s.Year
		switch at := fmt.Sprintf("body.profile.staff[%d].", i); {
		case !isYear(s.Year, now) || twice:
			_ = f.At(at+"year", "a year until this one, each once")
		case s.Count < 0 || s.Count > 10_000_000:
			_ = f.At(at+"count", "0 to 10 000 000 persons")
		}
	}
	for i, r := range p.Revenue {
		twice := i > 0 && p.Revenue[i-1].Year == r.Year
		r.check(f, fmt.Sprintf("body.profile.revenue[%d].", i), twice, now)
	}
	p.checkFigures(f, now)
}

func isYear(year int, now time.Time) bool { return year >= 1949 && year <= now.Year() }

func (r Revenue) check(f *fault.Error, at string, twice bool, now time.Time) {
	switch {
	case !isYear(r.Year, now) || twice:
		_ = f.At(at+"year", "a year until this one, each once")
	case (r.Amount == nil) == (r.Band == "") || !within(r.Amount, 0, 1e10):
		_ = f.At(at+"amount", "an amount in 10 000 CNY, or a band")
	case r.Band != "" && !has(revenueBands(), r.Band):
		_ = f.At(at+"band", "choose a band")
	}
}

func checkContacts(f *fault.Error, list []Contact) {
	if len(list) > mostContacts {
		_ = f.At("body.contacts", "20 contacts at most")
	}
	for i, c := range list {
		at := fmt.Sprintf("body.contacts[%d].", i)
		if strings.TrimSpace(c.Name) == "" {
			_ = f.At(at+"name", "name the contact")
		}
		if c.Phone != "" && !phoneForm.MatchString(c.Phone) {
			_ = f.At(at+"phone", "a telephone number of digits")
		}
		if c.Email != "" && (!strings.Contains(c.Email, "@") || strings.ContainsAny(c.Email, " \t\r\n,;")) {
			_ = f.At(at+"email", "give an e-mail address")
		}
	}
}

// decide is the bureau's decision on an entry that waits for it.
func (e Entry) decide(decision, reason string, by decider, now time.Time) (Entry, []bus.Event, error) {
	if e.Status != submitted {
		return e, nil, fault.New(fault.Conflict, "enterprise.entry.decided", "this entry does not wait for a decision: it is %s", e.Status).With("status", e.Status)
	}
	reason = strings.TrimSpace(reason)
	if decision != accepted && reason == "" {
		return e, nil, fault.New(fault.Invalid, "enterprise.entry.reason", "say why").At("body.reason", "tell the enterprise why, and what to mend")
	}
	e.Status, e.Reason, e.DecidedAt, e.DecidedBy, e.decider = decision, reason, now, by.name, by.actor
	if decision != accepted {
		return e, nil, nil
	}
	return e, []bus.Event{enterpriseevent.Accepted{EntryID: e.ID, Code: e.Code, District: e.District, Industry: e.Industry, At: now}}, nil
}

// decider is who decides.
type decider struct{ name, actor string }

// edit puts what somebody entered in the place of what was there. An entry that was
// sent back waits for review again.
func (e Entry) edit(in Entry, now time.Time) (Entry, []bus.Event, error) {
	if e.Status == refused || e.Status == merged || e.Status == removed {
		return e, nil, fault.New(fault.Conflict, "enterprise.entry.refused", "this entry was refused, merged into another, or deleted")
	}
	e.Name, e.District, e.Industry, e.Size, e.Profile, e.Contacts, e.UpdatedAt = in.Name, in.District, in.Industry, in.Size, in.Profile, in.Contacts, now
	if e.Status == returned {
		e.Status, e.SubmittedAt = submitted, now
	}
	if e.Status == accepted {
		return e, []bus.Event{enterpriseevent.Changed{EntryID: e.ID, Code: e.Code, At: now}}, nil
	}
	return e, nil, nil
}
