package client_test

import (
	"context"
	"fmt"
	"os"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

func ExampleClient_Resolve() {
	record, err := os.ReadFile("root.site") // the HS_SITE of the root, as it stands on the wire
	if err != nil {
		fmt.Println("no root is known")
		return
	}
	root, err := wire.DecodeSite(record)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := client.New(client.Options{Root: []wire.Site{root}, Trace: func(h client.Hop) {
		fmt.Println(h.Why, h.Server, h.Code, h.Took)
	}})
	answer, err := c.Resolve(context.Background(), "88.101.5/T001", client.Query{Types: []string{wire.TypeURL}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range answer.Values {
		fmt.Println(v.Index, v.Type, string(v.Data))
	}
	// Output: no root is known
}
