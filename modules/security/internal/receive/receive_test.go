package receive

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// receiving opens a receiver, which ends with the test.
func receiving(t *testing.T, c Config) *Receiver {
	t.Helper()
	r, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

// taken waits for so many messages.
func (r *Receiver) taken(t *testing.T, n int) (list []string) {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("%d messages", n), func() bool {
		r.Take(n-len(list), func(m []byte) { list = append(list, string(m)) })
		return len(list) == n
	})
	return list
}

func dial(t *testing.T, r *Receiver) net.Conn {
	t.Helper()
	c, err := net.Dial(r.Address().Network(), r.Address().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestBothFramingsOfTCP(t *testing.T) {
	t.Parallel()
	r := receiving(t, Config{Listen: "tcp://127.0.0.1:0"})
	c := dial(t, r)
	send(t, c, "<13>one\n5 <13>a<13>two\n7 <13>\nbc\n2x is no length\n")
	if got, want := r.taken(t, 5), []string{"<13>one", "<13>a", "<13>two", "<13>\nbc", "2x is no length"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	send(t, c, "<13>last")
	_ = c.Close()
	r.taken(t, 1)
	if x := r.Counts(); x.Cut != 0 || x.Long != 0 || x.Dropped != 0 {
		t.Errorf("%+v", x)
	}
}

// What is too long is passed over, and what follows is read.
func TestWhatIsTooLong(t *testing.T) {
	t.Parallel()
	r := receiving(t, Config{Listen: "tcp://127.0.0.1:0"})
	c := dial(t, r)
	long := strings.Repeat("x", MostLine+1)
	send(t, c, fmt.Sprintf("%d %s5 <13>a<13>%s\n<13>b\n", len(long), long, long))
	if got := r.taken(t, 2); !slices.Equal(got, []string{"<13>a", "<13>b"}) {
		t.Errorf("%q", got)
	}
	if x := r.Counts(); x.Long != 2 || x.Received != 4 {
		t.Errorf("%+v", x)
	}
	send(t, c, "100 <13>cut")
	_ = c.Close()
	kerneltest.Wait(t, "the cut message to be counted", func() bool { return r.Counts().Cut == 1 })
}

// Over UDP what finds the queue full is dropped, and everything is counted.
func TestLossOverUDPIsExact(t *testing.T) {
	t.Parallel()
	r := receiving(t, Config{Listen: "udp://127.0.0.1:0"})
	c := dial(t, r)
	const n = queued + 500
	for i := range n {
		send(t, c, fmt.Sprintf("<13>%d", i))
		if i%50 == 0 { // the kernel's buffer is no part of the count
			kerneltest.Wait(t, "datagrams to be received", func() bool { return r.Counts().Received >= uint64(i) })
		}
	}
	kerneltest.Wait(t, "all datagrams", func() bool { return r.Counts().Received == n })
	if x := r.Counts(); x.Dropped != 500 || x.Long != 0 {
		t.Errorf("%+v", x)
	}
	if got := r.taken(t, queued); got[queued-1] != fmt.Sprintf("<13>%d", queued-1) {
		t.Errorf("the last is %q", got[queued-1])
	}
}

// Over TCP nothing is lost while nobody takes: the sender waits.
func TestTheSenderWaits(t *testing.T) {
	t.Parallel()
	r := receiving(t, Config{Listen: "tcp://127.0.0.1:0"})
	c := dial(t, r)
	const n = 3 * queued
	sent := make(chan error, 1)
	go func() {
		var b bytes.Buffer
		for i := range n {
			_, _ = fmt.Fprintf(&b, "<13>%d\n", i)
		}
		_, err := c.Write(b.Bytes())
		sent <- err
	}()
	list := r.taken(t, n)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	for i, m := range list {
		if m != fmt.Sprintf("<13>%d", i) {
			t.Fatalf("the message %d is %q", i, m)
		}
	}
}

// There are so many connections and no more: the silent ones go.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	r := receiving(t, Config{Listen: "tcp://127.0.0.1:0"})
	open := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.open)
	}
	for i := range mostConnections + 20 {
		send(t, dial(t, r), fmt.Sprintf("<13>%d\n", i))
		r.taken(t, 1)
	}
	if n := open(); n > mostConnections {
		t.Errorf("%d connections are open", n)
	}
}

