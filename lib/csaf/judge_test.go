package csaf

import (
	"strings"
	"testing"
)

func TestRanges(t *testing.T) {
	for _, c := range []struct{ text, yes, no string }{
		{"vers:all/<V2.3", "V2.2.9 2.2 v1", "2.3 V2.3.0 3"},
		{"vers:generic/>=1.0|<2.0", "1.0 1.9.9", "0.9 2.0"},
		{"vers:generic/>=1|<2|>=3|<4", "1.5 3.9", "2 2.5 4"},
		{"vers:generic/1.0|1.2", "1.0 1.2", "1.1"},
		{"vers:generic/>=1.0|!=1.5|<2.0", "1.4", "1.5 2.0"},
		{"vers:all/*", "1 x", ""},
		{"vers:all/>=V7.80<V9.40", "V7.80 9.39", "7.79 9.40"},
		{">=6.0.202", "6.0.202 6.1", "6.0.201"},
		{">=1.0 <2.0", "1.5", "2.0"},
		{">= 1.0, < 2.0", "1.5", "2.0 0.5"},
		{"All versions < V1.3", "1.2 V1.2.99", "1.3 1.10"},
		{"all versions", "1 2", ""},
		{"*", "1", ""},
		{"prior to 4.2", "4.1.9", "4.2"},
		{"Version 4.0 and earlier", "4.0 3", "4.0.1"},
		{"versions 4.0 or later", "4.0 5", "3.9"},
		{"1.0 through 2.1", "1.0 2.1 2.0.9", "2.2 0.9"},
		{"from 1.0 before 2.0", "1.0", "2.0"},
		{"<=3.4.4 Build 16102416", "3.4.4 Build 16102416", "3.4.4 Build 16102417"},
		{"<1.000.0040.3.20190820", "1.000.0040.3.20190819", "1.000.0040.3.20190820"},
		{"<1.000.HW00.21.20190812", "1.000.HW00.20.1", "1.000.HW00.22.1"},
		{"1.2 or 1.4", "1.2 1.4", "1.3"},
		{"<V5.5 SP1", "V5.5 5.4", "V5.5SP1 V5.5-SP2"},
		{"<2.0", "2.0-rc1 2.0-beta", "2.0 2.0.0 2.0b"},
	} {
		r, ok := ParseRange(c.text)
		if !ok {
			t.Errorf("%q is not read", c.text)
			continue
		}
		check := func(versions string, want Answer) {
			list := []string{versions}
			if !strings.Contains(strings.ToLower(versions), "build") {
				list = strings.Fields(versions)
			}
			for _, v := range list {
				if v != "" && r.Contains(v) != want {
					t.Errorf("%q contains %q: %s", c.text, v, r.Contains(v))
				}
			}
		}
		check(c.yes, Affected)
		check(c.no, NotAffected)
	}
}

