package security_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/jobs"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// alertFigure is what tests read of the figures of one enterprise.
type alertFigure struct {
	OrganisationID    string `json:"organisation_id"`
	Sensors, Critical int
	Fresh             int `json:"new"`
	Techniques        []struct{ Count int }
}

// figuresOf are the figures of our enterprise as somebody reads them, after how everybody
// stands was worked out.
func (l *listener) figuresOf(t *testing.T, who string) (mine []alertFigure, said string) {
	t.Helper()
	var page struct{ Items []alertFigure }
	r := l.Get(t, "/api/security/alert-figures", who)
	r.Decode(t, &page)
	for _, x := range page.Items {
		if x.OrganisationID == l.Ours.ID {
			mine = append(mine, x)
		}
	}
	return mine, string(r.Body)
}

func (l *listener) workOut(t *testing.T) {
	t.Helper()
	err := l.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := l.kit.Jobs.StartTx(t.Context(), tx, jobs.Order{Kind: "work_out_standing"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A sensor that is open in figures lets the city count its alerts and nothing else.
func TestFiguresAreCountsAndNothingElse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		l := newListener(t, o, "none")
		at := time.Now().UTC().Truncate(time.Second)
		l.expect(t, "two stops", 200, "taken", l.key, body(t, batch.Records, 1, records(stopOf("10.0.0.9", at), stopOf("10.0.0.9", at.Add(time.Second)))))
		a := l.alerts(t, 1, 2)[0]
		aware := at.Add(-time.Minute).Format(time.RFC3339)
		if r := l.Send(t, "POST", "/api/security/incidents", "reporter-ours", fmt.Sprintf(`{"title":"标题","summary":"经过","category":"attack","kind":"other","tlp":"amber","importance":"","loss":"","harm":"","aware_at":%q}`, aware)); r.Status != http.StatusCreated {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		var mine []alertFigure
		kerneltest.Wait(t, "the enterprise to be known of", func() bool {
			l.workOut(t)
			mine, _ = l.figuresOf(t, "officer")
			return len(mine) == 1
		})
		if x := mine[0]; x.Sensors != 0 || x.Critical != 0 || x.Fresh != 0 || len(x.Techniques) != 0 {
			t.Errorf("a sensor that is open to nobody is counted: %+v", x)
		}
		standing := "/api/security/situation/enterprises/" + l.Ours.ID
		if said := string(l.Get(t, standing, "officer").Body); strings.Contains(said, "alert.open") || !strings.Contains(said, `"sensors":0`) {
			t.Errorf("the situation tells the city of a sensor that is open to nobody: %s", said)
		}
		l.consentTo(t, "figures")
		mine, said := l.figuresOf(t, "officer")
		if len(mine) != 1 || mine[0].Sensors != 1 || mine[0].Critical != 1 || mine[0].Fresh != 1 || len(mine[0].Techniques) != 1 || mine[0].Techniques[0].Count != 1 {
			t.Errorf("the city counts %+v", mine)
		}
		if strings.Contains(said, "10.0.0.") || strings.Contains(said, "一号线") || strings.Contains(said, a.ID) {
			t.Errorf("figures tell more than counts: %s", said)
		}
		if said := string(l.Get(t, standing, "officer").Body); !strings.Contains(said, "alert.open") || strings.Contains(said, "10.0.0.") {
			t.Errorf("the situation counts it now, and tells no more: %s", said)
		}
		for _, path := range []string{"/api/security/alerts", "/api/security/alerts?q=10.0.0.9", "/api/security/alerts?export=csv"} {
			if said := string(l.Get(t, path, "officer").Body); strings.Contains(said, a.ID) || strings.Contains(said, "10.0.0.9") {
				t.Errorf("%s shows the alert: %s", path, said)
			}
		}
		if r := l.Get(t, "/api/security/alerts/"+a.ID, "officer"); r.Status != http.StatusNotFound {
			t.Errorf("the alert itself: %d", r.Status)
		}
		if mine, said := l.figuresOf(t, "manager-theirs"); len(mine) != 0 || strings.Contains(said, l.Ours.ID) {
			t.Errorf("another enterprise reads %s", said)
		}
		l.consentTo(t, "none")
		if mine, _ = l.figuresOf(t, "officer"); mine[0].Sensors != 0 || mine[0].Critical != 0 {
			t.Errorf("consent that was taken back still counts: %+v", mine)
		}
	})
}

// consentTo is what the enterprise says of what the city sees.
func (l *listener) consentTo(t *testing.T, consent string) {
	t.Helper()
	var s struct{ Version int }
	l.Get(t, "/api/security/sensors/"+l.sensor, "manager-ours").Decode(t, &s)
	r := l.Send(t, "PUT", "/api/security/sensors/"+l.sensor+"/consent", "manager-ours", fmt.Sprintf(`{"consent":%q}`, consent), "If-Match", fmt.Sprintf(`"%d"`, s.Version))
	if r.Status != http.StatusOK {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
}
