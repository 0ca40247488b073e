package main

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel/kerneltest"
)

type run struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Digest  string `json:"digest"`
	Problem string `json:"problem"`
}

// askReport asks for the quarterly report of a plan and waits until it is made.
func askReport(t *testing.T, c *kerneltest.City, who, planID, quarter, language string) run {
	t.Helper()
	r := c.Send(t, "POST", "/api/report/runs", who, fmt.Sprintf(`{"report":"plan.quarterly","language":%q,"values":{"plan":%q,"quarter":%q}}`, language, planID, quarter))
	if r.Status != http.StatusCreated {
		t.Fatalf("ask as %s: %d %s", who, r.Status, r.Body)
	}
	var x run
	r.Decode(t, &x)
	kerneltest.Wait(t, "the report to be made", func() bool {
		c.Get(t, "/api/report/runs/"+x.ID, who).Decode(t, &x)
		return x.State == "done" || x.State == "failed"
	})
	if x.State != "done" {
		t.Fatalf("the report failed: %s", x.Problem)
	}
	return x
}

func TestTheQuarterlyReportIsMadeForThoseWhoMayReadIt(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		o.Rooms = anyPort()
		c := kerneltest.Start(t, platform, o)
		r := c.Send(t, "POST", "/api/plan/plans", "officer", `{"template":"qingdao-2022-2024"}`)
		var plan struct{ ID string }
		r.Decode(t, &plan)
		first := askReport(t, c, "officer", plan.ID, "2023Q4", "zh")
		again := askReport(t, c, "leader", plan.ID, "2023Q4", "zh")
		english := askReport(t, c, "officer", plan.ID, "2023Q4", "en")
		if first.Digest == "" || first.Digest != again.Digest || first.Digest == english.Digest {
			t.Errorf("digests: %s, again %s, in English %s", first.Digest, again.Digest, english.Digest)
		}
		for format, magic := range map[string]string{"pdf": "%PDF-", "xlsx": "PK\x03\x04"} {
			path := "/api/report/runs/" + first.ID + "/" + format
			d := c.Get(t, path, "officer")
			if d.Status != http.StatusOK || !bytes.HasPrefix(d.Body, []byte(magic)) || len(d.Body) < 5000 {
				t.Errorf("%s: %d, %d bytes", format, d.Status, len(d.Body))
			}
			if d := c.Get(t, path, "viewer-theirs"); d.Status != http.StatusNotFound {
				t.Errorf("a stranger downloads %s: %d", format, d.Status)
			}
		}
		var list struct{ Total int }
		c.Get(t, "/api/report/runs", "viewer-theirs").Decode(t, &list)
		if list.Total != 0 {
			t.Errorf("a stranger lists %d reports", list.Total)
		}
		for body, want := range map[string]int{
			`{"report":"plan.quarterly","language":"zh","values":{}}`:                                                         http.StatusUnprocessableEntity,
			`{"report":"none","language":"zh","values":{}}`:                                                                   http.StatusUnprocessableEntity,
			fmt.Sprintf(`{"report":"plan.quarterly","language":"zh","values":{"plan":%q,"quarter":"2051Q1"}}`, plan.ID):       http.StatusUnprocessableEntity,
			fmt.Sprintf(`{"report":"plan.quarterly","language":"fr","values":{"plan":%q,"quarter":"2023Q4"}}`, plan.ID):       http.StatusUnprocessableEntity,
			fmt.Sprintf(`{"report":"plan.quarterly","language":"zh","values":{"plan":%q,"quarter":"2023Q4"},"x":1}`, plan.ID): http.StatusUnprocessableEntity,
		} {
			if r := c.Send(t, "POST", "/api/report/runs", "officer", body); r.Status != want {
				t.Errorf("%s: %d %s", body, r.Status, r.Body)
			}
		}
		if r := c.Send(t, "POST", "/api/report/runs/"+first.ID+"/cancel", "officer", "{}"); r.Status != http.StatusConflict {
			t.Errorf("cancel what is done: %d", r.Status)
		}
		if r := c.Send(t, "DELETE", "/api/report/runs/"+first.ID, "officer", ""); r.Status != http.StatusNoContent {
			t.Errorf("remove: %d %s", r.Status, r.Body)
		}
		if d := c.Get(t, "/api/report/runs/"+again.ID+"/pdf", "leader"); d.Status != http.StatusOK {
			t.Errorf("the same report of somebody else went too: %d", d.Status)
		}
	})
}
