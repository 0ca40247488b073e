package identifier

import (
	"net/url"
	"slices"
	"strings"

	"linghang/lib/codeid"
	"linghang/modules/identifier/internal/ors"
)

// bridge is where identifiers of another system are asked for: an address of the
// web, with a place for the identifier; or, for object identifiers, DNS.
type bridge struct {
	// System is gs1, did, oid, urn, ecode or vaa.
	System codeid.System `json:"system"`
	// Kind is the method of a DID or the namespace of a URN; dns for object identifiers
	// that are asked for by DNS (X.672); empty for all others.
	Kind string `json:"kind"`
	// URL has {id} where the identifier stands, escaped; {path} where that of a GS1
	// Digital Link does, as 01/09506000134352/21/X1.
	URL string `json:"url"`
	// Accept is the form that is asked for; any when empty.
	Accept string `json:"accept"`
	// Zone is the zone of DNS below which the arcs are; oid-res.org when empty.
	Zone string `json:"zone"`
	// Servers are the resolvers, as 192.0.2.53 or 192.0.2.53:5353; those of the system
	// when empty.
	Servers []string `json:"servers"`
}

// kindDNS is the kind of a bridge that asks DNS.
const kindDNS = "dns"

// byDNS tells whether a bridge asks DNS.
func (b bridge) byDNS() bool { return b.System == codeid.OID && b.Kind == kindDNS }

// zone is the zone of a bridge by DNS.
func (b bridge) zone() string {
	if b.Zone == "" {
		return ors.Zone
	}
	return strings.Trim(b.Zone, ".")
}

// client asks the resolvers of a bridge by DNS; its settings were checked.
func (b bridge) client() ors.Client {
	c := ors.Client{Zone: b.zone()}
	for _, text := range b.Servers {
		if s, err := ors.ParseServer(text); err == nil {
			c.Servers = append(c.Servers, s)
		}
	}
	return c
}

func (b bridge) checkDNS(i int, bad func(format string, args ...any)) {
	if b.URL != "" || b.Accept != "" {
		bad("bridges[%d]: one of kind dns has zone and servers, and neither url nor accept", i)
	}
	if !ors.IsZone(b.zone()) {
		bad("bridges[%d].zone: %q is no name of DNS", i, b.Zone)
	}
	for j, text := range b.Servers {
		if _, err := ors.ParseServer(text); err != nil {
			bad("bridges[%d].servers[%d]: %s", i, j, err)
		}
	}
}

// localOID is an object identifier of which the city itself tells, before others are asked.
type localOID struct {
	OID string `json:"oid"` // dotted
	// Services are what it tells, by services of X.672: UINF a URI, CINF and so on.
	Services map[string]string `json:"services"`
}

const mostLocalOIDs = 10_000

func checkLocalOIDs(list []localOID, bad func(format string, args ...any)) {
	if len(list) > mostLocalOIDs {
		bad("oids: at most %d", mostLocalOIDs)
	}
	seen := map[string]bool{}
	for i, o := range list {
		if !codeid.IsOID(o.OID) {
			bad("oids[%d].oid: %q is no dotted object identifier", i, o.OID)
		}
		if seen[o.OID] {
			bad("oids[%d].oid: %s is there twice", i, o.OID)
		}
		if seen[o.OID] = true; len(o.Services) == 0 {
			bad("oids[%d].services: say what is told of it, as UINF: https://…", i)
		}
		for name, value := range o.Services {
			if !slices.Contains(ors.Services(), name) || value == "" {
				bad("oids[%d].services: %q is not one of %v, or tells nothing", i, name, ors.Services())
			}
		}
	}
}

// oidOf is the object identifier of a canonical form, which may have a suffix behind a slash.
func oidOf(canonical string) string {
	oid, _, _ := strings.Cut(canonical, "/")
	return oid
}

// localTo returns what the city itself tells of an identifier.
func localTo(list []localOID, system codeid.System, canonical string) (localOID, bool) {
	at := slices.IndexFunc(list, func(o localOID) bool { return system == codeid.OID && o.OID == oidOf(canonical) })
	if at < 0 {
		return localOID{}, false
	}
	return list[at], true
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
		if b.byDNS() {
			b.checkDNS(i, bad)
			continue
		}
		if b.Zone != "" || len(b.Servers) > 0 {
			bad("bridges[%d]: zone and servers are those of system oid and kind dns", i)
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

// host is who is asked.
func (b bridge) host(canonical string) string {
	if b.byDNS() {
		return b.zone()
	}
	u, err := url.Parse(b.address(canonical))
	if err != nil {
		return ""
	}
	return u.Host
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
		if (one.Kind == "" || one.byDNS()) && !ok {
			b, ok = one, true
		}
	}
	return b, ok
}
