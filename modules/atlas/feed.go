package atlas

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linghang/kernel/district"
	"linghang/kernel/industry"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/enterpriseevent"
)

// told is what one owner says: nodes, and edges that are all that it says.
type told struct {
	owner  string
	nodes  []Node
	edges  []Edge
	forget []string // kinds of edges of which the past is forgotten too
	gone   string   // a node that is forgotten with all it had
}

const (
	sourceDirectory = "directory" // what enterprises show in the directory
	sourceChain     = "chain"     // a version of a chain
	sourceImport    = "import"    // a file of the bureau
	sourceProvider  = "provider"  // what providers offer
	sourceAgreement = "agreement" // what enterprises and providers agreed on
	sourceScenario  = "scenario"  // the catalogue of scenarios
	sourcePlatform  = "platform"  // the registry of platforms
	sourceResolver  = "resolver"  // the registry of nodes of resolution
	sourceSensor    = "sensor"    // sensors of industrial security that the city may see
	sourcePlan      = "plan"      // the plan's targets
)

func enterpriseNode(entryID string) string { return kindEnterprise + "/" + entryID }

// point is a place in degrees of WGS 84.
type point struct {
	Longitude float64 `json:"lon"`
	Latitude  float64 `json:"lat"`
	District  string  `json:"district,omitempty"`
}

// ofEntry is what the graph knows of an enterprise that the directory shows.
func ofEntry(s enterpriseevent.Shown, now time.Time) told {
	id := enterpriseNode(s.EntryID)
	if s.Gone {
		return told{owner: id, gone: id}
	}
	t := told{owner: id}
	n := Node{
		ID: id, Owner: id, Kind: kindEnterprise, Name: lang.Text{ZH: s.NameZH, EN: s.NameEN}, See: seePublic, Source: sourceDirectory, Synthetic: s.Synthetic, At: now,
		Props: map[string]string{"code": s.Code, "district": s.District, "industry": s.Industry, "link": "/enterprise/entries/" + s.EntryID},
	}
	if s.Organisation != "" {
		n.Props["organisation"] = s.Organisation
	}
	if places := sites(s.Sites); places != "" {
		n.Props["sites"] = places
	}
	t.nodes = append(t.nodes, n)
	say := func(kind string, to Node) {
		if slices.ContainsFunc(t.edges, func(e Edge) bool { return e.Kind == kind && e.Dst == to.ID }) {
			return
		}
		to.Source, to.At = sourceDirectory, now
		t.nodes = append(t.nodes, to)
		t.edges = append(t.edges, Edge{Owner: id, Src: id, Kind: kind, Dst: to.ID, Weight: 1, See: seePublic, Source: sourceDirectory, Synthetic: s.Synthetic, At: now})
	}
	say(edgeIn, districtNode(s.District))
	say(edgeOf, industryNode(s.Industry))
	if !s.Business {
		t.forget = []string{edgeAt, edgeMakes, edgeUses}
		return t
	}
	for _, p := range s.Products {
		say(edgeMakes, term(kindProduct, p))
	}
	for _, p := range s.Technologies {
		say(edgeUses, term(kindTechnology, p))
	}
	for _, p := range s.Positions {
		if p.Stage != "" {
			say(edgeAt, positionNode(p.Chain, p.Stage))
		}
	}
	return t
}

func sites(list []enterpriseevent.Site) string {
	var places []point
	for _, s := range list {
		places = append(places, point{s.Longitude, s.Latitude, s.District})
	}
	if len(places) == 0 {
		return ""
	}
	text, err := json.Marshal(places)
	if err != nil {
		return "" // coordinates that are no numbers are no places
	}
	return string(text)
}

func districtNode(code string) Node {
	n := Node{ID: kindDistrict + "/" + code, Kind: kindDistrict, Name: lang.Text{ZH: code}, See: seePublic}
	for _, d := range district.All() {
		if d.Code == code {
			n.Name = d.Name
		}
	}
	return n
}

func industryNode(code string) Node {
	n := Node{ID: kindIndustry + "/" + code, Kind: kindIndustry, Name: lang.Text{ZH: code}, See: seePublic}
	for _, i := range industry.All() {
		if i.Code == code {
			n.Name = i.Name
		}
	}
	return n
}

// positionKey is how a place in a chain is named, however it is written.
func positionKey(chain, stage string) string { return normal(chain) + "/" + normal(stage) }

func normal(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.Join(strings.Fields(name), " "), "/", "／"))
}

func positionNode(chain, stage string) Node {
	return Node{ID: kindPosition + "/" + positionKey(chain, stage), Kind: kindPosition, Name: lang.Text{ZH: chain + " · " + stage}, See: seePublic}
}
