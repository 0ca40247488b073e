package need

import (
	"strings"
	"testing"
	"time"

	"linghang/lib/match"
	"linghang/lib/match/latent"
	"linghang/lib/match/text"
	"linghang/modules/enterprise/internal/provider"
)

// TestWordVectorsTellProvidersApart: of two providers that share no word with a need, the
// one comes first whose words mean the same, and latent is told as a reason.
func TestWordVectorsTellProvidersApart(t *testing.T) {
	known, err := latent.ReadModel(t.Context(), strings.NewReader("的 1 1 1\n外观 1 9 1\n瑕疵 2 9 1\n划痕 1 8 2\n排产 1 1 9\n计划 2 1 9\n"), text.NewFolder())
	if err != nil {
		t.Fatal(err)
	}
	words := provider.Words{Scenarios: []provider.Term{{Code: "quality"}}, Technologies: provider.Technologies()}
	analyser, err := newAnalyser()
	if err != nil {
		t.Fatal(err)
	}
	list := alike("a-plans", "b-flaws")
	list[0].Profile.Offer, list[1].Profile.Offer = "计划排产", "划痕"
	list[0].Profile.Capabilities[0].Text, list[1].Profile.Capabilities[0].Text = "计划", "划痕"
	n := quality(false)
	n.Body.Title = "瑕疵"
	for name, model := range map[string]func() *latent.Model{"without": nil, "with": func() *latent.Model { return known }} {
		m, err := newMatcher(words, analyser, model)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.suggest(t.Context(), n, list, surroundings{}, match.Fixed(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		if err != nil || len(got) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		_, meant := why(got[0], "latent")
		if want := name == "with"; (got[0].ProviderID == "b-flaws") != want || meant != want {
			t.Errorf("%s word vectors: %v, %+v", name, order(got), got[0].Reasons)
		}
	}
}
