package peer

import (
	"net/url"
	"strings"

	"linghang/kernel/fault"
)

// Auth is how the city signs in to a server.
type Auth string

// The ways to sign in.
const (
	NoAuth Auth = "none"
	Basic  Auth = "basic"
	Bearer Auth = "bearer"
)

// Server is a collection of somebody's server.
type Server struct {
	Root       string `json:"root" maxLength:"500" doc:"URL of the API root" title:"API 根|API root"`
	Collection string `json:"collection" maxLength:"100" doc:"Its id or alias" title:"集合|Collection"`
	Auth       Auth   `json:"auth" enum:"none,basic,bearer" title:"认证|Signing in"`
	User       string `json:"user,omitempty" maxLength:"200" doc:"Of basic" title:"用户名|User"`
}

// Check trims what somebody said of a server, and notes what is wrong with it.
func (s *Server) Check(f *fault.Error) {
	s.Root, s.Collection, s.User = strings.TrimSpace(s.Root), strings.TrimSpace(s.Collection), strings.TrimSpace(s.User)
	if !isRoot(s.Root) {
		_ = f.At("body.root", "the address of an API root such as https://example.org/api1/, without user and question mark")
	}
	if s.Collection == "" || s.Collection == "." || s.Collection == ".." || strings.ContainsAny(s.Collection, "/?#% ") {
		_ = f.At("body.collection", "the id or alias of a collection")
	}
	if s.Auth == Basic && (s.User == "" || strings.ContainsAny(s.User, ":\r\n\x00")) {
		_ = f.At("body.user", "a user, without a colon")
	}
	if s.Auth != Basic {
		s.User = ""
	}
}

// isRoot tells whether a text is the address of an API root.
func isRoot(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// sameDoor tells whether a secret that was given for one server may be used for another: it
// goes to the same host, in the same way.
func sameDoor(a, b Server) bool {
	first, err := url.Parse(a.Root)
	if err != nil {
		return false
	}
	second, err := url.Parse(b.Root)
	return err == nil && first.Scheme == second.Scheme && strings.EqualFold(first.Host, second.Host) && a.Auth == b.Auth && a.User == b.User
}

// Keeps tells whether a server keeps the secret that is known after a change. What is to be
// done about the secret first is said in the refusal.
func Keeps(before, after Server, known, given string, refusal *fault.Error) (keep bool, err error) {
	switch {
	case after.Auth == NoAuth:
		return false, nil
	case strings.ContainsAny(given, "\r\n\x00"):
		return false, refusal.At("body.secret", "one line")
	case given != "":
		return false, nil
	case known == "":
		return false, refusal.At("body.secret", "give the secret by which the city signs in")
	case !sameDoor(before, after):
		return false, refusal.At("body.secret", "give the secret again: the address or the way to sign in is another")
	}
	return true, nil
}
