package machine

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/est"
)

// estRoutes are EST's (RFC 7030). They keep their own record: who enrols is
// nobody yet, and a refusal is as worth knowing as a success.
func (m *Room) estRoutes() []module.Route {
	const recorded = "as machine.enrol and machine.renew, with the refusals"
	return []module.Route{
		{Pattern: "GET " + est.PathCACerts, Permission: identity.Public, Summary: "EST: the authority's certificate", Handler: httpd.Raw("", http.HandlerFunc(m.serveCACerts))},
		{Pattern: "GET " + est.PathCSRAttrs, Permission: identity.Public, Summary: "EST: what a request should have", Handler: httpd.Raw("", http.HandlerFunc(m.serveCSRAttrs))},
		{
			Pattern: "POST " + est.PathEnrol, Permission: identity.Public, OwnKey: true, Recorded: recorded, MaxBody: est.MaxMessage,
			Summary: "EST: the first certificate, by HTTP Basic with the enrolment token as the password", Handler: httpd.Raw(est.TypeRequest, http.HandlerFunc(m.serveEnrol)),
		},
		{
			Pattern: "POST " + est.PathReenrol, Permission: identity.Public, OwnKey: true, Renewal: true, Recorded: recorded, MaxBody: est.MaxMessage,
			Summary: "EST: the next certificate, by the one in force", Handler: httpd.Raw(est.TypeRequest, http.HandlerFunc(m.serveReenrol)),
		},
	}
}

func (m *Room) serveCACerts(w http.ResponseWriter, r *http.Request) {
	a, err := m.authority(r.Context())
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	answer(w, r, a.certificate)
}

func (m *Room) serveCSRAttrs(w http.ResponseWriter, r *http.Request) {
	der, err := est.EncodeCSRAttrs()
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", est.TypeCSRAttrs)
	w.Header().Set("Content-Transfer-Encoding", "base64")
	_, _ = w.Write(est.Encode(der)) // the caller may have gone
}

func answer(w http.ResponseWriter, r *http.Request, list ...*x509.Certificate) {
	der, err := est.EncodeCertificates(list...)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", est.TypeCertificates)
	w.Header().Set("Content-Transfer-Encoding", "base64")
	_, _ = w.Write(est.Encode(der)) // the caller may have gone
}

// serveEnrol takes a token and a request for its machine's first certificate.
func (m *Room) serveEnrol(w http.ResponseWriter, r *http.Request) {
	x, c, err := m.enrol(r)
	m.conclude(w, r, "machine.enrol", x, c, err)
}

func (m *Room) enrol(r *http.Request) (Machine, certificate, error) {
	ctx := r.Context()
	user, secret, ok := r.BasicAuth()
	if !ok {
		return Machine{}, certificate{}, fault.New(fault.Unauthorized, "machine.token.missing", "the enrolment token is missing").
			At("header.Authorization", "Basic, with the token as the password")
	}
	if !httpd.Secure(ctx) {
		return Machine{}, certificate{}, fault.New(fault.Forbidden, "machine.tls", "a token is taken over TLS only; this one was readable on its way: make another").
			At("url", "use the https:// address of the TLS port")
	}
	now := m.now()
	x, err := m.machines.byToken(ctx, digest([]byte(secret)), now, m.grace())
	if fault.Is(err, fault.NotFound) {
		return x, certificate{}, errToken("unknown", "the enrolment token is not known")
	}
	if err != nil {
		return x, certificate{}, err
	}
	if user != "" && user != x.ID && user != x.Name {
		return x, certificate{}, errToken("other", "the token is of another machine than %.80q", user)
	}
	request, err := readRequest(r, x)
	if err != nil {
		return x, certificate{}, err
	}
	return m.enrolKey(ctx, x, digest([]byte(secret)), request, now)
}

func (m *Room) enrolKey(ctx context.Context, x Machine, token string, request *x509.CertificateRequest, now time.Time) (Machine, certificate, error) {
	a, err := m.authority(ctx)
	if err != nil {
		return x, certificate{}, err
	}
	var c certificate
	err = m.machines.enrol(m.recording(ctx, "machine.enrol", x, &c), &c, token, digest(request.RawSubjectPublicKeyInfo), now, func() (certificate, error) { return m.issue(a, x, request.PublicKey) })
	return x, c, err
}

