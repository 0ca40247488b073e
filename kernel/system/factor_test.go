package system_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

const password = "correct horse battery staple"

// browser keeps cookies, as one does.
type browser struct {
	city    *kerneltest.City
	cookies map[string]string
	ip      string
}

func newBrowser(c *kerneltest.City) *browser {
	return &browser{city: c, cookies: map[string]string{}, ip: "192.0.2.1"}
}

func (b *browser) send(t *testing.T, method, path, body string) kerneltest.Reply {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = b.ip + ":4711"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("X-Linghang-CSRF", "1")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	reply := b.city.Do(r)
	for _, c := range (&http.Response{Header: reply.Header}).Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return reply
}

// must sends a request that has to be answered with the status, and returns the answer.
func (b *browser) must(t *testing.T, status int, method, path, body string) map[string]any {
	t.Helper()
	r := b.send(t, method, path, body)
	if r.Status != status {
		t.Fatalf("%s %s: %d %s, want %d", method, path, r.Status, r.Body, status)
	}
	var v map[string]any
	if len(r.Body) > 0 {
		r.Decode(t, &v)
	}
	return v
}

// refused sends a request that has to be refused under the key.
func (b *browser) refused(t *testing.T, key, method, path, body string) {
	t.Helper()
	r := b.send(t, method, path, body)
	var p httpd.Problem
	r.Decode(t, &p)
	if r.Status < 400 || r.Status >= 500 || p.Key != key {
		t.Fatalf("%s %s: %d %s, want the refusal %s", method, path, r.Status, r.Body, key)
	}
}

func (b *browser) signIn(t *testing.T, login string) map[string]any {
	t.Helper()
	return b.must(t, http.StatusOK, "POST", "/api/system/sign-in", fmt.Sprintf(`{"login":%q,"password":%q}`, login, password))
}

// audited waits for an entry of the audit log with the outcome and detail.
func audited(t *testing.T, c *kerneltest.City, action, outcome, detail string) {
	t.Helper()
	var page struct {
		Items []struct{ Detail string }
	}
	c.Get(t, "/api/system/audit?action="+action+"&outcome="+outcome, "administrator").Decode(t, &page)
	for _, e := range page.Items {
		if strings.Contains(e.Detail, detail) {
			return
		}
	}
	t.Errorf("the audit log has no %s %s with %q: %v", action, outcome, detail, page.Items)
}

// key is a passkey in a virtual authenticator that nobody of this house wrote.
type key struct {
	place      virtualwebauthn.RelyingParty
	holder     virtualwebauthn.Authenticator
	credential virtualwebauthn.Credential
}

func newKey(origin string) *key {
	credential := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	// That authenticator drops the leading zeros of coordinates, which RFC 9053,
	// section 7.1.1, forbids: a key that has any (one of 128) is rightly refused.
	for len(credential.Key.AttestationData()) < wholeKey {
		credential = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return &key{
		virtualwebauthn.RelyingParty{ID: "localhost", Name: "领航", Origin: origin},
		virtualwebauthn.NewAuthenticator(), credential,
	}
}

// wholeKey is the length in bytes of a P-256 public key in COSE with both
// coordinates of 32 bytes.
const wholeKey = 77

func passkeyPlace(c *kerneltest.City) string {
	return strings.Replace(c.URL, "127.0.0.1", "localhost", 1)
}

func answer(t *testing.T, ceremony any, credential, name string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"ceremony": ceremony, "credential": json.RawMessage(credential), "name": name})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func optionsOf(t *testing.T, challenge map[string]any) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"publicKey": challenge["options"]})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (k *key) register(t *testing.T, b *browser) map[string]any {
	t.Helper()
	challenge := b.must(t, http.StatusOK, "POST", "/api/system/me/passkey-challenge", "")
	options, err := virtualwebauthn.ParseAttestationOptions(optionsOf(t, challenge))
	if err != nil {
		t.Fatal(err)
	}
	k.holder.Options.UserHandle = []byte(options.UserID)
	made := virtualwebauthn.CreateAttestationResponse(k.place, k.holder, k.credential, *options)
	k.holder.AddCredential(k.credential)
	return b.must(t, http.StatusCreated, "POST", "/api/system/me/passkeys", answer(t, challenge["ceremony"], made, "我的手机"))
}

// sign answers the challenge of an address with this key.
func (k *key) sign(t *testing.T, b *browser, challengePath string) string {
	t.Helper()
	challenge := b.must(t, http.StatusOK, "POST", challengePath, "")
	options, err := virtualwebauthn.ParseAssertionOptions(optionsOf(t, challenge))
	if err != nil {
		t.Fatal(err)
	}
	return answer(t, challenge["ceremony"], virtualwebauthn.CreateAssertionResponse(k.place, k.holder, k.credential, *options), "")
}

