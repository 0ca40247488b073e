package atlas

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/identifier/identifierevent"
	"linghang/modules/plan/planevent"
	"linghang/modules/platforms/platformsevent"
	"linghang/modules/scenario/scenarioevent"
	"linghang/modules/security/securityevent"
)

// hear takes over what one owner says, all of it. touched takes the nodes that this touches.
func (s elementStore) hear(ctx context.Context, tx *sqldb.Tx, t told, now time.Time, touched map[string]bool) error {
	w, err := s.begin(ctx, tx, touched)
	if err != nil {
		return err
	}
	if t.gone != "" {
		return w.drop(ctx, t.gone)
	}
	for _, n := range t.nodes {
		if err := w.put(ctx, n); err != nil {
			return err
		}
	}
	return w.become(ctx, t.owner, t.edges, t.forget, today(now))
}

// hearAll takes over what several owners say, and tells the search of it.
func (s elementStore) hearAll(ctx context.Context, tx *sqldb.Tx, list []told, now time.Time) error {
	touched := map[string]bool{}
	for _, t := range list {
		if err := s.hear(ctx, tx, t, now, touched); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, touched, today(now))
}

// takeAll takes over what several owners say, all or none.
func (s elementStore) takeAll(ctx context.Context, list []told, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error { return s.hearAll(ctx, tx, list, now) })
}

// feed is what another room has for the graph. Its events say that something is another
// now, and the room is asked what it is: so a late event tells nothing old, and who walks
// through all of it has heard all that was before.
type feed struct {
	owner string // what owners begin with, before the ID of a thing
	one   func(ctx context.Context, id string, now time.Time) (told, error)
	each  func(ctx context.Context, now time.Time, do func(told) error) error
}

// instant is the time at which something is heard.
func instant() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// follow takes over what rooms have now of some things of a feed, in one change: one event
// is handled in one.
func (m *Module) follow(ctx context.Context, f feed, event string, ids ...string) error {
	now := instant()
	var list []told
	for _, id := range ids {
		t, err := f.one(ctx, id, now)
		if err != nil {
			return fmt.Errorf("ask for %s%s: %w", f.owner, id, err)
		}
		for i := range t.edges {
			t.edges[i].Event = event
		}
		list = append(list, t)
	}
	return m.elements.takeAll(ctx, list, now)
}

// gather walks through all that rooms have, for what was there before this room was and
// for whatever an event did not tell. What is the same already changes nothing.
func (m *Module) gather(ctx context.Context) error {
	for _, f := range m.feeds() {
		if err := m.catchUp(ctx, f); err != nil {
			return fmt.Errorf("gather what %s tell: %w", f.owner, err)
		}
	}
	return m.settleFound(ctx)
}

func (m *Module) catchUp(ctx context.Context, f feed) error {
	c, err := m.memory.now(ctx)
	if err != nil {
		return err
	}
	there, had := map[string]bool{}, c.byOwner()
	err = f.each(ctx, instant(), func(t told) error {
		there[t.owner] = true
		if c.knows(t, had[t.owner]) {
			return nil
		}
		return m.follow(ctx, f, "", t.owner[len(f.owner):])
	})
	if err != nil {
		return err
	}
	for _, owner := range c.owners(f.owner, had) {
		if !there[owner] {
			if err := m.follow(ctx, f, "", owner[len(f.owner):]); err != nil {
				return err
			}
		}
	}
	return nil
}

// owners are those of a feed that have something in the graph on the day.
func (c *city) owners(prefix string, had map[string][]Edge) []string {
	list := map[string]bool{}
	for owner, edges := range had {
		if strings.HasPrefix(owner, prefix) && slices.ContainsFunc(edges, func(e Edge) bool { return e.To == "" || e.To > c.day }) {
			list[owner] = true
		}
	}
	for _, n := range c.nodes {
		if n.Kind == kindEnterprise && n.ID == n.Owner && strings.HasPrefix(n.ID, prefix) {
			list[n.ID] = true
		}
	}
	return sortedKeys(list)
}

func (m *Module) feeds() []feed {
	return []feed{m.entries(), m.offerings(), m.agreements(), m.scenarios(), m.platforms(), m.resolvers(), m.sensors(), m.targets()}
}

