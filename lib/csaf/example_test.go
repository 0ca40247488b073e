package csaf_test

import (
	"fmt"

	"linghang/lib/csaf"
)

func Example() {
	advisory, err := csaf.Read([]byte(`{
 "document": {"category": "csaf_base", "csaf_version": "2.0", "title": "Drive 7", "tracking": {"id": "EW-2026-1", "status": "final", "version": "1",
   "revision_history": [{"date": "2026-02-01T10:00:00Z", "number": "1", "summary": "a"}]}},
 "product_tree": {"branches": [{"category": "vendor", "name": "Example Works GmbH", "branches": [{"category": "product_name", "name": "Drive 7", "branches": [
   {"category": "product_version_range", "name": "vers:all/<V2.3", "product": {"name": "Drive 7", "product_id": "P1"}}]}]}]},
 "vulnerabilities": [{"cve": "CVE-2026-0001", "product_status": {"known_affected": ["P1"]},
   "remediations": [{"category": "vendor_fix", "details": "Install V2.3.", "product_ids": ["P1"]}]}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, version := range []string{"2.2.9", "2.3", ""} {
		for _, v := range advisory.Judge(csaf.InUse{Vendor: "EXAMPLE WORKS", Name: "Drive 7", Version: version}, csaf.Names{}) {
			fmt.Printf("%q: %s: %s. %s\n", version, v.Answer, v.Why, v.Remediation[0].Details)
		}
	}
	for _, f := range advisory.Check(csaf.Data{}).Findings {
		fmt.Println(f.Test.ID, f.Path, f.What)
	}
	// Output:
	// "2.2.9": affected: the version 2.2.9, by "vers:all/<V2.3", is named as affected. Install V2.3.
	// "2.3": not affected: the version 2.3 is outside "vers:all/<V2.3", which is affected. Install V2.3.
	// "": cannot tell: the version in use is not known. Install V2.3.
}
