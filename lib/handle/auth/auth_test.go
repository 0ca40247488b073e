package auth_test

import (
	"bytes"
	"crypto"
	"crypto/dsa" //nolint:staticcheck // keys of this kind are in use
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"math/big"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// keys makes a key of each kind once: it takes seconds.
var keys = sync.OnceValues(func() (map[string]crypto.PrivateKey, error) {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	s, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	var d dsa.PrivateKey
	if err := dsa.GenerateParameters(&d.Parameters, rand.Reader, dsa.L1024N160); err != nil {
		return nil, err
	}
	if err := dsa.GenerateKey(&d, rand.Reader); err != nil {
		return nil, err
	}
	return map[string]crypto.PrivateKey{"RSA": r, "SM2": s, "DSA": &d}, nil
})

func eachKey(t *testing.T, f func(t *testing.T, key crypto.PrivateKey)) {
	t.Helper()
	list, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range list {
		t.Run(name, func(t *testing.T) { f(t, key) })
	}
}

func publicRecord(t *testing.T, key crypto.PrivateKey) []byte {
	t.Helper()
	public, err := auth.PublicKeyOf(key)
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func TestKeysAreReadAsTheyWereWritten(t *testing.T) {
	eachKey(t, func(t *testing.T, key crypto.PrivateKey) {
		record := publicRecord(t, key)
		public, err := auth.DecodePublicKey(record)
		if err != nil {
			t.Fatal(err)
		}
		again, err := auth.EncodePublicKey(public)
		if err != nil || !bytes.Equal(record, again) {
			t.Errorf("public key: %v", err)
		}
		secret, err := auth.EncodePrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, passphrase := range []string{"", "a passphrase"} {
			file, err := auth.EncodeKeyFile(secret, []byte(passphrase))
			if err != nil {
				t.Fatal(err)
			}
			inner, err := auth.DecodeKeyFile(file, []byte(passphrase))
			if err != nil {
				t.Fatal(err)
			}
			got, err := auth.DecodePrivateKey(inner)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(publicRecord(t, got), record) {
				t.Error("the private key is another one")
			}
			if passphrase == "" {
				continue
			}
			if inner, err := auth.DecodeKeyFile(file, []byte("another")); err == nil {
				if _, err := auth.DecodePrivateKey(inner); err == nil {
					t.Error("another passphrase opens the file")
				}
			}
		}
	})
}

func TestRSARecordsMayEndWithZeros(t *testing.T) {
	list, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	record := publicRecord(t, list["RSA"])
	if _, err := auth.DecodePublicKey(append(record, 0, 0, 0, 0)); err != nil {
		t.Error(err)
	}
	if _, err := auth.DecodePublicKey(append(record, 0)); !errors.Is(err, auth.ErrKey) {
		t.Errorf("an octet left over: %v", err)
	}
}

func TestEachKindOfKeyProvesAnIdentity(t *testing.T) {
	eachKey(t, func(t *testing.T, key crypto.PrivateKey) {
		identity := auth.Identity{Reference: wire.Reference{Handle: "0.NA/88.101"}, Key: key}
		values := []wire.Value{
			{Index: 299, Type: wire.TypePublicKey, Data: []byte("no key")},
			{Index: 300, Type: wire.TypePublicKey, Data: publicRecord(t, key)},
		}
		prove(t, identity, values, 300)
	})
}

func TestASecretProvesAnIdentity(t *testing.T) {
	identity := auth.Identity{Reference: wire.Reference{Handle: "0.NA/88.101", Index: 301}, Secret: []byte("a secret")}
	prove(t, identity, []wire.Value{{Index: 301, Type: wire.TypeSecretKey, Data: []byte("a secret")}}, 301)
}

func prove(t *testing.T, identity auth.Identity, values []wire.Value, index int32) {
	t.Helper()
	for _, version := range []wire.Version{{Major: 2, Minor: 4}, {Major: 2, Minor: 7}, {Major: 2, Minor: 10}, wire.Current()} {
		challenge := wire.Challenge{Digest: wire.DigestFor(version, []byte("request")), Nonce: []byte("0123456789abcdef")}
		answer, err := identity.Answer(version, &challenge)
		if err != nil {
			t.Fatal(err)
		}
		proven, err := (auth.Policy{}).Check(values, &answer, challenge.Nonce, challenge.Digest.Sum)
		if err != nil || proven.Index != index || proven.Handle != identity.Reference.Handle {
			t.Errorf("version %v: proven %v, %v", version, proven, err)
		}
		if _, err := (auth.Policy{}).Check(values, &answer, []byte("0123456789abcdeF"), challenge.Digest.Sum); !errors.Is(err, auth.ErrProof) {
			t.Errorf("version %v, another nonce: %v", version, err)
		}
		other := answer
		other.Identity.Index = 7
		if _, err := (auth.Policy{}).Check(values, &other, challenge.Nonce, challenge.Digest.Sum); !errors.Is(err, auth.ErrNoKey) {
			t.Errorf("version %v, another index: %v", version, err)
		}
	}
}

func TestMD5ProvesNothingUnlessItMay(t *testing.T) {
	proof := append([]byte{0x01}, make([]byte, 16)...)
	if err := (auth.Policy{}).CheckSecret([]byte("s"), nil, nil, proof); !errors.Is(err, auth.ErrUnsupported) {
		t.Errorf("secret: %v", err)
	}
	if err := (auth.Policy{AllowMD5: true}).CheckSecret([]byte("s"), nil, nil, proof); !errors.Is(err, auth.ErrProof) {
		t.Errorf("secret, allowed: %v", err)
	}
	list, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	key := list["RSA"].(*rsa.PrivateKey)
	named := wire.AppendBytes(wire.AppendBytes(nil, "MD5"), make([]byte, 256))
	if err := (auth.Policy{}).CheckKey(&key.PublicKey, "", nil, nil, named); !errors.Is(err, auth.ErrUnsupported) {
		t.Errorf("key: %v", err)
	}
}

func TestAClientDoesNotChooseHowLongItIsChecked(t *testing.T) {
	proof := wire.AppendBytes([]byte{0x22}, make([]byte, 16))
	proof = append(proof, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0xa0)
	proof = wire.AppendBytes(proof, make([]byte, 20))
	if err := (auth.Policy{}).CheckSecret([]byte("s"), nil, nil, proof); !errors.Is(err, auth.ErrUnsupported) {
		t.Errorf("four thousand million rounds: %v", err)
	}
}

func TestMessagesAreSignedByVersion(t *testing.T) {
	eachKey(t, func(t *testing.T, key crypto.PrivateKey) {
		public, err := auth.PublicKeyOf(key)
		if err != nil {
			t.Fatal(err)
		}
		for _, version := range []wire.Version{{Major: 2, Minor: 4}, {Major: 2, Minor: 7}, {Major: 2, Minor: 10}, wire.Current()} {
			e := wire.Envelope{Version: version, Suggested: wire.Current(), Request: 7}
			header := wire.Header{Op: wire.OpResolve, Code: wire.CodeSuccess}
			octets := wire.AppendMessage(nil, &header, []byte("body"), nil)
			credential, err := auth.SignMessage(nil, key, &e, octets[:len(octets)-4])
			if _, isSM2 := key.(*sm2.PrivateKey); isSM2 {
				if !errors.Is(err, auth.ErrUnsupported) {
					t.Errorf("signed with SM2: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m, err := wire.DecodeMessage(wire.AppendMessage(nil, &header, []byte("body"), credential))
			if err != nil {
				t.Fatal(err)
			}
			if err := (auth.Policy{}).CheckMessage(public, &e, &m); err != nil {
				t.Errorf("version %v: %v", version, err)
			}
			other := e
			other.Request = 8
			err = (auth.Policy{}).CheckMessage(public, &other, &m)
			if covered := version.AtLeast(2, 7); covered != errors.Is(err, auth.ErrProof) {
				t.Errorf("version %v, another request: %v", version, err)
			}
			m.Credential = nil
			if err := (auth.Policy{}).CheckMessage(public, &e, &m); !errors.Is(err, auth.ErrUnsigned) {
				t.Errorf("version %v, stripped: %v", version, err)
			}
		}
	})
}

func sides(t *testing.T, c auth.Cipher) (client, server *auth.Session) {
	t.Helper()
	ours, err := auth.NewExchange()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := auth.JoinExchange(ours.Public())
	if err != nil {
		t.Fatal(err)
	}
	kind, public, err := auth.DecodeExchange(auth.AppendExchange(nil, c, theirs.Public()))
	if err != nil || kind != c {
		t.Fatalf("cipher %d, %v", kind, err)
	}
	first, err := ours.Key(public)
	if err != nil {
		t.Fatal(err)
	}
	second, err := theirs.Key(ours.Public())
	if err != nil || !bytes.Equal(first, second) || len(first) != 32 {
		t.Fatalf("keys %x and %x, %v", first, second, err)
	}
	if client, err = auth.NewSession(9, c, first); err != nil {
		t.Fatal(err)
	}
	if server, err = auth.NewSession(9, c, second); err != nil {
		t.Fatal(err)
	}
	return client, server
}

func message(t *testing.T, s *auth.Session, e *wire.Envelope) wire.Message {
	t.Helper()
	header := wire.Header{Op: wire.OpDelete}
	octets := wire.AppendMessage(nil, &header, []byte("body"), nil)
	m, err := wire.DecodeMessage(wire.AppendMessage(nil, &header, []byte("body"), s.Sign(nil, e, octets[:len(octets)-4])))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAMessageOfASessionIsTakenOnce(t *testing.T) {
	client, server := sides(t, auth.CipherAES)
	e := &wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Session: 9}
	var sent []wire.Message
	for range 300 {
		sent = append(sent, message(t, client, e))
	}
	check := func(i int, want error) {
		t.Helper()
		if err := server.Check(e, &sent[i]); !errors.Is(err, want) {
			t.Errorf("message %d: %v, want %v", i+1, err, want)
		}
	}
	check(1, nil)
	check(0, nil) // the other order
	check(0, auth.ErrReplay)
	check(1, auth.ErrReplay)
	check(250, nil)
	check(50, auth.ErrReplay) // 200 behind
	check(51, nil)            // 199 behind
	check(51, auth.ErrReplay)
	check(299, nil)
	check(250, auth.ErrReplay)
	changed := sent[200]
	changed.Signed = append(append([]byte(nil), changed.Signed...), 1)
	if err := server.Check(e, &changed); !errors.Is(err, auth.ErrProof) {
		t.Errorf("changed: %v", err)
	}
	changed = sent[200]
	changed.Credential = nil
	if err := server.Check(e, &changed); !errors.Is(err, auth.ErrUnsigned) {
		t.Errorf("stripped: %v", err)
	}
	check(200, nil)
}

func TestSessionsEncrypt(t *testing.T) {
	for _, c := range []auth.Cipher{auth.CipherAES, auth.CipherSM4} {
		client, server := sides(t, c)
		for _, plain := range []string{"", "hello handle", "exactly sixteen!"} {
			sealed, err := client.Seal([]byte("before"), []byte(plain))
			if err != nil || !bytes.HasPrefix(sealed, []byte("before")) {
				t.Fatal(err)
			}
			got, err := server.Open(sealed[6:])
			if err != nil || string(got) != plain {
				t.Errorf("cipher %d: %q, %v", c, got, err)
			}
			if _, err := server.Open(sealed[7:]); !errors.Is(err, auth.ErrCipher) {
				t.Errorf("cipher %d, an octet less: %v", c, err)
			}
		}
	}
	if _, err := auth.NewSession(1, 1, make([]byte, 32)); !errors.Is(err, auth.ErrUnsupported) {
		t.Errorf("DES: %v", err)
	}
}

func TestWeakGroupsAreRefused(t *testing.T) {
	good, err := auth.NewExchange()
	if err != nil {
		t.Fatal(err)
	}
	one := big.NewInt(1)
	top := new(big.Int).Sub(good.Public().P, one)
	for name, k := range map[string]auth.DHPublicKey{
		"small":       {Y: big.NewInt(5), P: big.NewInt(23), G: big.NewInt(2)},
		"huge":        {Y: big.NewInt(5), P: new(big.Int).SetBit(one, 5000, 1), G: big.NewInt(2)},
		"generator 1": {Y: good.Public().Y, P: good.Public().P, G: big.NewInt(1)},
		"key 1":       {Y: big.NewInt(1), P: good.Public().P, G: big.NewInt(2)},
		"key 0":       {Y: new(big.Int), P: good.Public().P, G: big.NewInt(2)},
		"key p-1":     {Y: top, P: good.Public().P, G: big.NewInt(2)},
	} {
		if _, err := auth.JoinExchange(&k); !errors.Is(err, auth.ErrGroup) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzPublicKey(f *testing.F) {
	list, err := keys()
	if err != nil {
		f.Fatal(err)
	}
	for _, key := range list {
		public, err := auth.PublicKeyOf(key)
		if err != nil {
			f.Fatal(err)
		}
		record, err := auth.EncodePublicKey(public)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(record)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := auth.DecodePublicKey(b)
		if err != nil {
			return
		}
		record, err := auth.EncodePublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		again, err := auth.DecodePublicKey(record)
		if err != nil {
			t.Fatalf("what was read is written as %x, which cannot be read: %v", record, err)
		}
		if second, err := auth.EncodePublicKey(again); err != nil || !bytes.Equal(record, second) {
			t.Fatalf("written as %x, then as %x, %v", record, second, err)
		}
		if dh, ok := key.(*auth.DHPublicKey); ok {
			_, _ = auth.JoinExchange(dh) // must not hang
			return
		}
		_ = (auth.Policy{}).CheckKey(key, "88/a", []byte("nonce"), []byte("sum"), b) // must not panic
	})
}

func FuzzPrivateKey(f *testing.F) {
	list, err := keys()
	if err != nil {
		f.Fatal(err)
	}
	for _, key := range list {
		record, err := auth.EncodePrivateKey(key)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(record)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := auth.DecodePrivateKey(b)
		if err != nil {
			return
		}
		if _, err := auth.EncodePrivateKey(key); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzKeyFile(f *testing.F) {
	file, err := auth.EncodeKeyFile([]byte("record"), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	sealed := []byte{0, 0, 0, 4}
	sealed = wire.AppendBytes(sealed, make([]byte, 16))
	sealed = append(sealed, 0, 0, 0, 1, 0, 0, 0, 128)
	sealed = wire.AppendBytes(wire.AppendBytes(sealed, make([]byte, 16)), make([]byte, 32))
	f.Add(sealed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 60 && b[3] == 4 && b[24]|b[25] != 0 {
			t.Skip("rounds that take long")
		}
		_, _ = auth.DecodeKeyFile(b, []byte("passphrase")) // must not panic
	})
}

func FuzzProof(f *testing.F) {
	identity := auth.Identity{Reference: wire.Reference{Handle: "88/a", Index: 1}, Secret: []byte("s")}
	answer, err := identity.Answer(wire.Current(), &wire.Challenge{Digest: wire.DigestFor(wire.Current(), nil), Nonce: []byte("n")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(answer.Proof)
	f.Add([]byte{0x13, 1})
	policy := auth.Policy{AllowMD5: true, MaxRounds: 10}
	f.Fuzz(func(t *testing.T, b []byte) {
		if policy.CheckSecret([]byte("s"), []byte("n"), []byte("d"), b) == nil && policy.CheckSecret([]byte("t"), []byte("n"), []byte("d"), b) == nil {
			t.Fatal("two secrets prove the same")
		}
	})
}

func FuzzExchange(f *testing.F) {
	side, err := auth.NewExchange()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(auth.AppendExchange(nil, auth.CipherAES, side.Public()))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if _, key, err := auth.DecodeExchange(b); err == nil {
			_, _ = side.Key(key) // must not panic
		}
	})
}

func FuzzSession(f *testing.F) {
	session, err := auth.NewSession(1, auth.CipherAES, make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := session.Seal(nil, []byte("message"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = session.Open(b) // must not panic
		if err := session.Check(&wire.Envelope{Version: wire.Current()}, &wire.Message{Credential: b, Signed: b}); err == nil {
			t.Fatal("a MAC was guessed")
		}
	})
}
