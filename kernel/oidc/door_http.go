package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// base is where the protocol's endpoints are.
const base = "/api/oidc"

// maxForm is more than any request of the protocol needs.
const maxForm = 64 << 10

const form = "application/x-www-form-urlencoded"

// Bounds of the protocol's endpoints, on average over ten seconds.
const (
	perAddress = 50 // requests a second of one network
	perProgram = 50 // requests a second of one program
	perRefusal = 1  // refusals a second of one network that are recorded one by one
)

// door is where programs come in: it bounds, records what is refused, and hands
// the rest to the protocol library.
type door struct {
	room      *Room
	endpoints op.Endpoints
	inner     func() http.Handler
	addresses *httpd.Buckets
	programs  *httpd.Buckets
	refusals  *httpd.Buckets
}

func newDoor(m *Room) *door {
	d := &door{
		room: m, addresses: httpd.NewBuckets(perAddress), programs: httpd.NewBuckets(perProgram), refusals: httpd.NewBuckets(perRefusal),
		endpoints: op.Endpoints{
			Authorization: op.NewEndpoint(base + "/authorize"), Token: op.NewEndpoint(base + "/token"), Introspection: op.NewEndpoint(base + "/introspect"),
			Userinfo: op.NewEndpoint(base + "/userinfo"), Revocation: op.NewEndpoint(base + "/revoke"), EndSession: op.NewEndpoint(base + "/end-session"),
			JwksURI: op.NewEndpoint(base + "/keys"), DeviceAuthorization: op.NewEndpoint(base + "/device-authorization"),
		},
	}
	// The library says in the log what it serves; a house that is only described serves nothing.
	d.inner = sync.OnceValue(func() http.Handler {
		return op.RegisterServer(server{Room: m}, d.endpoints, op.WithServerCORSOptions(nil))
	})
	return d
}

func (m *Room) protocolRoutes() []module.Route {
	const recorded = "the audit log, by the room"
	return []module.Route{
		{Pattern: "GET /authorize", Permission: identity.Public, Summary: "Authorization endpoint (OpenID Connect Core 3.1.2)", Handler: httpd.Raw("", m.door.browser())},
		{Pattern: "POST /authorize", Permission: identity.Public, OwnKey: true, MaxBody: maxForm, Recorded: "nothing is kept", Summary: "Authorization endpoint: the same with a form", Handler: httpd.Raw(form, m.door.again())},
		{Pattern: "GET /end-session", Permission: identity.Public, Owing: []identity.Need{identity.Enrol, identity.Prove}, Summary: "RP-initiated logout", Handler: httpd.Raw("", m.door.browser())},
		{Pattern: "POST /end-session", Permission: identity.Public, OwnKey: true, MaxBody: maxForm, Recorded: "nothing is kept", Summary: "RP-initiated logout: the same with a form", Handler: httpd.Raw(form, m.door.again())},
		{Pattern: "POST /token", Permission: identity.Public, OwnKey: true, MaxBody: maxForm, Recorded: recorded, Summary: "Token endpoint (RFC 6749)", Handler: httpd.Raw(form, m.door.program())},
		{Pattern: "POST /device-authorization", Permission: identity.Public, OwnKey: true, MaxBody: maxForm, Recorded: recorded, Summary: "Device authorization endpoint (RFC 8628)", Handler: httpd.Raw(form, m.door.program())},
		{Pattern: "POST /introspect", Permission: identity.Public, OwnKey: true, MaxBody: maxForm, Recorded: "nothing is kept", Summary: "Token introspection (RFC 7662)", Handler: httpd.Raw(form, m.door.program())},
		{Pattern: "POST /revoke", Permission: identity.Public, OwnKey: true, MaxBody: maxForm, Recorded: recorded, Summary: "Token revocation (RFC 7009)", Handler: httpd.Raw(form, m.door.program())},
		{Pattern: "GET /userinfo", Permission: identity.Public, OwnKey: true, Summary: "UserInfo endpoint", Handler: httpd.Raw("", m.door.open())},
		{Pattern: "POST /userinfo", Permission: identity.Public, OwnKey: true, MaxBody: maxForm, Recorded: "nothing is kept", Summary: "UserInfo endpoint: the token in a form", Handler: httpd.Raw(form, m.door.program())},
		{Pattern: "GET /keys", Permission: identity.Public, Summary: "JSON Web Key Set", Handler: httpd.Raw("", m.door.open())},
	}
}

// metadata answers the discovery document, whatever of its names was asked for.
func (d *door) metadata() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.URL.Path = spec.DiscoveryEndpoint
		d.open().ServeHTTP(w, r)
	})
}

// open serves what programs of any origin may read.
func (d *door) open() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*") // no cookie counts here
		d.serve(w, r)
	})
}

// program serves what programs send as forms. Nothing counts but the form and
// the header: what is in an address ends up in logs.
func (d *door) program() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*") // no cookie counts here
		if !isForm(r) {
			httpd.Refuse(w, r, fault.New(fault.Unsupported, "oidc.form", "send the parameters as %s", form))
			return
		}
		r.URL.RawQuery = ""
		d.serve(w, r)
	})
}

func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == form
}

