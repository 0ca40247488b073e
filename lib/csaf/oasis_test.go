package csaf

import (
	"encoding/json"
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
			if c.Group != "mandatory" || !slices.ContainsFunc(known, func(k Test) bool { return k.ID == c.ID }) {
				continue
			}
			for valid, files := range map[bool][]file{false: c.Failures, true: c.Valid} {
				for _, f := range files {
					all[valid]++
					if got := failsTest(t, filepath.Join(folder, f.Name), c.ID); got == valid {
						t.Errorf("%s %s: valid is to be %t", c.ID, f.Name, valid)
						continue
					}
					right[valid]++
				}
			}
		}
		t.Logf("CSAF %s: %d of %d failing and %d of %d valid cases of %d tests", version, right[false], all[false], right[true], all[true], len(known))
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
	return slices.ContainsFunc(d.Check(Data{Weakness: catalogue}).Findings, func(f Finding) bool { return f.Test.ID == id })
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
