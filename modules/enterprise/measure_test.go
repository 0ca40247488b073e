package enterprise

import (
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
)

// measured is what a measure reads now.
func (x *town) measured(t *testing.T, id string) float64 {
	t.Helper()
	for _, m := range x.module.Manifest().Measures {
		if m.ID == id {
			v, err := m.Value(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return v.Number
		}
	}
	t.Fatalf("no measure %s", id)
	return 0
}

func TestTitlesOfCultivationAreCountedWhileTheyAreValid(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		for n, qualifications := range []string{
			`{"kind":"eaglet"},{"kind":"eaglet","number":"2"}`, `{"kind":"eaglet","valid_until":"2999-12-31"},{"kind":"gazelle","valid_until":"2999-12-31"}`,
			`{"kind":"eaglet","valid_until":"2020-12-31"}`, `{"kind":"high_tech"}`,
		} {
			code := identity.CompleteUSCC(fmt.Sprintf("9137020026457425%d", n))
			x.do(t, "POST", "/entries", "officer", fmt.Sprintf(`{"code":%q,"name":{"zh":"企业%d","en":""},"district":"370212","industry":"C35","profile":{"qualifications":[%s]}}`, code, n, qualifications), 0, http.StatusCreated, nil)
		}
		for id, want := range map[string]float64{"enterprise.eaglet": 2, "enterprise.gazelle": 1} {
			if got := x.measured(t, id); got != want {
				t.Errorf("%s is %v, want %v", id, got, want)
			}
		}
	})
}
