package pilot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/modules/scenario/internal/panel"
)

// Relation is a fact between two parties, as it was declared or entered.
type Relation struct {
	ID       string     `json:"id"`
	From     string     `json:"from" doc:"person:<id>, a unified social credit code, or organisation:<id>" audit:"-"`
	FromName string     `json:"from_name" audit:"-"`
	To       string     `json:"to" audit:"-"`
	ToName   string     `json:"to_name" audit:"-"`
	Kind     panel.Kind `json:"kind" enum:"employment,shareholding,cooperation"`
	Share    float64    `json:"share" minimum:"0" maximum:"100" doc:"Of a shareholding, in percent; 0: not known"`
	Since    string     `json:"since" maxLength:"10" doc:"2026-10-31, or empty"`
	Until    string     `json:"until" maxLength:"10" doc:"2026-10-31, or empty: still so"`
	Source   string     `json:"source" enum:"declared,entered" doc:"Declared by the person, or entered by the city"`
	At       time.Time  `json:"at"`

	person, actor, by string
}

// Related finds what is known of relations of parties, beyond what this room was told: the
// graph of the city knows of shareholdings and cooperation.
type Related interface {
	// Relations returns relations in which the parties are, directly or over shareholdings.
	Relations(ctx context.Context, parties []string) ([]Relation, error)
}

const (
	personParty       = "person:"
	organisationParty = "organisation:"
)

// party names an organisation: by its code where it has one.
func party(o identity.Organisation) string {
	if o.USCC != "" {
		return o.USCC
	}
	return organisationParty + o.ID
}

// check refuses a relation that tells nothing, naming every fault.
func (r Relation) check() error {
	f := fault.New(fault.Invalid, "scenario.pilot.relation_invalid", "the relation is incomplete or wrong")
	if !validParty(r.To) {
		_ = f.At("body.to", "a unified social credit code of 18 characters")
	}
	if !validParty(r.From) && !strings.HasPrefix(r.From, personParty) {
		_ = f.At("body.from", "a unified social credit code of 18 characters")
	}
	if r.From == r.To {
		_ = f.At("body.to", "another than the first")
	}
	if r.Kind == panel.Employment && !strings.HasPrefix(r.From, personParty) {
		_ = f.At("body.kind", "only a person works for somebody")
	}
	since, sinceErr := dayOf(r.Since)
	until, untilErr := dayOf(r.Until)
	if sinceErr != nil {
		_ = f.At("body.since", "a date as 2026-10-31, or nothing")
	}
	if untilErr != nil || !until.IsZero() && until.Before(since) {
		_ = f.At("body.until", "a date as 2026-10-31, not before the beginning, or nothing")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func validParty(p string) bool {
	return identity.ValidUSCC(p) || strings.HasPrefix(p, organisationParty) && len(p) > len(organisationParty)
}

func dayOf(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, s, cityTime())
	if err != nil {
		return at, fmt.Errorf("read date: %w", err)
	}
	return at, nil
}

// dayText is a day as people read it; empty: not known.
func dayText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(cityTime()).Format(time.DateOnly)
}

// plain is the relation as the arithmetic of conflicts takes it.
func (r Relation) plain() panel.Relation {
	since, _ := dayOf(r.Since) // check has read them
	until, _ := dayOf(r.Until)
	return panel.Relation{From: r.From, To: r.To, Kind: r.Kind, Share: r.Share / 100, Since: since, Until: until, Source: r.Source}
}

// Conflict is why a reviewer may not have an application.
type Conflict struct {
	Kind panel.Kind `json:"kind" enum:"employment,shareholding,cooperation"`
	Path []Hop      `json:"path" nullable:"false"`
}

// Hop is a step of the path that leads from a reviewer to an applicant.
type Hop struct {
	From   string     `json:"from"`
	To     string     `json:"to"`
	Kind   panel.Kind `json:"kind" enum:"employment,shareholding,cooperation"`
	Share  float64    `json:"share" doc:"Percent; 0: not known, or no shareholding"`
	Since  string     `json:"since" doc:"Of an employment: 2026-10-31, or empty: not known"`
	Until  string     `json:"until" doc:"Of an employment that is over: its end"`
	Source string     `json:"source" doc:"declared, entered, organisations (the city's register), or what the city's graph names: agreement, or the source of an import"`
}

