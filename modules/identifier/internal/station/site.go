package station

import (
	"bytes"
	"crypto"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"linghang/lib/handle/wire"
)

// Indexes at which records of prefixes have their values, as is customary.
const (
	siteIndex   = 1
	belowIndex  = 2 // where the prefixes below are
	adminIndex  = 100
	keyIndex    = 300
	description = "desc"
)

// SiteOf returns the site of a node with one server, which takes changes too.
func SiteOf(name string, address netip.Addr, handle, web uint16, publicKey []byte) wire.Site {
	return wire.Site{
		Version: wire.Current(), Primary: true, Hash: wire.HashAll,
		Attributes: []wire.Attribute{{Name: description, Value: name}},
		Servers: []wire.Server{{ID: 1, Address: address, PublicKey: publicKey, Interfaces: []wire.Interface{
			{Service: wire.ServiceQuery, Protocol: wire.UDP, Port: uint32(handle)},
			{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: uint32(handle)},
			{Service: wire.ServiceBoth, Protocol: wire.HTTP, Port: uint32(web)},
		}}},
	}
}

// LoadSite reads a site as siteinfo.bin holds it.
func LoadSite(path string) (wire.Site, error) {
	octets, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return wire.Site{}, fmt.Errorf("read site: %w", err)
	}
	site, err := wire.DecodeSite(octets)
	if err != nil {
		return wire.Site{}, fmt.Errorf("read site %s: %w", path, err)
	}
	return site, nil
}

// publish makes the site of the addresses that the node listens on known. Its
// serial grows when it has changed, so that clients ask again.
func (c *Config) publish(s saved, site wire.Site) (wire.Site, error) {
	path := filepath.Join(c.Dir, "siteinfo.bin")
	site.Serial = s.Serial
	if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, site.Append(nil)) { //nolint:gosec // in the node's directory
		return site, nil
	}
	s.Serial++
	site.Serial = s.Serial
	if err := c.save(s); err != nil {
		return site, err
	}
	return site, writeFile(path, site.Append(nil))
}

// values returns the record of the node's prefix: where it is, who administers
// it and by what key.
func (c *Config) values(site *wire.Site, admin crypto.PrivateKey) ([]wire.Value, error) {
	key, err := publicRecord(admin)
	if err != nil {
		return nil, err
	}
	where := site.Append(nil)
	all := wire.Admin{Rights: wire.RightsAll, Reference: c.identity()}
	values := []wire.Value{
		value(siteIndex, wire.TypeSite, where),
		value(adminIndex, wire.TypeAdmin, all.Append(nil)),
		value(keyIndex, wire.TypePublicKey, key),
	}
	if c.Role == Secondary {
		values = append(values, value(belowIndex, wire.TypeSitePrefix, where))
	}
	return values, nil
}

func value(index int32, typ string, data []byte) wire.Value {
	return wire.Value{Index: index, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: typ, Data: data}
}

// LoadRequest reads the record of a prefix as request.bin holds it.
func LoadRequest(path string) (wire.Values, error) {
	octets, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return wire.Values{}, fmt.Errorf("read request: %w", err)
	}
	v, err := wire.DecodeValues(octets)
	if err != nil {
		return wire.Values{}, fmt.Errorf("read request %s: %w", path, err)
	}
	return v, nil
}
