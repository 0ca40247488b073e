package identifier

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/lib/codeid"
	"linghang/lib/codeid/gs1"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
	"linghang/modules/identifier/internal/linkset"
)

// digitalLinks is the path below which the city resolves Digital Links.
const digitalLinks = "/id/"

func (m *Module) digitalLinkRoutes() []module.Route {
	answer := func(h http.HandlerFunc) httpd.Handler { return httpd.Raw("", fromAnywhere(h)) }
	return []module.Route{
		{Pattern: "GET /.well-known/gs1resolver", Permission: identity.Public, Summary: "The resolver description file of GS1", Handler: answer(m.describeResolver)},
		{Pattern: "GET " + digitalLinks + "{path...}", Permission: identity.Public, Summary: "Resolve a GS1 Digital Link: lead to one of its links, or tell them all (?linkType=linkset)", Handler: answer(m.resolveLink)},
		{Pattern: "OPTIONS " + digitalLinks + "{path...}", Permission: identity.Public, Summary: "What may be asked of Digital Links from another site", Handler: answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })},
	}
}

// fromAnywhere lets pages of all sites read the answer.
func fromAnywhere(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Access-Control-Allow-Origin", "*")
		head.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
		head.Set("Access-Control-Allow-Headers", "Accept, Accept-Language")
		head.Set("Access-Control-Expose-Headers", "Link, Location")
		h.ServeHTTP(w, r)
	})
}

// resolverDescription is the resolver description file (GS1-Conformant resolver
// 1.2.0, section 8).
type resolverDescription struct {
	Name      string         `json:"name"`
	Root      string         `json:"resolverRoot"`
	Keys      []string       `json:"supportedPrimaryKeys"`
	LinkTypes []linkTypeFrom `json:"supportedLinkType"`
	Linkset   bool           `json:"linkTypeDefaultCanBeLinkset"`
}

type linkTypeFrom struct {
	Namespace string `json:"namespace"`
	Prefix    string `json:"prefix"`
}

func (m *Module) describeResolver(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, r, "application/json", resolverDescription{
		Name: "Linghang 领航", Root: m.resolverRoot(), Keys: []string{"all"},
		LinkTypes: []linkTypeFrom{{linkset.Vocabulary, linkset.Prefix}},
	})
}

func (m *Module) resolverRoot() string {
	return strings.TrimRight(m.kit.Address(), "/") + strings.TrimRight(digitalLinks, "/")
}

func writeJSON(w http.ResponseWriter, r *http.Request, mediaType string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	_, _ = w.Write(body) // the caller has gone
}

func (m *Module) resolveLink(w http.ResponseWriter, r *http.Request) {
	i, err := gs1.ParseLink(gs1.CanonicalDomain + strings.TrimRight(r.URL.EscapedPath(), "/"))
	if err != nil {
		httpd.Refuse(w, r, fault.New(fault.BadRequest, "identifier.gs1.syntax", "this is no Digital Link: %v", err).At("path", "as %s01/09506000134352/21/X1", digitalLinks))
		return
	}
	n, ours, err := m.company(r.Context(), i)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	if !ours {
		m.handOn(w, r, i)
		return
	}
	set, err := m.links(r.Context(), n, i)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	if len(set) == 0 {
		httpd.Refuse(w, r, fault.New(fault.NotFound, "identifier.gs1.none", "%s has no links for %s", n.Prefix, i).At("path", "whoever operates the node %s registers %s", n.Prefix, companyHandle(n, i)))
		return
	}
	m.answerLink(w, r, i, set)
}

// company returns the node that resolves an identification.
func (m *Module) company(ctx context.Context, i gs1.Identification) (n node, ours bool, err error) {
	id, ours, err := m.companies.owner(ctx, i.CompanyDigits())
	if err != nil || !ours {
		return n, false, err
	}
	n, err = m.nodes.get(ctx, id)
	return n, err == nil && (n.State == trial || n.State == inService), err
}

// links returns what a node says of an identification and of what is above it.
func (m *Module) links(ctx context.Context, n node, i gs1.Identification) (linkset.Set, error) {
	above := levels(i)
	handles := make([]string, len(above))
	for at := range above {
		handles[at] = companyHandle(n, above[at])
	}
	values, err := m.readAll(ctx, n, handles)
	if err != nil {
		return nil, err
	}
	var set linkset.Set
	for at := range above {
		if l := linkset.LevelOf(m.resolverRoot()+"/"+linkPath(above[at]), values[at]); len(l.Links) > 0 {
			set = append(set, l)
		}
	}
	return set, nil
}

