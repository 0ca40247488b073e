package resolver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"linghang/lib/handle/client"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// Answer is what a handle holds, or why that is not known.
type Answer struct {
	Handle  string    `json:"handle"`            // whose values they are, after aliases
	Aliases []string  `json:"aliases,omitempty"` // that were followed, the handle asked for first
	Code    wire.Code `json:"code"`
	Message string    `json:"message,omitempty"`
	Values  Values    `json:"values"`
	Cached  bool      `json:"cached"`          // nobody was asked for the values
	Stale   bool      `json:"stale"`           // they are older than they may be; Fault says why
	Trusted bool      `json:"trusted"`         // signatures up to a root hold for all of them
	Fault   string    `json:"fault,omitempty"` // why it is stale, or not trusted
}

// Values are values of a handle. As JSON they look as in the REST interface of
// the Handle System: index, type, data with its format, ttl and timestamp.
type Values []wire.Value

// MarshalJSON implements json.Marshaler.
func (v Values) MarshalJSON() ([]byte, error) {
	type data struct {
		Format string `json:"format"`
		Value  string `json:"value"`
	}
	type value struct {
		Index     int32     `json:"index"`
		Type      string    `json:"type"`
		Data      data      `json:"data"`
		TTL       int32     `json:"ttl"`
		Timestamp time.Time `json:"timestamp"`
	}
	list := make([]value, 0, len(v))
	for i := range v {
		d := data{"string", string(v[i].Data)}
		if !utf8.Valid(v[i].Data) || strings.ContainsRune(d.Value, 0) {
			d = data{"base64", base64.StdEncoding.EncodeToString(v[i].Data)}
		}
		list = append(list, value{v[i].Index, v[i].Type, d, v[i].TTL, time.Unix(int64(v[i].Timestamp), 0).UTC()})
	}
	octets, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("write values: %w", err)
	}
	return octets, nil
}

func (a *Answer) fail(code wire.Code, message string) {
	a.Code, a.Message, a.Values = code, message, nil
	if a.Message == "" {
		a.Message = code.String()
	}
}

// take takes the answer from an entry.
func (a *Answer) take(e *entry, s serving) {
	if e.code != wire.CodeSuccess {
		a.fail(e.code, e.message())
		return
	}
	a.Code, a.Values = wire.CodeSuccess, e.values(s)
}

// choose keeps the values that are asked for.
func (a *Answer) choose(query *Query) {
	if a.Code != wire.CodeSuccess || len(query.Indexes)+len(query.Types) == 0 {
		return
	}
	q := wire.NewQuery(a.Handle, query.Indexes, query.Types)
	var list Values
	for i := range a.Values {
		if q.Wants(a.Values[i].Index, []byte(a.Values[i].Type)) {
			list = append(list, a.Values[i])
		}
	}
	if a.Values = list; len(list) == 0 {
		a.fail(wire.CodeValuesNotFound, "")
	}
}

// Kinds of a Step.
const (
	StepPolicy = "policy" // the policy says it
	StepCache  = "cache"  // it was known
	StepAsk    = "ask"    // a server was asked
	StepTrust  = "trust"  // a signature of values was checked
)

// Why a Step of the kind StepPolicy was not as usual.
const (
	WhyBlocked = "the handle is blocked"
	WhyForced  = "the answer is forced"
)

// Step is one hop of a resolution.
type Step struct {
	Kind      string        `json:"kind"`
	Op        string        `json:"op"`
	Handle    string        `json:"handle"`
	Why       string        `json:"why"`
	Node      string        `json:"node,omitempty"` // what the server's site says that it is
	Serial    uint16        `json:"serial,omitempty"`
	ServerID  uint32        `json:"serverId,omitempty"`
	Server    string        `json:"server,omitempty"` // address and port
	Protocol  string        `json:"protocol,omitempty"`
	Took      time.Duration `json:"tookNs"`
	Cached    bool          `json:"cached"`
	Code      wire.Code     `json:"code,omitempty"` // zero if there was no answer
	CodeText  string        `json:"codeText,omitempty"`
	LeadsTo   []string      `json:"leadsTo,omitempty"` // where a referral, or what was known of a place, leads
	Signed    bool          `json:"signed"`            // a signature was checked, and it holds
	SignedWhy string        `json:"signedWhy"`         // what was checked, or why nothing was
	Fault     string        `json:"fault,omitempty"`
}

// Trace is a resolution with all its hops.
type Trace struct {
	Answer
	Asked   string        `json:"asked"` // the handle
	Started time.Time     `json:"started"`
	Took    time.Duration `json:"tookNs"`
	Steps   []Step        `json:"steps"`

	Signatures []Signature `json:"signatures,omitempty"` // of the record, if Query.Trusted asks for them
}

