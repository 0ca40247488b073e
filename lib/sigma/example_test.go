package sigma_test

import (
	"fmt"

	"linghang/lib/sigma"
)

func Example() {
	file, err := sigma.Parse("writes.yml", []byte(`
title: Write to a controller from outside of engineering
logsource: {product: ot, category: ot_command}
detection:
  write:
    Function|startswith: write
  engineering:
    Source|cidr: 10.20.0.0/16
  condition: write and not engineering
level: high
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	set, faults := sigma.Compile(sigma.Options{}, file)
	if len(faults) > 0 {
		fmt.Println(faults)
		return
	}
	matcher := set.Matcher()
	hits, err := matcher.Match(&sigma.Event{
		Source: sigma.LogSource{Product: "ot", Category: "ot_command"},
		Fields: []sigma.Field{{Name: "Function", Value: "Write Single Coil"}, {Name: "Source", Value: "192.0.2.7"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, hit := range hits {
		for _, why := range matcher.Why(hit) {
			fmt.Printf("%s: %s.%s %v %q has %q\n", hit.Rule.Title, why.Search, why.Field, why.Modifiers, why.Value, why.Wanted)
		}
	}
	// Output:
	// Write to a controller from outside of engineering: write.Function [startswith] "Write Single Coil" has "write"
}

func ExampleParse_refused() {
	_, err := sigma.Parse("old.yml", []byte(`
title: Many failures
logsource: {product: windows}
detection:
  failed: {EventID: 4625}
  condition: failed | count() by User > 5
`))
	fmt.Println(err)
	// Output:
	// old.yml:6:14: detection.condition: the aggregation "count" of old rules was removed by specification 2; write a correlation rule
}
