package scenario

import (
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// What the plan counts as applied with 5G is what the list under the measure's page shows:
// in use or replicated, not an idea or a trial, and not what left the catalogue.
func TestScenariosWithFiveGAreCountedOnceTheyAreInUse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		lines := strings.Split(synthetic(60), "\n")
		ripe := []string{"running", "replicated", "trial", "idea", "running"}
		n := 0
		for i, line := range lines {
			if strings.Contains(line, ",5g,") {
				lines[i] = strings.Replace(line, ",idea,", ","+ripe[n%len(ripe)]+",", 1)
				n++
			}
		}
		if n != 5 {
			t.Fatalf("%d scenarios name 5G", n)
		}
		x.upload(t, "/import?name=a.csv&synthetic=true", strings.Join(lines, "\n"), http.StatusOK, nil)
		check := func(want int) {
			t.Helper()
			for _, m := range x.module.Manifest().Measures {
				if m.ID != "scenario.applied_5g" {
					continue
				}
				v, err := m.Value(t.Context())
				if err != nil || v.Number != float64(want) || !v.Known || v.Synthetic != (want > 0) {
					t.Errorf("it is %+v, want %d, %v", v, want, err)
				}
				var page struct {
					Total int
					Items []CatalogueRow
				}
				x.do(t, "GET", "/scenarios?"+strings.SplitN(m.Page, "?", 2)[1], "viewer-ours", "", 0, http.StatusOK, &page)
				if page.Total != want {
					t.Errorf("its page lists %d", page.Total)
				}
				for _, r := range page.Items {
					var d Detail
					x.do(t, "GET", "/scenarios/"+r.ID, "officer", "", 0, http.StatusOK, &d)
					x.do(t, "POST", "/scenarios/"+r.ID+"/withdrawal", "officer", `{"reason":"停用"}`, d.Version, http.StatusOK, nil)
				}
				return
			}
			t.Error("there is no such measure")
		}
		check(3)
		check(0)
	})
}
