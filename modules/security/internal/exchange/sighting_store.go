package exchange

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
)

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
