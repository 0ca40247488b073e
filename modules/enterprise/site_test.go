package enterprise

import (
	"net/http"
	"testing"

	"linghang/kernel/kerneltest"
)

func TestTheMapShowsWhatIsPublicAndOnesOwn(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		e := x.secretive(t)
		count := func(who, query string) int {
			var v placesView
			x.do(t, "GET", "/sites"+query, who, "", 0, http.StatusOK, &v)
			for _, p := range v.Items {
				if p.EntryID != e.ID || p.Longitude != 120.4 || p.Latitude != 36.2 || p.Kind != "plant" {
					t.Errorf("%s is shown %+v", who, p)
				}
			}
			return len(v.Items)
		}
		for query, want := range map[string]int{"": 1, "?kind=plant": 1, "?kind=office": 0, "?district=370212&industry=C35": 1, "?district=370211": 0, "?industry=C36": 0} {
			if got := count("viewer-theirs", query); got != want {
				t.Errorf("%q: %d sites, want %d", query, got, want)
			}
		}
		x.consent(t, e, forBureau)
		for who, want := range map[string]int{"viewer-theirs": 0, "officer": 0, "manager-ours": 1} {
			if got := count(who, ""); got != want {
				t.Errorf("with places for the bureau alone %s is shown %d, want %d", who, got, want)
			}
		}
		x.do(t, "GET", "/sites?kind=castle", "officer", "", 0, http.StatusUnprocessableEntity, nil)
	})
}