func conflictOf(c *panel.Conflict, names map[string]string) *Conflict {
	if c == nil {
		return nil
	}
	named := func(p string) string {
		if names[p] != "" {
			return names[p]
		}
		return p
	}
	v := &Conflict{Kind: c.Kind, Path: []Hop{}}
	for _, h := range c.Path {
		v.Path = append(v.Path, Hop{named(h.From), named(h.To), h.Kind, 100 * h.Share, dayText(h.Since), dayText(h.Until), h.Source})
	}
	return v
}

// tells says a path in words for a refusal.
func (c *Conflict) tells() string {
	parts := []string{c.Path[0].From}
	for _, h := range c.Path {
		parts = append(parts, string(h.Kind), h.To)
	}
	return strings.Join(parts, " – ")
}

// web is everything known of the relations between reviewers and applicants of a call.
type web struct {
	relations *panel.Relations
	names     map[string]string
	parties   map[string]string // by the id of an organisation
	persons   map[string]bool   // of whom relations were gathered
	now       time.Time
}

// conflict tells why a person may not review what an organisation applies with.
func (w web) conflict(person, organisation string) *Conflict {
	to := w.parties[organisation]
	if to == "" {
		to = organisationParty + organisation
	}
	return conflictOf(w.relations.Conflict(personParty+person, to, w.now), w.names)
}

// weave gathers what was declared and entered, who belongs or belonged to which
// organisation and which organisation stands above which, and what the site knows beyond.
func (m *Pilots) weave(ctx context.Context, persons []string, applicants []string) (web, error) {
	w := web{names: map[string]string{}, parties: map[string]string{}, persons: map[string]bool{}, now: m.site.Now()}
	known, err := m.relations.all(ctx)
	if err != nil {
		return w, err
	}
	for _, r := range known {
		w.names[r.From], w.names[r.To] = r.FromName, r.ToName
	}
	register := &register{people: m.people, seen: map[string]identity.Organisation{}, names: w.names}
	if register.root, err = m.people.Root(ctx); err != nil {
		return w, fmt.Errorf("find the city: %w", err)
	}
	employed, err := m.employed.of(ctx, persons)
	if err != nil {
		return w, err
	}
	parties, err := w.join(ctx, persons, employed, register)
	if err != nil {
		return w, err
	}
	if err := register.gather(ctx, applicants, w.declared(known)); err != nil {
		return w, err
	}
	for id, o := range register.seen {
		w.parties[id] = party(o)
		parties = append(parties, party(o))
	}
	list := register.relations
	for _, r := range known {
		x := r.plain()
		x.From, x.To = w.canonical(x.From), w.canonical(x.To)
		list = append(list, x)
	}
	more, err := m.related(ctx, parties)
	if err != nil {
		return w, err
	}
	for _, r := range more {
		w.call(r.From, r.FromName)
		w.call(r.To, r.ToName)
		list = append(list, r.plain())
	}
	w.relations = panel.NewRelations(list)
	return w, nil
}

// related is what the site knows beyond.
func (m *Pilots) related(ctx context.Context, parties []string) ([]Relation, error) {
	if m.site.Related == nil {
		return nil, nil
	}
	list, err := m.site.Related.Relations(ctx, parties)
	if err != nil {
		return nil, fmt.Errorf("ask for relations: %w", err)
	}
	return list, nil
}

// declared are the organisations for which those who review are said to work, or of which
// they are said to hold a share.
func (w web) declared(known []Relation) (parties []string) {
	for _, r := range known {
		if person, ok := strings.CutPrefix(r.From, personParty); ok && w.persons[person] {
			parties = append(parties, r.To)
		}
	}
	return parties
}

