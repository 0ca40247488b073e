package server

import (
	"net/netip"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

func TestSessionsThatNobodyProvesMakeRoom(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	table := sessions{limit: 1000}
	open := func(id uint32, from string) *session {
		t.Helper()
		inner, err := auth.NewSession(id, auth.CipherAES, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		s := &session{Session: inner, network: network(netip.MustParseAddr(from)), until: now.Add(time.Hour)}
		if !table.add(s, now) {
			return nil
		}
		return s
	}
	for id := range uint32(sessionsPerNetwork) {
		s := open(id+1, "192.0.2.1")
		if id < 10 {
			table.prove(s, wire.Reference{Handle: "88/A", Index: 1})
		}
	}
	for id := range uint32(2000) { // a flood from one network
		now = now.Add(time.Millisecond)
		if open(id+10_000, "192.0.2.77") == nil {
			t.Fatal("the flood is refused, not made room for")
		}
	}
	if len(table.list) > sessionsPerNetwork+10 {
		t.Errorf("%d sessions are open", len(table.list))
	}
	for id := range uint32(10) {
		if table.find(id+1, now) == nil {
			t.Errorf("session %d, which is proven, was ended", id+1)
		}
	}
	for id := range uint32(600) {
		if s := open(id+20_000, "198.51.100.1"); s != nil {
			table.prove(s, wire.Reference{Handle: "88/B", Index: 1})
		}
	}
	if len(table.list) != 1000 {
		t.Errorf("%d sessions are open", len(table.list))
	}
	now = now.Add(2 * time.Hour)
	if table.find(1, now) != nil {
		t.Error("a session outlives its time")
	}
}

func TestChallengesEndWithTheirTime(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	c := challenges{limit: 5000, lifetime: time.Minute}
	from := network(netip.MustParseAddr("2001:db8::1"))
	var first uint32
	for i := range 2 * challengesPerNetwork {
		id, ok := c.add(0, &pending{network: from, signed: make([]byte, 10)}, now)
		if ok != (i < challengesPerNetwork) {
			t.Fatalf("challenge %d: %v", i, ok)
		}
		if i == 0 {
			first = id
		}
	}
	if c.take(first, now.Add(2*time.Minute)) != nil {
		t.Error("a challenge is answered too late")
	}
	now = now.Add(3 * time.Minute)
	if _, ok := c.add(0, &pending{network: from}, now); !ok || len(c.list) != 1 || c.octets != 0 {
		t.Errorf("%d challenges of %d octets wait", len(c.list), c.octets)
	}
}

func TestFragmentsAreBounded(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var a assemblies
	part := make([]byte, wire.MaxPayload)
	for i := range uint32(100_000) {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 2641)
		e := wire.Envelope{Request: i, Length: 60_000}
		a.add(from, &e, part, now)
	}
	if len(a.list) > maxAssemblies || a.octets > maxAssembledAll {
		t.Errorf("%d messages of %d octets are put together", len(a.list), a.octets)
	}
	e := wire.Envelope{Request: 1, Length: wire.MaxPayload + 1}
	from := netip.MustParseAddrPort("192.0.2.1:1")
	now = now.Add(2 * fragmentTime)
	a.add(from, &e, part, now)
	e.Sequence = 1
	if got := a.add(from, &e, part[:1], now); len(got) != wire.MaxPayload+1 || len(a.list) != 0 || a.octets != 0 || len(a.counts) != 0 {
		t.Errorf("%d octets; %d messages of %d octets are left", len(got), len(a.list), a.octets)
	}
	e.Length = maxAssembled + 1
	if a.add(from, &e, part, now); len(a.list) != 0 {
		t.Error("a message that is too long is begun")
	}
}
