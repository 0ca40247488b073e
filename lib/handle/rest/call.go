package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// call is a request over HTTP on its way. It is used over and over.
type call struct {
	h *Handler
	w http.ResponseWriter
	r *http.Request

	asked    url.Values // parameters, of the query or of a posted body
	callback string     // of JSONP
	pretty   bool
	name     string // the handle, as the client wrote it
	cnonce   []byte // by which the client asks for the server's proof
	ambient  bool   // the identity is one that browsers send by themselves

	req server.Request
	res server.Response
	out []byte // the answer
}

// keptRoom is how large a buffer may be that waits for the next request.
const keptRoom = 64 << 10

// enter takes a call for a request.
func (h *Handler) enter(w http.ResponseWriter, r *http.Request) *call {
	c, _ := h.calls.Get().(*call)
	c.h, c.w, c.r, c.out = h, w, r, c.out[:0]
	c.req = server.Request{Version: wire.Current(), Transport: wire.HTTP, Received: h.o.Now()}
	if r.TLS != nil {
		c.req.Transport = wire.HTTPS
	}
	if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		c.req.Remote = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	}
	return c
}

// leave gives a call back.
func (h *Handler) leave(c *call) {
	body, out := c.res.Body[:0], c.out[:0]
	if cap(body) > keptRoom {
		body = nil
	}
	if cap(out) > keptRoom {
		out = nil
	}
	*c = call{res: server.Response{Body: body}, out: out}
	h.calls.Put(c)
}

func (c *call) header(op wire.Op, flags wire.Flags) {
	c.req.Header = wire.Header{Op: op, Flags: flags, SiteSerial: wire.SerialUnknown}
	c.res = server.Response{Body: c.res.Body[:0]}
}

// resolve asks for values of the handle.
func (c *call) resolve(flags wire.Flags, indexes []int32, types []string) {
	c.header(wire.OpResolve, flags)
	c.req.Query, c.req.Body = wire.NewQuery(c.name, indexes, types), nil
	if c.h.quick != nil && c.h.quick.Resolve(&c.req, &c.res) && c.res.Code != wire.CodeAuthNeeded {
		c.settle()
		return
	}
	c.res = server.Response{Body: c.res.Body[:0]}
	c.handle()
}

// ask asks for anything else.
func (c *call) ask(op wire.Op, flags wire.Flags, body []byte) {
	c.header(op, flags)
	c.req.Query, c.req.Body = wire.Query{}, body
	c.handle()
}

func (c *call) handle() {
	ctx, cancel := context.WithTimeout(c.r.Context(), c.h.o.Timeout)
	defer cancel()
	c.h.o.Handler.Handle(ctx, &c.req, &c.res)
	c.settle()
}

// settle makes an answer of what the handler left.
func (c *call) settle() {
	switch {
	case c.res.Code == 0:
		c.res.Fail(wire.CodeError, "the handler gave no answer")
	case c.res.Code == wire.CodeAuthNeeded && c.req.Proven():
		c.res.Fail(wire.CodeAuthFailed, "")
	}
}

// flag tells whether a parameter is set; without a value it is.
func (c *call) flag(name string, usual bool) bool {
	values, ok := c.asked[name]
	if !ok || len(values) == 0 {
		return usual
	}
	switch strings.ToLower(values[len(values)-1]) {
	case "false", "no", "0":
		return false
	default:
		return true
	}
}

// fail answers with a failure of this package.
func (c *call) fail(code wire.Code, message string) {
	c.res.Fail(code, message)
	c.sendFailure()
}

// sendFailure answers with the response, which is no success.
func (c *call) sendFailure() {
	code := c.res.Code
	if code == wire.CodeAuthNeeded {
		message := "HTTP proves nobody's identity: ask over HTTPS"
		if c.secure() {
			message = ""
			c.challenge("")
		}
		c.res.Fail(code, message)
	}
	status := c.status(code)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		c.w.Header().Set("Retry-After", "1")
	}
	c.out = append(c.out[:0], `{"responseCode":`...)
	c.out = strconv.AppendUint(c.out, uint64(code), 10)
	if code == wire.CodeServiceReferral || code == wire.CodePrefixReferral {
		c.appendReferral()
	} else if f, err := wire.DecodeFailure(c.res.Body); err == nil && f.Message != "" {
		c.out = append(c.out, `,"message":`...)
		c.out = hjson.AppendText(c.out, f.Message)
	}
	c.closeHandle()
	c.send(status)
}

