package mirror_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/mirror"
	"linghang/modules/identifier/internal/record"
)

// primary is a server that sends what a test says, one stream after the other, and
// then is silent. It tells what it was asked for.
type primary struct {
	streams chan func(ctx context.Context, w io.Writer) error
	asked   chan wire.Op
	secret  []byte
}

// Handle implements server.Handler.
func (p *primary) Handle(_ context.Context, req *server.Request, res *server.Response) {
	if !req.Proven() {
		res.Code = wire.CodeAuthNeeded
		return
	}
	op := req.Header.Op
	res.Code, res.Body = wire.CodeSuccess, append(res.Body[:0], 0)
	res.Stream = func(ctx context.Context, w io.Writer) error {
		select {
		case p.asked <- op:
		case <-ctx.Done():
			return nil
		}
		select {
		case send := <-p.streams:
			return send(ctx, w)
		case <-ctx.Done():
			return nil
		}
	}
}

// lookup knows the mirror's secret.
func (p *primary) lookup(context.Context, wire.Reference) ([]wire.Value, error) {
	return []wire.Value{{Index: 300, Permissions: wire.PermissionsSecret, Type: wire.TypeSecretKey, Data: p.secret}}, nil
}

// pair is a primary with a mirror of it.
type pair struct {
	*primary
	*mirror.Mirror
	store record.Store
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{primary: &primary{streams: make(chan func(context.Context, io.Writer) error), asked: make(chan wire.Op), secret: []byte("a secret")}}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(ln.Addr().String())
	site := wire.Site{Version: wire.Current(), Serial: 1, Primary: true, Servers: []wire.Server{{ID: 1, Address: at.Addr(), PublicKey: public, Interfaces: []wire.Interface{
		{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: uint32(at.Port())},
	}}}}
	srv, err := server.New(server.Options{Handler: p.primary, Site: site, Key: key, Authenticate: server.KeyCheck(auth.Policy{}, p.lookup, nil)})
	if err != nil {
		t.Fatal(err)
	}
	store, err := record.OpenFiles(t.TempDir(), record.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p.store = store
	c := client.New(client.Options{Root: []wire.Site{site}, Identity: &auth.Identity{Reference: wire.Reference{Handle: "88.1/MIRROR", Index: 300}, Secret: p.secret}})
	p.Mirror = mirror.New(mirror.Options{
		Store: store, Client: c, Primary: func(context.Context) (wire.Site, error) { return site, nil }, Node: "0.NA/88.1", Log: slog.New(slog.DiscardHandler),
	})
	if err := p.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = srv.ServeTCP(ctx, ln) })
	running.Go(func() { _ = p.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

// next waits for what the mirror asks for, and has it sent.
func (p *pair) next(t *testing.T, want wire.Op, send func(ctx context.Context, w io.Writer) error) {
	t.Helper()
	select {
	case op := <-p.asked:
		if op != want {
			t.Fatalf("the mirror asks for %s, not %s", op, want)
		}
	case <-t.Context().Done():
		t.Fatal("the mirror asks for nothing")
	}
	p.streams <- send
}

func sends(octets []byte) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		_, err := w.Write(octets)
		return err
	}
}

// stays sends, and leaves the stream open until the test ends.
func stays(octets []byte) func(context.Context, io.Writer) error {
	return func(ctx context.Context, w io.Writer) error {
		_, err := w.Write(octets)
		<-ctx.Done()
		return err
	}
}

// dump is one of handles with their values, as of a transaction. It is not ended.
func dump(number uint64, handles ...string) []byte {
	source := wire.DumpRecord{Kind: wire.DumpSource, Date: 1, Transaction: number}
	out := source.Append(wire.AppendDump(nil))
	home := wire.DumpRecord{Kind: wire.DumpHomed, Handle: "0.NA/88.1"}
	out = home.Append(out)
	for _, h := range handles {
		one := wire.DumpRecord{Kind: wire.DumpHandle, Handle: h, Values: []wire.Value{wire.Text(1, wire.TypeDescription, h)}}
		out = one.Append(out)
	}
	return out
}

func ended(octets []byte) []byte {
	end := wire.DumpRecord{Kind: wire.DumpEnd}
	return end.Append(octets)
}

