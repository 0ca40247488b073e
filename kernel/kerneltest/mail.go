package kerneltest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

//go:embed mailserver.py
var mailServer string

// Letter is a message as the mail server understood it.
type Letter struct {
	To      []string `json:"to"`
	From    string   `json:"from"`
	Subject string   `json:"subject"`
	ID      string   `json:"id"`
	Type    string   `json:"type"`
	Text    string   `json:"text"`
	HTML    string   `json:"html"`
	TLS     bool     `json:"tls"`
	Login   string   `json:"login"`
	ASCII   bool     `json:"ascii"` // of the header
}

// MailServer is a running SMTP server that nobody here wrote.
type MailServer struct {
	Port     int
	CAFile   string
	Password string // the file that holds it; the login is linghang

	mu      sync.Mutex
	letters []Letter
}

// StartMail runs a mail server until the test ends: starttls, implicit or none.
func StartMail(t testing.TB, mode string) *MailServer {
	t.Helper()
	dir := t.TempDir()
	m := &MailServer{Password: filepath.Join(dir, "password")}
	var key string
	m.CAFile, key = Certificate(t, dir)
	write(t, m.Password, "mail secret\n")
	script := filepath.Join(dir, "mailserver.py")
	write(t, script, mailServer)
	cmd := exec.Command("/usr/bin/python3", script, mode, m.CAFile, key)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = testWriter{t}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("start the mail server (`make test` installs it): %v", err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 4<<20)
	var first struct {
		Port int `json:"port"`
	}
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &first) != nil {
		t.Fatalf("the mail server (`make test` installs it) said %q", lines.Text())
	}
	m.Port = first.Port
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines.Scan() {
			m.accept(lines.Bytes())
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		_ = cmd.Wait()
	})
	return m
}

func (m *MailServer) accept(line []byte) {
	var l Letter
	if json.Unmarshal(line, &l) != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letters = append(m.letters, l)
}

// Letters returns what was accepted so far for an address; empty means all.
func (m *MailServer) Letters(to string) []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := slices.Clone(m.letters)
	return slices.DeleteFunc(list, func(l Letter) bool { return to != "" && !slices.Contains(l.To, to) })
}

// Settings returns the section mail of [notify] that leads to the server.
func (m *MailServer) Settings(mode string) string {
	login := `,"login":"linghang"`
	if mode == "none" {
		login = ""
	}
	return fmt.Sprintf(`{"host":"127.0.0.1","port":%d,"tls":%q,"ca-file":%q,"password-file":%q,"from":"领航 <noreply@city.test>"%s}`, m.Port, mode, m.CAFile, m.Password, login)
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Certificate writes a certificate for 127.0.0.1 and its key into a directory.
func Certificate(t testing.TB, dir string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})))
	return certFile, keyFile
}
