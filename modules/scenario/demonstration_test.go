package scenario

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/scenario/internal/pilot"
)

// A call of the demonstration is marked wherever it shows, and goes with all that came of
// it; a real one stays.
func TestACallOfTheDemonstrationGoesWithItsApplications(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newContest(t, o)
		kept := x.open(t)
		now := x.module.now()
		body := fmt.Sprintf(strings.Replace(pilotCall, `{`, `{"synthetic":true,`, 1), now.Add(-time.Minute).Format(time.RFC3339Nano), now.Add(time.Hour).Format(time.RFC3339Nano))
		var c pilot.CallDetail
		x.do(t, "POST", pilotDoor+"/calls", "officer", body, 0, http.StatusCreated, &c)
		x.do(t, "POST", pilotDoor+"/calls/"+c.ID+"/opening", "officer", "", c.Version, http.StatusOK, &c)
		a := x.apply(t, c.ID, "child.manager", "演示项目")
		if !a.Synthetic {
			t.Error("an application in a synthetic call is not marked")
		}
		x.pool(t, c.ID, http.StatusOK, "expert.one", "expert.two")
		x.seal(t, c.ID)
		x.do(t, "DELETE", pilotDoor+"/calls/"+c.ID, "child.manager", "", 0, http.StatusForbidden, nil)
		x.do(t, "DELETE", pilotDoor+"/calls/"+c.ID, "officer", "", 0, http.StatusNoContent, nil)
		x.do(t, "GET", pilotDoor+"/calls/"+c.ID, "officer", "", 0, http.StatusNotFound, nil)
		x.do(t, "GET", pilotDoor+"/applications/"+a.ID, "child.manager", "", 0, http.StatusNotFound, nil)
		x.do(t, "DELETE", pilotDoor+"/calls/"+kept.ID, "officer", "", 0, http.StatusConflict, nil)
		for _, table := range []string{"pilot_application", "pilot_file", "pilot_reviewer", "pilot_seal", "pilot_sealed"} {
			var n int
			if err := x.module.kit.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+table+whereCall(table), c.ID).Scan(&n); err != nil || n > 0 {
				t.Errorf("%s keeps %d rows: %v", table, n, err)
			}
		}
	})
}

func whereCall(table string) string {
	if table == "pilot_file" {
		return ` WHERE application_id NOT IN (SELECT id FROM pilot_application) AND $1 <> ''`
	}
	return ` WHERE call_id = $1`
}
