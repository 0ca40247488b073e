package probe

import (
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

// identityFile writes the key and certificate of a machine.
func identityFile(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "machine.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// city takes batches over a line that is cut again and again: before a batch was read, after it
// was kept and before the answer, and in the middle of the answer.
type city struct {
	t        *testing.T
	requests int
	repeats  int
	kept     map[batch.Stream][]string // bodies in the order of their numbers
}

func (c *city) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.requests++
	cut := c.requests % 4
	if cut == 1 {
		panic(http.ErrAbortHandler)
	}
	z, err := gzip.NewReader(r.Body)
	if err != nil {
		c.t.Error(err)
		return
	}
	body, err := io.ReadAll(z)
	if err != nil {
		c.t.Error(err)
		return
	}
	b, err := batch.Read(body)
	if err != nil {
		c.t.Error(err)
		return
	}
	switch list := c.kept[b.Stream]; {
	case b.Sequence == int64(len(list))+1:
		c.kept[b.Stream] = append(list, string(body))
	case b.Sequence <= int64(len(list)) && list[b.Sequence-1] == string(body):
		c.repeats++
	default:
		c.t.Errorf("%s %d after %d batches, or with another content", b.Stream, b.Sequence, len(list))
	}
	if cut == 2 {
		panic(http.ErrAbortHandler)
	}
	if cut == 3 {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"state":`) // the rest is cut
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, `{"state":"taken"}`)
}

func TestALineThatIsCutAgainAndAgainLosesNothing(t *testing.T) {
	c := &city{t: t, kept: map[batch.Stream][]string{}}
	server := httptest.NewServer(c)
	defer server.Close()
	s, err := OpenSpool(t.TempDir(), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		add(t, s, batch.Records, 2)
		add(t, s, batch.Aggregates, 20)
	}
	p := &Probe{spool: s, log: slog.New(slog.DiscardHandler), send: sender{file: identityFile(t), client: server.Client(), url: server.URL}}
	cuts := 0
	for left := 24; left > 0; left, _ = s.Left() {
		_, _, err := p.deliverAll(t.Context())
		if err != nil {
			cuts++
		}
		if cuts > 1000 {
			t.Fatalf("%d batches are left after %d cuts: %v", left, cuts, err)
		}
	}
	if len(c.kept[batch.Records]) != 12 || len(c.kept[batch.Aggregates]) != 12 || cuts < 20 || c.repeats == 0 {
		t.Errorf("%d and %d of 12 batches, %d cuts, %d repeats", len(c.kept[batch.Records]), len(c.kept[batch.Aggregates]), cuts, c.repeats)
	}
	if s.at.Base.ShedBatches+s.at.Base.Refused != 0 {
		t.Errorf("%+v", s.at.Base)
	}
}

func TestTenTimesTooMuchGivesUpAggregatesAndNoRecords(t *testing.T) {
	s, err := OpenSpool(t.TempDir(), 256<<10)
	if err != nil {
		t.Fatal(err)
	}
	var sent uint64
	for i := range 200 { // one batch goes while ten come
		add(t, s, batch.Records, 1)
		add(t, s, batch.Aggregates, 100)
		if i%10 != 0 {
			continue
		}
		w, body, ok, err := s.next()
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		b, err := batch.Read(body)
		if err != nil {
			t.Fatal(err)
		}
		sent += uint64(b.Rows())
		if err := s.sent(w); err != nil {
			t.Fatal(err)
		}
	}
	var waiting uint64
	for _, list := range s.list {
		for _, w := range list {
			waiting += uint64(w.rows)
		}
	}
	if base := s.at.Base; base.ShedRecords != 0 || base.ShedRows == 0 || sent+waiting+base.ShedRows != 200+20_000 || s.used > 256<<10 {
		t.Errorf("%d sent, %d wait, %+v, %d octets", sent, waiting, base, s.used)
	}
}
