package need

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"linghang/lib/match"
	"linghang/modules/enterprise/internal/provider"
)

// BenchmarkSuggest finds providers among 2 000 for needs of the sixteen scenarios, as the
// page asks for them, with all that is known around them, without what is read from the database; p99-ms is of all.
func BenchmarkSuggest(b *testing.B) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	accepted := now.AddDate(0, -2, 0)
	offers := []string{"机器视觉外观缺陷检测", "高级计划与排程", "仓储物流管理系统", "设备预测性维护", "能源管理与碳核算", "质量追溯", "产品数据管理与协同设计", "供应链协同"}
	w := provider.Words{}
	for i := range 16 {
		w.Scenarios = append(w.Scenarios, provider.Term{Code: fmt.Sprintf("s%d", i)})
	}
	around := surroundings{served: map[string]int{}, home: []match.Point{{Lat: 36.1, Lon: 120.4}}, places: map[string][]match.Point{}, fits: map[string]Fit{}}
	list := make([]provider.Provider, 2000)
	for i := range list {
		text := offers[i%len(offers)] + offers[(i/7)%len(offers)]
		list[i] = provider.Provider{ID: fmt.Sprintf("p%05d", i), OrganisationID: fmt.Sprintf("o%05d", i), State: provider.InForce, AcceptedAt: &accepted, Version: 1}
		list[i].Code, list[i].EntryID = fmt.Sprintf("c%05d", i), fmt.Sprintf("e%05d", i)
		around.served[list[i].Code] = i % 7
		around.places[list[i].EntryID] = []match.Point{{Lat: 36 + float64(i%100)/100, Lon: 120 + float64(i%90)/100}, {Lat: 36.3, Lon: 120.5}}
		around.fits[list[i].EntryID] = Fit{EntryID: list[i].EntryID, Serves: i%50 == 0, Neighbours: i % 3}
		list[i].Profile = provider.Profile{Offer: text, Capabilities: []provider.Capability{{Scenario: w.Scenarios[i%16].Code, Text: text, Technologies: []string{"ai"}}}, Capacity: 5}
	}
	m, err := testMatcher(w)
	if err != nil {
		b.Fatal(err)
	}
	if err := m.learn(b.Context(), list); err != nil {
		b.Fatal(err)
	}
	var took []float64
	for b.Loop() {
		i := len(took)
		n := Need{ID: fmt.Sprint(i), OrganisationID: "need", District: "370212", Industry: "C29", Body: Body{Title: offers[i%len(offers)], Text: "希望三个月内上线并与现有系统对接", Scenario: w.Scenarios[i%16].Code, OnSite: true}}
		begun := time.Now()
		if _, err := m.suggest(b.Context(), n, list, around, match.Fixed(), now); err != nil {
			b.Fatal(err)
		}
		if i > 0 { // the first one builds the index
			took = append(took, float64(time.Since(begun).Microseconds())/1000)
		} else {
			took = append(took, 0)
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)*99/100], "p99-ms")
}
