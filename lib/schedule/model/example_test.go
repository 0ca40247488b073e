package model_test

import (
	"fmt"

	"linghang/lib/schedule/model"
)

func ExampleDecode() {
	_, err := model.Decode([]byte(`{
  "resources": [{"name": "reactor", "capacity": 1}],
  "tasks": [
    {"name": "charge", "modes": [{"duration": 30, "needs": [{"resource": 0, "amount": 2}]}]},
    {"name": "react", "modes": [{"duration": 120}]}
  ],
  "precedences": [{"before": 0, "after": 2}]
}`))
	fmt.Println(err)
	// Output:
	// the model cannot be scheduled:
	// tasks[0].modes[0].needs[0].amount: is 2; it is 1 to 1, the capacity of the resource
	// precedences[0].after: is 2; there are 2 tasks, counted from 0
}