func (m *Module) entries() feed {
	return feed{
		owner: kindEnterprise + "/",
		one: func(ctx context.Context, id string, now time.Time) (told, error) {
			s, err := m.rooms.Enterprises.Shown(ctx, id)
			return ofEntry(s, now), err
		},
		each: func(ctx context.Context, now time.Time, do func(told) error) error {
			return m.rooms.Enterprises.EachShown(ctx, func(s enterpriseevent.Shown) error { return do(ofEntry(s, now)) })
		},
	}
}

func (m *Module) offerings() feed {
	return feed{
		owner: ownerProvider,
		one: func(ctx context.Context, id string, now time.Time) (told, error) {
			o, err := m.rooms.Providers.Offering(ctx, id)
			return ofOffering(o, now), err
		},
		each: func(ctx context.Context, now time.Time, do func(told) error) error {
			return m.rooms.Providers.EachOffering(ctx, func(o enterpriseevent.Offering) error { return do(ofOffering(o, now)) })
		},
	}
}

func (m *Module) agreements() feed {
	return feed{
		owner: ownerAgreement,
		one: func(ctx context.Context, id string, now time.Time) (told, error) {
			a, err := m.rooms.Agreements.Agreement(ctx, id)
			return ofAgreement(a, now), err
		},
		each: func(ctx context.Context, now time.Time, do func(told) error) error {
			return m.rooms.Agreements.EachAgreement(ctx, func(a enterpriseevent.Agreement) error { return do(ofAgreement(a, now)) })
		},
	}
}

func (m *Module) scenarios() feed {
	say := func(ctx context.Context, c scenarioevent.Catalogued, now time.Time) (told, error) {
		names := []string{}
		if c.Owner != nil {
			names = append(names, c.Owner.Organisation)
		}
		for _, p := range c.Providers {
			names = append(names, p.Organisation)
		}
		register, err := m.register(ctx, names)
		return ofScenario(c, register, now), err
	}
	return feed{
		owner: ownerScenario,
		one: func(ctx context.Context, id string, now time.Time) (told, error) {
			c, err := m.rooms.Scenarios.Catalogued(ctx, id)
			if err != nil {
				return told{}, err
			}
			return say(ctx, c, now)
		},
		each: func(ctx context.Context, now time.Time, do func(told) error) error {
			return m.rooms.Scenarios.EachCatalogued(ctx, func(c scenarioevent.Catalogued) error {
				t, err := say(ctx, c, now)
				if err != nil {
					return err
				}
				return do(t)
			})
		},
	}
}

func (m *Module) platforms() feed {
	return ofParty(m, ownerPlatform, m.rooms.Platforms.Listed, m.rooms.Platforms.EachListed, func(p platformsevent.Listed) string { return p.Operator }, ofPlatform)
}

func (m *Module) resolvers() feed {
	return ofParty(m, ownerResolver, m.rooms.Resolvers.Listed, m.rooms.Resolvers.EachListed, func(n identifierevent.Listed) string { return n.Operator }, ofResolver)
}

func (m *Module) sensors() feed {
	return ofParty(m, ownerSensor, m.rooms.Sensors.Watching, m.rooms.Sensors.EachWatching, func(w securityevent.Watching) string { return w.Organisation }, ofSensor)
}

func (m *Module) targets() feed {
	return ofParty(m, ownerTarget, m.rooms.Targets.Owned, m.rooms.Targets.EachOwned, func(t planevent.Owned) string { return t.Owner }, ofTarget)
}

// ofParty is a feed of things each of which is of one organisation.
func ofParty[T any](m *Module, owner string, ask func(ctx context.Context, id string) (T, error), each func(ctx context.Context, do func(T) error) error, whose func(T) string, of func(T, map[string]party, time.Time) told) feed {
	say := func(ctx context.Context, x T, now time.Time) (told, error) {
		register, err := m.register(ctx, []string{whose(x)})
		return of(x, register, now), err
	}
	return feed{
		owner: owner,
		one: func(ctx context.Context, id string, now time.Time) (told, error) {
			x, err := ask(ctx, id)
			if err != nil {
				return told{}, err
			}
			return say(ctx, x, now)
		},
		each: func(ctx context.Context, now time.Time, do func(told) error) error {
			return each(ctx, func(x T) error {
				t, err := say(ctx, x, now)
				if err != nil {
					return err
				}
				return do(t)
			})
		},
	}
}

