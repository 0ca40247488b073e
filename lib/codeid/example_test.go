package codeid_test

import (
	"fmt"

	"linghang/lib/codeid"
)

// What somebody typed may be more than one thing.
func ExampleRecognise() {
	for _, c := range codeid.Recognise("1.2.156/3") {
		fmt.Println(c.System, c.Canonical, c.Reason)
	}
	// Output:
	// oid 1.2.156/3 arcs
	// handle 1.2.156/3 prefix
}
