package stix_test

import (
	"fmt"

	"linghang/lib/stix"
)

// What a probe recorded of a conversation is held against a pattern.
func ExampleParsePattern() {
	recorded := []string{"ipv4-addr:value", "network-traffic:dst_port"}
	p, err := stix.ParsePattern("[ipv4-addr:value ISSUBSET '198.51.100.0/24' AND network-traffic:dst_port = 502]", recorded)
	if err != nil {
		fmt.Println(err)
		return
	}
	seen := map[string][]string{"ipv4-addr:value": {"10.0.0.1", "198.51.100.7"}, "network-traffic:dst_port": {"502"}}
	matched, by := p.Match(func(path string) []string { return seen[path] })
	fmt.Println(matched, len(by))

	_, err = stix.ParsePattern("[process:name = 'x']", recorded)
	fmt.Println(err)
	// Output:
	// true 2
	// stix: pattern at 1: process:name is not among what is recorded
}
