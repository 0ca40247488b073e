package csaf

import (
	"slices"
	"strings"
	"testing"
)

// newWhole turns the whole document into one of CSAF 2.1.
const newWhole = `/document/csaf_version "2.1"
/document/distribution {"tlp":{"label":"CLEAR"},"sharing_group":{"id":"ffffffff-ffff-ffff-ffff-ffffffffffff","name":"Public"}}
/product_tree/relationships
/product_tree/product_paths [{"beginning_product_reference":"P1","full_product_name":{"name":"Drive in rack","product_id":"P4"},"subpaths":[{"category":"installed_on","next_product_reference":"P3"}]}]
/product_tree/full_product_names/0/product_identification_helper {"purls":["pkg:generic/a@1?x=1","pkg:generic/a@1?x=2"],"model_numbers":["a*"],"serial_numbers":["b\\*c*"],"skus":["d"]}
/vulnerabilities/0/cwe
/vulnerabilities/0/cwes [{"id":"CWE-20","name":"Improper Input Validation","version":"4.13"}]
/vulnerabilities/0/scores
/vulnerabilities/0/disclosure_date "2026-02-02T10:00:00Z"
/vulnerabilities/0/first_known_exploitation_dates [{"date":"2026-02-01T00:00:00Z","exploitation_date":"2026-01-01T00:00:00Z","product_ids":["P1"]}]
/vulnerabilities/0/metrics [{"products":["P1"],"content":{"cvss_v4":{"version":"4.0","vectorString":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H","baseScore":10,"baseSeverity":"CRITICAL"},"epss":{"percentile":"0.1","probability":"0.1","timestamp":"2026-02-01T00:00:00Z"}}},{"products":["P4"],"content":{"qualitative_severity_rating":"high","ssvc_v2":{"target_ids":["CVE-2026-0001"],"timestamp":"2026-02-01T00:00:00Z"}}}]
`

// TestEachNewerTest has one valid document and one change for each test that 2.1
// adds, and holds that tests which are not here are named.
func TestEachNewerTest(t *testing.T) {
	run := func(changes string) Report {
		d, err := Read(changed(t, newWhole+changes))
		if err != nil {
			t.Fatal(err)
		}
		return d.Check(Data{Weakness: catalogue})
	}
	if r := run(""); len(r.Findings) > 0 || len(r.NotRun) != len(missing()) || len(Tests("2.1"))+len(missing()) != 81 {
		t.Fatalf("the whole document fails, or tests are unaccounted for: %d run, %+v", len(Tests("2.1")), r)
	}
	const v = "/vulnerabilities/0/"
	deep := strings.Repeat(`{"category":"product_family","name":"f","branches":[`, 31) + `{"category":"product_name","name":"x","product":{"name":"x","product_id":"P5"}}` + strings.Repeat("]}", 31)
	gone := func(category string) string {
		return `/document/category "` + category + `"` + "\n/vulnerabilities\n/product_tree\n"
	}
	for id, change := range map[string]string{
		"6.1.27.12": `/document/category "csaf_security_advisory"` + "\n" + v + `product_status {"fixed":["P2"]}`,
		"6.1.27.14": gone("csaf_withdrawn"),
		"6.1.27.15": `/document/category "csaf_withdrawn"`,
		"6.1.27.16": gone("csaf_withdrawn") + `/document/tracking/revision_history [{"date":"2026-02-02T10:00:00.000Z","number":"1","summary":"b"}]`,
		"6.1.27.17": gone("csaf_withdrawn") + `/document/notes [{"category":"summary","title":"Reasoning for Withdrawal","text":"x"}]`,
		"6.1.27.18": gone("csaf_superseded"),
		"6.1.27.19": gone("csaf_superseded"),
		"6.1.34":    `/product_tree/branches [` + deep + `]`,
		"6.1.35":    v + `remediations [{"category":"vendor_fix","details":"x","group_ids":["G1"]},{"category":"none_available","details":"x","product_ids":["P1"]}]`,
		"6.1.36":    v + `remediations [{"category":"vendor_fix","details":"x","group_ids":["G1","G2"]}]`,
		"6.1.37":    v + `disclosure_date "2026-02-02 10:00:00Z"`,
		"6.1.38":    `/document/distribution/tlp/label "RED"`,
		"6.1.39":    `/document/distribution/sharing_group {"id":"00000000-0000-4000-8000-000000000000","name":"x"}`,
		"6.1.40":    `/document/distribution/sharing_group {"id":"00000000-0000-4000-8000-000000000000","name":"Public"}`,
		"6.1.41":    `/document/distribution/sharing_group/name "Everybody"`,
		"6.1.42":    `/product_tree/full_product_names/0/product_identification_helper/purls ["pkg:generic/a@1","pkg:generic/b@1"]`,
		"6.1.43":    `/product_tree/full_product_names/0/product_identification_helper/model_numbers ["a*b*"]`,
		"6.1.44":    `/product_tree/full_product_names/0/product_identification_helper/serial_numbers ["a*b*"]`,
		"6.1.45":    v + `disclosure_date "2026-02-03T10:00:00Z"`,
		"6.1.47":    v + `metrics/1/content/ssvc_v2/target_ids ["CVE-2026-0009"]`,
		"6.1.49":    v + `metrics/1/content/ssvc_v2/timestamp "2026-03-01T00:00:00Z"`,
		"6.1.51":    v + `metrics/0/content/epss/timestamp "2026-03-01T00:00:00Z"`,
		"6.1.52":    v + `first_known_exploitation_dates/0/date "2026-03-01T00:00:00Z"`,
		"6.1.53":    v + `first_known_exploitation_dates/0/exploitation_date "2026-02-01T01:00:00Z"`,
		"6.1.56":    v + `metrics/1/products ["P1"]`,
		"6.1.57":    `/product_tree/branches/0/branches/0/category "vendor"`,
		"6.1.58":    `/product_tree/branches/0/branches/0/category "product_version"`,
		"6.1.59":    `/product_tree/branches/0/branches/0/branches/0/name "vers:intdot/4.2.0"`,
		"6.1.61":    `/product_tree/full_product_names/0/product_identification_helper/skus ["a*b*"]`,
	} {
		if r := run(change); !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Test.ID == id }) {
			t.Errorf("%s is not found: %+v", id, r.Findings)
		}
	}
	for _, test := range append(newer(), more()...) {
		if test.title == "" {
			t.Errorf("%s has no title", test.id)
		}
	}
}
