package stix

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func whole(t testing.TB) *Bundle {
	t.Helper()
	data, err := os.ReadFile("testdata/bundle.json")
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadBundle(data)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWhole holds that an object of every type of the standard, and a custom one,
// is taken.
func TestWhole(t *testing.T) {
	b := whole(t)
	c := newChecker(t)
	for _, f := range c.Bundle(b).Findings {
		t.Error(f)
	}
	for name, s := range c.shapes {
		if s.class != "part" && s.class != "ext" && !slices.ContainsFunc(b.objects, func(o *Object) bool { return o.Type() == name }) {
			t.Errorf("no %s in the bundle", name)
		}
	}
}

// TestOASIS reads the examples of the standard's authors. They are not part of the
// repository; STIX_EXAMPLES=<examples of github.com/oasis-open/cti-stix2-json-schemas>.
func TestOASIS(t *testing.T) {
	folder := os.Getenv("STIX_EXAMPLES")
	if folder == "" {
		t.Skip("STIX_EXAMPLES names no folder with examples of OASIS")
	}
	c := newChecker(t)
	for _, pattern := range []string{"*.json", "*/*.json"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b, err := ReadBundle(data)
			if err != nil { // one example is an object without a bundle
				data = bytes.Join([][]byte{[]byte(`{"objects":[`), data, []byte(`]}`)}, nil)
				b, err = ReadBundle(data)
			}
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			result := c.Bundle(b)
			for _, f := range result.Findings {
				t.Logf("%s: %s", filepath.Base(file), f)
			}
			t.Logf("%s: %d objects, valid %t", filepath.Base(file), len(b.objects), result.Valid())
			if !result.Valid() {
				t.Errorf("%s is refused", filepath.Base(file))
			}
		}
	}
}

