// Package kerneltest gives tests a real house: every tool open on a fresh
// directory, a city that is set up, organisations, and a person for every role.
package kerneltest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// EachCity runs the test on an embedded house and on one with PostgreSQL.
func EachCity(t *testing.T, test func(t *testing.T, o Options)) {
	t.Run("sqlite", func(t *testing.T) { test(t, Options{}) })
	t.Run("postgres", func(t *testing.T) { test(t, Options{DatabaseURL: PostgresDatabase(t)}) })
}

// City is a running house in which the bureau and two operators exist, with one
// person per role and organisation.
type City struct {
	*kernel.Kernel
	URL    string
	Bureau identity.Organisation
	Ours   identity.Organisation // an operator
	Theirs identity.Organisation // another operator, who must not see ours

	cookies map[string]string
}

// Options change how a city is started.
type Options struct {
	DatabaseURL string
	// Limits bound requests per caller; tests have none otherwise.
	Limits httpd.Limits
	// SignIn changes what is asked of who signs in; nil leaves it as it is by default.
	SignIn *identity.Policy
	// ExportAlone is how many rows are taken away without a second person; 0 is the default.
	ExportAlone int
	Data        string                     // a directory to go on with; empty means a fresh one
	Rooms       map[string]json.RawMessage // sections of the configuration
}

const password = "correct horse battery staple"

// Start runs a house with the rooms until the test ends.
func Start(t testing.TB, rooms func(k *kernel.Kernel) []module.Module, options ...Options) *City {
	t.Helper()
	cfg := kernel.Defaults()
	cfg.Data, cfg.HTTP = t.TempDir(), "127.0.0.1:0"
	cfg.Limits = httpd.Limits{}
	for _, o := range options {
		cfg.Limits = o.Limits
		cfg.DatabaseURL, cfg.Rooms = o.DatabaseURL, o.Rooms
		if o.Data != "" {
			cfg.Data = o.Data
		}
		if o.ExportAlone > 0 {
			cfg.ExportAlone = o.ExportAlone
		}
		if o.SignIn != nil {
			cfg.SignIn = *o.SignIn
		}
	}
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	k, err := kernel.New(cfg, kernel.House{Version: "test", Rooms: rooms}, log)
	if err != nil {
		t.Fatalf("build house: %v", err)
	}
	prepare(t, sqldb.Config{Dir: cfg.Data, DSN: cfg.DatabaseURL}, k.Manifests())
	k.Directory().HashCheaply()
	ctx, stop := context.WithCancel(context.Background())
	if err := k.Open(ctx); err != nil {
		t.Fatalf("open house: %v", err)
	}
	ran := make(chan error, 1)
	go func() { ran <- k.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ran; err != nil {
			t.Errorf("run house: %v", err)
		}
		if err := k.Close(); err != nil {
			t.Errorf("close house: %v", err)
		}
	})
	c := &City{Kernel: k, URL: k.Address(), cookies: map[string]string{}}
	Wait(t, "the house to be ready", func() bool { return c.Get(t, "/readyz", "").Status == http.StatusOK })
	c.setUp(ctx, t)
	return c
}

// testWriter sends the log to the test that is running.
type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Helper()
	return w.t.Output().Write(p)
}

// setUp creates the city as a person would, with the one-time link.
func (c *City) setUp(ctx context.Context, t testing.TB) {
	t.Helper()
	secret, fresh, err := c.Directory().PrepareSetUp(ctx)
	if err != nil || !fresh {
		t.Fatalf("prepare set-up: %v, fresh %v", err, fresh)
	}
	body := fmt.Sprintf(`{"link_token":%q,"city":{"zh":"青岛","en":"Qingdao"},"organisation":{"zh":"青岛市工业和信息化局","en":"Qingdao Bureau of Industry"},
		"administrator":{"name":"管理员","login":"administrator","password":%q}}`, secret, password)
	r := c.Send(t, "POST", "/api/system/set-up", "", body)
	if r.Status != http.StatusOK {
		t.Fatalf("set up: %d %s", r.Status, r.Body)
	}
	c.cookies["administrator"] = r.cookie
	var session struct {
		Organisation identity.Organisation `json:"organisation"`
	}
	r.Decode(t, &session)
	c.Bureau = session.Organisation
	c.Ours = c.organisation(t, "我方平台公司", "Our Operator")
	c.Theirs = c.organisation(t, "他方平台公司", "Their Operator")
}

func (c *City) organisation(t testing.TB, zh, en string) identity.Organisation {
	t.Helper()
	body, err := json.Marshal(identity.NewOrganisation{Kind: identity.Operator, Name: lang.Text{ZH: zh, EN: en}})
	if err != nil {
		t.Fatal(err)
	}
	r := c.Send(t, "POST", "/api/system/organisations", "administrator", string(body))
	if r.Status != http.StatusCreated {
		t.Fatalf("create organisation: %d %s", r.Status, r.Body)
	}
	var o identity.Organisation
	r.Decode(t, &o)
	return o
}

