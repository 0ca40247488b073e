package identifier

import (
	"net/url"
	"slices"
	"strings"

	"linghang/lib/codeid"
)

// bridge is where identifiers of another system are asked for: an address of the
// web, with a place for the identifier.
type bridge struct {
	// System is gs1, did, oid, urn, ecode or vaa.
	System codeid.System `json:"system"`
	// Kind is the method of a DID or the namespace of a URN; empty for all others.
	Kind string `json:"kind"`
	// URL has {id} where the identifier stands, escaped; {path} where that of a GS1
	// Digital Link does, as 01/09506000134352/21/X1.
	URL string `json:"url"`
	// Accept is the form that is asked for; any when empty.
	Accept string `json:"accept"`
}

const (
	placeID   = "{id}"
	placePath = "{path}"
)

// bridged are the systems that others resolve.
func bridged() []codeid.System {
	return []codeid.System{codeid.GS1, codeid.DID, codeid.OID, codeid.URN, codeid.Ecode, codeid.VAA}
}

func checkBridges(list []bridge, bad func(format string, args ...any)) {
	for i, b := range list {
		if !slices.Contains(bridged(), b.System) {
			bad("bridges[%d].system: %q is not one of %v", i, b.System, bridged())
		}
		u, err := url.Parse(strings.NewReplacer(placeID, "x", placePath, "x").Replace(b.URL))
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			bad("bridges[%d].url: %q is no address of the web", i, b.URL)
			continue
		}
		if !strings.Contains(b.URL, placeID) && !strings.Contains(b.URL, placePath) {
			bad("bridges[%d].url: it has neither %s nor %s, where the identifier stands", i, placeID, placePath)
		}
	}
}

// address is where an identifier in its canonical form is asked for.
func (b bridge) address(canonical string) string {
	path := canonical
	if u, err := url.Parse(canonical); err == nil && u.Host != "" {
		path = strings.TrimPrefix(u.EscapedPath(), "/")
	}
	// The place may be in a path or in a query: nothing of an identifier is either's.
	id := strings.NewReplacer("&", "%26", "=", "%3D", "+", "%2B").Replace(url.PathEscape(canonical))
	return strings.NewReplacer(placeID, id, placePath, path).Replace(b.URL)
}

// bridgeKind is the method of a DID or the namespace of a URN.
func bridgeKind(canonical string) string {
	_, rest, _ := strings.Cut(canonical, ":")
	kind, _, ok := strings.Cut(rest, ":")
	if !ok {
		return ""
	}
	return kind
}

// bridgeTo returns the bridge to a system: that of the identifier's kind before
// the one for all.
func bridgeTo(list []bridge, system codeid.System, canonical string) (b bridge, ok bool) {
	for _, one := range list {
		if one.System != system {
			continue
		}
		if one.Kind != "" && strings.EqualFold(one.Kind, bridgeKind(canonical)) {
			return one, true
		}
		if one.Kind == "" && !ok {
			b, ok = one, true
		}
	}
	return b, ok
}
