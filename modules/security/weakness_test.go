package security

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

// plant is a city with the room of security.
type plant struct{ *kerneltest.City }

func newPlant(t testing.TB, o kerneltest.Options) plant {
	t.Helper()
	return plant{kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		return []module.Module{New(k.Kit("security"), k.Directory(), nil)}
	}, o)}
}

// do sends a request and wants a status; v takes the answer.
func (p plant) do(t testing.TB, method, path, who, body string, want int, v any, header ...string) string {
	t.Helper()
	r := p.Send(t, method, "/api/security"+path, who, body, header...)
	if r.Status != want {
		t.Fatalf("%s %s as %s: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	if v != nil {
		r.Decode(t, v)
	}
	return string(r.Body)
}

const driveAsset = `{"name":"secret-drive","role":"plc","vendor":"示例工厂","product":"Drive 7","model":"","order_number":"","firmware":"2.1","serial":"SN-1","addresses":[],"zone":"","zone_level":0,"criticality":4,"reach":"internet","responsible":"","site":"secret-hall","note":""}`

// driveAdvisory is an advisory on Drive 7 before 2.3.
func driveAdvisory(id, revision, tlp string) string {
	history := `{"date":"2026-02-01T10:00:00Z","number":"1","summary":"a"}`
	if revision == "2" {
		history += `,{"date":"2026-03-01T10:00:00Z","number":"2","summary":"b"}`
	}
	date := map[string]string{"1": "2026-02-01T10:00:00Z", "2": "2026-03-01T10:00:00Z"}[revision]
	return fmt.Sprintf(`{"document":{"category":"csaf_security_advisory","csaf_version":"2.0","title":"Drive 7 %s","distribution":{"tlp":{"label":%q}},"notes":[{"category":"summary","text":"Drive 7 can be stopped."}],
	"references":[{"category":"self","summary":"x","url":"https://example.com/a"}],"publisher":{"category":"vendor","name":"示例工厂","namespace":"https://example.com"},
	"tracking":{"id":%q,"status":"final","version":%q,"initial_release_date":"2026-02-01T10:00:00Z","current_release_date":%q,"revision_history":[%s]}},
	"product_tree":{"branches":[{"category":"vendor","name":"示例工厂","branches":[{"category":"product_name","name":"Drive 7","branches":[
	{"category":"product_version_range","name":"<2.3","product":{"name":"示例工厂 Drive 7 <2.3","product_id":"P1"}}]}]}]},
	"vulnerabilities":[{"cve":"CVE-2026-0001","title":"Stop","notes":[{"category":"description","text":"x"}],"product_status":{"known_affected":["P1"]},
	"remediations":[{"category":"mitigation","details":"Keep it behind a firewall.","product_ids":["P1"]},{"category":"vendor_fix","details":"Install 2.3.","product_ids":["P1"]}],
	"scores":[{"products":["P1"],"cvss_v3":{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8,"baseSeverity":"CRITICAL"}}]}]}`,
		id, tlp, id, revision, date, history)
}

type page[T any] struct {
	Items []T
	Total int
}

type exposed struct {
	ID, Asset, Answer, Band, State, Reason, Sentence string
	AdvisoryID                                       string `json:"advisory_id"`
	Priority                                         int
	Version                                          int64
}

func (p plant) exposures(t testing.TB, who string) page[exposed] {
	t.Helper()
	var x page[exposed]
	p.do(t, "GET", "/exposures", who, "", http.StatusOK, &x)
	return x
}

// exposed waits for the only asset of ours to be affected.
func (p plant) exposed(t testing.TB) exposed {
	t.Helper()
	var x page[exposed]
	kerneltest.Wait(t, "the asset to be affected", func() bool {
		x = p.exposures(t, "manager-ours")
		return len(x.Items) == 1 && x.Items[0].Answer == "affected"
	})
	return x.Items[0]
}

func TestWeaknesses(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, p plant){
		"what is not consented is not seen":         withoutConsent,
		"a stranger reaches nothing":                strangersReachNothing,
		"TLP is kept":                               labelsAreKept,
		"an older revision never replaces a newer":  olderRevisions,
		"a new revision opens what was mended":      revisedIsOpen,
		"a file that is wrong changes nothing":      wrongFile,
		"a zip bomb is refused":                     zipBomb,
		"merges are undone":                         mergesAreUndone,
		"an enterprise is told once of an advisory": toldOfAdvisoryOnce,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newPlant(t, o)) })
		})
	}
}

