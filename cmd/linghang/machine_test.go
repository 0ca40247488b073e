package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
)

// gated starts a house with a TLS port and certificates that are good for as long.
func gated(t *testing.T, validity string, more ...string) *house {
	t.Helper()
	data := t.TempDir()
	file := filepath.Join(data, "linghang.yaml")
	text := fmt.Sprintf("machine:\n  validity: %s\n  grace: 1h\n  backdate: 0s\n", validity)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &house{t: t, data: data, args: append([]string{"--config", file, "--tls-listen", "127.0.0.1:0"}, more...)}
}

type newMachine struct {
	ID, Token, URL, Fingerprint string
}

func (h *house) machine(name string) newMachine {
	h.t.Helper()
	var m newMachine
	h.call("POST", "/api/machine/machines", fmt.Sprintf(`{"name":%q,"kind":"platform"}`, name), &m)
	return m
}

func (h *house) machineState(id string) string {
	h.t.Helper()
	var m struct{ State string }
	h.call("GET", "/api/machine/machines/"+id, "", &m)
	return m.State
}

// agent runs the machine's side of the program.
func agent(t *testing.T, args ...string) (map[string]any, string, error) {
	t.Helper()
	cmd := exec.Command(binary(t), append([]string{"machine"}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	v := map[string]any{}
	_ = json.Unmarshal(out, &v)
	return v, said.String(), err
}

func (m newMachine) enrol(t *testing.T, dir string) (map[string]any, string, error) {
	t.Helper()
	return agent(t, "enrol", "--url", m.URL, "--token", m.Token, "--ca-sha256", m.Fingerprint, "--dir", dir, "--output", "json")
}

func TestAMachineEnrolsKeepsRenewingAndIsRevoked(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	h := gated(t, "9s")
	h.open()
	h.setUp()
	m := h.machine("平台服务器")
	dir := filepath.Join(t.TempDir(), "machine")
	first, said, err := m.enrol(t, dir)
	if err != nil || first["is"] != "valid" || first["subject"] != m.ID {
		t.Fatalf("enrol: %v %v %s", err, first, said)
	}
	if _, said, err := m.enrol(t, filepath.Join(t.TempDir(), "thief")); err == nil || !strings.Contains(said, "used before") {
		t.Errorf("the token enrols a second machine: %s", said)
	}
	// Two lives of a certificate pass; so does the one of the server's own.
	watch := exec.Command(binary(t), "machine", "renew", "--watch", "--dir", dir)
	watch.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	serials := map[any]bool{}
	kerneltest.Wait(t, "two renewals", func() bool {
		s, _, _ := agent(t, "status", "--dir", dir, "--output", "json")
		serials[s["serial"]] = true
		return len(serials) >= 3
	})
	_ = watch.Process.Signal(syscall.SIGTERM)
	if err := watch.Wait(); err != nil {
		t.Errorf("the watch ends with %v", err)
	}
	s, said, err := agent(t, "status", "--online", "--dir", dir, "--output", "json")
	if err != nil {
		t.Fatalf("%v %s", err, said)
	}
	if city, _ := s["city"].(map[string]any); city["state"] != "valid" {
		t.Errorf("the city says %v", s)
	}
	kerneltest.Wait(t, "the certificate to end", func() bool { return h.machineState(m.ID) == "grace" })
	if _, said, err := agent(t, "status", "--online", "--dir", dir); err == nil || !strings.Contains(said, "renewal only") {
		t.Errorf("within its grace the machine acts: %s", said)
	}
	if _, said, err := agent(t, "renew", "--dir", dir); err != nil {
		t.Errorf("within its grace the machine cannot renew: %s", said)
	}
	h.call("POST", "/api/machine/machines/"+m.ID+"/revocation", `{"reason":"key_compromise"}`, nil)
	if _, said, err := agent(t, "renew", "--dir", dir); err == nil || !strings.Contains(said, "revoked") {
		t.Errorf("a revoked machine renews: %s", said)
	}
	checks, err := h.doctor()
	if err != nil {
		t.Errorf("doctor: %v", err)
	}
	if checks["authority"].State != "good" || checks["tls-listen"].State != "good" {
		t.Logf("the doctor's port is the configured :0, so tls-listen is %v", checks["tls-listen"])
	}
}

func TestAnEnrolmentThatIsKilledGoesOnWhereItWas(t *testing.T) {
	h := gated(t, "720h")
	h.open()
	h.setUp()
	for i := range 12 {
		m := h.machine(fmt.Sprintf("网关 %d", i))
		dir := filepath.Join(t.TempDir(), "machine")
		cmd := exec.Command(binary(t), "machine", "enrol", "--url", m.URL, "--token", m.Token, "--ca-sha256", m.Fingerprint, "--dir", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(i)*15*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		timer.Stop()
		if i == 6 { // the city goes away too
			h.kill()
			h.start()
			var a struct{ URL string }
			h.call("GET", "/api/machine/authority", "", &a)
			m.URL = a.URL
		}
		if s, _, err := agent(t, "status", "--dir", dir, "--output", "json"); err == nil && s["is"] == "valid" {
			continue // it was done before it was killed
		}
		if s, said, err := m.enrol(t, dir); err != nil || s["is"] != "valid" {
			t.Errorf("after a kill at %d ms: %v %s", i*15, err, said)
		}
	}
}

// TestAnIndependentClientEnrols speaks with programs that nobody here wrote:
// GlobalSign's EST client, and curl with OpenSSL.
func TestAnIndependentClientEnrols(t *testing.T) {
	client := kerneltest.Program(t, "estclient")
	h := gated(t, "720h")
	h.open()
	h.setUp()
	m := h.machine("由他人的客户端登记")
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	run := func(program string, args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", filepath.Base(program), args, err, out)
		}
		return string(out)
	}
	host := strings.TrimPrefix(m.URL, "https://")
	run("curl", "-sSf", "-o", "ca.pem", h.url+"/api/machine/ca")
	run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem")
	run(client, "cacerts", "-server", host, "-explicit", "ca.pem", "-out", "cacerts.pem")
	if a, b := readAll(t, at("ca.pem")), readAll(t, at("cacerts.pem")); strings.TrimSpace(a) != strings.TrimSpace(b) {
		t.Errorf("the authority by EST is another one:\n%s\n%s", a, b)
	}
	if out := run(client, "csrattrs", "-server", host, "-explicit", "ca.pem"); !strings.Contains(out, "1.2.840.10045.2.1") && len(out) == 0 {
		t.Errorf("csrattrs: %s", out)
	}
	run(client, "csr", "-key", "key.pem", "-cn", m.ID, "-out", "csr.pem")
	run(client, "enroll", "-server", host, "-explicit", "ca.pem", "-user", m.ID, "-pass", m.Token, "-csr", "csr.pem", "-out", "cert.pem")
	run("openssl", "verify", "-CAfile", "ca.pem", "cert.pem")
	if out := run("openssl", "x509", "-in", "cert.pem", "-noout", "-subject", "-ext", "extendedKeyUsage,subjectAltName"); !strings.Contains(out, m.ID) || !strings.Contains(out, "Client Authentication") {
		t.Errorf("the certificate says %s", out)
	}
	self := run("curl", "-sS", "--cacert", "ca.pem", "--cert", "cert.pem", "--key", "key.pem", m.URL+"/api/machine/self")
	if !strings.Contains(self, `"state":"valid"`) {
		t.Errorf("curl as the machine: %s", self)
	}
	run(client, "reenroll", "-server", host, "-explicit", "ca.pem", "-certs", "cert.pem", "-key", "key.pem", "-csr", "csr.pem", "-out", "cert2.pem")
	if self = run("curl", "-sS", "--cacert", "ca.pem", "--cert", "cert2.pem", "--key", "key.pem", m.URL+"/api/machine/self"); !strings.Contains(self, `"state":"valid"`) {
		t.Errorf("curl with the next certificate: %s", self)
	}
	if self = run("curl", "-sS", "--cacert", "ca.pem", "--cert", "cert.pem", "--key", "key.pem", m.URL+"/api/machine/self"); !strings.Contains(self, "machine.certificate.superseded") {
		t.Errorf("curl with the one before: %s", self)
	}
	// OpenSSL reads the list of what is revoked, and finds the one before in it.
	run("curl", "-sSf", "-o", "crl.der", h.url+"/api/machine/crl")
	run("openssl", "crl", "-inform", "DER", "-in", "crl.der", "-CAfile", "ca.pem", "-out", "crl.pem")
	if out, err := exec.Command("openssl", "verify", "-crl_check", "-CRLfile", at("crl.pem"), "-CAfile", at("ca.pem"), at("cert.pem")).CombinedOutput(); err == nil || !strings.Contains(string(out), "revoked") {
		t.Errorf("openssl finds %s", out)
	}
	run("openssl", "verify", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", "ca.pem", "cert2.pem")
}

func readAll(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestARevocationWorksInBothReplicasAtOnce revokes at one process and asks the
// other, which shares nothing with it but the database.
func TestARevocationWorksInBothReplicasAtOnce(t *testing.T) {
	dsn, key := kerneltest.PostgresDatabase(t), filepath.Join(t.TempDir(), "master.key")
	one := gated(t, "720h", "--database-url", dsn, "--master-key-file", key)
	one.open()
	one.setUp()
	two := gated(t, "720h", "--database-url", dsn, "--master-key-file", key)
	two.cookie = one.cookie
	two.open()
	m := one.machine("双副本")
	dir := t.TempDir()
	if _, said, err := m.enrol(t, filepath.Join(dir, "m")); err != nil {
		t.Fatal(said)
	}
	var other struct{ URL, Fingerprint string }
	two.call("GET", "/api/machine/authority", "", &other)
	if other.Fingerprint != m.Fingerprint {
		t.Fatal("the replicas have an authority each")
	}
	ask := func() string {
		out, err := exec.Command("curl", "-sS", "--cacert", filepath.Join(dir, "m", "ca.pem"), "--cert", filepath.Join(dir, "m", "machine.pem"), other.URL+"/api/machine/self").CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, out)
		}
		return string(out)
	}
	if out := ask(); !strings.Contains(out, `"state":"valid"`) {
		t.Errorf("the other replica says %s", out)
	}
	one.call("POST", "/api/machine/machines/"+m.ID+"/revocation", `{"reason":"ceased"}`, nil)
	if out := ask(); !strings.Contains(out, "machine.certificate.revoked") {
		t.Errorf("the other replica says %s after the revocation", out)
	}
}

// TestTheTLSPortTakesNewFilesWithoutARestart changes the files of a certificate
// from elsewhere under a serving process.
func TestTheTLSPortTakesNewFilesWithoutARestart(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	issue := func(name string) {
		t.Helper()
		out, err := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key+".new", "-out", cert+".new",
			"-subj", "/CN="+name, "-addext", "subjectAltName=IP:127.0.0.1", "-days", "90").CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, out)
		}
		for _, f := range []string{key, cert} {
			if err := os.Rename(f+".new", f); err != nil {
				t.Fatal(err)
			}
		}
	}
	issue("first")
	h := gated(t, "720h", "--tls-cert", cert, "--tls-key", key)
	h.open()
	h.setUp()
	var a struct {
		URL    string
		Serves bool
	}
	h.call("GET", "/api/machine/authority", "", &a)
	if a.Serves {
		t.Error("the page says that the port has the city's own certificate")
	}
	name := func() string {
		out, _ := exec.CommandContext(context.Background(), "sh", "-c", "echo | openssl s_client -connect "+strings.TrimPrefix(a.URL, "https://")+" 2>/dev/null | openssl x509 -noout -subject").Output()
		return strings.TrimSpace(string(out))
	}
	if got := name(); !strings.HasSuffix(got, "first") {
		t.Fatalf("the port shows %q", got)
	}
	issue("second")
	kerneltest.Wait(t, "the new certificate", func() bool { return strings.HasSuffix(name(), "second") })
	if err := os.WriteFile(cert, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	kerneltest.Wait(t, "the health page to say so", func() bool {
		r, err := http.Get(h.url + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		var v struct {
			Components []struct{ ID, State string }
		}
		_ = json.NewDecoder(r.Body).Decode(&v)
		for _, c := range v.Components {
			if c.ID == "certificate.tls-listen" {
				return c.State == "degraded"
			}
		}
		return false
	})
	if got := name(); !strings.HasSuffix(got, "second") {
		t.Errorf("with a broken file the port shows %q", got)
	}
}
