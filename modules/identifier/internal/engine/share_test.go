package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
)

// half is a server of two: the second of a site with the serial number 7.
func half(t *testing.T) *office {
	t.Helper()
	e := open(t)
	known := map[string][]wire.Value{}
	for _, handle := range []string{prefixHandle, "88.101.5/GROUP"} { // they may be the other server's
		known[wire.Fold(handle)] = e.values(t, handle)
	}
	e.Engine = engine.New(engine.Options{
		Store: e.store, Name: "here", Known: known,
		Share: engine.Share{Receiver: wire.Receiver{Hash: wire.HashAll, Servers: 2, Server: 1}, Serial: 7},
	})
	if err := e.Settle(t.Context(), prefixHandle, "here"); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAServerAnswersForItsShareOnly(t *testing.T) {
	e := half(t)
	ours := 0
	for i := range 40 {
		handle := fmt.Sprintf("88.101.5/t%d", i)
		e.put(t, handle, url(1)) // as what was moved is still there
		mine := wire.Hash([]byte(handle), wire.HashAll)%2 == 1
		if mine {
			ours++
		}
		for serial, moved := range map[uint16]wire.Code{6: wire.CodeSiteOutdated, 7: wire.CodeNotResponsible, 8: wire.CodeNotResponsible, wire.SerialUnknown: wire.CodeNotResponsible} {
			want := wire.CodeSuccess
			if !mine {
				want = moved
			}
			if got := e.askWith(serial, handle); got != want {
				t.Errorf("%s, asked by who knows the site as of %d: %s, want %s", handle, serial, got, want)
			}
		}
		want := wire.CodeExists
		if !mine {
			want = wire.CodeSiteOutdated // who asks knows no serial number, which is as 0
		}
		if got := e.ask(wire.OpCreate, "300:"+prefixHandle, 0, body(handle, url(1))).Code; got != want {
			t.Errorf("create %s: %s, want %s", handle, got, want)
		}
	}
	if ours == 0 || ours == 40 {
		t.Fatalf("%d of 40 are this server's", ours)
	}
	res := e.ask(wire.OpListHandles, "300:"+prefixHandle, 0, wire.AppendHandle(nil, prefixHandle))
	listed := 0
	for handle, err := range res.List {
		if err != nil {
			t.Fatal(err)
		}
		if handle != "88.101.5/GROUP" {
			listed++
		}
	}
	if listed != ours {
		t.Errorf("%d are listed, want %d", listed, ours)
	}
}

// askWith asks as who knows the site with a serial number, the quick way if that
// answers.
func (e *office) askWith(serial uint16, handle string) wire.Code {
	req := &server.Request{Header: wire.Header{Op: wire.OpResolve, SiteSerial: serial}, Version: wire.Current(), Body: queryOf(handle), Received: time.Now()}
	req.Query, _ = wire.DecodeQuery(req.Body)
	res := &server.Response{}
	if !e.Resolve(req, res) {
		e.Handle(context.Background(), req, res)
	}
	return res.Code
}

func TestASuffixIsMadeThatHashesToTheServer(t *testing.T) {
	e := half(t)
	for range 20 {
		res := e.ask(wire.OpCreate, "300:"+prefixHandle, wire.FlagMint, body("88.101.5/m-", url(1)))
		made, err := wire.DecodeHandle(res.Body)
		if res.Code != wire.CodeSuccess || err != nil {
			t.Fatalf("%s, %v", res.Code, err)
		}
		if wire.Hash([]byte(made), wire.HashAll)%2 != 1 {
			t.Errorf("%s is the other server's", made)
		}
	}
}
