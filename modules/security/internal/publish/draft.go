package publish

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/lib/csaf"
)

// Item is a product that an advisory names.
type Item struct {
	Vendor  string `json:"vendor" maxLength:"120"`
	Product string `json:"product" maxLength:"120"`
	Version string `json:"version" maxLength:"120" doc:"One version such as 2.1, or a range such as <2.3 or vers:generic/>=1.0|<2.3"`
}

// Status is what is said of a product about a vulnerability.
type Status string

// The statuses of CSAF 2.0, 3.2.3.9, that can be chosen.
const (
	Affected      Status = "known_affected"
	NotAffected   Status = "known_not_affected"
	Fixed         Status = "fixed"
	Investigating Status = "under_investigation"
)

// Saying is the status of one product.
type Saying struct {
	Product int    `json:"product" minimum:"0" doc:"Which of the products, from 0"`
	Status  Status `json:"status" enum:"known_affected,known_not_affected,fixed,under_investigation"`
}

// Remedy is something to do.
type Remedy struct {
	Category string `json:"category" enum:"mitigation,no_fix_planned,none_available,vendor_fix,workaround"`
	Details  string `json:"details" maxLength:"4000"`
	URL      string `json:"url,omitempty" maxLength:"500"`
	Products []int  `json:"products" nullable:"false" maxItems:"200" doc:"For which of the products; none: for all that are affected"`
}

// Hole is a vulnerability.
type Hole struct {
	CVE         string   `json:"cve" maxLength:"30" doc:"Where it has one"`
	Title       string   `json:"title" maxLength:"200"`
	Description string   `json:"description" maxLength:"8000"`
	Vector      string   `json:"vector" maxLength:"200" doc:"CVSS 3.1 or 3.0; the score follows from it"`
	Statuses    []Saying `json:"statuses" nullable:"false" maxItems:"200"`
	Remedies    []Remedy `json:"remedies" nullable:"false" maxItems:"50"`
	Impact      string   `json:"impact" maxLength:"4000" doc:"Why products are not affected; needed where some are not"`
}

// Note is a text of an advisory.
type Note struct {
	Category string `json:"category" enum:"description,details,faq,general,legal_disclaimer,other"`
	Title    string `json:"title" maxLength:"200"`
	Text     string `json:"text" maxLength:"20000"`
}

// Link is a reference.
type Link struct {
	Summary string `json:"summary" maxLength:"200"`
	URL     string `json:"url" maxLength:"500"`
}

// Draft is what people write.
type Draft struct {
	Title    string `json:"title" maxLength:"200"`
	Summary  string `json:"summary" maxLength:"8000"`
	TLP      string `json:"tlp" enum:"WHITE,GREEN,AMBER,RED" doc:"As CSAF 2.0 has it; WHITE is given to everybody, other advisories stay in the house"`
	Change   string `json:"change" maxLength:"500" doc:"What is new in this revision"`
	Products []Item `json:"products" nullable:"false" maxItems:"200"`
	Holes    []Hole `json:"vulnerabilities" nullable:"false" maxItems:"50"`
	Notes    []Note `json:"notes" nullable:"false" maxItems:"20"`
	Links    []Link `json:"references" nullable:"false" maxItems:"50"`
}

// tidy takes space off, and makes empty lists of none.
func (x Draft) tidy() Draft {
	x.Title, x.Summary, x.Change = strings.TrimSpace(x.Title), strings.TrimSpace(x.Summary), strings.TrimSpace(x.Change)
	x.Products, x.Holes, x.Notes, x.Links = list(x.Products), list(x.Holes), list(x.Notes), list(x.Links)
	for i := range x.Products {
		p := &x.Products[i]
		p.Vendor, p.Product, p.Version = strings.TrimSpace(p.Vendor), strings.TrimSpace(p.Product), strings.TrimSpace(p.Version)
	}
	for i := range x.Holes {
		h := &x.Holes[i]
		h.CVE, h.Title, h.Description, h.Vector, h.Impact = strings.ToUpper(strings.TrimSpace(h.CVE)), strings.TrimSpace(h.Title), strings.TrimSpace(h.Description), strings.TrimSpace(h.Vector), strings.TrimSpace(h.Impact)
		h.Statuses, h.Remedies = list(h.Statuses), list(h.Remedies)
		for j := range h.Remedies {
			r := &h.Remedies[j]
			r.Details, r.URL, r.Products = strings.TrimSpace(r.Details), strings.TrimSpace(r.URL), list(r.Products)
		}
	}
	return x
}

