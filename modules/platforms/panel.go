package platforms

import (
	"context"
	"iter"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/bulletin"
)

// cohort is which platforms are looked at together; empty fields mean all.
type cohort struct {
	Class    string `json:"class" query:"class" maxLength:"40" doc:"Platforms of this class; empty: all"`
	District string `json:"district" query:"district" maxLength:"40" doc:"Platforms of this district; empty: all"`
	Industry string `json:"industry" query:"industry" maxLength:"40" doc:"Platforms of this industry; empty: all"`
}

// check names what is in no vocabulary; at is what the fields stand in.
func (c cohort) check(f *fault.Error, at string) {
	if c.Class != "" && !has(classes(), c.Class) {
		_ = f.At(at+"class", "choose one of the classes, or none for all platforms")
	}
	if c.District != "" && !has(districts(), c.District) {
		_ = f.At(at+"district", "choose one of the districts, or none for all platforms")
	}
	if c.Industry != "" && !has(industries(), c.Industry) {
		_ = f.At(at+"industry", "choose one of the industries, or none for all platforms")
	}
}

func (c cohort) holds(p member) bool {
	return (c.Class == "" || c.Class == p.Class) && (c.District == "" || c.District == p.District) && (c.Industry == "" || c.Industry == p.Industry)
}

// member is a platform of a cohort.
type member struct {
	ID       string    `json:"id"`
	Name     lang.Text `json:"name"`
	Class    string    `json:"class"`
	District string    `json:"district"`
	Industry string    `json:"industry" doc:"Empty: across industries"`

	owner     string
	synthetic bool
}

func synthetic(list []member) bool {
	for _, p := range list {
		if p.synthetic {
			return true
		}
	}
	return false
}

// panel is the values of months: by indicator, then by platform, then by the months
// since the first.
type panel map[string]map[string]map[int]rankInput

// span is months: how many, from a first one on.
type span struct {
	first  time.Time
	months int
}

func spanOf(first, last time.Time) span {
	return span{first, 12*(last.Year()-first.Year()) + int(last.Month()) - int(first.Month()) + 1}
}

// at returns the first moment of a month of a span.
func (s span) at(month int) time.Time { return s.first.AddDate(0, month, 0) }

// of returns which month of a span a time is in.
func (s span) of(at time.Time) int {
	at = at.In(cityTime())
	return 12*(at.Year()-s.first.Year()) + int(at.Month()) - int(s.first.Month())
}

// mostFigures bounds how many values of months are computed with at once.
const mostFigures = 200_000

func (s span) check(indicators, platforms int) error {
	if n := s.months * indicators * platforms; n > mostFigures {
		return fault.New(fault.Invalid, "platforms.analysis.too_many", "%d figures are more than the %d that can be computed with at once", n, mostFigures).
			With("figures", n).With("limit", mostFigures).At("body", "take fewer platforms, items or months")
	}
	return nil
}

// months makes values of months of facts, oldest first, of one indicator of one platform.
func (x indicator) months(facts []monthFact, s span) map[int]rankInput {
	values := map[int]rankInput{}
	var before *monthFact
	for i := 0; i < len(facts); {
		n, k := s.of(facts[i].at), i
		for k < len(facts) && s.of(facts[k].at) == n {
			k++
		}
		last := before
		if last != nil && s.of(last.at) != n-1 {
			last = nil // what came after a gap did not come in one month
		}
		if in, ok := x.monthValue(facts[i:k], last); ok && n >= 0 {
			values[n] = in
		}
		before, i = &facts[k-1], k
	}
	return values
}

// panel reads what platforms reported, as values of months.
func (m *Module) panel(ctx context.Context, codes []string, list []member, s span) (panel, error) {
	in := map[string]bool{}
	for _, p := range list {
		in[p.ID] = true
	}
	if err := s.check(len(codes), len(list)); err != nil {
		return nil, err
	}
	values := panel{}
	for _, code := range codes {
		x := m.catalogue.byCode[code]
		from := s.first
		if x.Kind == "counter" {
			from = s.at(-1) // a counter's rise begins with what it was before
		}
		facts, err := m.rankings.facts(ctx, code, from, s.at(s.months))
		if err != nil {
			return nil, err
		}
		values[code] = map[string]map[int]rankInput{}
		for id, of := range byPlatform(facts) {
			if in[id] {
				values[code][id] = x.months(of, s)
			}
		}
	}
	return values, nil
}

// byPlatform yields the facts of each platform, which stand together.
func byPlatform(facts []monthFact) iter.Seq2[string, []monthFact] {
	return func(yield func(string, []monthFact) bool) {
		for len(facts) > 0 {
			id, n := facts[0].platformID, 1
			for n < len(facts) && facts[n].platformID == id {
				n++
			}
			if !yield(id, facts[:n]) {
				return
			}
			facts = facts[n:]
		}
	}
}

// periodValues are the values of a month or a quarter, by platform. A quarter's is made
// as reports make it: of its facts, and for a counter of the last one before it.
func (m *Module) periodValues(ctx context.Context, x indicator, list []member, s reportPeriod) (map[string]rankInput, error) {
	values := map[string]rankInput{}
	if s.kind == bulletin.Month {
		months, err := m.panel(ctx, []string{x.Code}, list, span{s.from, 1})
		for id, of := range months[x.Code] {
			if in, ok := of[0]; ok {
				values[id] = in
			}
		}
		return values, err
	}
	facts, err := m.rankings.facts(ctx, x.Code, s.back(1).from, s.until)
	if err != nil {
		return nil, err
	}
	for id, of := range byPlatform(facts) {
		within, before := s.of(of)
		in, ok := x.monthValue(within, before)
		known := slices.ContainsFunc(list, func(p member) bool { return p.ID == id })
		if ok && known && (in.Rule != "rise" || before != nil) {
			values[id] = in
		}
	}
	return values, nil
}
