package server_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func asNet(err error, target *net.Error) bool { return errors.As(err, target) }

// heap returns what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestALengthOverTheLimitIsRefusedUnread(t *testing.T) {
	p := start(t, server.Options{})
	for _, length := range []uint32{wire.MaxMessage + 1, 0x7fffffff, 0xffffffff} {
		conn := dial(t, "tcp", p.tcp)
		e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: 77, Length: length}
		send(t, conn, e.Append(nil))
		if e, m := answer(t, conn); m.Code != wire.CodeProtocolError || e.Request != 77 {
			t.Errorf("length %d: %s, request %d", length, m.Code, e.Request)
		}
		closed(t, conn)
	}
}

func TestWhatIsAnnouncedTakesNoMemory(t *testing.T) {
	p := start(t, server.Options{MaxPerPeer: 1000})
	before := heap()
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Length: wire.MaxMessage}
	for range 200 { // 50 MB announced
		send(t, dial(t, "tcp", p.tcp), append(e.Append(nil), 1, 2, 3))
	}
	if grown := int64(heap()) - int64(before); grown > 12<<20 {
		t.Errorf("the heap grew by %d octets", grown)
	}
}

func TestOnlySoMuchIsReceivedAtOnce(t *testing.T) {
	p := start(t, server.Options{MaxBuffered: 300 << 10, MessageTime: time.Minute})
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Length: wire.MaxMessage}
	part := append(e.Append(nil), make([]byte, wire.MaxMessage-1)...)
	first := dial(t, "tcp", p.tcp)
	send(t, first, part)
	// The first holds its octets once they have arrived; the others are closed then.
	refused := false
	for range 20 {
		conn := dial(t, "tcp", p.tcp)
		if _, err := conn.Write(part); err != nil {
			refused = true
			break
		}
		if err := conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, context.DeadlineExceeded) && isReset(err) {
			refused = true
			break
		}
	}
	if !refused {
		t.Error("five megabytes are received at once")
	}
}

func TestASlowClientIsLeft(t *testing.T) {
	p := start(t, server.Options{MessageTime: 150 * time.Millisecond})
	request := query("88/1", 1, wire.FlagKeepAlive)
	for _, n := range []int{0, 1, wire.EnvelopeSize, len(request) - 1} {
		conn := dial(t, "tcp", p.tcp)
		send(t, conn, request[:n])
		closed(t, conn)
	}
	conn := dial(t, "tcp", p.tcp)
	send(t, conn, request)
	answer(t, conn)
	send(t, conn, request[:10]) // the second message is as slow
	closed(t, conn)
}

func TestAPeerHasSoManyConnections(t *testing.T) {
	p := start(t, server.Options{MaxPerPeer: 2})
	first, second := dial(t, "tcp", p.tcp), dial(t, "tcp", p.tcp)
	for _, conn := range []net.Conn{first, second} {
		send(t, conn, query("88/1", 1, wire.FlagKeepAlive))
		answer(t, conn)
	}
	closed(t, dial(t, "tcp", p.tcp))
	send(t, first, query("88/1", 1, 0))
	answer(t, first)
	closed(t, first)
	for {
		conn := dial(t, "tcp", p.tcp)
		if _, err := conn.Write(query("88/1", 1, 0)); err != nil {
			continue
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			return // the place of the first is free
		}
	}
}

func TestAMillionIndexesAreRefused(t *testing.T) {
	p := start(t, server.Options{MaxMessage: wire.MaxMessageNational})
	body := wire.AppendBytes(nil, "88/1")
	body = binary.BigEndian.AppendUint32(body, 1_000_000)
	body = append(body, make([]byte, 4_000_000)...)
	body = binary.BigEndian.AppendUint32(body, 0)
	conn := dial(t, "tcp", p.tcp)
	send(t, conn, packet(wire.Envelope{}, wire.Header{Op: wire.OpResolve}, body, nil))
	if _, m := answer(t, conn); m.Code != wire.CodeProtocolError {
		t.Errorf("answered with %s", m.Code)
	}
}