// unreadable says what is wrong with parameters that cannot be taken apart.
func unreadable(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	return fault.New(fault.BadRequest, "oidc.form", "the parameters cannot be read: they are not %s", form)
}

// again sends a browser that came with a form back with the same in its address:
// forms of other sites bring no session.
func (d *door) again() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isForm(r) {
			httpd.Refuse(w, r, fault.New(fault.Unsupported, "oidc.form", "send the parameters as %s", form))
			return
		}
		if err := r.ParseForm(); err != nil {
			httpd.Refuse(w, r, unreadable(err))
			return
		}
		http.Redirect(w, r, r.URL.Path+"?"+r.PostForm.Encode(), http.StatusSeeOther) //nolint:gosec // the path is this route's own
	})
}

// browser serves what people's browsers come to.
func (d *door) browser() http.Handler { return http.HandlerFunc(d.serve) }

// serve bounds the caller, lets the library answer, and looks at the answer.
func (d *door) serve(w http.ResponseWriter, r *http.Request) {
	if err := d.addresses.AdmitAddress(httpd.ClientIP(r.Context()), time.Now()); err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	if err := r.ParseForm(); err != nil {
		httpd.Refuse(w, r, unreadable(err))
		return
	}
	held := &answer{header: w.Header(), status: http.StatusOK}
	d.inner().ServeHTTP(held, r)
	if e := held.refusal(d.room.issuer()); e != nil && !patient(e) {
		if err := d.recordRefusal(r, e, held.status); err != nil {
			httpd.Refuse(w, r, err)
			return
		}
	}
	held.seal(d.room.issuer())
	if held.status >= http.StatusBadRequest && strings.Contains(r.Header.Get("Accept"), "text/html") {
		// A person looks at this: the page says whom to tell, by the number under which it is recorded.
		http.Redirect(w, r, "/oidc/refused?request="+httpd.RequestID(r.Context()), http.StatusSeeOther)
		return
	}
	w.WriteHeader(held.status)
	_, _ = w.Write(held.body.Bytes()) // the caller may have gone
}

// admitProgram bounds what one program asks.
func (d *door) admitProgram(c client) error {
	if err := d.programs.Admit(c.ID, time.Now()); err != nil {
		return op.NewStatusError(&spec.Error{ErrorType: "temporarily_unavailable", Description: err.Error()}, http.StatusTooManyRequests)
	}
	return nil
}

// patient tells answers that are part of waiting from refusals.
func patient(e *refusal) bool {
	return slices.Contains([]string{"authorization_pending", "slow_down", "login_required", "consent_required", "temporarily_unavailable"}, e.Kind)
}

// recordRefusal keeps what was refused and why. A network that is refused all the
// time is recorded no faster than it could be read.
func (d *door) recordRefusal(r *http.Request, e *refusal, status int) error {
	busy := d.refusals.Admit(httpd.Network(httpd.ClientIP(r.Context())), time.Now())
	if status >= http.StatusInternalServerError || busy != nil {
		return nil //nolint:nilerr // too many to be recorded one by one
	}
	var c client
	id := r.Form.Get("client_id")
	if user, _, ok := r.BasicAuth(); ok {
		id, _ = url.QueryUnescape(user)
	}
	if id != "" && len(id) <= 40 {
		var err error
		if c, err = d.room.clients.get(r.Context(), id); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	detail := e.Kind + ": " + e.Description
	if to := r.Form.Get("redirect_uri"); to != "" {
		detail += "; redirect_uri " + to
	}
	object := "client:" + c.ID
	if c.ID == "" {
		object = r.URL.Path
	}
	return d.room.record(r.Context(), entryOf(r.Context(), c, "oidc "+strings.TrimPrefix(r.URL.Path, base+"/"), object, "refused", detail))
}

// refusal is an error as the standards write it.
type refusal struct {
	Kind        string `json:"error"`
	Description string `json:"error_description"`
}

// answer holds what the library wrote until it was looked at.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// refusal is the error that the answer tells, or nil.
func (a *answer) refusal(issuer string) *refusal {
	if a.status >= http.StatusBadRequest {
		e := &refusal{}
		if json.Unmarshal(a.body.Bytes(), e) != nil || e.Kind == "" {
			e.Kind = string(spec.InvalidRequest)
		}
		return e
	}
	to := a.leads()
	if to == nil || strings.HasPrefix(to.String(), issuer+"/") {
		return nil
	}
	return &refusal{to.Query().Get("error"), to.Query().Get("error_description")}
}

// leads is where an answer sends the browser with an error, or nil.
func (a *answer) leads() *url.URL {
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || !to.IsAbs() || !to.Query().Has("error") {
		return nil
	}
	return to
}

// seal adds what the library does not: who answers (RFC 9207), and how to
// authenticate after a refusal (RFC 6750, RFC 6749).
func (a *answer) seal(issuer string) {
	if to := a.leads(); to != nil && !to.Query().Has("iss") {
		q := to.Query()
		q.Set("iss", issuer)
		to.RawQuery = q.Encode()
		a.header.Set("Location", to.String())
	}
	if a.status == http.StatusUnauthorized {
		e := a.refusal(issuer)
		if e.Kind == "invalid_token" {
			a.header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		} else {
			a.header.Set("WWW-Authenticate", `Basic realm="linghang"`)
		}
	}
}
