package gs1_test

import (
	"fmt"

	"linghang/lib/codeid/gs1"
)

// From a scanner to the address of a resolver.
func Example() {
	elements, err := gs1.ParseElements("]d201095060001343521725122510ABC123\x1d21XYZ")
	if err != nil {
		fmt.Println(err)
		return
	}
	i, err := gs1.Identify(elements)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(i)
	fmt.Println(i.Link(gs1.CanonicalDomain))
	// Output:
	// (01)09506000134352(10)ABC123(21)XYZ(17)251225
	// https://id.gs1.org/01/09506000134352/10/ABC123/21/XYZ?17=251225
}
