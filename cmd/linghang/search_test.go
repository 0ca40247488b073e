package main

import (
	"net/http"
	"net/url"
	"testing"

	"linghang/kernel/kerneltest"
)

type answer struct {
	Items []struct {
		Object string `json:"object"`
		Path   string `json:"path"`
	} `json:"items"`
	Kinds []struct {
		Kind  string `json:"kind"`
		Count int    `json:"count"`
	} `json:"kinds"`
	Total int `json:"total"`
}

func (a answer) count(kind string) int {
	for _, k := range a.Kinds {
		if k.Kind == kind {
			return k.Count
		}
	}
	return 0
}

func find(t *testing.T, c *kerneltest.City, who, q string) answer {
	t.Helper()
	r := c.Get(t, "/api/search?q="+url.QueryEscape(q), who)
	if r.Status != http.StatusOK {
		t.Fatalf("search as %s: %d %s", who, r.Status, r.Body)
	}
	var a answer
	r.Decode(t, &a)
	return a
}

// The city's search follows what rooms change, and shows and counts for each
// what they may see.
func TestSearchFollowsTheRoomsAndTellsNobodyWhatIsNotTheirs(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		o.Rooms = anyPort()
		c := kerneltest.Start(t, platform, o)
		r := c.Send(t, "POST", "/api/platforms", "manager-ours", `{"name":{"zh":"橡胶轮胎秘密平台","en":"Rubber"},"code":"rubber","class":"industry","district":"370202"}`)
		if r.Status != http.StatusCreated {
			t.Fatalf("register: %d %s", r.Status, r.Body)
		}
		var platform struct{ ID string }
		r.Decode(t, &platform)
		for _, who := range []string{"manager-ours", "officer"} {
			kerneltest.Wait(t, who+" to find the platform", func() bool { return find(t, c, who, "轮胎").Total == 1 })
			if a := find(t, c, who, "輪胎"); a.Items[0].Path != "/platforms/"+platform.ID || a.Kinds[0].Kind != "platforms/platform" {
				t.Errorf("%s finds %+v", who, a)
			}
		}
		if a := find(t, c, "manager-theirs", "轮胎"); a.Total != 0 || len(a.Kinds) != 0 || len(a.Items) != 0 {
			t.Errorf("a stranger finds %+v", a)
		}
		// Persons are for those who may see them, organisations by scope.
		kerneltest.Wait(t, "the manager to find themselves", func() bool { return find(t, c, "manager-ours", "manager-ours").Total > 0 })
		if a := find(t, c, "viewer-ours", "manager-ours"); a.Total != 0 {
			t.Errorf("a viewer finds persons: %+v", a)
		}
		kerneltest.Wait(t, "organisations to be found", func() bool { return find(t, c, "administrator", "平台公司").count("system/organisation") == 2 })
		if a := find(t, c, "manager-ours", "平台公司"); a.count("system/organisation") != 1 {
			t.Errorf("our manager finds %+v", a)
		}
		if a := find(t, c, "administrator", "qdsgyhxxhj"); a.Total != 1 {
			t.Errorf("by the first letters: %+v", a)
		}
		var s answer
		c.Get(t, "/api/search/suggestions?q=rubb", "manager-ours").Decode(t, &s)
		if len(s.Items) != 1 {
			t.Errorf("suggestions: %+v", s)
		}
		if r := c.Send(t, "POST", "/api/search/rebuild", "administrator", "{}"); r.Status != http.StatusOK {
			t.Errorf("rebuild: %d %s", r.Status, r.Body)
		}
		if a := find(t, c, "manager-ours", "轮胎"); a.Total != 1 {
			t.Errorf("after the rebuild: %+v", a)
		}
		if r := c.Get(t, "/api/search?q=x&cursor=-1", "officer"); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("a wrong cursor: %d", r.Status)
		}
	})
}
