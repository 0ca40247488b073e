package ors

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Client asks resolvers.
type Client struct {
	Zone    string   // Zone when empty
	Servers []string // addresses with ports; those of the system when empty
	// Timeout bounds one question to one server.
	Timeout time.Duration
}

const (
	usualTimeout = 3 * time.Second
	maxServers   = 3
	udpSize      = 1232 // octets that go through without fragments
	resolvConf   = "/etc/resolv.conf"
)

// ErrSilent is what a resolution ends with when no server answers.
var ErrSilent = errors.New("no resolver answers")

// Resolve asks for the records of a dotted object identifier. What was asked until
// then is told with an error too.
func (c Client) Resolve(ctx context.Context, oid string) (a Answer, err error) {
	zone := c.Zone
	if zone == "" {
		zone = Zone
	}
	name, err := Name(oid, zone)
	if err != nil {
		return a, err
	}
	servers, err := c.servers()
	if err != nil {
		return a, err
	}
	w := walk{client: c, servers: servers, oid: oid, seen: map[string]bool{}}
	err = w.follow(ctx, name)
	w.answer.Name = strings.TrimSuffix(name, ".")
	slices.SortStableFunc(w.answer.Records, func(x, y Record) int {
		if x.Order != y.Order {
			return int(x.Order) - int(y.Order)
		}
		return int(x.Preference) - int(y.Preference)
	})
	return w.answer, err
}

func (c Client) servers() ([]string, error) {
	if len(c.Servers) > 0 {
		return c.Servers[:min(len(c.Servers), maxServers)], nil
	}
	system, err := dns.ClientConfigFromFile(resolvConf)
	if err != nil {
		return nil, fmt.Errorf("read the resolvers of the system: %w", err)
	}
	var list []string
	for _, s := range system.Servers {
		list = append(list, net.JoinHostPort(s, system.Port))
	}
	if len(list) == 0 {
		return nil, errors.New("the system has no resolvers")
	}
	return list[:min(len(list), maxServers)], nil
}

// walk is one resolution on its way.
type walk struct {
	client  Client
	servers []string
	oid     string
	seen    map[string]bool // names that were asked for, or stood for others
	answer  Answer
}

// follow asks for a name, and for those that it leads to.
func (w *walk) follow(ctx context.Context, name string) error {
	for next := []string{name}; len(next) > 0; next = next[1:] {
		if len(w.seen) > maxAliases {
			return ErrFar
		}
		if w.seen[next[0]] {
			return ErrLoop
		}
		w.seen[next[0]] = true
		if w.questions() >= maxHops {
			return ErrFar
		}
		reply, err := w.ask(ctx, next[0])
		if err != nil {
			return err
		}
		more, err := w.take(reply, next[0])
		if err != nil {
			return err
		}
		if len(more) > 0 {
			w.answer.Hops[len(w.answer.Hops)-1].Leads = strings.TrimSuffix(more[0], ".")
		}
		next = append(next, more...)
	}
	return nil
}

// questions is how many names were asked for: servers that are silent do not count.
func (w *walk) questions() (n int) {
	for _, h := range w.answer.Hops {
		if h.Code != "" && h.Fault == "" {
			n++
		}
	}
	return n
}

// ask asks one server after the other, until one knows or says that there is nothing.
func (w *walk) ask(ctx context.Context, name string) (reply *dns.Msg, err error) {
	for _, server := range w.servers {
		r, err := w.exchange(ctx, server, name)
		if err != nil {
			continue // the hop has why
		}
		reply = r
		if r.Rcode == dns.RcodeSuccess || r.Rcode == dns.RcodeNameError {
			return r, nil
		}
	}
	if reply == nil {
		return nil, ErrSilent
	}
	return reply, nil
}

// exchange asks one server, by TCP when the answer is too long for UDP.
func (w *walk) exchange(ctx context.Context, server, name string) (*dns.Msg, error) {
	reply, err := w.once(ctx, "udp", server, name)
	if err == nil && reply.Truncated {
		reply, err = w.once(ctx, "tcp", server, name)
		if err == nil && reply.Truncated {
			err = errors.New("the answer is cut short by TCP too")
			w.answer.Hops[len(w.answer.Hops)-1].Fault = err.Error()
		}
	}
	return reply, err
}

