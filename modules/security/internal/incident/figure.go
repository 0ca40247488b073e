package incident

import (
	"cmp"
	"math"
	"slices"
	"time"

	"linghang/kernel/district"
	"linghang/kernel/industry"
	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

// fewest is how many organisations a figure is of, when others than the city read it: of
// fewer one could tell whose it is.
const fewest = 5

// Figures are counts and times, of real incidents only.
type Figures struct {
	Own      Group   `json:"own" doc:"Of the incidents that the caller's organisation has, or is an authority for"`
	City     *Group  `json:"city,omitempty" doc:"Of the whole city; for others than the city only when it is of 5 organisations at least"`
	District []Group `json:"district" nullable:"false" doc:"For the city"`
	Industry []Group `json:"industry" nullable:"false" doc:"For the city; of organisations that say in their inventory of which industry they are"`
	Unsaid   int     `json:"unsaid" doc:"For the city: incidents of organisations that do not say of which industry they are"`
	Fewest   int     `json:"fewest" doc:"Of fewer organisations no figure is shown but to the city"`
	// Synthetic is true where there is nothing real to count.
	Synthetic bool `json:"synthetic" doc:"All of it is demonstration data, since nothing is real"`
}

// Group is the figures of some incidents.
type Group struct {
	Key           string    `json:"key" doc:"The district (GB/T 2260) or industry (section or division of GB/T 4754)"`
	Name          lang.Text `json:"name" doc:"What the district or industry is called"`
	Organisations int       `json:"organisations"`
	Incidents     int       `json:"incidents" doc:"Received; those that were rejected as none, or merged, do not count"`
	Open          []ByLevel `json:"open" nullable:"false" doc:"Worked on now, by confirmed level; 0 is not confirmed yet"`
	Rejected      int       `json:"rejected" doc:"Which were none"`
	Reopened      int       `json:"reopened"`
	Triage        Spread    `json:"triage" doc:"From receipt to triage"`
	Contain       Spread    `json:"contain" doc:"From receipt to containment"`
	Recover       Spread    `json:"recover" doc:"From receipt to recovery"`
	Close         Spread    `json:"close" doc:"From receipt to closing"`
	Reports       int       `json:"reports" doc:"Reports upward that were owed and are made or overdue"`
	OnTime        int       `json:"on_time" doc:"Of these in time"`
}

// ByLevel is a count of one level.
type ByLevel struct {
	Level rating.Level `json:"level"`
	Count int          `json:"count"`
}

// Spread is how long something took, in minutes: never a mean, which one long case rules.
type Spread struct {
	Count  int     `json:"count"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	P99    float64 `json:"p99"`
}

// spread is the quantiles of minutes, each the smallest value that at least the share of all do not exceed.
func spread(minutes []float64) Spread {
	if len(minutes) == 0 {
		return Spread{}
	}
	slices.Sort(minutes)
	at := func(q float64) float64 { return minutes[max(int(math.Ceil(q*float64(len(minutes))))-1, 0)] }
	return Spread{len(minutes), at(0.5), at(0.9), at(0.99)}
}

// gather counts incidents. It takes real ones only: drills are left out before.
func gather(key string, list []Case, now time.Time) Group {
	g := Group{Key: key, Open: []ByLevel{}}
	owners, open := map[string]bool{}, map[rating.Level]int{}
	var triage, contain, recovery, closing []float64
	took := func(into *[]float64, from time.Time, until *time.Time) {
		if until != nil && !until.Before(from) {
			*into = append(*into, until.Sub(from).Minutes())
		}
	}
	for _, i := range list {
		owners[i.OrganisationID] = true
		took(&triage, i.ReceivedAt, i.TriagedAt)
		if i.State == Rejected {
			g.Rejected++
			continue
		}
		if i.State == Merged {
			continue
		}
		g.Incidents++
		if i.Reopened > 0 {
			g.Reopened++
		}
		if !i.over() {
			open[i.Level]++
		}
		took(&contain, i.ReceivedAt, i.ContainedAt)
		took(&recovery, i.ReceivedAt, i.RecoveredAt)
		took(&closing, i.ReceivedAt, i.ClosedAt)
		if made, late := i.ReportMetAt != nil, i.ReportDueAt != nil && i.ReportDueAt.Before(now); i.ReportDueAt != nil && (made || late) {
			g.Reports++
			if made && !i.ReportMetAt.After(*i.ReportDueAt) {
				g.OnTime++
			}
		}
	}
	for l := rating.Unrated; l <= rating.Ordinary; l++ {
		g.Open = append(g.Open, ByLevel{l, open[l]})
	}
	g.Organisations, g.Triage, g.Contain, g.Recover, g.Close = len(owners), spread(triage), spread(contain), spread(recovery), spread(closing)
	return g
}

// grouping is a property by which figures are of parts, and what its values are called.
type grouping struct {
	key  func(Case) string
	name func(key string) lang.Text
}

func byDistrict() grouping {
	return grouping{func(i Case) string { return i.District }, district.NameOf}
}

func byIndustry() grouping {
	return grouping{func(i Case) string { return i.Industry }, industry.NameOf}
}

// groups gathers by a property; what has none is left out.
func groups(list []Case, by grouping, now time.Time) []Group {
	parts := map[string][]Case{}
	for _, i := range list {
		if k := by.key(i); k != "" {
			parts[k] = append(parts[k], i)
		}
	}
	out := []Group{}
	for k, part := range parts {
		g := gather(k, part, now)
		g.Name = by.name(k)
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Group) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// unsaid is how many of the incidents that count are of organisations that do not say of which
// industry they are.
func unsaid(whole Group, industries []Group) int {
	n := whole.Incidents
	for _, g := range industries {
		n -= g.Incidents
	}
	return n
}