func withoutConsent(t *testing.T, p plant) {
	var a struct{ ID string }
	p.do(t, "POST", "/assets", "manager-ours", driveAsset, http.StatusCreated, &a)
	p.do(t, "POST", "/advisory-import?name=a.json", "officer", driveAdvisory("EW-1", "1", "WHITE"), http.StatusOK, nil, "Content-Type", "application/octet-stream")
	x := p.exposed(t)
	for _, path := range []string{"/assets", "/exposures", "/assets?export=csv", "/exposures?export=csv"} {
		if body := p.do(t, "GET", path, "officer", "", http.StatusOK, nil); strings.Contains(body, "secret-") || strings.Contains(body, p.Ours.ID) {
			t.Errorf("%s tells the city without consent: %s", path, body)
		}
	}
	for _, path := range []string{"/assets/" + a.ID, "/assets/" + a.ID + "/history", "/exposures/" + x.ID, "/exposures/" + x.ID + "/effect"} {
		p.do(t, "GET", path, "officer", "", http.StatusNotFound, nil)
	}
	var f struct {
		Items []struct{ Enterprises, Assets int }
	}
	if p.do(t, "GET", "/exposure-figures?by=advisory", "officer", "", http.StatusOK, &f); len(f.Items) != 1 || f.Items[0].Enterprises != 1 || f.Items[0].Assets != 1 {
		t.Errorf("the city's figures are %+v", f)
	}
	if p.do(t, "GET", "/exposure-figures?by=advisory", "manager-ours", "", http.StatusOK, &f); len(f.Items) != 0 {
		t.Errorf("fewer than five enterprises are told: %+v", f)
	}
	p.do(t, "POST", "/inventory/consent", "manager-ours", `{"purpose":"应急处置"}`, http.StatusOK, nil)
	p.do(t, "GET", "/assets/"+a.ID, "officer", "", http.StatusOK, nil)
	p.do(t, "GET", "/exposures/"+x.ID, "officer", "", http.StatusOK, nil)
	var log page[struct{ Name, Way string }]
	if p.do(t, "GET", "/inventory/accesses", "manager-ours", "", http.StatusOK, &log); log.Total != 2 {
		t.Errorf("the log of looks is %+v", log)
	}
	p.do(t, "POST", "/inventory/withdrawal", "manager-ours", `{"reason":"已处置"}`, http.StatusOK, nil)
	p.do(t, "GET", "/assets/"+a.ID, "officer", "", http.StatusNotFound, nil)
}

