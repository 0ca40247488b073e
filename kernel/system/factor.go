package system

import (
	"context"
	"encoding/json"
	"net/http"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// owing are all needs: for what somebody may do before they are let in.
func owing() []identity.Need { return []identity.Need{identity.Enrol, identity.Prove, identity.Join} }

func (m *Room) factorRoutes() []module.Route {
	enrol := []identity.Need{identity.Enrol}
	return []module.Route{
		{Pattern: "POST /session/proof", Permission: identity.SignedIn, Recorded: "audit", Owing: owing(), Summary: "Prove a factor: a code of the authenticator application, a recovery code, or the password of who has no second factor", Handler: httpd.JSON(m.prove)},
		{Pattern: "POST /session/passkey-challenge", Permission: identity.SignedIn, Owing: owing(), Summary: "What a passkey signs to prove itself in this session", Handler: httpd.JSON(m.challengeProof)},
		{Pattern: "POST /session/passkey-proof", Permission: identity.SignedIn, Recorded: "audit", Owing: owing(), Summary: "Prove a passkey in this session", Handler: httpd.JSON(m.provePasskey)},
		{Pattern: "POST /sign-in/passkey-challenge", Permission: identity.Public, Summary: "What a passkey signs to sign in without a password", Handler: httpd.JSON(m.challengeSignIn)},
		{Pattern: "POST /sign-in/passkey", Permission: identity.Public, Recorded: "audit", Summary: "Sign in with a passkey", Handler: httpd.JSON(m.signInPasskey)},
		{Pattern: "POST /me/totp", Permission: identity.SignedIn, Owing: enrol, Summary: "Begin to set an authenticator application up", Handler: httpd.JSON(m.beginTOTP)},
		{Pattern: "POST /me/totp/confirmation", Permission: identity.SignedIn, Owing: enrol, Summary: "Finish it with a code; the first second factor brings recovery codes", Handler: httpd.JSON(m.confirmTOTP)},
		{Pattern: "DELETE /me/totp", Permission: identity.SignedIn, StepUp: true, Summary: "Remove one's authenticator application", Handler: httpd.JSON(m.removeTOTP)},
		{Pattern: "GET /me/passkeys", Permission: identity.SignedIn, Owing: enrol, Summary: "One's passkeys", Handler: httpd.JSON(m.passkeys)},
		{Pattern: "POST /me/passkey-challenge", Permission: identity.SignedIn, Owing: enrol, Summary: "What a new passkey is made from", Handler: httpd.JSON(m.challengePasskey)},
		{Pattern: "POST /me/passkeys", Permission: identity.SignedIn, Owing: enrol, Summary: "Add a passkey", Handler: httpd.Created(m.addPasskey)},
		{Pattern: "PUT /me/passkeys/{id}", Permission: identity.SignedIn, Summary: "Rename a passkey", Handler: httpd.JSON(m.renamePasskey)},
		{Pattern: "DELETE /me/passkeys/{id}", Permission: identity.SignedIn, StepUp: true, Summary: "Remove a passkey", Handler: httpd.JSON(m.removePasskey)},
		{Pattern: "POST /me/recovery-codes", Permission: identity.SignedIn, StepUp: true, Summary: "Ten new recovery codes; earlier ones stop working", Handler: httpd.JSON(m.renewRecoveryCodes)},
	}
}

// person refuses tokens where only a person makes sense.
func person(ctx context.Context) error {
	if identity.From(ctx).SessionID == "" {
		return fault.New(fault.Conflict, "system.token.no_person", "a token has no factors; only a person who signed in has")
	}
	return nil
}

type proofInput struct {
	Body struct {
		Method string `json:"method" enum:"totp,recovery,password"`
		Code   string `json:"code" maxLength:"1000"`
	}
	UserAgent string `header:"User-Agent"`
}

func (m *Room) prove(ctx context.Context, in proofInput) (sessionView, error) {
	if err := person(ctx); err != nil {
		return sessionView{}, err
	}
	from := m.visitor(ctx, in.UserAgent)
	id, err := m.directory.Prove(sqldb.Alone(ctx), in.Body.Method, in.Body.Code, from)
	return m.proven(ctx, id, in.Body.Method, from, err)
}

// proven records a proof, or that it was refused and why, and answers with the session.
func (m *Room) proven(ctx context.Context, id identity.Identity, method string, from identity.Visitor, err error) (sessionView, error) {
	outcome, detail := "done", method
	if err != nil {
		f := fault.As(err)
		if f == nil {
			return sessionView{}, err
		}
		outcome, detail = "refused", method+": "+f.Key
	}
	if failed := m.record(ctx, "proof", "session:"+identity.From(ctx).SessionID, outcome, detail); failed != nil {
		return sessionView{}, failed
	}
	if err != nil {
		return sessionView{}, err
	}
	return m.admit(ctx, id, from)
}

func (m *Room) beginTOTP(ctx context.Context, _ nothing) (identity.Enrolment, error) {
	if err := person(ctx); err != nil {
		return identity.Enrolment{}, err
	}
	return m.directory.BeginTOTP(ctx)
}

type codeInput struct {
	Body struct {
		Code string `json:"code" maxLength:"20"`
	}
	UserAgent string `header:"User-Agent"`
}

// enrolledView is the session after a factor was added, with the recovery
// codes that came with it.
type enrolledView struct {
	Session       sessionView `json:"session"`
	RecoveryCodes []string    `json:"recovery_codes" nullable:"false" doc:"Shown this once; empty when there are some already"`
}

// Cookies implements httpd.CookieSetter.
func (v enrolledView) Cookies() []*http.Cookie { return v.Session.cookies }

func (m *Room) enrolled(ctx context.Context, id identity.Identity, codes []string, agent string) (enrolledView, error) {
	if codes == nil {
		codes = []string{}
	}
	v, err := m.admit(sqldb.Alone(ctx), id, m.visitor(ctx, agent))
	return enrolledView{v, codes}, err
}

func (m *Room) confirmTOTP(ctx context.Context, in codeInput) (enrolledView, error) {
	if err := person(ctx); err != nil {
		return enrolledView{}, err
	}
	id, codes, err := m.directory.ConfirmTOTP(ctx, in.Body.Code)
	if err != nil {
		return enrolledView{}, err
	}
	return m.enrolled(ctx, id, codes, in.UserAgent)
}

func (m *Room) removeTOTP(ctx context.Context, _ nothing) (httpd.Nothing, error) {
	if err := person(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.directory.RemoveTOTP(ctx)
}

type codesView struct {
	RecoveryCodes []string `json:"recovery_codes" nullable:"false" doc:"Shown this once"`
}

func (m *Room) renewRecoveryCodes(ctx context.Context, _ nothing) (codesView, error) {
	if err := person(ctx); err != nil {
		return codesView{}, err
	}
	codes, err := m.directory.RenewRecoveryCodes(ctx)
	return codesView{codes}, err
}

func (m *Room) resetFactors(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.ResetFactors(ctx, in.ID)
}

// challengeView is what the browser hands to navigator.credentials.
type challengeView struct {
	Ceremony string          `json:"ceremony" doc:"Sent back with the answer"`
	Options  json.RawMessage `json:"options" doc:"PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON"`
}

func challenge(c identity.Challenge, err error) (challengeView, error) {
	return challengeView{c.Ceremony, c.Options}, err
}

func (m *Room) challengeProof(ctx context.Context, _ nothing) (challengeView, error) {
	if err := person(ctx); err != nil {
		return challengeView{}, err
	}
	return challenge(m.directory.ChallengeProof(sqldb.Alone(ctx)))
}

func (m *Room) challengeSignIn(ctx context.Context, _ nothing) (challengeView, error) {
	return challenge(m.directory.ChallengeSignIn(sqldb.Alone(ctx)))
}

func (m *Room) challengePasskey(ctx context.Context, _ nothing) (challengeView, error) {
	if err := person(ctx); err != nil {
		return challengeView{}, err
	}
	return challenge(m.directory.ChallengePasskey(sqldb.Alone(ctx)))
}

type passkeyInput struct {
	Body struct {
		Ceremony   string          `json:"ceremony" maxLength:"100"`
		Credential json.RawMessage `json:"credential" doc:"What navigator.credentials answered, as JSON"`
		Name       string          `json:"name,omitempty" maxLength:"100" doc:"Of a new passkey"`
	}
	UserAgent string `header:"User-Agent"`
}

func (m *Room) provePasskey(ctx context.Context, in passkeyInput) (sessionView, error) {
	if err := person(ctx); err != nil {
		return sessionView{}, err
	}
	id, err := m.directory.ProvePasskey(sqldb.Alone(ctx), in.Body.Ceremony, in.Body.Credential)
	return m.proven(ctx, id, "passkey", m.visitor(ctx, in.UserAgent), err)
}

func (m *Room) signInPasskey(ctx context.Context, in passkeyInput) (sessionView, error) {
	from := m.visitor(ctx, in.UserAgent)
	secret, err := m.directory.SignInPasskey(sqldb.Alone(ctx), in.Body.Ceremony, in.Body.Credential, from)
	if f := fault.As(err); f != nil {
		if err := m.record(ctx, "sign-in", "passkey", "refused", f.Key); err != nil {
			return sessionView{}, err
		}
	}
	if err != nil {
		return sessionView{}, err
	}
	return m.entered(ctx, secret, "passkey", from)
}

func (m *Room) addPasskey(ctx context.Context, in passkeyInput) (enrolledView, error) {
	if err := person(ctx); err != nil {
		return enrolledView{}, err
	}
	id, codes, err := m.directory.AddPasskey(ctx, in.Body.Ceremony, in.Body.Name, in.Body.Credential)
	if err != nil {
		return enrolledView{}, err
	}
	return m.enrolled(ctx, id, codes, in.UserAgent)
}

type passkeysView struct {
	Items []identity.Passkey `json:"items" nullable:"false"`
	Place string             `json:"place" doc:"The address under which passkeys work here"`
}

func (m *Room) passkeys(ctx context.Context, _ nothing) (passkeysView, error) {
	list, err := m.directory.Passkeys(ctx)
	return passkeysView{list, m.directory.PasskeyOrigin()}, err
}

type renameInput struct {
	httpd.Object
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"100"`
	}
}

func (m *Room) renamePasskey(ctx context.Context, in renameInput) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.RenamePasskey(ctx, in.ID, in.Body.Name)
}

func (m *Room) removePasskey(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.directory.RemovePasskey(ctx, in.ID)
}
