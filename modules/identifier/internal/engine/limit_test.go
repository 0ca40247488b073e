package engine_test

import (
	"context"
	"testing"
	"time"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// Whoever speaks the national dialect is told which quota is used up; programs of HTTP
// too, for which REST has 429; others, that the server is too busy.
func TestAQuotaIsToldInTheLanguageOfWhoAsks(t *testing.T) {
	e := open(t)
	e.put(t, "88.101.5/a", url(1))
	ask := func(v wire.Version, by wire.Protocol) wire.Code {
		req := &server.Request{Header: wire.Header{Op: wire.OpResolve}, Version: v, Transport: by, Body: queryOf("88.101.5/a"), Received: time.Now()}
		req.Query, _ = wire.DecodeQuery(req.Body)
		res := &server.Response{}
		if !e.Resolve(req, res) {
			e.Handle(context.Background(), req, res)
		}
		return res.Code
	}
	national, standard := wire.Version{Major: 2, Minor: 10}, wire.Current()
	for _, spent := range []bool{false, true} {
		for _, h := range e.Homes() {
			h.Spent.Store(spent)
		}
		for _, c := range []struct {
			version wire.Version
			by      wire.Protocol
			spent   wire.Code
		}{
			{standard, wire.UDP, wire.CodeBusy},
			{standard, wire.TCP, wire.CodeBusy},
			{wire.Version{Major: 2, Minor: 1}, wire.TCP, wire.CodeBusy},
			{national, wire.UDP, wire.CodeDailyLimit},
			{national, wire.TCP, wire.CodeDailyLimit},
			{standard, wire.HTTP, wire.CodeDailyLimit},
			{standard, wire.HTTPS, wire.CodeDailyLimit},
		} {
			want := wire.CodeSuccess
			if spent {
				want = c.spent
			}
			if got := ask(c.version, c.by); got != want {
				t.Errorf("version %s by %s, used up %t: %s, want %s", c.version, c.by, spent, got, want)
			}
		}
	}
}
