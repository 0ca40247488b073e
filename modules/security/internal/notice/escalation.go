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
	answerers = "answerers" // of the addressee, who answer notices
	managers  = "managers"  // of the addressee
	officers  = "officers"  // of the city
	leaders   = "leaders"   // of the city
	holder    = "holder"    // of a drill: whoever holds it stands in for the city
)

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
		if r.From < 0 || !slices.Contains([]string{answerers, managers, officers, leaders}, r.Who) {
			return nil, fmt.Errorf("steps of escalation: %q from %g is nobody", r.Who, r.From)
		}
	}
	return list, nil
}

// circles are who is told at a share of the time of an obligation. In a drill nobody of
// the city is told but who holds it: real leaders are not woken by a drill.
func circles(rungs []rung, obligation string, drill bool, part float64) []string {
	own := slices.ContainsFunc(rungs, func(r rung) bool { return r.Obligation == obligation })
	var out []string
	for _, r := range rungs {
		if r.Obligation != obligation && (own || r.Obligation != "") || part < r.From {
			continue
		}
		who := r.Who
		if drill && (who == officers || who == leaders) {
			who = holder
		}
		if !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out
}