func strangersReachNothing(t *testing.T, p plant) {
	var a struct{ ID string }
	p.do(t, "POST", "/assets", "manager-ours", driveAsset, http.StatusCreated, &a)
	p.do(t, "POST", "/advisory-import?name=a.json", "officer", driveAdvisory("EW-1", "1", "WHITE"), http.StatusOK, nil, "Content-Type", "application/octet-stream")
	x := p.exposed(t)
	at := []string{"If-Match", `"1"`}
	for _, c := range [][2]string{
		{"GET", "/assets/" + a.ID},
		{"GET", "/assets/" + a.ID + "/history"},
		{"GET", "/exposures/" + x.ID},
		{"GET", "/exposures/" + x.ID + "/effect?reach=organisation"},
	} {
		p.do(t, c[0], c[1], "manager-theirs", "", http.StatusNotFound, nil)
	}
	p.do(t, "PUT", "/assets/"+a.ID, "manager-theirs", driveAsset, http.StatusNotFound, nil, at...)
	p.do(t, "POST", "/assets/"+a.ID+"/retirement", "manager-theirs", `{"retired":true}`, http.StatusNotFound, nil, at...)
	p.do(t, "POST", "/exposures/"+x.ID+"/decision", "manager-theirs", `{"kind":"not_applicable","reach":"organisation","reason":"别人的"}`, http.StatusNotFound, nil, at...)
	p.do(t, "POST", "/exposures/"+x.ID+"/reopening", "manager-theirs", `{"reason":"别人的"}`, http.StatusNotFound, nil, at...)
	p.do(t, "POST", "/asset-merges", "manager-theirs", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q}`, a.ID, a.ID), http.StatusNotFound, nil)
	for _, path := range []string{"/assets", "/assets?q=secret", "/assets?organisation=" + p.Ours.ID, "/exposures", "/exposures?asset=" + a.ID, "/asset-pairs", "/asset-merges", "/inventory", "/inventory/accesses", "/inventory/consents", "/exposure-figures?by=vendor", "/advisories/" + x.AdvisoryID, "/advisories?hits=yes"} {
		body := p.do(t, "GET", path, "manager-theirs", "", http.StatusOK, nil)
		if strings.Contains(body, "secret-") || strings.Contains(body, a.ID) || strings.Contains(body, p.Ours.ID) || strings.Contains(body, `"affected":1`) && !strings.Contains(body, "vulnerabilities") {
			t.Errorf("%s tells a stranger: %s", path, body)
		}
	}
}

func labelsAreKept(t *testing.T, p plant) {
	p.do(t, "POST", "/assets", "manager-ours", driveAsset, http.StatusCreated, nil)
	for _, label := range []string{"WHITE", "GREEN", "AMBER", "RED"} {
		p.do(t, "POST", "/advisory-import?name=a.json", "officer", driveAdvisory("EW-"+label, "1", label), http.StatusOK, nil, "Content-Type", "application/octet-stream")
	}
	kerneltest.Wait(t, "three advisories to affect ours", func() bool { return p.exposures(t, "manager-ours").Total == 3 })
	for who, want := range map[string]int{"officer": 4, "manager-ours": 3, "manager-theirs": 2} {
		var list page[struct{ TLP, ID string }]
		if p.do(t, "GET", "/advisories", who, "", http.StatusOK, &list); list.Total != want {
			t.Errorf("%s sees %+v, want %d", who, list.Items, want)
		}
	}
	var all page[struct{ TLP, ID string }]
	p.do(t, "GET", "/advisories", "officer", "", http.StatusOK, &all)
	for _, a := range all.Items {
		if a.TLP == "RED" {
			p.do(t, "GET", "/advisories/"+a.ID, "manager-ours", "", http.StatusNotFound, nil)
			p.do(t, "GET", "/advisories/"+a.ID+"/document", "manager-ours", "", http.StatusNotFound, nil)
		}
	}
}

func (p plant) importAdvisory(t testing.TB, document, outcome string) {
	t.Helper()
	var v struct{ Documents []struct{ Outcome string } }
	p.do(t, "POST", "/advisory-import?name=a.json", "officer", document, http.StatusOK, &v, "Content-Type", "application/octet-stream")
	if len(v.Documents) != 1 || v.Documents[0].Outcome != outcome {
		t.Fatalf("%+v, want %s", v, outcome)
	}
}

func olderRevisions(t *testing.T, p plant) {
	p.importAdvisory(t, driveAdvisory("EW-1", "2", "WHITE"), "new")
	p.importAdvisory(t, driveAdvisory("EW-1", "1", "WHITE"), "older")
	p.importAdvisory(t, driveAdvisory("EW-1", "2", "WHITE"), "same")
	p.importAdvisory(t, strings.Replace(driveAdvisory("EW-2", "1", "WHITE"), "https://example.com/a", "example.com/a", 1), "invalid") // by the schema
	var list page[struct{ Revision string }]
	if p.do(t, "GET", "/advisories", "officer", "", http.StatusOK, &list); list.Total != 1 || list.Items[0].Revision != "2" {
		t.Errorf("%+v", list)
	}
}

func revisedIsOpen(t *testing.T, p plant) {
	p.do(t, "POST", "/assets", "manager-ours", driveAsset, http.StatusCreated, nil)
	p.importAdvisory(t, driveAdvisory("EW-1", "1", "WHITE"), "new")
	x := p.exposed(t)
	p.do(t, "POST", "/exposures/"+x.ID+"/decision", "manager-ours", `{"kind":"mended","reach":"asset","reason":"装了补丁，截图存档"}`, http.StatusOK, nil, "If-Match", fmt.Sprintf("%q", fmt.Sprint(x.Version)))
	if got := p.exposed(t); got.State != "mended" {
		t.Fatalf("%+v", got)
	}
	p.Audited(t, x.ID)
	p.importAdvisory(t, driveAdvisory("EW-1", "2", "WHITE"), "newer")
	kerneltest.Wait(t, "what was mended to be open", func() bool { return p.exposed(t).State == "open" })
}

func wrongFile(t *testing.T, p plant) {
	head := "name,role,vendor,criticality,mac\n"
	csv := []string{"Content-Type", "text/csv"}
	var v struct{ Wrong []struct{ Line int } }
	p.do(t, "POST", "/asset-import/preview?name=a.csv", "manager-ours", head+"a,plc,x,4,\nb,robot,x,9,zz\nc,plc,x,1,00-1B-1B-12-34-56\nd,plc,x,1,001b.1b12.3456\n", http.StatusOK, &v, csv...)
	if len(v.Wrong) != 3 || v.Wrong[0].Line != 3 || v.Wrong[2].Line != 5 {
		t.Errorf("%+v", v)
	}
	p.do(t, "POST", "/asset-import?name=a.csv", "manager-ours", head+"a,plc,x,4,\nb,robot,x,9,\n", http.StatusUnprocessableEntity, nil, csv...)
	var list page[struct{ ID string }]
	if p.do(t, "GET", "/assets", "manager-ours", "", http.StatusOK, &list); list.Total != 0 {
		t.Errorf("%d assets were taken", list.Total)
	}
}

func zipBomb(t *testing.T, p plant) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("a.json")
	if err != nil {
		t.Fatal(err)
	}
	for range 17 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p.do(t, "POST", "/advisory-import/preview?name=a.zip", "officer", b.String(), http.StatusRequestEntityTooLarge, nil, "Content-Type", "application/octet-stream")
}

func mergesAreUndone(t *testing.T, p plant) {
	type is struct {
		ID, Firmware, State, Site string
		Version                   int64
	}
	var a, b is
	p.do(t, "POST", "/assets", "manager-ours", strings.Replace(driveAsset, `"firmware":"2.1"`, `"firmware":""`, 1), http.StatusCreated, &a)
	p.do(t, "POST", "/assets", "manager-ours", strings.Replace(driveAsset, "secret-drive", "drive", 1), http.StatusCreated, &b)
	var pairs struct{ Items []struct{ By string } }
	if p.do(t, "GET", "/asset-pairs", "manager-ours", "", http.StatusOK, &pairs); len(pairs.Items) != 1 || pairs.Items[0].By != "serial" {
		t.Fatalf("%+v", pairs)
	}
	var kept is
	if p.do(t, "POST", "/asset-merges", "manager-ours", fmt.Sprintf(`{"survivor_id":%q,"other_id":%q}`, a.ID, b.ID), http.StatusCreated, &kept); kept.Firmware != "2.1" {
		t.Errorf("%+v", kept)
	}
	var merges page[struct{ ID string }]
	p.do(t, "GET", "/asset-merges", "manager-ours", "", http.StatusOK, &merges)
	p.do(t, "POST", "/asset-merges/"+merges.Items[0].ID+"/undoing", "manager-theirs", "", http.StatusNotFound, nil)
	if p.do(t, "POST", "/asset-merges/"+merges.Items[0].ID+"/undoing", "manager-ours", "", http.StatusOK, &kept); kept.Firmware != "" {
		t.Errorf("%+v", kept)
	}
	if p.do(t, "GET", "/assets/"+b.ID, "manager-ours", "", http.StatusOK, &b); b.State != "active" {
		t.Errorf("%+v", b)
	}
	p.do(t, "POST", "/asset-merges/"+merges.Items[0].ID+"/undoing", "manager-ours", "", http.StatusConflict, nil)
}

func toldOfAdvisoryOnce(t *testing.T, p plant) {
	p.do(t, "POST", "/assets", "manager-ours", driveAsset, http.StatusCreated, nil)
	p.importAdvisory(t, driveAdvisory("EW-1", "1", "WHITE"), "new")
	p.exposed(t)
	told := func(who string) int {
		var list page[struct{ Kind string }]
		p.Get(t, "/api/notify/inbox", who).Decode(t, &list)
		n := 0
		for _, x := range list.Items {
			if x.Kind == "security.advisory.hit" {
				n++
			}
		}
		return n
	}
	kerneltest.Wait(t, "ours to be told", func() bool { return told("manager-ours") == 1 })
	p.importAdvisory(t, driveAdvisory("EW-1", "2", "WHITE"), "newer")
	p.importAdvisory(t, driveAdvisory("EW-2", "1", "WHITE"), "new")
	kerneltest.Wait(t, "ours to be told of the second", func() bool { return told("manager-ours") == 2 })
	if n := told("manager-theirs"); n != 0 {
		t.Errorf("theirs were told %d times", n)
	}
}
