package server_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

var nationalKey = sync.OnceValues(func() (*sm2.PrivateKey, error) { return sm2.GenerateKey(rand.Reader) })

func allModes() []wire.Mode {
	return []wire.Mode{wire.ModeClientKey, wire.ModeServerKey, wire.ModeHandleKey}
}

// keysOf finds the site's key at 88/RSA, one of SM2 at 88/SM2, and how long ago the
// proof of who asks was seen.
func keysOf(t testing.TB) func(context.Context, wire.Reference) ([]wire.Value, error) {
	t.Helper()
	site, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	national, err := nationalKey()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string][]wire.Value{}
	for handle, key := range map[string]crypto.PublicKey{"88/RSA": &site.PublicKey, "88/SM2": &national.PublicKey} {
		record, err := auth.EncodePublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		v := wire.Text(300, wire.TypePublicKey, "")
		v.Data = record
		values[handle] = []wire.Value{v}
	}
	return func(_ context.Context, at wire.Reference) ([]wire.Value, error) { return values[at.Handle], nil }
}

// talk asks and returns the answer, by UDP or TCP.
func talk(t testing.TB, conn net.Conn, octets []byte) (wire.Envelope, []byte) {
	t.Helper()
	send(t, conn, octets)
	if _, ok := conn.(*net.UDPConn); ok {
		room := make([]byte, 1024)
		n, err := conn.Read(room)
		if err != nil {
			t.Fatal(err)
		}
		e, err := wire.DecodeEnvelope(room[:n])
		if err != nil || int(e.Length) != n-wire.EnvelopeSize {
			t.Fatalf("%d octets for %d, %v", n, e.Length, err)
		}
		return e, room[wire.EnvelopeSize:n]
	}
	head := make([]byte, wire.EnvelopeSize)
	if _, err := io.ReadFull(conn, head); err != nil {
		t.Fatal(err)
	}
	e, err := wire.DecodeEnvelope(head)
	if err != nil {
		t.Fatal(err)
	}
	message := make([]byte, e.Length)
	if _, err := io.ReadFull(conn, message); err != nil {
		t.Fatal(err)
	}
	return e, message
}

// plainly asks in the clear.
func plainly(t testing.TB, conn net.Conn, op wire.Op, session uint32, body []byte) (wire.Envelope, wire.Message) {
	t.Helper()
	e, octets := talk(t, conn, packet(wire.Envelope{Session: session, Request: 7}, wire.Header{Op: op, Flags: wire.FlagKeepAlive}, body, nil))
	m, err := wire.DecodeMessage(octets)
	if err != nil {
		t.Fatal(err)
	}
	return e, m
}

// sealed asks in a session, encrypted, and returns the answer's code.
func sealed(t testing.TB, conn net.Conn, s *auth.Session, op wire.Op) wire.Code {
	t.Helper()
	e, m := opened(t, conn, s, sealedPacket(t, s, op))
	if !e.Encrypted {
		t.Errorf("%s is answered in the clear", op)
	}
	return m.Code
}

// opened sends a packet and decrypts the answer.
func opened(t testing.TB, conn net.Conn, s *auth.Session, packet []byte) (wire.Envelope, wire.Message) {
	t.Helper()
	e, octets := talk(t, conn, packet)
	if e.Encrypted {
		var err error
		if octets, err = s.Open(octets); err != nil {
			t.Fatal(err)
		}
	}
	m, err := wire.DecodeMessage(octets)
	if err != nil {
		t.Fatal(err)
	}
	if e.Encrypted {
		if err := s.Check(&e, &m); err != nil {
			t.Errorf("the answer's MAC: %v", err)
		}
	}
	return e, m
}

