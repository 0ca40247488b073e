package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"linghang/kernel/kerneltest"
)

// canaries are secrets that were planted, by what they are.
type canaries map[string]string

// look fails for every canary that shows in a text.
func (c canaries) look(t *testing.T, where, text string) {
	t.Helper()
	for what, secret := range c {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows the %s", where, what)
		}
	}
}

// Secrets are planted wherever one can be; then the system is driven, failures
// included, and nothing that it says or keeps may hold one of them in clear.
func TestASecretShowsNowhere(t *testing.T) {
	t.Parallel() // it waits for processes most of its time
	data, traces := t.TempDir(), startCollector(t)
	h := &house{t: t, data: data, args: []string{"--log-level", "debug", "--database-url", "", "--audit-anchor", filepath.Join(data, "anchor"), "--otlp-url", traces.url}}
	h.open()
	h.setUp()
	p := h.platform("canary")
	var report, token struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	}
	h.call("POST", "/api/platforms/"+p.Platform+"/keys", `{"kind":"report"}`, &report)
	h.issue(t, &token)
	secret, recovery := h.enrol(t)
	const wrong = "canary-wrong-password-81c4"
	master, err := os.ReadFile(filepath.Join(data, "keys", "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(master))
	c := canaries{
		"password": housePassword, "password that was refused": wrong, "session": strings.TrimPrefix(h.cookie, "linghang_session="),
		"token": token.Secret, "push key": p.Secret, "report key": report.Secret, "set-up link": h.link, "master key": lines[len(lines)-1], "secret of the authenticator": secret, "recovery code": recovery,
	}
	for what, secret := range c {
		if len(secret) < 10 {
			t.Fatalf("the %s is %q, which is no canary", what, secret)
		}
	}
	for _, r := range h.provoke(t, c, wrong) {
		c.look(t, r.where, r.text)
	}
	h.lookAtCommands(t, c)
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	c.look(t, "the log", h.log.String())
	traces.mu.Lock()
	defer traces.mu.Unlock()
	if len(traces.spans) == 0 {
		t.Error("nothing was traced")
	}
	c.look(t, "a trace", traces.raw.String())
	lookAtFiles(t, c, data)
}

// enrol gives the administrator an authenticator application.
func (h *house) enrol(t *testing.T) (secret, recovery string) {
	t.Helper()
	var begun struct {
		Secret string `json:"secret"`
	}
	h.call("POST", "/api/system/me/totp", "", &begun)
	code, err := totp.GenerateCode(begun.Secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var done struct {
		Codes []string `json:"recovery_codes"`
	}
	h.call("POST", "/api/system/me/totp/confirmation", fmt.Sprintf(`{"code":%q}`, code), &done)
	if len(done.Codes) == 0 {
		t.Fatal("there are no recovery codes")
	}
	return begun.Secret, done.Codes[0]
}

// issue asks for a token twice under one Idempotency-Key: the answer, which is
// kept for the repeat, has the secret in it.
func (h *house) issue(t *testing.T, token any) {
	t.Helper()
	var first string
	for range 2 {
		r := h.request("POST", "/api/system/tokens", `{"name":"canary","permissions":["platforms.view"]}`)
		r.Header.Set("Idempotency-Key", "canary-repeat")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusCreated || (first != "" && string(text) != first) {
			t.Fatalf("issue a token: %d %s %v", resp.StatusCode, text, err)
		}
		first = string(text)
		if err := json.Unmarshal(text, token); err != nil {
			t.Fatal(err)
		}
	}
}

type said struct{ where, text string }

// provoke makes requests that succeed and requests that fail, and returns what
// was answered.
func (h *house) provoke(t *testing.T, c canaries, wrong string) (answers []said) {
	t.Helper()
	ask := func(method, path, body string, header ...string) {
		t.Helper()
		r := h.request(method, path, body)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, said{method + " " + path, string(text) + fmt.Sprint(resp.Header)})
	}
	ask("POST", "/api/system/sign-in", fmt.Sprintf(`{"login":"admin","password":%q}`, wrong))
	ask("POST", "/api/system/sign-in", fmt.Sprintf(`{"login":"admin","password":%q,"more":{}}`, wrong))
	ask("POST", "/api/system/persons", fmt.Sprintf(`{"login":"x","name":"x","password":%q,"memberships":[]}`, wrong))
	ask("POST", "/api/system/me/password", fmt.Sprintf(`{"current":%q,"new":"short"}`, wrong))
	ask("GET", "/api/platforms", "", "Authorization", "Bearer "+c["token"], "Cookie", "")
	ask("GET", "/api/system/persons", "", "Authorization", "Bearer "+c["token"], "Cookie", "")
	ask("POST", "/api/platforms/ingest/v1/reports", `{"schema":1}`, "Authorization", "LH-HMAC-SHA256 key=none, ts=1, seq=1, sig="+c["report key"])
	for _, path := range []string{
		"/metrics", "/healthz", "/readyz", "/api/openapi.json", "/api/system/session", "/api/system/sessions", "/api/system/tokens", "/api/system/persons", "/api/system/audit?limit=500",
		"/api/system/audit/export", "/api/system/audit?export=csv&limit=500", "/api/platforms?export=csv", "/api/system/measures",
	} {
		ask("GET", path, "")
	}
	return answers
}

// lookAtCommands runs what an operator runs and sends to others.
func (h *house) lookAtCommands(t *testing.T, c canaries) {
	t.Helper()
	const dsn = "canary-dsn-password-5d2e"
	c["database password"] = dsn
	passphrase, archive := filepath.Join(t.TempDir(), "passphrase"), filepath.Join(t.TempDir(), "archive")
	if err := os.WriteFile(passphrase, []byte("canary-passphrase-77aa"), 0o600); err != nil {
		t.Fatal(err)
	}
	c["passphrase"] = "canary-passphrase-77aa"
	exported := filepath.Join(t.TempDir(), "audit.jsonl")
	for _, args := range [][]string{
		{"describe"},
		{"config", "--database-url", "postgres://linghang:" + dsn + "@127.0.0.1:1/x"},
		{"doctor", "--data", h.data, "--database-url", "postgres://linghang:" + dsn + "@127.0.0.1:1/x"},
		{"doctor", "--data", h.data},
		{"keys", "list", "--data", h.data, "--output", "json"},
		{"keys", "rotate", "--data", h.data, "--output", "json"},
		{"token", "list", "--data", h.data},
		{"user", "list", "--data", h.data, "--output", "json"},
		{"audit", "verify", "--data", h.data},
		{"audit", "export", exported, "--data", h.data},
		{"audit", "verify", "--file", exported},
		{"backup", archive, "--data", h.data, "--passphrase-file", passphrase},
		{"keys", "rotate", "--master", "--data", h.data},
	} {
		out, _ := h.run(args...) // some of them are to fail
		c.look(t, strings.Join(args[:min(2, len(args))], " "), out)
	}
	text, err := os.ReadFile(exported)
	if err != nil {
		t.Fatal(err)
	}
	c.look(t, "the audit export", string(text))
	lookAtFiles(t, c, archive)
	kerneltest.Wait(t, "the serving process to answer after the keys were renewed", func() bool {
		r, err := http.Get(h.url + "/readyz")
		return err == nil && r.Body.Close() == nil && r.StatusCode == http.StatusOK
	})
}

// lookAtFiles searches all that is on the disk; the master key is in its own
// file, and nowhere else.
func lookAtFiles(t *testing.T, c canaries, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Base(filepath.Dir(path)) == "keys" {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil {
			c.look(t, path, string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
