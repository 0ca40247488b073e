package security

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

const planHead = "名称,类型,厂商,序列号,ip,segment,固件版本,投运日期,退役日期\n"

// planOf begins a plan, and keeps files as its revisions.
func (p plant) planOf(t testing.TB, name string, files ...string) string {
	t.Helper()
	var x struct{ ID string }
	p.do(t, "POST", "/asset-plans", "manager-ours", fmt.Sprintf(`{"name":%q,"note":"secret-note"}`, name), http.StatusCreated, &x)
	for _, f := range files {
		p.revision(t, x.ID, f, http.StatusOK)
	}
	return x.ID
}

func (p plant) revision(t testing.TB, plan, file string, want int) string {
	t.Helper()
	return p.do(t, "POST", "/asset-plans/"+plan+"/revisions?name=plan.csv&note=first", "manager-ours", planHead+file, want, nil, "Content-Type", "text/csv")
}

// compared are the lines of the comparison, in order of their names.
func (p plant) compared(t testing.TB, who, query string) string {
	t.Helper()
	var x page[struct{ Name, State string }]
	p.do(t, "GET", "/inventory/comparison?sort=name"+query, who, "", http.StatusOK, &x)
	var out []string
	for _, l := range x.Items {
		out = append(out, l.Name+" "+l.State)
	}
	return strings.Join(out, ", ")
}

func TestPlansOfAssets(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, p plant){
		"what is released counts, and older revisions stay": releasedCounts,
		"a file that is wrong changes nothing":              wrongPlan,
		"strangers and the city":                            planIsTheirs,
		"what was planned is declared, all or none":         plannedIsDeclared,
		"plans have limits":                                 plansHaveLimits,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newPlant(t, o)) })
		})
	}
}

