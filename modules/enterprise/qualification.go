package enterprise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// expiringDays is how long before its end a qualification is shown and told as running out.
const expiringDays = 60

// Qualification is what somebody attested an enterprise.
type Qualification struct {
	ID         string `json:"id,omitempty" maxLength:"26" doc:"Kept when editing; empty for a new one"`
	Kind       string `json:"kind" maxLength:"30"`
	Name       string `json:"name,omitempty" maxLength:"200" doc:"Of a kind other: what it is; else what is special"`
	Number     string `json:"number,omitempty" maxLength:"100"`
	Issuer     string `json:"issuer,omitempty" maxLength:"200"`
	ValidFrom  string `json:"valid_from,omitempty" maxLength:"10" doc:"As 2024-03-31"`
	ValidUntil string `json:"valid_until,omitempty" maxLength:"10" doc:"The last day; empty: without end"`
}

// state is whether a qualification is good: valid, expiring, expired.
func (q Qualification) state(today string, soon string) string {
	switch {
	case q.ValidUntil == "" || q.ValidUntil > soon:
		return "valid"
	case q.ValidUntil >= today:
		return "expiring"
	default:
		return "expired"
	}
}

// dates are today and the day until which a qualification runs out soon, in the city.
func dates(now time.Time) (today, soon string) {
	now = now.In(time.FixedZone("UTC+8", 8*60*60))
	return now.Format(time.DateOnly), now.AddDate(0, 0, expiringDays).Format(time.DateOnly)
}

func (p Profile) checkQualifications(f *fault.Error) {
	if len(p.Qualifications) > mostQualifications {
		_ = f.At("body.profile.qualifications", "100 qualifications at most")
	}
	for i, q := range p.Qualifications {
		at := fmt.Sprintf("body.profile.qualifications[%d].", i)
		if !has(qualificationKinds(), q.Kind) {
			_ = f.At(at+"kind", "choose a kind of qualification")
		}
		if q.Kind == "other" && strings.TrimSpace(q.Name) == "" {
			_ = f.At(at+"name", "name the qualification")
		}
		if !isDay(q.ValidFrom) {
			_ = f.At(at+"valid_from", "a day such as 2024-03-31, or none")
		}
		if !isDay(q.ValidUntil) || q.ValidUntil != "" && q.ValidUntil < q.ValidFrom {
			_ = f.At(at+"valid_until", "a day such as 2027-03-31 after the first one, or none")
		}
	}
}

func isDay(text string) bool {
	if text == "" {
		return true
	}
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// identified keeps the IDs of qualifications that were there before, and gives one to
// each of the others.
func (p Profile) identified(before []Qualification, id func() string) Profile {
	p.Qualifications = slices.Clone(p.Qualifications)
	taken := map[string]bool{}
	for i, q := range p.Qualifications {
		known := slices.ContainsFunc(before, func(b Qualification) bool { return b.ID == q.ID })
		if q.ID == "" || !known || taken[q.ID] {
			p.Qualifications[i].ID = id()
		}
		taken[p.Qualifications[i].ID] = true
	}
	return p
}
