package station

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/engine"
)

// MaxServers is how many servers a site has at most.
const MaxServers = 16

// Join makes one site of several servers' own, in their order: the order says which
// handles each answers for. Its serial is above theirs, so that clients ask again.
func Join(sites []wire.Site) (wire.Site, error) {
	if len(sites) < 2 || len(sites) > MaxServers {
		return wire.Site{}, usage("a site is joined of 2 to %d servers", MaxServers)
	}
	joined := sites[0]
	joined.Primary, joined.Hash, joined.Servers = true, wire.HashAll, nil
	for i, s := range sites {
		if len(s.Servers) != 1 {
			return wire.Site{}, usage("site %d of those to be joined has %d servers; name the siteinfo.json of each server alone", i+1, len(s.Servers))
		}
		server := s.Servers[0]
		server.ID = uint32(i + 1)
		for _, other := range joined.Servers {
			if string(other.PublicKey) == string(server.PublicKey) {
				return wire.Site{}, usage("servers %d and %d have the same key: they are the same server", other.ID, server.ID)
			}
			if reflect.DeepEqual(other.Interfaces, server.Interfaces) && other.Address == server.Address {
				return wire.Site{}, usage("servers %d and %d have the same address", other.ID, server.ID)
			}
		}
		joined.Serial = max(joined.Serial, s.Serial)
		joined.Servers = append(joined.Servers, server)
	}
	joined.Serial++
	return joined, nil
}

func (c *Config) checkShare() error {
	switch {
	case c.Site != nil && c.Role != Secondary && c.Role != Enterprise:
		return usage("--site is of a secondary or an enterprise node with several servers")
	case c.Site != nil && (len(c.Site.Servers) < 2 || len(c.Site.Servers) > MaxServers):
		return usage("the site has %d servers; join 2 to %d with linghang node join", len(c.Site.Servers), MaxServers)
	case c.Share != wire.Receiver{} && c.Role != Mirror:
		return usage("--share is of a mirror; a primary has the share that its --site says")
	case c.Share != wire.Receiver{} && (c.Share.Servers < 2 || c.Share.Servers > MaxServers || c.Share.Server >= c.Share.Servers):
		return usage("--share is which server of how many, as 2/2, of %d at most", MaxServers)
	default:
		return nil
	}
}

// share finds this server in the site that it is one of. alone is its site by itself.
func (c *Config) share(s saved, alone *wire.Site) (engine.Share, error) {
	own, many := &alone.Servers[0], uint32(len(c.Site.Servers)) //nolint:gosec // few
	for i := range c.Site.Servers {
		server := &c.Site.Servers[i]
		if string(server.PublicKey) != string(own.PublicKey) {
			continue
		}
		if server.Address != own.Address || !reflect.DeepEqual(server.Interfaces, own.Interfaces) {
			return engine.Share{}, usage("the site has this server at another address than it listens on, or on other ports; join the site again")
		}
		if c.Site.Serial < s.Serial {
			return engine.Share{}, usage("the site has the serial number %d, below %d that this server had before; join the site again", c.Site.Serial, s.Serial)
		}
		return engine.Share{Receiver: wire.Receiver{Hash: c.Site.Hash, Servers: many, Server: uint32(i)}, Serial: c.Site.Serial}, nil
	}
	return engine.Share{}, usage("none of the site's %d servers has the key of this one; join the site with its siteinfo.json", len(c.Site.Servers))
}

// sameKeys refuses to make keys that all servers of a site have in common.
func (c *Config) sameKeys() error {
	if c.Site == nil {
		return nil
	}
	names := []string{"admin.key"}
	if c.Sign != "" {
		names = append(names, signingKey(c.Sign))
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(c.Dir, name)); errors.Is(err, fs.ErrNotExist) {
			return usage("all servers of a site have the same %s: copy it into %s", name, c.Dir)
		} else if err != nil {
			return fmt.Errorf("look for %s: %w", name, err)
		}
	}
	return nil
}
