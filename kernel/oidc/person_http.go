package oidc

import (
	"context"
	"net/url"
	"slices"
	"time"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
)

func (m *Room) personRoutes() []module.Route {
	const recorded = "the audit log, by the room"
	return []module.Route{
		{Pattern: "GET /requests/{id}", Permission: identity.SignedIn, Summary: "What a program asks for, and what it takes to let it in", Handler: httpd.JSON(m.readRequest)},
		{Pattern: "POST /requests/{id}/decision", Permission: identity.SignedIn, Recorded: recorded, Summary: "Let the program in, or not", Handler: httpd.JSON(m.decideRequest)},
		{Pattern: "GET /devices/{id}", Permission: identity.SignedIn, Summary: "The device that waits with a code", Handler: httpd.JSON(m.readDevice)},
		{Pattern: "POST /devices/{id}/decision", Permission: identity.SignedIn, Recorded: recorded, Summary: "Let the device in, or not", Handler: httpd.JSON(m.decideDevice)},
		{Pattern: "GET /me/programs", Permission: identity.SignedIn, Summary: "Programs that one has let in", Handler: httpd.JSON(m.myPrograms)},
		{Pattern: "DELETE /me/programs/{id}", Permission: identity.SignedIn, Summary: "Withdraw one's consent; all tokens of the program for oneself end", Handler: httpd.JSON(m.withdraw)},
		{Pattern: "POST /sign-out", Permission: identity.SignedIn, Summary: "Sign out, as a program asked for, and say where to go", Handler: httpd.JSON(m.signOut)},
	}
}

// person returns who is asking, who must be a person in a session.
func person(ctx context.Context) (identity.Identity, error) {
	id := identity.From(ctx)
	if id.SessionID == "" {
		return id, fault.New(fault.Conflict, "oidc.person", "only a person who signed in can do this, not a token")
	}
	return id, nil
}

// requestInput names a request by the secret in the address of its page.
type requestInput struct {
	ID string `path:"id" maxLength:"60"`
}

// requestView is what a person decides upon.
type requestView struct {
	Program      programView `json:"program"`
	Scopes       []string    `json:"scopes" nullable:"false" enum:"openid,profile,email,organisation,offline_access"`
	Need         need        `json:"need" enum:",account,proof,factor,consent" doc:"What is to be done before the program is let in"`
	Organisation lang.Text   `json:"organisation" doc:"For whom one acts"`
	Host         string      `json:"host" doc:"Where one is sent back to"`
}

type programView struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
	Own  bool      `json:"own"`
}

// requested is a request as of now, for whoever asks.
type requested struct {
	asked
	id      string
	program client
	need    need
}

func (m *Room) requested(ctx context.Context, secret string) (requested, identity.Identity, error) {
	id, err := person(ctx)
	if err != nil {
		return requested{}, id, err
	}
	r := requested{id: hashOf(secret)}
	if r.asked, err = m.requests.get(ctx, r.id); err != nil {
		return r, id, err
	}
	if r.program, err = m.program(ctx, r.ClientID); err != nil {
		return r, id, err
	}
	agreed, err := m.consents.of(ctx, id.PersonID, r.ClientID)
	r.need = r.needs(id, r.program, agreed)
	return r, id, err
}

func (m *Room) readRequest(ctx context.Context, in requestInput) (requestView, error) {
	r, id, err := m.requested(ctx, in.ID)
	if err != nil {
		return requestView{}, err
	}
	v := requestView{Program: viewProgram(r.program), Scopes: r.Scopes, Need: r.need, Organisation: id.Organisation.Name}
	if u, err := url.Parse(r.RedirectURI); err == nil {
		v.Host = u.Host
	}
	return v, nil
}

func viewProgram(c client) programView { return programView{c.ID, c.Name, c.Own} }

type decisionInput struct {
	ID   string `path:"id" maxLength:"60"`
	Body struct {
		Allow bool `json:"allow"`
	}
}

type redirectView struct {
	Redirect string `json:"redirect" doc:"Where the browser goes now"`
}

