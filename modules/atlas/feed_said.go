package atlas

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/identifier/identifierevent"
	"linghang/modules/plan/planevent"
	"linghang/modules/platforms/platformsevent"
	"linghang/modules/scenario/scenarioevent"
	"linghang/modules/security/securityevent"
)

// Owners of edges that other rooms tell, before the ID of what they tell of.
const (
	ownerProvider  = "provider/"
	ownerAgreement = "agreement/"
	ownerScenario  = kindScenario + "/"
	ownerPlatform  = kindPlatform + "/"
	ownerResolver  = kindResolver + "/"
	ownerSensor    = kindSensor + "/"
	ownerTarget    = kindTarget + "/"
)

// saying is what an owner says, as it is gathered.
type saying struct {
	told
	source, see string
	synthetic   bool
	from, until string // of its edges
	now         time.Time
}

// node adds a node that is said beside others.
func (s *saying) node(n Node) string {
	n.Source, n.At = s.source, s.now
	if !slices.ContainsFunc(s.nodes, func(x Node) bool { return x.ID == n.ID }) {
		s.nodes = append(s.nodes, n)
	}
	return n.ID
}

// edge adds an edge, once. Props tell more of it.
func (s *saying) edge(src, kind, dst string, props map[string]string) {
	e := Edge{Owner: s.owner, Src: src, Kind: kind, Dst: dst, Weight: 1, Props: props, See: s.see, Source: s.source, Synthetic: s.synthetic, At: s.now, From: s.from, To: s.until}
	if !slices.ContainsFunc(s.edges, e.same) {
		s.edges = append(s.edges, e)
	}
}

// party says what an organisation has to do with the owner's thing, if the register knows it.
func (s *saying) party(register map[string]party, organisation, zh, en, kind string) {
	if o, ok := register[organisation]; ok {
		s.edge(s.node(o.node(zh, en)), kind, s.owner, nil)
	}
}

// word is the node of a word of a vocabulary; technologies are named by what they are
// called, so that all rooms and enterprises mean the same one.
func word(kind, code, zh, en string) Node {
	if kind == kindTechnology {
		n := term(kind, zh)
		n.Name.EN = en
		return n
	}
	return Node{ID: kind + "/" + code, Kind: kind, Name: lang.Text{ZH: zh, EN: en}, See: seePublic}
}

// ofOffering is what a provider in force offers, until its year is over. A technology
// knows within which capabilities it is offered.
func ofOffering(o enterpriseevent.Offering, now time.Time) told {
	s := saying{told: told{owner: ownerProvider + o.ProviderID}, source: sourceProvider, see: seePublic, synthetic: o.Synthetic, now: now}
	if o.Gone {
		return s.told
	}
	s.from, s.until = today(o.Since), today(o.Until)
	src, within, order := enterpriseNode(o.EntryID), map[string][]string{}, []string{}
	for _, c := range o.Capabilities {
		s.edge(src, edgeOffers, s.node(word(kindCapability, c.Scenario.Code, c.Scenario.ZH, c.Scenario.EN)), nil)
		for _, code := range c.Industries {
			s.edge(src, edgeSuits, s.node(industryNode(code)), nil)
		}
		for _, t := range c.Technologies {
			id := s.node(word(kindTechnology, t.Code, t.ZH, t.EN))
			if within[id] == nil {
				order = append(order, id)
			}
			if !slices.Contains(within[id], c.Scenario.Code) {
				within[id] = append(within[id], c.Scenario.Code)
			}
		}
	}
	for _, id := range order {
		s.edge(src, edgeOffers, id, map[string]string{"within": strings.Join(within[id], " ")})
	}
	return s.told
}

// ofAgreement is who serves whom, for the bureau alone: not what it is about.
func ofAgreement(a enterpriseevent.Agreement, now time.Time) told {
	s := saying{told: told{owner: ownerAgreement + a.AgreementID}, source: sourceAgreement, see: seeBureau, synthetic: a.Synthetic, now: now}
	if a.Gone {
		return s.told
	}
	s.from = today(a.Since)
	if !a.Until.IsZero() {
		s.until = dayAfter(a.Until)
	}
	if a.ProviderEntryID != a.EntryID {
		s.edge(enterpriseNode(a.ProviderEntryID), edgeServed, enterpriseNode(a.EntryID), nil)
	}
	return s.told
}

// party is an organisation of the city's register.
type party struct {
	id, code string // code: unified social credit code, may be empty
	name     lang.Text
}

// node is the party as the graph shows it unless the directory has an enterprise for it.
// Whoever names it may have a name for it.
func (p party) node(zh, en string) Node {
	n := Node{ID: kindOrganisation + "/" + p.id, Kind: kindOrganisation, Name: lang.Text{ZH: cmp.Or(zh, p.name.ZH), EN: cmp.Or(en, p.name.EN)}, See: seePublic}
	if p.code != "" {
		n.Props = map[string]string{"code": p.code}
	}
	return n
}

