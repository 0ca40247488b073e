package enterprise

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/criterion"
	"linghang/modules/enterprise/internal/cultivation"
)

func TestEnterprisesClimb(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newClinic(t, o)
		now := time.Now()
		y := now.Year() - 1
		door := apiDoor + "/cultivation"
		x.profile(t, fmt.Sprintf(`{"founded_on":"%d-01-02","revenue":[{"year":%d,"amount":1200},{"year":%d,"amount":1000}],"figures":[{"field":"rights_1","year":%d,"value":2},{"field":"abnormal","year":%d,"value":0}]}`, y-2, y, y-2, y, y))

		var v struct{ Items []cultivation.Standing }
		x.do(t, "GET", door+"/standing", "viewer-ours", "", -1, http.StatusOK, &v)
		growth := v.Items[1].Steps
		if growth[0].By != criterion.Met || growth[1].By != criterion.Unmet || len(growth[1].Lacks) != 1 || !strings.Contains(growth[1].Lacks[0].Text.ZH, "不低于 20%；现为 9.54%") {
			t.Fatalf("%+v", growth)
		}
		x.do(t, "GET", door+"/standing?entry="+x.ours, "manager-theirs", "", -1, http.StatusNotFound, nil)

		// The year's run keeps what came out; an enterprise reads its own, the bureau all.
		run := fmt.Sprintf(`{"ladder":"growth","year":%d}`, now.Year())
		x.do(t, "POST", door+"/runs", "manager-ours", run, -1, http.StatusForbidden, nil)
		x.do(t, "POST", door+"/runs", "officer", fmt.Sprintf(`{"ladder":"growth","year":%d}`, now.Year()+2), -1, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", door+"/runs", "officer", `{"ladder":"none","year":2026}`, -1, http.StatusUnprocessableEntity, nil)
		x.do(t, "POST", door+"/runs", "officer", run, -1, http.StatusOK, nil)
		x.do(t, "POST", door+"/runs", "officer", run, -1, http.StatusOK, nil) // again: it replaces
		var page struct {
			Items []cultivation.Assessed
			Total int
		}
		for query, want := range map[string]int{"": 6, "?outcome=met": 1, "?watch=true&rung=gazelle": 1, "?rung=unicorn": 2, fmt.Sprintf("?year=%d", y): 0} {
			if x.do(t, "GET", door+"/results"+query, "officer", "", -1, http.StatusOK, &page); page.Total != want {
				t.Errorf("%s lists %d, want %d: %+v", query, page.Total, want, page.Items)
			}
		}
		if x.do(t, "GET", door+"/results", "manager-theirs", "", -1, http.StatusOK, &page); page.Total != 3 || page.Items[0].EntryID != x.theirs {
			t.Errorf("theirs: %+v", page)
		}
		var tallies struct{ Items []cultivation.Tally }
		x.do(t, "GET", door+"/overview?ladder=growth", "officer", "", -1, http.StatusOK, &tallies)
		if len(tallies.Items) != 3 || tallies.Items[0].Rung != "eaglet" || tallies.Items[0].Met != 1 || tallies.Items[0].All != 2 || tallies.Items[1].Watch != 1 {
			t.Errorf("%+v", tallies)
		}
		x.do(t, "GET", door+"/overview?ladder=growth", "manager-ours", "", -1, http.StatusForbidden, nil)
	})
}
