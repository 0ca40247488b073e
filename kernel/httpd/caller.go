package httpd

import (
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
)

const (
	sessionCookie = "linghang_session"
	deviceCookie  = "linghang_device"
	csrfHeader    = "X-Linghang-CSRF"
)

// authenticate finds out who is asking. Nobody is an answer too: the
// permission decides whether nobody may.
func (s *Server) authenticate(r *http.Request, m MountedRoute) (identity.Identity, error) {
	if id, inside := insideOf(r.Context()); inside {
		return id, nil
	}
	if r.Header.Get("Authorization") == "" && certificateOf(r) != nil && s.machine != nil && !m.Renewal {
		id, err := s.byCertificate(r)
		if fault.Is(err, fault.Unauthorized) && m.Permission == identity.Public && !m.OwnKey {
			return identity.Identity{}, nil
		}
		return id, err
	}
	if m.OwnKey {
		return identity.Identity{}, nil
	}
	if secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.cfg.Directory.Bearer(r.Context(), secret)
	}
	if _, secret, ok := r.BasicAuth(); ok && m.Basic {
		return s.cfg.Directory.Bearer(r.Context(), secret)
	}
	return s.bySession(r, m)
}

// bySession finds out who is asking by the cookie of a browser.
func (s *Server) bySession(r *http.Request, m MountedRoute) (identity.Identity, error) {
	secret := cookieOf(r, sessionCookie)
	if secret == "" {
		return identity.Identity{}, nil
	}
	id, err := s.cfg.Directory.Session(r.Context(), secret)
	if fault.Is(err, fault.Unauthorized) && m.Permission == identity.Public {
		return identity.Identity{}, nil
	}
	if err != nil {
		return id, err
	}
	if id.Need != "" && !slices.Contains(m.Owing, id.Need) {
		if m.Permission == identity.Public {
			return identity.Identity{}, nil
		}
		if id.Need == identity.Join {
			return id, fault.New(fault.Forbidden, "kernel.no_organisation", "you belong to no organisation; accept an invitation first").With("need", string(id.Need))
		}
		return id, fault.New(fault.Forbidden, "kernel.second_factor", "this session owes a second factor").With("need", string(id.Need))
	}
	// A page of another origin can make a browser send the cookie, but not this header.
	if changes(r.Method) && r.Header.Get(csrfHeader) == "" {
		return id, fault.New(fault.Forbidden, "kernel.csrf", "a change by a browser session needs the header %s", csrfHeader).
			At("header."+csrfHeader, "send the header with any value")
	}
	return id, nil
}

// byCertificate finds out which machine is asking. A browser that holds a
// machine's certificate could be made to send it by a page of another origin,
// so nothing is taken that comes from a page.
func (s *Server) byCertificate(r *http.Request) (identity.Identity, error) {
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
		return identity.Identity{}, fault.New(fault.Forbidden, "kernel.certificate.browser", "a machine's certificate is not for browsers").
			At("header.Origin", "use the program on the machine, or a browser without its certificate")
	}
	return s.machine(r, certificateOf(r))
}

// Machine returns which machine shows its certificate with a request, for a door that asks
// for it beside a key of its own; nobody when none is shown.
func (s *Server) Machine(r *http.Request) (identity.Identity, error) {
	if certificateOf(r) == nil {
		return identity.Identity{}, nil
	}
	return s.byCertificate(r)
}

// certificateOf is the certificate that the caller showed and whose key the
// caller holds; nobody has checked yet who issued it.
func certificateOf(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}

func cookieOf(r *http.Request, name string) string {
	if cookies := r.CookiesNamed(name); len(cookies) > 0 {
		return cookies[0].Value
	}
	return ""
}

// SessionCookie is the cookie of a session; an empty secret takes it away.
func SessionCookie(secret string, secure bool) *http.Cookie {
	age := 30 * 24 * 3600
	if secret == "" {
		age = -1
	}
	return &http.Cookie{ //nolint:gosec // Secure follows the public address: plain HTTP on one machine works too
		Name: sessionCookie, Value: secret, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure, MaxAge: age,
	}
}

// DeviceCookie is the cookie by which a browser is known again when somebody signs in.
func DeviceCookie(secret string, secure bool) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure follows the public address: plain HTTP on one machine works too
		Name: deviceCookie, Value: secret, Path: "/api/system", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure, MaxAge: 365 * 24 * 3600,
	}
}

func (s *Server) clientIP(r *http.Request) string {
	if s.cfg.TrustProxy {
		if f := r.Header.Get("X-Forwarded-For"); f != "" {
			last := f[strings.LastIndexByte(f, ',')+1:]
			return strings.TrimSpace(last)
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (s *Server) isSecure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	if forwarded := r.Header.Get("X-Forwarded-Proto"); forwarded != "" && s.cfg.TrustProxy {
		return forwarded == "https"
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}
