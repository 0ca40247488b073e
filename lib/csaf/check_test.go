package csaf

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// whole is a document that passes all tests; it has what each of them looks at.
const whole = `{
 "document": {
  "category": "csaf_vex", "csaf_version": "2.0", "lang": "en-US", "source_lang": "de",
  "notes": [{"category": "summary", "text": "x"}],
  "references": [{"category": "external", "summary": "x", "url": "https://example.com"}],
  "publisher": {"category": "translator", "name": "City CERT", "namespace": "https://example.com"},
  "title": "Whole",
  "tracking": {"current_release_date": "2026-02-02T10:00:00.000Z", "id": "LH-1", "initial_release_date": "2026-02-01T10:00:00.000Z",
   "revision_history": [{"date": "2026-02-01T10:00:00.000Z", "number": "1", "summary": "a"}, {"date": "2026-02-02T10:00:00.000Z", "number": "2", "summary": "b"}],
   "status": "final", "version": "2"}
 },
 "product_tree": {
  "branches": [{"category": "vendor", "name": "Example Works", "branches": [{"category": "product_name", "name": "Drive 7", "branches": [
    {"category": "product_version_range", "name": "<2.3", "product": {"name": "Example Works Drive 7 <2.3", "product_id": "P1", "product_identification_helper": {
      "purl": "pkg:generic/drive@2", "hashes": [{"filename": "a", "file_hashes": [{"algorithm": "sha256", "value": "00000000000000000000000000000000"}, {"algorithm": "sha512", "value": "00000000000000000000000000000000"}]}]}}},
    {"category": "product_version", "name": "2.4", "product": {"name": "Example Works Drive 7 2.4", "product_id": "P2"}}]}]}],
  "full_product_names": [{"name": "Rack", "product_id": "P3"}],
  "relationships": [{"category": "installed_on", "full_product_name": {"name": "Drive in rack", "product_id": "P4"}, "product_reference": "P1", "relates_to_product_reference": "P3"}],
  "product_groups": [{"group_id": "G1", "product_ids": ["P1", "P4"]}, {"group_id": "G2", "product_ids": ["P2", "P3"]}]
 },
 "vulnerabilities": [{
  "cve": "CVE-2026-0001", "cwe": {"id": "CWE-20", "name": "Improper Input Validation"},
  "notes": [{"category": "description", "text": "x"}],
  "product_status": {"known_affected": ["P1", "P4"], "known_not_affected": ["P2", "P3"]},
  "flags": [{"label": "component_not_present", "group_ids": ["G2"]}],
  "remediations": [{"category": "vendor_fix", "details": "Install 2.3.", "group_ids": ["G1"]}],
  "threats": [{"category": "impact", "details": "No such part.", "product_ids": ["P2"]}],
  "involvements": [{"party": "vendor", "status": "completed", "date": "2026-01-01T00:00:00Z"}],
  "scores": [{"products": ["P1"], "cvss_v3": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8, "baseSeverity": "CRITICAL", "attackVector": "NETWORK"}},
   {"products": ["P4"], "cvss_v2": {"version": "2.0", "vectorString": "AV:N/AC:L/Au:N/C:C/I:C/A:C", "baseScore": 10}}]
 }]
}`

