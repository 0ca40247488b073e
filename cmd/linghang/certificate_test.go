package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

// certified is a key that is good only with a machine's certificate, and what is pasted for it.
type certified struct {
	ID, Secret string
	Configs    struct{ Curl, Prometheus, MQTT string }
}

func (h *house) certified(platform, kind string) (k certified) {
	h.t.Helper()
	h.call("POST", "/api/platforms/"+platform+"/keys", fmt.Sprintf(`{"kind":%q,"certificate":true}`, kind), &k)
	return k
}

// bash runs a text that was pasted, and returns what it printed.
func bash(t *testing.T, text string) string {
	t.Helper()
	out, err := exec.Command("bash", "-c", text).CombinedOutput()
	if err != nil {
		t.Logf("%v: %s", err, out)
	}
	return string(out)
}

func TestAKeyThatAsksForACertificateIsGoodOnlyWithOne(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	h := gated(t, "720h")
	h.open()
	h.setUp()
	platform := h.platform("certified").Platform
	m := h.machine("平台服务器")
	dir := filepath.Join(t.TempDir(), "machine")
	if _, said, err := m.enrol(t, dir); err != nil {
		t.Fatalf("enrol: %v %s", err, said)
	}
	pushing, signing := h.certified(platform, "push"), h.certified(platform, "report")
	pasted := func(text string, seq int) string {
		return strings.NewReplacer("/var/lib/linghang-machine", dir, `"seq": 1`, fmt.Sprintf(`"seq": %d`, seq), "SEQ=1", fmt.Sprintf("SEQ=%d", seq)).Replace(text)
	}
	taken := func(what, text string) {
		t.Helper()
		if out := bash(t, text); !strings.Contains(out, `"accepted":3`) {
			t.Errorf("%s: %s", what, out)
		}
	}
	refused := func(what, text, why string) {
		t.Helper()
		if out := bash(t, text); !strings.Contains(out, why) || strings.Contains(out, "accepted") {
			t.Errorf("%s: %s", what, out)
		}
	}
	taken("what is pasted for a push key", pasted(pushing.Configs.Curl, 1))
	taken("what is pasted for a signing key", pasted(signing.Configs.Curl, 2))
	if pushing.Configs.MQTT != "" || !strings.Contains(pushing.Configs.Prometheus, "cert_file: /var/lib/linghang-machine/machine.pem") {
		t.Errorf("what is pasted says nothing of the certificate: %+v", pushing.Configs)
	}

	bare := strings.NewReplacer("--cert "+dir+"/machine.pem ", "")
	refused("no certificate", bare.Replace(pasted(pushing.Configs.Curl, 3)), `"platforms.key.certificate"`)
	refused("no certificate, signed", bare.Replace(pasted(signing.Configs.Curl, 3)), `"platforms.key.certificate"`)
	plain := strings.NewReplacer(m.URL, h.url)
	refused("without TLS, with headers that proxies set", strings.Replace(plain.Replace(pasted(pushing.Configs.Curl, 3)), "curl ", "curl -H 'X-Forwarded-Client-Cert: yes' -H 'X-Ssl-Client-Verify: SUCCESS' ", 1), `"platforms.key.certificate"`)
	self := bash(t, fmt.Sprintf("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=%s -keyout own.pem -out own.crt 2>&1 && cat own.crt >> own.pem", dir, m.ID))
	refused("a certificate of its own making", strings.Replace(pasted(pushing.Configs.Curl, 3), dir+"/machine.pem", dir+"/own.pem", 1), "machine.certificate.")
	if t.Failed() {
		t.Log(self)
	}

	h.reportsByAgent(m, signing, dir)
	if n := h.certifiedSubmissions(platform, "", m.ID); n != 3 {
		t.Errorf("%d submissions, three were taken", n)
	}
	exporter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "iip_dev_connected 1200\n") }))
	t.Cleanup(exporter.Close)
	startPrometheus(t, strings.NewReplacer("127.0.0.1:9090", exporter.Listener.Addr().String(), "scrape_interval: 15s", "scrape_interval: 1s").Replace(pasted(pushing.Configs.Prometheus, 0)))
	kerneltest.Wait(t, "Prometheus to report with the certificate", func() bool { return h.certifiedSubmissions(platform, "remotewrite", m.ID) > 0 })

	h.call("POST", "/api/machine/machines/"+m.ID+"/revocation", `{"reason":"key_compromise"}`, nil)
	refused("a machine that was revoked", pasted(pushing.Configs.Curl, 3), "machine.certificate.revoked")
}

// certifiedSubmissions counts what came in by a channel, all of it with the certificate of a machine.
func (h *house) certifiedSubmissions(platform, channel, machine string) int {
	h.t.Helper()
	var sent struct {
		Items []struct {
			MachineID   string `json:"machine_id"`
			Certificate string
		}
	}
	h.call("GET", "/api/platforms/"+platform+"/submissions?channel="+channel, "", &sent)
	for _, s := range sent.Items {
		if s.MachineID != machine || s.Certificate == "" {
			h.t.Errorf("a submission does not tell the certificate that it came with: %+v", s)
		}
	}
	return len(sent.Items)
}

// reportsByAgent has linghang report send with the machine's certificate.
func (h *house) reportsByAgent(m newMachine, k certified, dir string) {
	t := h.t
	t.Helper()
	place := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(place, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("secret", k.Secret)
	write("values.csv", "code,value\ndev_online,7\n")
	file := write("agent.yaml", fmt.Sprintf("server: %s\nkey: %s\nsecret_file: secret\ndirectory: report\ncertificate: %s\nauthority: %s\nsources:\n  - {name: devices, every: 15m, csv: values.csv}\n",
		m.URL, k.ID, filepath.Join(dir, "machine.pem"), filepath.Join(dir, "ca.pem")))
	if out, err := exec.Command(binary(t), "report", "once", file).CombinedOutput(); err != nil {
		t.Errorf("the agent with its certificate: %v %s", err, out)
	}
}
