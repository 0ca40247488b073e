package security

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// cnnvdList is a file of CNNVD: an entry for the CVE of Drive 7, and one without.
func cnnvdList(modified, severity string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><cnnvd cnnvd_xml_version="1.0" pub_date="2026-01-29">
<entry><name>示例工厂 Drive 7 安全漏洞</name><vuln-id>CNNVD-202601-101</vuln-id><published>2026-01-12</published><modified>%s</modified><severity>%s</severity><vuln-type>访问控制错误</vuln-type>
<vuln-descript>A&B 可被停机</vuln-descript><other-id><cve-id>CVE-2026-0001</cve-id></other-id><refs><ref><ref-url>https://example.com/cnnvd</ref-url></ref></refs><vuln-solution>升级到 2.3。</vuln-solution></entry>
<entry><name>示例测控装置安全漏洞</name><vuln-id>CNNVD-202601-102</vuln-id><published>2026-01-03</published><modified>2026-01-07</modified><severity>高危</severity><vuln-descript>漏洞详情暂不公开。</vuln-descript></entry>
<entry><name>没有编号</name></entry></cnnvd>`, modified, severity)
}

const cnvdTable = "漏洞编号,漏洞名称,CVE编号,危害等级,解决方案\nCNVD-2026-10001,示例工厂 Drive 7 停机漏洞,CVE-2026-0001,高,请升级。\n"

type listTaken struct {
	New, Changed, Same, Older, Skips int
	WithCVE                          int `json:"with_cve"`
	Skipped                          []struct {
		Line         int
		Reason, Text string
	}
	Mended []struct {
		What        string
		Count, Line int
	}
}

func (p plant) takeList(t testing.TB, text string) (v listTaken) {
	t.Helper()
	p.do(t, "POST", "/listed-import?name=list.xml", "officer", text, http.StatusOK, &v, "Content-Type", "application/octet-stream")
	return v
}

func TestNationalLists(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, p plant){
		"a file is taken once, the later change wins":         listsAreTakenOnce,
		"a file that is wrong changes nothing":                wrongListChangesNothing,
		"only who imports advisories takes files":             listsAreTakenByTheCity,
		"beside a CVE stands what the lists say":              listsStandBesideCVEs,
		"entries without a CVE are found and compare nothing": withoutCVE,
	} {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) { test(t, newPlant(t, o)) })
		})
	}
}

func listsAreTakenOnce(t *testing.T, p plant) {
	v := p.takeList(t, cnnvdList("2026-01-20", "高危"))
	if v.New != 2 || v.WithCVE != 1 || v.Skips != 1 || v.Skipped[0].Reason != "no_number" || v.Skipped[0].Line != 5 || len(v.Mended) != 1 || v.Mended[0].What != "ampersand" || v.Mended[0].Line != 3 {
		t.Fatalf("%+v", v)
	}
	p.Audited(t, "cnnvd")
	if v = p.takeList(t, cnnvdList("2026-01-20", "高危")); v.New != 0 || v.Same != 2 {
		t.Errorf("taken again: %+v", v)
	}
	if v = p.takeList(t, cnnvdList("2026-01-21", "超危")); v.Changed != 1 || v.Same != 1 {
		t.Errorf("a later change: %+v", v)
	}
	if v = p.takeList(t, cnnvdList("2026-01-20", "低危")); v.Older != 1 || v.Same != 1 {
		t.Errorf("an older file: %+v", v)
	}
	var one struct{ Severity, Description string }
	if p.do(t, "GET", "/listed-vulnerabilities/cnnvd-202601-101", "manager-theirs", "", http.StatusOK, &one); one.Severity != "超危" || one.Description != "A&B 可被停机" {
		t.Errorf("%+v", one)
	}
	var sources page[struct {
		Source, Edition string
		Entries         int
	}]
	if p.do(t, "GET", "/threat-sources", "officer", "", http.StatusOK, &sources); len(sources.Items) != 1 || sources.Items[0].Entries != 2 || sources.Items[0].Edition != "2026-01-29" {
		t.Errorf("%+v", sources)
	}
}

func wrongListChangesNothing(t *testing.T, p plant) {
	good := cnnvdList("2026-01-20", "高危")
	for what, text := range map[string]string{"cut off": good[:len(good)-10], "entities": strings.Replace(good, "<cnnvd", "<!DOCTYPE a []><cnnvd", 1), "no list": "<html/>", "a table without numbers": "a,b\n1,2\n"} {
		body := p.do(t, "POST", "/listed-import?name=a.xml", "officer", text, http.StatusUnprocessableEntity, nil, "Content-Type", "application/octet-stream")
		if !strings.Contains(body, "kernel.sheet.unreadable") {
			t.Errorf("%s: %s", what, body)
		}
	}
	var list page[struct{ Number string }]
	if p.do(t, "GET", "/listed-vulnerabilities", "officer", "", http.StatusOK, &list); list.Total != 0 {
		t.Errorf("%+v", list)
	}
}

func listsAreTakenByTheCity(t *testing.T, p plant) {
	for _, who := range []string{"manager-ours", "manager-theirs"} {
		p.do(t, "POST", "/listed-import?name=a.xml", who, cnnvdList("2026-01-20", "高危"), http.StatusForbidden, nil, "Content-Type", "application/octet-stream")
	}
}

func listsStandBesideCVEs(t *testing.T, p plant) {
	p.takeList(t, cnnvdList("2026-01-20", "高危"))
	p.takeList(t, cnvdTable)
	p.do(t, "POST", "/assets", "manager-ours", driveAsset, http.StatusCreated, nil)
	p.importAdvisory(t, driveAdvisory("EW-1", "1", "AMBER"), "new")
	x := p.exposed(t)
	const numbers = "CNNVD-202601-101, CNVD-2026-10001"
	for path, want := range map[string]int{"/advisories?cve=CNNVD-202601-101": 1, "/advisories?cve=cnvd-2026-10001": 1, "/advisories?cve=CNVD-2026-10002": 0, "/exposures?cve=CNVD-2026-10001": 1, "/exposures?cve=CVE-2026-0001": 1, "/exposures?cve=CVE-2026-0002": 0} {
		var list page[struct{ Listed string }]
		if p.do(t, "GET", path, "manager-ours", "", http.StatusOK, &list); list.Total != want || want == 1 && list.Items[0].Listed != numbers {
			t.Errorf("%s: %+v", path, list)
		}
	}
	for _, path := range []string{"/advisories?export=csv", "/exposures?export=csv"} {
		if body := p.do(t, "GET", path, "manager-ours", "", http.StatusOK, nil); !strings.Contains(body, numbers) {
			t.Errorf("%s: %s", path, body)
		}
	}
	type beside struct {
		CVE    string
		Listed []struct{ Number, Title, Severity, Remedy string }
	}
	var detail struct{ Said []beside }
	var advisory struct{ Vulnerabilities []beside }
	p.do(t, "GET", "/exposures/"+x.ID, "manager-ours", "", http.StatusOK, &detail)
	p.do(t, "GET", "/advisories/"+x.AdvisoryID, "manager-ours", "", http.StatusOK, &advisory)
	for _, list := range [][]beside{detail.Said, advisory.Vulnerabilities} {
		if len(list) != 1 || len(list[0].Listed) != 2 || list[0].Listed[0].Severity != "高危" || list[0].Listed[0].Remedy != "升级到 2.3。" {
			t.Errorf("%+v", list)
		}
	}
	// Others do not see that an advisory tells of it which is not theirs to see.
	for who, want := range map[string]int{"manager-ours": 1, "officer": 1, "manager-theirs": 0} {
		var one struct{ Told int }
		if p.do(t, "GET", "/listed-vulnerabilities/CNVD-2026-10001", who, "", http.StatusOK, &one); one.Told != want {
			t.Errorf("%s is told of %d advisories", who, one.Told)
		}
		var list page[struct{ Told int }]
		if p.do(t, "GET", "/listed-vulnerabilities?told=yes", who, "", http.StatusOK, &list); list.Total != 2*want || want == 1 && list.Items[0].Told != 1 {
			t.Errorf("%s is told of %+v", who, list)
		}
	}
}

func withoutCVE(t *testing.T, p plant) {
	p.takeList(t, cnnvdList("2026-01-20", "高危"))
	for path, want := range map[string]int{"?q=测控": 1, "?q=cnnvd-202601-102": 1, "?without_cve=yes": 1, "?list=CNVD": 0, "?list=CNNVD": 2, "?cve=cve-2026-0001": 1, "?severity=高危": 2, "?since=2026-01-10": 1, "?told=yes": 0, "?q=CVE-2026-0001": 1} {
		var list page[struct{ Number, CVEs string }]
		if p.do(t, "GET", "/listed-vulnerabilities"+path, "manager-ours", "", http.StatusOK, &list); list.Total != want {
			t.Errorf("%s: %+v", path, list)
		}
	}
	if body := p.do(t, "GET", "/listed-vulnerabilities?export=csv", "manager-ours", "", http.StatusOK, nil); !strings.Contains(body, "示例测控装置安全漏洞") {
		t.Errorf("%s", body)
	}
	p.do(t, "GET", "/listed-vulnerabilities/CNNVD-202601-999", "officer", "", http.StatusNotFound, nil)
	p.do(t, "GET", "/listed-vulnerabilities/x", "officer", "", http.StatusNotFound, nil)
}