// closeHandle ends an answer with the handle it is about.
func (c *call) closeHandle() {
	if c.name != "" {
		c.out = append(c.out, `,"handle":`...)
		c.out = hjson.AppendText(c.out, c.name)
	}
	c.out = append(c.out, '}')
}

// appendReferral appends whom to ask instead.
func (c *call) appendReferral() {
	referral, err := wire.DecodeReferral(c.res.Body)
	if err != nil {
		return
	}
	if referral.Handle != "" {
		c.out = append(c.out, `,"referral":`...)
		c.out = hjson.AppendText(c.out, referral.Handle)
	}
	c.out = append(c.out, `,"values":[`...)
	for i := range referral.Values {
		if i > 0 {
			c.out = append(c.out, ',')
		}
		c.out = hjson.AppendValue(c.out, &referral.Values[i])
	}
	c.out = append(c.out, ']')
}

// succeed answers a change.
func (c *call) succeed(status int) {
	c.out = append(c.out[:0], `{"responseCode":1`...)
	c.closeHandle()
	c.send(status)
}

func (c *call) secure() bool { return c.r.TLS != nil }

// status returns the status of HTTP for a code.
func (c *call) status(code wire.Code) int {
	switch code {
	case wire.CodeSuccess:
		return http.StatusOK
	case wire.CodeValuesNotFound:
		if c.req.Header.Op == wire.OpResolve {
			return http.StatusOK
		}
		return http.StatusBadRequest
	case wire.CodeProtocolError, wire.CodeInvalidHandle, wire.CodeInvalidValue, wire.CodeNotResponsible:
		return http.StatusBadRequest
	case wire.CodeAuthNeeded:
		if c.secure() {
			return http.StatusUnauthorized
		}
		return http.StatusForbidden
	case wire.CodeNotAdmin, wire.CodeNoPermission, wire.CodeAuthFailed, wire.CodeInvalidCredential:
		return http.StatusForbidden
	case wire.CodeNotFound:
		return http.StatusNotFound
	case wire.CodeExists, wire.CodeValueExists:
		return http.StatusConflict
	case wire.CodeServiceReferral, wire.CodePrefixReferral:
		return http.StatusMultipleChoices
	case wire.CodeUnsupported:
		return http.StatusNotImplemented
	case wire.CodeBusy, wire.CodeReadOnly:
		return http.StatusServiceUnavailable
	case wire.CodeDailyLimit, wire.CodeRegistrationLimit, wire.CodePrefixLimit:
		return http.StatusTooManyRequests
	default:
		return http.StatusInternalServerError
	}
}

// writePart is how much of a long answer must leave in the time of a request.
const writePart = 64 << 10

// send sends the answer that is in out.
func (c *call) send(status int) {
	header := c.w.Header()
	header["Content-Type"], header["X-Content-Type-Options"] = c.h.jsonType, c.h.noSniff
	if c.pretty {
		var b bytes.Buffer
		if json.Indent(&b, c.out, "", "  ") == nil {
			c.out = append(c.out[:0], b.Bytes()...)
		}
	}
	if c.callback != "" {
		header.Set("Content-Type", "application/javascript;charset=utf-8")
		c.out = append([]byte(c.callback+"("), append(c.out, ')', ';')...)
	}
	if len(c.out) > 2<<10 {
		header.Set("Content-Length", strconv.Itoa(len(c.out)))
	}
	c.w.WriteHeader(status)
	rest := c.out
	for len(rest) > writePart {
		if _, err := c.w.Write(rest[:writePart]); err != nil {
			return
		}
		rest = rest[writePart:]
		// Long answers may take longer than a request, if the client reads on.
		_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(c.h.o.Timeout))
	}
	_, _ = c.w.Write(rest) // the client may be gone
}
