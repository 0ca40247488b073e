package identifier

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// ruleKind is what a rule of the recursive node is about.
type ruleKind string

const (
	blockHandle ruleKind = "block_handle" // 标识黑名单
	blockPrefix ruleKind = "block_prefix" // 前缀黑名单
	allowSource ruleKind = "allow_source" // 来源白名单
	blockSource ruleKind = "block_source" // 来源黑名单
	forceAnswer ruleKind = "answer"       // 强制应答
	forceSite   ruleKind = "site"         // 存根: where the handles of a prefix are
	forwardTo   ruleKind = "forward"      // 转发
)

// Bounds of rules.
const (
	mostRules    = 1000 // of each kind
	mostNetworks = 256  // of a rule
	mostRate     = 1_000_000
)

// RuleView is a rule of the recursive node. Which parts it has depends on its kind.
type RuleView struct {
	ID   string   `json:"id"`
	Kind ruleKind `json:"kind" enum:"block_handle,block_prefix,allow_source,block_source,answer,site,forward" title:"种类|Kind"`
	Note string   `json:"note" maxLength:"200" title:"说明|Note"`
	RuleContent
	CreatedAt time.Time `json:"created_at"`
	Version   int64     `json:"version"`
}

// RuleContent is what a rule says.
type RuleContent struct {
	Handle   string   `json:"handle,omitempty" maxLength:"2048" doc:"Of block_handle and answer"`
	Prefix   string   `json:"prefix,omitempty" maxLength:"200" doc:"Of block_prefix, site and forward, with what is below it; * forwards everything"`
	Networks []string `json:"networks,omitempty" maxItems:"256" doc:"Of allow_source and block_source, as 192.0.2.0/24"`
	Rate     int      `json:"rate,omitempty" minimum:"0" maximum:"1000000" doc:"Of allow_source: questions a second of each /24 or /56 instead of the usual"`

	Index  int32        `json:"index,omitempty" minimum:"0" doc:"Of answer: for queries that name the index"`
	Type   string       `json:"type,omitempty" maxLength:"200" doc:"Of answer: for queries that name the type"`
	Code   int          `json:"code,omitempty" minimum:"0" maximum:"9999" doc:"Of answer: 1 with values, or that of a failure"`
	Values []valueInput `json:"values,omitempty" maxItems:"100" doc:"Of answer"`

	Below     bool     `json:"below,omitempty" doc:"Of site: it is that of the prefixes below (HS_SITE.PREFIX)"`
	Site      string   `json:"site,omitempty" maxLength:"20000" doc:"Of site: text of a siteinfo.json"`
	Upstreams []string `json:"upstreams,omitempty" maxItems:"16" doc:"Of forward, as udp://192.0.2.1:3641; udp, tcp, http or https"`
	Balance   string   `json:"balance,omitempty" enum:",round_robin,hash,latency" doc:"Of forward; default: round_robin"`
}

// subject is what a rule is about, in a word.
func (r *RuleView) subject() string {
	switch r.Kind {
	case blockHandle, forceAnswer:
		return r.Handle
	case allowSource, blockSource:
		return strings.Join(r.Networks, " ")
	default:
		return r.Prefix
	}
}