// register has the organisations of some IDs; those that are gone are left out.
func (m *Module) register(ctx context.Context, ids []string) (map[string]party, error) {
	list := map[string]party{}
	for _, id := range ids {
		if _, ok := list[id]; ok || id == "" {
			continue
		}
		o, err := m.organisations.Organisation(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read organisation %s: %w", id, err)
		}
		list[id] = party{o.ID, o.USCC, o.Name}
	}
	return list, nil
}

func (m *Module) onAccepted(ctx context.Context, e enterpriseevent.Accepted) error {
	return m.follow(ctx, m.entries(), e.Subject(), e.EntryID)
}

func (m *Module) onChanged(ctx context.Context, e enterpriseevent.Changed) error {
	return m.follow(ctx, m.entries(), e.Subject(), e.EntryID)
}

// onMerged follows both entries, the other being shown no more, and what is of either: the
// offers and agreements of the other are the survivor's now.
func (m *Module) onMerged(ctx context.Context, e enterpriseevent.Merged) error {
	return m.followEntries(ctx, e.Subject(), e.EntryID, e.OtherID)
}

// onUnmerged gives back what is the other's again.
func (m *Module) onUnmerged(ctx context.Context, e enterpriseevent.Unmerged) error {
	return m.followEntries(ctx, e.Subject(), e.EntryID, e.OtherID)
}

// followEntries takes over what rooms have now of some entries, and of the offers and
// agreements that are theirs now, in one change.
func (m *Module) followEntries(ctx context.Context, event string, entries ...string) error {
	now := instant()
	list := []told{}
	for _, id := range entries {
		s, err := m.rooms.Enterprises.Shown(ctx, id)
		if err != nil {
			return fmt.Errorf("ask for entry %s: %w", id, err)
		}
		list = append(list, ofEntry(s, now))
	}
	err := m.rooms.Providers.EachOffering(ctx, func(o enterpriseevent.Offering) error {
		if slices.Contains(entries, o.EntryID) {
			list = append(list, ofOffering(o, now))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ask for offers of entries: %w", err)
	}
	err = m.rooms.Agreements.EachAgreement(ctx, func(a enterpriseevent.Agreement) error {
		if slices.Contains(entries, a.EntryID) || slices.Contains(entries, a.ProviderEntryID) {
			list = append(list, ofAgreement(a, now))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ask for agreements of entries: %w", err)
	}
	for _, t := range list {
		for i := range t.edges {
			t.edges[i].Event = event
		}
	}
	return m.elements.takeAll(ctx, list, now)
}

func (m *Module) onProvider(ctx context.Context, e enterpriseevent.ProviderChanged) error {
	return m.follow(ctx, m.offerings(), e.Subject(), e.ProviderID)
}

func (m *Module) onAgreed(ctx context.Context, e enterpriseevent.AgreementAccepted) error {
	return m.follow(ctx, m.agreements(), e.Subject(), e.AgreementID)
}

func (m *Module) onClosed(ctx context.Context, e enterpriseevent.AgreementClosed) error {
	return m.follow(ctx, m.agreements(), e.Subject(), e.AgreementID)
}

func (m *Module) onPublished(ctx context.Context, e scenarioevent.Published) error {
	return m.follow(ctx, m.scenarios(), e.Subject(), e.ScenarioID)
}

func (m *Module) onWithdrawn(ctx context.Context, e scenarioevent.Withdrawn) error {
	return m.follow(ctx, m.scenarios(), e.Subject(), e.ScenarioID)
}

func (m *Module) onRegistered(ctx context.Context, e platformsevent.Registered) error {
	return m.follow(ctx, m.platforms(), e.Subject(), e.PlatformID)
}

func (m *Module) onMoved(ctx context.Context, e platformsevent.StatusChanged) error {
	return m.follow(ctx, m.platforms(), e.Subject(), e.PlatformID)
}

func (m *Module) onEdited(ctx context.Context, e platformsevent.Changed) error {
	return m.follow(ctx, m.platforms(), e.Subject(), e.PlatformID)
}

func (m *Module) onResolver(ctx context.Context, e identifierevent.NodeChanged) error {
	return m.follow(ctx, m.resolvers(), e.Subject(), e.NodeID)
}

func (m *Module) onSensor(ctx context.Context, e securityevent.SensorChanged) error {
	return m.follow(ctx, m.sensors(), e.Subject(), e.SensorID)
}

func (m *Module) onTarget(ctx context.Context, e planevent.TargetChanged) error {
	return m.follow(ctx, m.targets(), e.Subject(), e.TargetID)
}