func TestAPasskeySignsInWithoutAPasswordAndIsTheSecondFactorWithOne(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, noRooms, o)
		c.Get(t, "/api/system/state", "officer") // who exists now
		b := newBrowser(c)
		b.signIn(t, "officer")
		k := newKey(passkeyPlace(c))
		enrolled := k.register(t, b)
		if codes, _ := enrolled["recovery_codes"].([]any); len(codes) != 10 {
			t.Errorf("the first factor brought %d recovery codes", len(codes))
		}

		// With a password only, a session may do nothing but prove the key.
		b = newBrowser(c)
		if s := b.signIn(t, "officer"); s["need"] != "prove" || len(s["permissions"].([]any)) != 0 {
			t.Errorf("a session by password alone: %v", s)
		}
		b.refused(t, "kernel.second_factor", "GET", "/api/system/organisations", "")
		b.refused(t, "kernel.second_factor", "POST", "/api/system/me/passkey-challenge", "")
		b.refused(t, "system.factor.stronger", "POST", "/api/system/session/proof", `{"method":"password","code":"`+password+`"}`)
		if s := b.must(t, http.StatusOK, "POST", "/api/system/session/passkey-proof", k.sign(t, b, "/api/system/session/passkey-challenge")); s["need"] != "" {
			t.Errorf("after the proof: %v", s["need"])
		}
		b.must(t, http.StatusOK, "GET", "/api/system/organisations", "")

		// Without a password.
		b = newBrowser(c)
		proof := k.sign(t, b, "/api/system/sign-in/passkey-challenge")
		if s := b.must(t, http.StatusOK, "POST", "/api/system/sign-in/passkey", proof); s["need"] != "" {
			t.Errorf("signed in by passkey: %v", s["need"])
		}
		b.must(t, http.StatusOK, "GET", "/api/system/organisations", "")
		b.refused(t, "system.ceremony.over", "POST", "/api/system/sign-in/passkey", proof) // the same answer again
		audited(t, c, "sign-in", "done", "passkey")

		list := b.must(t, http.StatusOK, "GET", "/api/system/me/passkeys", "")
		id := list["items"].([]any)[0].(map[string]any)["id"].(string)
		b.must(t, http.StatusNoContent, "PUT", "/api/system/me/passkeys/"+id, `{"name":"我的新手机"}`)
		b.must(t, http.StatusNoContent, "DELETE", "/api/system/me/passkeys/"+id, "")
		if s := newBrowser(c).signIn(t, "officer"); s["need"] != "" {
			t.Errorf("without a factor: %v", s["need"])
		}
	})
}

func TestAPasskeyOfAnotherOriginOrWithACounterThatWentBackIsRefusedAndAudited(t *testing.T) {
	c := kerneltest.Start(t, noRooms)
	c.Get(t, "/api/system/state", "officer")
	b := newBrowser(c)
	b.signIn(t, "officer")
	k := newKey(passkeyPlace(c))
	k.register(t, b)

	k.credential.Counter = 7
	b.must(t, http.StatusOK, "POST", "/api/system/session/passkey-proof", k.sign(t, b, "/api/system/session/passkey-challenge"))
	k.credential.Counter = 6
	b.refused(t, "system.passkey.counter", "POST", "/api/system/session/passkey-proof", k.sign(t, b, "/api/system/session/passkey-challenge"))
	audited(t, c, "proof", "refused", "system.passkey.counter")
	b.refused(t, "system.passkey.counter", "POST", "/api/system/sign-in/passkey", k.sign(t, newBrowser(c), "/api/system/sign-in/passkey-challenge"))
	audited(t, c, "sign-in", "refused", "system.passkey.counter")

	k.credential.Counter = 9
	k.place.Origin = "https://linghang.example.org"
	b.refused(t, "system.passkey.origin", "POST", "/api/system/sign-in/passkey", k.sign(t, newBrowser(c), "/api/system/sign-in/passkey-challenge"))
	audited(t, c, "sign-in", "refused", "system.passkey.origin")
	b.refused(t, "system.passkey.origin", "POST", "/api/system/session/passkey-proof", k.sign(t, b, "/api/system/session/passkey-challenge"))

	// A challenge that was made for something else, and one of another person.
	k.place.Origin = passkeyPlace(c)
	b.refused(t, "system.ceremony.over", "POST", "/api/system/sign-in/passkey", k.sign(t, b, "/api/system/session/passkey-challenge"))
	other := newBrowser(c)
	c.Get(t, "/api/system/state", "leader")
	other.signIn(t, "leader")
	other.refused(t, "system.ceremony.over", "POST", "/api/system/session/passkey-proof", k.sign(t, b, "/api/system/session/passkey-challenge"))
}

// code is what an authenticator application shows; it is not this house's own.
func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func proof(method, code string) string { return fmt.Sprintf(`{"method":%q,"code":%q}`, method, code) }

// withTOTP sets an application up for who is signed in.
func withTOTP(t *testing.T, b *browser) (secret string, codes []any) {
	t.Helper()
	secret, _ = b.must(t, http.StatusOK, "POST", "/api/system/me/totp", "")["secret"].(string)
	b.refused(t, "system.totp.wrong", "POST", "/api/system/me/totp/confirmation", `{"code":"000000"}`)
	done := b.must(t, http.StatusOK, "POST", "/api/system/me/totp/confirmation", fmt.Sprintf(`{"code":%q}`, code(t, secret, time.Now().Add(-30*time.Second))))
	codes, _ = done["recovery_codes"].([]any)
	return secret, codes
}