// serveReenrol takes a certificate, in force or within its grace, and a request
// for the next one.
func (m *Room) serveReenrol(w http.ResponseWriter, r *http.Request) {
	x, c, err := m.reenrol(r)
	m.conclude(w, r, "machine.renew", x, c, err)
}

func (m *Room) reenrol(r *http.Request) (Machine, certificate, error) {
	ctx := r.Context()
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return Machine{}, certificate{}, fault.New(fault.Unauthorized, "machine.certificate.missing", "the machine's certificate is missing").
			At("tls", "show the certificate in force on the TLS port")
	}
	h, err := m.shownBy(r, r.TLS.PeerCertificates[0], true)
	if err != nil {
		return h.machine, certificate{}, err
	}
	request, err := readRequest(r, h.machine)
	if err != nil {
		return h.machine, certificate{}, err
	}
	a, err := m.authority(ctx)
	if err != nil {
		return h.machine, certificate{}, err
	}
	most := renewalsADay + int(72*time.Hour/time.Duration(m.settings.Validity))
	var c certificate
	err = m.machines.renew(m.recording(ctx, "machine.renew", h.machine, &c), &c, h, digest(request.RawSubjectPublicKeyInfo), m.now(), most, func() (certificate, error) { return m.issue(a, h.machine, request.PublicKey) })
	return h.machine, c, err
}

// readRequest reads the body of a route that takes a request, and decides on it.
func readRequest(r *http.Request, x Machine) (*x509.CertificateRequest, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	request, err := est.DecodeRequest(body)
	if errors.Is(err, est.ErrMessage) {
		return nil, fault.New(fault.BadRequest, "machine.request.unreadable", "%v", err).At("body", "send a PKCS #10 request in base64, as `openssl req -new -outform DER | base64` makes it")
	}
	if err != nil {
		return nil, err
	}
	return request, acceptable(request, x)
}

// conclude answers what was asked.
func (m *Room) conclude(w http.ResponseWriter, r *http.Request, action string, x Machine, c certificate, err error) {
	ctx := m.acting(r.Context(), x)
	if err != nil {
		m.refused(ctx, action, x, err)
		if f := fault.As(err); f != nil && f.Kind == fault.Unauthorized && action == "machine.enrol" {
			w.Header().Set("WWW-Authenticate", `Basic realm="EST"`)
		}
		httpd.Refuse(w, r, err)
		return
	}
	own, err := parsePEM(c.PEM)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	m.metrics.issued.WithLabelValues(action).Inc()
	m.noteVisit(ctx, r, x)
	m.changed(x)
	answer(w, r, own)
}

// recording lets the record of what a machine was given join the change.
func (m *Room) recording(ctx context.Context, action string, x Machine, c *certificate) context.Context {
	ctx = m.acting(ctx, x)
	return sqldb.WithCompanion(ctx, func(ctx context.Context, tx *sqldb.Tx) error {
		e := audit.NewEntry(ctx, action, "machine:"+x.ID, "done")
		e.IP, e.RequestID, e.Detail = httpd.ClientIP(ctx), httpd.RequestID(ctx), "certificate "+c.Serial+" until "+c.NotAfter.UTC().Format(time.RFC3339)
		return tx.Emit(ctx, audit.Recorded{Entry: e})
	})
}

// acting lets the records speak of the machine as who acted.
func (m *Room) acting(ctx context.Context, x Machine) context.Context {
	if x.ID == "" {
		return ctx
	}
	id, err := m.directory.Machine(ctx, identity.Machine{ID: x.ID, Name: x.Name, Kind: x.Kind, OrganisationID: x.OrganisationID})
	if err != nil {
		return ctx
	}
	return identity.With(ctx, id)
}

// refused counts a refusal, and records it unless there are too many.
func (m *Room) refused(ctx context.Context, action string, x Machine, err error) {
	f := fault.As(err)
	if f == nil {
		return
	}
	m.metrics.refused.WithLabelValues(f.Key).Inc()
	if f.Key == "machine.token.missing" || f.Key == "machine.certificate.missing" || !m.refusals.Allow() {
		return
	}
	object := ""
	if x.ID != "" {
		object = "machine:" + x.ID
	}
	if err := m.record(ctx, action, object, "refused", f.Key+": "+f.Message); err != nil {
		m.kit.Log.Error("a refusal could not be recorded", "error", err)
	}
}
