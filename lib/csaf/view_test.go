package csaf

import (
	"reflect"
	"testing"
)

func TestWhatPeopleRead(t *testing.T) {
	d, err := Read([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if d.Namespace() != "https://example.com" || d.Summary() != "x" || !reflect.DeepEqual(d.Vendors(), []string{"Example Works"}) {
		t.Errorf("%q %q %q", d.Namespace(), d.Summary(), d.Vendors())
	}
	products := d.Products()
	if len(products) != 4 || !reflect.DeepEqual(products[0], Product{ID: "P1", Name: "Example Works Drive 7 <2.3", Vendor: "Example Works", Family: "Drive 7", Version: "<2.3"}) {
		t.Errorf("%+v", products)
	}
	v := d.Vulnerabilities()
	if len(v) != 1 || v[0].CVE != "CVE-2026-0001" || v[0].CWE != "CWE-20" || v[0].Score != 9.8 || v[0].Severity != "CRITICAL" || v[0].Description != "x" {
		t.Fatalf("%+v", v)
	}
	if !reflect.DeepEqual(v[0].Affected, []string{"P1", "P4"}) || v[0].Remediation[0].Details != "Install 2.3." || !reflect.DeepEqual(v[0].Remediation[0].Products, []string{"P1", "P4"}) {
		t.Errorf("%+v", v[0])
	}
}

func TestReasons(t *testing.T) {
	d, err := Read([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]Reason{"2.2": VersionNamed, "": VersionUnknown, "9": VersionOther, "?": VersionUnordered} {
		for _, v := range d.Judge(InUse{Vendor: "example works", Name: "Drive 7", Version: version}, Names{}) {
			if v.Reason != want {
				t.Errorf("%q: %s (%s), want %s", version, v.Reason, v.Why, want)
			}
		}
	}
}

func TestOneNameOfAVendor(t *testing.T) {
	n := Names{Vendors: map[string]string{"Schneider Electric Software, LLC": "Schneider Electric"}}
	if n.Vendor("Schneider Electric SE") != n.Vendor("SCHNEIDER ELECTRIC SOFTWARE LLC") || n.Vendor("Siemens AG") != "siemens" {
		t.Error(n.Vendor("Schneider Electric SE"), n.Vendor("Siemens AG"))
	}
}

func TestProductsWithoutVendorAreThePublishers(t *testing.T) {
	for category, want := range map[string]int{"vendor": 1, "coordinator": 0} {
		d, err := Read([]byte(`{"document": {"csaf_version": "2.0", "publisher": {"category": "` + category + `", "name": "Example Works"}, "tracking": {"id": "A"}},
			"product_tree": {"full_product_names": [{"name": "Rack", "product_id": "P"}]}, "vulnerabilities": [{"product_status": {"known_affected": ["P"]}}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Judge(InUse{Vendor: "Example Works", Name: "Rack"}, Names{}); len(got) != want {
			t.Errorf("%s: %+v", category, got)
		}
	}
}
