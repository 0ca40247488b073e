package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// weaknessFixtures are two assets of ours that are one, merged, an advisory that affects it,
// and what that means for it. Ours lets the city look; strangers see neither.
func (a *access) weaknessFixtures(t *testing.T) {
	t.Helper()
	const door = "/api/security"
	facts := `{"name":"我方保密控制器","role":"plc","vendor":"示例工厂","product":"Drive 7","model":"","order_number":"","firmware":"2.1","serial":"SN-OURS","addresses":[],"zone":"","zone_level":0,"criticality":4,"reach":"internal","responsible":"","site":"","note":""}`
	asset, other := a.make(t, door+"/assets", "manager-ours", facts), a.make(t, door+"/assets", "manager-ours", facts)
	a.make(t, door+"/asset-merges", "manager-ours", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q}`, asset, other))
	a.make(t, door+"/inventory/consent", "manager-ours", `{"purpose":"test"}`)
	plan := a.make(t, door+"/asset-plans", "manager-ours", `{"name":"我方保密计划","note":""}`)
	if r := a.Send(t, "POST", door+"/asset-plans/"+plan+"/revisions?name=a.csv", "manager-ours", "name,serial,vendor\n我方保密设备,SN-PLAN,示例工厂\n", "Content-Type", "text/csv"); r.Status != http.StatusOK {
		t.Fatalf("import a revision: %d %s", r.Status, r.Body)
	}
	document := `{"document":{"category":"csaf_base","csaf_version":"2.0","title":"Drive 7","distribution":{"tlp":{"label":"WHITE"}},"publisher":{"category":"vendor","name":"示例工厂","namespace":"https://example.com"},
		"tracking":{"id":"EW-1","status":"final","version":"1","initial_release_date":"2026-02-01T10:00:00Z","current_release_date":"2026-02-01T10:00:00Z","revision_history":[{"date":"2026-02-01T10:00:00Z","number":"1","summary":"a"}]}},
		"product_tree":{"branches":[{"category":"vendor","name":"示例工厂","branches":[{"category":"product_name","name":"Drive 7","branches":[{"category":"product_version_range","name":"<2.3","product":{"name":"Drive 7 <2.3","product_id":"P1"}}]}]}]},
		"vulnerabilities":[{"cve":"CVE-2026-0001","product_status":{"known_affected":["P1"]}}]}`
	if r := a.Send(t, "POST", door+"/advisory-import?name=a.json", "officer", document, "Content-Type", "application/octet-stream"); r.Status != http.StatusOK {
		t.Fatalf("import an advisory: %d %s", r.Status, r.Body)
	}
	const list = `<vulnerabilitys><vulnerability><number>CNVD-2026-10001</number><title>Drive 7</title></vulnerability></vulnerabilitys>`
	if r := a.Send(t, "POST", door+"/listed-import?name=a.xml", "officer", list, "Content-Type", "application/octet-stream"); r.Status != http.StatusOK {
		t.Fatalf("import a list: %d %s", r.Status, r.Body)
	}
	var exposures, advisories, merges struct{ Items []created }
	kerneltest.Wait(t, "the asset to be affected", func() bool {
		a.Get(t, door+"/exposures", "manager-ours").Decode(t, &exposures)
		return len(exposures.Items) == 1
	})
	a.Get(t, door+"/advisories", "officer").Decode(t, &advisories)
	a.Get(t, door+"/asset-merges", "manager-ours").Decode(t, &merges)
	a.fixtures = append(a.fixtures,
		fixture{door + "/assets/{id}", door + "/assets/" + asset, false},
		fixture{door + "/asset-plans/{id}/revisions/{number}", door + "/asset-plans/" + plan + "/revisions/1", false},
		fixture{door + "/asset-plans/{id}", door + "/asset-plans/" + plan, false},
		fixture{door + "/asset-plan-template/{format}", door + "/asset-plan-template/csv", true},
		fixture{door + "/asset-import/template/{format}", door + "/asset-import/template/csv", true},
		fixture{door + "/asset-merges/{id}", door + "/asset-merges/" + merges.Items[0].ID, false},
		fixture{door + "/advisories/{id}", door + "/advisories/" + advisories.Items[0].ID, true},
		fixture{door + "/threat-import/{source}", door + "/threat-import/kev", true},
		fixture{door + "/listed-vulnerabilities/{number}", door + "/listed-vulnerabilities/CNVD-2026-10001", true},
		fixture{door + "/exposures/{id}", door + "/exposures/" + exposures.Items[0].ID, false},
	)
	a.ownFixtures(t, door)
	a.private = append(a.private, "我方保密控制器", "我方保密计划", "我方保密设备", "SN-PLAN", plan, asset, other, exposures.Items[0].ID, "SN-OURS")
}

// ownFixtures are an advisory of the city's own that is published, for everybody to read, and
// whose next revision is being written, for the city.
func (a *access) ownFixtures(t *testing.T, door string) {
	t.Helper()
	own := a.make(t, door+"/own-advisories", "officer", `{"title":"示例水泵","summary":"水泵可被停机。","tlp":"WHITE","change":"","products":[{"vendor":"示例工厂","product":"Pump 1","version":"1.0"}],
		"vulnerabilities":[{"cve":"","title":"停机","description":"可被停机","vector":"","impact":"","statuses":[{"product":0,"status":"known_affected"}],"remedies":[{"category":"none_available","details":"暂无","products":[]}]}],"notes":[],"references":[]}`)
	var x struct {
		Public  string
		Version int64
	}
	for i, act := range []struct{ act, who string }{{"submission", "officer"}, {"publication", "leader"}, {"revision", "officer"}} {
		r := a.Send(t, "POST", door+"/own-advisories/"+own+"/"+act.act, act.who, "{}", "If-Match", fmt.Sprintf("%q", fmt.Sprint(i+1)))
		if r.Status != http.StatusOK {
			t.Fatalf("%s of the advisory: %d %s", act.act, r.Status, r.Body)
		}
		r.Decode(t, &x)
	}
	const root = "/.well-known/csaf/"
	_, file, _ := strings.Cut(x.Public, root)
	_, key, _ := strings.Cut(string(a.Get(t, root+"provider-metadata.json", "").Body), root+"openpgp/")
	key, _, _ = strings.Cut(key, `"`)
	a.fixtures = append(a.fixtures,
		fixture{door + "/own-advisories/{id}", door + "/own-advisories/" + own, false},
		fixture{root + "white/{path...}", root + file, true},
		fixture{root + "openpgp/{file}", root + "openpgp/" + key, true},
	)
	a.private = append(a.private, own)
}
