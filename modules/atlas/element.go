package atlas

import (
	"maps"
	"slices"
	"strings"
	"time"

	"linghang/kernel/lang"
)

// Kinds of nodes.
const (
	kindEnterprise   = "enterprise"
	kindOutside      = "outside"
	kindOrganisation = "organisation" // one of the city's register that is no enterprise of the directory
	kindChain        = "chain"
	kindStage        = "stage"
	kindScenario     = "scenario"
	kindPlatform     = "platform"
	kindCapability   = "capability" // one of the sixteen scenarios of the assessment of small enterprises
	kindProduct      = "product"
	kindTechnology   = "technology"
	kindProcess      = "process" // a stage of the process, of the taxonomy of scenarios
	kindMode         = "mode"    // one of the six modes
	kindDistrict     = "district"
	kindIndustry     = "industry"
	kindResolver     = "resolver" // a node of identifier resolution
	kindSensor       = "sensor"   // a sensor of industrial security that the city may see
	kindTarget       = "target"   // a target of the plan that an organisation answers for
	kindPosition     = "position" // a place in a chain that an enterprise names and that no chain has
)

// Kinds of edges, from their first to their second.
const (
	edgeAt         = "at"         // an enterprise stands at a stage
	edgeMakes      = "makes"      // an enterprise makes a product
	edgeUses       = "uses"       // an enterprise has a technology, a scenario uses it
	edgeIn         = "in"         // an enterprise or a platform is in a district
	edgeOf         = "of"         // an enterprise is of an industry
	edgeFeeds      = "feeds"      // a stage goes into a stage
	edgePart       = "part"       // a stage is part of a chain
	edgeYields     = "yields"     // a stage yields a product
	edgeSupplies   = "supplies"   // an enterprise supplies another
	edgeOffers     = "offers"     // a provider offers a capability, or a technology within some
	edgeSuits      = "suits"      // what a provider offers, a scenario or a platform is for an industry
	edgeServed     = "served"     // a provider serves, or served, an enterprise by an agreement
	edgeOwns       = "owns"       // somebody's scenario
	edgeProvides   = "provides"   // a provider carries a scenario out
	edgeCovers     = "covers"     // a scenario is of a capability
	edgeStep       = "step"       // a scenario is at a stage of the process
	edgeMode       = "mode"       // a scenario is of a mode
	edgeRuns       = "runs"       // somebody operates a platform, a node of resolution or a sensor
	edgeUnder      = "under"      // a node of resolution is below the one that allocated its prefix
	edgeAnswers    = "answers"    // an organisation answers for a target of the plan
	edgeHolds      = "holds"      // an enterprise holds a share of another
	edgeCooperates = "cooperates" // two enterprises did something together
)

func nodeKinds() []string {
	return []string{
		kindEnterprise, kindOutside, kindOrganisation, kindChain, kindStage, kindScenario, kindPlatform, kindResolver, kindSensor, kindTarget, kindCapability, kindProduct, kindTechnology, kindProcess, kindMode,
		kindDistrict, kindIndustry, kindPosition,
	}
}

func edgeKinds() []string {
	return []string{
		edgeAt, edgeMakes, edgeUses, edgeIn, edgeOf, edgeFeeds, edgePart, edgeYields, edgeSupplies, edgeOffers, edgeSuits, edgeServed, edgeOwns, edgeProvides, edgeCovers, edgeStep, edgeMode, edgeRuns, edgeUnder, edgeAnswers,
		edgeHolds, edgeCooperates,
	}
}

// meetingPlaces are the kinds of nodes that join everybody with everybody.
func meetingPlaces() []string {
	return []string{kindDistrict, kindIndustry, kindProcess, kindMode}
}

// without are the kinds of a list that are not among others.
func without(list []string, others ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(k string) bool { return slices.Contains(others, k) })
}

// Who may see a node or an edge.
const (
	seePublic = "public"
	seeBureau = "bureau"
)

// Node is a thing of the graph.
type Node struct {
	ID, Owner, Kind string
	Name            lang.Text
	Props           map[string]string
	See, Source     string
	Synthetic       bool
	At              time.Time
}