// readAll returns what everybody may read of some identifiers of a node, nil for
// those that are not there.
func (m *Module) readAll(ctx context.Context, n node, handles []string) ([][]wire.Value, error) {
	if _, hosted := m.hosted.of(n.ID); hosted {
		p := m.post(n.Door)
		if p == nil {
			return nil, fault.New(fault.Unavailable, "identifier.node.closed", "the node's door is closed at the moment").After(15)
		}
		from, _ := netip.ParseAddr(httpd.ClientIP(ctx)) // unknown is a source, too
		list, err := p.engine.Read(ctx, handles, from)
		if refused, ok := errors.AsType[*engine.RefusalError](err); ok && refused.Code == wire.CodeDailyLimit {
			return nil, fault.New(fault.Limited, "identifier.quota.used", "%s", refused.Message)
		}
		return list, problem(err)
	}
	r, err := m.recursive.resolver()
	if err != nil {
		return nil, err
	}
	list := make([][]wire.Value, len(handles))
	for i, handle := range handles {
		t := r.Trace(ctx, handle, resolver.Query{})
		switch t.Code {
		case wire.CodeSuccess:
			list[i] = t.Values
		case wire.CodeNotFound, wire.CodeValuesNotFound:
		default:
			return nil, fault.New(fault.Unavailable, "identifier.node.silent", "the node %s does not answer: %s", n.Prefix, t.Code).After(15)
		}
	}
	return list, nil
}

// handOn leads to the resolver of all others, if one is configured.
func (m *Module) handOn(w http.ResponseWriter, r *http.Request, i gs1.Identification) {
	b, ok := bridgeTo(m.settings.Bridges, codeid.GS1, i.Link(gs1.CanonicalDomain))
	if !ok {
		httpd.Refuse(w, r, fault.New(fault.NotFound, "identifier.gs1.elsewhere", "no node of the city resolves %s", i).At("path", "the operator adds a bridge to gs1 in identifier.bridges, or gives its prefix to a node"))
		return
	}
	i.Attributes = nil
	to := withQuery(b.address(i.Link(gs1.CanonicalDomain)), r.URL.RawQuery)
	w.Header().Add("Link", "<"+to+`>; rel="`+linkset.Vocabulary+`handledBy"`)
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// linkContext is the JSON-LD context of link sets.
const linkContext = `<https://ref.gs1.org/standards/resolver/linkset-context>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`

func (m *Module) answerLink(w http.ResponseWriter, r *http.Request, i gs1.Identification, set linkset.Set) {
	w.Header().Set("Vary", "Accept, Accept-Language")
	query := r.URL.Query()
	wanted := linkset.Request{Type: query.Get("linkType"), Context: query.Get("context"), Languages: r.Header.Get("Accept-Language"), Media: r.Header.Get("Accept")}
	if mediaType, all := wantsAll(wanted); all {
		w.Header().Add("Link", linkContext)
		writeJSON(w, r, mediaType, set)
		return
	}
	w.Header().Add("Link", "<"+m.resolverRoot()+"/"+linkPath(i)+`?linkType=linkset>; rel="linkset"; type="`+linkset.MediaType+`"`)
	list := set.Choose(wanted)
	if len(list) == 1 {
		w.Header().Set("Location", withQuery(list[0].Href, r.URL.RawQuery))
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	w.Header().Add("Link", linkContext)
	w.Header().Set("Content-Type", linkset.MediaType)
	w.WriteHeader(http.StatusMultipleChoices)
	_ = json.NewEncoder(w).Encode(set.Only(wanted.Type, list)) // the caller has gone
}

// wantsAll tells whether the links themselves are wanted, and as what.
func wantsAll(r linkset.Request) (mediaType string, ok bool) {
	mediaType, named := linkset.Prefers(r.Media)
	switch {
	case mediaType == linkset.MediaType, named && r.Type == "":
		return mediaType, true
	case r.Type == "linkset" || r.Type == "all": // all is how it was called before 1.0.0
		if !named {
			mediaType = linkset.MediaType
		}
		return mediaType, true
	default:
		return "", false
	}
}

// withQuery passes on what an address was asked with.
func withQuery(to, query string) string {
	if query == "" {
		return to
	}
	u, err := url.Parse(to)
	if err != nil {
		return to // it was read before
	}
	u.RawQuery = strings.Join(slices.DeleteFunc([]string{u.RawQuery, query}, func(s string) bool { return s == "" }), "&")
	return u.String()
}
