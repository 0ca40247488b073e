package escrow

import (
	"archive/zip"
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"iter"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
	"github.com/google/go-cmp/cmp"

	"linghang/lib/handle/wire"
)

// body makes the certificate and the key of an escrow body.
func body(t *testing.T, key crypto.Signer) (certificate, private []byte) {
	t.Helper()
	template := &smx509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "escrow"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := smx509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := smx509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

func bodies(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sm2.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"RSA": r, "SM2": s}
}

// These stand for the city's signature; its own is tested where it is made.
func mark(message []byte) (string, string, error) {
	return "signed " + string(message), "a key", nil
}

func marked(_ string, message []byte, signature string) error {
	if signature != "signed "+string(message) {
		return errors.New("the signature does not fit")
	}
	return nil
}

func sample() []Entry {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return []Entry{
		{Handle: "0.NA/88.101.5", Change: 1, At: at, Values: []wire.Value{{Index: 1, Type: "HS_SITE", TTL: 86400, Timestamp: 9, Permissions: 14, Data: []byte{0, 1, 255}, References: []wire.Reference{{Index: 300, Handle: "0.NA/88.101"}}}}},
		{Handle: "88.101.5/<&\"T>", Change: 2, At: at, Values: []wire.Value{{Index: 2, Type: "URL", Permissions: 6, Data: []byte("a <b> & \"c\"\n\t 中 ")}, {Index: 3, Type: "X", Data: []byte("a\r\nb")}}},
		{Handle: "88.101.5/GONE", Change: 3, At: at, Removed: true},
	}
}

func each(list []Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func write(t *testing.T, dir string, certificate []byte, list []Entry) string {
	t.Helper()
	to, err := ParseRecipient(certificate)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Write(dir, Manifest{Name: "p", Prefix: "88.101", Kind: Full, Position: 3}, to, []Node{{Prefix: "88.101", Name: "节点"}}, each(list), mark)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, m.Name+".json")
}

func TestWhatIsPutInComesOutForWhoeverItIsFor(t *testing.T) {
	for name, key := range bodies(t) {
		t.Run(name, func(t *testing.T) {
			certificate, private := body(t, key)
			p, err := Load(write(t, t.TempDir(), certificate, sample()), marked, "")
			if err != nil || p.Whole() != nil || p.Records != 2 || p.Removed != 1 || len(p.Slices) != 1 {
				t.Fatalf("loaded %+v, %v", p, err)
			}
			o, err := ParseOpener(certificate, private)
			if err != nil {
				t.Fatal(err)
			}
			var opened bytes.Buffer
			if err := p.Open(o, &opened); err != nil {
				t.Fatal(err)
			}
			archive, err := zip.NewReader(bytes.NewReader(opened.Bytes()), int64(opened.Len()))
			if err != nil {
				t.Fatal(err)
			}
			var got []Entry
			for e, err := range Entries(archive) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e)
			}
			if d := cmp.Diff(sample(), got); d != "" {
				t.Error(d)
			}
			other, secret := body(t, bodies(t)[name])
			if o, err = ParseOpener(other, secret); err != nil {
				t.Fatal(err)
			}
			if p.Open(o, &opened) == nil {
				t.Error("another key opens it")
			}
		})
	}
}

func TestWhatWasAlteredIsNotTaken(t *testing.T) {
	certificate, _ := body(t, bodies(t)["RSA"])
	alter := func(file, from, to string) error {
		dir := t.TempDir()
		manifest := write(t, dir, certificate, sample())
		path := filepath.Join(dir, file)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if from == "" {
			content = append(content, to...)
		} else {
			content = bytes.Replace(content, []byte(from), []byte(to), 1)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Load(manifest, marked, "")
		if err != nil {
			return err
		}
		return p.Whole()
	}
	if err := alter("p.001", "", "x"); err == nil || !strings.Contains(err.Error(), "not what was signed") {
		t.Errorf("a slice: %v", err)
	}
	if err := alter("p.json", `\"records\":2`, `\"records\":3`); err == nil {
		t.Error("a manifest was altered and taken")
	}
}

// A program that nobody here wrote opens a slice.
func TestOpenSSLOpensASlice(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatalf("make install brings it: %v", err)
	}
	certificate, private := body(t, bodies(t)["RSA"])
	dir := t.TempDir()
	write(t, dir, certificate, sample())
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), private, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), openssl, "cms", "-decrypt", "-binary", "-inform", "DER", "-in", filepath.Join(dir, "p.001"), "-inkey", filepath.Join(dir, "key.pem")).Output()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, f := range archive.File {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"nodes.xml", "records.xml"}) {
		t.Errorf("in it are %v", names)
	}
}

// What is larger than a slice is cut, and put together again.
func TestMuchIsCutIntoSlices(t *testing.T) {
	certificate, private := body(t, bodies(t)["SM2"])
	data := make([]byte, SliceSize+1000)
	if _, err := rand.Read(data); err != nil {
		t.Fatal(err)
	}
	big := []Entry{{Handle: "88.101/BIG", Change: 1, At: time.Unix(0, 0).UTC(), Values: []wire.Value{{Index: 1, Type: "X", Data: data}}}}
	p, err := Load(write(t, t.TempDir(), certificate, big), marked, "")
	if err != nil || len(p.Slices) != 2 {
		t.Fatalf("%d slices, %v", len(p.Slices), err)
	}
	o, err := ParseOpener(certificate, private)
	if err != nil {
		t.Fatal(err)
	}
	var opened bytes.Buffer
	if err := p.Open(o, &opened); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(opened.Bytes()), int64(opened.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range Entries(archive) {
		if err != nil || !bytes.Equal(e.Values[0].Data, data) {
			t.Errorf("it came out otherwise: %v", err)
		}
	}
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte(`<records><record handle="a/b" change="1" at="2026-01-02T03:04:05Z"><value index="1" type="X"><data>x</data></value></record></records>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		one, err := w.Create("records.xml")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = one.Write(text)
		_ = w.Close()
		archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range Entries(archive) {
			if err != nil {
				return
			}
			_ = xmlOf(e)
		}
	})
}
