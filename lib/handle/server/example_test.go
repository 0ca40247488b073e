package server_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func Example() {
	s, err := server.New(server.Options{
		Handler: server.HandlerFunc(func(_ context.Context, req *server.Request, res *server.Response) {
			if req.Header.Op != wire.OpResolve {
				res.Fail(wire.CodeUnsupported, "")
				return
			}
			values := wire.Values{Handle: string(req.Query.Handle), Values: []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}}
			res.Code, res.Body = wire.CodeSuccess, values.Append(res.Body)
		}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	done := make(chan error)
	go func() { done <- s.ServeTCP(ctx, ln) }()

	at := netip.MustParseAddrPort(ln.Addr().String())
	c := client.New(client.Options{Resolver: []wire.Site{{Servers: []wire.Server{{Address: at.Addr(), Interfaces: []wire.Interface{
		{Service: wire.ServiceQuery, Protocol: wire.TCP, Port: uint32(at.Port())},
	}}}}}})
	answer, err := c.Resolve(ctx, "88.1/A", client.Query{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Handle, string(answer.Values[0].Data))
	cancel()
	fmt.Println(<-done)
	// Output:
	// 88.1/A http://a.example
	// <nil>
}
