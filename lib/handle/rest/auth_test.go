package rest_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/rest"
	"linghang/lib/handle/wire"
)

// desk is a handler that is asked without a network: the clock and the addresses
// of clients are the test's.
type desk struct {
	*store
	handler *rest.Handler
	now     time.Time
	from    string
}

func newDesk(t *testing.T, change ...func(*rest.Options)) *desk {
	t.Helper()
	s := newStore("88.TEST", "0.NA")
	s.masters = []wire.Reference{admin}
	s.people()
	d := &desk{store: s, now: time.Unix(1_795_485_669, 0), from: "192.0.2.1:4711"}
	o := rest.Options{Handler: s, Lookup: s.lookup, Now: func() time.Time { return d.now }}
	for _, c := range change {
		c(&o)
	}
	h, err := rest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	d.handler = h
	return d
}

func (d *desk) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = d.from
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

var challengeHeader = regexp.MustCompile(`^Handle sessionId="([^"]+)", nonce="([^"]+)"`)

// challenge reads the challenge of an answer.
func challenge(t *testing.T, header http.Header) (id string, nonce []byte) {
	t.Helper()
	for _, v := range header["Www-Authenticate"] {
		if m := challengeHeader.FindStringSubmatch(v); m != nil {
			nonce, err := base64.StdEncoding.DecodeString(m[2])
			if err != nil {
				t.Fatal(err)
			}
			return m[1], nonce
		}
	}
	t.Fatalf("no challenge in %v", header)
	return "", nil
}

var cnonce = []byte("0123456789abcdef")

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// proof is a header that answers a challenge.
func proof(id string, who wire.Reference, typ, alg string, signature []byte, more string) string {
	return fmt.Sprintf(`Authorization: Handle version="0", sessionId="%s", cnonce="%s", id="%s", type="%s", alg="%s", signature="%s"%s`,
		id, b64(cnonce), who, typ, alg, b64(signature), more)
}

func mac(h func() hash.Hash, key, message []byte) []byte {
	m := hmac.New(h, key)
	m.Write(message)
	return m.Sum(nil)
}

// secretProofs are the proofs with a secret that are known.
func secretProofs(secret, message []byte) map[string][]byte {
	sandwich := append(append(bytes.Clone(secret), message...), secret...)
	one, two := sha1.Sum(sandwich), sha256.Sum256(sandwich)
	key, _ := pbkdf2.Key(sha1.New, string(secret), []byte("saltsaltsaltsalt"), 10_000, 20)
	return map[string][]byte{
		"SHA1": one[:], "SHA256": two[:], "HMAC-SHA1": mac(sha1.New, secret, message), "HMAC-SHA256": mac(sha256.New, secret, message),
		"PBKDF2-HMAC-SHA1": mac(sha1.New, key, message),
	}
}

const pbkdf2Fields = `, salt="c2FsdHNhbHRzYWx0c2FsdA==", iterations="10000", length="160"`

func TestEveryProofOfASecretOpensASession(t *testing.T) {
	d := newDesk(t)
	for alg := range secretProofs(nil, nil) {
		id, nonce := challenge(t, d.ask("DELETE", "https://x/api/handles/88.TEST/MISSING", "").Header())
		signature := secretProofs([]byte(adminSecret), append(nonce, cnonce...))[alg]
		more := ""
		if strings.HasPrefix(alg, "PBKDF2") {
			more = pbkdf2Fields
		}
		header := proof(id, admin, wire.TypeSecretKey, alg, signature, more)
		if w := d.ask("DELETE", "https://x/api/handles/88.TEST/MISSING", "", header); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d %s %v", alg, w.Code, w.Body, w.Header())
		}
		// Afterwards the id is enough, and GET shows what is secret.
		session := `Authorization: Handle version="0", sessionId="` + id + `"`
		if w := d.ask("GET", "https://x/api/handles/88.TEST/ADMIN?index=301", "", session); !strings.Contains(w.Body.String(), adminSecret) {
			t.Errorf("%s, by session: %d %s", alg, w.Code, w.Body)
		}
		signature[0] ^= 1
		id, _ = challenge(t, d.ask("DELETE", "https://x/api/handles/88.TEST/MISSING", "").Header())
		w := d.ask("DELETE", "https://x/api/handles/88.TEST/MISSING", "", proof(id, admin, wire.TypeSecretKey, alg, signature, more))
		if w.Code != http.StatusUnauthorized || w.Body.Len() > 0 || !strings.Contains(strings.Join(w.Header()["Www-Authenticate"], " "), `error="Identity not verified"`) {
			t.Errorf("%s, forged: %d %s %v", alg, w.Code, w.Body, w.Header())
		}
	}
}

