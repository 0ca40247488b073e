package csaf

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

// newWhole turns the whole document into one of CSAF 2.1.
const newWhole = `/$schema "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"
/document/csaf_version "2.1"
/product_tree/branches/0/branches/0/branches/0/product/product_identification_helper/purl
/document/distribution {"tlp":{"label":"CLEAR"},"sharing_group":{"id":"ffffffff-ffff-ffff-ffff-ffffffffffff","name":"Public"}}
/product_tree/relationships
/product_tree/product_paths [{"beginning_product_reference":"P1","full_product_name":{"name":"Drive in rack","product_id":"P4"},"subpaths":[{"category":"installed_on","next_product_reference":"P3"}]}]
/product_tree/full_product_names/0/product_identification_helper {"purls":["pkg:generic/a@1?x=1","pkg:generic/a@1?x=2"],"model_numbers":["a*"],"serial_numbers":["b\\*c*"],"skus":["d"]}
/vulnerabilities/0/cwe
/vulnerabilities/0/cwes [{"id":"CWE-20","name":"Improper Input Validation","version":"4.13"}]
/vulnerabilities/0/scores
/vulnerabilities/0/disclosure_date "2026-02-02T10:00:00Z"
/vulnerabilities/0/first_known_exploitation_dates [{"date":"2026-02-01T00:00:00Z","exploitation_date":"2026-01-01T00:00:00Z","product_ids":["P1"]}]
/vulnerabilities/0/metrics [{"products":["P1"],"content":{"cvss_v4":{"version":"4.0","vectorString":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H","baseScore":10,"baseSeverity":"CRITICAL"},"epss":{"percentile":"0.1","probability":"0.1","timestamp":"2026-02-01T00:00:00Z"}}},{"products":["P4"],"content":{"qualitative_severity_rating":"high","ssvc_v2":{"schemaVersion":"2.0.0","selections":[{"namespace":"ssvc","key":"SI","version":"2.0.0","values":[{"key":"N"},{"key":"R"}]}],"target_ids":["CVE-2026-0001"],"timestamp":"2026-02-01T00:00:00Z"}}}]
`