// Edge is that two things have to do with each other, from a day until before another.
type Edge struct {
	ID, Owner      string
	Src, Kind, Dst string
	Weight         float64
	Props          map[string]string
	See, Source    string
	Synthetic      bool
	actor          string
	ActorName      string
	Event          string // subject of the event that told it
	At             time.Time
	From, To       string
}

// holds tells whether an edge holds on a day.
func (e Edge) holds(day string) bool { return e.From <= day && (e.To == "" || day < e.To) }

// term is the node of a word that several say: a product, a technology.
func term(kind, word string) Node {
	word = strings.Join(strings.Fields(word), " ")
	return Node{ID: kind + "/" + strings.ToLower(word), Kind: kind, Name: lang.Text{ZH: word}, See: seePublic}
}

// termKinds are the kinds of nodes that are there only because of edges to them.
func termKinds() []string {
	return []string{kindProduct, kindTechnology, kindPosition, kindDistrict, kindIndustry, kindCapability, kindProcess, kindMode, kindOrganisation}
}

// isTerm tells whether nodes of the kind are there only because of edges to them.
func isTerm(kind string) bool { return slices.Contains(termKinds(), kind) }

// isHeld tells whether nodes of the kind are there on days only on which they have edges.
func isHeld(kind string) bool {
	return isTerm(kind) || slices.Contains([]string{kindStage, kindScenario, kindPlatform, kindResolver, kindSensor, kindTarget}, kind)
}

// same tells whether two edges say the same, whoever told them and whenever.
func (e Edge) same(o Edge) bool {
	return e.Src == o.Src && e.Kind == o.Kind && e.Dst == o.Dst && e.Weight == o.Weight && e.See == o.See && maps.Equal(e.Props, o.Props)
}

// today is the day of the city's clock.
func today(now time.Time) string { return now.In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly) }

// dayAfter is the day after the one of a time, by the city's clock.
func dayAfter(t time.Time) string { return today(t.AddDate(0, 0, 1)) }

// difference is what becomes of the edges of one owner: end are those whose end is another.
type difference struct {
	add, end []Edge
	forget   []string // IDs
}

// compare tells what becomes of edges that an owner had when it now has others. What is
// no more ends on the day, and is forgotten where it began on that day, or its kind is to
// be forgotten: what somebody hides is not to be seen in the past either. An owner may say
// when an edge begins and ends; one that goes on keeps the beginning that it had.
func compare(had, has []Edge, forgetKinds []string, day string) difference {
	now := said{slices.Clone(has), make([]bool, len(has))}
	var d difference
	for _, e := range had {
		switch {
		case slices.Contains(forgetKinds, e.Kind):
			d.forget = append(d.forget, e.ID)
		case e.To != "" && e.To <= day:
			now.over(e, day)
		default:
			d.goOn(e, now.until(e, day))
		}
	}
	for i, e := range now.edges {
		if now.kept[i] {
			continue
		}
		if e.From == "" {
			e.From = day
		}
		if e.To == "" || e.From < e.To {
			d.add = append(d.add, e)
		}
	}
	return d
}

// goOn ends an edge on a day, or lets it go on.
func (d *difference) goOn(e Edge, until string) {
	switch {
	case until == e.To:
	case until != "" && until <= e.From:
		d.forget = append(d.forget, e.ID)
	default:
		e.To = until
		d.end = append(d.end, e)
	}
}

// said are the edges that an owner now has, and which of them the graph has already.
type said struct {
	edges []Edge
	kept  []bool
}

func (s said) find(is func(Edge) bool) int {
	for i, e := range s.edges {
		if !s.kept[i] && is(e) {
			return i
		}
	}
	return -1
}

// over looks whether an edge that is over is said as it was; one that is said to go on
// comes again on the day.
func (s said) over(e Edge, day string) {
	if i := s.find(func(x Edge) bool { return x.same(e) && x.To == e.To }); i >= 0 {
		s.kept[i] = true
		return
	}
	if i := s.find(e.same); i >= 0 && s.edges[i].From < e.To {
		s.edges[i].From = day
	}
}

// until is when an edge that holds ends: as it is said, or on the day if it is not.
func (s said) until(e Edge, day string) string {
	i := s.find(e.same)
	if i < 0 {
		return day
	}
	s.kept[i] = true
	return s.edges[i].To
}
