package demo

import (
	"strconv"
	"testing"
	"time"
)

// vocabulary is as large as that of the installation.
func vocabulary() (w words) {
	list := func(n int) (out []term) {
		for i := range n {
			out = append(out, term{Code: strconv.Itoa(i)})
		}
		return out
	}
	w.Scenarios, w.Technologies, w.Industries, w.Staff = list(16), list(14), list(30), list(4)
	return w
}

// Every scenario has synthetic providers, and no provider offers one twice.
func TestSyntheticProvidersCoverTheScenarios(t *testing.T) {
	offered, names := map[string]int{}, map[string]bool{}
	for n := range 120 {
		e, seen := providerOf(n), map[string]bool{}
		if names[e.zh] || names[e.code] {
			t.Errorf("%s (%s) is there twice", e.zh, e.code)
		}
		names[e.zh], names[e.code] = true, true
		for _, c := range vocabulary().profile(n, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))["capabilities"].([]capability) {
			if seen[c.Scenario] {
				t.Errorf("%s offers %s twice", e.zh, c.Scenario)
			}
			seen[c.Scenario] = true
			offered[c.Scenario]++
		}
	}
	if len(offered) != 16 {
		t.Errorf("%d scenarios have providers", len(offered))
	}
	for s, n := range offered {
		if n < 8 {
			t.Errorf("the scenario %s has %d providers", s, n)
		}
	}
}

// What a provider records has no service twice, lies in the past, and is for enterprises of
// the directory, however small that is.
func TestSyntheticServicesAreDistinct(t *testing.T) {
	until := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, size := range []int{1, 60, 2000} {
		d := &demo{Options: Options{Directory: size, Applications: 400}}
		known := map[string]bool{}
		for i := range size {
			known[company(i)] = true
		}
		for n := range 120 {
			seen := map[[2]string]bool{}
			rows := d.serviceRows(n, until)
			for _, row := range rows {
				key := [2]string{row[0], row[1]}
				if seen[key] || !known[row[0]] || row[3] >= until.Format(time.DateOnly) {
					t.Errorf("of a directory of %d, provider %d records %v", size, n, row)
				}
				seen[key] = true
			}
			if size == 2000 && len(rows) != servicesEach {
				t.Errorf("provider %d records %d services", n, len(rows))
			}
		}
	}
}
