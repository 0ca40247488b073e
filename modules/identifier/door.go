package identifier

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"

	"linghang/lib/handle/wire"
)

// door is where nodes that are hosted here speak the protocol.
type door struct {
	Name string `json:"name"`
	// Handle is the address of the protocol, UDP and TCP; HTTP of the interface
	// for programs and of HTTP as the protocol's carrier. "off" opens none.
	Handle string `json:"handle"`
	HTTP   string `json:"http"`
	// Public is the IP address that others reach the door under; the one it listens
	// on when empty. The ports are those it listens on.
	Public string `json:"public_address"`
}

// settings are the room's section of the configuration.
type settings struct {
	Doors []door `json:"doors"`
	// Recursive is the address of the recursive node, UDP and TCP.
	Recursive string `json:"recursive"`
	// Root is the file siteinfo.json of a root elsewhere, where resolution begins;
	// the root that is hosted here when empty.
	Root string `json:"root"`
	// Memory is how many MiB of records are kept in memory.
	Memory int64 `json:"memory"`
	// From when on nodes count as being in scaled use.
	Secondary  scale `json:"secondary"`
	Enterprise scale `json:"enterprise"`
}

// mainDoor is where nodes answer that name no other.
const mainDoor = "main"

func defaults() settings {
	return settings{
		Doors:     []door{{Name: mainDoor, Handle: "127.0.0.1:2641", HTTP: "127.0.0.1:8000"}},
		Recursive: "127.0.0.1:3641", Memory: 256,
		Secondary: scale{Identifiers: 1000, Resolutions: 1000}, Enterprise: scale{Identifiers: 10, Resolutions: 10},
	}
}

// check refuses settings that cannot be acted upon.
func (s settings) check() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("configuration identifier: "+format, args...))
	}
	seen := map[string]bool{}
	for i, d := range s.Doors {
		if d.Name == "" || seen[d.Name] {
			bad("doors[%d].name: each door has a name of its own", i)
		}
		seen[d.Name] = true
		for key, address := range map[string]string{"handle": d.Handle, "http": d.HTTP} {
			if address != off && !hostPort.MatchString(address) {
				bad("doors[%d].%s: %q is no host:port, and not off", i, key, address)
			}
		}
		if _, err := netip.ParseAddr(d.Public); d.Public != "" && err != nil {
			bad("doors[%d].public_address: %q is no IP address", i, d.Public)
		}
	}
	if s.Recursive != off && !hostPort.MatchString(s.Recursive) {
		bad("recursive: %q is no host:port, and not off", s.Recursive)
	}
	if s.Memory < 1 {
		bad("memory: at least 1 MiB")
	}
	return errors.Join(errs...)
}

const off = "off"

var hostPort = regexp.MustCompile(`^\S*:[0-9]{1,5}$`)

// siteOf returns the site of a door with one server, which takes changes too.
func siteOf(name string, address netip.Addr, handle, web uint16, publicKey []byte) wire.Site {
	server := wire.Server{ID: 1, Address: address, PublicKey: publicKey, Interfaces: []wire.Interface{
		{Service: wire.ServiceQuery, Protocol: wire.UDP, Port: uint32(handle)},
		{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: uint32(handle)},
	}}
	if web != 0 {
		server.Interfaces = append(server.Interfaces,
			wire.Interface{Service: wire.ServiceBoth, Protocol: wire.HTTP, Port: uint32(web)},
			wire.Interface{Service: wire.ServiceBoth, Protocol: wire.HTTPS, Port: uint32(web)})
	}
	return wire.Site{
		Version: wire.Current(), Primary: true, Hash: wire.HashAll,
		Attributes: []wire.Attribute{{Name: "desc", Value: name}}, Servers: []wire.Server{server},
	}
}