// person creates one of People: hashing passwords takes long, so nobody exists
// before they first ask for something.
func (c *City) person(t testing.TB, login string) {
	t.Helper()
	role, organisation := RoleOf(login), c.Bureau.ID
	switch {
	case strings.HasSuffix(login, "-ours"):
		organisation = c.Ours.ID
	case strings.HasSuffix(login, "-theirs"):
		organisation = c.Theirs.ID
	}
	body := fmt.Sprintf(`{"login":%q,"name":%q,"password":%q,"memberships":[{"organisation_id":%q,"role":%q}]}`, login, login, password, organisation, role)
	// The duties exclude each other: once a security administrator is named, it
	// is they who appoint.
	by := "administrator"
	if _, named := c.cookies[string(identity.SecurityAdministrator)]; named {
		by = string(identity.SecurityAdministrator)
	}
	if r := c.Send(t, "POST", "/api/system/persons", by, body); r.Status != http.StatusCreated {
		t.Fatalf("create %s: %d %s", login, r.Status, r.Body)
	}
}

// People returns everybody: who, and nobody as the empty name.
func (c *City) People() []string {
	people := []string{"", "administrator"}
	for _, role := range identity.Roles() {
		if role.ID != identity.Administrator {
			people = append(people, string(role.ID))
		}
		if !role.BureauOnly {
			people = append(people, string(role.ID)+"-ours", string(role.ID)+"-theirs")
		}
	}
	return people
}

// RoleOf returns the role of one of People.
func RoleOf(who string) identity.Role {
	role, _, _ := strings.Cut(who, "-")
	return identity.Role(role)
}

// Audited waits until the audit log names something: it is told by events, after the change.
func (c *City) Audited(t testing.TB, id string) {
	t.Helper()
	Wait(t, "the audit log to name "+id, func() bool {
		return strings.Contains(string(c.Get(t, "/api/system/audit?limit=500", "auditor").Body), id)
	})
}

// Reply is an answer, read whole.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	cookie string
}

// Decode reads the answer's JSON into v.
func (r Reply) Decode(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		t.Fatalf("decode %s: %v", r.Body, err)
	}
}

// Get reads a path as somebody.
func (c *City) Get(t testing.TB, path, who string) Reply {
	t.Helper()
	return c.Send(t, "GET", path, who, "")
}

// Send makes a request as somebody ("" is nobody) with a JSON body.
func (c *City) Send(t testing.TB, method, path, who, body string, header ...string) Reply {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, reader)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.Header.Set("Cookie", c.Cookie(t, who))
		r.Header.Set("X-Linghang-CSRF", "1")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.Do(r)
}

// Do runs a request through the whole door.
func (c *City) Do(r *http.Request) Reply {
	w := httptest.NewRecorder()
	c.Handler().ServeHTTP(w, r)
	return replyOf(w)
}

// replyOf reads an answer. The ends of text are trimmed, for tests to compare; all
// else comes octet by octet: a signature may well end with that of a space.
func replyOf(w *httptest.ResponseRecorder) Reply {
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	body, media := w.Body.Bytes(), w.Header().Get("Content-Type")
	if strings.HasPrefix(media, "text/") || strings.Contains(media, "json") {
		body = bytes.TrimSpace(body)
	}
	return Reply{w.Code, w.Header(), body, cookie}
}

// Cookie signs somebody in and returns their cookie.
func (c *City) Cookie(t testing.TB, who string) string {
	t.Helper()
	if cookie, ok := c.cookies[who]; ok {
		return cookie
	}
	c.person(t, who)
	return c.SignIn(t, who)
}

// SignIn signs in somebody who exists already, anew, and returns their cookie.
func (c *City) SignIn(t testing.TB, who string) string {
	t.Helper()
	r := c.Send(t, "POST", "/api/system/sign-in", "", fmt.Sprintf(`{"login":%q,"password":%q}`, who, password))
	if r.Status != http.StatusOK {
		t.Fatalf("sign in %s: %d %s", who, r.Status, r.Body)
	}
	c.cookies[who] = r.cookie
	return r.cookie
}

// Stream reads an event stream as somebody over the network; the channel is
// closed when the house ends it.
func (c *City) Stream(t testing.TB, path, who string) <-chan struct{} {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", c.Cookie(t, who))
	answer, err := http.DefaultClient.Do(r) //nolint:bodyclose // closed below
	if err != nil {
		t.Fatalf("stream %s: %v", path, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer answer.Body.Close() //nolint:errcheck // it was only read
		_, _ = io.Copy(io.Discard, answer.Body)
	}()
	return ended
}

// Wait polls until done, and says what it waited for when it gives up.
func Wait(t testing.TB, what string, done func() bool) {
	t.Helper()
	const patience = time.Minute // on a machine that does ten things at once
	deadline := time.Now().Add(patience)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s", patience, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
