package seal_test

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/seal"
)

func suites(t *testing.T) []seal.Suite {
	t.Helper()
	var list []seal.Suite
	for _, name := range seal.Names() {
		s, err := seal.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// GB/T 32905, example 1; FIPS 180-4, the same message.
func TestHashesGiveThePublishedValues(t *testing.T) {
	want := map[string]string{
		seal.Guomi:         "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		seal.International: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	}
	for _, s := range suites(t) {
		h := s.Hash()
		_, _ = h.Write([]byte("abc"))
		if got := hex.EncodeToString(h.Sum(nil)); got != want[s.Name()] {
			t.Errorf("%s: got %s", s.Name(), got)
		}
	}
}

// RFC 8998, appendix A.1: SM4-GCM.
func TestSM4GCMOpensThePublishedExample(t *testing.T) {
	s, err := seal.ByName(seal.Guomi)
	if err != nil {
		t.Fatal(err)
	}
	sealed := unhex(t, "00001234567800000000abcd"+
		"17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"+
		"83de3541e4c2b58177e065a9bf7b62ec")
	context := string(unhex(t, "feedfacedeadbeeffeedfacedeadbeefabaddad2"))
	plain, err := s.Open(unhex(t, "0123456789abcdeffedcba9876543210"), sealed, context)
	want := "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
	if err != nil || hex.EncodeToString(plain) != want {
		t.Errorf("got %x, %v", plain, err)
	}
}

// OpenSSL, which knows SM2 with a distinguishing id and Ed25519, is the other side.
func TestOpenSSLVerifiesOurSignatures(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	options := map[string][]string{
		seal.International: nil,
		seal.Guomi:         {"-digest", "sm3", "-pkeyopt", "distid:1234567812345678"},
	}
	for _, s := range suites(t) {
		private, public, err := s.Generate()
		if err != nil {
			t.Fatal(err)
		}
		message := []byte("青岛 audit checkpoint")
		signature, err := s.Sign(private, message)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for name, data := range map[string][]byte{"public.pem": []byte(public), "message": message, "signature": signature} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		args := append([]string{"pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message", "-sigfile", "signature"}, options[s.Name()]...)
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Verified Successfully") {
			t.Errorf("%s: %v: %s", s.Name(), err, out)
		}
	}
}

func TestWhatWasAlteredNeitherOpensNorVerifies(t *testing.T) {
	for _, s := range suites(t) {
		key := make([]byte, s.KeySize())
		sealed, err := s.Seal(key, []byte("secret"), "here")
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := s.Open(key, sealed, "here"); err != nil || string(plain) != "secret" {
			t.Errorf("%s: got %q, %v", s.Name(), plain, err)
		}
		if _, err := s.Open(key, sealed, "there"); err == nil {
			t.Errorf("%s: it opens elsewhere", s.Name())
		}
		for i := range sealed {
			bent := append([]byte(nil), sealed...)
			bent[i] ^= 1
			if _, err := s.Open(key, bent, "here"); err == nil {
				t.Errorf("%s: it opens with byte %d altered", s.Name(), i)
			}
			if _, err := s.Open(key, sealed[:i], "here"); err == nil {
				t.Errorf("%s: it opens cut at %d", s.Name(), i)
			}
		}
		private, public, err := s.Generate()
		if err != nil {
			t.Fatal(err)
		}
		signature, err := s.Sign(private, []byte("message"))
		if err != nil || !s.Verify(public, []byte("message"), signature) {
			t.Errorf("%s: its own signature is refused: %v", s.Name(), err)
		}
		_, other, err := s.Generate()
		if err != nil || s.Verify(public, []byte("massage"), signature) || s.Verify(other, []byte("message"), signature) || s.Verify("", []byte("message"), signature) {
			t.Errorf("%s: a foreign signature passes: %v", s.Name(), err)
		}
	}
	private, public, err := suites(t)[0].Generate()
	if err != nil {
		t.Fatal(err)
	}
	signature, err := suites(t)[0].Sign(private, []byte("message"))
	if err != nil || suites(t)[1].Verify(public, []byte("message"), signature) {
		t.Errorf("one suite takes the other's signature: %v", err)
	}
	if _, err := suites(t)[1].Sign(private, []byte("message")); err == nil {
		t.Error("one suite signs with the other's key")
	}
}

func BenchmarkSuites(b *testing.B) {
	for _, name := range seal.Names() {
		s, err := seal.ByName(name)
		if err != nil {
			b.Fatal(err)
		}
		private, public, err := s.Generate()
		if err != nil {
			b.Fatal(err)
		}
		signature, err := s.Sign(private, []byte("message"))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/sign", func(b *testing.B) {
			for b.Loop() {
				_, _ = s.Sign(private, []byte("message"))
			}
		})
		b.Run(name+"/verify", func(b *testing.B) {
			for b.Loop() {
				s.Verify(public, []byte("message"), signature)
			}
		})
	}
}

func TestAPublicKeyIsKnown(t *testing.T) {
	for _, name := range seal.Names() {
		suite, err := seal.ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		_, public, err := suite.Generate()
		if err != nil || !seal.IsPublic(public) {
			t.Errorf("%s: %q is no public key, %v", name, public, err)
		}
	}
	// P-256 is no curve of a suite.
	const other = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n"
	for _, text := range []string{"", "x", other, "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"} {
		if seal.IsPublic(text) {
			t.Errorf("%q is taken for a key", text)
		}
	}
}