func (w *walk) once(ctx context.Context, protocol, server, name string) (*dns.Msg, error) {
	q := new(dns.Msg)
	q.SetQuestion(name, dns.TypeNAPTR)
	q.SetEdns0(udpSize, false)
	q.AuthenticatedData = true // asks the resolver to tell what it has checked (RFC 6840, section 5.7)
	timeout := w.client.Timeout
	if timeout <= 0 {
		timeout = usualTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	client := dns.Client{Net: protocol, Timeout: timeout, UDPSize: udpSize}
	hop := Hop{Server: server, Protocol: protocol, Name: strings.TrimSuffix(name, ".")}
	start := time.Now()
	reply, _, err := client.ExchangeContext(ctx, q, server)
	hop.Took = time.Since(start)
	if err == nil && (!reply.Response || len(reply.Question) != 1 || reply.Question[0].Qtype != dns.TypeNAPTR || dns.CanonicalName(reply.Question[0].Name) != dns.CanonicalName(name)) {
		err = errors.New("the answer is to another question")
	}
	if err != nil {
		hop.Fault = reason(err)
		w.answer.Hops = append(w.answer.Hops, hop)
		return nil, err //nolint:wrapcheck // the hop says of whom
	}
	hop.Code, hop.Authenticated = dns.RcodeToString[reply.Rcode], reply.AuthenticatedData
	if hop.Code == "" {
		hop.Code = fmt.Sprint("RCODE", reply.Rcode)
	}
	w.answer.Code = hop.Code
	if reply.Truncated && protocol == "udp" {
		hop.Leads = "tcp"
	}
	w.answer.Hops = append(w.answer.Hops, hop)
	return reply, nil
}

func reason(err error) string {
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		return "no answer in time"
	}
	if n, ok := errors.AsType[*net.OpError](err); ok {
		return n.Err.Error()
	}
	return err.Error()
}

// take takes the records of an answer, and returns the names at which it goes on.
func (w *walk) take(reply *dns.Msg, name string) (next []string, err error) {
	at := dns.CanonicalName(name)
	for alias := target(reply.Answer, at); alias != ""; alias = target(reply.Answer, at) {
		if w.seen[alias] {
			return nil, ErrLoop
		}
		if len(w.seen) >= maxAliases {
			return nil, ErrFar
		}
		w.seen[alias], at = true, alias
	}
	if hops := w.answer.Hops; at != dns.CanonicalName(name) && len(hops) > 0 {
		hops[len(hops)-1].Leads = strings.TrimSuffix(at, ".")
	}
	found := false
	for _, rr := range reply.Answer {
		r, ok := rr.(*dns.NAPTR)
		if !ok || dns.CanonicalName(r.Hdr.Name) != at {
			continue
		}
		found = true
		if on := leads(r); on != "" {
			if !slices.Contains(next, on) {
				next = append(next, on)
			}
			continue
		}
		if len(w.answer.Records) == MaxRecords {
			w.answer.More = true
			break
		}
		w.answer.Records = append(w.answer.Records, read(r, w.oid))
	}
	if !found && at != dns.CanonicalName(name) && reply.Rcode == dns.RcodeSuccess {
		delete(w.seen, at) // it is asked for now
		next = append(next, at)
	}
	return next[:min(len(next), maxHops)], nil
}

// target is the name that another stands for by CNAME, or by DNAME above it.
func target(answer []dns.RR, name string) string {
	for _, rr := range answer {
		if c, ok := rr.(*dns.CNAME); ok && dns.CanonicalName(c.Hdr.Name) == name {
			return dns.CanonicalName(c.Target)
		}
	}
	for _, rr := range answer {
		d, ok := rr.(*dns.DNAME)
		if !ok {
			continue
		}
		owner := dns.CanonicalName(d.Hdr.Name)
		if name == owner || !dns.IsSubDomain(owner, name) {
			continue
		}
		moved := strings.TrimSuffix(name, owner) + dns.CanonicalName(d.Target)
		if _, ok := dns.IsDomainName(moved); ok {
			return moved
		}
	}
	return ""
}
