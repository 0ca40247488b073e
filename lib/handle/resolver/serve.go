package resolver

import (
	"context"
	"hash/maphash"
	"net/netip"
	"time"
	"unicode/utf8"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// keyRoom is the room for a key that needs no memory of its own.
const keyRoom = 512

// heartbeat is the handle that clients of the national dialect ask for to keep a
// connection.
const heartbeat = "0"

// Resolve implements server.Quick: it answers from what is kept and refuses what
// is refused, without waiting and without memory of its own.
func (r *Resolver) Resolve(req *server.Request, res *server.Response) bool {
	p, now := r.policy.Load(), r.o.Now()
	res.Foreign = true
	var room [keyRoom]byte
	c := call{r: r, p: p, at: now.UnixMilli(), nano: now.UnixNano()}
	key, open := c.admit(req, res, room[:0])
	if !open {
		return true
	}
	flags := req.Header.Flags
	if flags&(wire.FlagAuthoritative|wire.FlagRecurseWithAuth) == 0 {
		e := r.cache.find(maphash.Bytes(r.seed, key), key)
		switch {
		case e == nil:
		case e.serves(c.at, flags.Has(wire.FlagTrustedQuery) && p.Trust.On):
			r.hit(e, req.Remote, c.at)
			r.respond(req, res, p, e, e.serve(c.at))
			return true
		case e.rests(c.at, r.maxStale(p)):
			e.touch()
			r.counts.stale.Add(1)
			r.respond(req, res, p, e, staleServing(r.o.StaleTTL))
			return true
		}
	}
	c.giveBack(req.Remote) // Handle takes it
	return false
}

// serves tells whether the entry answers a query as it is. One that asks for
// trust needs to know what signatures hold.
func (e *entry) serves(now int64, trusted bool) bool {
	return e.fresh(now) && (!trusted || e.checked || e.code != wire.CodeSuccess)
}

// rests tells whether the entry is served after its time without asking: its
// service has just been silent.
func (e *entry) rests(now int64, maxStale time.Duration) bool {
	return !e.fresh(now) && now < e.retry.Load() && e.usable(now, maxStale)
}

// hit counts an answer from what is kept, and has the entry fetched again if it
// is asked for and nears its end.
func (r *Resolver) hit(e *entry, remote netip.AddrPort, now int64) {
	e.touch()
	r.counts.hit(remote, e.code)
	if (e.until-now)*10 >= e.until-e.stored || e.code != wire.CodeSuccess || e.hits.Load() < popular || r.policy.Load().NoPrefetch || !e.queued.CompareAndSwap(false, true) {
		return
	}
	r.fetchLater(e)
}

// fetchLater has Run fetch a record.
func (r *Resolver) fetchLater(e *entry) {
	select {
	case r.again <- e.handle():
	default:
		e.queued.Store(false)
		r.counts.dropped.Add(1)
	}
}

// call is a request on its way through what is allowed.
type call struct {
	r              *Resolver
	p              *rules
	at             int64 // milliseconds
	nano           int64
	source, handle uint64
	rate           Rate
}

// admit tells whether a request goes on; otherwise it is answered. It returns the
// key of the handle.
func (c *call) admit(req *server.Request, res *server.Response, room []byte) (key []byte, open bool) {
	r, n := c.r, &c.r.counts
	n.request(req.Remote, c.nano)
	src := c.p.sources.find(req.Remote.Addr())
	if !src.allowed {
		n.refused.source.Add(1)
		res.Fail(wire.CodeNoPermission, "this node does not serve your network")
		return nil, false
	}
	c.rate = src.rate
	if c.rate.PerSecond > 0 {
		c.source = r.sources.ofSource(req.Remote.Addr())
	}
	if !r.sources.take(c.source, c.rate, c.nano) {
		n.refused.sourceRate.Add(1)
		res.Fail(c.p.limitCode(wire.CodeDailyLimit), "your network asks too often")
		return nil, false
	}
	q := &req.Query
	if string(q.Handle) == heartbeat {
		n.heartbeats.Add(1)
		res.Fail(wire.CodeNotFound, "")
		return nil, false
	}
	if code, why := r.o.Limits.check(q); code != 0 {
		n.refused.limits.Add(1)
		res.Fail(code, why)
		return nil, false
	}
	key = c.p.appendKey(room, q.Handle)
	if len(c.p.handles) > 0 && c.p.handles[string(key)] || c.p.ruleOf(key).blocked {
		n.refused.handle.Add(1)
		res.Fail(wire.CodeNoPermission, "this node does not resolve the handle")
		return nil, false
	}
	if c.p.HandleRate.PerSecond > 0 {
		c.handle = maphash.Bytes(r.handles.seed, key)
	}
	if !r.handles.take(c.handle, c.p.HandleRate, c.nano) {
		n.refused.handleRate.Add(1)
		res.Fail(c.p.limitCode(wire.CodePrefixLimit), "the handle is asked for too often")
		return nil, false
	}
	if a := c.p.forced(key, q); a != nil {
		n.forced.Add(1)
		r.respond(req, res, c.p, a.entry, serving{})
		return nil, false
	}
	return key, true
}

// giveBack undoes what admit counted.
func (c *call) giveBack(remote netip.AddrPort) {
	c.r.counts.quick[remote.Port()%stripes].requests.Add(^uint64(0))
	c.r.sources.give(c.source, c.rate)
	c.r.handles.give(c.handle, c.p.HandleRate)
}

// limitCode is the code of a limit: busy, or that of the national dialect.
func (c *rules) limitCode(national wire.Code) wire.Code {
	if c.National {
		return national
	}
	return wire.CodeBusy
}

// check tells why a query asks for too much.
func (l *Limits) check(q *wire.Query) (wire.Code, string) {
	if len(q.Handle) > wire.MaxHandle || len(q.Handle) > l.HandleRunes && utf8.RuneCount(q.Handle) > l.HandleRunes {
		return wire.CodeInvalidHandle, "the handle is longer than this node resolves"
	}
	octets, n := len(q.Handle), 0
	for range q.Indexes() {
		n++
	}
	if n > l.Indexes {
		return wire.CodeProtocolError, "the query asks for more indexes than this node takes"
	}
	octets += 4 * n
	n = 0
	for t := range q.Types() {
		n++
		octets += len(t)
		if len(t) > l.TypeOctets {
			return wire.CodeProtocolError, "the query asks for a type that is longer than this node takes"
		}
	}
	if n > l.Types {
		return wire.CodeProtocolError, "the query asks for more types than this node takes"
	}
	if octets > l.QueryOctets {
		return wire.CodeProtocolError, "the query is longer than this node takes"
	}
	return 0, ""
}

// respond answers with an entry.
func (r *Resolver) respond(req *server.Request, res *server.Response, p *rules, e *entry, s serving) {
	if e.code != wire.CodeSuccess {
		res.Code, res.Body = e.code, wire.AppendBytes(res.Body[:0], e.rest()) // as wire.Failure has it
		return
	}
	body, n, trusted := e.answer(res.Body[:0], req.Query.Handle, &req.Query, s)
	res.Body = body
	if n == 0 {
		res.Fail(wire.CodeValuesNotFound, "")
		return
	}
	res.Code = wire.CodeSuccess
	if !p.Trust.On || !req.Header.Flags.Has(wire.FlagTrustedQuery) {
		return
	}
	switch {
	case trusted:
		res.Flags = wire.FlagTrustedResult
	case p.Trust.Refuse:
		r.counts.untrusted.Add(1)
		res.Fail(wire.CodeCredentialUnproven, "no signature that leads to a root of trust covers the values")
	default:
		r.counts.untrusted.Add(1)
	}
}

// Handle implements server.Handler: it resolves, and waits for others.
func (r *Resolver) Handle(ctx context.Context, req *server.Request, res *server.Response) {
	res.Foreign = true
	if req.Header.Op != wire.OpResolve {
		r.counts.refused.unsuited.Add(1)
		res.Fail(wire.CodeUnsupported, "a recursive node resolves handles, and nothing else")
		return
	}
	p, now := r.policy.Load(), r.o.Now()
	c := call{r: r, p: p, at: now.UnixMilli(), nano: now.UnixNano()}
	key, open := c.admit(req, res, nil)
	if !open {
		return
	}
	flags := req.Header.Flags
	if flags.Has(wire.FlagRecurseWithAuth) && !req.Proven() {
		res.Code = wire.CodeAuthNeeded
		return
	}
	handle := spell(string(req.Query.Handle))
	if err := wire.CheckHandle(handle); err != nil {
		res.Fail(wire.CodeInvalidHandle, err.Error())
		return
	}
	q := &question{handle: handle, key: string(key), hash: maphash.Bytes(r.seed, key), recursion: req.Header.Recursion}
	q.past, q.trusted = flags.Has(wire.FlagAuthoritative), flags.Has(wire.FlagTrustedQuery) && p.Trust.On
	if !flags.Has(wire.FlagRecurse) {
		r.handleKnown(req, res, p, q, c.at)
		return
	}
	out := r.resolve(ctx, p, q)
	if out.entry == nil {
		res.Fail(out.code, out.message)
		return
	}
	if out.cached {
		r.hit(out.entry, req.Remote, c.at)
	}
	r.respond(req, res, p, out.entry, r.serving(&out))
}

// serving is how the entry of an outcome is served.
func (r *Resolver) serving(out *outcome) serving {
	if out.stale {
		return staleServing(r.o.StaleTTL)
	}
	return out.entry.serve(r.o.Now().UnixMilli())
}

// handleKnown answers a query that asks for no recursion.
func (r *Resolver) handleKnown(req *server.Request, res *server.Response, p *rules, q *question, now int64) {
	if e := r.cache.find(q.hash, []byte(q.key)); e != nil && e.fresh(now) && !q.past {
		r.hit(e, req.Remote, now)
		r.respond(req, res, p, e, e.serve(now))
		return
	}
	r.counts.refused.unsuited.Add(1)
	res.Fail(wire.CodeNotResponsible, "this node has no handles; ask for recursion")
}

// spell returns the handle of a prefix that is written without 0.NA/.
func spell(handle string) string {
	if prefix, suffix := wire.Split(handle); len(prefix)+len(suffix)+1 > len(handle) {
		return prefix + "/" + suffix
	}
	return handle
}