// join adds who reviews and whose people they are and were, and returns them as parties.
func (w web) join(ctx context.Context, persons []string, employed []Employment, to *register) ([]string, error) {
	parties, of := []string{}, map[string][]Employment{}
	for _, e := range employed {
		of[e.person] = append(of[e.person], e)
	}
	for _, id := range persons {
		p, err := to.people.Person(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue // was erased since; the reviews stay, and more are not given out
		}
		if err != nil {
			return nil, fmt.Errorf("read reviewer: %w", err)
		}
		w.names[personParty+id], w.persons[id] = p.Name, true
		parties = append(parties, personParty+id)
		for _, e := range everywhere(p, of[id]) {
			if err := to.employ(ctx, e); err != nil {
				return nil, err
			}
			if e.party != "" {
				parties = append(parties, e.party)
			}
		}
	}
	return parties, nil
}

// everywhere is where a person is now, as the register says, and where they were, as this
// room kept it. What the register does not say any more is over, whoever has not told yet.
func everywhere(p identity.Person, kept []Employment) []Employment {
	list := kept
	for _, x := range p.Memberships {
		if !slices.ContainsFunc(kept, func(e Employment) bool { return e.organisation == x.OrganisationID && e.Until == "" }) {
			list = append(list, Employment{person: p.ID, organisation: x.OrganisationID})
		}
	}
	return list
}

// call names a party that has no name yet.
func (w web) call(party, name string) {
	if w.names[party] == "" {
		w.names[party] = name
	}
}

// canonical names an organisation that is told by its id by its code.
func (w web) canonical(p string) string {
	if id, ok := strings.CutPrefix(p, organisationParty); ok && w.parties[id] != "" {
		return w.parties[id]
	}
	return p
}

// register reads who stands above whom in the city's register of organisations. The
// city itself holds nobody: it is above all.
type register struct {
	people    People
	root      identity.Organisation
	seen      map[string]identity.Organisation
	names     map[string]string
	relations []panel.Relation
}

// employ adds an employment, with those above who employs. What was removed from the
// register since is known by what it was called.
func (r *register) employ(ctx context.Context, e Employment) error {
	if e.organisation == r.root.ID {
		return nil
	}
	if err := r.climb(ctx, e.organisation); err != nil {
		return err
	}
	if o, there := r.seen[e.organisation]; there {
		e.party = party(o)
	} else if e.party != "" && r.names[e.party] == "" {
		r.names[e.party] = e.Name
	}
	if e.party != "" {
		r.relations = append(r.relations, e.relation())
	}
	return nil
}

// gather adds organisations by their IDs and by what they are called as parties, with
// those above them.
func (r *register) gather(ctx context.Context, ids, parties []string) error {
	for _, id := range ids {
		if err := r.climb(ctx, id); err != nil {
			return err
		}
	}
	for _, p := range parties {
		if err := r.declare(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// declare adds those above an organisation that somebody is said to work for, or to hold,
// by its code or its ID.
func (r *register) declare(ctx context.Context, party string) error {
	if id, ok := strings.CutPrefix(party, organisationParty); ok {
		return r.climb(ctx, id)
	}
	list, err := r.people.Coded(ctx, party)
	if err != nil {
		return fmt.Errorf("find organisations by code: %w", err)
	}
	for _, o := range list {
		if err := r.climb(ctx, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// climb adds an organisation and those above it.
func (r *register) climb(ctx context.Context, id string) error {
	if _, known := r.seen[id]; known || id == r.root.ID {
		return nil
	}
	o, err := r.people.Organisation(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil // it was removed since
	}
	if err != nil {
		return fmt.Errorf("read organisation: %w", err)
	}
	r.seen[id] = o
	r.names[party(o)] = o.Name.ZH
	if o.ParentID == "" || o.ParentID == r.root.ID {
		return nil
	}
	if err := r.climb(ctx, o.ParentID); err != nil {
		return err
	}
	if above, ok := r.seen[o.ParentID]; ok {
		r.relations = append(r.relations, panel.Relation{From: party(above), To: party(o), Kind: panel.Shareholding, Source: sourceRegister})
	}
	return nil
}
