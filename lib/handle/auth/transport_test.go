package auth_test

import (
	"bytes"
	"crypto"
	"crypto/dsa" //nolint:staticcheck // keys of this kind are in use
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"testing"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/auth"
)

func TestASessionsKeyIsCarried(t *testing.T) {
	eachKey(t, func(t *testing.T, private crypto.PrivateKey) {
		public, err := auth.PublicKeyOf(private)
		if err != nil {
			t.Fatal(err)
		}
		key, err := auth.NewSessionKey()
		if err != nil || len(key) != 32 {
			t.Fatalf("%d octets, %v", len(key), err)
		}
		sealed, err := auth.SealKey(public, key)
		if _, isDSA := private.(*dsa.PrivateKey); isDSA {
			if _, opens := auth.OpenKey(private, nil); !errors.Is(err, auth.ErrUnsupported) || !errors.Is(opens, auth.ErrUnsupported) {
				t.Errorf("by DSA: %v, %v", err, opens)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		cipher, carried, err := auth.DecodeCarried(auth.AppendCarried(nil, auth.CipherFor(public), sealed))
		_, national := private.(*sm2.PrivateKey)
		if err != nil || (cipher == auth.CipherSM4) != national {
			t.Errorf("cipher %d, %v", cipher, err)
		}
		if got, err := auth.OpenKey(private, carried); err != nil || !bytes.Equal(got, key) {
			t.Errorf("opened %x, %v", got, err)
		}
		for name, wrong := range map[string][]byte{"cut off": sealed[:len(sealed)-1], "an octet more": append(bytes.Clone(sealed), 0), "nothing": nil} {
			if _, err := auth.OpenKey(private, wrong); !errors.Is(err, auth.ErrCipher) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, n := range []int{0, 15, 33} {
			sealed, err := auth.SealKey(public, make([]byte, n))
			if err != nil {
				continue // SM2 encrypts no nothing
			}
			if _, err := auth.OpenKey(private, sealed); !errors.Is(err, auth.ErrKey) && !errors.Is(err, auth.ErrCipher) {
				t.Errorf("a key of %d octets: %v", n, err)
			}
		}
	})
}

func TestSM2IsReadInASN1Too(t *testing.T) {
	private, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := bytes.Repeat([]byte{7}, 16)
	sealed, err := sm2.EncryptASN1(rand.Reader, &private.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := auth.OpenKey(private, sealed); err != nil || !bytes.Equal(got, key) {
		t.Errorf("opened %x, %v", got, err)
	}
}

func TestKeysThatCarryNoneAreRefused(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := auth.SealKey(&short.PublicKey, make([]byte, 32)); !errors.Is(err, auth.ErrKey) {
		t.Errorf("RSA of 1024 bits: %v", err)
	}
	if _, err := auth.SealKey(&other.PublicKey, make([]byte, 32)); !errors.Is(err, auth.ErrUnsupported) {
		t.Errorf("another curve: %v", err)
	}
	long := rsa.PublicKey{N: short.N, E: 65537}
	long.N = long.N.Lsh(long.N, 4096)
	if _, err := auth.SealKey(&long, make([]byte, 32)); !errors.Is(err, auth.ErrKey) {
		t.Errorf("RSA of %d bits: %v", long.N.BitLen(), err)
	}
}

// Whether a key was encrypted rightly cannot be found out by sending it twice.
func TestWhatIsNoKeyBecomesTheSameOneAgain(t *testing.T) {
	list, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	private := list["RSA"].(*rsa.PrivateKey)
	right, err := auth.SealKey(&private.PublicKey, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range 3 {
		sealed := bytes.Clone(right)
		sealed[200] ^= byte(i)
		first, err := auth.OpenKeySilently(private, sealed)
		if err != nil || len(first) != 32 || bytes.Equal(first, bytes.Repeat([]byte{7}, 32)) != (i == 0) {
			t.Fatalf("opened %x, %v", first, err)
		}
		again, err := auth.OpenKeySilently(private, sealed)
		if err != nil || !bytes.Equal(first, again) {
			t.Errorf("%x, then %x, %v", first, again, err)
		}
		seen[string(first)] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d keys of 3", len(seen))
	}
}

func FuzzCarried(f *testing.F) {
	list, err := keys()
	if err != nil {
		f.Fatal(err)
	}
	private := []crypto.PrivateKey{list["RSA"], list["SM2"]}
	for _, k := range private {
		public, err := auth.PublicKeyOf(k)
		if err != nil {
			f.Fatal(err)
		}
		sealed, err := auth.SealKey(public, make([]byte, 32))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(auth.AppendCarried(nil, auth.CipherFor(public), sealed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, sealed, err := auth.DecodeCarried(b)
		if err != nil {
			return
		}
		if !bytes.Equal(auth.AppendCarried(nil, kind, sealed), b) {
			t.Fatalf("%x is written otherwise", b)
		}
		for _, k := range private {
			key, err := auth.OpenKey(k, sealed)
			if err == nil && (len(key) < 16 || len(key) > 32) {
				t.Fatalf("a key of %d octets", len(key))
			}
		}
		if key, err := auth.OpenKeySilently(private[0].(*rsa.PrivateKey), sealed); err == nil && len(key) != 32 {
			t.Fatalf("a key of %d octets", len(key))
		}
	})
}

func FuzzOffer(f *testing.F) {
	list, err := keys()
	if err != nil {
		f.Fatal(err)
	}
	offer, err := auth.AppendOffer(nil, auth.CipherAES, &list["RSA"].(*rsa.PrivateKey).PublicKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(offer)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, key, err := auth.DecodeOffer(b)
		if err != nil {
			return
		}
		if sealed, err := auth.SealKey(key, make([]byte, 32)); err == nil && len(sealed) != key.Size() {
			t.Fatalf("%d octets by a key of %d", len(sealed), key.Size())
		}
	})
}