// TestFindings changes one property of a good object at a time. A path that begins
// with ~ is advice.
func TestFindings(t *testing.T) {
	b := whole(t)
	c := newChecker(t)
	const other = `"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"`
	for _, test := range []struct{ typ, name, value, path, rule string }{
		{"indicator", "pattern", "", "/pattern", "required"},
		{"indicator", "created", "", "/created", "required"},
		{"indicator", "spec_version", "", "/spec_version", "required"},
		{"indicator", "spec_version", `"2.0"`, "/spec_version", "spec_version"},
		{"indicator", "created", `"2026-03-01T08:00:00.12Z"`, "/created", "timestamp"},
		{"indicator", "created", `"2026-03-01T08:00:00.000+08:00"`, "/created", "timestamp"},
		{"indicator", "created", `"2026-02-30T08:00:00.000Z"`, "/created", "timestamp"},
		{"indicator", "modified", `"2026-03-01T07:59:59.999Z"`, "/modified", "order"},
		{"indicator", "valid_until", `"2026-03-01T08:00:00.000Z"`, "/valid_until", "order"},
		{"indicator", "valid_from", `20260301`, "/valid_from", "type"},
		{"indicator", "indicator_types", `[]`, "/indicator_types", "list"},
		{"indicator", "indicator_types", `["a",1]`, "/indicator_types/1", "type"},
		{"indicator", "indicator_types", `"a"`, "/indicator_types", "type"},
		{"indicator", "confidence", `101`, "/confidence", "range"},
		{"indicator", "confidence", `1.5`, "/confidence", "integer"},
		{"indicator", "lang", `"zh_CN"`, "/lang", "language"},
		{"indicator", "lang", `"z"`, "/lang", "language"},
		{"indicator", "revoked", `"true"`, "/revoked", "type"},
		{"indicator", "name", `null`, "/name", "value"},
		{"indicator", "note", `"x"`, "~/note", "property"},
		{"indicator", "defanged", `true`, "/defanged", "property"},
		{"mutex", "labels", `["a"]`, "/labels", "property"},
		{"ipv4-addr", "value", `"198.51.100.256"`, "/value", "address"},
		{"ipv4-addr", "value", `"2001:db8::1"`, "/value", "address"},
		{"ipv6-addr", "value", `"fe80::1%eth0"`, "/value", "address"},
		{"ipv6-addr", "value", `"2001:db8::/129"`, "/value", "address"},
		{"mac-addr", "value", `"D2:FB:49:24:37:18"`, "/value", "address"},
		{"mac-addr", "value", `"d2-fb-49-24-37-18"`, "/value", "address"},
		{"software", "cpe", `"cpe:/a:x:y"`, "/cpe", "cpe"},
		{"software", "languages", `["zh_CN"]`, "/languages/0", "language"},
		{"file", "name_enc", `"GB2312"`, "/name_enc", "required"},
		{"artifact", "payload_bin", `""`, "/payload_bin", "binary"},
		{"marking-definition", "name", `"TLP:RED"`, "/name", "marking"},
		{"indicator", "x_Case", `"x"`, "/x_Case", "property"},
		{"indicator", "x_case", `{"a":[null]}`, "/x_case/a/0", "value"},
		{"indicator", "x_case", `[]`, "/x_case", "list"},
		{"indicator", "created_by_ref", other, "/created_by_ref", "reference"},
		{"indicator", "created_by_ref", `"identity--1"`, "/created_by_ref", "identifier"},
		{"indicator", "created_by_ref", `"identity--f431f809-377b-45e0-1a1c-6a4751cae5ff"`, "/created_by_ref", "identifier"},
		{"indicator", "object_marking_refs", `[` + other + `]`, "/object_marking_refs/0", "reference"},
		{"indicator", "external_references", `[{"source_name":"a"}]`, "/external_references/0", "required"},
		{"indicator", "external_references", `[{"source_name":"a","url":"u","hashes":{"MD5":"12"}}]`, "/external_references/0/hashes/MD5", "hashes"},
		{"indicator", "kill_chain_phases", `[{"phase_name":"a"}]`, "/kill_chain_phases/0/kill_chain_name", "required"},
		{"indicator", "granular_markings", `[{"selectors":["name"]}]`, "/granular_markings/0", "required"},
		{"indicator", "granular_markings", `[{"lang":"zh","selectors":["name"]}]`, "/granular_markings/0/selectors/0", "selector"},
		{"indicator", "granular_markings", `[{"lang":"zh","selectors":["indicator_types.[1]"]}]`, "/granular_markings/0/selectors/0", "selector"},
		{"indicator", "granular_markings", `[{"lang":"zh","selectors":["indicator_types.[0"]}]`, "/granular_markings/0/selectors/0", "selector"},
		{"indicator", "extensions", `{}`, "/extensions", "extension"},
		{"indicator", "extensions", `{"tcp-ext":{"src_flags_hex":"00"}}`, "/extensions/tcp-ext", "extension"},
		{"indicator", "extensions", `{"extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62":{"extension_type":"new-sdo"}}`, "/extensions/extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62/extension_type", "extension"},
		{"indicator", "extensions", `{"extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62":{"extension_type":"other"}}`, "/extensions/extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62/extension_type", "extension"},
		{"indicator", "extensions", `{"extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62":{"a":1}}`, "/extensions/extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62/extension_type", "required"},
		{"indicator", "x_", `1`, "/x_", "property"},
		{"extension-definition", "extensions", `{"mine":{"a":1}}`, "/extensions", "property"},
		{"indicator", "extensions", `{"mine":{"a":1}}`, "~/extensions/mine", "extension"},
		{"location", "longitude", "", "/latitude", "required"},
		{"location", "latitude", "91", "/latitude", "range"},
		{"malware", "name", "", "/name", "required"},
		{"malware-analysis", "result", "", "", "required"},
		{"observed-data", "object_refs", "", "", "required"},
		{"observed-data", "objects", `{"0":{"type":"mutex","name":"a"}}`, "", "required"},
		{"observed-data", "number_observed", "0", "/number_observed", "range"},
		{"observed-data", "object_refs", `[` + other + `]`, "/object_refs/0", "reference"},
		{"opinion", "opinion", `"maybe"`, "/opinion", "enumeration"},
		{"campaign", "last_seen", `"2025-01-01T00:00:00Z"`, "/last_seen", "order"},
		{"relationship", "relationship_type", `"Related To"`, "/relationship_type", "word"},
		{"relationship", "source_ref", `"relationship--57b56a43-b8b0-4cba-9deb-34e3e1faed9e"`, "/source_ref", "reference"},
		{"relationship", "target_ref", `"bundle--57b56a43-b8b0-4cba-9deb-34e3e1faed9e"`, "/target_ref", "reference"},
		{"sighting", "sighting_of_ref", `"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"`, "/sighting_of_ref", "reference"},
		{"sighting", "count", `-1`, "/count", "range"},
		{"sighting", "where_sighted_refs", `[` + other + `]`, "/where_sighted_refs/0", "reference"},
		{"artifact", "payload_bin", `"#"`, "/payload_bin", "binary"},
		{"artifact", "url", `"https://example.com"`, "", "required"},
		{"file", "hashes", ``, "", "required"},
		{"file", "hashes", `{"SHA-256":"zz"}`, "/hashes/SHA-256", "hashes"},
		{"file", "extensions", `{"archive-ext":{"comment":"a"}}`, "/extensions/archive-ext/contains_refs", "required"},
		{"file", "magic_number_hex", `"AB"`, "/magic_number_hex", "hex"},
		{"file", "size", `-1`, "/size", "range"},
		{"file", "parent_directory_ref", `"file--6f437177-6e48-4cf8-9d9e-872a2bddd641"`, "/parent_directory_ref", "reference"},
		{"ipv4-addr", "value", `"198.51.100.4"`, "~/id", "identifier"},
		{"network-traffic", "src_ref", "", "", "required"},
		{"network-traffic", "dst_port", "65536", "/dst_port", "range"},
		{"network-traffic", "protocols", "", "/protocols", "required"},
		{"process", "pid", "", "", "required"},
		{"email-message", "is_multipart", "true", "/body", "exclusive"},
		{"windows-registry-key", "values", `[{"data_type":"REG_X"}]`, "/values/0/data_type", "enumeration"},
		{"extension-definition", "created_by_ref", "", "/created_by_ref", "required"},
		{"extension-definition", "extension_types", `["x"]`, "/extension_types/0", "enumeration"},
		{"marking-definition", "definition", `{"tlp":"red"}`, "/id", "marking"},
		{"marking-definition", "definition", `{"tlp":"blue"}`, "/definition/tlp", "marking"},
		{"marking-definition", "definition", "", "/definition_type", "required"},
		{"marking-definition", "modified", `"2026-03-01T08:00:00.000Z"`, "/modified", "property"},
		{"marking-definition", "definition_type", `"statement"`, "/definition/statement", "required"},
		{"marking-definition", "object_marking_refs", `["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"]`, "/object_marking_refs/0", "marking"},
		{"language-content", "contents", `{}`, "/contents", "dictionary"},
		{"language-content", "contents", `{"z h":{"name":"x"}}`, "/contents/z h", "dictionary"},
		{"x-plant", "Lines", "1", "/Lines", "property"},
		{"x-plant", "created", "", "/created", "required"},
	} {
		t.Run(test.typ+" "+test.name+" "+test.value, func(t *testing.T) {
			i := slices.IndexFunc(b.objects, func(o *Object) bool { return o.Type() == test.typ })
			o, err := b.objects[i].With(Change{test.name, []byte(test.value)})
			if err != nil {
				t.Fatal(err)
			}
			path, should := strings.CutPrefix(test.path, "~")
			result := c.Object(o)
			if !slices.ContainsFunc(result.Findings, func(f Finding) bool {
				return f.Path == path && f.Rule == test.rule && f.Should == should && f.Object == o.ID() && f.Text != "" && f.Section != ""
			}) {
				t.Errorf("no %s at %q, only %v", test.rule, path, result.Findings)
			}
			if result.Valid() != should {
				t.Errorf("valid is %t", result.Valid())
			}
		})
	}
}