// changed applies "pointer json" lines to the whole document; an empty value removes.
func changed(t testing.TB, changes string) []byte {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(whole), &root); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(changes, "\n") {
		pointer, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if pointer == "" {
			continue
		}
		var value any
		if text != "" {
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		keys := strings.Split(pointer, "/")[1:]
		at := root
		for _, k := range keys[:len(keys)-1] {
			if list, ok := at.([]any); ok {
				i, _ := strconv.Atoi(k)
				at = list[i]
				continue
			}
			at = at.(map[string]any)[k]
		}
		last := keys[len(keys)-1]
		switch m := at.(type) {
		case []any:
			i, _ := strconv.Atoi(last)
			m[i] = value
		case map[string]any:
			m[last] = value
			if text == "" {
				delete(m, last)
			}
		}
	}
	out, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func findings(t testing.TB, data []byte) []Finding {
	t.Helper()
	d, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	r := d.Check(Data{Weakness: catalogue})
	if len(r.NotRun) > 0 {
		t.Fatalf("not run: %v", r.NotRun)
	}
	return r.Findings
}

// TestEachMandatoryTest has one valid document for all tests and one change for
// each that makes it fail that one.
func TestEachMandatoryTest(t *testing.T) {
	if f := findings(t, []byte(whole)); len(f) > 0 {
		t.Fatalf("the whole document fails: %v", f)
	}
	const (
		tracking = "/document/tracking/"
		v        = "/vulnerabilities/0/"
	)
	cases := map[string]struct{ changes, path string }{
		"6.1.1":     {v + `threats/0/product_ids ["P9"]`, v + "threats/0/product_ids/0"},
		"6.1.2":     {`/product_tree/full_product_names [{"name":"Rack","product_id":"P1"},{"name":"Rack","product_id":"P3"}]`, "/product_tree/full_product_names/0/product_id"},
		"6.1.3":     {`/product_tree/relationships/0/relates_to_product_reference "P4"`, "/product_tree/relationships/0/full_product_name/product_id"},
		"6.1.4":     {v + `flags/0/group_ids ["G2","G9"]`, v + "flags/0/group_ids/1"},
		"6.1.5":     {`/product_tree/product_groups/1/group_id "G1"`, "/product_tree/product_groups/1/group_id"},
		"6.1.6":     {v + `product_status/fixed ["P1"]`, v + "product_status/known_affected/0"},
		"6.1.7":     {v + `scores/1/cvss_v3 {"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8,"baseSeverity":"CRITICAL"}` + "\n" + v + `scores/1/products ["P1"]`, v + "scores/1/cvss_v3"},
		"6.1.8":     {v + `scores/0/cvss_v3/baseSeverity`, v + "scores/0/cvss_v3"},
		"6.1.9":     {v + `scores/0/cvss_v3/baseScore 9.7`, v + "scores/0/cvss_v3/baseScore"},
		"6.1.10":    {v + `scores/0/cvss_v3/attackVector "LOCAL"`, v + "scores/0/cvss_v3/attackVector"},
		"6.1.11":    {v + `cwe/id "CWE-79"`, v + "cwe"},
		"6.1.12":    {`/document/lang "EZ"`, "/document/lang"},
		"6.1.13":    {`/product_tree/branches/0/branches/0/branches/0/product/product_identification_helper/purl "pkg:maven/@1.3.4"`, "/product_tree/branches/0/branches/0/branches/0/product/product_identification_helper/purl"},
		"6.1.14":    {tracking + `revision_history/0/date "2026-02-03T10:00:00.000Z"`, tracking + "revision_history/0/number"},
		"6.1.15":    {`/document/source_lang`, "/document"},
		"6.1.16":    {tracking + `version "1"`, tracking + "version"},
		"6.1.17":    {tracking + `version "0"`, tracking + "status"},
		"6.1.18":    {tracking + `revision_history/0/number "0"`, tracking + "revision_history/0/number"},
		"6.1.19":    {tracking + `revision_history/0/number "1.0.0-rc"`, tracking + "revision_history/0/number"},
		"6.1.20":    {tracking + `version "2.0.0-alpha"`, tracking + "version"},
		"6.1.21":    {tracking + `revision_history/1/number "3"`, tracking + "revision_history/1/number"},
		"6.1.22":    {tracking + `revision_history/1/number "1"`, tracking + "revision_history/1/number"},
		"6.1.23":    {`/vulnerabilities [{"cve":"CVE-2026-0001"},{"cve":"CVE-2026-0001"}]`, "/vulnerabilities/1/cve"},
		"6.1.24":    {v + `involvements [{"party":"vendor","status":"open","date":"2026-01-01T00:00:00Z"},{"party":"vendor","status":"completed","date":"2026-01-01T00:00:00Z"}]`, v + "involvements/1"},
		"6.1.25":    {`/product_tree/branches/0/branches/0/branches/0/product/product_identification_helper/hashes/0/file_hashes/1/algorithm "sha256"`, "/product_tree/branches/0/branches/0/branches/0/product/product_identification_helper/hashes/0/file_hashes/1"},
		"6.1.26":    {`/document/category "V_eX"`, "/document/category"},
		"6.1.27.1":  {`/document/category "csaf_security_incident_response"` + "\n" + `/document/notes [{"category":"legal_disclaimer","text":"x"}]`, "/document"},
		"6.1.27.2":  {`/document/category "csaf_security_incident_response"` + "\n" + `/document/references [{"category":"self","summary":"x","url":"https://example.com"}]`, "/document"},
		"6.1.27.3":  {`/document/category "csaf_informational_advisory"`, "/vulnerabilities"},
		"6.1.27.4":  {`/product_tree`, "/"},
		"6.1.27.5":  {v + `notes`, "/vulnerabilities/0"},
		"6.1.27.6":  {`/document/category "csaf_security_advisory"` + "\n" + v + `product_status`, "/vulnerabilities/0"},
		"6.1.27.7":  {v + `product_status {"recommended":["P2"]}`, "/vulnerabilities/0"},
		"6.1.27.8":  {v + `cve`, "/vulnerabilities/0"},
		"6.1.27.9":  {v + `flags/0/group_ids ["G1"]`, v + "product_status/known_not_affected/1"},
		"6.1.27.10": {v + `remediations/0 {"category":"vendor_fix","details":"x","product_ids":["P1"]}`, v + "product_status/known_affected/1"},
		"6.1.27.11": {`/vulnerabilities`, "/"},
		"6.1.28":    {`/document/source_lang "en-US"`, "/document/source_lang"},
		"6.1.29":    {v + `remediations/0/group_ids`, v + "remediations/0"},
		"6.1.30":    {tracking + `revision_history/0/number "1.0.0"`, tracking + "revision_history/0/number"},
		"6.1.31":    {`/product_tree/branches/0/branches/0/branches/1/name "prior to 4.2"`, "/product_tree/branches/0/branches/0/branches/1/name"},
		"6.1.32":    {v + `flags/0/group_ids`, v + "flags/0"},
		"6.1.33":    {v + `flags [{"label":"component_not_present","group_ids":["G2"]},{"label":"vulnerable_code_not_present","product_ids":["P2"]}]`, v + "flags/1"},
	}
	for _, test := range Tests("2.0") {
		c, ok := cases[test.ID]
		if !ok {
			t.Errorf("%s has no document of its own", test.ID)
			continue
		}
		got := findings(t, changed(t, c.changes))
		if !slices.ContainsFunc(got, func(f Finding) bool { return f.Test.ID == test.ID && f.Path == c.path && f.What != "" }) {
			t.Errorf("%s %s is not found at %s: %v", test.ID, test.Title, c.path, got)
		}
	}
}

func TestWithoutCatalogueTheReportSaysSo(t *testing.T) {
	d, err := Read([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if r := d.Check(Data{}); len(r.NotRun) != 1 || r.NotRun[0].Test.ID != "6.1.11" {
		t.Errorf("%+v", r.NotRun)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, says := range map[string]string{
		``:                                    "it ends where a value is expected",
		`{"a":1,"a":2}`:                       `the key "a" occurs twice`,
		`{"document":{}}`:                     `csaf_version is ""`,
		`{"a":01}`:                            "not JSON at octet",
		`[1,]`:                                "does not begin a value",
		"{\"a\":\"\x01\"}":                    "control character",
		"\"\xff\"":                            "not UTF-8",
		`{} x`:                                "something follows",
		strings.Repeat("[", 200):              "nested more than",
		`{"document":{"csaf_version":"2.0"}}`: "tracking is missing",
	} {
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.30q: %v, want %s", text, err, says)
		}
	}
}

// FuzzRead holds that the reader takes what encoding/json takes and nothing else,
// and that no document makes a test panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(whole))
	f.Add(changed(f, newWhole))
	f.Add([]byte(`{"a":"\ud83d\ude00\n","b":[1e3,-0.5,true,null]}`))
	structure, err := NewStructure()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := parseTree(data)
		if err == nil && !json.Valid(data) {
			t.Fatalf("%q is no JSON", data)
		}
		if err == nil && n.kind == kindText {
			var want string
			if json.Unmarshal(data, &want) == nil && want != n.text {
				t.Fatalf("%q is read as %q", data, n.text)
			}
		}
		d, err := Read(data)
		if err != nil {
			return
		}
		for _, finding := range append(d.Check(Data{Weakness: catalogue}).Findings, structure.Check(d)...) {
			if finding.Path == "" || finding.What == "" {
				t.Fatalf("%+v", finding)
			}
		}
		d.Judge(InUse{Vendor: "Example Works", Name: "Drive 7", Version: "2.0"}, Names{})
	})
}
