package awareness

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
)

// Organisations is the register of organisations.
type Organisations interface {
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// Source is a part of the room that knows of findings, or of what is seen.
type Source interface {
	// Findings are those of an organisation, or of all when it is empty. What belongs to a
	// drill is none.
	Findings(ctx context.Context, organisation string, now time.Time) ([]Finding, error)
}

// Watch is a part of the room that knows what is seen of enterprises.
type Watch interface {
	// Sights are those of an organisation, or of all when it is empty. Several of one
	// organisation, of different parts, add up.
	Sights(ctx context.Context, organisation string, now time.Time) ([]Sight, error)
}

// Industries is a part of the room that knows of which industries enterprises are.
type Industries interface {
	// Industries are by organisation, after GB/T 4754; who has not said is left out.
	Industries(ctx context.Context) (map[string]string, error)
}

// mayView is the permission that the room has for what concerns one's own organisation.
const mayView = "security.view"

// pace is how often everybody's standing is worked out.
const pace = 10 * time.Minute

// Awareness is the part of the room that tells how enterprises stand.
type Awareness struct {
	kit           *module.Kit
	organisations Organisations
	store         store
	packs         []Weights
	sources       []Source
	watches       []Watch
	industries    Industries
	broken        error // the weights that come with the program cannot be read

	// Now is the server's clock.
	Now func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, now func() time.Time, sources []Source, watches []Watch, industries Industries) *Awareness {
	packs, err := readPacks()
	return &Awareness{kit: kit, organisations: organisations, store: store{kit.DB}, packs: packs, broken: err, sources: sources, watches: watches, industries: industries, Now: now}
}

// Jobs are the work that comes around.
func (a *Awareness) Jobs() []module.Job {
	return []module.Job{{Name: "work_out_standing", Title: lang.Text{ZH: "计算企业安全态势", EN: "Work out how enterprises stand"}, Every: pace, Do: a.workOut}}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "安全态势", EN: "Situation"}, Path: "/security/situation", Icon: "dashboard", Permission: mayView}}
}

// gathered is what the parts of the room know of organisations.
type gathered struct {
	findings map[string][]Finding
	sights   map[string]Sight
}

// gather asks all parts of the room, of an organisation, or of all.
func (a *Awareness) gather(ctx context.Context, organisation string, now time.Time) (gathered, error) {
	if a.broken != nil {
		return gathered{}, a.broken
	}
	out := gathered{findings: map[string][]Finding{}, sights: map[string]Sight{}}
	for _, s := range a.sources {
		list, err := s.Findings(ctx, organisation, now)
		if err != nil {
			return out, fmt.Errorf("ask for findings: %w", err)
		}
		for _, f := range list {
			out.findings[f.OrganisationID] = append(out.findings[f.OrganisationID], f)
		}
	}
	for _, w := range a.watches {
		list, err := w.Sights(ctx, organisation, now)
		if err != nil {
			return out, fmt.Errorf("ask for what is seen: %w", err)
		}
		for _, s := range list {
			out.sights[s.OrganisationID] = out.sights[s.OrganisationID].with(s)
		}
	}
	return out, nil
}

// with adds what another part sees of the same organisation.
func (s Sight) with(other Sight) Sight {
	s.OrganisationID = other.OrganisationID
	s.Sensors, s.Reporting, s.Assets, s.Known = s.Sensors+other.Sensors, s.Reporting+other.Reporting, s.Assets+other.Assets, s.Known+other.Known
	if other.LastSeen != nil && (s.LastSeen == nil || other.LastSeen.After(*s.LastSeen)) {
		s.LastSeen = other.LastSeen
	}
	return s
}

// organisationsOf are all that something is known of, in their order.
func (g gathered) organisationsOf() []string {
	seen := map[string]bool{}
	for id := range g.findings {
		seen[id] = true
	}
	for id := range g.sights {
		seen[id] = true
	}
	out := make([]string, 0, len(seen))
	for id := range seen {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// standing is how one enterprise stands, as it is kept.
type standing struct {
	OrganisationID string
	Name           lang.Text
	District       string
	Industry       string
	Synthetic      bool
	Score          Score
	Confidence     Confidence
	At             time.Time
}

// workOut works out how everybody stands. Who is not known of any more is forgotten; their
// days stay.
func (a *Awareness) workOut(ctx context.Context) error {
	now := a.Now()
	g, err := a.gather(ctx, "", now)
	if err != nil {
		return err
	}
	industries, err := a.industries.Industries(ctx)
	if err != nil {
		return fmt.Errorf("ask for industries: %w", err)
	}
	weights := holding(a.packs, now)
	var list []standing
	for _, id := range g.organisationsOf() {
		o, err := a.organisations.Organisation(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue // it was removed, and what belongs to it goes by and by
		}
		if err != nil {
			return fmt.Errorf("read organisation %s: %w", id, err)
		}
		list = append(list, standing{
			OrganisationID: id, Name: o.Name, District: o.District, Industry: industries[id], Synthetic: o.Synthetic,
			Score: weights.score(g.findings[id], now), Confidence: g.sights[id].confidence(now), At: now,
		})
	}
	return a.store.replace(ctx, list, now)
}

// worst is what would lower the risk most.
func (s Score) worst() lang.Text {
	if len(s.Findings) == 0 {
		return lang.Text{}
	}
	worst := slices.MaxFunc(s.Findings, func(a, b Weighed) int { return cmp.Compare(a.Lowers, b.Lowers) })
	return worst.Title
}
