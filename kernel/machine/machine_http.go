package machine

import (
	"context"
	"encoding/pem"
	"net/http"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Room) pageRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /machines", Permission: "machine.view", Summary: "Machines within one's scope, with how their certificates are", Handler: httpd.List(m.list)},
		{Pattern: "POST /machines", Permission: "machine.enrol", StepUp: true, Summary: "Add a machine; its one-time enrolment token is shown once", Handler: httpd.Created(m.add)},
		{Pattern: "GET /machines/{id}", Permission: "machine.view", Summary: "One machine, with its certificates", Handler: httpd.JSON(m.machine)},
		{Pattern: "PUT /machines/{id}", Permission: "machine.enrol", Summary: "Change a machine's name and note", Handler: httpd.JSON(m.edit)},
		{Pattern: "POST /machines/{id}/token", Permission: "machine.enrol", StepUp: true, Summary: "Make a new enrolment token in the place of the one before", Handler: httpd.Created(m.token)},
		{Pattern: "POST /machines/{id}/revocation", Permission: "machine.revoke", Summary: "Revoke a machine for good; its certificates work no more at once", Handler: httpd.JSON(m.revoke)},
		{Pattern: "GET /authority", Permission: "machine.view", Summary: "The city's certificate authority, and how long what it issues is good", Handler: httpd.JSON(m.authorityView)},
		{Pattern: "GET /ca", Permission: identity.Public, Summary: "The authority's certificate in PEM", Handler: httpd.Raw("", http.HandlerFunc(m.serveCA))},
		{Pattern: "GET /crl", Permission: identity.Public, Summary: "What is revoked: a list signed by the authority (RFC 5280)", Handler: httpd.Raw("", http.HandlerFunc(m.serveCRL))},
		{Pattern: "GET /self", Permission: "machine.self", Summary: "How the machine that asks with its certificate is", Handler: httpd.JSON(m.self)},
	}
}

func (m *Room) grace() time.Duration { return time.Duration(m.settings.Grace) }

func (m *Room) list(ctx context.Context, in machineParams) (sqldb.Page[Machine], error) {
	return m.machines.list(ctx, in, m.now(), m.grace())
}

type certificateView struct {
	Serial    string    `json:"serial"`
	IssuedAt  time.Time `json:"issued_at"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	UsedAt    time.Time `json:"used_at"`
	RevokedAt time.Time `json:"revoked_at"`
	Reason    string    `json:"reason" enum:",key_compromise,superseded,ceased,unspecified"`
	PEM       string    `json:"pem"`
}

type machineView struct {
	Machine
	Certificates []certificateView `json:"certificates" nullable:"false" doc:"The newest first, 50 at most"`
}

func (m *Room) machine(ctx context.Context, in httpd.Object) (machineView, error) {
	x, err := m.machines.read(ctx, in.ID, m.now(), m.grace())
	if err != nil {
		return machineView{}, err
	}
	list, err := m.machines.certificates(ctx, x.ID)
	v := machineView{x, []certificateView{}}
	for _, c := range list {
		reason := ""
		if !c.RevokedAt.IsZero() {
			reason = map[int]string{1: "key_compromise", reasonSuperseded: "superseded", 5: "ceased"}[c.Reason]
			if reason == "" {
				reason = "unspecified"
			}
		}
		v.Certificates = append(v.Certificates, certificateView{c.Serial, c.IssuedAt, c.NotBefore, c.NotAfter, c.UsedAt, c.RevokedAt, reason, c.PEM})
	}
	return v, err
}

type addMachineInput struct {
	Body struct {
		Name           string               `json:"name" minLength:"1" maxLength:"80"`
		Kind           identity.MachineKind `json:"kind" enum:"gateway,probe,platform,node"`
		OrganisationID string               `json:"organisation_id,omitempty" maxLength:"26" doc:"Empty: the caller's own"`
		Note           string               `json:"note,omitempty" maxLength:"500"`
	}
}

// tokenView shows a token this once, and the command that uses it.
type tokenView struct {
	Machine
	Token       string `json:"token" doc:"Shown this once"`
	URL         string `json:"url" doc:"Where the machine enrols"`
	Fingerprint string `json:"fingerprint,omitempty" doc:"SHA-256 of the authority's certificate, by which the machine knows the server; absent when the TLS port has a certificate from elsewhere"`
	Command     string `json:"command" doc:"To be run on the machine"`
}

func (m *Room) add(ctx context.Context, in addMachineInput) (tokenView, error) {
	id := identity.From(ctx)
	b := in.Body
	if b.OrganisationID == "" {
		b.OrganisationID = id.Organisation.ID
	}
	if err := id.Scope.Check(b.OrganisationID); err != nil {
		return tokenView{}, err
	}
	o, err := m.directory.Organisation(ctx, b.OrganisationID)
	if err != nil {
		return tokenView{}, err
	}
	name := strings.TrimSpace(b.Name)
	if name == "" {
		return tokenView{}, fault.New(fault.Invalid, "machine.name", "the name is missing").At("body.name", "name the machine as people on site do")
	}
	secret, hash, err := newToken()
	if err != nil {
		return tokenView{}, err
	}
	now := m.now().UTC().Truncate(time.Millisecond)
	x := Machine{
		ID: ulid.Make().String(), Name: name, Kind: b.Kind, OrganisationID: o.ID, Organisation: o.Name, Note: strings.TrimSpace(b.Note), State: Waiting,
		TokenExpiresAt: now.Add(time.Duration(m.settings.Token)), CreatedAt: now, CreatedBy: id.Name, Version: 1, createdByID: id.PersonID,
	}
	v, err := m.shown(ctx, x, secret) // makes the authority, outside of the change
	if err != nil {
		return tokenView{}, err
	}
	if err := m.machines.insert(ctx, x, hash); err != nil {
		return tokenView{}, err
	}
	m.changed(x)
	return v, nil
}

// shown tells how the machine is to enrol.
func (m *Room) shown(ctx context.Context, x Machine, secret string) (tokenView, error) {
	a, err := m.authority(ctx)
	if err != nil {
		return tokenView{}, err
	}
	v := tokenView{Machine: x, Token: secret, URL: m.Address()}
	v.Command = "linghang machine enrol --url " + v.URL + " --token " + secret
	if m.serves {
		v.Fingerprint = a.fingerprint()
		v.Command += " --ca-sha256 " + v.Fingerprint
	}
	v.Command += " --dir /var/lib/linghang-machine"
	return v, nil
}

func (m *Room) changed(x Machine) { m.kit.Notify(topicList, x.ID, x.OrganisationID) }

type editMachineInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"80"`
		Note string `json:"note,omitempty" maxLength:"500"`
	}
}