// add puts a rule into a policy. What is wrong with it is told by its parts.
func (r *RuleView) add(p *resolver.Policy) error {
	f := fault.New(fault.Invalid, "identifier.rule.invalid", "the rule is incomplete or wrong")
	switch r.Kind {
	case blockHandle:
		r.checkHandle(f)
		p.BlockHandles = append(p.BlockHandles, r.Handle)
	case blockPrefix:
		r.checkPrefix(f)
		p.BlockPrefixes = append(p.BlockPrefixes, r.Prefix)
	case allowSource:
		p.Allow = append(p.Allow, r.group(f))
	case blockSource:
		p.Block = append(p.Block, r.group(f))
	case forceAnswer:
		p.Answers = append(p.Answers, r.forced(f))
	case forceSite:
		p.Sites = append(p.Sites, r.forcedSite(f))
	case forwardTo:
		p.Forward = append(p.Forward, r.forwarders(f))
	default:
		_ = f.At("body.kind", "there is no such kind")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (r *RuleView) checkHandle(f *fault.Error) {
	if err := wire.CheckHandle(r.Handle); err != nil || !strings.Contains(r.Handle, "/") {
		_ = f.At("body.handle", "an identifier, as 88.101.5/T001")
	}
}

func (r *RuleView) checkPrefix(f *fault.Error) {
	if !segments.MatchString(r.Prefix) {
		_ = f.At("body.prefix", "segments of letters, digits, _ or - with dots between, as 88.101.5")
	}
}

func (r *RuleView) group(f *fault.Error) resolver.Group {
	g := resolver.Group{Name: r.ID, Rate: resolver.Rate{PerSecond: r.Rate}}
	if len(r.Networks) == 0 || len(r.Networks) > mostNetworks {
		_ = f.At("body.networks", "name 1 to %d networks, as 192.0.2.0/24", mostNetworks)
	}
	for i, text := range r.Networks {
		network, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); single == nil && a.Zone() == "" {
			network, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			_ = f.At(fmt.Sprintf("body.networks[%d]", i), "%q is no network, as 192.0.2.0/24 or 2001:db8::/32", text)
			continue
		}
		g.Networks = append(g.Networks, network)
	}
	return g
}

func (r *RuleView) forced(f *fault.Error) resolver.Forced {
	r.checkHandle(f)
	a := resolver.Forced{Handle: r.Handle, Index: r.Index, Type: r.Type, Code: wire.Code(r.Code)} //nolint:gosec // a small number
	for i, in := range r.Values {
		v, err := in.value()
		if err != nil || in.Secret {
			_ = f.At(fmt.Sprintf("body.values[%d].data", i), "a value that everybody may read, as its type says")
		}
		a.Values = append(a.Values, v)
	}
	switch {
	case a.Code == wire.CodeSuccess && len(a.Values) == 0:
		_ = f.At("body.values", "an answer of code 1 has values")
	case a.Code != wire.CodeSuccess && len(a.Values) > 0:
		_ = f.At("body.values", "a failure has no values")
	case a.Code == 0:
		_ = f.At("body.code", "1 with values, or the code of a failure, as 100")
	}
	return a
}

func (r *RuleView) forcedSite(f *fault.Error) resolver.ForcedSite {
	r.checkPrefix(f)
	site, err := hjson.ParseSite([]byte(r.Site))
	switch {
	case err != nil:
		_ = f.At("body.site", "no siteinfo.json: %v", err)
	case len(site.Servers) == 0:
		_ = f.At("body.site", "it names no server")
	}
	return resolver.ForcedSite{Prefix: r.Prefix, Below: r.Below, Sites: []wire.Site{site}}
}

func (r *RuleView) forwarders(f *fault.Error) resolver.Forwarders {
	if r.Prefix != "*" {
		r.checkPrefix(f)
	}
	g := resolver.Forwarders{Name: r.Prefix, Prefixes: []string{r.Prefix}}
	switch r.Balance {
	case "", "round_robin":
	case "hash":
		g.Balance = resolver.ByHash
	case "latency":
		g.Balance = resolver.ByLatency
	default:
		_ = f.At("body.balance", "round_robin, hash or latency")
	}
	if len(r.Upstreams) == 0 {
		_ = f.At("body.upstreams", "name at least one, as udp://192.0.2.1:3641")
	}
	protocols := map[string]wire.Protocol{"udp": wire.UDP, "tcp": wire.TCP, "http": wire.HTTP, "https": wire.HTTPS}
	for i, text := range r.Upstreams {
		scheme, address, _ := strings.Cut(text, "://")
		protocol, known := protocols[scheme]
		at, err := netip.ParseAddrPort(address)
		if !known || err != nil || at.Port() == 0 {
			_ = f.At(fmt.Sprintf("body.upstreams[%d]", i), "%q is none, as udp://192.0.2.1:3641", text)
			continue
		}
		g.Upstreams = append(g.Upstreams, resolver.Upstream{Address: at, Protocol: protocol})
	}
	return g
}

// RecursiveSettings are how the recursive node works.
type RecursiveSettings struct {
	SourceRate int   `json:"source_rate" minimum:"0" maximum:"1000000" doc:"Questions a second of each /24 or /56; 0 is no limit"`
	HandleRate int   `json:"handle_rate" minimum:"0" maximum:"1000000" doc:"Questions a second for each identifier; 0 is no limit"`
	ServerRate int   `json:"server_rate" minimum:"0" maximum:"1000000" doc:"Questions a second to each server that is asked; 0 is no limit"`
	Missing    int   `json:"missing" minimum:"1" maximum:"3600" doc:"Seconds for which it is remembered that an identifier is not there"`
	Prefetch   bool  `json:"prefetch" doc:"What is asked for often is fetched again before its time is over"`
	Stale      bool  `json:"stale" doc:"What was known is served after its time while its service is silent"`
	Trust      bool  `json:"trust" doc:"Signatures are checked up to the roots of trust"`
	Demand     bool  `json:"demand" doc:"Who asks for trusted values gets no others (code 3001)"`
	National   bool  `json:"national" doc:"Limits and time have the codes 602, 603 and 605 of the national dialect"`
	Version    int64 `json:"version"`
}

// usualSettings are those of a city where nobody has decided: what was registered a
// moment ago resolves.
func usualSettings() RecursiveSettings {
	return RecursiveSettings{Missing: int(missingTime / time.Second), Prefetch: true, Stale: true, Trust: true}
}

// policyOf makes of settings, rules and roots of trust what the node does.
func policyOf(s RecursiveSettings, rules []RuleView, roots []trust.Root) (resolver.Policy, error) {
	missing := time.Duration(s.Missing) * time.Second
	p := resolver.Policy{
		SourceRate: resolver.Rate{PerSecond: s.SourceRate}, HandleRate: resolver.Rate{PerSecond: s.HandleRate}, BackendRate: resolver.Rate{PerSecond: s.ServerRate},
		Keep:       []resolver.Keep{{Code: wire.CodeNotFound, For: missing}, {Code: wire.CodeValuesNotFound, For: missing}, {Code: wire.CodeError, For: time.Second}},
		NoPrefetch: !s.Prefetch, NoStale: !s.Stale, National: s.National,
		Trust: resolver.Trust{On: s.Trust && len(roots) > 0, Roots: roots, Refuse: s.Demand},
	}
	for i := range rules {
		if err := rules[i].add(&p); err != nil {
			return p, err
		}
	}
	if err := p.Check(); err != nil {
		return p, fault.New(fault.Conflict, "identifier.rule.conflict", "the rules do not go together: %v", err)
	}
	return p, nil
}

// hits tells whether a rule is why the recursive node did not ask as usual about a
// handle.
func (r *RuleView) hits(handle string) bool {
	switch r.Kind {
	case blockHandle, forceAnswer:
		return wire.Equal(r.Handle, handle)
	case blockPrefix, forceSite, forwardTo:
		return r.Prefix == "*" || covers(r.Prefix, handle)
	default:
		return false
	}
}

// covers tells whether a handle is one of a prefix, or of one below it.
func covers(prefix, handle string) bool {
	of, suffix := wire.Split(strings.TrimSuffix(handle, "."))
	if wire.IsPrefixHandle(handle) {
		of = suffix
	}
	of, prefix = wire.Fold(of), wire.Fold(prefix)
	return of == prefix || strings.HasPrefix(of, prefix+".")
}