func TestAKeyOpensASession(t *testing.T) {
	d := newDesk(t)
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	owner := wire.Reference{Handle: "88.TEST/KEY", Index: 300}
	d.put(owner.Handle, wire.Value{Index: 300, Type: wire.TypePublicKey, Permissions: wire.PermissionsPublic, Data: record})
	d.masters = append(d.masters, owner)
	for alg, h := range map[string]crypto.Hash{"SHA1": crypto.SHA1, "SHA256": crypto.SHA256, "SHA-256": crypto.SHA256} {
		w := d.ask("POST", "https://x/api/sessions", "")
		var opened struct{ SessionID, Nonce string }
		if err := json.Unmarshal(w.Body.Bytes(), &opened); err != nil || w.Code != http.StatusCreated {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		nonce, _ := base64.StdEncoding.DecodeString(opened.Nonce)
		sum := h.New()
		sum.Write(append(nonce, cnonce...))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, h, sum.Sum(nil))
		if err != nil {
			t.Fatal(err)
		}
		// Clients prove themselves by PUT, or by POST, with the header or a body.
		header := proof(opened.SessionID, owner, wire.TypePublicKey, alg, signature, "")
		if alg == "SHA1" {
			w = d.ask("POST", "https://x/api/sessions/this", "", header)
		} else {
			body := fmt.Sprintf(`{"version":0,"sessionId":"%s","cnonce":"%s","id":"300:88.TEST/KEY","type":"HS_PUBKEY","alg":"%s","signature":"%s"}`, opened.SessionID, b64(cnonce), alg, b64(signature))
			w = d.ask("PUT", "https://x/api/sessions/this", body)
		}
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"authenticated":true,"id":"300:88.TEST/KEY"`) {
			t.Errorf("%s: %d %s", alg, w.Code, w.Body)
		}
		session := `Authorization: Handle sessionId="` + opened.SessionID + `"`
		if w := d.ask("GET", "https://x/api/prefixes", "", session); w.Code != http.StatusOK {
			t.Errorf("%s, by session: %d %s", alg, w.Code, w.Body)
		}
		if w := d.ask("DELETE", "https://x/api/sessions/this", "", session); w.Code != http.StatusNoContent || w.Body.Len() > 0 {
			t.Errorf("%s, ended: %d %s", alg, w.Code, w.Body)
		}
		if w := d.ask("GET", "https://x/api/prefixes", "", session); w.Code != http.StatusUnauthorized {
			t.Errorf("%s, after its end: %d %s", alg, w.Code, w.Body)
		}
		// The proof is not taken again.
		if w := d.ask("GET", "https://x/api/prefixes", "", header); w.Code != http.StatusUnauthorized {
			t.Errorf("%s, replayed: %d %s", alg, w.Code, w.Body)
		}
	}
}

// answerAs answers a challenge with the secret of the administrator.
func answerAs(t *testing.T, d *desk, id string, nonce []byte) *httptest.ResponseRecorder {
	t.Helper()
	header := proof(id, admin, wire.TypeSecretKey, "HMAC-SHA256", mac(sha256.New, []byte(adminSecret), append(bytes.Clone(nonce), cnonce...)), "")
	return d.ask("GET", "https://x/api/prefixes", "", header)
}

func TestChallengesAreForAMinuteAndForWhoWasAsked(t *testing.T) {
	d := newDesk(t)
	id, nonce := challenge(t, d.ask("GET", "https://x/api/prefixes", "").Header())
	d.now = d.now.Add(61 * time.Second)
	if w := answerAs(t, d, id, nonce); w.Code != http.StatusUnauthorized {
		t.Errorf("late: %d %s", w.Code, w.Body)
	}
	// An id that somebody planted on another opens nothing (session fixation).
	id, nonce = challenge(t, d.ask("GET", "https://x/api/prefixes", "").Header())
	d.from = "198.51.100.7:4711"
	w := answerAs(t, d, id, nonce)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("from elsewhere: %d %s", w.Code, w.Body)
	}
	if fresh, _ := challenge(t, w.Header()); fresh == id {
		t.Error("the planted id is offered again")
	}
	// Nobody chooses an id.
	forged := base64.RawURLEncoding.EncodeToString(make([]byte, 48))
	if w := answerAs(t, d, forged, nonce); w.Code != http.StatusUnauthorized {
		t.Errorf("a chosen id: %d %s", w.Code, w.Body)
	}
	// An opened session stays that of who opened it, and may be used from elsewhere.
	id, nonce = challenge(t, d.ask("GET", "https://x/api/prefixes", "").Header())
	if w := answerAs(t, d, id, nonce); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	d.from = "203.0.113.9:1"
	if w := d.ask("GET", "https://x/api/prefixes", "", `Authorization: Handle sessionId="`+id+`"`); w.Code != http.StatusOK {
		t.Errorf("from another network: %d %s", w.Code, w.Body)
	}
	if w := d.ask("GET", "https://x/api/prefixes", "", `Authorization: Handle sessionId="`+id+`", id="300:88.TEST/STRANGER"`); w.Code != http.StatusUnauthorized {
		t.Errorf("under another name: %d %s", w.Code, w.Body)
	}
}

func TestSessionsEnd(t *testing.T) {
	d := newDesk(t)
	open := func() string {
		id, nonce := challenge(t, d.ask("GET", "https://x/api/prefixes", "").Header())
		if w := answerAs(t, d, id, nonce); w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return `Authorization: Handle sessionId="` + id + `"`
	}
	alive := func(session string) bool {
		return d.ask("GET", "https://x/api/prefixes", "", session).Code == http.StatusOK
	}
	session := open()
	d.now = d.now.Add(29 * time.Minute)
	if !alive(session) {
		t.Error("ended before half an hour")
	}
	d.now = d.now.Add(31 * time.Minute)
	if alive(session) {
		t.Error("idle for more than half an hour")
	}
	session = open()
	for range 24*3 + 1 {
		d.now = d.now.Add(20 * time.Minute)
		alive(session)
	}
	if alive(session) {
		t.Error("more than a day")
	}
}

func TestSessionsAreBounded(t *testing.T) {
	d := newDesk(t, func(o *rest.Options) { o.MaxSessions = 300 })
	var first, last string
	for i := range 400 {
		id, nonce := challenge(t, d.ask("GET", "https://x/api/prefixes", "").Header())
		d.now = d.now.Add(time.Second)
		if w := answerAs(t, d, id, nonce); w.Code != http.StatusOK && w.Code != http.StatusServiceUnavailable {
			t.Fatalf("session %d: %d %s", i, w.Code, w.Body)
		} else if w.Code == http.StatusOK {
			last = id
		}
		if i == 0 {
			first = id
		}
	}
	if w := d.ask("GET", "https://x/api/prefixes", "", `Authorization: Handle sessionId="`+first+`"`); w.Code != http.StatusUnauthorized {
		t.Errorf("the oldest of so many: %d", w.Code)
	}
	if w := d.ask("GET", "https://x/api/prefixes", "", `Authorization: Handle sessionId="`+last+`"`); w.Code != http.StatusOK {
		t.Errorf("the latest: %d", w.Code)
	}
}

// certificate is one that a client makes for itself.
func certificate(t *testing.T, key *rsa.PrivateKey, subject pkix.Name) *tls.Certificate {
	t.Helper()
	template := x509.Certificate{SerialNumber: big.NewInt(1), Subject: subject, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestACertificateProvesWhoHasTheKey(t *testing.T) {
	s := newStore("88.TEST", "0.NA")
	s.people()
	p := start(t, s)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	owner := wire.Reference{Handle: "88.TEST/CERT", Index: 300}
	s.put(owner.Handle, wire.Value{Index: 300, Type: wire.TypePublicKey, Permissions: wire.PermissionsPublic, Data: record})
	s.masters = append(s.masters, owner)
	uid := pkix.Name{CommonName: "somebody", ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, Value: owner.String()}}}
	for _, c := range []struct {
		name    string
		key     *rsa.PrivateKey
		subject pkix.Name
		version uint16
		want    int
	}{
		{"UID, TLS 1.3", key, uid, tls.VersionTLS13, 200},
		{"UID, TLS 1.2", key, uid, tls.VersionTLS12, 200},
		{"common name", key, pkix.Name{CommonName: owner.String()}, tls.VersionTLS13, 200},
		{"any key of the handle", key, pkix.Name{CommonName: owner.Handle}, tls.VersionTLS13, 200},
		{"another key", other, uid, tls.VersionTLS13, 401},
		{"another's name", key, pkix.Name{CommonName: "301:88.TEST/ADMIN"}, tls.VersionTLS13, 401},
		{"no identity", key, pkix.Name{CommonName: ""}, tls.VersionTLS13, 401},
	} {
		client := newClient(certificate(t, c.key, c.subject))
		client.Transport.(*http.Transport).TLSClientConfig.MaxVersion = c.version
		for _, headers := range [][]string{{`Authorization: Handle clientCert="true"`}, nil} {
			if a := p.askWith(t, client, "GET", "https", "/api/prefixes", "", headers...); a.status != c.want {
				t.Errorf("%s, %v: %d %s", c.name, headers, a.status, a.body)
			}
		}
		// Who need not be known is not refused for it.
		if a := p.askWith(t, client, "GET", "https", "/api/handles/88.TEST/CERT", ""); a.status != 200 {
			t.Errorf("%s, of a public handle: %d %s", c.name, a.status, a.body)
		}
		client.CloseIdleConnections()
	}
}

func TestASecretWhoseHomeIsElsewhereIsVerifiedThere(t *testing.T) {
	elsewhere := wire.Reference{Handle: "99/ADMIN", Index: 300}
	var fault error
	asked := 0
	d := newDesk(t, func(o *rest.Options) {
		o.Verify = func(_ context.Context, v *wire.Verification) (bool, error) {
			asked++
			if v.Identity != elsewhere {
				t.Errorf("asked about %v", v.Identity)
			}
			return (auth.Policy{}).CheckSecret([]byte("far away"), v.Nonce, v.Sum, v.Proof) == nil, fault
		}
	})
	d.masters = append(d.masters, elsewhere)
	if w := d.ask("GET", "https://x/api/prefixes", "", basic(elsewhere, "far away")); w.Code != http.StatusOK || asked != 1 {
		t.Errorf("%d %s, asked %d times", w.Code, w.Body, asked)
	}
	if w := d.ask("GET", "https://x/api/prefixes", "", basic(elsewhere, "wrong")); w.Code != http.StatusUnauthorized {
		t.Errorf("wrong: %d %s", w.Code, w.Body)
	}
	fault = errors.New("the home is away")
	if w := d.ask("GET", "https://x/api/prefixes", "", basic(elsewhere, "far away")); w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `{"responseCode":406,"message":"the identity cannot be looked up now: the home is away"`) {
		t.Errorf("away: %d %s", w.Code, w.Body)
	}
}

func TestTheServerProvesItself(t *testing.T) {
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, func(o *rest.Options) { o.Key = key })
	w := d.ask("GET", "https://x/api/prefixes", "", `Authorization: Handle cnonce="`+b64(cnonce)+`"`)
	_, nonce := challenge(t, w.Header())
	m := regexp.MustCompile(`serverAlg="SHA256", serverSignature="([^"]+)"`).FindStringSubmatch(strings.Join(w.Header()["Www-Authenticate"], "\n"))
	if m == nil {
		t.Fatalf("%v", w.Header())
	}
	signature, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(append(nonce, cnonce...))
	if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
		t.Error(err)
	}
}

