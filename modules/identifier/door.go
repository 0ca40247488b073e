package identifier

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/prefix"
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
	// Mirrors may follow all changes of the nodes behind the door, secret values too,
	// as 301:88.101.5/MIRROR.
	Mirrors []string `json:"mirrors"`
}

// mirrors are who may follow the door; the settings were checked.
func (d door) mirrors() []wire.Reference {
	list := make([]wire.Reference, 0, len(d.Mirrors))
	for _, text := range d.Mirrors {
		if r, err := wire.ParseReference(text); err == nil {
			list = append(list, r)
		}
	}
	return list
}

// checkMirrors calls bad for those that nobody can be.
func (d door) checkMirrors(bad func(i int, text string)) {
	for i, text := range d.Mirrors {
		if _, err := wire.ParseReference(text); err != nil {
			bad(i, text)
		}
	}
}

// settings are the room's section of the configuration.
type settings struct {
	Doors []door `json:"doors"`
	// Recursive is the address of the recursive node, UDP and TCP.
	Recursive string `json:"recursive"`
	// MirrorOf are nodes elsewhere of which this process keeps mirrors.
	MirrorOf []mirrorOf `json:"mirror_of"`
	// Root is the file siteinfo.json of a root elsewhere, where resolution begins;
	// the root that is hosted here when empty.
	Root string `json:"root"`
	// Trust are files trust.json of roots whose signatures are trusted, beside those of
	// roots that are hosted here.
	Trust []string `json:"trust"`
	// Memory is how many MiB of records are kept in memory.
	Memory int64 `json:"memory"`
	// UDPRate is how many KiB a second of answers by UDP go to one network, which may
	// have been named by somebody else; 0 is no limit.
	UDPRate int `json:"udp_rate"`
	// Bridges are where identifiers of other systems are asked for.
	Bridges []bridge `json:"bridges"`
	// OIDs are object identifiers of which the city itself tells.
	OIDs []localOID `json:"oids"`
	// Probe tells whether the city itself looks at nodes once a minute.
	Probe bool `json:"probe"`
	// Alarms are where alarms of nodes begin.
	Alarms thresholds `json:"alarms"`
	// Escrow is what is given to an escrow body.
	Escrow custody `json:"escrow"`
	// Font is a TrueType file with Chinese and Latin characters that labels are set in;
	// the one that is built in when empty.
	Font string `json:"font"`
	// From when on nodes count as being in scaled use.
	Secondary  scale `json:"secondary"`
	Enterprise scale `json:"enterprise"`
}

// mainDoor is where nodes answer that name no other.
const mainDoor = "main"

func defaults() settings {
	return settings{
		Doors:     []door{{Name: mainDoor, Handle: "127.0.0.1:2641", HTTP: "127.0.0.1:8000"}},
		Recursive: "127.0.0.1:3641", Memory: 256, UDPRate: 1024, Probe: true, Alarms: usualThresholds(), Escrow: custody{Hour: 8, FullEvery: 7},
		Secondary: scale{Identifiers: 1000, Resolutions: 1000}, Enterprise: scale{Identifiers: 10, Resolutions: 10},
	}
}

// check refuses settings that cannot be acted upon.
func (s settings) check() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("configuration identifier: "+format, args...))
	}
	checkDoors(s.Doors, bad)
	checkMirrorOf(s.MirrorOf, bad)
	checkBridges(s.Bridges, bad)
	checkLocalOIDs(s.OIDs, bad)
	if s.Recursive != off && !hostPort.MatchString(s.Recursive) {
		bad("recursive: %q is no host:port, and not off", s.Recursive)
	}
	s.Escrow.check(bad)
	s.Alarms.check(bad)
	if s.Memory < 1 {
		bad("memory: at least 1 MiB")
	}
	if s.UDPRate < 0 || s.UDPRate > mostUDPRate {
		bad("udp_rate: 0 for no limit, or 1 to %d KiB a second", mostUDPRate)
	}
	return errors.Join(errs...)
}

func checkDoors(doors []door, bad func(format string, args ...any)) {
	seen := map[string]bool{}
	for i, d := range doors {
		if d.Name == "" || seen[d.Name] {
			bad("doors[%d].name: each door has a name of its own", i)
		}
		seen[d.Name] = true
		for key, address := range map[string]string{"handle": d.Handle, "http": d.HTTP} {
			if address != off && !hostPort.MatchString(address) {
				bad("doors[%d].%s: %q is no host:port, and not off", i, key, address)
			}
		}
		d.checkMirrors(func(j int, text string) {
			bad("doors[%d].mirrors[%d]: %q is no index:handle, as 301:88.101.5/MIRROR", i, j, text)
		})
		switch _, err := netip.ParseAddr(d.Public); {
		case d.Public != "" && err != nil:
			bad("doors[%d].public_address: %q is no IP address", i, d.Public)
		case d.Public == "" && prefix.Everywhere(d.Handle):
			bad("doors[%d].public_address: %s is every address of the machine; name the one that others reach it under", i, d.Handle)
		}
	}
}

const mostUDPRate = 1 << 20

// octetRate is what a server is told of a rate in KiB, of which 0 is no limit.
func octetRate(kib int) int {
	if kib == 0 {
		return -1
	}
	return kib << 10
}

const off = "off"

var hostPort = regexp.MustCompile(`^\S*:[0-9]{1,5}$`)
