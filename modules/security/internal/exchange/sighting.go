package exchange

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/lib/stix"
	"linghang/lib/taxii"
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
	Type      string         `json:"type"`
	Spec      string         `json:"spec_version"`
	ID        stix.ID        `json:"id"`
	CreatedBy stix.ID        `json:"created_by_ref"`
	Created   stix.Timestamp `json:"created"`
	Modified  stix.Timestamp `json:"modified"`
	First     stix.Timestamp `json:"first_seen"`
	Last      stix.Timestamp `json:"last_seen"`
	Count     int64          `json:"count"`
	Of        stix.ID        `json:"sighting_of_ref"`
	Where     []stix.ID      `json:"where_sighted_refs"`
	Markings  []stix.ID      `json:"object_marking_refs"`
}

// Sight gives a sighting to the collection of sightings, in the transaction of its change: a
// version each time. The city reads all of them, an enterprise its own as far as TLP lets it.
func (e *Exchange) Sight(ctx context.Context, tx *sqldb.Tx, s Sighting) error {
	root, err := e.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("tell a sighting: %w", err)
	}
	list, err := sightingObjects(Publisher{ID: root.ID, Name: root.Name, CreatedAt: founded()}, s)
	if err != nil {
		return fmt.Errorf("tell a sighting: %w", err)
	}
	var objects []taxii.Object
	for _, o := range list {
		read, err := taxii.ReadObject(o.Raw())
		if err != nil {
			return fmt.Errorf("tell a sighting: %w", err)
		}
		objects = append(objects, read)
	}
	if _, err := e.store.add(ctx, tx, sightings, objects, by{root.ID, "", ""}, e.Now()); err != nil {
		return fmt.Errorf("tell a sighting: %w", err)
	}
	for i, o := range objects {
		readers := []string{""}
		switch {
		case i == 2: // where it was seen
			readers = []string{s.Organisation}
		case i > 2 && s.Shared:
			readers = []string{s.Organisation}
		case i > 2:
			readers = nil
		}
		if err := e.store.readers(ctx, tx, sightings, o.ID, readers); err != nil {
			return fmt.Errorf("tell a sighting: %w", err)
		}
	}
	return nil
}

// sightingObjects are who tells, the marking, where it was seen, and the sighting.
func sightingObjects(p Publisher, s Sighting) ([]*stix.Object, error) {
	who, err := stix.NamedID("identity", space, p.ID)
	if err != nil {
		return nil, fmt.Errorf("name the publisher: %w", err)
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
	publisher, err := object(identityObject{"identity", "2.1", who, stamp(p.CreatedAt), stamp(p.CreatedAt), p.Name.ZH, "organization", []string{"government-local"}})
	if err != nil {
		return nil, err
	}
	enterprise, err := object(identityObject{"identity", "2.1", where, stamp(p.CreatedAt), stamp(p.CreatedAt), s.Name.ZH, "organization", []string{"manufacturing"}})
	if err != nil {
		return nil, err
	}
	sighting, err := object(sightingObject{
		Type: "sighting", Spec: "2.1", ID: id, CreatedBy: who, Created: stamp(s.CreatedAt), Modified: stamp(s.At), First: stamp(s.First), Last: stamp(s.Last), Count: min(s.Count, mostSeen),
		Of: stix.ID(s.Indicator), Where: []stix.ID{where}, Markings: []stix.ID{marking.ID()},
	})
	if err != nil {
		return nil, err
	}
	return []*stix.Object{publisher, marking, enterprise, sighting}, nil
}

// Deliver puts what the city itself fetched into the inbox, in the transaction that keeps how
// far it came. name is whose it is.
func (e *Exchange) Deliver(ctx context.Context, tx *sqldb.Tx, objects [][]byte, name string) error {
	if len(objects) == 0 {
		return nil
	}
	root, err := e.organisations.Root(ctx)
	if err != nil {
		return fmt.Errorf("deliver into the inbox: %w", err)
	}
	n, err := e.store.kept(ctx, tx, inbox, root.ID)
	if err != nil {
		return err
	}
	if n+len(objects) > mostKept {
		return fault.New(fault.Conflict, "security.exchange.full", "the inbox has %d objects that the city fetched, and %d at most", n, mostKept)
	}
	list := make([]taxii.Object, len(objects))
	for i, raw := range objects {
		if list[i], err = taxii.ReadObject(raw); err != nil {
			return fmt.Errorf("deliver into the inbox: %w", err)
		}
	}
	if _, err := e.store.add(ctx, tx, inbox, list, by{root.ID, "", name}, e.Now()); err != nil {
		return fmt.Errorf("deliver into the inbox: %w", err)
	}
	return nil
}

// Handed reads an object that was handed in, for who sees the whole city.
func (e *Exchange) Handed(ctx context.Context, id string) (ReceivedObject, error) {
	if !identity.From(ctx).Scope.All {
		return ReceivedObject{}, fault.New(fault.Forbidden, "security.exchange.city", "what was handed in is for who sees the whole city")
	}
	return e.store.receivedOne(ctx, id)
}