func parse(t testing.TB, text string) *Object {
	t.Helper()
	o, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestIdentity(t *testing.T) {
	c := newChecker(t)
	for _, test := range []struct{ text, path, rule string }{
		{`{"type":"ipv4-addr","id":"ipv6-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"::1"}`, "/id", "identifier"},
		{`{"type":"ipv4-addr","id":"ff26c055-6336-5bc5-b98d-13d6226742dd","value":"::1"}`, "/id", "identifier"},
		{`{"type":"Thing","id":"Thing--ff26c055-6336-5bc5-b98d-13d6226742dd"}`, "/type", "type"},
		{`{"type":"bundle","id":"bundle--ff26c055-6336-5bc5-b98d-13d6226742dd"}`, "", "type"},
		{`{"type":"plant","id":"plant--ff26c055-6336-5bc5-b98d-13d6226742dd"}`, "/type", "custom"},
		{`{"type":"x-plant","id":"x-plant--ff26c055-6336-5bc5-b98d-13d6226742dd","extensions":{"extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62":{"extension_type":"new-thing"}}}`, "/extensions", "extension"},
	} {
		result := c.Object(parse(t, test.text))
		if !slices.ContainsFunc(result.Findings, func(f Finding) bool { return f.Path == test.path && f.Rule == test.rule }) {
			t.Errorf("%s: %v", test.text, result.Findings)
		}
	}
	if result := c.Object(parse(t, `{"type":"note","spec_version":"2.1","id":"note--0c7b5b88-8ff7-4a4d-aa9d-feb398cd0061","created":"2026-03-01T08:00:00.000Z","modified":"2026-03-01T08:00:00.000Z","content":"c","object_refs":["mutex--6f437177-6e48-4cf8-9d9e-872a2bddd641"],"case_number":"7","extensions":{"extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62":{"extension_type":"toplevel-property-extension"}}}`)); len(result.Findings) > 0 {
		t.Errorf("a property of an extension: %v", result.Findings)
	}
}

// TestBundleFindings holds what only a bundle shows.
func TestBundleFindings(t *testing.T) {
	const head = `{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[`
	mark := func(digit, other string) string {
		return `{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41d` + digit +
			`","created":"2026-01-20T00:00:00.000Z","definition_type":"statement","definition":{"statement":"s"},"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41d` + other + `"]}`
	}
	c := newChecker(t)
	for _, test := range []struct{ text, rule string }{
		{head + mark("1", "2") + "," + mark("2", "3") + "," + mark("3", "1") + `]}`, "marking"},
		{head + mark("1", "2") + "," + mark("2", "3") + "," + mark("3", "4") + `]}`, ""},
		{head + mark("1", "2") + "," + mark("1", "3") + `]}`, "version"},
		{head + mark("1", "2") + "," + mark("1", "2") + `]}`, ""},
		{head + `]}`, "list"},
		{`{"type":"bundle","id":"report--5d0092c5-5f74-4287-9642-33f4c354e56d"}`, "identifier"},
		{`{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","spec_version":"2.0"}`, "property"},
		{`{"objects":[` + mark("1", "2") + `]}`, ""},
	} {
		b, err := ReadBundle([]byte(test.text))
		if err != nil {
			t.Fatal(err)
		}
		result := c.Bundle(b)
		if got := len(result.Findings) > 0; got != (test.rule != "") || got && result.Findings[0].Rule != test.rule {
			t.Errorf("%s: %v", test.text, result.Findings)
		}
	}
}

// TestBounds holds that hostile documents are refused or counted.
func TestBounds(t *testing.T) {
	c := newChecker(t)
	many := parse(t, `{"type":"x-a","id":"x-a--ff26c055-6336-5bc5-b98d-13d6226742dd","a":[`+strings.Repeat("null,", 3*MaxFindings)+`1]}`)
	if result := c.Object(many); len(result.Findings) != MaxFindings || result.Left < 2*MaxFindings || result.Valid() {
		t.Errorf("%d findings and %d", len(result.Findings), result.Left)
	}
	selectors := parse(t, `{"type":"x-a","id":"x-a--ff26c055-6336-5bc5-b98d-13d6226742dd","granular_markings":[{"lang":"zh","selectors":[`+strings.Repeat(`"id",`, maxSelectors)+`"id"]}]}`)
	if result := c.Object(selectors); len(result.Findings) != 1 || result.Findings[0].Rule != "selector" {
		t.Errorf("%v", result.Findings)
	}
	var keys []string
	for i := range MaxKeys + 1 {
		keys = append(keys, `"a`+strings.Repeat("b", i%7)+string(rune('a'+i%26))+strings.Repeat("c", i/7)+`":1`)
	}
	for _, text := range []string{
		strings.Repeat("[", MaxDepth+2) + strings.Repeat("]", MaxDepth+2),
		strings.Repeat(`{"a":`, MaxDepth+2) + "1" + strings.Repeat("}", MaxDepth+2),
		"[" + strings.Repeat("1,", MaxValues) + "1]",
		"{" + strings.Join(keys, ",") + "}",
		`{"a":` + strings.Repeat("1", maxNumber+1) + `}`,
	} {
		if _, err := parseTree(text); err == nil {
			t.Errorf("%.40s… of %d octets is taken", text, len(text))
		}
	}
}