func TestAHomeVerifiesProofs(t *testing.T) {
	d := newDesk(t)
	nonce := []byte("fedcba9876543210")
	for alg, signature := range secretProofs([]byte(adminSecret), append(bytes.Clone(nonce), cnonce...)) {
		query := fmt.Sprintf("?nonce=%s&cnonce=%s&alg=%s&signature=%s", b64(nonce), b64(cnonce), alg, b64(signature))
		if strings.HasPrefix(alg, "PBKDF2") {
			query += "&salt=c2FsdHNhbHRzYWx0c2FsdA==&iterations=10000&length=160"
		}
		if w := d.ask("GET", "https://x/api/verifications/301:88.TEST/ADMIN"+query, ""); w.Body.String() != `{"responseCode":1,"verificationResult":true}` {
			t.Errorf("%s: %d %s", alg, w.Code, w.Body)
		}
		if w := d.ask("GET", "http://x/api/verifications/300:88.TEST%2FSTRANGER"+query, ""); w.Body.String() != `{"responseCode":1,"verificationResult":false}` {
			t.Errorf("%s, another's: %d %s", alg, w.Code, w.Body)
		}
	}
	d.put("88.TEST/50%25", wire.Value{Index: 1, Type: wire.TypeSecretKey, Permissions: wire.PermissionsSecret, Data: []byte("s")})
	query := fmt.Sprintf("?nonce=%s&cnonce=%s&alg=HMAC-SHA1&signature=%s", b64(nonce), b64(cnonce), b64(mac(sha1.New, []byte("s"), append(bytes.Clone(nonce), cnonce...))))
	if w := d.ask("GET", "https://x/api/verifications/1:88.TEST/50%2525"+query, ""); !strings.Contains(w.Body.String(), "true") {
		t.Errorf("a name with a percent sign: %d %s", w.Code, w.Body)
	}
	if w := d.ask("GET", "https://x/api/verifications/301:88.TEST/ADMIN?alg=SHA1", ""); w.Code != 400 {
		t.Errorf("nothing to verify: %d %s", w.Code, w.Body)
	}
}
