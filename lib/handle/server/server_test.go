package server_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// echo answers queries with a value whose data is the size that the handle says,
// and all else with success when it is proven who asks.
type echo struct{ slow bool }

func (h echo) Resolve(req *server.Request, res *server.Response) bool {
	if h.slow {
		return false
	}
	var n int
	if _, err := fmt.Sscanf(string(req.Query.Handle), "88/%d", &n); err != nil {
		res.Fail(wire.CodeNotFound, "")
		return true
	}
	values := wire.Values{Handle: string(req.Query.Handle), Values: []wire.Value{{Index: 1, Type: "DESC", Data: make([]byte, n)}}}
	res.Code, res.Body = wire.CodeSuccess, values.Append(res.Body)
	return true
}

func (h echo) Handle(_ context.Context, req *server.Request, res *server.Response) {
	switch {
	case req.Header.Op == wire.OpResolve:
		echo{}.Resolve(req, res)
	case !req.Proven():
		res.Code = wire.CodeAuthNeeded
	case req.Header.Op == wire.OpTransactions:
		res.Code, res.Body = wire.CodeSuccess, append(res.Body, 0)
		res.Stream = func(_ context.Context, w io.Writer) error {
			change := wire.Change{Transaction: 1, Handle: "88/1", Action: wire.ActionCreate, Values: []wire.Value{wire.Text(1, "URL", "x")}}
			_, err := w.Write(wire.AppendEnd(change.Append(wire.AppendTransactions(nil, wire.StreamSending)), 5))
			return err
		}
	default:
		res.Code = wire.CodeSuccess
		res.Body = wire.AppendBytes(res.Body, req.Identity.String())
	}
}

// Who may prove an identity in the tests, and by what.
const secretHandle, secretText = "88/ADMIN", "a secret"

func admin() *auth.Identity {
	return &auth.Identity{Reference: wire.Reference{Handle: secretHandle, Index: 300}, Secret: []byte(secretText)}
}

func lookup(context.Context, wire.Reference) ([]wire.Value, error) {
	return []wire.Value{{Index: 300, Type: wire.TypeSecretKey, Data: []byte(secretText)}}, nil
}

var siteKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// place is a running server.
type place struct{ udp, tcp string }