func list[T any](in []T) []T {
	if in == nil {
		return []T{}
	}
	return slices.Clone(in)
}

// check says what of a draft is missing or wrong before it can become a document.
func (x Draft) check() error {
	f := fault.New(fault.Invalid, "security.own.invalid", "the advisory is incomplete or wrong")
	if x.Title == "" {
		_ = f.At("body.title", "say what it is about")
	}
	if x.Summary == "" {
		_ = f.At("body.summary", "say in a few sentences what is known")
	}
	checkProducts(f, x.Products)
	if len(x.Holes) == 0 {
		_ = f.At("body.vulnerabilities", "tell of one vulnerability at least")
	}
	for i, h := range x.Holes {
		h.check(f, fmt.Sprintf("body.vulnerabilities[%d]", i), len(x.Products))
	}
	for i, n := range x.Notes {
		if strings.TrimSpace(n.Text) == "" {
			_ = f.At(fmt.Sprintf("body.notes[%d].text", i), "a note has a text")
		}
	}
	for i, l := range x.Links {
		if strings.TrimSpace(l.Summary) == "" || !address(l.URL) {
			_ = f.At(fmt.Sprintf("body.references[%d]", i), "a reference has a summary and an http:// or https:// address")
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func checkProducts(f *fault.Error, list []Item) {
	if len(list) == 0 {
		_ = f.At("body.products", "name one product at least")
	}
	seen := map[Item]bool{}
	for i, p := range list {
		at := fmt.Sprintf("body.products[%d]", i)
		if p.Vendor == "" || p.Product == "" || p.Version == "" {
			_ = f.At(at, "a product has a vendor, a name and a version or a range")
		}
		if seen[p] {
			_ = f.At(at, "the product stands there twice")
		}
		seen[p] = true
	}
}

func address(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func (h Hole) check(f *fault.Error, at string, products int) {
	if h.Title == "" || h.Description == "" {
		_ = f.At(at, "a vulnerability has a title and a description")
	}
	if h.CVE != "" && !regexp.MustCompile(`^CVE-[0-9]{4}-[0-9]{4,}$`).MatchString(h.CVE) {
		_ = f.At(at+".cve", "as CVE-2026-12345, or nothing where it has none")
	}
	if h.Vector != "" {
		if _, _, _, err := csaf.BaseScore(h.Vector); err != nil {
			_ = f.At(at+".vector", "a vector of CVSS 3.1 or 3.0, such as CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
		}
	}
	h.checkStatuses(f, at, products)
	for i, r := range h.Remedies {
		r.check(f, fmt.Sprintf("%s.remedies[%d]", at, i), products)
	}
}

func (h Hole) checkStatuses(f *fault.Error, at string, products int) {
	if len(h.Statuses) == 0 {
		_ = f.At(at+".statuses", "say of one product at least how it stands")
	}
	said, unaffected := map[int]bool{}, false
	for _, s := range h.Statuses {
		if s.Product < 0 || s.Product >= products || said[s.Product] {
			_ = f.At(at+".statuses", "each product of the list once at most")
		}
		said[s.Product], unaffected = true, unaffected || s.Status == NotAffected
	}
	if unaffected && h.Impact == "" {
		_ = f.At(at+".impact", "say why products are not affected")
	}
}

func (r Remedy) check(f *fault.Error, at string, products int) {
	if r.Details == "" {
		_ = f.At(at+".details", "say what to do")
	}
	if r.URL != "" && !address(r.URL) {
		_ = f.At(at+".url", "an http:// or https:// address, or nothing")
	}
	if slices.ContainsFunc(r.Products, func(n int) bool { return n < 0 || n >= products }) {
		_ = f.At(at+".products", "products of the list")
	}
}
