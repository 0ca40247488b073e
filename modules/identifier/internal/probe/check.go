package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// Target is a node that is looked at.
type Target struct {
	NodeID string
	Prefix string
	Site   wire.Site
	Above  *wire.Site // of the node that has the handle of the prefix; nil when it is not known
	Handle string     // an identifier of the node; empty when none is known
}

// question is the identifier that is asked for. Where none is known, the answer
// that there is no such one tells as much.
func (t *Target) question() (handle string, known bool) {
	if t.Handle != "" {
		return t.Handle, true
	}
	return t.Prefix + "/" + Suffix, false
}

// Suffix is that of the identifiers that probes register and remove.
const Suffix = "PROBE-LINGHANG"

// answerTime bounds one question.
const answerTime = 4 * time.Second

// Checker looks at nodes. It is safe for concurrent use.
type Checker struct {
	by map[wire.Protocol]*client.Client
}

// NewChecker returns a checker.
func NewChecker() *Checker {
	c := &Checker{by: map[wire.Protocol]*client.Client{}}
	for _, p := range []wire.Protocol{wire.UDP, wire.TCP} {
		c.by[p] = client.New(client.Options{
			Protocols: []wire.Protocol{p}, Waits: []time.Duration{time.Second, 2 * time.Second}, Timeout: answerTime - time.Second, MaxHops: 2,
		})
	}
	return c
}

// Close closes connections.
func (c *Checker) Close() error { return errors.Join(c.by[wire.UDP].Close(), c.by[wire.TCP].Close()) }

// Resolve asks a node for an identifier over each transport that its site offers,
// and the node above for the handle of the prefix.
func (c *Checker) Resolve(ctx context.Context, t *Target) Result {
	r := Result{NodeID: t.NodeID, At: time.Now().UTC()}
	handle, known := t.question()
	if offers(&t.Site, wire.UDP) {
		r.UDP, r.Asked = c.ask(ctx, wire.UDP, &t.Site, handle, known), r.Asked+1
	}
	if offers(&t.Site, wire.TCP) {
		r.TCP, r.Asked = c.ask(ctx, wire.TCP, &t.Site, handle, known), r.Asked+1
	}
	if t.Above != nil {
		p := wire.UDP
		if !offers(t.Above, p) {
			p = wire.TCP
		}
		r.Prefix, r.Above = c.ask(ctx, p, t.Above, wire.NA+t.Prefix, true), 1
	}
	return r
}

func offers(site *wire.Site, p wire.Protocol) bool {
	return slices.ContainsFunc(site.Servers, func(s wire.Server) bool {
		return slices.ContainsFunc(s.Interfaces, func(i wire.Interface) bool { return i.Protocol == p && i.Service != wire.ServiceAdmin })
	})
}

func (c *Checker) ask(ctx context.Context, p wire.Protocol, site *wire.Site, handle string, known bool) *Outcome {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	began := time.Now()
	_, err := c.by[p].ResolveAt(ctx, []wire.Site{*site}, handle, client.Query{KeepAlias: true})
	o := &Outcome{OK: err == nil, Ms: since(began)}
	switch code := client.CodeOf(err); {
	case err == nil, code == wire.CodeValuesNotFound, code == wire.CodeNotFound && !known:
		o.OK = true // the node answers for the prefix
	default:
		o.Fault = cut(err)
	}
	return o
}

// faultMost is how many octets are told of a fault.
const faultMost = 300

func cut(err error) string {
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), faultMost)], "")
}

func since(t time.Time) float64 { return float64(time.Since(t).Microseconds()) / 1000 }

// visibleTime bounds how long it is waited for an identifier to resolve.
const (
	visibleTime  = 10 * time.Second
	visiblePause = 5 * time.Millisecond
)

// Register registers an identifier, waits until it resolves over UDP or TCP, and removes it.
// Making and unmaking are those of the caller; the result is noted in r.
func (c *Checker) Register(ctx context.Context, t *Target, r *Result, save, remove func(ctx context.Context, handle string) error) {
	ctx, cancel := context.WithTimeout(ctx, 2*visibleTime)
	defer cancel()
	handle := t.Prefix + "/" + Suffix
	made := &Registration{}
	r.Made = made
	began := time.Now()
	if err := save(ctx, handle); err != nil {
		made.Ms, made.Fault = since(began), cut(err)
		return
	}
	made.Ms = since(began)
	asked, err := c.seen(ctx, t, handle, made)
	r.Asked += asked
	if err := errors.Join(err, remove(ctx, handle)); err != nil {
		made.Fault = cut(err)
		return
	}
	made.OK = true
}

// seen waits until an identifier resolves.
func (c *Checker) seen(ctx context.Context, t *Target, handle string, made *Registration) (asked int64, err error) {
	p := wire.UDP
	if !offers(&t.Site, p) {
		p = wire.TCP
	}
	acknowledged := time.Now()
	for {
		asked++
		o := c.ask(ctx, p, &t.Site, handle, true)
		if made.VisibleMs = since(acknowledged); o.OK {
			return asked, nil
		}
		if time.Since(acknowledged) > visibleTime {
			return asked, fmt.Errorf("it does not resolve after %s: %s", visibleTime, o.Fault)
		}
		select {
		case <-ctx.Done():
			return asked, ctx.Err() //nolint:wrapcheck // whoever ended it knows
		case <-time.After(visiblePause):
		}
	}
}

// Over returns what registers and removes an identifier over the protocol, at the
// node that it belongs to.
func (c *Checker) Over(site wire.Site, identity auth.Identity) (save, remove func(ctx context.Context, handle string) error, done func() error) {
	at := client.New(client.Options{Resolver: []wire.Site{site}, Identity: &identity, Protocols: []wire.Protocol{wire.TCP}, Timeout: answerTime})
	free := func(ctx context.Context, handle string) error {
		a, err := at.Resolve(ctx, handle, client.Query{KeepAlias: true})
		if err == nil && !Registered(a.Values) {
			return fmt.Errorf("%s is an identifier of the node's own, and stays", handle)
		}
		return nil // what is wrong with the node is told by what follows
	}
	save = func(ctx context.Context, handle string) error {
		if err := free(ctx, handle); err != nil {
			return err
		}
		_, err := at.Create(ctx, handle, Values(), wire.FlagOverwrite)
		return err //nolint:wrapcheck // it says all
	}
	remove = func(ctx context.Context, handle string) error {
		return at.Delete(ctx, handle) //nolint:wrapcheck // it says all
	}
	return save, remove, at.Close
}

// Values are those of an identifier that a probe registers.
func Values() []wire.Value {
	return []wire.Value{wire.Text(1, wire.TypeDescription, description)}
}

const description = "registered by a probe, and removed at once"

// Registered tells whether an identifier with some values is one that a probe has
// registered, and not removed because something came between.
func Registered(values []wire.Value) bool {
	return slices.ContainsFunc(values, func(v wire.Value) bool {
		return v.Index == 1 && wire.Equal(v.Type, wire.TypeDescription) && string(v.Data) == description
	})
}