// TestEachNewerTest has one valid document and one change for each test that 2.1
// adds, and holds that tests which are not here are named.
func TestEachNewerTest(t *testing.T) {
	run := func(changes string) Report {
		d, err := Read(changed(t, newWhole+changes))
		if err != nil {
			t.Fatal(err)
		}
		return d.Check(Data{Weakness: catalogue, Extension: counted})
	}
	if r := run(""); len(r.Findings) > 0 || len(r.NotRun) > 0 || len(Tests("2.1")) != 81 {
		t.Fatalf("the whole document fails, or tests are unaccounted for: %d run, %+v", len(Tests("2.1")), r)
	}
	const v = "/vulnerabilities/0/"
	deep := strings.Repeat(`{"category":"product_family","name":"f","branches":[`, 31) + `{"category":"product_name","name":"x","product":{"name":"x","product_id":"P5"}}` + strings.Repeat("]}", 31)
	const extension = `{"$schema":"https://example.org/a_1.0.0.json","category":"essential","critical":false,"content":{"count":"two"}}`
	const other = `/product_tree/branches/0/branches [{"category":"product_name","name":"Drive 7","product":{"name":"Drive 7","product_id":"P2"}},{"category":"product_name","name":"Drive 8","product":{"name":"Drive 8","product_id":"P5"}}]`
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
		"6.1.46":    v + `metrics/1/content/ssvc_v2/selections/0/namespace "SSVC"`,
		"6.1.48":    v + `metrics/1/content/ssvc_v2/selections/0/values [{"key":"R"},{"key":"M"}]`,
		"6.1.50":    `/product_tree/branches/0/branches/0/branches/0/name "vers:intdot/>=3|<2"`,
		"6.1.54":    `/document/license_expression "MIT AND (ISC"`,
		"6.1.55":    `/document/license_expression "LicenseRef-example.org-1.0"`,
		"6.1.60.1":  `/x_extensions [{"$schema":"https://example.org/a_1.0.0.json","category":"essential","content":{}}]`,
		"6.1.60.2":  v + `x_extensions [` + extension + `]`,
		"6.1.60.3":  `/document/x_extensions [` + extension + `,` + extension + `]`,
		"6.1.27.13": `/document/category "csaf_security_advisory"` + "\n" + v + `product_status {"fixed":["P2"],"known_affected":["P5"]}` + "\n" + other,
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

// counted knows an extension that has a count, and is in the document once.
func counted(schema string) (Extension, bool) {
	return Extension{
		Valid: func(item map[string]any) error {
			if _, ok := item["content"].(map[string]any)["count"].(json.Number); !ok {
				return errors.New("there is no count")
			}
			return nil
		},
		Most: map[string]int{"$.document.x_extensions": 1},
	}, schema == "https://example.org/a_1.0.0.json"
}

// TestWhatCannotBeToldIsNamed has what is right and what is not known here: neither is a finding.
func TestWhatCannotBeToldIsNamed(t *testing.T) {
	const (
		name      = `/product_tree/branches/0/branches/0/branches/0/name `
		points    = `/vulnerabilities/0/metrics/1/content/ssvc_v2/selections/0/`
		extension = `{"$schema":"https://example.org/a_1.0.0.json","category":"essential","critical":true,"content":{"count":2}}`
	)
	for change, notRun := range map[string]string{
		name + `"vers:deb/<1:2.3-1|>=1:2.4"`:                                                `6.1.50: the order of versions of the VERS type "deb" is not known here`,
		name + `"vers:npm/1.2.3|>=2.0.0-rc.1|<5.0.0"`:                                       "",
		name + `"<2024-4-pabc0019|>2024-10-pefd0010"`:                                       "",
		name + `"vers:all/*"`:                                                               "",
		points + `namespace "x_example.org#own"`:                                            "",
		points + `namespace "ssvc//.example.org$de-DE"`:                                     "",
		`/document/license_expression "mit OR (GPL-2.0-only WITH Classpath-exception-2.0)"`: "",
		`/document/license_expression "LicenseRef-scancode-public-domain"`:                  `6.1.55: whether the ScanCode LicenseDB has "LicenseRef-scancode-public-domain" is not known here`,
		`/x_extensions [` + extension + `,` + extension + `]`:                               "",
		`/x_extensions [` + strings.Replace(extension, "a_1.0.0", "b_1.0.0", 1) + `]`:       `6.1.60.2: a registered or experimental extension that is not known here: "https://example.org/b_1.0.0.json", essential, critical: true`,
	} {
		d, err := Read(changed(t, newWhole+change))
		if err != nil {
			t.Fatal(err)
		}
		r := d.Check(Data{Weakness: catalogue, Extension: counted})
		got := ""
		if len(r.NotRun) > 0 {
			got = r.NotRun[0].Test.ID + ": " + r.NotRun[0].Why
		}
		if len(r.Findings) > 0 || got != notRun {
			t.Errorf("%s: %+v, not run: %q", change, r.Findings, got)
		}
	}
}

func TestWrongRanges(t *testing.T) {
	for _, text := range []string{
		"", "<", "< 2", "all versions", "*", "vers:npm/*", "vers:all/<2", "vers:NPM/<2", "VERS:npm/<2", "vers:npm/", "vers:npm/<2|", "<2|<2", "<版本2",
		"vers:npm/1.0%2g0", "vers:npm/1.0%410", "vers:intdot/1.0|01", "vers:intdot/>1|>2", "vers:intdot/<1|<2", "vers:intdot/1|<2", "vers:semver/>=2.0.0|<1.9.9",
		"vers:datetime/>2024-02-01T00:00:00Z|<2024-01-01T00:00:00Z", "vers:lexicographic/>b|<a",
	} {
		if what, _ := wrongRange(text); what == "" {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestCorrespondingProducts has a controller with firmware, on racks, with and without a fix.
func TestCorrespondingProducts(t *testing.T) {
	path := func(id, begin string, steps ...string) string {
		var subpaths []string
		for _, s := range steps {
			category, next, _ := strings.Cut(s, " ")
			subpaths = append(subpaths, `{"category":"`+category+`","next_product_reference":"`+next+`"}`)
		}
		return `{"beginning_product_reference":"` + begin + `","full_product_name":{"name":"x","product_id":"` + id + `"},"subpaths":[` + strings.Join(subpaths, ",") + `]}`
	}
	leaf := func(name, id string) string {
		return `{"category":"product_version","name":"1","product":{"name":"` + name + id + `","product_id":"` + id + `"}}`
	}
	branch := func(name string, ids ...string) string {
		var leaves []string
		for _, id := range ids {
			leaves = append(leaves, leaf(name, id))
		}
		return `{"category":"product_name","name":"` + name + `","branches":[` + strings.Join(leaves, ",") + `]}`
	}
	tree := `/product_tree {"branches":[` + branch("Firmware", "F1", "F2") + `,` + branch("Rack", "R1", "R2") + `,` + branch("Fix", "X1") + `],"full_product_names":[{"name":"?","product_id":"U"}],"product_paths":[` +
		strings.Join([]string{path("F1R1", "F1", "installed_on R1"), path("F2R1", "F2", "installed_on R1"), path("F2R2", "F2", "installed_on R2"), path("F1X1", "F1", "installed_with X1")}, ",") + `]}` + "\n"
	for pair, right := range map[[2]string]bool{
		{"F1", "F2"}: true, {"R1", "F2"}: false, {"F1R1", "F2R1"}: true, {"F1R1", "F2R2"}: false, {"F1R1", "F2"}: false,
		{"F1", "F1X1"}: true, {"F1", "X1"}: true, {"R1", "X1"}: false, {"U", "F2"}: true, {"F1", "U"}: true, {"", "F2"}: false,
	} {
		affected := ""
		if pair[0] != "" {
			affected = `"known_affected":["` + pair[0] + `"],`
		}
		d, err := Read(changed(t, newWhole+tree+`/document/category "csaf_security_advisory"`+"\n"+`/vulnerabilities [{"product_status":{`+affected+`"fixed":["`+pair[1]+`"]}}]`))
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(d.Check(Data{}).Findings, func(f Finding) bool { return f.Test.ID == "6.1.27.13" })
		if found == right {
			t.Errorf("affected %q, fixed %q: right is to be %t", pair[0], pair[1], right)
		}
	}
}
