package csaf

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStructure has one valid document of each version and one change for each rule.
func TestStructure(t *testing.T) {
	s, err := NewStructure()
	if err != nil {
		t.Fatal(err)
	}
	const v = "/vulnerabilities/0/"
	for changes, says := range map[string]string{
		"":                                       "",
		`/document/publisher/name`:               "/document/publisher name is missing",
		`/document/tracking/revision_history []`: "/document/tracking/revision_history 0 items are too few; 1 are needed",
		`/document/title 7`:                      "/document/title it is not of the type string",
		`/document/title ""`:                     "/document/title it is empty",
		`/document/tracking/status "done"`:       `/document/tracking/status "done" is none of draft, final, interim`,
		`/document/tracking/version "1.0"`:       `/document/tracking/version "1.0" is not written as it has to be`,
		`/document/tracking/current_release_date "2026-02-30T10:00:00Z"`: `/document/tracking/current_release_date "2026-02-30T10:00:00Z" is no date and time of RFC 3339`,
		`/document/references/0/url "example.com"`:                       `/document/references/0/url "example.com" is no URI`,
		v + `cve "CVE-26-1"`:    v + `cve "CVE-26-1" is not written as it has to be`,
		v + `product_status {}`: v + "product_status 0 members are too few or too many",
		`/product_tree/product_groups/0/product_ids ["P1","P1"]`: "/product_tree/product_groups/0/product_ids/1 the item is there twice",
		`/document/notes/0/colour "red"`:                         `2.1: /document/notes/0/colour "colour" is not allowed here`,
	} {
		for version, base := range map[string]string{"2.0": "", "2.1": newWhole} {
			d, err := Read(changed(t, base+changes))
			if err != nil {
				t.Fatal(err)
			}
			want, only := strings.CutPrefix(says, "2.1: ")
			if only && version == "2.0" {
				want = ""
			}
			var got []string
			for _, f := range s.Check(d) {
				got = append(got, f.Path+" "+f.What)
			}
			if strings.Join(got, "\n") != want {
				t.Errorf("%s %s: %q, not %q", version, changes, got, want)
			}
		}
	}
}

// TestOASISStructure holds that the test files of the standard are as its schemas demand; CSAF is that of TestOASIS.
func TestOASISStructure(t *testing.T) {
	root := os.Getenv("CSAF")
	if root == "" {
		t.Skip("CSAF names no folder with the test files of the standard")
	}
	s, err := NewStructure()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, pattern := range []string{"csaf_2.*/test/validator/data/*/*-2*.json", "csaf_2.*/examples/csaf/*.json", "csaf_2.*/examples/csaf/csaf_vex/*.json"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d, err := Read(data)
			if strings.Contains(file, "-6-1-37-0") { // wrong dates, of which the schema says the same
				continue
			}
			if err != nil { // what results are to be lies beside
				continue
			}
			n++
			for _, f := range s.Check(d) {
				t.Errorf("%s: %s: %s", filepath.Base(file), f.Path, f.What)
			}
		}
	}
	if t.Logf("%d files", n); n < 100 {
		t.Errorf("only %d files are there", n)
	}
}
