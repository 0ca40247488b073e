package identity

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
)

// Passkey is a credential on a person's device, security key or key ring.
type Passkey struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at"`

	personID   string
	credential webauthn.Credential
}

// Challenge is what a browser is asked to sign.
type Challenge struct {
	Ceremony string
	Options  json.RawMessage
}

const (
	ceremonyLife = 5 * time.Minute
	passkeyMax   = 20 // of a person

	forSignIn  = "sign-in"
	forProof   = "proof"
	forPasskey = "passkey"
)

// PasskeyOrigin returns the address under which passkeys work. They are bound
// to a name: on a machine's own loopback address, that is localhost.
func (d *Directory) PasskeyOrigin() string {
	u, err := url.Parse(d.address())
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
		u.Host = strings.Replace(u.Host, u.Hostname(), "localhost", 1)
		u.Host = strings.NewReplacer("[", "", "]", "").Replace(u.Host)
	}
	return u.Scheme + "://" + u.Host
}

// At tells the directory how to ask for the address of this installation, to
// which passkeys are bound.
func (d *Directory) At(address func() string) { d.address = address }

func (d *Directory) webauthn() (*webauthn.WebAuthn, error) {
	origin := d.PasskeyOrigin()
	u, err := url.Parse(origin)
	if err != nil || net.ParseIP(u.Hostname()) != nil {
		return nil, fault.New(fault.Conflict, "system.passkey.address", "passkeys need this installation to be reached by a name: set public-url")
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "领航", RPOrigins: []string{origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred},
		Timeouts: webauthn.TimeoutsConfig{
			Login:        webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyLife, TimeoutUVD: ceremonyLife},
			Registration: webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyLife, TimeoutUVD: ceremonyLife},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys: %w", err)
	}
	return w, nil
}

// holder is a person as WebAuthn sees one.
type holder struct {
	Person
	passkeys []Passkey
}

func (h holder) WebAuthnID() []byte          { return []byte(h.ID) }
func (h holder) WebAuthnName() string        { return h.Login }
func (h holder) WebAuthnDisplayName() string { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	list := make([]webauthn.Credential, len(h.passkeys))
	for i, p := range h.passkeys {
		list[i] = p.credential
	}
	return list
}

func (d *Directory) holder(ctx context.Context, person string) (holder, error) {
	p, err := d.Person(ctx, person)
	if err != nil {
		return holder{}, err
	}
	list, err := d.passkeysOf(ctx, person)
	return holder{p, list}, err
}

// pose keeps what a browser is asked, for its one answer.
func (d *Directory) pose(ctx context.Context, purpose, person string, options any, session *webauthn.SessionData) (Challenge, error) {
	asked, err := json.Marshal(options)
	if err != nil {
		return Challenge{}, fmt.Errorf("encode challenge: %w", err)
	}
	kept, err := json.Marshal(session)
	if err != nil {
		return Challenge{}, fmt.Errorf("encode challenge: %w", err)
	}
	secret, hash, err := newSecret("")
	if err != nil {
		return Challenge{}, err
	}
	return Challenge{secret, asked}, d.insertCeremony(ctx, hash, purpose, person, string(kept))
}

// answer takes what was asked, once.
func (d *Directory) answer(ctx context.Context, ceremony, purpose, person string) (webauthn.SessionData, error) {
	var session webauthn.SessionData
	data, err := d.takeCeremony(ctx, hashSecret(ceremony), purpose, person)
	if err != nil {
		return session, err
	}
	if err := json.Unmarshal([]byte(data), &session); err != nil {
		return session, fmt.Errorf("decode challenge: %w", err)
	}
	return session, nil
}

// ChallengeSignIn asks for any passkey that this installation knows.
func (d *Directory) ChallengeSignIn(ctx context.Context) (Challenge, error) {
	w, err := d.webauthn()
	if err != nil {
		return Challenge{}, err
	}
	options, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return d.pose(ctx, forSignIn, "", options.Response, session)
}

// SignInPasskey opens a session for whom the passkey belongs to: having it and
// unlocking it are two factors.
func (d *Directory) SignInPasskey(ctx context.Context, ceremony string, credential []byte, from Visitor) (secret string, err error) {
	session, err := d.answer(ctx, ceremony, forSignIn, "")
	if err != nil {
		return "", err
	}
	w, err := d.webauthn()
	if err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(credential)
	if err != nil {
		return "", passkeyRefused(fault.Unauthorized, err)
	}
	var who holder
	find := func(_, user []byte) (webauthn.User, error) {
		who, err = d.holder(ctx, string(user))
		return who, err
	}
	used, err := w.ValidateDiscoverableLogin(find, session, parsed)
	if err != nil {
		return "", passkeyRefused(fault.Unauthorized, err)
	}
	if err := d.usePasskey(ctx, who, used); err != nil {
		return "", err
	}
	if who.Disabled || len(who.Memberships) == 0 {
		return "", fault.New(fault.Unauthorized, "system.passkey.refused", "the passkey was refused")
	}
	return d.openSession(ctx, who.Person, from, byTwo, byPasskey)
}

// passkeyRefused hides from the caller which check failed; the audit log has
// the key, the log the cause.
func passkeyRefused(kind fault.Kind, cause error) error {
	key := "system.passkey.refused"
	if pe, ok := errors.AsType[*protocol.Error](cause); ok && strings.Contains(strings.ToLower(pe.Details+pe.DevInfo), "origin") {
		key = "system.passkey.origin"
	}
	return fmt.Errorf("%w: %w", fault.New(kind, key, "the passkey was refused"), cause)
}

