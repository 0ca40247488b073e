package stix_test

import (
	"fmt"

	"linghang/lib/stix"
)

// A peer's bundle is read, tested, and looked into.
func Example() {
	bundle, err := stix.ReadBundle([]byte(`{"type":"bundle","id":"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d","objects":[
		{"type":"incident","spec_version":"2.1","id":"incident--1f2d1b6f-9d9f-4c52-9a0a-2b9c4b1f6a11","created":"2026-03-01T08:00:00.000Z",
		 "modified":"2026-03-01T08:00:00Z","name":"Writes to a PLC","x_case":"7","object_marking_refs":["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"]}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	checker, err := stix.NewChecker()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range checker.Bundle(bundle).Findings {
		fmt.Println(f.Path, f.Text)
	}
	incident, err := stix.As[stix.Incident](bundle.Objects()[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(incident.Name, bundle.Objects()[0].TLP())
	// Output:
	// /modified 2026-03-01T08:00:00Z has 0 decimal places of seconds and needs at least 3
	// Writes to a PLC TLP:AMBER+STRICT
}
