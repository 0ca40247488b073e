package auth

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"linghang/lib/handle/wire"
)

// The vectors were made with a server in use, version 9.3.1 of the reference
// implementation, from inputs of our own, and computed a second time by others.

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	goldenNonce  = "000102030405060708090a0b0c0d0e0f"
	goldenDigest = "9e0fa2db20c2f6385dbf804acb26fc9069685e8e806cdb7525d76c209eaff77c"
	goldenSecret = "2200000010f93c90deeca68dfdfc8a11b98ae65a5500002710000000a000000014d96f0f735786eb4a0da6c9d2df373db9be582d31"
	goldenQuery  = "00000001000000001900000000070000655499c0000000210000000638382e312f41" +
		"000000020000000100000002000000010000000355524c"
	goldenMAC = "0000000000000000000000030000000648535f4d4143000000330000000b484d41432d534841323536" +
		"0000002013dc4f5af7e02653b8f9fe909c39c83da3a40c1b91ce873a3f4edd60bc314840"
)

func goldenKey() []byte {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i + 1)
	}
	return key
}

func TestSecretsAreProvenAsClientsDo(t *testing.T) {
	nonce, digest, want := octets(t, goldenNonce), octets(t, goldenDigest), octets(t, goldenSecret)
	got, err := provePBKDF2([]byte("secret"), want[5:21], append(slices.Clip(nonce), digest...))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("proof %x, %v, want %x", got, err, want)
	}
	if err := (Policy{}).CheckSecret([]byte("secret"), nonce, digest, want); err != nil {
		t.Error(err)
	}
	if err := (Policy{}).CheckSecret([]byte("Secret"), nonce, digest, want); err == nil {
		t.Error("another secret proves it too")
	}
}

func TestMACsAreAsSessionsHaveThem(t *testing.T) {
	session, err := NewSession(42, CipherAES, goldenKey())
	if err != nil {
		t.Fatal(err)
	}
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Session: 42, Request: 0x01020304}
	got := session.sign(nil, &e, 3, octets(t, goldenQuery))
	if want := octets(t, goldenMAC); !bytes.Equal(got, want) {
		t.Errorf("MAC\n got %x\nwant %x", got, want)
	}
}

func TestMessagesAreEncryptedAsInSessions(t *testing.T) {
	session, err := NewSession(42, CipherAES, goldenKey())
	if err != nil {
		t.Fatal(err)
	}
	got, err := session.Open(octets(t, "a2fb280f1ed36a34ba8e6222f0ab234350b9f549253861c838068d0e69d9d25b"))
	if err != nil || string(got) != "hello handle" {
		t.Errorf("decrypted to %q, %v", got, err)
	}
}

func TestKeyFilesAreReadAsToolsWriteThem(t *testing.T) {
	for private, public := range map[string]string{"rsa-plain.bin": "rsa-public.bin", "dsa-plain.bin": "dsa-public.bin"} {
		file, err := os.ReadFile(filepath.Join("testdata", private))
		if err != nil {
			t.Fatal(err)
		}
		record, err := DecodeKeyFile(file, []byte("passphrase"))
		if err != nil {
			t.Fatalf("%s: %v", private, err)
		}
		key, err := DecodePrivateKey(record)
		if err != nil {
			t.Fatalf("%s: %v", private, err)
		}
		if again, err := EncodePrivateKey(key); err != nil || !bytes.Equal(again, record) {
			t.Errorf("%s is written otherwise, %v", private, err)
		}
		half, err := PublicKeyOf(key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := EncodePublicKey(half)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("testdata", public))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, bytes.TrimSuffix(want, make([]byte, 4))) {
			t.Errorf("%s\n got %x\nwant %x", public, got, want)
		}
		if _, err := DecodePublicKey(want); err != nil {
			t.Errorf("%s: %v", public, err)
		}
	}
}

func TestAnswersAreSignedAsServersDo(t *testing.T) {
	record, err := os.ReadFile(filepath.Join("testdata", "site-key.bin"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := DecodePublicKey(record)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"2.4", "2.7", "2.10", "2.11"} {
		octets, err := os.ReadFile(filepath.Join("testdata", "answer-"+version+".bin"))
		if err != nil {
			t.Fatal(err)
		}
		e, err := wire.DecodeEnvelope(octets)
		if err != nil || e.Version.String() != version {
			t.Fatalf("%s: version %v, %v", version, e.Version, err)
		}
		m, err := wire.DecodeMessage(octets[wire.EnvelopeSize:])
		if err != nil {
			t.Fatal(err)
		}
		if err := (Policy{}).CheckMessage(key, &e, &m); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		digest, body, err := wire.CutDigest(m.Body)
		if err != nil {
			t.Fatal(err)
		}
		query := wire.NewQuery("88.TEST/ADMIN", []int32{300}, nil)
		h := wire.Header{Op: wire.OpResolve, Flags: wire.FlagCertify | wire.FlagReturnDigest | wire.FlagPublicOnly}
		asked := wire.AppendMessage(nil, &h, query.Append(nil), nil)
		if !digest.Of(asked[:len(asked)-4]) {
			t.Errorf("%s: the digest is of another request", version)
		}
		if values, err := wire.DecodeValues(body); err != nil || len(values.Values) != 1 || values.Values[0].Type != wire.TypePublicKey {
			t.Errorf("%s: %+v, %v", version, values, err)
		}
	}
}
