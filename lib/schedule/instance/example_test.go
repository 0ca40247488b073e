package instance_test

import (
	"fmt"

	"linghang/lib/schedule/instance"
)

func ExampleRead() {
	m, err := instance.Read("flexible", []byte("1 2\n2 1 0 5 2 0 3 1 4\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range m.Tasks {
		fmt.Println(t.Name, len(t.Modes), "modes")
	}
	_, err = instance.Read("flexible", []byte("1 2\n2 1 0 5\n"))
	fmt.Println(err)
	// Output:
	// J0.0 1 modes
	// J0.1 2 modes
	// line 2: the text ends where the number of alternatives follows
}
