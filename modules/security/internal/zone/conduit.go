package zone

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/icsdissect"
	"linghang/modules/security/internal/batch"
)

// mostConduits is how many conduits an enterprise has.
const mostConduits = 500

// protocols are those that sensors tell of: industrial ones, services, and what is neither.
func protocols() []string {
	return slices.Concat(batch.IndustrialProtocols(), icsdissect.Services(), []string{"tcp", "udp"})
}

// ConduitFacts are what an enterprise says of a conduit.
type ConduitFacts struct {
	Way
	Note        string `json:"note" maxLength:"500" title:"说明|Note" doc:"What it is for, and what guards it"`
	Responsible string `json:"responsible" maxLength:"60" title:"责任人|Responsible"`
}

// Conduit lets hosts of one zone ask hosts of another.
type Conduit struct {
	ID             string `json:"id"`
	OrganisationID string `json:"organisation_id"`
	ConduitFacts
	NoClients bool      `json:"no_clients" doc:"No asset is in the zone that asks any more"`
	NoServers bool      `json:"no_servers" doc:"No asset is in the zone that answers any more"`
	CreatedAt time.Time `json:"created_at" title:"声明时间|Declared"`
	UpdatedAt time.Time `json:"updated_at" title:"更新时间|Changed"`
	By        string    `json:"by" title:"声明人|By" audit:"-"`
	Version   int64     `json:"version"`

	actor string
}

// ETag implements httpd.Versioned.
func (c Conduit) ETag() int64 { return c.Version }

// tidy cuts what surrounds texts.
func (f ConduitFacts) tidy() ConduitFacts {
	for _, p := range []*string{&f.ClientZone, &f.ServerZone, &f.Note, &f.Responsible} {
		*p = strings.TrimSpace(*p)
	}
	return f
}

// settled are facts as they are kept: protocols sorted, each once.
func (f ConduitFacts) settled() ConduitFacts {
	list := append([]string{}, f.Protocols...)
	slices.Sort(list)
	f.Protocols = slices.Compact(list)
	return f
}

// check says what is wrong with facts that are tidy. A zone is known when an asset is in it, or
// when the conduit named it before: a misspelt one would cover nothing, and nobody would notice.
func (f ConduitFacts) check(known func(zone string) bool) error {
	bad := fault.New(fault.Invalid, "security.conduit.invalid", "the conduit is incomplete or wrong")
	for place, zone := range map[string]string{"body.client_zone": f.ClientZone, "body.server_zone": f.ServerZone} {
		switch {
		case zone == "":
			bad = bad.At(place, "name a zone")
		case !known(zone):
			bad = bad.At(place, "no asset is in this zone; give assets this zone first, or name one that assets have")
		}
	}
	if f.ClientZone != "" && f.ClientZone == f.ServerZone {
		bad = bad.At("body.server_zone", "another zone: within a zone no conduit is needed")
	}
	all := protocols()
	for i, p := range f.Protocols {
		if !slices.Contains(all, p) {
			bad = bad.At(fmt.Sprintf("body.protocols[%d]", i), "a protocol that sensors tell of, such as modbus, s7comm, opcua or ssh")
		}
	}
	if len(bad.Fields) == 0 {
		return nil
	}
	slices.SortStableFunc(bad.Fields, func(x, y fault.Field) int { return strings.Compare(x.Location, y.Location) })
	return bad
}
