package resolver

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// question is what is to be found out.
type question struct {
	handle    string // as services are asked for it
	key       string
	hash      uint64
	past      bool // what is kept is not used
	fresh     bool // nor where services are
	trusted   bool // signatures are checked
	alone     bool // an equal question of somebody else does not do
	nested    bool // it is a part of another question
	ahead     bool // nobody waits for it
	recursion uint8
}

// ask returns the question for a handle that was checked.
func (r *Resolver) ask(p *rules, handle string) *question {
	key := p.appendKey(nil, []byte(handle))
	return &question{handle: handle, key: string(key), hash: maphash.Bytes(r.seed, key)}
}

// outcome is how a question went: an entry, or a failure that is not kept.
type outcome struct {
	entry   *entry
	cached  bool
	stale   bool
	code    wire.Code
	message string
	fault   error // why the entry is stale, or what signatures do not hold
}

// resolve answers a question from what is kept, or asks.
func (r *Resolver) resolve(ctx context.Context, p *rules, q *question) outcome {
	now := r.o.Now().UnixMilli()
	e := r.cache.find(q.hash, []byte(q.key))
	if e != nil && !e.usable(now, r.maxStale(p)) {
		e = nil
	}
	if !q.past && !q.ahead && e != nil {
		if e.serves(now, q.trusted) && (!q.trusted || !q.alone || !e.signature) { // a trace tells what signatures say, again if need be
			return outcome{entry: e, cached: true}
		}
		if e.rests(now, r.maxStale(p)) {
			r.counts.stale.Add(1)
			return outcome{entry: e, stale: true, fault: errSilent}
		}
	}
	if none := r.noPrefix(p, q, now); none != nil {
		return outcome{entry: none, cached: true}
	}
	if !q.ahead && !q.nested {
		r.counts.misses.Add(1)
	}
	return r.join(ctx, p, q, e)
}

// maxStale is for how long after its time a record is served.
func (r *Resolver) maxStale(p *rules) time.Duration {
	if p.NoStale {
		return 0
	}
	return r.o.MaxStale
}

// noPrefix returns what is kept of a prefix that is not there: then none of its
// handles is.
func (r *Resolver) noPrefix(p *rules, q *question, now int64) *entry {
	if q.past || q.fresh || wire.IsPrefixHandle(q.handle) || p.ruleOf([]byte(q.key)).forward != nil {
		return nil
	}
	place := wire.Fold(wire.PrefixHandle(q.handle))
	if len(p.forcedPlace(place)) > 0 {
		return nil
	}
	e := r.cache.find(maphash.String(r.seed, place), []byte(place))
	if e == nil || e.code != wire.CodeNotFound || !e.fresh(now) {
		return nil
	}
	return e
}

// answer asks for the record and keeps it. Old is what is known of it.
func (r *Resolver) answer(ctx context.Context, p *rules, q *question, old *entry) outcome {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	default:
		if !q.nested {
			r.counts.refused.recursions.Add(1)
			return r.fallBack(q, old, wire.CodeBusy, errTooMany.Error(), errTooMany)
		}
	}
	if q.trusted && !q.past && !q.ahead && old != nil && old.fresh(r.o.Now().UnixMilli()) {
		return r.keepRecord(ctx, p, q, old.values(serving{}), old) // only its signatures are not known
	}
	began := time.Now()
	r.counts.enter()
	values, fault := r.fetch(ctx, p, q)
	code, message, about := r.judge(p, q, fault)
	r.counts.leave(time.Since(began), r.o.Now(), code == wire.CodeSuccess)
	switch {
	case code == wire.CodeSuccess:
		return r.keepRecord(ctx, p, q, values, nil)
	case definite(code):
		return r.keepCode(p, q, code, message, about, fault)
	case errors.Is(fault, errBusy):
		r.counts.refused.backend.Add(1)
		return r.fallBack(q, old, wire.CodeBusy, message, fault)
	}
	out := r.fallBack(q, old, code, message, fault)
	if old == nil && !q.ahead && !errors.Is(ctx.Err(), context.Canceled) {
		r.counts.failed.Add(1)
		return r.keepCode(p, q, code, message, q.handle, fault)
	}
	return out
}

