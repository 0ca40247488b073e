package notice

import (
	"errors"
	"slices"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/rating"
)

func TestCircles(t *testing.T) {
	rungs, err := readRungs()
	if err != nil {
		t.Fatal(err)
	}
	full := crew{delegate: "li", district: []string{"shibei"}, duty: []string{"wang"}}
	for _, x := range []struct {
		obligation string
		drill      bool
		there      crew
		part       float64
		want       []string
	}{
		{toAcknowledge, false, crew{}, 0.5, []string{answerers}},
		{toAcknowledge, false, crew{}, 1, []string{answerers, managers}},
		{toHandle, false, crew{}, 1.5, []string{answerers, managers, officers}},
		{toFeedBack, false, crew{}, 3, []string{answerers, managers, officers, leaders}},
		{toFeedBack, true, crew{}, 3, []string{answerers, managers, holder}},
		{toVerify, false, full, 0.75, []string{officers}},
		{toVerify, false, crew{}, 2, []string{officers, leaders}},
		{toVerify, true, crew{}, 2, []string{holder}},
		{toHandle, false, full, 0.5, []string{delegate}},
		{toHandle, false, full, 0.8, []string{delegate, answerers}},
		{toHandle, false, full, 1, []string{delegate, answerers, managers}},
		{toHandle, false, full, 1.5, []string{delegate, answerers, managers, districts, duty}},
		{toHandle, false, full, 2, []string{delegate, answerers, managers, districts, duty, officers, leaders}},
		{toHandle, true, full, 2, []string{delegate, answerers, managers, holder}},
	} {
		if got := x.there.told(reached(rungs, x.obligation, x.part), x.drill); !slices.Equal(got, x.want) {
			t.Errorf("at %g of %s (drill: %v, %+v) %v are told, want %v", x.part, x.obligation, x.drill, x.there, got, x.want)
		}
	}
}

func TestSpreadIsByNearestRank(t *testing.T) {
	var list []time.Duration
	for i := 100; i > 0; i-- {
		list = append(list, time.Duration(i)*time.Second)
	}
	if got := spread(list); got != (Spread{100, 50, 90, 99}) {
		t.Errorf("1 to 100 seconds: %+v", got)
	}
	if got := spread([]time.Duration{7 * time.Second}); got != (Spread{1, 7, 7, 7}) {
		t.Errorf("one: %+v", got)
	}
	if got := spread(nil); got != (Spread{}) {
		t.Errorf("none: %+v", got)
	}
}

func TestWhoMaySign(t *testing.T) {
	hand := func(who string) Signature { return Signature{actor: "person:" + who} }
	for name, x := range map[string]struct {
		level rating.Level
		there []Signature
		by    string
		state State
		key   string
	}{
		"the author does not":              {rating.Ordinary, nil, "author", InReview, "security.notice.own_hand"},
		"one is enough for Ⅲ":              {rating.Large, nil, "one", Signed, ""},
		"two are needed for Ⅱ":             {rating.Major, nil, "one", InReview, ""},
		"the second must be another":       {rating.Major, []Signature{hand("one")}, "one", InReview, "security.notice.signed_twice"},
		"with the second Ⅰ is signed":      {rating.Extreme, []Signature{hand("one")}, "two", Signed, ""},
		"nor is the author the second one": {rating.Extreme, []Signature{hand("one")}, "author", InReview, "security.notice.own_hand"},
	} {
		n, err := Notice{State: InReview, Text: Text{Level: x.level}, actor: "person:author"}.sign(hand(x.by), x.there)
		key := ""
		if f, ok := errors.AsType[*fault.Error](err); ok {
			key = f.Key
		}
		if key != x.key || n.State != x.state {
			t.Errorf("%s: %s, %q", name, n.State, key)
		}
	}
}

// Whatever an addressee and the city do in whatever order, what is over stays over, and a
// step that is refused changes nothing.
func TestWhatIsOverStaysOver(t *testing.T) {
	at := time.Now()
	steps := []func(Assignment) (Assignment, step, error){
		func(a Assignment) (Assignment, step, error) { return a.acknowledge(Signature{At: at}) },
		func(a Assignment) (Assignment, step, error) { return a.assess(affected, "是", at) },
		func(a Assignment) (Assignment, step, error) { return a.assess(notAffected, "否", at) },
		func(a Assignment) (Assignment, step, error) {
			return a.feedBack(Feedback{Measures: "x", Residual: "x", Done: true, At: at})
		},
		func(a Assignment) (Assignment, step, error) { return a.feedBack(Feedback{Measures: "x", At: at}) },
		func(a Assignment) (Assignment, step, error) { return a.verify(true, "", at) },
		func(a Assignment) (Assignment, step, error) { return a.verify(false, "x", at) },
		func(a Assignment) (Assignment, step, error) { return a.dispute("x") },
		func(a Assignment) (Assignment, step, error) { return a.settle(true, "x") },
		func(a Assignment) (Assignment, step, error) { return a.settle(false, "x") },
		func(a Assignment) (Assignment, step, error) { return a.urge("x", at) },
		func(a Assignment) (Assignment, step, error) { return a.finish() },
	}
	seen := map[AssignmentState]bool{}
	var walk func(a Assignment, depth int)
	walk = func(a Assignment, depth int) {
		seen[a.State] = true
		if depth == 0 {
			return
		}
		for i, do := range steps {
			b, s, err := do(a)
			if err != nil {
				continue
			}
			if s.act == "" {
				t.Fatalf("step %d of %s is not told", i, a.State)
			}
			if a.over() && !b.over() {
				t.Fatalf("step %d brings %s back to %s", i, a.State, b.State)
			}
			if a.State == Delivered && b.State != Delivered && b.AcknowledgedAt == nil && b.State != Released {
				t.Fatalf("step %d goes on to %s without an acknowledgement", i, b.State)
			}
			walk(b, depth-1)
		}
	}
	walk(Assignment{State: Delivered, DeliveredAt: &at}, 6)
	for _, state := range []AssignmentState{Acknowledged, Assessed, Handling, FedBack, Verified, Finished, Released} {
		if !seen[state] {
			t.Errorf("%s is never reached", state)
		}
	}
}

func TestAudienceFitsTheTLP(t *testing.T) {
	many := make([]string, mostRed+1)
	for i := range many {
		many[i] = string(rune('a' + i))
	}
	for name, x := range map[string]struct {
		tlp  rating.TLP
		a    Audience
		good bool
	}{
		"red to few":                  {rating.Red, Audience{Organisations: many[:mostRed]}, true},
		"red to many":                 {rating.Red, Audience{Organisations: many}, false},
		"red to a district":           {rating.Red, Audience{Districts: []string{"370202"}}, false},
		"amber+strict to a district":  {rating.AmberStrict, Audience{Districts: []string{"370202"}}, true},
		"amber+strict to all":         {rating.AmberStrict, Audience{All: true}, false},
		"amber to all":                {rating.Amber, Audience{All: true}, true},
		"who is named twice is one":   {rating.Red, Audience{Organisations: slices.Concat(many[:mostRed], many[:mostRed])}, true},
		"nobody at all, of any label": {rating.Clear, Audience{}, true},
	} {
		f := fault.New(fault.Invalid, "test", "test")
		x.a.check(x.tlp, f)
		if good := len(f.Fields) == 0; good != x.good {
			t.Errorf("%s: %v", name, f.Fields)
		}
	}
}