// here says that the primary is at a transaction.
func here(out []byte, number uint64) []byte {
	c := wire.Change{Transaction: number, Action: wire.ActionNone, Date: 2}
	return c.Append(out)
}

func (p *pair) has(t *testing.T, handle string) bool {
	t.Helper()
	r, err := p.store.Load(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	return r != nil
}

func TestAPartOfADumpIsNotTheWhole(t *testing.T) {
	p := newPair(t)
	p.next(t, wire.OpDump, sends(dump(7, "88.1/A", "88.1/GONE"))) // and the primary dies
	p.next(t, wire.OpDump, func(_ context.Context, w io.Writer) error {
		if p.Whole() || p.Lag().Position != 0 {
			t.Error("a part is taken for the whole")
		}
		_, err := w.Write(ended(dump(9, "88.1/A", "88.1/B")))
		return err
	})
	p.next(t, wire.OpTransactions, stays(here(wire.AppendTransactions(nil, wire.StreamSending), 9)))
	kerneltest.Wait(t, "the primary to say where it is", func() bool { l := p.Lag(); return l.Connected && !l.Contact.IsZero() })
	if l := p.Lag(); !p.Whole() || l.Position != 9 || l.Transactions() != 0 {
		t.Errorf("it is %+v", l)
	}
	if !p.has(t, "88.1/A") || !p.has(t, "88.1/B") || p.has(t, "88.1/GONE") {
		t.Error("it has not what the whole dump had")
	}
}

// What cannot be read leads to a dump; what was there before stays until that is
// whole, and what the primary has no more goes.
func TestATransactionThatCannotBeReadLeadsToADump(t *testing.T) {
	for name, tt := range map[string]struct{ octets []byte }{
		"no record":                   {[]byte{77, 1, 2, 3, 4, 5, 6, 7, 8}},
		"a handle that nobody has":    {here((&wire.Change{Transaction: 8, Handle: "", Action: wire.ActionDelete}).Append(nil), 8)},
		"an action that nobody knows": {(&wire.Change{Transaction: 8, Handle: "88.1/A", Action: 99}).Append(nil)},
		"all handles deleted":         {(&wire.Change{Transaction: 8, Handle: "0.NA/88.1", Action: wire.ActionDeleteAll}).Append(nil)},
		"a primary that is before us": {here(nil, 6)},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t)
			p.next(t, wire.OpDump, sends(ended(dump(7, "88.1/A", "88.1/GONE"))))
			p.next(t, wire.OpTransactions, sends(append(wire.AppendTransactions(nil, wire.StreamSending), tt.octets...)))
			p.next(t, wire.OpDump, func(_ context.Context, w io.Writer) error {
				if !p.Whole() || !p.has(t, "88.1/A") || !p.has(t, "88.1/GONE") {
					t.Error("what was there before is not")
				}
				_, err := w.Write(ended(dump(8, "88.1/A")))
				return err
			})
			p.next(t, wire.OpTransactions, stays(here(wire.AppendTransactions(nil, wire.StreamSending), 8)))
			if p.has(t, "88.1/GONE") || !p.has(t, "88.1/A") || p.Lag().Position != 8 {
				t.Errorf("after the dump it is %+v", p.Lag())
			}
		})
	}
}

// A stream that breaks off in the middle of a change loses nothing and repeats
// nothing: the mirror asks from where it is.
func TestAStreamThatBreaksOffGoesOn(t *testing.T) {
	p := newPair(t)
	p.next(t, wire.OpDump, sends(ended(dump(7, "88.1/A"))))
	change := wire.Change{Transaction: 8, Handle: "88.1/B", Action: wire.ActionCreate, Date: 2, Values: []wire.Value{wire.Text(1, "X", "b")}}
	octets := here(change.Append(wire.AppendTransactions(nil, wire.StreamSending)), 8)
	change.Transaction, change.Handle = 9, "88.1/C"
	broken := change.Append(octets)
	p.next(t, wire.OpTransactions, sends(broken[:len(broken)-3]))
	p.next(t, wire.OpTransactions, stays(here(change.Append(wire.AppendTransactions(nil, wire.StreamSending)), 9)))
	kerneltest.Wait(t, "the rest to come", func() bool { return p.Lag().Position == 9 })
	if !p.has(t, "88.1/A") || !p.has(t, "88.1/B") || !p.has(t, "88.1/C") {
		t.Error("something is missing")
	}
}