func TestACodeProvesTheSecondFactorOnceAndARecoveryCodeOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		c := kerneltest.Start(t, noRooms, o)
		c.Get(t, "/api/system/state", "officer")
		b := newBrowser(c)
		b.signIn(t, "officer")
		secret, codes := withTOTP(t, b)
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}

		b = newBrowser(c)
		b.signIn(t, "officer")
		b.refused(t, "system.totp.wrong", "POST", "/api/system/session/proof", proof("totp", "000000"))
		now := code(t, secret, time.Now())
		b.must(t, http.StatusOK, "POST", "/api/system/session/proof", proof("totp", now[:3]+" "+now[3:]))
		b.must(t, http.StatusOK, "GET", "/api/system/organisations", "")
		again := newBrowser(c)
		again.signIn(t, "officer")
		again.refused(t, "system.totp.used", "POST", "/api/system/session/proof", proof("totp", now))
		audited(t, c, "proof", "refused", "system.totp.used")

		first := strings.ToUpper(strings.ReplaceAll(codes[0].(string), "-", " "))
		again.must(t, http.StatusOK, "POST", "/api/system/session/proof", proof("recovery", first))
		again = newBrowser(c)
		again.signIn(t, "officer")
		again.refused(t, "system.recovery.wrong", "POST", "/api/system/session/proof", proof("recovery", first))
		again.must(t, http.StatusOK, "POST", "/api/system/session/proof", proof("recovery", codes[1].(string)))
		renewed := again.must(t, http.StatusOK, "POST", "/api/system/me/recovery-codes", "")
		if len(renewed["recovery_codes"].([]any)) != 10 {
			t.Error("no ten new codes")
		}
		last := newBrowser(c)
		last.signIn(t, "officer")
		last.refused(t, "system.recovery.wrong", "POST", "/api/system/session/proof", proof("recovery", codes[2].(string)))
		again.must(t, http.StatusNoContent, "DELETE", "/api/system/me/totp", "")
	})
}

func TestWhoHoldsAGraveRoleMayDoNothingBeforeAFactorIsAddedOnceTheGraceIsOver(t *testing.T) {
	c := kerneltest.Start(t, noRooms, kerneltest.Options{SignIn: &identity.Policy{SecondFactor: identity.FactorGrave, Grace: time.Hour}})
	b := newBrowser(c)
	if s := b.signIn(t, "administrator"); s["need"] != "" || s["factor_due"] == nil {
		t.Errorf("within the grace: %v, due %v", s["need"], s["factor_due"])
	}
	c.Get(t, "/api/system/state", "auditor")
	c.Get(t, "/api/system/state", "officer")
	c.Directory().Enforce(identity.Policy{SecondFactor: identity.FactorGrave})
	if s := newBrowser(c).signIn(t, "officer"); s["need"] != "" {
		t.Errorf("an officer: %v", s["need"])
	}
	b = newBrowser(c)
	if s := b.signIn(t, "auditor"); s["need"] != "enrol" || len(s["nav"].([]any)) != 0 {
		t.Errorf("past the grace: %v", s["need"])
	}
	b.refused(t, "kernel.second_factor", "GET", "/api/system/audit", "")
	b.refused(t, "kernel.second_factor", "PUT", "/api/system/me", `{"name":"x","language":"zh"}`)
	withTOTP(t, b)
	b.must(t, http.StatusOK, "GET", "/api/system/audit", "")
	b.refused(t, "system.factor.last", "DELETE", "/api/system/me/totp", "")
}

func TestAGraveActNeedsAFactorThatWasProvenLately(t *testing.T) {
	data := t.TempDir()
	c := kerneltest.Start(t, noRooms, kerneltest.Options{Data: data})
	b := newBrowser(c)
	b.signIn(t, "administrator")
	c.Get(t, "/api/system/state", "officer")
	var persons struct{ Items []struct{ ID string } }
	c.Get(t, "/api/system/persons?q=officer", "administrator").Decode(t, &persons)
	path := "/api/system/persons/" + persons.Items[0].ID + "/factors"
	b.must(t, http.StatusNoContent, "DELETE", path, "")
	rest := sqldb.New(sqldb.Config{Dir: data})
	db := rest.DB("system")
	if err := db.Open(t.Context(), identity.Migrations()); err != nil {
		t.Fatal(err)
	}
	err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE session SET proven_at = proven_at - 600000`)
		return err
	})
	if err := errors.Join(err, rest.Close()); err != nil {
		t.Fatal(err)
	}
	b.refused(t, "kernel.step_up", "DELETE", path, "")
	b.must(t, http.StatusOK, "GET", "/api/system/persons", "")
	b.refused(t, "system.password.current", "POST", "/api/system/session/proof", proof("password", "wrong"))
	b.must(t, http.StatusOK, "POST", "/api/system/session/proof", proof("password", password))
	b.must(t, http.StatusNoContent, "DELETE", path, "")
}
