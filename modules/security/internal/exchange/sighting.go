package exchange

import (
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/lib/stix"
	"linghang/modules/security/internal/rating"
)

// Sighting is that an indicator was seen at an enterprise (STIX 2.1, section 5.2).
type Sighting struct {
	Indicator    string // identifier of STIX
	Organisation string // where
	Name         lang.Text
	First, Last  time.Time
	Count        int64
	TLP          rating.TLP
	Shared       bool // the enterprise may read it
	CreatedAt    time.Time
	At           time.Time
}

// mostSeen is the greatest count that STIX has.
const mostSeen = 999_999_999

type sightingObject struct {
	head
	First    stix.Timestamp `json:"first_seen"`
	Last     stix.Timestamp `json:"last_seen"`
	Count    int64          `json:"count"`
	Of       stix.ID        `json:"sighting_of_ref"`
	Where    []stix.ID      `json:"where_sighted_refs"`
	Markings []stix.ID      `json:"object_marking_refs"`
}

// sightingObjects are who tells, the marking, where it was seen, and the sighting.
func sightingObjects(p Publisher, s Sighting) ([]*stix.Object, error) {
	who, publisher, err := p.object()
	if err != nil {
		return nil, err
	}
	where, err := stix.NamedID("identity", space, s.Organisation)
	if err != nil {
		return nil, fmt.Errorf("name the enterprise: %w", err)
	}
	id, err := stix.NamedID("sighting", space, s.Indicator+"/"+s.Organisation)
	if err != nil {
		return nil, fmt.Errorf("name the sighting: %w", err)
	}
	marking, err := label(s.TLP).Marking()
	if err != nil {
		return nil, fmt.Errorf("mark the sighting: %w", err)
	}
	enterprise, err := somebody(where, p.CreatedAt, s.Name.ZH, "organization", "manufacturing")
	if err != nil {
		return nil, err
	}
	sighting, err := object(sightingObject{
		head: newHead(id, who, s.CreatedAt, s.At), First: stamp(s.First), Last: stamp(s.Last), Count: min(s.Count, mostSeen),
		Of: stix.ID(s.Indicator), Where: []stix.ID{where}, Markings: []stix.ID{marking.ID()},
	})
	if err != nil {
		return nil, err
	}
	return []*stix.Object{publisher, marking, enterprise, sighting}, nil
}
