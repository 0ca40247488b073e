package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// browserCookie tells the browser that was sent to a provider from all others.
const browserCookie = "linghang_login"

func (m *Room) loginRoutes() []module.Route {
	const recorded = "the audit log, by the room"
	return []module.Route{
		{Pattern: "GET /sign-in", Permission: identity.Public, Summary: "Providers by whose word one can sign in", Handler: httpd.JSON(m.ways)},
		{Pattern: "POST /sign-in/{id}", Permission: identity.Public, Recorded: "nothing changes yet", Summary: "Begin to sign in by the word of a provider", Handler: httpd.JSON(m.depart)},
		{Pattern: "GET /callback/{id}", Permission: identity.Public, Owing: []identity.Need{identity.Enrol, identity.Prove}, Summary: "Where a provider sends the browser back to", Handler: httpd.Raw("", http.HandlerFunc(m.arrive))},
		{Pattern: "GET /me/links", Permission: identity.SignedIn, Summary: "One's accounts at providers", Handler: httpd.JSON(m.myLinks)},
		{Pattern: "POST /me/links/{id}", Permission: identity.SignedIn, StepUp: true, Recorded: recorded, Summary: "Begin to link one's account at a provider", Handler: httpd.JSON(m.departToLink)},
		{Pattern: "DELETE /me/links/{id}", Permission: identity.SignedIn, StepUp: true, Summary: "Unlink an account", Handler: httpd.JSON(m.unlink)},
	}
}

type way struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

type waysView struct {
	Items []way `json:"items" nullable:"false"`
}

func (m *Room) ways(ctx context.Context, _ nothing) (waysView, error) {
	list, err := m.providers.on(ctx)
	v := waysView{Items: make([]way, len(list))}
	for i, p := range list {
		v.Items[i] = way{p.ID, p.Name}
	}
	return v, err
}

type departInput struct {
	ID      string `path:"id" maxLength:"40"`
	Browser string `cookie:"linghang_login"`
	Body    struct {
		Next string `json:"next,omitempty" maxLength:"2000" doc:"Where to go after signing in, a path of this address"`
	}
}

// departView is where the browser goes, with the cookie by which it is known when it comes back.
type departView struct {
	Redirect string `json:"redirect"`

	cookie *http.Cookie
}

// Cookies implements httpd.CookieSetter.
func (v departView) Cookies() []*http.Cookie { return []*http.Cookie{v.cookie} }

func (m *Room) depart(ctx context.Context, in departInput) (departView, error) {
	return m.send(ctx, in, departure{Next: onlyHere(in.Body.Next)})
}

func (m *Room) departToLink(ctx context.Context, in departInput) (departView, error) {
	id, err := person(ctx)
	if err != nil {
		return departView{}, err
	}
	return m.send(ctx, in, departure{PersonID: id.PersonID, SessionID: id.SessionID, Next: "/profile"})
}

// send keeps what the answer has to fit, and says where the browser goes.
func (m *Room) send(ctx context.Context, in departInput, d departure) (departView, error) {
	p, err := m.providers.get(ctx, in.ID)
	if err == nil && !p.Enabled {
		err = noSuch("provider")
	}
	if err != nil {
		return departView{}, err
	}
	found, err := m.others.find(ctx, p)
	if err != nil {
		m.kit.Log.Warn("a provider cannot be used", "provider", p.Issuer, "error", err)
		return departView{}, fault.New(fault.Unavailable, "oidc.login.unreachable", "the provider cannot be reached; sign in another way, or try again").After(30)
	}
	var secrets [3]string
	for i := range secrets {
		if secrets[i], err = newSecret(); err != nil {
			return departView{}, err
		}
	}
	if len(in.Browser) == len(secrets[0]) {
		secrets[0] = in.Browser
	}
	browser, state, nonce := secrets[0], secrets[1], secrets[2]
	d.hash, d.browser, d.Nonce, d.ProviderID, d.Verifier = hashOf(state), hashOf(browser), nonce, p.ID, oauth2.GenerateVerifier()
	if err := m.links.depart(ctx, d); err != nil {
		return departView{}, err
	}
	cfg := found.config(p, "", m.callback(p))
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(d.Verifier), oauth2.SetAuthURLParam("nonce", nonce)}
	if p.SecondFactor && len(p.ACRValues) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(p.ACRValues, " ")))
	}
	return departView{cfg.AuthCodeURL(state, options...), m.knownBy(browser)}, nil
}

