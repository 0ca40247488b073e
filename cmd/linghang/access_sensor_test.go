package main

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"linghang/kernel/sqldb"
)

// sensorFixtures are a sensor of ours with an alert and a baseline, of which nobody else is to know.
func (a *access) sensorFixtures(t *testing.T) {
	t.Helper()
	sensor := a.make(t, "/api/security/sensors", "manager-ours", `{"name":"我方探针","machine_id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","consent":"detail"}`)
	for _, what := range []string{"/consent", "/retirement", "/traffic", "/records", "/pairs", "/facts", "/assets", "/looks", ""} {
		a.fixtures = append(a.fixtures, fixture{"/api/security/sensors/{id}" + what, "/api/security/sensors/" + sensor + what, false})
	}
	const alert = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
	a.alert(t, alert, sensor)
	a.fixtures = append(a.fixtures, fixture{"/api/security/alerts/{id}", "/api/security/alerts/" + alert, false}, fixture{"/api/security/detection-rules/{id}", "/api/security/detection-rules/none", true})
	a.private = append(a.private, sensor, "我方探针", alert, "我方告警")
	baseline := a.make(t, "/api/security/baselines", "manager-ours", fmt.Sprintf(`{"name":"我方基线","sensors":[%q]}`, sensor))
	a.fixtures = append(a.fixtures,
		fixture{"/api/security/baselines/{id}/windows/{window}", "/api/security/baselines/" + baseline + "/windows/none", false},
		fixture{"/api/security/baselines/{id}", "/api/security/baselines/" + baseline, false})
	a.private = append(a.private, baseline, "我方基线")
	a.zoneFixtures(t)
	a.ruleFixtures(t)
}

// ruleFixtures are rules of the city, which all enterprises see, and a set of ours, which nobody else does.
func (a *access) ruleFixtures(t *testing.T) {
	t.Helper()
	bring := func(who, title string) (id string) {
		t.Helper()
		r := a.Send(t, "POST", "/api/security/rule-sets?name=x.yml&title="+url.QueryEscape(title), who, "title: "+title+"\nlogsource: {product: windows, service: security}\ndetection:\n  selection: {EventID: 1}\n  condition: selection\n", "Content-Type", "application/octet-stream")
		if r.Status != 200 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		var c created
		r.Decode(t, &c)
		return c.ID
	}
	city, ours := bring("officer", "城市规则集"), bring("manager-ours", "我方规则集")
	var page struct{ Items []created }
	a.Get(t, "/api/security/rule-sets/"+city+"/rules", "officer").Decode(t, &page)
	a.fixtures = append(a.fixtures,
		fixture{"/api/security/rule-sets/{id}/files/{revision}", "/api/security/rule-sets/" + city + "/files/0", true},
		fixture{"/api/security/rule-sets/{id}", "/api/security/rule-sets/" + city, true},
		fixture{"/api/security/own-rules/{id}", "/api/security/own-rules/" + page.Items[0].ID, true},
		fixture{"/api/security/rule-trials/{id}", "/api/security/rule-trials/none", false})
	a.private = append(a.private, ours, "我方规则集")
}

// zoneFixtures are two zones of ours and a conduit between them.
func (a *access) zoneFixtures(t *testing.T) {
	t.Helper()
	for _, zone := range []string{"我方办公区", "我方控制区"} {
		a.make(t, "/api/security/assets", "manager-ours", fmt.Sprintf(`{"name":"我方分区资产","role":"plc","vendor":"","product":"","model":"","order_number":"","firmware":"","serial":"","addresses":[],"zone":%q,"zone_level":1,"criticality":1,"reach":"internal","responsible":"","site":"","note":""}`, zone))
	}
	conduit := a.make(t, "/api/security/conduits", "manager-ours", `{"client_zone":"我方办公区","server_zone":"我方控制区","protocols":[],"commands":false,"note":"","responsible":""}`)
	a.fixtures = append(a.fixtures, fixture{"/api/security/conduits/{id}", "/api/security/conduits/" + conduit, false})
	a.private = append(a.private, conduit, "我方办公区", "我方控制区", "我方分区资产")
}

// alert puts an alert where the work on batches of a probe would.
func (a *access) alert(t *testing.T, id, sensor string) {
	t.Helper()
	list := a.Databases()
	db := list[slices.IndexFunc(list, func(db *sqldb.DB) bool { return db.Room() == "security" })]
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO security_alert (id, organisation_id, organisation_zh, organisation_en, sensor_id, sensor_name, fingerprint, rule_id, rule_zh, rule_en, pack, kind, level, rank, technique, client, server, unit, why_zh, why_en,
			reasons, records, times, first_at, last_at, state, reason, until_at, incident_id, opened_at, changed_at, version)
			VALUES ($1, $2, $3, $3, $4, '我方探针', 'x', 'x', '我方告警', 'x', 'x', 'event', 'high', 2, '', '', '', '', '我方告警', 'x', '[]', '[]', 1, $5, $5, 'new', '', 0, '', $5, $5, 1)`, id, a.Ours.ID, a.Ours.Name.ZH, sensor, time.Now().UnixMilli()) // old ones are swept away
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
