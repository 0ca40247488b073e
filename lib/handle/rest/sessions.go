package rest

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// serveSessions opens, shows, proves and ends sessions.
func (c *call) serveSessions(name string) {
	serve := c.sessionService(name)
	if serve == nil {
		c.unknown()
		return
	}
	if !c.secure() {
		c.fail(wire.CodeAuthNeeded, "")
		return
	}
	if a, ok := c.claims(); ok {
		serve(a)
	}
}

// sessionService returns what a request does with a session, or nil.
func (c *call) sessionService(name string) func(authorization) {
	switch method := c.r.Method; {
	case name == "" && method == http.MethodPost:
		return c.createSession
	case name != "this":
		return nil
	case method == http.MethodGet, method == http.MethodHead:
		return c.showSession
	case method == http.MethodPut, method == http.MethodPost:
		return c.proveSession
	case method == http.MethodDelete:
		return c.endSession
	default:
		return nil
	}
}

// claims reads what the client says of itself: the header, and the body, which
// may have the same fields in JSON.
func (c *call) claims() (authorization, bool) {
	a := authorization{map[string]string{}}
	if header := c.r.Header["Authorization"]; len(header) > 0 {
		if scheme, rest := splitScheme(header[0]); scheme == "handle" {
			var err error
			if a, err = parseFields(rest); err != nil {
				return a, c.refuse(err)
			}
		}
	}
	if c.r.Method != http.MethodPost && c.r.Method != http.MethodPut || c.r.ContentLength == 0 || !c.isJSON() {
		return a, true
	}
	body, release, ok := c.readBody()
	if !ok {
		return a, false
	}
	defer release()
	if len(body) > 0 && !a.add(body) {
		c.fail(wire.CodeProtocolError, `a session is proven by an object, as {"sessionId":"…","id":"300:0.NA/88.101","signature":"…"}`)
		return a, false
	}
	return a, true
}

// add adds the fields of an object in JSON that are not there yet.
func (a authorization) add(body []byte) bool {
	posted, err := parseParameters(body)
	if err != nil {
		return false
	}
	for name := range posted {
		if _, given := a.fields[name]; !given && len(a.fields) < maxFields {
			a.fields[name] = posted.Get(name)
		}
	}
	return true
}

// showSession answers with a session, opened or waiting to be.
func (c *call) showSession(a authorization) {
	id := a.fields["sessionId"]
	if err := c.byHandle(a); err != nil || id == "" {
		c.refuse(cmp.Or(err, errSession))
		return
	}
	c.sendSession(http.StatusOK, id)
}

// proveSession opens a session that waits for a proof.
func (c *call) proveSession(a authorization) {
	err := c.byHandle(a)
	if err != nil || !c.req.Proven() || a.fields["sessionId"] == "" {
		c.refuse(cmp.Or(err, errSession))
		return
	}
	c.sendSession(http.StatusOK, a.fields["sessionId"])
}

func (c *call) endSession(a authorization) {
	if !c.h.sessions.drop(a.fields["sessionId"], c.h.o.Now()) {
		c.refuse(errSession)
		return
	}
	c.w.WriteHeader(http.StatusNoContent)
}

// createSession makes a session, that of whoever proves an identity at once.
func (c *call) createSession(a authorization) {
	if a.fields["cnonce"] != "" {
		var err error
		if c.cnonce, err = a.octets("cnonce"); err != nil {
			c.refuse(err)
			return
		}
	}
	if a.fields["sessionId"] == "" && !c.identify() {
		return
	}
	now := c.h.o.Now()
	ticket := c.h.sessions.issue(c.req.Remote.Addr(), now)
	if c.req.Proven() && !c.foreign() {
		if err := c.h.sessions.begin(ticket, c.req.Identity, now); err != nil {
			c.refuse(err)
			return
		}
	}
	c.w.Header().Set("Location", "/api/sessions/this")
	c.sendSession(http.StatusCreated, ticket.id)
}

// sendSession answers with a session.
func (c *call) sendSession(status int, id string) {
	ticket, _, _ := c.h.sessions.read(id)
	c.out = append(c.out[:0], `{"sessionId":`...)
	c.out = hjson.AppendText(c.out, id)
	c.out = append(c.out, `,"nonce":"`...)
	c.out = base64.StdEncoding.AppendEncode(c.out, ticket.nonce[:])
	c.out = append(c.out, '"')
	if alg, signature := c.serverProof(ticket); alg != "" {
		c.out = append(append(append(c.out, `,"serverAlg":"`...), alg...), `","serverSignature":"`...)
		c.out = append(append(c.out, signature...), '"')
	}
	if identity, ok := c.h.sessions.find(id, c.h.o.Now()); ok {
		c.out = append(c.out, `,"authenticated":true,"id":`...)
		c.out = hjson.AppendText(c.out, identity.String())
	}
	c.out = append(c.out, '}')
	c.w.Header().Set("Cache-Control", "no-store")
	c.send(status)
}

// serveVerification tells whether a proof with a secret is right, as its home.
func (c *call) serveVerification(name string) {
	if name == "" || !c.reading() {
		c.unknown()
		return
	}
	a := authorization{map[string]string{"id": url.PathEscape(name), "type": wire.TypeSecretKey}}
	for field := range c.asked {
		if field != "id" && field != "type" {
			a.fields[field] = c.asked.Get(field)
		}
	}
	answer, err := a.answer()
	if err != nil {
		c.failVerification(err)
		return
	}
	v := wire.Verification{Identity: answer.Identity, Proof: answer.Proof}
	if v.Nonce, err = a.octets("nonce"); err == nil {
		v.Sum, err = a.octets("cnonce")
	}
	if err != nil {
		c.failVerification(err)
		return
	}
	from, now := c.req.Remote.Addr(), c.h.o.Now()
	if !c.h.guesses.allow(from, v.Identity, now) {
		c.refuse(errGuesses)
		return
	}
	done, err := c.h.check()
	if err != nil {
		c.refuse(err)
		return
	}
	defer done()
	c.ask(wire.OpVerify, 0, v.Append(nil))
	if c.res.Code != wire.CodeSuccess {
		c.sendFailure()
		return
	}
	right, err := wire.DecodeVerdict(c.res.Body)
	if err != nil {
		c.fail(wire.CodeError, "the verdict cannot be read")
		return
	}
	if !right {
		c.h.guesses.count(from, v.Identity, now)
	}
	c.out = append(c.out[:0], `{"responseCode":1,"verificationResult":`...)
	c.out = append(strconv.AppendBool(c.out, right), '}')
	c.send(http.StatusOK)
}

func (c *call) failVerification(err error) {
	c.fail(wire.CodeProtocolError, "the proof cannot be read: "+err.Error())
}