func (m *Room) knownBy(browser string) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the public address: plain HTTP on one machine works too
		Name: browserCookie, Value: browser, Path: base, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(m.issuer(), "https://"),
		MaxAge: int(departureLife.Seconds()),
	}
}

// login is a refusal that the person is told of by a key, and the log in full.
type login struct {
	key string
	why error
}

func (e login) Error() string { return e.why.Error() }
func (e login) Unwrap() error { return e.why }

// arrive answers a browser that comes back from a provider.
func (m *Room) arrive(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p, err := m.providers.get(ctx, r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	to, err := m.admit(ctx, w, r, p)
	if refused, ok := errors.AsType[login](err); ok {
		e := entry(ctx, "sign-in", "provider:"+p.ID, "refused", p.Name.ZH+": "+refused.Error())
		if err := m.record(ctx, e); err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		to = "/sign-in?problem=" + url.QueryEscape(refused.key)
		if identity.From(ctx).Known() {
			to = "/profile?problem=" + url.QueryEscape(refused.key)
		}
	} else if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // a path of this address, checked when the browser was sent
}

// admit finds out who came back, and signs them in or links their account.
func (m *Room) admit(ctx context.Context, w http.ResponseWriter, r *http.Request, p provider) (string, error) {
	claims, d, err := m.answered(ctx, r, p)
	if err != nil {
		return "", err
	}
	if d.PersonID != "" {
		return d.Next, m.linkNow(ctx, p, claims, d)
	}
	who, err := m.recognise(ctx, p, claims)
	if err != nil {
		return "", err
	}
	from := identity.Visitor{IP: httpd.ClientIP(ctx), Agent: r.UserAgent()}
	two := p.twoFactors(claims.AuthenticationContextClassReference, claims.AuthenticationMethodsReferences)
	secret, err := m.directory.SignInFederated(sqldb.Alone(ctx), who, from, two)
	if fault.Is(err, fault.Unauthorized) {
		return "", login{"oidc.login.gone", err}
	}
	if err != nil {
		return "", err
	}
	id, err := m.directory.Session(ctx, secret)
	if err != nil {
		return "", err
	}
	e := entry(identity.With(ctx, id), "sign-in", "session:"+id.SessionID, "done", "fed "+p.Name.ZH+" "+strings.Join(id.AMR, " "))
	if err := m.record(ctx, e); err != nil {
		return "", err
	}
	http.SetCookie(w, httpd.SessionCookie(secret, strings.HasPrefix(m.issuer(), "https://")))
	return d.Next, m.links.used(ctx, p.ID, claims.Subject)
}

// answered checks an answer from the outside in: it is this browser's, from the
// provider that it was sent to, and what it brings is that provider's word.
func (m *Room) answered(ctx context.Context, r *http.Request, p provider) (*spec.IDTokenClaims, departure, error) {
	q := r.URL.Query()
	browser, err := r.Cookie(browserCookie)
	if err != nil || q.Get("state") == "" {
		return nil, departure{}, login{"oidc.login.state", errState}
	}
	d, err := m.links.arrive(ctx, hashOf(q.Get("state")), p.ID, hashOf(browser.Value))
	if errors.Is(err, errState) {
		return nil, d, login{"oidc.login.state", err}
	}
	if err != nil {
		return nil, d, err
	}
	if !p.Enabled {
		return nil, d, login{"oidc.login.gone", errors.New("the provider was switched off")}
	}
	found, err := m.others.find(ctx, p)
	if err != nil {
		return nil, d, login{"oidc.login.unreachable", err}
	}
	if iss := q.Get("iss"); iss != p.Issuer && (iss != "" || found.IssInAnswers) {
		return nil, d, login{"oidc.login.issuer", fmt.Errorf("the answer is of the issuer %q, not of %q", clip(iss), p.Issuer)}
	}
	if q.Get("error") != "" {
		return nil, d, login{"oidc.login.refused", fmt.Errorf("the provider says %s: %s", clip(q.Get("error")), clip(q.Get("error_description")))}
	}
	secret := ""
	if p.secret != "" {
		plain, err := m.kit.Seal.Open(ctx, providerPurpose, p.secret)
		if err != nil {
			return nil, d, err
		}
		secret = string(plain)
	}
	claims, err := m.others.claimed(ctx, found, found.config(p, secret, m.callback(p)), q.Get("code"), d)
	if err != nil {
		return nil, d, login{"oidc.login.token", err}
	}
	return claims, d, nil
}

// linkNow notes who the person is at the provider, when they are still the one
// who asked, in the session in which they asked.
func (m *Room) linkNow(ctx context.Context, p provider, claims *spec.IDTokenClaims, d departure) error {
	if id := identity.From(ctx); id.PersonID != d.PersonID || id.SessionID != d.SessionID {
		return login{"oidc.login.state", errors.New("another session has asked to link an account")}
	}
	err := m.links.link(ctx, p.ID, claims.Subject, d.PersonID, called(claims))
	if fault.Is(err, fault.Conflict) {
		return login{"oidc.login.taken", err}
	}
	if err != nil {
		return err
	}
	return m.record(ctx, entry(ctx, "oidc link", "provider:"+p.ID, "done", p.Name.ZH+": "+called(claims)))
}

// called is what a provider calls an account, for the person to recognise.
func called(c *spec.IDTokenClaims) string {
	for _, name := range []string{c.Email, c.PreferredUsername, c.Name, c.Subject} {
		if name != "" {
			return clip(name)
		}
	}
	return ""
}

// recognise returns who somebody of a provider is here: whom they were linked to,
// or whoever has the address that the provider has verified and answers for. Grave
// roles are linked by hand only; nobody is created.
func (m *Room) recognise(ctx context.Context, p provider, claims *spec.IDTokenClaims) (person string, err error) {
	person, err = m.links.linked(ctx, p.ID, claims.Subject)
	if err != nil || person != "" {
		return person, err
	}
	unknown := func(why string) error { return login{"oidc.login.unknown", errors.New(why)} }
	if !p.answersFor(claims.Email) || !bool(claims.EmailVerified) {
		return "", unknown("nobody here is linked to the account " + called(claims))
	}
	found, err := m.directory.PersonByEmail(ctx, claims.Email)
	if fault.Is(err, fault.NotFound) {
		return "", unknown("no one person here has the address " + claims.Email)
	}
	if err != nil {
		return "", err
	}
	if found.IsGrave() {
		return "", unknown("whoever holds a grave role links their account by hand: " + found.Login)
	}
	if err := m.links.link(ctx, p.ID, claims.Subject, found.ID, called(claims)); err != nil {
		return "", err
	}
	e := entry(ctx, "oidc link", "person:"+found.ID, "done", p.Name.ZH+": "+claims.Email+", by the address that it has verified")
	return found.ID, m.record(ctx, e)
}

type linksView struct {
	Items []linkView `json:"items" nullable:"false"`
	Ways  []way      `json:"ways" nullable:"false" doc:"Providers that accounts can be linked at"`
}

func (m *Room) myLinks(ctx context.Context, _ nothing) (linksView, error) {
	list, err := m.links.of(ctx, identity.From(ctx).PersonID)
	if err != nil {
		return linksView{}, err
	}
	ways, err := m.ways(ctx, nothing{})
	return linksView{list, ways.Items}, err
}

func (m *Room) unlink(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	id, err := person(ctx)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.links.unlink(ctx, id.PersonID, in.ID)
}
