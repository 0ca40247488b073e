package need

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"linghang/lib/match"
	"linghang/modules/enterprise/internal/provider"
)

// alike are providers that say the same of themselves.
func alike(ids ...string) (list []provider.Provider) {
	accepted := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, id := range ids {
		list = append(list, provider.Provider{
			ID: id, EntryID: "e-" + id, Code: "c-" + id, OrganisationID: "org-" + id, District: "370285", State: provider.InForce, AcceptedAt: &accepted, Version: 1,
			Profile: provider.Profile{Offer: "外观缺陷检测", Capabilities: []provider.Capability{{Scenario: "quality", Text: "外观缺陷检测"}}},
		})
	}
	return list
}

func testMatcher(words provider.Words) (*matcher, error) {
	analyser, err := newAnalyser()
	if err != nil {
		return nil, err
	}
	return newMatcher(words, analyser, nil)
}

func suggested(t *testing.T, n Need, list []provider.Provider, s surroundings) []Suggestion {
	t.Helper()
	m, err := testMatcher(provider.Words{Scenarios: []provider.Term{{Code: "quality"}}, Technologies: provider.Technologies()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.suggest(t.Context(), n, list, s, match.Fixed(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func why(s Suggestion, code string) (Reason, bool) {
	i := slices.IndexFunc(s.Reasons, func(r Reason) bool { return r.Code == code })
	if i < 0 {
		return Reason{}, false
	}
	return s.Reasons[i], true
}

func order(list []Suggestion) (out []string) {
	for _, s := range list {
		out = append(out, s.ProviderID)
	}
	return out
}

func quality(onSite bool) Need {
	return Need{ID: "n", EntryID: "e-need", OrganisationID: "org-need", District: "370212", Industry: "C29", Body: Body{Title: "外观缺陷检测", Scenario: "quality", Technologies: []string{"ai", "vision"}, OnSite: onSite}}
}

func TestWorkOnSiteIsForWhoIsNear(t *testing.T) {
	// The far one is named so that it comes first where all else is equal.
	list := alike("a-far", "b-district", "c-near", "d-unknown")
	list[1].District = "370212"
	s := surroundings{home: []match.Point{{Lat: 36.1, Lon: 120.4}}, places: map[string][]match.Point{"e-a-far": {{Lat: 36.9, Lon: 120.6}}, "e-c-near": {{Lat: 36.9, Lon: 120.6}, {Lat: 36.12, Lon: 120.42}}}}
	got := suggested(t, quality(true), list, s)
	if want := []string{"c-near", "b-district", "d-unknown", "a-far"}; !slices.Equal(order(got), want) {
		t.Errorf("on site: %v, not %v", order(got), want)
	}
	if r, ok := why(got[0], "distance"); !ok || math.Abs(r.Params["km"]-2.9) > 0.2 {
		t.Errorf("the nearer of two sites: %+v", got[0].Reasons)
	}
	if r, ok := why(got[1], "distance"); !ok || r.Params["same_area"] != 1 {
		t.Errorf("the same district: %+v", got[1].Reasons)
	}
	if _, ok := why(got[2], "distance"); ok {
		t.Errorf("an unknown place is a reason: %+v", got[2].Reasons)
	}
	// Where the work is not on site, distance is no reason, whatever is known.
	got = suggested(t, quality(false), list, s)
	if _, ok := why(got[0], "distance"); ok || got[0].ProviderID != "a-far" {
		t.Errorf("not on site: %+v", got)
	}
}

func TestExperienceAndTheGraphAreReasons(t *testing.T) {
	list := alike("a", "b", "c", "d")
	got := suggested(t, quality(false), list, surroundings{
		served: map[string]int{"c-b": 4},
		fits:   map[string]Fit{"e-c": {EntryID: "e-c", Serves: true, Technologies: []string{"机器视觉"}}, "e-d": {EntryID: "e-d", Neighbours: 1}},
	})
	if want := []string{"c", "b", "d", "a"}; !slices.Equal(order(got), want) {
		t.Errorf("%v, not %v", order(got), want)
	}
	r, ok := why(got[0], "graph")
	if !ok || r.Params["serves"] != 1 || !slices.Equal(r.Paths, []string{"technology/vision"}) || math.Abs(r.Value-0.8) > 1e-9 {
		t.Errorf("who serves it already: %+v", got[0].Reasons)
	}
	if r, ok := why(got[1], "experience"); !ok || r.Params["served"] != 4 {
		t.Errorf("who has experience: %+v", got[1].Reasons)
	}
	if r, ok := why(got[2], "graph"); !ok || r.Params["neighbours"] != 1 {
		t.Errorf("who works for its neighbours: %+v", got[2].Reasons)
	}
	for _, s := range got {
		sum := 0.0
		for _, r := range s.Reasons {
			sum += r.Share
		}
		if sum > 1+1e-9 {
			t.Errorf("the reasons of %s are more than its score: %v", s.ProviderID, sum)
		}
	}
}

func TestWhatTheGraphKnowsIsBounded(t *testing.T) {
	for _, x := range []struct {
		fit   Fit
		asked int
		want  float64
		known bool
	}{
		{Fit{}, 2, 0.5, false},
		{Fit{Neighbours: 1}, 0, 0.575, true},
		{Fit{Technologies: []string{"x"}}, 2, 0.55, true},
		{Fit{Serves: true, Neighbours: 1_000_000, Technologies: []string{"x", "y", "z"}}, 2, 1, true},
	} {
		if v, known := x.fit.value(x.asked); math.Abs(v-x.want) > 1e-6 || known != x.known || v > 1 {
			t.Errorf("%+v is worth %v, %v", x.fit, v, known)
		}
	}
}

func TestNewProvidersKeepTheirPlacesBesideThoseWithAPast(t *testing.T) {
	ids := []string{}
	for i := range 60 {
		ids = append(ids, fmt.Sprintf("p%02d", i))
	}
	list := alike(ids...)
	s := surroundings{served: map[string]int{}, fits: map[string]Fit{}, records: map[string]record{}, home: []match.Point{{Lat: 36.1, Lon: 120.4}}, places: map[string][]match.Point{}}
	fresh := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for i, p := range list {
		if i >= 50 {
			list[i].AcceptedAt = &fresh
			continue
		}
		s.served[p.Code], s.fits[p.EntryID], s.records[p.ID], s.places[p.EntryID] = 20, Fit{Serves: true, Neighbours: 9}, record{agreements: 20, ratings: 20, sum: 20}, s.home
	}
	shown := 0
	const needs = 100
	for i := range needs {
		n := quality(true)
		n.ID = fmt.Sprint(i)
		for _, x := range suggested(t, n, list, s) {
			if x.New {
				shown++
			}
		}
	}
	// A tenth of twenty places for each need.
	if shown < needs*2 {
		t.Errorf("new providers are shown %d times in %d lists of 20", shown, needs)
	}
}

func TestVectorsThatWereKeptBeforeThereWasMoreToKnowAreRead(t *testing.T) {
	v, err := vector(`[1,0,0,0,0,0,0,0,0,0]`, unknown())
	if err != nil || v[match.Words] != 1 || v[match.Load] != 0 || v[match.Experience] != match.Unknown {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := vector(`{}`, unknown()); err == nil {
		t.Error("what is no vector is read")
	}
}

func TestMeaningIsLearnedFromWhatProvidersSay(t *testing.T) {
	list := []provider.Provider{}
	for i := range 60 {
		text := "刀具寿命与机床主轴负载判断"
		if i%2 == 1 {
			text = "冷库温度与仓储盘点"
		}
		if i%4 == 0 {
			text = "机床联网与刀具管理"
		}
		p := alike(fmt.Sprintf("p%02d", i))[0]
		p.Profile.Offer, p.Profile.Capabilities[0].Text = text, text
		list = append(list, p)
	}
	m, err := testMatcher(provider.Words{Scenarios: []provider.Term{{Code: "quality"}}})
	if err != nil {
		t.Fatal(err)
	}
	n := Need{ID: "n", OrganisationID: "org-need", District: "370212", Body: Body{Title: "主轴负载", Scenario: "quality"}}
	ask := func() map[string]float64 {
		got, err := m.suggest(t.Context(), n, list, surroundings{}, match.Fixed(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]float64{}
		for _, s := range got {
			of[s.ProviderID] = s.features[match.Latent]
		}
		return of
	}
	if of := ask(); of["p02"] != 0 {
		t.Errorf("nothing is learned yet, and it means %v", of)
	}
	if err := m.learn(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if of := ask(); of["p02"] < 0.5 || of["p02"] <= of["p00"] || of["p01"] > 0.1 {
		t.Errorf("%v", of)
	}
	// Who is new means something at once; nothing is learned anew for one of sixty.
	late := alike("zz")[0]
	late.Profile.Offer, late.Profile.Capabilities[0].Text = "主轴负载", "主轴负载"
	list = append(list, late)
	if err := m.learn(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if of := ask(); of["zz"] < 0.5 {
		t.Errorf("the new one: %v", of)
	}
}