// keepRecord keeps the public values of a record. Kept is where they come from,
// if they are only looked at again.
func (r *Resolver) keepRecord(ctx context.Context, p *rules, q *question, values []wire.Value, kept *entry) outcome {
	now := r.o.Now()
	values = publicOnly(values)
	if len(values) == 0 {
		return r.keepCode(p, q, wire.CodeValuesNotFound, "", q.handle, nil)
	}
	rec := &record{handle: q.handle, key: q.key, hash: q.hash, code: wire.CodeSuccess, values: values, stored: now}
	rec.until = lifetime(values, now, r.o.MaxTTL)
	if kept != nil {
		rec.stored, rec.until = time.UnixMilli(kept.stored), time.UnixMilli(kept.until)
	}
	var out outcome
	if q.trusted {
		var until time.Time
		if rec.signed, until, out.fault = r.vouched(ctx, p, q, values); !until.IsZero() && until.Before(rec.until) {
			rec.until = until
		}
	}
	out.entry, out.cached = newEntry(rec), kept != nil && q.alone
	r.keep(p, out.entry, now)
	return out
}

// keep keeps an entry that was found out under a policy, unless there is another
// policy now: what it would find out otherwise has been dropped.
func (r *Resolver) keep(p *rules, e *entry, now time.Time) {
	if !e.fresh(now.UnixMilli()) {
		return
	}
	r.cache.put(e, now.UnixMilli(), r.o.MaxStale)
	if r.policy.Load() != p {
		r.cache.remove(e)
	}
}

// keepCode keeps that there is no record, if the policy says so.
func (r *Resolver) keepCode(p *rules, q *question, code wire.Code, message, about string, fault error) outcome {
	now := r.o.Now()
	rec := &record{handle: q.handle, key: q.key, hash: q.hash, code: code, message: message, stored: now, until: now.Add(p.keep[code])}
	if about != q.handle { // the prefix is what is not there
		rec.handle, rec.key = about, wire.Fold(about)
		rec.hash = maphash.String(r.seed, rec.key)
	}
	e := newEntry(rec)
	r.keep(p, e, now)
	return outcome{entry: e, fault: fault}
}

// fallBack answers when nobody does: with what was known, or with the failure.
func (r *Resolver) fallBack(q *question, old *entry, code wire.Code, message string, fault error) outcome {
	if old == nil || old.code != wire.CodeSuccess || q.past || q.ahead {
		return outcome{code: code, message: message, fault: fault}
	}
	now := r.o.Now()
	if old.fresh(now.UnixMilli()) {
		return outcome{entry: old, fault: fault}
	}
	old.retry.Store(now.Add(r.o.StaleTTL).UnixMilli())
	r.counts.stale.Add(1)
	return outcome{entry: old, stale: true, fault: fault}
}

// fetch asks for all public values of a handle.
func (r *Resolver) fetch(ctx context.Context, p *rules, q *question) ([]wire.Value, error) {
	if g := p.ruleOf([]byte(q.key)).forward; g != nil {
		return r.forward(ctx, g, q)
	}
	a, err := r.client.Resolve(ctx, q.handle, client.Query{
		KeepAlias: true, Authoritative: q.past, Fresh: q.fresh, Recursion: q.recursion + 1,
	})
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the hop
	}
	return a.Values, nil
}

// definite tells whether a code says that there is no such record, rather than
// that it cannot be had.
func definite(code wire.Code) bool {
	return code == wire.CodeNotFound || code == wire.CodeValuesNotFound || code == wire.CodeInvalidHandle
}

// judge returns the code for how asking went, what it says, and the handle that
// it is about.
func (r *Resolver) judge(p *rules, q *question, fault error) (code wire.Code, message, about string) {
	if fault == nil {
		return wire.CodeSuccess, "", q.handle
	}
	message = plain(fault)
	e, answered := errors.AsType[*client.Error](fault)
	switch {
	case answered && wire.Equal(e.Handle, q.handle):
		return ownCode(e.Code), e.Message, q.handle
	case answered && e.Code == wire.CodeNotFound && wire.Equal(e.Handle, wire.PrefixHandle(q.handle)):
		return wire.CodeNotFound, message, e.Handle
	case answered && e.Code == wire.CodeBusy:
		return wire.CodeBusy, message, q.handle
	case answered:
		return wire.CodeError, message, q.handle
	case errors.Is(fault, client.ErrTooFar):
		return wire.CodeRecursionLimit, message, q.handle
	case errors.Is(fault, context.DeadlineExceeded) && p.National:
		return wire.CodeTimeout, message, q.handle
	default:
		return wire.CodeError, message, q.handle
	}
}