func TestRangesThatAreWords(t *testing.T) {
	for _, text := range []string{
		"", "No version", "All versions with U-Boot < V2016.05RS09", "<=the_first_5_digits_of_serial_number_22031",
		"< april 1, 2018", "All versions with Ethernet interface", "vers:", "vers:all/", "NMC2 <= 6.9.6", "see the advisory", "< 3.3-006 (with bacnetstac 4.2.1)",
	} {
		r, ok := ParseRange(text)
		if ok {
			t.Errorf("%q is read as %+v", text, r)
		}
		if got := r.Contains("1.0"); got != CannotTell {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestVersionsThatCannotBeOrdered(t *testing.T) {
	for _, c := range [][2]string{{"1.foo", "1.2"}, {"", "1"}, {"unknown", "1"}, {"1.0-xyz", "1.0"}, {"2.0-abc", "2.0-abd"}} {
		if order, ok := compareVersions(c[0], c[1]); ok {
			t.Errorf("%q and %q are ordered: %d", c[0], c[1], order)
		}
	}
	for _, c := range [][2]string{{"1.9", "1.10"}, {"1.0", "1.0.1"}, {"2.0-rc1", "2.0"}, {"2.0-alpha", "2.0-beta"}, {"v1.2", "V1.3"}, {"1.0a", "1.0b"}, {"5.5", "5.5 SP1"}, {"99999999999999999999", "100000000000000000000"}} {
		a, okA := compareVersions(c[0], c[1])
		b, okB := compareVersions(c[1], c[0])
		if !okA || !okB || a >= 0 || b <= 0 {
			t.Errorf("%q is not before %q", c[0], c[1])
		}
	}
	if c, ok := compareVersions("1.0", "v1.0.0"); !ok || c != 0 {
		t.Error("zeros at the end count")
	}
}

func TestJudge(t *testing.T) {
	d, err := Read([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	names := Names{Vendors: map[string]string{"Example Works (Drives) GmbH": "Example Works"}}
	for _, c := range []struct {
		use  InUse
		want Answer
		why  string
	}{
		{InUse{Vendor: "EXAMPLE WORKS, Inc.", Name: "drive 7", Version: "2.2"}, Affected, `by "<2.3", is named as affected`},
		{InUse{Vendor: "Example Works (Drives) GmbH", Name: "Drive-7 series", Version: "2.2"}, Affected, ""},
		{InUse{Vendor: "Example Works", Name: "Drive 7", Version: "2.5"}, CannotTell, `speaks of "2.4" and not of 2.5`},
		{InUse{Vendor: "Example Works", Name: "Drive 7"}, CannotTell, "the version in use is not known"},
		{InUse{Vendor: "Example Works", Name: "Drive 7", Version: "custom build"}, CannotTell, "cannot be compared"},
		{InUse{Vendor: "Example Works", Name: "Drive", Version: "2.2"}, CannotTell, "may or may not be"},
	} {
		got := d.Judge(c.use, names)
		if len(got) != 1 || got[0].Answer != c.want || !strings.Contains(got[0].Why, c.why) {
			t.Errorf("%+v: %+v", c.use, got)
			continue
		}
		if got[0].CVE != "CVE-2026-0001" || got[0].Advisory != "LH-1" || got[0].Sentence == "" {
			t.Errorf("%+v", got[0])
		}
		if c.want == Affected && (len(got[0].Remediation) != 1 || got[0].Remediation[0].Details != "Install 2.3.") {
			t.Errorf("the remediation of the advisory is missing: %+v", got[0])
		}
	}
	for _, other := range []InUse{{Vendor: "Other", Name: "Drive 7", Version: "2.2"}, {Vendor: "Example Works", Name: "Pump", Version: "2.2"}, {}} {
		if got := d.Judge(other, names); len(got) != 0 {
			t.Errorf("%+v is named: %+v", other, got)
		}
	}
}

// TestJudgeByRange has an advisory with a range only: a version outside it is not affected.
func TestJudgeByRange(t *testing.T) {
	tree := `/product_tree {"branches":[{"category":"vendor","name":"W","branches":[{"category":"product_name","name":"Drive 7","branches":[{"category":"product_version_range","name":"<2.3","product":{"name":"Drive 7","product_id":"P1","product_identification_helper":{"model_numbers":["6ES7 5??-2AM*"]}}}]}]}]}`
	status := `/vulnerabilities/0/product_status {"known_affected":["P1"]}`
	d, err := Read(changed(t, tree+"\n"+status))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		use  InUse
		want Answer
	}{
		{InUse{Vendor: "W", Name: "Drive 7", Version: "2.3"}, NotAffected},
		{InUse{Vendor: "W", Name: "Drive 7", Version: "2.2"}, Affected},
		{InUse{Vendor: "W", Name: "something", OrderNumber: "6ES7515-2AM01-0AB0", Version: "2.2"}, Affected},
	} {
		if got := d.Judge(c.use, Names{}); len(got) != 1 || got[0].Answer != c.want || got[0].Sentence != "Drive 7 <2.3" {
			t.Errorf("%+v: %+v", c.use, got)
		}
	}
	if got := d.Judge(InUse{Vendor: "W", Name: "Drive 7", OrderNumber: "6ES7 600-0", Version: "2.2"}, Names{}); len(got) != 0 {
		t.Errorf("another order number is the same product: %+v", got)
	}
}

func TestOfStatuses(t *testing.T) {
	for status, want := range map[string]Answer{"known_affected": Affected, "known_not_affected": NotAffected, "fixed": NotAffected, "under_investigation": CannotTell} {
		d, err := Read(changed(t, `/vulnerabilities/0/product_status {"`+status+`":["P2"]}`))
		if err != nil {
			t.Fatal(err)
		}
		got := d.Judge(InUse{Vendor: "Example Works", Name: "Drive 7", Version: "2.4"}, Names{})
		if len(got) != 1 || got[0].Answer != want || got[0].Status != status {
			t.Errorf("%s: %+v", status, got)
		}
	}
	d, err := Read(changed(t, `/vulnerabilities/0/product_status {"known_affected":["P4"]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := d.Judge(InUse{Vendor: "Example Works", Name: "Drive 7", Version: "2.2"}, Names{})
	if len(got) != 1 || got[0].Answer != CannotTell || !strings.Contains(got[0].Why, "installed on Rack") {
		t.Errorf("a product that is affected on another only: %+v", got)
	}
}

// FuzzRange holds that ranges and versions never panic, that order is antisymmetric,
// and that what is not read says nothing.
func FuzzRange(f *testing.F) {
	f.Add("vers:all/>=1|<2", "1.5", "2.0-rc1")
	f.Add("1.0 through 2.1", "v2", "ſ")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		r, ok := ParseRange(text)
		if got := r.Contains(a); !ok && got != CannotTell {
			t.Fatalf("%q is not read and says %s of %q", text, got, a)
		}
		x, okX := compareVersions(a, b)
		y, okY := compareVersions(b, a)
		if okX != okY || x != -y {
			t.Fatalf("%q and %q: %d %t, %d %t", a, b, x, okX, y, okY)
		}
	})
}