func (m *Room) edit(ctx context.Context, in editMachineInput) (Machine, error) {
	version, err := in.Expected()
	if err != nil {
		return Machine{}, err
	}
	x, err := m.machines.read(ctx, in.ID, m.now(), m.grace())
	if err != nil {
		return x, err
	}
	name := strings.TrimSpace(in.Body.Name)
	if name == "" {
		return x, fault.New(fault.Invalid, "machine.name", "the name is missing").At("body.name", "name the machine as people on site do")
	}
	after := x
	after.Name, after.Note = name, strings.TrimSpace(in.Body.Note)
	if err := m.machines.edit(ctx, x, after, version); err != nil {
		return x, err
	}
	m.changed(x)
	return m.machines.read(ctx, x.ID, m.now(), m.grace())
}

func (m *Room) token(ctx context.Context, in httpd.Object) (tokenView, error) {
	x, err := m.machines.read(ctx, in.ID, m.now(), m.grace())
	if err != nil {
		return tokenView{}, err
	}
	secret, hash, err := newToken()
	if err != nil {
		return tokenView{}, err
	}
	if err := m.machines.renewToken(ctx, x, hash, m.now().Add(time.Duration(m.settings.Token))); err != nil {
		return tokenView{}, err
	}
	m.changed(x)
	if x, err = m.machines.read(ctx, x.ID, m.now(), m.grace()); err != nil {
		return tokenView{}, err
	}
	return m.shown(ctx, x, secret)
}

type revokeMachineInput struct {
	httpd.Object
	Body struct {
		Reason string `json:"reason" enum:"key_compromise,ceased,superseded,unspecified" doc:"As RFC 5280, 5.3.1 has them; ceased is cessationOfOperation"`
	}
}

func (m *Room) revoke(ctx context.Context, in revokeMachineInput) (Machine, error) {
	x, err := m.machines.read(ctx, in.ID, m.now(), m.grace())
	if err != nil {
		return x, err
	}
	if !validReason(in.Body.Reason) {
		return x, fault.New(fault.Invalid, "machine.reason", "there is no reason %.40q", in.Body.Reason).At("body.reason", "use one of %s", strings.Join(reasons(), ", "))
	}
	if err := m.machines.revoke(ctx, x, identity.From(ctx), in.Body.Reason, m.now()); err != nil {
		return x, err
	}
	m.changed(x)
	return m.machines.read(ctx, x.ID, m.now(), m.grace())
}

type authorityView struct {
	Subject     string    `json:"subject"`
	NotAfter    time.Time `json:"not_after"`
	Fingerprint string    `json:"fingerprint" doc:"SHA-256 of its certificate"`
	Serves      bool      `json:"serves" doc:"The TLS port shows a certificate of this authority"`
	URL         string    `json:"url" doc:"Where machines enrol and renew"`
	Validity    string    `json:"validity" doc:"Of a machine's certificate"`
	Grace       string    `json:"grace"`
}

type nothing struct{}

func (m *Room) authorityView(ctx context.Context, _ nothing) (authorityView, error) {
	a, err := m.authority(ctx)
	if err != nil {
		return authorityView{}, err
	}
	return authorityView{
		Subject: a.certificate.Subject.String(), NotAfter: a.certificate.NotAfter, Fingerprint: a.fingerprint(), Serves: m.serves, URL: m.Address(),
		Validity: m.settings.Validity.String(), Grace: m.settings.Grace.String(),
	}, nil
}

func (m *Room) serveCA(w http.ResponseWriter, r *http.Request) {
	a, err := m.authority(r.Context())
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	w.Header().Set("Content-Disposition", `attachment; filename="linghang-ca.pem"`)
	_ = pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}) // the caller may have gone
}

func (m *Room) serveCRL(w http.ResponseWriter, r *http.Request) {
	der, err := m.revocations(r.Context())
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/pkix-crl")
	_, _ = w.Write(der) // the caller may have gone
}

type selfView struct {
	Machine
	Permissions []string  `json:"permissions" nullable:"false"`
	Now         time.Time `json:"now" doc:"The city's clock"`
}

func (m *Room) self(ctx context.Context, _ nothing) (selfView, error) {
	id := identity.From(ctx)
	if id.MachineID == "" {
		return selfView{}, fault.New(fault.Invalid, "machine.self", "this is for machines").At("tls.certificate", "show a machine's certificate on the TLS port")
	}
	x, err := m.machines.read(ctx, id.MachineID, m.now(), m.grace())
	return selfView{x, m.directory.Catalogue().Names(id.Permissions), m.now().UTC()}, err
}