// ownCode is the code of an answer as it is passed on: the node proves nothing to
// anybody, and has followed all referrals.
func ownCode(code wire.Code) wire.Code {
	switch {
	case code == wire.CodeAuthNeeded:
		return wire.CodeAuthUnable
	case code.Refers():
		return wire.CodeError
	default:
		return code
	}
}

// maxMessage is how many octets of a fault are told.
const maxMessage = 400

// plain returns a fault as one line.
func plain(fault error) string {
	if fault == nil {
		return ""
	}
	text := strings.ReplaceAll(fault.Error(), "\n", "; ")
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return text
}

// Query says what is wanted of a handle. The zero value asks for all values from
// what is kept, or from its service, and follows aliases.
type Query struct {
	Indexes   []int32
	Types     []string
	PastCache bool // its service is asked, a primary
	Fresh     bool // and so is everybody on the way there
	Trusted   bool // signatures of values are checked, if the policy has roots for them
	KeepAlias bool // an alias is an answer
}

// maxAlias is how many aliases are followed.
const maxAlias = 10

// Lookup resolves a handle without the limits for clients. It is Trace without
// the way.
func (r *Resolver) Lookup(ctx context.Context, handle string, query Query) Answer {
	return r.lookup(ctx, handle, &query, false)
}

func (r *Resolver) lookup(ctx context.Context, handle string, query *Query, alone bool) Answer {
	ctx, cancel := context.WithTimeout(ctx, r.o.Deadline)
	defer cancel()
	a := Answer{Handle: handle}
	seen := map[string]bool{}
	for {
		r.lookupOnce(ctx, handle, query, alone, &a)
		next := ""
		for i := range a.Values {
			if wire.Equal(a.Values[i].Type, wire.TypeAlias) {
				next = string(a.Values[i].Data)
			}
		}
		if next == "" || query.KeepAlias {
			a.choose(query)
			return a
		}
		seen[wire.Fold(handle)] = true
		a.Aliases = append(a.Aliases, handle)
		switch {
		case seen[wire.Fold(next)]:
			a.fail(wire.CodeError, fmt.Sprintf("alias %s of %s: %v", next, handle, client.ErrLoop))
			return a
		case len(a.Aliases) > maxAlias:
			a.fail(wire.CodeRecursionLimit, fmt.Sprintf("%d aliases: %v", len(a.Aliases), client.ErrTooFar))
			return a
		}
		handle = next
	}
}

func (r *Resolver) lookupOnce(ctx context.Context, handle string, query *Query, alone bool, a *Answer) {
	p := r.policy.Load()
	*a = Answer{Handle: handle, Aliases: a.Aliases}
	handle = spell(handle)
	if err := wire.CheckHandle(handle); err != nil {
		a.fail(wire.CodeInvalidHandle, err.Error())
		return
	}
	key := p.appendKey(nil, []byte(handle))
	wanted := wire.NewQuery(handle, query.Indexes, query.Types)
	switch f := p.forced(key, &wanted); {
	case p.handles[string(key)] || p.ruleOf(key).blocked:
		a.fail(wire.CodeNoPermission, "this node does not resolve the handle")
		note(ctx, Step{Kind: StepPolicy, Handle: handle, Why: WhyBlocked, Code: wire.CodeNoPermission})
		return
	case f != nil:
		note(ctx, Step{Kind: StepPolicy, Handle: handle, Why: WhyForced, Code: f.Code})
		a.take(f.entry, serving{})
		return
	}
	q := r.ask(p, handle)
	q.past, q.fresh, q.trusted, q.alone = query.PastCache || query.Fresh, query.Fresh, query.Trusted && p.Trust.On, alone
	out := r.resolve(ctx, p, q)
	r.noteOutcome(ctx, q, &out)
	if out.entry == nil {
		a.fail(out.code, out.message)
		return
	}
	if out.cached {
		out.entry.touch()
	}
	a.take(out.entry, r.serving(&out))
	a.Cached, a.Stale = out.cached, out.stale
	if a.Fault = plain(out.fault); q.trusted && a.Code == wire.CodeSuccess {
		_, _, a.Trusted = out.entry.answer(nil, nil, &wanted, serving{})
	}
}
