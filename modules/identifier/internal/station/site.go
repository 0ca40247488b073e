package station

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"linghang/lib/handle/hjson"
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
			{Service: wire.ServiceBoth, Protocol: wire.HTTPS, Port: uint32(web)},
		}}},
	}
}

// LoadSite reads a site as siteinfo.json holds it, or siteinfo.bin of other tools.
func LoadSite(path string) (wire.Site, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return wire.Site{}, fmt.Errorf("read site: %w", err)
	}
	decode := wire.DecodeSite
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		decode = hjson.ParseSite
	}
	site, err := decode(text)
	if err != nil {
		return wire.Site{}, fmt.Errorf("read site %s: %w", path, err)
	}
	return site, nil
}

// publish makes the site of the addresses that the node listens on known. Its
// serial grows when it has changed, so that clients ask again.
func (c *Config) publish(s saved, site wire.Site) (wire.Site, error) {
	path := filepath.Join(c.Dir, "siteinfo.json")
	site.Serial = s.Serial
	if before, err := LoadSite(path); err == nil && bytes.Equal(before.Append(nil), site.Append(nil)) {
		return site, nil
	}
	s.Serial++
	site.Serial = s.Serial
	if err := c.save(s); err != nil {
		return site, err
	}
	return site, writeFile(path, append(hjson.AppendSite(nil, &site), '\n'))
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

// request is what request.json holds: a handle with its values, as the interface
// for programs writes them.
type request struct {
	Handle string          `json:"handle"`
	Values json.RawMessage `json:"values"`
}

func writeRequest(path string, v *wire.Values) error {
	list := []byte{'['}
	for i := range v.Values {
		if i > 0 {
			list = append(list, ',')
		}
		list = hjson.AppendValue(list, &v.Values[i])
	}
	text, err := json.MarshalIndent(request{v.Handle, append(list, ']')}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	return writeFile(path, append(text, '\n'))
}

// LoadRequest reads the record of a prefix as request.json holds it.
func LoadRequest(path string) (wire.Values, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
	if err != nil {
		return wire.Values{}, fmt.Errorf("read request: %w", err)
	}
	var r request
	if err := json.Unmarshal(text, &r); err != nil {
		return wire.Values{}, fmt.Errorf("read request %s: %w", path, err)
	}
	values, err := hjson.ParseValues(r.Values)
	if err != nil {
		return wire.Values{}, fmt.Errorf("read request %s: %w", path, err)
	}
	return wire.Values{Handle: r.Handle, Values: values}, nil
}
