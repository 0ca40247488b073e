package csaf

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The test files of the standard are not part of the repository. With CSAF=<folder
// of github.com/oasis-tcs/csaf> this test reads them.
func TestOASIS(t *testing.T) {
	root := os.Getenv("CSAF")
	if root == "" {
		t.Skip("CSAF names no folder with the test files of the standard")
	}
	for _, version := range []string{"2.0", "2.1"} {
		folder := filepath.Join(root, "csaf_"+version, "test", "validator", "data")
		data, err := os.ReadFile(filepath.Join(folder, "testcases.json"))
		if err != nil {
			t.Fatal(err)
		}
		type file struct{ Name string }
		var cases struct {
			Tests []struct {
				ID              string
				Group           string
				Failures, Valid []file
			}
		}
		if err := json.Unmarshal(data, &cases); err != nil {
			t.Fatal(err)
		}
		known := Tests(version)
		right, all := map[bool]int{}, map[bool]int{}
		for _, c := range cases.Tests {
			if c.Group != "mandatory" {
				continue
			}
			if !slices.ContainsFunc(known, func(k Test) bool { return k.ID == c.ID }) {
				t.Errorf("%s is mandatory in CSAF %s, and is not there: %v %v", c.ID, version, c.Failures, c.Valid)
				continue
			}
			for valid, files := range map[bool][]file{false: c.Failures, true: c.Valid} {
				for _, f := range files {
					all[valid]++
					if got := failsTest(t, filepath.Join(folder, f.Name), c.ID); got == valid {
						if why, wrong := mistaken(filepath.Base(f.Name)); wrong {
							t.Logf("%s %s is not counted: %s", c.ID, f.Name, why)
							all[valid]--
							continue
						}
						t.Errorf("%s %s: valid is to be %t", c.ID, f.Name, valid)
						continue
					}
					right[valid]++
				}
			}
		}
		t.Logf("CSAF %s: %d of %d failing and %d of %d valid cases of %d mandatory tests", version, right[false], all[false], right[true], all[true], len(known))
	}
}

func failsTest(t *testing.T, path, id string) bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Read(data)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return slices.ContainsFunc(d.Check(Data{Weakness: catalogue, Extension: extensions}).Findings, func(f Finding) bool { return f.Test.ID == id })
}

// catalogue is the part of CWE that the test files name, in the versions that
// they name: some weaknesses came late or changed their names.
func catalogue(version, id string) (string, bool) {
	name, ok := map[string]string{
		"4.13 CWE-1419": "Incorrect Initialization of Resource",
		"4.10 CWE-1324": "DEPRECATED: Sensitive Information Accessible by Physical Probing of JTAG Interface",
		"4.9 CWE-1324":  "Sensitive Information Accessible by Physical Probing of JTAG Interface",
		"4.13 CWE-1192": "System-on-Chip (SoC) Using Components without Unique, Immutable Identifiers",
		"4.14 CWE-1192": "Improper Identifier for IP Block used in System-On-Chip (SOC)",
		"4.13 CWE-1240": "Use of a Cryptographic Primitive with a Risky Implementation",
		"4.13 CWE-327":  "Use of a Broken or Risky Cryptographic Algorithm",
		"4.13 CWE-693":  "Protection Mechanism Failure",
		"4.13 CWE-645":  "Overly Restrictive Account Lockout Mechanism",
	}[version+" "+id]
	if ok {
		return name, true
	}
	name, ok = map[string]string{
		"CWE-20":  "Improper Input Validation",
		"CWE-79":  "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')",
		"CWE-601": "URL Redirection to Untrusted Site ('Open Redirect')",
	}[id]
	return name, ok
}

// extensions are what the test files use: documentation-11 has one text, 12 also notes.
func extensions(schema string) (Extension, bool) {
	const (
		base     = "https://raw.githubusercontent.com/oasis-tcs/csaf/refs/heads/master/csaf_2.1/extension/data/valid/"
		plain    = base + "documentation-11/documentation-11-content_1.0.0.json"
		withNote = base + "documentation-12/documentation-12-content_1.0.0.json"
	)
	valid := func(may ...string) func(map[string]any) error {
		return func(item map[string]any) error {
			content, _ := item["content"].(map[string]any)
			if _, ok := content["documentation"].(string); !ok {
				return errors.New("documentation is missing")
			}
			for key := range content {
				if key != "documentation" && !slices.Contains(may, key) {
					return fmt.Errorf("%s is not allowed", key)
				}
			}
			return nil
		}
	}
	switch schema {
	case plain:
		return Extension{Valid: valid(), Most: map[string]int{"$.x_extensions": 1}}, true
	case withNote:
		return Extension{Valid: valid("notes"), Incompatible: []string{plain}}, true
	default:
		return Extension{}, false
	}
}

// mistaken are cases that contradict the standard, as its authors found.
func mistaken(file string) (why string, ok bool) {
	why, ok = map[string]string{
		"oasis_csaf_tc-csaf_2_1-2024-6-1-48-16.json": "valid with version 3.0.1 of cvss E, which SSVC has not (oasis-tcs/csaf issue 1489)",
		"oasis_csaf_tc-csaf_2_1-2024-6-1-48-19.json": "valid with two values out of order (oasis-tcs/csaf issue 1489)",
	}[file]
	return why, ok
}
