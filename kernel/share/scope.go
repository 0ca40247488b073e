package share

import (
	"context"
	"slices"
	"sync"
	"time"

	cedar "github.com/cedar-policy/cedar-go"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// Bounds of what is worked out and kept.
const (
	sharedLimit = 5000 // objects of a kind that are shared with one organisation
	memoryLimit = 2000 // answers that are kept
)

// ruleSet is what is in force under one number.
type ruleSet struct {
	revision int64
	until    time.Time // when the first of them ends
	rules    []Rule
	policies map[string]*cedar.Policy // by rule
	city     []Rule
	of       map[string][]Rule // by organisation
}

// set is which objects are shared with somebody.
type set struct {
	ids   []string // in order
	until time.Time
	cut   bool // there were more
}

type question struct {
	revision     int64
	kind, stamp  string
	organisation string
	version      int64 // of the organisation
}

// memory keeps what was worked out, until a number that it hangs on changes.
type memory struct {
	mu    sync.Mutex
	rules *ruleSet
	sets  map[question]set
}

func newMemory() memory { return memory{sets: map[question]set{}} }

// inForce returns the rules in force now. The number is asked of the database
// every time: a rule that ended in another replica has ended here.
func (m *Room) inForce(ctx context.Context, now time.Time) (*ruleSet, error) {
	revision, err := m.rules.revision(ctx)
	if err != nil {
		return nil, err
	}
	m.memory.mu.Lock()
	known := m.memory.rules
	m.memory.mu.Unlock()
	if known != nil && known.revision == revision && now.Before(known.until) {
		return known, nil
	}
	rules, err := m.rules.inForce(ctx, now)
	if err != nil {
		return nil, err
	}
	fresh := m.compile(revision, rules, now)
	m.memory.mu.Lock()
	defer m.memory.mu.Unlock()
	// Rules read after the number may be newer than it; the next question finds
	// the newer number then, and reads again.
	m.memory.rules = fresh
	clear(m.memory.sets)
	return fresh, nil
}

func (m *Room) compile(revision int64, rules []Rule, now time.Time) *ruleSet {
	s := &ruleSet{revision: revision, until: now.Add(24 * time.Hour), policies: map[string]*cedar.Policy{}, of: map[string][]Rule{}}
	for _, r := range rules {
		k, ok := m.kind(r.Noun)
		if !ok {
			continue // of a room that this house does not have
		}
		p, err := read(r.Cedar, k.Shareable, r.Noun)
		if err != nil {
			m.kit.Log.Error("a rule in force cannot be read and shares nothing", "rule", r.ID, "error", err)
			continue
		}
		if r.Until.Before(s.until) {
			s.until = r.Until
		}
		s.policies[r.ID] = p
		s.rules = append(s.rules, r)
		if r.City {
			s.city = append(s.city, r)
			continue
		}
		s.of[r.OrganisationID] = append(s.of[r.OrganisationID], r)
	}
	return s
}

// about returns the rules that may speak about an object of the organisation:
// its own, and the city's. Another organisation's rule never shares it,
// whatever its policy says.
func (s *ruleSet) about(organisation, noun string) []Rule {
	var list []Rule
	for _, r := range slices.Concat(s.city, s.of[organisation]) {
		if r.Noun == noun {
			list = append(list, r)
		}
	}
	return list
}

func (s *ruleSet) policiesOf(rules []Rule) cedar.PolicyMap {
	policies := cedar.PolicyMap{}
	for _, r := range rules {
		policies[cedar.PolicyID(r.ID)] = s.policies[r.ID]
	}
	return policies
}

// shared returns which objects of a kind are shared with who is asking, beside
// those within their scope. Machines are given nothing: they send.
func (m *Room) shared(ctx context.Context, kind string) (set, error) {
	id := identity.From(ctx)
	if id.Scope.All || id.Organisation.ID == "" || id.MachineID != "" {
		return set{}, nil
	}
	k, ok := m.kind(kind)
	if !ok {
		return set{}, nil
	}
	now := m.now()
	rules, err := m.inForce(ctx, now)
	if err != nil {
		return set{}, err
	}
	if !slices.ContainsFunc(rules.rules, func(r Rule) bool { return r.Noun == kind }) {
		return set{}, nil
	}
	stamp, err := k.Stamp(ctx)
	if err != nil {
		return set{}, err
	}
	q := question{rules.revision, kind, stamp, id.Organisation.ID, id.Organisation.Version}
	m.memory.mu.Lock()
	s, ok := m.memory.sets[q]
	m.memory.mu.Unlock()
	if ok && now.Before(s.until) {
		return s, nil
	}
	if s, err = m.workOut(ctx, rules, k, id, now); err != nil {
		return set{}, err
	}
	m.memory.mu.Lock()
	defer m.memory.mu.Unlock()
	if len(m.memory.sets) >= memoryLimit {
		clear(m.memory.sets)
	}
	m.memory.sets[q] = s
	return s, nil
}

// workOut asks Cedar about every object of the kind.
func (m *Room) workOut(ctx context.Context, rules *ruleSet, k Kind, id identity.Identity, now time.Time) (set, error) {
	v, err := m.viewer(ctx, id.Organisation)
	if err != nil {
		return set{}, err
	}
	s := set{until: rules.until}
	policies := map[string]cedar.PolicyMap{}
	err = k.Walk(ctx, func(o module.ShareObject) error {
		if id.Scope.Allows(o.Organisation) {
			return nil
		}
		p, ok := policies[o.Organisation]
		if !ok {
			p = rules.policiesOf(rules.about(o.Organisation, k.name()))
			policies[o.Organisation] = p
		}
		if len(p) == 0 {
			return nil
		}
		allowed, why := ask(p, v, k.name(), o, now)
		if len(why.Errors) > 0 {
			m.kit.Log.Warn("a policy could not be evaluated", "rule", why.Errors[0].PolicyID, "object", o.ID, "error", why.Errors[0].Message)
		}
		if !allowed {
			return nil
		}
		if len(s.ids) >= sharedLimit {
			s.cut = true
			return nil
		}
		s.ids = append(s.ids, o.ID)
		return nil
	})
	slices.Sort(s.ids)
	if s.cut {
		m.kit.Log.Error("more is shared with an organisation than it is shown", "organisation", id.Organisation.ID, "kind", k.name(), "limit", sharedLimit)
	}
	return s, err
}

// deepest bounds how far up an organisation's place is followed.
const deepest = 10

// viewer is an organisation with those above it.
func (m *Room) viewer(ctx context.Context, o identity.Organisation) (viewer, error) {
	v := viewer{Organisation: o}
	for parent := o.ParentID; parent != "" && len(v.above) < deepest; {
		above, err := m.directory.Organisation(ctx, parent)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return v, err
		}
		v.above = append(v.above, above.ID)
		parent = above.ParentID
	}
	return v, nil
}
