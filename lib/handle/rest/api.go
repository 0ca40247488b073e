package rest

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// apiPath begins the paths of the interface.
const apiPath = "/api/"

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.o.Messages != nil && server.IsMessage(r) {
		h.o.Messages.ServeHTTP(w, r)
		return
	}
	c := h.enter(w, r)
	defer h.leave(c)
	path, ok := strings.CutPrefix(r.URL.Path, apiPath)
	if !ok {
		c.servePage()
		return
	}
	if origin := r.Header["Origin"]; len(origin) > 0 {
		c.allowOrigin(origin[0])
	}
	if r.Method == http.MethodOptions {
		c.preflight()
		return
	}
	if c.readParameters(path) {
		c.serve(path)
	}
}

// serve answers what a path below /api asks for.
func (c *call) serve(path string) {
	resource, name, _ := strings.Cut(path, "/")
	switch resource {
	case "handles":
		c.serveHandles(name)
	case "prefixes":
		c.servePrefixes(name)
	case "site":
		c.serveSite(name)
	case "sessions":
		c.serveSessions(name)
	case "verifications":
		c.serveVerification(name)
	default:
		c.unknown()
	}
}

// unknown answers a request for what there is not.
func (c *call) unknown() {
	c.out = append(c.out[:0], `{"responseCode":4,"message":`...)
	c.out = hjson.AppendText(c.out, "Unknown HTTP API endpoint "+c.r.Method+" "+c.r.URL.EscapedPath())
	c.out = append(c.out, '}')
	c.send(http.StatusNotFound)
}

// reading tells whether the request asks and changes nothing: a POST with a body
// of JSON is a GET with its parameters.
func (c *call) reading() bool {
	return c.r.Method == http.MethodGet || c.r.Method == http.MethodHead || c.r.Method == http.MethodPost
}

func (c *call) serveHandles(name string) {
	switch {
	case name == "" && c.reading() && c.asked.Has("prefix"):
		c.listHandles(c.asked.Get("prefix"))
	case name == "":
		c.fail(wire.CodeInvalidHandle, "Empty handle invalid")
	case !c.take(name):
	case c.reading():
		c.get()
	case c.r.Method == http.MethodPut:
		c.put()
	case c.r.Method == http.MethodDelete:
		c.remove()
	default:
		c.unknown()
	}
}

// take makes a name the handle that the request is about.
func (c *call) take(name string) bool {
	switch {
	case !utf8.ValidString(name):
		c.fail(wire.CodeInvalidHandle, "the handle is not UTF-8")
		return false
	case len(name) > wire.MaxHandle:
		c.fail(wire.CodeInvalidHandle, "the handle is longer than 2048 octets")
		return false
	}
	c.name = name
	return true
}

// readParameters reads the query and, of a POST that asks, the body.
func (c *call) readParameters(path string) bool {
	if c.r.URL.RawQuery != "" {
		asked, err := url.ParseQuery(c.r.URL.RawQuery)
		if err != nil {
			c.fail(wire.CodeProtocolError, "the query cannot be read: "+err.Error())
			return false
		}
		c.asked = asked
	}
	changes := strings.HasPrefix(path, "prefixes/") || strings.HasPrefix(path, "sessions")
	if c.r.Method == http.MethodPost && !changes && !c.readPosted() {
		return false
	}
	if len(c.asked) == 0 {
		return true
	}
	c.pretty = c.flag("pretty", false)
	if callback := c.asked.Get("callback"); callback != "" {
		if c.r.Method != http.MethodGet || !isCallback(callback) {
			c.fail(wire.CodeProtocolError, "a callback is the name of a function and for GET only")
			return false
		}
		c.callback = callback
	}
	return true
}

// isCallback tells whether a name can be that of a function and nothing else.
func isCallback(name string) bool {
	if len(name) > 128 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$'
		if !letter && (i == 0 || c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}

// allowOrigin lets pages of other origins ask, without what a browser knows of
// its user.
func (c *call) allowOrigin(origin string) {
	header := c.w.Header()
	header.Set("Access-Control-Allow-Origin", origin)
	header.Set("Access-Control-Expose-Headers", "WWW-Authenticate")
	header.Add("Vary", "Origin")
}

func (c *call) preflight() {
	header := c.w.Header()
	header.Set("Access-Control-Allow-Methods", "GET,POST,HEAD,PUT,DELETE")
	header.Set("Access-Control-Allow-Headers", "X-Requested-With,Authorization,Origin,Accept,Content-Type")
	header.Set("Access-Control-Max-Age", "86400")
	header.Set("Allow", "GET,POST,HEAD,PUT,DELETE,OPTIONS")
	c.w.WriteHeader(http.StatusOK)
}

// foreign tells whether the identity is one that a browser sent by itself at the
// bidding of a page of another origin. Requests that need no preflight are to be
// refused then.
func (c *call) foreign() bool { return c.ambient && c.h.origins.Check(c.r) != nil }
