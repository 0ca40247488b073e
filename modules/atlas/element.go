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
	kindEnterprise = "enterprise"
	kindOutside    = "outside"
	kindChain      = "chain"
	kindStage      = "stage"
	kindProduct    = "product"
	kindTechnology = "technology"
	kindDistrict   = "district"
	kindIndustry   = "industry"
	kindPosition   = "position" // a place in a chain that an enterprise names and that no chain has
)

// Kinds of edges, from their first to their second.
const (
	edgeAt       = "at"       // an enterprise stands at a stage
	edgeMakes    = "makes"    // an enterprise makes a product
	edgeUses     = "uses"     // an enterprise has a technology
	edgeIn       = "in"       // an enterprise is in a district
	edgeOf       = "of"       // an enterprise is of an industry
	edgeFeeds    = "feeds"    // a stage goes into a stage
	edgePart     = "part"     // a stage is part of a chain
	edgeYields   = "yields"   // a stage yields a product
	edgeSupplies = "supplies" // an enterprise supplies another
)

func nodeKinds() []string {
	return []string{kindEnterprise, kindOutside, kindChain, kindStage, kindProduct, kindTechnology, kindDistrict, kindIndustry, kindPosition}
}

func edgeKinds() []string {
	return []string{edgeAt, edgeMakes, edgeUses, edgeIn, edgeOf, edgeFeeds, edgePart, edgeYields, edgeSupplies}
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

// isTerm tells whether nodes of the kind are there only because of edges to them.
func isTerm(kind string) bool {
	return slices.Contains([]string{kindProduct, kindTechnology, kindPosition, kindDistrict, kindIndustry}, kind)
}

// same tells whether two edges say the same, whoever told them and whenever.
func (e Edge) same(o Edge) bool {
	return e.Src == o.Src && e.Kind == o.Kind && e.Dst == o.Dst && e.Weight == o.Weight && e.See == o.See && maps.Equal(e.Props, o.Props)
}

// today is the day of the city's clock.
func today(now time.Time) string { return now.In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly) }

// difference is what becomes of the edges of one owner.
type difference struct {
	add, end []Edge
	forget   []string // IDs
}

// compare tells what becomes of edges that an owner had when it now has others. What is
// no more ends on the day, and is forgotten where it began on that day, or its kind is to
// be forgotten: what somebody hides is not to be seen in the past either.
func compare(had, has []Edge, forgetKinds []string, day string) difference {
	var d difference
	kept := make([]bool, len(has))
	for _, e := range had {
		if slices.Contains(forgetKinds, e.Kind) {
			d.forget = append(d.forget, e.ID)
			continue
		}
		if e.To != "" {
			continue
		}
		i := slices.IndexFunc(has, e.same)
		switch {
		case i >= 0:
			kept[i] = true
		case e.From >= day:
			d.forget = append(d.forget, e.ID)
		default:
			e.To = day
			d.end = append(d.end, e)
		}
	}
	for i, e := range has {
		if !kept[i] {
			if e.From == "" {
				e.From = day
			}
			d.add = append(d.add, e)
		}
	}
	return d
}
