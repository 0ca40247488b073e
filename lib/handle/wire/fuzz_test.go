package wire_test

import (
	"bytes"
	"testing"

	"linghang/lib/handle/wire"
)

// roundTrip fuzzes a decoder: it must not panic, and what it reads must be
// written and read again as the same octets.
func roundTrip[T any](f *testing.F, decode func([]byte) (T, error), encode func(T) []byte, seeds ...string) {
	f.Helper()
	for _, s := range seeds {
		f.Add(octets(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decode(b)
		if err != nil {
			return
		}
		first := encode(v)
		again, err := decode(first)
		if err != nil {
			t.Fatalf("what was read is written as %x, which cannot be read: %v", first, err)
		}
		if second := encode(again); !bytes.Equal(first, second) {
			t.Fatalf("written as %x, then as %x", first, second)
		}
	})
}

func FuzzEnvelope(f *testing.F) {
	roundTrip(f, wire.DecodeEnvelope, func(e wire.Envelope) []byte {
		return e.Append(nil)
	}, "020b020b0000000001020304000000000000003d", "030003000000000001020304000000000000003d")
}

func FuzzMessage(f *testing.F) {
	roundTrip(f, wire.DecodeMessage, func(m wire.Message) []byte {
		return wire.AppendMessage(nil, &m.Header, m.Body, m.Credential)
	}, goldenQuery)
}

func FuzzQuery(f *testing.F) {
	roundTrip(f, wire.DecodeQuery, func(q wire.Query) []byte {
		q.Wants(1, []byte("URL"))
		return q.Append(nil)
	}, goldenQuery[48:len(goldenQuery)-8])
}

func FuzzValue(f *testing.F) {
	f.Add(octets(f, goldenValue))
	f.Fuzz(func(t *testing.T, b []byte) {
		cut, rest, err := wire.CutValue(b)
		if err != nil {
			return
		}
		v, err := cut.Decode()
		if err != nil {
			t.Fatalf("%x was cut and not read: %v", cut, err)
		}
		if !bytes.Equal(v.Append(nil), cut) || len(cut)+len(rest) != len(b) {
			t.Fatalf("%x is written as %x", cut, v.Append(nil))
		}
		if cut.Index() != v.Index || string(cut.Type()) != v.Type || !bytes.Equal(cut.Data(), v.Data) || len(cut.Covered()) != len(cut)-8 {
			t.Fatalf("%x reads otherwise when encoded", cut)
		}
	})
}

func FuzzValues(f *testing.F) {
	roundTrip(f, wire.DecodeValues, func(v wire.Values) []byte { return v.Append(nil) },
		"0000000638382e312f4100000001"+goldenValue)
}

func FuzzIndexes(f *testing.F) {
	roundTrip(f, wire.DecodeIndexes, func(v wire.Indexes) []byte { return v.Append(nil) },
		"0000000638382e312f410000000200000001ffffffff")
}

func FuzzHandle(f *testing.F) {
	roundTrip(f, wire.DecodeHandle, func(v string) []byte { return wire.AppendHandle(nil, v) }, "0000000638382e312f41")
}

func FuzzList(f *testing.F) {
	roundTrip(f, wire.DecodeList, func(v []string) []byte { return wire.AppendList(nil, v) }, "000000010000000638382e312f41")
}

func FuzzFailure(f *testing.F) {
	roundTrip(f, wire.DecodeFailure, func(v wire.Failure) []byte { return v.Append(nil) }, "0000000178", "00000001780000000100000001")
}

func FuzzReferral(f *testing.F) {
	roundTrip(f, wire.DecodeReferral, func(v wire.Referral) []byte { return v.Append(nil) },
		"00000000", "0000000000000001"+goldenValue)
}

func FuzzDigest(f *testing.F) {
	f.Add(octets(f, "03"+goldenChallengeDigest))
	f.Add(octets(f, "0000000010000102030405060708090a0b0c0d0e0f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, rest, err := wire.CutDigest(b)
		if err == nil && !bytes.Equal(append(d.Append(nil), rest...), b) {
			t.Fatalf("%x is written as %x %x", b, d.Append(nil), rest)
		}
	})
}

func FuzzChallenge(f *testing.F) {
	roundTrip(f, wire.DecodeChallenge, func(v wire.Challenge) []byte { return v.Append(nil) },
		"03"+goldenChallengeDigest+"00000010000102030405060708090a0b0c0d0e0f")
}

func FuzzChallengeAnswer(f *testing.F) {
	roundTrip(f, wire.DecodeChallengeAnswer, func(v wire.ChallengeAnswer) []byte { return v.Append(nil) },
		"0000000948535f5055424b45590000000638382e312f410000012c00000001ff")
}

func FuzzVerification(f *testing.F) {
	roundTrip(f, wire.DecodeVerification, func(v wire.Verification) []byte { return v.Append(nil) },
		"0000000638382e312f410000012c000000010100000001020000000103")
}

func FuzzVerdict(f *testing.F) {
	roundTrip(f, wire.DecodeVerdict, func(v bool) []byte { return wire.AppendVerdict(nil, v) }, "01", "00")
}

func FuzzLogin(f *testing.F) {
	roundTrip(f, wire.DecodeLogin, func(v wire.Reference) []byte { return wire.AppendLogin(nil, v) }, "0000000638382e312f410000012c")
}

func FuzzSessionSetUp(f *testing.F) {
	roundTrip(f, wire.DecodeSessionSetUp, func(v wire.SessionSetUp) []byte { return v.Append(nil) },
		"0004000151800000000638382e312f410000012c0000000209090000",
		"0003000151800000000638382e312f410000012c0000000638382e312f410000012c0000",
		"0001000151800000000638382e312f410000012c0000000209090000", "0002000151800000000638382e312f410000012c0000")
}

func FuzzKeyExchange(f *testing.F) {
	roundTrip(f, wire.DecodeKeyExchange, func(v []byte) []byte { return wire.AppendKeyExchange(nil, v) }, "00000002abcd", "00000000")
}

func FuzzSessionAnswer(f *testing.F) {
	roundTrip(f, wire.DecodeSessionAnswer, func(v wire.SessionAnswer) []byte { return v.Append(nil) }, "00040000000209090000")
}

func FuzzCredential(f *testing.F) {
	roundTrip(f, wire.DecodeCredential, func(v wire.Credential) []byte { return v.Append(nil) },
		"0000000000000000000000030000000648535f4d4143000000330000000b484d41432d534841323536"+
			"0000002013dc4f5af7e02653b8f9fe909c39c83da3a40c1b91ce873a3f4edd60bc314840")
}

func FuzzAdmin(f *testing.F) {
	roundTrip(f, wire.DecodeAdmin, func(v wire.Admin) []byte { return v.Append(nil) }, "0fff00000009302e4e412f38382e310000012c")
}

func FuzzVList(f *testing.F) {
	roundTrip(f, wire.DecodeVList, func(v []wire.Reference) []byte { return wire.AppendVList(nil, v) },
		"000000020000000638382e312f410000012c0000000638382e312f4200000000")
}

func FuzzSite(f *testing.F) {
	site := goldenSite()
	f.Add(site.Append(nil))
	roundTrip(f, wire.DecodeSite, func(v wire.Site) []byte {
		v.ServerFor("88.1/A")
		for i := range v.Servers {
			v.Servers[i].Door(wire.ServiceQuery, wire.UDP)
		}
		return v.Append(nil)
	})
}

func FuzzTransactionQuery(f *testing.F) {
	roundTrip(f, func(b []byte) (wire.TransactionQuery, error) { return wire.DecodeTransactionQuery(wire.Current(), b) },
		func(v wire.TransactionQuery) []byte { return v.Append(nil, wire.Current()) },
		"0000000000000000010000000000000002020000000100000000", "01000000027b7d020000000100000000")
}

func FuzzTransactionQueryOld(f *testing.F) {
	old := wire.Version{Major: 2, Minor: 8}
	roundTrip(f, func(b []byte) (wire.TransactionQuery, error) { return wire.DecodeTransactionQuery(old, b) },
		func(v wire.TransactionQuery) []byte { return v.Append(nil, old) },
		"00000000000000010000000000000002020000000100000000")
}

func FuzzDumpQuery(f *testing.F) {
	roundTrip(f, wire.DecodeDumpQuery, func(v wire.DumpQuery) []byte { return v.Append(nil) },
		"020000000100000000", "02000000010000000000000002383800000001")
}

func FuzzAssembly(f *testing.F) {
	f.Add(uint16(1200), []byte{2, 0, 1}, uint8(0))
	f.Add(uint16(0), []byte{0}, uint8(1))
	f.Fuzz(func(t *testing.T, size uint16, order []byte, cut uint8) {
		message := make([]byte, size)
		for i := range message {
			message[i] = byte(i * 7)
		}
		e := wire.Envelope{Version: wire.Current(), Length: uint32(size)}
		a, err := wire.NewAssembly(&e, wire.MaxMessage)
		if (err != nil) != (size == 0) {
			t.Fatal(err)
		}
		if size == 0 {
			return
		}
		n, seen := wire.Fragments(int(size)), map[int]bool{}
		for _, o := range order {
			i := int(o)
			if i >= n {
				bad := wire.Envelope{Length: uint32(size), Sequence: uint32(i)}
				if _, err := a.Add(&bad, message[:min(len(message), int(cut))]); err == nil {
					t.Fatalf("fragment %d of %d was taken", i, n)
				}
				continue
			}
			packet := wire.AppendFragment(nil, e, message, i)
			got, err := wire.DecodeEnvelope(packet)
			if err != nil {
				t.Fatal(err)
			}
			whole, err := a.Add(&got, packet[wire.EnvelopeSize:])
			if err != nil {
				t.Fatalf("fragment %d of %d: %v", i, n, err)
			}
			seen[i] = true
			if whole != (len(seen) == n) || whole && !bytes.Equal(a.Message(), message) {
				t.Fatalf("after %d of %d fragments whole is %v", len(seen), n, whole)
			}
		}
	})
}

func FuzzChange(f *testing.F) {
	change := wire.Change{Transaction: 1, Handle: "88.1/A", Action: wire.ActionCreate, Date: 2, Values: []wire.Value{goldenURL()}}
	f.Add(change.Append(nil))
	f.Add(wire.AppendEnd(nil, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, rest, ok, err := wire.DecodeChange(b)
		if err != nil {
			return
		}
		again := v.Append(nil)
		if !ok {
			again = wire.AppendEnd(nil, v.Date)
		}
		if !bytes.Equal(append(again, rest...), b) {
			t.Fatalf("%x is written as %x", b, again)
		}
	})
}

func FuzzDumpRecord(f *testing.F) {
	for _, r := range []wire.DumpRecord{
		{Kind: wire.DumpSource, Date: 1, Transaction: 2},
		{Kind: wire.DumpHandle, Handle: "88.1/A", Values: []wire.Value{goldenURL()}},
		{Kind: wire.DumpHomed, Handle: "0.NA/88"},
		{Kind: wire.DumpEnd},
	} {
		f.Add(r.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, rest, err := wire.DecodeDumpRecord(b)
		if err == nil && !bytes.Equal(append(r.Append(nil), rest...), b) {
			t.Fatalf("%x is written as %x", b, r.Append(nil))
		}
	})
}

func FuzzPeekHandle(f *testing.F) {
	f.Add(octets(f, goldenQuery))
	f.Fuzz(func(t *testing.T, packet []byte) {
		peeked := wire.PeekHandle(packet)
		if len(packet) < wire.EnvelopeSize {
			return
		}
		m, err := wire.DecodeMessage(packet[wire.EnvelopeSize:])
		if err != nil || m.Op != wire.OpResolve {
			return
		}
		if q, err := wire.DecodeQuery(m.Body); err == nil && !bytes.Equal(q.Handle, peeked) {
			t.Errorf("%x asks for %q, at a glance for %q", packet, q.Handle, peeked)
		}
	})
}
