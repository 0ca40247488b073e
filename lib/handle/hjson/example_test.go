package hjson_test

import (
	"fmt"

	"linghang/lib/handle/hjson"
)

// A value as clients write it, and as servers answer.
func ExampleParseValue() {
	v, err := hjson.ParseValue([]byte(`{"index":1,"type":"URL","data":"http://a.example/T001","permissions":"1100"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", hjson.AppendValue(nil, &v))
	_, err = hjson.ParseValues([]byte(`[{"index":1,"type":"URL","data":"x","ttl":"soon"}]`))
	fmt.Println(err)
	// Output:
	// {"index":1,"type":"URL","data":{"format":"string","value":"http://a.example/T001"},"ttl":86400,"timestamp":"1970-01-01T00:00:00Z","permissions":"1100"}
	// values[0].ttl: write seconds as a whole number, or a time from 1970 to 2038 as 2026-11-24T02:01:09Z
}
