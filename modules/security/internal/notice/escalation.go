package notice

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed data/escalation.json
var data embed.FS

// The circles of those who are told that time runs out, or is over.
const (
	delegate  = "delegate"  // of the addressee, who sees to it; all who answer notices, where nobody is named
	answerers = "answerers" // of the addressee, who answer notices: deputies of who sees to it
	managers  = "managers"  // of the addressee
	districts = "districts" // officers and leaders of the bureaus between the addressee and the city
	duty      = "duty"      // of the city, whoever is on duty; all officers, where nobody is
	officers  = "officers"  // of the city
	leaders   = "leaders"   // of the city
	holder    = "holder"    // of a drill: whoever holds it stands in for all bureaus
)

// crew is who there is to be told, of those who need not be.
type crew struct {
	delegate string   // ID of a person
	district []string // IDs of bureaus, the nearest first
	duty     []string // IDs of persons
}

// rung says from which share of the time on a circle is told.
type rung struct {
	Obligation string  `json:"obligation,omitempty"` // empty: any that has no rungs of its own
	From       float64 `json:"from"`
	Who        string  `json:"who"`
}

func readRungs() ([]rung, error) {
	text, err := data.ReadFile("data/escalation.json")
	if err != nil {
		return nil, fmt.Errorf("read steps of escalation: %w", err)
	}
	var list []rung
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("read steps of escalation: %w", err)
	}
	for _, r := range list {
		if r.From < 0 || !slices.Contains([]string{delegate, answerers, managers, districts, duty, officers, leaders}, r.Who) {
			return nil, fmt.Errorf("steps of escalation: %q from %g is nobody", r.Who, r.From)
		}
	}
	return list, nil
}

// reached are the circles whose rung is reached at a share of the time of an obligation.
func reached(rungs []rung, obligation string, part float64) (out []string) {
	own := slices.ContainsFunc(rungs, func(r rung) bool { return r.Obligation == obligation })
	for _, r := range rungs {
		if r.Obligation == obligation || !own && r.Obligation == "" {
			if part >= r.From {
				out = append(out, r.Who)
			}
		}
	}
	return out
}

// told are who is told in the place of circles. In a drill nobody of a bureau is told but who
// holds it: real leaders are not woken by a drill.
func (c crew) told(circles []string, drill bool) (out []string) {
	for _, circle := range circles {
		if who := c.standIn(circle, drill); who != "" && !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out
}

// standIn is who is told in the place of a circle; empty: nobody.
func (c crew) standIn(who string, drill bool) string {
	switch {
	case who == delegate && c.delegate == "":
		return answerers
	case who == districts && len(c.district) == 0:
		return ""
	case drill && aboveAddressee(who):
		return holder
	case who == duty && len(c.duty) == 0:
		return officers
	}
	return who
}

// aboveAddressee tells whether a circle is not of the addressee.
func aboveAddressee(circle string) bool {
	return slices.Contains([]string{districts, duty, officers, leaders, holder}, circle)
}