func (m *Room) decideRequest(ctx context.Context, in decisionInput) (redirectView, error) {
	r, _, err := m.requested(ctx, in.ID)
	if err != nil {
		return redirectView{}, err
	}
	if !in.Body.Allow {
		e := entry(ctx, "oidc sign-in", "client:"+r.ClientID, "refused", r.program.Name.ZH+"; the person said no")
		if err := m.requests.refuse(ctx, r.id, e); err != nil {
			return redirectView{}, err
		}
		return redirectView{r.refused(m.issuer(), spec.ErrAccessDenied().WithDescription("the person refused"))}, nil
	}
	if r.need != needNothing && r.need != needConsent {
		return redirectView{}, fault.New(fault.Forbidden, "oidc.request.need", "the program asks for more than this session has shown").With("need", string(r.need))
	}
	to, err := m.allow(ctx, r.asked, r.program, r.id, true)
	return redirectView{to}, err
}

type deviceView struct {
	Program      programView `json:"program"`
	Scopes       []string    `json:"scopes" nullable:"false" enum:"openid,profile,email,organisation,offline_access"`
	UserCode     string      `json:"user_code"`
	IP           string      `json:"ip" doc:"Where the device asks from"`
	ExpiresAt    time.Time   `json:"expires_at"`
	Organisation lang.Text   `json:"organisation" doc:"For whom one acts"`
}

type deviceInput struct {
	ID string `path:"id" maxLength:"40" doc:"The code that the device shows"`
}

// waiting finds a device for a person, who cannot try many codes.
func (m *Room) waiting(ctx context.Context, text string) (device, client, identity.Identity, error) {
	id, err := person(ctx)
	if err != nil {
		return device{}, client{}, id, err
	}
	if err := m.guesses.Admit(id.PersonID, time.Now()); err != nil {
		return device{}, client{}, id, err
	}
	d, err := m.devices.waiting(ctx, typed(text))
	if err != nil {
		return d, client{}, id, err
	}
	c, err := m.program(ctx, d.ClientID)
	return d, c, id, err
}

func (m *Room) readDevice(ctx context.Context, in deviceInput) (deviceView, error) {
	d, c, id, err := m.waiting(ctx, in.ID)
	if err != nil {
		return deviceView{}, err
	}
	return deviceView{viewProgram(c), d.Scopes, d.UserCode, d.IP, d.ExpiresAt, id.Organisation.Name}, nil
}

type deviceDecisionInput struct {
	ID   string `path:"id" maxLength:"40" doc:"The code that the device shows"`
	Body struct {
		Allow bool `json:"allow"`
	}
}

func (m *Room) decideDevice(ctx context.Context, in deviceDecisionInput) (httpd.Nothing, error) {
	d, c, id, err := m.waiting(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	now, err := m.kit.DB.Clock(ctx)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !in.Body.Allow {
		e := entry(ctx, "oidc device", "client:"+c.ID, "refused", c.Name.ZH+"; the person said no")
		return httpd.Nothing{}, m.devices.decide(ctx, d, deviceRefused, permit{}, e)
	}
	p := permitFor(id, c, slices.Clone(d.Scopes), now)
	return httpd.Nothing{}, m.devices.decide(ctx, d, deviceAllowed, p, entry(ctx, "oidc device", "client:"+c.ID, "done", c.Name.ZH+"; from "+d.IP))
}

type programsView struct {
	Items []letIn `json:"items" nullable:"false"`
}

func (m *Room) myPrograms(ctx context.Context, _ nothing) (programsView, error) {
	list, err := m.consents.list(ctx, identity.From(ctx).PersonID)
	return programsView{list}, err
}

func (m *Room) withdraw(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	id, err := person(ctx)
	if err != nil {
		return httpd.Nothing{}, err
	}
	now, err := m.kit.DB.Clock(ctx)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.consents.withdraw(ctx, id.PersonID, in.ID, now)
}

type signOutInput struct {
	Body struct {
		ClientID string `json:"client_id" maxLength:"40" doc:"Empty when no program asked"`
		Back     string `json:"post_logout_redirect_uri,omitempty" maxLength:"500"`
		State    string `json:"state,omitempty" maxLength:"4000"`
	}
}

// signOut ends the caller's session when they said so on the page.
func (m *Room) signOut(ctx context.Context, in signOutInput) (redirectView, error) {
	id, err := person(ctx)
	if err != nil {
		return redirectView{}, err
	}
	b := in.Body
	back, _, err := m.leaving(ctx, &spec.EndSessionRequest{ClientID: b.ClientID, PostLogoutRedirectURI: b.Back, State: b.State})
	if err != nil {
		return redirectView{}, fault.New(fault.Invalid, "oidc.sign_out.address", "the program may not send people there after signing out").
			At("body.post_logout_redirect_uri", "register the address for the program")
	}
	return redirectView{back}, m.endSession(ctx, id)
}
