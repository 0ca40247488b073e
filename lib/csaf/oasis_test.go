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
	return slices.ContainsFunc(d.Check(Data{Weaknesses: catalogue()}).Findings, func(f Finding) bool { return f.Test.ID == id })
}

// catalogue is the part of CWE that tests use.
func catalogue() map[string]string {
	return map[string]string{
		"CWE-79": "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')",
		"CWE-20": "Improper Input Validation",
	}
}
