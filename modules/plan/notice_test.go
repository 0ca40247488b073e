package plan

import (
	"fmt"
	"net/http"
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

// told counts the notices of a kind in somebody's inbox.
func told(t *testing.T, c *kerneltest.City, who, kind string) int {
	t.Helper()
	var page struct {
		Total int `json:"total"`
	}
	c.Get(t, "/api/notify/inbox?kind="+kind, who).Decode(t, &page)
	return page.Total
}

func TestWhoHasTheNextStepOfAValueIsTold(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, func(k *kernel.Kernel) []module.Module { return []module.Module{New(k.Kit("plan"))} }, o)
		for _, who := range []string{"officer", "leader", "reporter", "reporter-theirs"} {
			c.Cookie(t, who)
		}
		post := func(path, who, body string) string {
			t.Helper()
			r := c.Send(t, "POST", path, who, body)
			if r.Status >= 300 {
				t.Fatalf("%s as %s: %d %s", path, who, r.Status, r.Body)
			}
			var x struct {
				ID string `json:"id"`
			}
			if r.Status != http.StatusNoContent {
				r.Decode(t, &x)
			}
			return x.ID
		}
		made := post("/api/plan/plans", "officer", `{"template":"qingdao-2022-2024"}`)
		var board struct {
			Targets []struct {
				ID   string `json:"id"`
				Code string `json:"code"`
			} `json:"targets"`
		}
		c.Get(t, "/api/plan/plans/"+made+"/board", "officer").Decode(t, &board)
		target := ""
		for _, x := range board.Targets {
			if x.Code == "eco.digital_core_share" {
				target = x.ID
			}
		}
		value := post(fmt.Sprintf("/api/plan/targets/%s/values", target), "reporter", `{"value":8.6,"valid_at":"2024-06-01T00:00:00Z","note":"bulletin"}`)
		kerneltest.Wait(t, "the officer to be asked for a review", func() bool { return told(t, c, "officer", "plan.value.to_review") == 1 })
		post("/api/plan/values/"+value+"/review", "officer", `{}`)
		kerneltest.Wait(t, "the leader to be asked for approval", func() bool { return told(t, c, "leader", "plan.value.to_approve") == 1 })
		post("/api/plan/values/"+value+"/approve", "leader", `{}`)
		kerneltest.Wait(t, "the reporter to hear of it", func() bool { return told(t, c, "reporter", "plan.value.approved") == 1 })
		if n := told(t, c, "reporter-theirs", "plan.value.to_review"); n != 0 {
			t.Errorf("a stranger was told %d times", n)
		}
	})
}
