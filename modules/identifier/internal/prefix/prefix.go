// Package prefix makes the record of a prefix as nodes of the Handle System expect
// it: where its node is, who administers it and by what key (RFC 3651 sections 3.2
// and 3.3). Whoever allocates the prefix keeps that record.
package prefix

import (
	"net/netip"
	"strings"

	"linghang/lib/handle/wire"
)

// Indexes at which records of prefixes have their values, as is customary.
const (
	SiteIndex  = 1
	BelowIndex = 2 // where the prefixes below are
	AdminIndex = 100
	KeyIndex   = 300
)

// Place is where a node with one server is.
type Place struct {
	Name      string
	Address   netip.Addr
	Handle    uint16 // port of the protocol, UDP and TCP
	Web       uint16 // port of HTTP and HTTPS; 0 for none
	PublicKey []byte // key record; empty for a node that signs nothing
}

// Site returns the site of a node with one server, which takes changes too.
func (p Place) Site() wire.Site {
	server := wire.Server{ID: 1, Address: p.Address, PublicKey: p.PublicKey, Interfaces: []wire.Interface{
		{Service: wire.ServiceQuery, Protocol: wire.UDP, Port: uint32(p.Handle)},
		{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: uint32(p.Handle)},
	}}
	if p.Web != 0 {
		server.Interfaces = append(server.Interfaces,
			wire.Interface{Service: wire.ServiceBoth, Protocol: wire.HTTP, Port: uint32(p.Web)},
			wire.Interface{Service: wire.ServiceBoth, Protocol: wire.HTTPS, Port: uint32(p.Web)})
	}
	return wire.Site{
		Version: wire.Current(), Primary: true, Hash: wire.HashAll,
		Attributes: []wire.Attribute{{Name: "desc", Value: p.Name}}, Servers: []wire.Server{server},
	}
}

// Everywhere tells whether a listener's address, host:port, is every address of its
// machine. That says nothing to others: a site needs the one that they reach.
func Everywhere(address string) bool {
	if strings.HasPrefix(address, ":") {
		return true
	}
	a, err := netip.ParseAddrPort(address)
	return err == nil && a.Addr().IsUnspecified()
}

// Administrator is who administers a prefix over the protocol, by its handle.
func Administrator(handle string) wire.Reference {
	return wire.Reference{Handle: handle, Index: KeyIndex}
}

// Record returns the record of a prefix. The site is an HS_SITE; the key is a
// public key record, empty when nobody administers the prefix over the protocol.
// When the node allocates prefixes itself, below, the site is theirs too.
func Record(handle string, site, key []byte, below bool) wire.Values {
	admin := wire.Admin{Rights: wire.RightsAll, Reference: Administrator(handle)}
	values := []wire.Value{value(SiteIndex, wire.TypeSite, site), value(AdminIndex, wire.TypeAdmin, admin.Append(nil))}
	if below {
		values = append(values, value(BelowIndex, wire.TypeSitePrefix, site))
	}
	if len(key) > 0 {
		values = append(values, value(KeyIndex, wire.TypePublicKey, key))
	}
	return wire.Values{Handle: handle, Values: values}
}

func value(index int32, typ string, data []byte) wire.Value {
	return wire.Value{Index: index, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: typ, Data: data}
}