// set sets up a session in a mode, as a client does that is given the octets.
func set(t testing.TB, conn net.Conn, mode wire.Mode, key crypto.PrivateKey, at wire.Reference, timeout uint32) *auth.Session {
	t.Helper()
	ask := wire.SessionSetUp{Mode: mode, Timeout: timeout, Key: at}
	if mode == wire.ModeClientKey {
		public, err := auth.PublicKeyOf(key)
		if err != nil {
			t.Fatal(err)
		}
		if ask.PublicKey, err = auth.EncodePublicKey(public); err != nil {
			t.Fatal(err)
		}
	}
	e, m := plainly(t, conn, wire.OpSessionSetUp, 0, ask.Append(nil))
	agreed, err := wire.DecodeSessionAnswer(m.Body)
	if err != nil || m.Code != wire.CodeSuccess || agreed.Mode != mode || int32(e.Session) <= 0 {
		t.Fatalf("%s, mode %d, session %d, %v", m.Code, agreed.Mode, e.Session, err)
	}
	var cipher auth.Cipher
	var secret []byte
	if mode == wire.ModeServerKey {
		var carried []byte
		cipher, carried, secret = take(t, agreed.Data)
		if _, m := plainly(t, conn, wire.OpKeyExchange, e.Session, wire.AppendKeyExchange(nil, carried)); m.Code != wire.CodeSuccess || m.Op != wire.OpKeyExchange {
			t.Fatalf("key exchange: %s", m.Code)
		}
	} else {
		var carried []byte
		if cipher, carried, err = auth.DecodeCarried(agreed.Data); err != nil {
			t.Fatal(err)
		}
		if secret, err = auth.OpenKey(key, carried); err != nil {
			t.Fatal(err)
		}
	}
	_, national := key.(*sm2.PrivateKey)
	if (cipher == auth.CipherSM4) != national || len(secret) != 32 {
		t.Errorf("cipher %d, a key of %d octets", cipher, len(secret))
	}
	s, err := auth.NewSession(e.Session, cipher, secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// take answers an offer with a new key.
func take(t testing.TB, data []byte) (cipher auth.Cipher, carried, secret []byte) {
	t.Helper()
	cipher, public, err := auth.DecodeOffer(data)
	if err != nil {
		t.Fatal(err)
	}
	if secret, err = auth.NewSessionKey(); err != nil {
		t.Fatal(err)
	}
	if carried, err = auth.SealKey(public, secret); err != nil {
		t.Fatal(err)
	}
	return cipher, carried, secret
}

// each runs a test in every mode with a carried key, by UDP and TCP.
func each(t *testing.T, p place, f func(t *testing.T, conn net.Conn, open func(timeout uint32) *auth.Session)) {
	t.Helper()
	site, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	national, err := nationalKey()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		mode wire.Mode
		key  crypto.PrivateKey
		at   string
	}{
		"client's key": {wire.ModeClientKey, site, ""},
		"server's key": {wire.ModeServerKey, nil, ""},
		"RSA":          {wire.ModeHandleKey, site, "88/RSA"},
		"SM2":          {wire.ModeHandleKey, national, "88/SM2"},
	} {
		for network, address := range map[string]string{"udp": p.udp, "tcp": p.tcp} {
			t.Run(name+" by "+network, func(t *testing.T) {
				conn := dial(t, network, address)
				f(t, conn, func(timeout uint32) *auth.Session {
					return set(t, conn, c.mode, c.key, wire.Reference{Handle: c.at, Index: 300}, timeout)
				})
			})
		}
	}
}

func TestSessionsWithACarriedKeyWorkAsOthers(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, server.Options{Key: key, Connections: server.KeepAlways, Modes: allModes(), SessionKey: keysOf(t)})
	each(t, p, func(t *testing.T, conn net.Conn, open func(uint32) *auth.Session) {
		s := open(60)
		first := sealedPacket(t, s, wire.OpCreate)
		e, m := opened(t, conn, s, first)
		if m.Code != wire.CodeAuthNeeded || !e.Encrypted {
			t.Fatalf("first: %s, encrypted %v", m.Code, e.Encrypted)
		}
		challenge, err := wire.DecodeChallenge(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := admin().Answer(e.Version, &challenge)
		if err != nil {
			t.Fatal(err)
		}
		if _, m := plainly(t, conn, wire.OpChallengeAnswer, s.ID, proof.Append(nil)); m.Code != wire.CodeSuccess || m.Op != wire.OpCreate {
			t.Errorf("proven: %s: %s", m.Op, m.Code)
		}
		if code := sealed(t, conn, s, wire.OpCreate); code != wire.CodeSuccess {
			t.Errorf("second: %s", code)
		}
		if e, m := opened(t, conn, s, first); m.Code != wire.CodeSessionReplay || e.Encrypted {
			t.Errorf("the first once more: %s", m.Code)
		}
		wrong, err := auth.NewSession(s.ID, auth.CipherAES, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		if _, m := opened(t, conn, wrong, sealedPacket(t, wrong, wire.OpCreate)); m.Code != wire.CodeSessionKey {
			t.Errorf("with another key: %s", m.Code)
		}
		if code := sealed(t, conn, s, wire.OpSessionEnd); code != wire.CodeSuccess {
			t.Errorf("the end: %s", code)
		}
		if e, m := opened(t, conn, s, sealedPacket(t, s, wire.OpCreate)); m.Code != wire.CodeSessionTimeout || e.Encrypted {
			t.Errorf("after the end: %s", m.Code)
		}
	})
}

// sealedPacket is a request in a session.
func sealedPacket(t testing.TB, s *auth.Session, op wire.Op) []byte {
	t.Helper()
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Session: s.ID, Request: 8, Encrypted: true}
	h := wire.Header{Op: op, Flags: wire.FlagKeepAlive | wire.FlagEncrypt}
	plain := wire.AppendMessage(nil, &h, wire.AppendHandle(nil, "88/NEW"), nil)
	signed := plain[:len(plain)-4]
	octets, err := s.Seal(nil, wire.AppendBytes(append([]byte(nil), signed...), s.Sign(nil, &e, signed)))
	if err != nil {
		t.Fatal(err)
	}
	e.Length = uint32(len(octets))
	return append(e.Append(nil), octets...)
}

// clock is the server's time.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(c.seconds.Load(), 0) }

func TestSessionsWithACarriedKeyEndInTime(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	var c clock
	c.seconds.Store(1_700_000_000)
	p := start(t, server.Options{Key: key, Connections: server.KeepAlways, Modes: allModes(), SessionKey: keysOf(t), Now: c.now, SessionTime: time.Hour})
	each(t, p, func(t *testing.T, conn net.Conn, open func(uint32) *auth.Session) {
		short, long := open(60), open(100_000)
		c.seconds.Add(59)
		if code := sealed(t, conn, short, wire.OpCreate); code != wire.CodeAuthNeeded {
			t.Errorf("a second before its end: %s", code)
		}
		c.seconds.Add(2)
		if _, m := opened(t, conn, short, sealedPacket(t, short, wire.OpCreate)); m.Code != wire.CodeSessionTimeout {
			t.Errorf("after its end: %s", m.Code)
		}
		if code := sealed(t, conn, long, wire.OpCreate); code != wire.CodeAuthNeeded {
			t.Errorf("one that lasts longer: %s", code)
		}
		c.seconds.Add(3600)
		if _, m := opened(t, conn, long, sealedPacket(t, long, wire.OpCreate)); m.Code != wire.CodeSessionTimeout {
			t.Errorf("longer than any may last: %s", m.Code)
		}
	})
}

// offerOf has the server offer its key.
func offerOf(t *testing.T, conn net.Conn) (uint32, []byte) {
	t.Helper()
	ask := wire.SessionSetUp{Mode: wire.ModeServerKey, Timeout: 60}
	e, m := plainly(t, conn, wire.OpSessionSetUp, 0, ask.Append(nil))
	agreed, err := wire.DecodeSessionAnswer(m.Body)
	if err != nil || m.Code != wire.CodeSuccess {
		t.Fatalf("%s, %v", m.Code, err)
	}
	return e.Session, agreed.Data
}

func TestAnOfferedSessionTakesOneKey(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	var c clock
	c.seconds.Store(1_700_000_000)
	p := start(t, server.Options{Key: key, Connections: server.KeepAlways, Modes: allModes(), Now: c.now, ChallengeTime: 10 * time.Second})
	conn := dial(t, "tcp", p.tcp)
	send := func(id uint32, body []byte) wire.Code {
		_, m := plainly(t, conn, wire.OpKeyExchange, id, body)
		return m.Code
	}
	id, data := offerOf(t, conn)
	cipher, carried, secret := take(t, data)
	s, err := auth.NewSession(id, cipher, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, m := opened(t, conn, s, sealedPacket(t, s, wire.OpCreate)); m.Code != wire.CodeSessionKey {
		t.Errorf("before the key is there: %s", m.Code)
	}
	if code := send(id+1, wire.AppendKeyExchange(nil, carried)); code != wire.CodeSessionTimeout {
		t.Errorf("of another session: %s", code)
	}
	if code := send(0, wire.AppendKeyExchange(nil, carried)); code != wire.CodeSessionTimeout {
		t.Errorf("of no session: %s", code)
	}
	if code := send(id, []byte{0, 0, 1, 0, 5}); code != wire.CodeSessionKey {
		t.Errorf("a body that ends early: %s", code)
	}
	if code := send(id, wire.AppendKeyExchange(nil, carried)); code != wire.CodeSuccess {
		t.Fatalf("the key: %s", code)
	}
	if code := send(id, wire.AppendKeyExchange(nil, carried)); code != wire.CodeSessionTimeout {
		t.Errorf("the key once more: %s", code)
	}
	if code := sealed(t, conn, s, wire.OpCreate); code != wire.CodeAuthNeeded {
		t.Errorf("in the session: %s", code)
	}
	late, data := offerOf(t, conn)
	_, carried, _ = take(t, data)
	c.seconds.Add(11)
	if code := send(late, wire.AppendKeyExchange(nil, carried)); code != wire.CodeSessionTimeout {
		t.Errorf("too late: %s", code)
	}
}

// What is encrypted wrongly is taken like what is right: only a length that everybody
// sees is refused. A server that told more would decrypt for strangers.
func TestAServerDoesNotTellWhatItDecrypts(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, server.Options{Key: key, Connections: server.KeepAlways, Modes: allModes()})
	conn := dial(t, "tcp", p.tcp)
	encrypt := func(secret []byte) []byte {
		carried, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, secret) //nolint:staticcheck // the protocol's padding
		if err != nil {
			t.Fatal(err)
		}
		return carried
	}
	right := encrypt(make([]byte, 32))
	garbage := append([]byte(nil), right...)
	garbage[100] ^= 1
	above := make([]byte, len(right))
	for i := range above {
		above[i] = 0xff
	}
	for name, c := range map[string]struct {
		carried []byte
		want    wire.Code // of the exchange
		later   wire.Code // of the first message
	}{
		"right":               {right, wire.CodeSuccess, wire.CodeAuthNeeded},
		"garbage":             {garbage, wire.CodeSuccess, wire.CodeSessionKey},
		"a key of 16 octets":  {encrypt(make([]byte, 16)), wire.CodeSuccess, wire.CodeSessionKey},
		"a key of 33 octets":  {encrypt(make([]byte, 33)), wire.CodeSuccess, wire.CodeSessionKey},
		"no key":              {encrypt(nil), wire.CodeSuccess, wire.CodeSessionKey},
		"cut off":             {right[:255], wire.CodeSessionKey, wire.CodeSessionTimeout},
		"an octet more":       {append([]byte{0}, right...), wire.CodeSessionKey, wire.CodeSessionTimeout},
		"nothing":             {nil, wire.CodeSessionKey, wire.CodeSessionTimeout},
		"above the modulus":   {above, wire.CodeSessionKey, wire.CodeSessionTimeout},
		"encrypted to nobody": {make([]byte, 256), wire.CodeSuccess, wire.CodeSessionKey},
	} {
		id, _ := offerOf(t, conn)
		if _, m := plainly(t, conn, wire.OpKeyExchange, id, wire.AppendKeyExchange(nil, c.carried)); m.Code != c.want {
			t.Errorf("%s: %s, want %s", name, m.Code, c.want)
		}
		s, err := auth.NewSession(id, auth.CipherAES, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		if _, m := opened(t, conn, s, sealedPacket(t, s, wire.OpCreate)); m.Code != c.later {
			t.Errorf("%s, the first message: %s, want %s", name, m.Code, c.later)
		}
	}
}

func TestASetUpThatIsNoneIsRefused(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, server.Options{Key: key, Connections: server.KeepAlways, Modes: allModes(), SessionKey: keysOf(t)})
	keyless := start(t, server.Options{Modes: allModes()})
	body := func(s wire.SessionSetUp) []byte { return s.Append(nil) }
	for name, c := range map[string]struct {
		at   place
		body []byte
		want wire.Code
	}{
		"mode 0":               {p, body(wire.SessionSetUp{}), wire.CodeSessionSetUp},
		"mode 9":               {p, body(wire.SessionSetUp{Mode: 9}), wire.CodeSessionSetUp},
		"no body":              {p, nil, wire.CodeSessionSetUp},
		"no key":               {p, body(wire.SessionSetUp{Mode: wire.ModeClientKey}), wire.CodeSessionSetUp},
		"octets left over":     {p, append(body(wire.SessionSetUp{Mode: wire.ModeServerKey}), 1), wire.CodeSessionSetUp},
		"the handle of no key": {p, body(wire.SessionSetUp{Mode: wire.ModeHandleKey}), wire.CodeSessionSetUp},
		"a server without key": {keyless, body(wire.SessionSetUp{Mode: wire.ModeServerKey}), wire.CodeSessionNeedsRSA},
	} {
		if _, m := plainly(t, dial(t, "tcp", c.at.tcp), wire.OpSessionSetUp, 0, c.body); m.Code != c.want {
			t.Errorf("%s: %s, want %s", name, m.Code, c.want)
		}
	}
	if _, m := plainly(t, dial(t, "tcp", keyless.tcp), wire.OpKeyExchange, 9, wire.AppendKeyExchange(nil, []byte("x"))); m.Code != wire.CodeSessionTimeout {
		t.Errorf("a key that nobody waits for: %s", m.Code)
	}
}

// Each costs the server a computation with its key, and a place.
func TestCarriedKeysAreBounded(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, server.Options{Key: key, Connections: server.KeepAlways, Modes: allModes(), SignRate: 3, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
	conn := dial(t, "tcp", p.tcp)
	ask := wire.SessionSetUp{Mode: wire.ModeServerKey}
	for i := range 6 {
		if _, m := plainly(t, conn, wire.OpSessionSetUp, 0, ask.Append(nil)); (m.Code == wire.CodeBusy) != (i >= 3) {
			t.Errorf("session %d: %s", i, m.Code)
		}
	}
}