// authority makes a certificate of a server and of a client, signed by one authority.
func authority(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write := func(name, kind string, der []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	newKey := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	ca := newKey()
	top := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	sign := func(name string, c *x509.Certificate, k *ecdsa.PrivateKey) {
		t.Helper()
		der, err := x509.CreateCertificate(rand.Reader, c, top, &k.PublicKey, ca)
		if err != nil {
			t.Fatal(err)
		}
		write(name+".pem", "CERTIFICATE", der)
		key, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		write(name+".key", "PRIVATE KEY", key)
	}
	sign("ca", top, ca)
	leaf := func(serial int64) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}
	}
	sign("server", leaf(2), newKey())
	sign("client", leaf(3), newKey())
	return dir
}

// A client of openssl sends over TLS; who has no certificate sends nothing where one is asked for.
func TestOpenSSLSendsOverTLS(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal(err)
	}
	dir := authority(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	r := receiving(t, Config{Listen: "tls://127.0.0.1:0", Certificate: in("server.pem"), Key: in("server.key"), Clients: in("ca.pem")})
	client := func(more ...string) {
		args := append([]string{"s_client", "-quiet", "-verify_quiet", "-no_ign_eof", "-connect", r.Address().String(), "-CAfile", in("ca.pem"), "-verify_return_error"}, more...)
		cmd := exec.Command(openssl, args...)
		cmd.Stdin = strings.NewReader("23 <13>1 - - - - - - hallo")
		_ = cmd.Run() // without a certificate it fails
	}
	client("-cert", in("client.pem"), "-key", in("client.key"))
	if got := r.taken(t, 1); got[0] != "<13>1 - - - - - - hallo" {
		t.Errorf("%q", got)
	}
	client()
	kerneltest.Wait(t, "the refusal to be counted", func() bool { return r.Counts().Refused == 1 })
	if x := r.Counts(); x.Received != 1 {
		t.Errorf("%+v", x)
	}
}

// The program logger of util-linux sends in all its ways.
func TestLoggerSends(t *testing.T) {
	t.Parallel()
	logger, err := exec.LookPath("logger")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		listen string
		args   []string
	}{
		"udp 5424":                {"udp://127.0.0.1:0", []string{"--udp", "--rfc5424"}},
		"udp 3164":                {"udp://127.0.0.1:0", []string{"--udp", "--rfc3164"}},
		"tcp 5424":                {"tcp://127.0.0.1:0", []string{"--tcp", "--rfc5424"}},
		"tcp 5424, octet counted": {"tcp://127.0.0.1:0", []string{"--tcp", "--rfc5424", "--octet-count"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := receiving(t, Config{Listen: c.listen})
			_, port, err := net.SplitHostPort(r.Address().String())
			if err != nil {
				t.Fatal(err)
			}
			args := append(c.args, "--server", "127.0.0.1", "--port", port, "--tag", "plant", "线体停机 line stopped")
			if out, err := exec.Command(logger, args...).CombinedOutput(); err != nil {
				t.Fatalf("%v %s", err, out)
			}
			if got := r.taken(t, 1); !strings.HasPrefix(got[0], "<13>") || !strings.Contains(got[0], "plant") || !strings.HasSuffix(strings.TrimSuffix(got[0], "\n"), "线体停机 line stopped") {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestWrongConfigurations(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{
		{Listen: ""},
		{Listen: "514"},
		{Listen: "http://127.0.0.1:514"},
		{Listen: "tcp://127.0.0.1"},
		{Listen: "tls://127.0.0.1:6514"},
		{Listen: "udp://127.0.0.1:514", Certificate: "x"},
	} {
		if err := c.Check(); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