type traceKey struct{}

// recorder takes the steps of one resolution.
type recorder struct {
	mu         sync.Mutex
	steps      []Step
	signatures []Signature
}

func (c *recorder) sign(s Signature) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.signatures) < maxSteps {
		c.signatures = append(c.signatures, s)
	}
}

// maxSteps bounds a trace.
const maxSteps = 500

func (c *recorder) add(s Step) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Op == "" {
		s.Op = wire.OpResolve.String()
	}
	if s.Code != 0 && s.CodeText == "" {
		s.CodeText = s.Code.String()
	}
	if len(c.steps) < maxSteps {
		c.steps = append(c.steps, s)
	}
}

// note records a step, if somebody wants to know.
func note(ctx context.Context, s Step) {
	if c, ok := ctx.Value(traceKey{}).(*recorder); ok {
		c.add(s)
	}
}

// Trace resolves a handle and tells every hop on the way. It does not wait for
// equal questions of others: the hops are its own.
func (r *Resolver) Trace(ctx context.Context, handle string, query Query) *Trace {
	c := &recorder{}
	ctx = client.WithTrace(context.WithValue(ctx, traceKey{}, c), func(h client.Hop) { c.add(stepOf(&h)) })
	t := &Trace{Asked: handle, Started: r.o.Now()}
	began := time.Now()
	t.Answer = r.lookup(ctx, handle, &query, true)
	t.Took = time.Since(began)
	c.mu.Lock()
	defer c.mu.Unlock()
	t.Steps, t.Signatures = c.steps, c.signatures
	return t
}

func stepOf(h *client.Hop) Step {
	s := Step{
		Kind: StepAsk, Op: h.Op.String(), Handle: h.Handle, Why: h.Why, Took: h.Took, Cached: h.Cached, Code: h.Code,
		LeadsTo: ends(h.Leads), Fault: plain(h.Fault),
	}
	switch {
	case h.Forced:
		s.Kind, s.SignedWhy = StepPolicy, "the policy says where the service is"
		return s
	case h.Cached:
		s.Kind, s.SignedWhy = StepCache, "it was known"
		return s
	}
	s.Node, s.Serial, s.ServerID, s.Server, s.Protocol = h.Site, h.Serial, h.ServerID, h.Server.String(), h.Protocol.String()
	if s.Signed, s.SignedWhy = h.Checked, "the answer was not asked to be signed"; s.Signed {
		s.SignedWhy = "the answer is signed with the key of the site"
	}
	return s
}

// ends returns where values lead: addresses of servers, and services.
func ends(values []wire.Value) []string {
	var list []string
	for i := range values {
		v := &values[i]
		if wire.Equal(v.Type, wire.TypeService) || wire.Equal(v.Type, wire.TypeServicePrefix) {
			list = append(list, v.Type+" "+string(v.Data))
			continue
		}
		site, err := wire.DecodeSite(v.Data)
		if err != nil || !wire.IsSite(v.Type) {
			continue
		}
		for _, server := range site.Servers {
			for _, door := range server.Interfaces {
				list = append(list, fmt.Sprintf("%s %s %s port %d", v.Type, door.Protocol, server.Address, door.Port))
			}
		}
	}
	return list
}

// noteOutcome records what was known of a handle.
func (r *Resolver) noteOutcome(ctx context.Context, q *question, out *outcome) {
	switch {
	case out.entry == nil:
	case out.stale:
		note(ctx, Step{
			Kind: StepCache, Handle: q.handle, Why: "its service does not answer, and this was known", Cached: true, Code: out.entry.code,
			SignedWhy: "it was known", Fault: plain(out.fault),
		})
	case out.cached:
		left := time.UnixMilli(out.entry.until).Sub(r.o.Now()).Truncate(time.Second)
		note(ctx, Step{
			Kind: StepCache, Handle: out.entry.handle(), Why: fmt.Sprintf("it is known for %s more", left), Cached: true, Code: out.entry.code,
			Signed: out.entry.checked, SignedWhy: "it was known",
		})
	}
}

func (r *Resolver) noteSignature(ctx context.Context, handle string, index int32, verdict *trust.Verdict, fault error) {
	s := Step{
		Kind: StepTrust, Op: "check signature", Handle: handle, Why: fmt.Sprintf("HS_SIGNATURE in value %d", index),
		Signed: fault == nil, SignedWhy: plain(fault),
	}
	if fault == nil {
		s.SignedWhy = fmt.Sprintf("values %v are signed, by %v", verdict.Signed, verdict.Chain)
	}
	note(ctx, s)
	if c, ok := ctx.Value(traceKey{}).(*recorder); ok {
		c.sign(SignatureOf(index, verdict, fault))
	}
}