// ofScenario is a scenario of the catalogue with what it is about and whose it is.
// register has the organisations that it names.
func ofScenario(c scenarioevent.Catalogued, register map[string]party, now time.Time) told {
	id := ownerScenario + c.ScenarioID
	s := saying{told: told{owner: id}, source: sourceScenario, see: seePublic, synthetic: c.Synthetic, now: now}
	if c.Gone {
		return told{owner: id, gone: id}
	}
	s.node(Node{ID: id, Owner: id, Kind: kindScenario, Name: lang.Text{ZH: c.TitleZH, EN: c.TitleEN}, Props: map[string]string{"link": "/scenario/" + c.ScenarioID}, See: seePublic, Synthetic: c.Synthetic})
	if c.Withdrawn {
		return s.told
	}
	if !c.Since.IsZero() {
		s.from = today(c.Since)
	}
	for _, code := range c.Industries {
		s.edge(id, edgeSuits, s.node(industryNode(code)), nil)
	}
	for _, x := range []struct {
		edge, node string
		words      []scenarioevent.Word
	}{{edgeCovers, kindCapability, c.Links}, {edgeUses, kindTechnology, c.Technologies}, {edgeStep, kindProcess, c.Stages}, {edgeMode, kindMode, c.Modes}} {
		for _, w := range x.words {
			s.edge(id, x.edge, s.node(word(x.node, w.Code, w.ZH, w.EN)), nil)
		}
	}
	if p := c.Owner; p != nil {
		s.party(register, p.Organisation, p.ZH, p.EN, edgeOwns)
	}
	for _, p := range c.Providers {
		s.party(register, p.Organisation, p.ZH, p.EN, edgeProvides)
	}
	return s.told
}

// ofPlatform is a platform with who operates it, for the bureau alone: operators see
// their own platforms only.
func ofPlatform(p platformsevent.Listed, register map[string]party, now time.Time) told {
	id := ownerPlatform + p.PlatformID
	s := saying{told: told{owner: id}, source: sourcePlatform, see: seeBureau, synthetic: p.Synthetic, now: now}
	if p.Gone {
		return told{owner: id, gone: id}
	}
	s.node(Node{ID: id, Owner: id, Kind: kindPlatform, Name: lang.Text{ZH: cmp.Or(p.NameZH, p.NameEN), EN: p.NameEN}, Props: map[string]string{"link": "/platforms/" + p.PlatformID}, See: seeBureau, Synthetic: p.Synthetic})
	if p.Retired {
		return s.told
	}
	s.from = today(p.Since)
	s.edge(id, edgeIn, s.node(districtNode(p.District)), nil)
	if p.Industry != "" {
		s.edge(id, edgeSuits, s.node(industryNode(p.Industry)), nil)
	}
	s.party(register, p.Operator, p.OperatorZH, p.OperatorEN, edgeRuns)
	return s.told
}

// ofResolver is a node of identifier resolution, for everybody, as the nodes that answer are;
// who operates it, by its number, is for the bureau alone.
func ofResolver(n identifierevent.Listed, register map[string]party, now time.Time) told {
	id := ownerResolver + n.NodeID
	s := saying{told: told{owner: id}, source: sourceResolver, see: seePublic, synthetic: n.Synthetic, now: now}
	if n.Gone {
		return told{owner: id, gone: id}
	}
	s.node(Node{ID: id, Owner: id, Kind: kindResolver, Name: lang.Text{ZH: cmp.Or(n.NameZH, n.NameEN), EN: n.NameEN}, Props: map[string]string{"link": "/identifier/nodes/" + n.NodeID, "prefix": n.Prefix}, See: seePublic, Synthetic: n.Synthetic})
	if n.Retired {
		return s.told
	}
	s.from = today(n.Since)
	if n.District != "" {
		s.edge(id, edgeIn, s.node(districtNode(n.District)), nil)
	}
	if n.Industry != "" {
		s.edge(id, edgeSuits, s.node(industryNode(n.Industry)), nil)
	}
	if n.AboveID != "" {
		s.edge(id, edgeUnder, ownerResolver+n.AboveID, nil)
	}
	s.see = seeBureau
	s.party(register, n.Operator, n.OperatorZH, n.OperatorEN, edgeRuns)
	return s.told
}

// ofSensor is who has a sensor that the city may see, for the bureau alone.
func ofSensor(w securityevent.Watching, register map[string]party, now time.Time) told {
	id := ownerSensor + w.SensorID
	s := saying{told: told{owner: id}, source: sourceSensor, see: seeBureau, synthetic: w.Synthetic, now: now}
	if w.Gone {
		return told{owner: id, gone: id}
	}
	s.node(Node{ID: id, Owner: id, Kind: kindSensor, Name: lang.Text{ZH: w.Name}, Props: map[string]string{"link": "/security/sensors/" + w.SensorID}, See: seeBureau, Synthetic: w.Synthetic})
	if w.Retired {
		return s.told
	}
	s.from = today(w.Since)
	s.party(register, w.Organisation, w.OrganisationZH, w.OrganisationEN, edgeRuns)
	return s.told
}

// ofTarget is a target of the plan with who answers for it, for the bureau alone, from its
// first to its last day.
func ofTarget(t planevent.Owned, register map[string]party, now time.Time) told {
	id := ownerTarget + t.TargetID
	s := saying{told: told{owner: id}, source: sourcePlan, see: seeBureau, synthetic: t.Synthetic, now: now}
	if t.Gone {
		return told{owner: id, gone: id}
	}
	s.node(Node{ID: id, Owner: id, Kind: kindTarget, Name: lang.Text{ZH: t.TitleZH, EN: t.TitleEN}, Props: map[string]string{"link": "/plan/targets/" + t.TargetID}, See: seeBureau, Synthetic: t.Synthetic})
	s.from, s.until = today(t.Since), today(t.Until)
	s.party(register, t.Owner, t.OwnerZH, t.OwnerEN, edgeAnswers)
	return s.told
}