func TestFragmentsOfAFloodAreForgotten(t *testing.T) {
	p := start(t, server.Options{})
	conn := dial(t, "udp", p.udp)
	before := heap()
	message := make([]byte, 60_000)
	for i := range uint32(20_000) { // 1.2 GB announced
		e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: i}
		if _, err := conn.Write(wire.AppendFragment(nil, e, message, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if grown := int64(heap()) - int64(before); grown > 20<<20 {
		t.Errorf("the heap grew by %d octets", grown)
	}
	other := dial(t, "udp", p.udp)
	send(t, other, query("88/1", 9, 0))
	if _, err := other.Read(make([]byte, 1024)); err != nil {
		t.Errorf("nobody else is answered: %v", err)
	}
}

func TestNobodyIsFloodedWithAnswers(t *testing.T) {
	p := start(t, server.Options{UDPAnswer: 2000, UDPRate: 10_000})
	conn := dial(t, "udp", p.udp)
	send(t, conn, query("88/3000", 1, 0)) // is dropped
	total := 0
	for i := range uint32(100) {
		send(t, conn, query("88/1000", i+2, 0)) // three packets each
	}
	room := make([]byte, 1024)
	for {
		if err := conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		n, err := conn.Read(room)
		if err != nil {
			break
		}
		if binary.BigEndian.Uint32(room[8:]) == 1 {
			t.Error("a long answer came by UDP")
		}
		total += n
	}
	if total < 2000 || total > 20_000 {
		t.Errorf("%d octets were sent to one network", total)
	}
	stream := dial(t, "tcp", p.tcp)
	send(t, stream, query("88/3000", 1, 0))
	if _, m := answer(t, stream); m.Code != wire.CodeSuccess {
		t.Errorf("by TCP: %s", m.Code)
	}
}

func TestChallengesThatWaitAreBounded(t *testing.T) {
	p := start(t, server.Options{MaxChallenges: 10})
	conn := dial(t, "tcp", p.tcp)
	request := packet(wire.Envelope{}, wire.Header{Op: wire.OpDelete, Flags: wire.FlagKeepAlive}, wire.AppendHandle(nil, "88/1"), nil)
	for i := range 20 {
		send(t, conn, request)
		want := wire.CodeAuthNeeded
		if i >= 10 {
			want = wire.CodeBusy
		}
		if _, m := answer(t, conn); m.Code != want {
			t.Errorf("challenge %d: %s", i, m.Code)
		}
	}
}

// prove answers the challenge of a connection.
func prove(t *testing.T, conn net.Conn) (wire.Envelope, wire.Message) {
	t.Helper()
	e, m := answer(t, conn)
	if m.Code != wire.CodeAuthNeeded {
		t.Fatalf("no challenge but %s", m.Code)
	}
	challenge, err := wire.DecodeChallenge(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := admin().Answer(e.Version, &challenge)
	if err != nil {
		t.Fatal(err)
	}
	octets := packet(wire.Envelope{Session: e.Session, Request: e.Request + 1}, wire.Header{Op: wire.OpChallengeAnswer, Flags: wire.FlagKeepAlive}, proof.Append(nil), nil)
	send(t, conn, octets)
	e, m = answer(t, conn)
	send(t, conn, octets) // once more
	if _, again := answer(t, conn); again.Code != wire.CodeAuthTimeout {
		t.Errorf("a challenge is answered twice: %s", again.Code)
	}
	return e, m
}

func TestAChallengeIsAnsweredOnce(t *testing.T) {
	p := start(t, server.Options{})
	conn := dial(t, "tcp", p.tcp)
	send(t, conn, packet(wire.Envelope{}, wire.Header{Op: wire.OpDelete, Flags: wire.FlagKeepAlive}, wire.AppendHandle(nil, "88/1"), nil))
	if _, m := prove(t, conn); m.Code != wire.CodeSuccess || m.Op != wire.OpDelete {
		t.Errorf("%s: %s", m.Op, m.Code)
	}
}

func TestAMessageOfASessionIsNotTakenTwice(t *testing.T) {
	p := start(t, server.Options{})
	conn := dial(t, "tcp", p.tcp)
	side, err := auth.NewExchange()
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(side.Public())
	if err != nil {
		t.Fatal(err)
	}
	setUp := wire.SessionSetUp{Mode: wire.ModeDiffieHellman, PublicKey: record}
	send(t, conn, packet(wire.Envelope{}, wire.Header{Op: wire.OpSessionSetUp, Flags: wire.FlagKeepAlive}, setUp.Append(nil), nil))
	e, m := answer(t, conn)
	agreed, err := wire.DecodeSessionAnswer(m.Body)
	if err != nil || m.Code != wire.CodeSuccess || int32(e.Session) <= 0 { // clients read it with a sign
		t.Fatalf("%s, session %d, %v", m.Code, e.Session, err)
	}
	cipher, peer, err := auth.DecodeExchange(agreed.Data)
	if err != nil {
		t.Fatal(err)
	}
	key, err := side.Key(peer)
	if err != nil {
		t.Fatal(err)
	}
	session, err := auth.NewSession(e.Session, cipher, key)
	if err != nil {
		t.Fatal(err)
	}
	envelope := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Session: e.Session, Request: 5}
	h := wire.Header{Op: wire.OpDelete, Flags: wire.FlagKeepAlive | wire.FlagCertify}
	signed := wire.AppendMessage(nil, &h, wire.AppendHandle(nil, "88/1"), nil)
	octets := packet(envelope, h, wire.AppendHandle(nil, "88/1"), session.Sign(nil, &envelope, signed[:len(signed)-4]))
	send(t, conn, octets)
	if _, m := prove(t, conn); m.Code != wire.CodeSuccess {
		t.Errorf("first: %s", m.Code)
	}
	send(t, conn, packet(envelope, h, wire.AppendHandle(nil, "88/1"), session.Sign(nil, &envelope, signed[:len(signed)-4])))
	if e, m := answer(t, conn); m.Code != wire.CodeSuccess || !m.Flags.Has(wire.FlagCertify) || session.Check(&e, &m) != nil {
		t.Errorf("second: %s, flags %x", m.Code, m.Flags)
	}
	send(t, conn, octets)
	if _, m := answer(t, conn); m.Code != wire.CodeSessionReplay || m.Flags.Has(wire.FlagCertify) {
		t.Errorf("replayed: %s", m.Code)
	}
	stripped := packet(envelope, h, wire.AppendHandle(nil, "88/1"), nil)
	send(t, conn, stripped)
	if _, m := answer(t, conn); m.Code != wire.CodeAuthNeeded {
		t.Errorf("without a MAC: %s", m.Code)
	}
	octets[len(octets)-1] ^= 1
	send(t, conn, octets)
	if _, m := answer(t, conn); m.Code != wire.CodeInvalidCredential {
		t.Errorf("with another MAC: %s", m.Code)
	}
}

func TestWhoLogsInOwnsTheConnection(t *testing.T) {
	p := start(t, server.Options{AllowLogin: true})
	conn, other := dial(t, "tcp", p.tcp), dial(t, "tcp", p.tcp)
	login := packet(wire.Envelope{Session: 4711}, wire.Header{Op: wire.OpLoginKey, Flags: wire.FlagKeepAlive | wire.FlagReturnDigest},
		wire.AppendLogin(nil, admin().Reference), nil)
	change := packet(wire.Envelope{Session: 4711}, wire.Header{Op: wire.OpDelete, Flags: wire.FlagKeepAlive}, wire.AppendHandle(nil, "88/1"), nil)
	send(t, conn, login)
	if e, m := prove(t, conn); m.Code != wire.CodeSuccess || m.Op != wire.OpLoginKey || e.Session != 4711 {
		t.Errorf("%s: %s, session %d", m.Op, m.Code, e.Session)
	}
	send(t, conn, change)
	if _, m := answer(t, conn); m.Code != wire.CodeSuccess {
		t.Errorf("after logging in: %s", m.Code)
	}
	send(t, other, change)
	if _, m := answer(t, other); m.Code != wire.CodeAuthNeeded {
		t.Errorf("on another connection: %s", m.Code)
	}
	foreign := packet(wire.Envelope{Session: 4712}, wire.Header{Op: wire.OpDelete, Flags: wire.FlagKeepAlive}, wire.AppendHandle(nil, "88/1"), nil)
	send(t, conn, foreign)
	if _, m := answer(t, conn); m.Code != wire.CodeAuthNeeded {
		t.Errorf("with another session: %s", m.Code)
	}
	send(t, conn, query("0", 1, wire.FlagKeepAlive)) // the heartbeat
	if _, m := answer(t, conn); m.Code != wire.CodeNotFound {
		t.Errorf("heartbeat: %s", m.Code)
	}
}

func TestSlowHandlersDoNotHoldUpTheQuick(t *testing.T) {
	release := make(chan struct{})
	p := start(t, server.Options{Workers: 2, Handler: waiting{release}})
	conn := dial(t, "udp", p.udp)
	for i := range uint32(10) {
		send(t, conn, packet(wire.Envelope{Request: i + 1}, wire.Header{Op: wire.OpListHomed}, nil, nil))
	}
	send(t, conn, query("88/1", 99, 0))
	room := make([]byte, 1024)
	if n, err := conn.Read(room); err != nil || binary.BigEndian.Uint32(room[8:n]) != 99 {
		t.Errorf("request %x, %v", room[8:12], err)
	}
	close(release)
	for range 2 {
		if _, err := conn.Read(room); err != nil {
			t.Errorf("those that waited: %v", err)
		}
	}
}

type waiting struct{ release chan struct{} }

func (h waiting) Resolve(req *server.Request, res *server.Response) bool {
	return echo{}.Resolve(req, res)
}

func (h waiting) Handle(_ context.Context, _ *server.Request, res *server.Response) {
	<-h.release
	res.Code = wire.CodeSuccess
}

// A signature costs a thousand times what a query costs.
func TestSignedAnswersAreBounded(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, server.Options{Key: key, SignRate: 3, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
	for i := range uint32(6) {
		conn := dial(t, "tcp", p.tcp)
		send(t, conn, query("88/1", i, wire.FlagCertify))
		_, m := answer(t, conn)
		if signed := len(m.Credential) > 0; signed != (i < 3) || (m.Code == wire.CodeBusy) == signed {
			t.Errorf("answer %d: %s, signed %v", i, m.Code, signed)
		}
	}
	conn := dial(t, "tcp", p.tcp)
	send(t, conn, query("88/1", 9, 0))
	if _, m := answer(t, conn); m.Code == wire.CodeBusy {
		t.Errorf("without a signature: %s", m.Code)
	}
}

// What is refused before it is looked at is not signed: it would be for nothing.
func TestRefusalsAreNotSigned(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, server.Options{Key: key})
	conn := dial(t, "tcp", p.tcp)
	send(t, conn, packet(wire.Envelope{}, wire.Header{Op: wire.OpResolve, Flags: wire.FlagCertify, Recursion: 200}, nil, nil))
	if _, m := answer(t, conn); m.Code != wire.CodeRecursionLimit || len(m.Credential) > 0 {
		t.Errorf("%s, signed with %d octets", m.Code, len(m.Credential))
	}
}
