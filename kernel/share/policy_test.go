package share

import (
	"testing"
	"time"

	cedar "github.com/cedar-policy/cedar-go"

	"linghang/kernel/identity"
	"linghang/kernel/module"
)

func example() (Rule, module.Shareable) {
	kind := module.Shareable{Noun: "platform", Attributes: []module.ShareAttribute{{Name: "class"}}}
	r := Rule{ID: `a"b\`, OrganisationID: "ours", Wanted: Wanted{
		Noun: "platforms/platform", Filters: map[string][]string{"class": {"industry"}}, Until: time.Now().Add(time.Hour),
		Audience: Audience{Organisations: []string{"theirs"}, Kinds: []identity.Kind{identity.Park}, Districts: []string{"370202"}},
	}}
	r.Cedar = write(r)
	return r, kind
}

func TestAFormMakesAPolicyThatSaysWhatTheFormSays(t *testing.T) {
	r, kind := example()
	p, err := read(r.Cedar, kind, r.Noun)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.Cedar)
	}
	policies := cedar.PolicyMap{"rule": p}
	for name, c := range map[string]struct {
		who   identity.Organisation
		above []string
		owner string
		class string
		at    time.Duration
		want  bool
	}{
		"the organisation":   {identity.Organisation{ID: "theirs"}, nil, "ours", "industry", 0, true},
		"one below it":       {identity.Organisation{ID: "child"}, []string{"theirs"}, "ours", "industry", 0, true},
		"the kind":           {identity.Organisation{ID: "x", Kind: identity.Park}, nil, "ours", "industry", 0, true},
		"the district":       {identity.Organisation{ID: "x", District: "370202"}, nil, "ours", "industry", 0, true},
		"somebody else":      {identity.Organisation{ID: "x", Kind: identity.Enterprise, District: "370203"}, nil, "ours", "industry", 0, false},
		"another class":      {identity.Organisation{ID: "theirs"}, nil, "ours", "region", 0, false},
		"another owner":      {identity.Organisation{ID: "theirs"}, nil, "third", "industry", 0, false},
		"after it has ended": {identity.Organisation{ID: "theirs"}, nil, "ours", "industry", 2 * time.Hour, false},
	} {
		o := module.ShareObject{ID: "1", Organisation: c.owner, Attributes: map[string]string{"class": c.class}}
		if got, why := ask(policies, viewer{c.who, c.above}, r.Noun, o, time.Now().Add(c.at)); got != c.want || len(why.Errors) > 0 {
			t.Errorf("%s: %v %v", name, got, why)
		}
	}
}

func FuzzReadPolicy(f *testing.F) {
	r, kind := example()
	f.Add(r.Cedar)
	f.Add(`forbid (principal, action, resource) unless { true };`)
	f.Fuzz(func(_ *testing.T, text string) {
		p, err := read(text, kind, r.Noun)
		if err == nil {
			ask(cedar.PolicyMap{"rule": p}, viewer{}, r.Noun, module.ShareObject{ID: "1", Attributes: map[string]string{"class": "x"}}, time.Now())
		}
	})
}

func BenchmarkAsk(b *testing.B) {
	r, kind := example()
	p, err := read(r.Cedar, kind, r.Noun)
	if err != nil {
		b.Fatal(err)
	}
	policies := cedar.PolicyMap{"rule": p}
	v := viewer{identity.Organisation{ID: "theirs"}, []string{"root"}}
	o := module.ShareObject{ID: "1", Organisation: "ours", Attributes: map[string]string{"class": "industry"}}
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		ask(policies, v, r.Noun, o, now)
	}
}
