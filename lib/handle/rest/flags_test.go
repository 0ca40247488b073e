package rest_test

import (
	"context"
	"fmt"
	"testing"

	"linghang/lib/handle/rest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// TestWhatTheHandlerIsAsked is the table of the package comment: what each request
// over HTTP becomes.
func TestWhatTheHandlerIsAsked(t *testing.T) {
	var asked []string
	d := newDesk(t)
	s := d.store
	d = newDesk(t, func(o *rest.Options) {
		o.Lookup = s.lookup
		o.Handler = server.HandlerFunc(func(_ context.Context, req *server.Request, res *server.Response) {
			asked = append(asked, fmt.Sprintf("%s %x", req.Header.Op, uint32(req.Header.Flags)))
			if req.Header.SiteSerial != wire.SerialUnknown || req.Transport != wire.HTTPS || req.Remote.Addr().String() != "192.0.2.1" {
				t.Errorf("%+v", req)
			}
			if !req.Received.Equal(d.now) {
				t.Errorf("received at %s", req.Received)
			}
			there := wire.Values{Handle: "88.TEST/X", Values: []wire.Value{wire.Text(1, "URL", "x")}}
			res.Code, res.Body = wire.CodeSuccess, there.Append(res.Body)
		})
	})
	const one, two = `{"index":1,"type":"URL","data":"x"}`, `[{"index":1,"type":"URL","data":"x"},{"index":2,"type":"URL","data":"x"}]`
	for _, c := range []struct {
		method, path, body string
		who                string
		want               string
	}{
		{"GET", "/api/handles/88.TEST/X", "", "", "[resolve 1000000]"},
		{"GET", "/api/handles/88.TEST/X?auth&cert=true&doNotRefer&publicOnly=false", "", "", "[resolve c0100000]"},
		{"GET", "/api/handles/88.TEST/X?auth=false", "", asAdmin(), "[resolve 0]"},
		{"GET", "/api/handles/88.TEST/X?publicOnly", "", asAdmin(), "[resolve 1000000]"},
		{"PUT", "/api/handles/88.TEST/X", one, asAdmin(), "[resolve 100000 create handle 400000]"},
		{"PUT", "/api/handles/88.TEST/X?overwrite=false", one, asAdmin(), "[create handle 0]"},
		{"PUT", "/api/handles/88.TEST/?mintNewSuffix=true", one, asAdmin(), "[create handle 200000]"},
		{"PUT", "/api/handles/88.TEST/X?index=1", one, asAdmin(), "[resolve 100000 modify values 0]"},
		{"PUT", "/api/handles/88.TEST/X?index=various", two, asAdmin(), "[resolve 100000 add values 400000]"},
		{"PUT", "/api/handles/88.TEST/X?index=various&overwrite=false", two, asAdmin(), "[add values 0]"},
		{"DELETE", "/api/handles/88.TEST/X", "", asAdmin(), "[delete handle 0]"},
		{"DELETE", "/api/handles/88.TEST/X?index=1&index=2", "", asAdmin(), "[remove values 0]"},
		{"POST", "/api/prefixes/88.X", "", asAdmin(), "[home prefix 0]"},
		{"DELETE", "/api/prefixes/88.X", "", asAdmin(), "[unhome prefix 0]"},
		{"GET", "/api/prefixes", "", asAdmin(), "[list homed prefixes 0]"},
		{"GET", "/api/handles?prefix=88.TEST", "", asAdmin(), "[list handles 0]"},
		{"GET", "/88.TEST/X?auth", "", "", "[resolve 91000000]"},
	} {
		asked = nil
		var headers []string
		if c.who != "" {
			headers = append(headers, c.who)
		}
		if w := d.ask(c.method, "https://x"+c.path, c.body, headers...); w.Code >= 400 {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
		if got := fmt.Sprint(asked); got != c.want {
			t.Errorf("%s %s: %s, not %s", c.method, c.path, got, c.want)
		}
	}
}