// usePasskey refuses a counter that went back: there are two of this key.
func (d *Directory) usePasskey(ctx context.Context, who holder, used *webauthn.Credential) error {
	if used.Authenticator.CloneWarning {
		return fault.New(fault.Unauthorized, "system.passkey.counter", "the passkey's counter went back: there may be a copy of it; remove it and add a new one")
	}
	for _, p := range who.passkeys {
		if bytes.Equal(p.credential.ID, used.ID) {
			return d.savePasskey(ctx, p.ID, *used)
		}
	}
	return fault.New(fault.Unauthorized, "system.passkey.refused", "the passkey was refused")
}

// ChallengeProof asks for one of the caller's passkeys.
func (d *Directory) ChallengeProof(ctx context.Context) (Challenge, error) {
	w, err := d.webauthn()
	if err != nil {
		return Challenge{}, err
	}
	who, err := d.holder(ctx, From(ctx).PersonID)
	if err != nil {
		return Challenge{}, err
	}
	if len(who.passkeys) == 0 {
		return Challenge{}, fault.New(fault.Conflict, "system.passkey.none", "you have no passkey")
	}
	options, session, err := w.BeginLogin(who)
	if err != nil {
		return Challenge{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return d.pose(ctx, forProof, who.ID, options.Response, session)
}

// ProvePasskey raises the caller's session with one of their passkeys.
func (d *Directory) ProvePasskey(ctx context.Context, ceremony string, credential []byte) (Identity, error) {
	id := From(ctx)
	session, err := d.answer(ctx, ceremony, forProof, id.PersonID)
	if err != nil {
		return id, err
	}
	w, err := d.webauthn()
	if err != nil {
		return id, err
	}
	who, err := d.holder(ctx, id.PersonID)
	if err != nil {
		return id, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(credential)
	if err != nil {
		return id, passkeyRefused(fault.Invalid, err)
	}
	used, err := w.ValidateLogin(who, session, parsed)
	if err != nil {
		return id, passkeyRefused(fault.Invalid, err)
	}
	if err := d.usePasskey(ctx, who, used); err != nil {
		return id, err
	}
	return d.raise(ctx, id, []string{byPasskey, byTwo})
}

// ChallengePasskey asks the caller's browser to make a passkey.
func (d *Directory) ChallengePasskey(ctx context.Context) (Challenge, error) {
	id := From(ctx)
	if err := d.mayEnrol(id); err != nil {
		return Challenge{}, err
	}
	w, err := d.webauthn()
	if err != nil {
		return Challenge{}, err
	}
	who, err := d.holder(ctx, id.PersonID)
	if err != nil {
		return Challenge{}, err
	}
	if len(who.passkeys) >= passkeyMax {
		return Challenge{}, fault.New(fault.Conflict, "system.passkey.many", "a person has at most %d passkeys; remove one first", passkeyMax).With("max", passkeyMax)
	}
	var there []protocol.CredentialDescriptor
	for _, p := range who.passkeys {
		there = append(there, p.credential.Descriptor())
	}
	options, session, err := w.BeginRegistration(who, webauthn.WithExclusions(there))
	if err != nil {
		return Challenge{}, fmt.Errorf("ask for a new passkey: %w", err)
	}
	return d.pose(ctx, forPasskey, id.PersonID, options.Response, session)
}

// AddPasskey keeps the passkey that the caller's browser made. The first
// second factor brings recovery codes with it.
func (d *Directory) AddPasskey(ctx context.Context, ceremony, name string, credential []byte) (Identity, []string, error) {
	id := From(ctx)
	if err := d.mayEnrol(id); err != nil {
		return id, nil, err
	}
	session, err := d.answer(ctx, ceremony, forPasskey, id.PersonID)
	if err != nil {
		return id, nil, err
	}
	w, err := d.webauthn()
	if err != nil {
		return id, nil, err
	}
	who, err := d.holder(ctx, id.PersonID)
	if err != nil {
		return id, nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(credential)
	if err != nil {
		return id, nil, passkeyRefused(fault.Invalid, err)
	}
	made, err := w.CreateCredential(who, session, parsed)
	if err != nil {
		return id, nil, passkeyRefused(fault.Invalid, err)
	}
	codes, err := d.firstCodes(id)
	if err != nil {
		return id, nil, err
	}
	if name = strings.TrimSpace(name); name == "" {
		name = "passkey"
	}
	p := Passkey{ID: ulid.Make().String(), Name: name, personID: id.PersonID, credential: *made}
	if err := d.insertPasskey(ctx, p, codes); err != nil {
		return id, nil, err
	}
	id, err = d.raise(ctx, id, []string{byPasskey, byTwo})
	return id, codes, err
}

// Passkeys lists the caller's passkeys.
func (d *Directory) Passkeys(ctx context.Context) ([]Passkey, error) {
	return d.passkeysOf(ctx, From(ctx).PersonID)
}

// RemovePasskey takes one of the caller's passkeys away.
func (d *Directory) RemovePasskey(ctx context.Context, passkey string) error {
	id := From(ctx)
	if err := d.mayRemove(ctx, id, Factors{Passkeys: 1}); err != nil {
		return err
	}
	return d.deletePasskey(ctx, id.PersonID, passkey)
}

func credentialID(c webauthn.Credential) string { return base64.RawURLEncoding.EncodeToString(c.ID) }
