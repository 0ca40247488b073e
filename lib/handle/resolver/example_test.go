package resolver_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// A recursive node on the port of such nodes in China, for the networks of a
// city.
func Example() {
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
	node, err := resolver.New(resolver.Options{
		CacheMiB: 512,
		Client:   client.Options{Root: []wire.Site{root}, Accept: func(a netip.Addr) bool { return a.IsGlobalUnicast() && !a.IsPrivate() }},
		Policy: resolver.Policy{
			Allow:      []resolver.Group{{Name: "city", Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}},
			SourceRate: resolver.Rate{PerSecond: 1000},
			Keep:       []resolver.Keep{{Code: wire.CodeNotFound, For: 10 * time.Second}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	srv, err := server.New(server.Options{Handler: node, Workers: 1024})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	sockets, err := server.ListenUDP(ctx, fmt.Sprintf(":%d", wire.PortRecursive), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() { _ = node.Run(ctx) }()
	fmt.Println(srv.ServeUDP(ctx, sockets[0]))
	// Output: no root is known
}