func releasedCounts(t *testing.T, p plant) {
	plan := p.planOf(t, "二号线扩建", "a,plc,,,10.0.0.1,s,1.0,,\nb,plc,,,10.0.0.2,s,,,\n", "a,plc,,,10.0.0.1,s,2.0,,\nc,plc,,,10.0.0.3,s,,2099-01-01,\n")
	at := "/asset-plans/" + plan
	if got := p.compared(t, "manager-ours", ""); got != "" {
		t.Errorf("nothing is released, and compared is %s", got)
	}
	p.do(t, "POST", at+"/revisions/1/release", "manager-ours", "{}", http.StatusOK, nil)
	if got := p.compared(t, "manager-ours", ""); got != "a not_declared, b not_declared" {
		t.Errorf("revision 1: %s", got)
	}
	p.do(t, "POST", at+"/revisions/2/release", "manager-ours", "{}", http.StatusOK, nil)
	p.do(t, "POST", at+"/revisions/1/release", "manager-ours", "{}", http.StatusConflict, nil)
	p.do(t, "DELETE", at+"/revisions/1", "manager-ours", "", http.StatusConflict, nil)
	if got := p.compared(t, "manager-ours", ""); got != "a not_declared, c later" {
		t.Errorf("revision 2: %s", got)
	}
	var lines page[struct{ Name, Firmware string }]
	p.do(t, "GET", at+"/revisions/1/lines", "manager-ours", "", http.StatusOK, &lines)
	if lines.Total != 2 || lines.Items[0].Firmware != "1.0" {
		t.Errorf("the older revision says %+v", lines)
	}
	body := p.do(t, "GET", at+"/revisions/2/difference", "manager-ours", "", http.StatusOK, nil)
	for _, want := range []string{`"from":1,"to":2`, `{"name":"a","line":2,"fields":[{"field":"firmware","before":"1.0","after":"2.0"}]}`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
	for _, export := range []string{"csv", "xlsx"} {
		if body := p.do(t, "GET", "/inventory/comparison?export="+export, "manager-ours", "", http.StatusOK, nil); body == "" {
			t.Errorf("%s is empty", export)
		}
	}
	var x struct{ Version int64 }
	p.do(t, "GET", at, "manager-ours", "", http.StatusOK, &x)
	p.do(t, "DELETE", at, "manager-ours", "", http.StatusConflict, nil)
	p.do(t, "PUT", at, "manager-ours", `{"name":"二号线","note":"","ended":true}`, http.StatusPreconditionFailed, nil, "If-Match", `"1"`)
	p.do(t, "PUT", at, "manager-ours", `{"name":"二号线","note":"","ended":true}`, http.StatusOK, nil, "If-Match", fmt.Sprintf(`"%d"`, x.Version))
	if got := p.compared(t, "manager-ours", ""); got != "" {
		t.Errorf("a plan that ended says %s", got)
	}
	p.revision(t, plan, "a,,,,,,,,\n", http.StatusConflict)
	p.do(t, "DELETE", at, "manager-ours", "", http.StatusNoContent, nil)
	p.do(t, "GET", at, "manager-ours", "", http.StatusNotFound, nil)
}

func wrongPlan(t *testing.T, p plant) {
	plan := p.planOf(t, "二号线扩建")
	body := p.revision(t, plan, "a,robot,,,300.1.1.1,s,,,\n,plc,,,,,,soon,\n", http.StatusUnprocessableEntity)
	for _, want := range []string{"security.plan.rows", `"line":2,"column":"role"`, `"line":3,"column":"commissioned"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not in %s", want, body)
		}
	}
	var x page[struct{ Number int }]
	if p.do(t, "GET", "/asset-plans/"+plan+"/revisions", "manager-ours", "", http.StatusOK, &x); x.Total != 0 {
		t.Errorf("a wrong file was kept: %+v", x)
	}
	p.do(t, "POST", "/asset-plans/"+plan+"/revisions/preview?name=a.csv", "manager-ours", planHead+"a,plc,,,,,,,\n", http.StatusOK, nil, "Content-Type", "text/csv")
	if p.do(t, "GET", "/asset-plans/"+plan+"/revisions", "manager-ours", "", http.StatusOK, &x); x.Total != 0 {
		t.Errorf("a preview was kept: %+v", x)
	}
	p.do(t, "POST", "/asset-plans", "manager-ours", `{"name":"二号线扩建","note":""}`, http.StatusConflict, nil)
	p.do(t, "POST", "/asset-plans", "manager-ours", `{"name":" ","note":""}`, http.StatusUnprocessableEntity, nil)
	p.do(t, "GET", "/inventory/comparison?sort=colour", "manager-ours", "", http.StatusUnprocessableEntity, nil)
	p.do(t, "GET", "/inventory/comparison?cursor=x", "manager-ours", "", http.StatusUnprocessableEntity, nil)
}

func planIsTheirs(t *testing.T, p plant) {
	plan := p.planOf(t, "secret-plan", "secret-plc,plc,,,10.0.0.1,s,,,\n")
	p.do(t, "POST", "/asset-plans/"+plan+"/revisions/1/release", "manager-ours", "{}", http.StatusOK, nil)
	at := "/asset-plans/" + plan
	for _, who := range []string{"manager-theirs", "officer"} {
		for _, path := range []string{at, at + "/revisions", at + "/revisions/1/lines", at + "/revisions/1/difference", "/inventory/comparison?organisation=" + p.Ours.ID, "/inventory/comparison/figures?organisation=" + p.Ours.ID} {
			if body := p.do(t, "GET", path, who, "", http.StatusNotFound, nil); strings.Contains(body, "secret") {
				t.Errorf("%s tells %s: %s", path, who, body)
			}
		}
		for _, path := range []string{"/asset-plans", "/asset-plans?export=csv", "/inventory/comparison"} {
			if body := p.do(t, "GET", path, who, "", http.StatusOK, nil); strings.Contains(body, "secret") {
				t.Errorf("%s tells %s: %s", path, who, body)
			}
		}
	}
	p.do(t, "POST", at+"/revisions/1/release", "manager-theirs", "{}", http.StatusNotFound, nil)
	p.do(t, "DELETE", at, "manager-theirs", "", http.StatusNotFound, nil)
	p.do(t, "POST", at+"/revisions?name=a.csv", "manager-theirs", planHead+"a,,,,,,,,\n", http.StatusNotFound, nil, "Content-Type", "text/csv")
	p.do(t, "POST", "/inventory/consent", "manager-ours", `{"purpose":"test"}`, http.StatusOK, nil)
	if got := p.compared(t, "officer", "&organisation="+p.Ours.ID); got != "secret-plc not_declared" {
		t.Errorf("with consent the city sees %s", got)
	}
	p.do(t, "GET", at+"/revisions/1/lines", "officer", "", http.StatusOK, nil)
	log := p.do(t, "GET", "/inventory/accesses", "manager-ours", "", http.StatusOK, nil)
	for _, want := range []string{`"way":"comparison"`, `"way":"plans"`} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is not in the log of looks: %s", want, log)
		}
	}
}

func plannedIsDeclared(t *testing.T, p plant) {
	plan := p.planOf(t, "二号线扩建", "a,plc,西门子,S-1,10.0.0.1,s,1.0,,\nb,,,,10.0.0.2,s,,,\nold,plc,,,10.0.0.3,s,,,2000-01-01\n")
	p.do(t, "POST", "/asset-plans/"+plan+"/revisions/1/release", "manager-ours", "{}", http.StatusOK, nil)
	id := func(line int) string { return fmt.Sprintf("p.%s.%d", plan, line) }
	take := func(role string, want int, ids ...string) string {
		t.Helper()
		return p.do(t, "POST", "/inventory/comparison/declaration", "manager-ours", fmt.Sprintf(`{"ids":["%s"],"role":%q,"criticality":3,"reach":"internal"}`, strings.Join(ids, `","`), role), want, nil)
	}
	if body := take("", http.StatusUnprocessableEntity, id(2), id(3)); !strings.Contains(body, "security.comparison.role") {
		t.Error(body)
	}
	take("hmi", http.StatusConflict, id(2), id(4)) // it is gone
	take("hmi", http.StatusConflict, id(2), "d.nothing")
	if got := p.compared(t, "manager-ours", "&lacks=declared"); got != "a not_declared, b not_declared, old gone" {
		t.Errorf("what was refused changed something: %s", got)
	}
	take("hmi", http.StatusOK, id(2), id(3))
	if got := p.compared(t, "manager-ours", ""); got != "a agrees, b agrees, old gone" {
		t.Error(got)
	}
	take("hmi", http.StatusConflict, id(2))
	var list page[struct {
		Name, Role, Serial string
		Criticality        int
	}]
	p.do(t, "GET", "/assets?sort=name", "manager-ours", "", http.StatusOK, &list)
	if list.Total != 2 || list.Items[0].Role != "plc" || list.Items[0].Serial != "S-1" || list.Items[1].Role != "hmi" || list.Items[1].Criticality != 3 {
		t.Errorf("%+v", list)
	}
	p.do(t, "POST", "/inventory/comparison/declaration", "officer", fmt.Sprintf(`{"ids":[%q],"role":"plc","criticality":3,"reach":"internal"}`, id(2)), http.StatusForbidden, nil)
}

func plansHaveLimits(t *testing.T, p plant) {
	lines := func(from, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "d%d,plc,v,%d,,,,,\n", from+i, from+i)
		}
		return b.String()
	}
	began := time.Now()
	first := p.planOf(t, "一", lines(0, 20_000))
	p.do(t, "POST", "/asset-plans/"+first+"/revisions/1/release", "manager-ours", "{}", http.StatusOK, nil)
	p.revision(t, first, lines(0, 20_001), http.StatusUnprocessableEntity)
	var x page[struct{ Name string }]
	p.do(t, "GET", "/inventory/comparison", "manager-ours", "", http.StatusOK, &x)
	if x.Total != 20_000 || len(x.Items) != 50 {
		t.Errorf("%d lines, %d on a page", x.Total, len(x.Items))
	}
	t.Logf("20,000 planned things were imported and compared after %s", time.Since(began).Round(time.Millisecond))
	second := p.planOf(t, "二", lines(20_000, 1))
	if body := p.do(t, "POST", "/asset-plans/"+second+"/revisions/1/release", "manager-ours", "{}", http.StatusConflict, nil); !strings.Contains(body, "security.plan.many") {
		t.Error(body)
	}
	for i := 3; i <= 20; i++ {
		p.planOf(t, fmt.Sprint(i))
	}
	p.do(t, "POST", "/asset-plans", "manager-ours", `{"name":"one more","note":""}`, http.StatusConflict, nil)
}