func start(t testing.TB, o server.Options) place {
	t.Helper()
	if o.Handler == nil {
		o.Handler = echo{}
	}
	if o.Authenticate == nil {
		o.Authenticate = server.KeyCheck(auth.Policy{}, lookup, nil)
	}
	o.Site.Serial, o.Site.Primary = 7, true
	s, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	sockets, err := server.ListenUDP(ctx, "127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.ServeUDP(ctx, sockets[0]); err != nil {
			t.Errorf("serve UDP: %v", err)
		}
	})
	running.Go(func() {
		if err := s.ServeTCP(ctx, ln); err != nil {
			t.Errorf("serve TCP: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
		_ = sockets[0].Close()
	})
	return place{sockets[0].LocalAddr().String(), ln.Addr().String()}
}

func dial(t testing.TB, network, address string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(context.Background(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// packet returns a request with its envelope.
func packet(e wire.Envelope, h wire.Header, body, credential []byte) []byte {
	if e.Version == (wire.Version{}) {
		e.Version, e.Suggested = wire.Current(), wire.Current()
	}
	message := wire.AppendMessage(nil, &h, body, credential)
	e.Length = uint32(len(message))
	return append(e.Append(nil), message...)
}

func query(handle string, request uint32, flags wire.Flags) []byte {
	q := wire.NewQuery(handle, nil, nil)
	return packet(wire.Envelope{Request: request}, wire.Header{Op: wire.OpResolve, Flags: flags}, q.Append(nil), nil)
}

func send(t testing.TB, conn net.Conn, octets []byte) {
	t.Helper()
	if _, err := conn.Write(octets); err != nil {
		t.Fatal(err)
	}
}

// answer reads an answer of a TCP connection.
func answer(t testing.TB, conn net.Conn) (wire.Envelope, wire.Message) {
	t.Helper()
	head := make([]byte, wire.EnvelopeSize)
	if _, err := io.ReadFull(conn, head); err != nil {
		t.Fatalf("read envelope: %v", err)
	}
	e, err := wire.DecodeEnvelope(head)
	if err != nil {
		t.Fatal(err)
	}
	octets := make([]byte, e.Length)
	if _, err := io.ReadFull(conn, octets); err != nil {
		t.Fatalf("read message: %v", err)
	}
	m, err := wire.DecodeMessage(octets)
	if err != nil {
		t.Fatal(err)
	}
	return e, m
}

// closed checks that the server closes the connection and says no more.
func closed(t testing.TB, conn net.Conn) {
	t.Helper()
	if n, err := io.Copy(io.Discard, conn); n > 0 || err != nil && !isReset(err) {
		t.Errorf("the connection goes on: %d octets, %v", n, err)
	}
}

func isReset(err error) bool {
	var timeout net.Error
	ok := asNet(err, &timeout)
	return !ok || !timeout.Timeout()
}

func TestConnectionsAreKeptAsClientsExpect(t *testing.T) {
	p := start(t, server.Options{})
	keep := query("88/1", 1, wire.FlagKeepAlive)
	national := query("88/1", 1, 0)
	national[1] = 10
	for name, c := range map[string]struct {
		request []byte
		kept    bool
	}{"asked": {keep, true}, "version 2.10": {national, true}, "not asked": {query("88/1", 1, 0), false}} {
		conn := dial(t, "tcp", p.tcp)
		for range 3 {
			send(t, conn, c.request)
			if _, m := answer(t, conn); m.Code != wire.CodeSuccess {
				t.Errorf("%s: %s", name, m.Code)
			}
			if !c.kept {
				closed(t, conn)
				break
			}
		}
	}
	never := start(t, server.Options{Connections: server.KeepNever})
	conn := dial(t, "tcp", never.tcp)
	send(t, conn, keep)
	answer(t, conn)
	closed(t, conn)
	always := start(t, server.Options{Connections: server.KeepAlways})
	conn = dial(t, "tcp", always.tcp)
	for range 2 {
		send(t, conn, query("88/1", 1, 0))
		answer(t, conn)
	}
}

func TestRequestsInFlightAreAnsweredInOrder(t *testing.T) {
	p := start(t, server.Options{})
	conn := dial(t, "tcp", p.tcp)
	var all []byte
	for i := range uint32(200) {
		all = append(all, query(fmt.Sprintf("88/%d", i), i+1, wire.FlagKeepAlive)...)
	}
	send(t, conn, all)
	for i := range uint32(200) {
		e, m := answer(t, conn)
		if e.Request != i+1 || m.Code != wire.CodeSuccess || !m.Flags.Has(wire.FlagAuthoritative) || m.SiteSerial != 7 {
			t.Fatalf("answer %d: request %d, %s", i, e.Request, m.Code)
		}
	}
}

func TestEveryVersionIsAnsweredInItsOwn(t *testing.T) {
	p := start(t, server.Options{})
	for minor := range uint8(12) {
		request := query("88/1", 5, 0)
		request[0], request[1], request[2], request[3] = 2, minor, 0, 0
		conn := dial(t, "tcp", p.tcp)
		send(t, conn, request)
		e, m := answer(t, conn)
		want, code := wire.Version{Major: 2, Minor: minor}, wire.CodeSuccess
		switch minor {
		case 0:
			want, code = wire.Current(), wire.CodeProtocolError
		case 6:
			want.Minor = 5
		}
		if e.Version != want || e.Suggested != wire.Current() || m.Code != code || e.Request != 5 {
			t.Errorf("2.%d is answered in %v with %s, request %d", minor, e.Version, m.Code, e.Request)
		}
	}
	request := query("88/1", 5, 0)
	request[0], request[1], request[2], request[3] = 3, 0, 3, 0
	conn := dial(t, "tcp", p.tcp)
	send(t, conn, request)
	if e, m := answer(t, conn); e.Version != wire.Current() || m.Code != wire.CodeSuccess {
		t.Errorf("3.0 is answered in %v with %s", e.Version, m.Code)
	}
}

func TestRequestsThatCannotBeAnsweredSayWhy(t *testing.T) {
	p := start(t, server.Options{})
	short := packet(wire.Envelope{}, wire.Header{Op: wire.OpResolve}, []byte{0, 0, 0, 9}, nil)
	handle := packet(wire.Envelope{}, wire.Header{Op: wire.OpResolve}, append(wire.AppendBytes(nil, "88/\xff"), 0, 0, 0, 0, 0, 0, 0, 0), nil)
	far := packet(wire.Envelope{}, wire.Header{Op: wire.OpResolve, Recursion: 11}, nil, nil)
	compressed := query("88/1", 1, 0)
	compressed[2] |= 0x80
	encrypted := query("88/1", 1, 0)
	encrypted[2] |= 0x40
	encrypted[7] = 9
	setUp := wire.SessionSetUp{Mode: wire.ModeServerKey}
	old := packet(wire.Envelope{Version: wire.Version{Major: 2, Minor: 6}}, wire.Header{Op: wire.OpSessionSetUp}, setUp.Append(nil), nil)
	for name, c := range map[string]struct {
		request []byte
		want    wire.Code
	}{
		"a body that ends early":      {short, wire.CodeProtocolError},
		"a handle that is none":       {handle, wire.CodeInvalidHandle},
		"asked by too many":           {far, wire.CodeRecursionLimit},
		"compressed":                  {compressed, wire.CodeProtocolError},
		"in an unknown session":       {encrypted, wire.CodeSessionTimeout},
		"encrypted without one":       {query("88/1", 1, wire.FlagEncrypt), wire.CodeInvalidCredential},
		"a challenge never put":       {packet(wire.Envelope{Session: 9}, wire.Header{Op: wire.OpChallengeAnswer}, nil, nil), wire.CodeAuthTimeout},
		"a session in a dead mode":    {packet(wire.Envelope{}, wire.Header{Op: wire.OpSessionSetUp}, setUp.Append(nil), nil), wire.CodeSessionSetUp},
		"the end of no session":       {packet(wire.Envelope{Session: 9}, wire.Header{Op: wire.OpSessionEnd}, nil, nil), wire.CodeInvalidCredential},
		"a session of an old version": {old, wire.CodeSessionSetUp},
		"a log-in":                    {packet(wire.Envelope{}, wire.Header{Op: wire.OpLoginKey}, nil, nil), wire.CodeUnsupported},
	} {
		conn := dial(t, "tcp", p.tcp)
		send(t, conn, c.request)
		if _, m := answer(t, conn); m.Code != c.want {
			t.Errorf("%s: %s, want %s", name, m.Code, c.want)
		}
	}
}

func TestAnswersAreNotAnswered(t *testing.T) {
	p := start(t, server.Options{})
	said := packet(wire.Envelope{Request: 1}, wire.Header{Op: wire.OpResolve, Code: wire.CodeNotFound}, nil, nil)
	conn := dial(t, "udp", p.udp)
	send(t, conn, said)
	send(t, conn, query("88/1", 2, 0))
	room := make([]byte, 1024)
	if n, err := conn.Read(room); err != nil || binary.BigEndian.Uint32(room[8:n]) != 2 {
		t.Errorf("an answer was answered: %x, %v", room[:n], err)
	}
	stream := dial(t, "tcp", p.tcp)
	send(t, stream, said)
	closed(t, stream)
}

func TestTheSiteMayChange(t *testing.T) {
	s, err := server.New(server.Options{Handler: echo{}, Site: wire.Site{Serial: 1}})
	if err != nil {
		t.Fatal(err)
	}
	s.SetSite(&wire.Site{Serial: 2})
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.ServeTCP(ctx, ln) }()
	conn := dial(t, "tcp", ln.Addr().String())
	send(t, conn, packet(wire.Envelope{}, wire.Header{Op: wire.OpSiteInfo}, wire.AppendHandle(nil, wire.NoHandle), nil))
	_, m := answer(t, conn)
	site, err := wire.DecodeSite(m.Body)
	if err != nil || site.Serial != 2 || m.SiteSerial != 2 || m.Flags.Has(wire.FlagAuthoritative) {
		t.Errorf("site %d, header %d, %v", site.Serial, m.SiteSerial, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Sockets that share a port share it with nobody else: another server's packets
// would come here, and ours there.
func TestAPortIsSharedWithNobodyElse(t *testing.T) {
	for _, n := range []int{1, 2} {
		ours, err := server.ListenUDP(t.Context(), "127.0.0.1:0", n)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []int{1, 2} {
			if theirs, err := server.ListenUDP(t.Context(), ours[0].LocalAddr().String(), m); err == nil {
				t.Errorf("%d sockets listen where %d did", m, n)
				for _, c := range theirs {
					_ = c.Close()
				}
			}
		}
		for _, c := range ours {
			if c.LocalAddr().String() != ours[0].LocalAddr().String() {
				t.Errorf("%s and %s", c.LocalAddr(), ours[0].LocalAddr())
			}
			_ = c.Close()
		}
	}
}
