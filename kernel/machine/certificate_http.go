package machine

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
)

// Identify returns which machine shows the certificate. It asks the database at
// every request: a revocation works at once in every replica.
func (m *Room) Identify(r *http.Request, c *x509.Certificate) (identity.Identity, error) {
	ctx := r.Context()
	h, err := m.shownBy(r, c, false)
	if err != nil {
		m.refused(ctx, "machine.use", h.machine, err)
		return identity.Identity{}, err
	}
	m.noteVisit(ctx, r, h.machine)
	return m.directory.Machine(ctx, identity.Machine{ID: h.machine.ID, Name: h.machine.Name, Kind: h.machine.Kind, OrganisationID: h.machine.OrganisationID})
}

// shownBy finds the machine of a certificate and decides whether it is good. It
// is the city's when it is, byte for byte, one that the city issued: that says
// more than a chain of signatures would.
func (m *Room) shownBy(r *http.Request, c *x509.Certificate, renewing bool) (held, error) {
	now := m.now()
	h, err := m.machines.holder(r.Context(), c.SerialNumber.Text(16), digest(c.Raw), now, m.grace())
	if err != nil {
		return h, err
	}
	if err := h.usable(now, m.grace(), renewing); err != nil {
		return h, err
	}
	if h.UsedAt.IsZero() {
		return h, m.machines.use(r.Context(), h, now)
	}
	return h, nil
}

const (
	visitNoted = time.Minute
	aheadNoted = 2 * time.Second
)

// noteVisit notes that a machine was here, at most once a minute. A Date header
// in its request (RFC 9110, 6.6.1) tells what its clock shows.
func (m *Room) noteVisit(ctx context.Context, r *http.Request, x Machine) {
	now := m.now()
	date, err := http.ParseTime(r.Header.Get("Date"))
	ahead := date.Add(500 * time.Millisecond).Sub(now)
	known := err == nil && ahead.Abs() < 10*365*24*time.Hour
	if ahead.Abs() < aheadNoted {
		ahead = 0
	}
	moved := known && (ahead-time.Duration(x.AheadSeconds)*time.Second).Abs() > clockOff
	if now.Sub(x.SeenAt) < visitNoted && !moved {
		return
	}
	if err := m.machines.see(ctx, x.ID, httpd.ClientIP(ctx), ahead, known, now); err != nil {
		m.kit.Log.Warn("a machine's visit could not be noted", "machine", x.ID, "error", err)
	}
}

// ServesOn tells the room where its TLS port is.
func (m *Room) ServesOn(address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.port = address
}

// Port returns the TLS port that machines reach, empty where there is none, and whether it
// shows a certificate of the city's own authority, which enrolled machines have in ca.pem.
func (m *Room) Port() (address string, ours bool) {
	if m.listening() == "" {
		return "", false
	}
	return m.Address(), m.serves
}

func (m *Room) listening() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.port
}

// Address is where machines enrol and renew: the TLS port under the name that
// the city is known by.
func (m *Room) Address() string {
	port := m.listening()
	if port == "" {
		return m.kit.Address()
	}
	host, number, err := net.SplitHostPort(port)
	if err != nil {
		return m.kit.Address()
	}
	if u, err := url.Parse(m.kit.Address()); err == nil && unspecified(host) {
		host = u.Hostname()
	}
	address := "https://" + net.JoinHostPort(host, number)
	return strings.TrimSuffix(address, ":443")
}

func unspecified(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}
