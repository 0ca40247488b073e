package atlas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/lib/graph"
)

// mostItems bounds an answer.
const mostItems = 200

// Question is what somebody asks, as whom.
type Question struct {
	Kind     string `json:"kind"`
	What     string `json:"what,omitempty"`
	District string `json:"district,omitempty"`
	Chain    string `json:"chain,omitempty"`
	Stage    string `json:"stage,omitempty"`
	Node     string `json:"node,omitempty"`
	To       string `json:"to,omitempty"`
	Since    string `json:"since,omitempty"`
	Limit    int    `json:"limit,omitempty"`
	bureau   bool
}

func (q Question) most() int { return min(cmp.Or(q.Limit, 50), mostItems) }

// Answer is what the graph answers.
type Answer struct {
	Question  Question `json:"question"`
	Day       string   `json:"day"`
	Graph     int64    `json:"graph" doc:"Number of the graph's last change that counted"`
	Basis     string   `json:"basis" enum:"presence,figures,graph" doc:"What it rests on: who stands where, figures, or relations"`
	Items     []Item   `json:"items" nullable:"false"`
	Truncated bool     `json:"truncated" doc:"There is more than was asked for"`
}

// Item is one thing of an answer, with why and by which way.
type Item struct {
	Node    NodeRef  `json:"node"`
	Other   *NodeRef `json:"other,omitempty" doc:"What it goes with: the stage of a candidate, the other technology"`
	State   string   `json:"state,omitempty" doc:"Of a stage"`
	Score   float64  `json:"score" doc:"What the answer is ordered by; of no unit"`
	Km      *float64 `json:"km,omitempty" doc:"From where the question is asked, as the crow flies"`
	Reasons []Reason `json:"reasons" nullable:"false"`
	Path    []Hop    `json:"path" nullable:"false"`
	// Years tell how it became what it is.
	Years []YearCount `json:"years,omitempty" doc:"How many there were at the end of each year, and of this one until the day"`
}

// YearCount is how many there were at the end of a year.
type YearCount struct {
	Year  int `json:"year"`
	Count int `json:"count"`
}

// Hop is one edge of a way, with who says so.
type Hop struct {
	From       NodeRef   `json:"from"`
	Kind       string    `json:"kind"`
	To         NodeRef   `json:"to"`
	Source     string    `json:"source" doc:"directory, provider, agreement, scenario, platform, chain, import, or what the file of an import named"`
	By         string    `json:"by,omitempty" doc:"For the bureau"`
	Event      string    `json:"event,omitempty"`
	At         time.Time `json:"at"`
	ValidFrom  string    `json:"valid_from"`
	ValidTo    string    `json:"valid_to" doc:"Empty: it holds still"`
	Restricted bool      `json:"restricted" doc:"For the bureau only"`
	Synthetic  bool      `json:"synthetic" doc:"Made up for a demonstration"`
}

func (c *city) hop(number int, bureau bool) Hop {
	h := c.said(c.edges[number])
	h.Restricted = c.restraint[number]
	if bureau {
		h.By = c.edges[number].ActorName
	}
	return h
}

func (c *city) answer(q Question, basis string) Answer {
	return Answer{Question: q, Day: c.day, Graph: c.seq, Basis: basis, Items: []Item{}}
}

// finish cuts what is more than was asked for.
func (a Answer) finish(items []Item) Answer {
	slices.SortStableFunc(items, func(x, y Item) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.Node.ID, y.Node.ID))
	})
	a.Truncated = len(items) > a.Question.most()
	items = items[:min(len(items), a.Question.most())]
	for i := range items {
		if items[i].Reasons == nil {
			items[i].Reasons = []Reason{}
		}
		if items[i].Path == nil {
			items[i].Path = []Hop{}
		}
	}
	a.Items = append(a.Items, items...)
	return a
}

func missingField(name, message string) error {
	return fault.New(fault.Invalid, "atlas.question", "the question is not complete: %s", message).At("query."+name, "%s", message)
}

// known refuses a node that is not there, or not the caller's to see, in one way.
func (c *city) known(id, field string, bureau bool, kinds ...string) error {
	n, ok := c.nodes[id]
	if _, in := c.snapshot.Number(id); ok && in && (bureau || !c.hidden[id]) && (len(kinds) == 0 || slices.Contains(kinds, n.Kind)) {
		return nil
	}
	return missingField(field, "choose something that is in the graph")
}

// edgesOf are the numbers of the edges at a node that somebody may see, of some kinds.
func (c *city) edgesOf(ctx context.Context, id string, bureau bool, kinds ...string) ([]int, error) {
	v, err := c.view(bureau, nil, kinds)
	if err != nil {
		return nil, err
	}
	found, err := v.Neighbours(ctx, id, graph.NeighbourQuery{Direction: graph.Both, Limit: graph.Limit{Nodes: 2000}})
	if errors.Is(err, graph.ErrUnknownNode) {
		return nil, nil
	}
	list := make([]int, 0, len(found.List))
	for _, n := range found.List {
		list = append(list, n.Edge.Number)
	}
	return list, err
}

// far end of an edge from a node.
func (c *city) other(number int, id string) string {
	if e := c.edges[number]; e.Src != id {
		return e.Src
	}
	return c.edges[number].Dst
}

// fit tells how well a name answers to words: 3 the same, 2 begins so, 1 has them, 0 not.
func fit(name lang.Text, words string) float64 {
	best := 0.0
	for _, n := range []string{normal(name.ZH), normal(name.EN)} {
		switch {
		case n == "" || words == "":
		case n == words:
			best = max(best, 3)
		case strings.HasPrefix(n, words):
			best = max(best, 2)
		case strings.Contains(n, words):
			best = max(best, 1)
		}
	}
	return best
}

// hit is a node that answers to words.
type hit struct {
	id  string
	fit float64
}

// named are the nodes that somebody may see and that answer to words, the best first; no
// words are answered by all, and no kinds are all.
func (c *city) named(words string, bureau bool, kinds ...string) []hit {
	var hits []hit
	for id, n := range c.nodes {
		if _, in := c.snapshot.Number(id); !in || c.hidden[id] && !bureau || len(kinds) > 0 && !slices.Contains(kinds, n.Kind) {
			continue
		}
		if f := fit(n.Name, words); f > 0 || words == "" {
			hits = append(hits, hit{id, f})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.fit, a.fit), strings.Compare(c.nodes[a.id].Name.ZH, c.nodes[b.id].Name.ZH), strings.Compare(a.id, b.id))
	})
	return hits
}

// who answers who can do something near a place: enterprises that make, use, offer or stand
// at what is called so, or carry scenarios of that name out, the best fit first, and of
// equal ones the nearest.
func (c *city) who(ctx context.Context, q Question) (Answer, error) {
	words := normal(q.What)
	if words == "" {
		return Answer{}, missingField("what", "say what is sought")
	}
	origin, err := c.origin(q)
	if err != nil {
		return Answer{}, err
	}
	hits := c.named(words, q.bureau, kindProduct, kindTechnology, kindStage, kindPosition, kindCapability, kindScenario)
	at := map[string]int{}
	var items []Item
	for _, h := range hits[:min(100, len(hits))] {
		numbers, err := c.edgesOf(ctx, h.id, q.bureau, edgeMakes, edgeUses, edgeAt, edgeOffers, edgeProvides)
		if err != nil {
			return Answer{}, err
		}
		for _, n := range numbers {
			id := c.other(n, h.id)
			if c.nodes[id].Kind != kindEnterprise || id == q.Node {
				continue
			}
			i, ok := at[id]
			if !ok {
				i = len(items)
				at[id], items = i, append(items, Item{Node: c.ref(id)})
			}
			ref := c.ref(h.id)
			items[i].Score = max(items[i].Score, h.fit)
			items[i].Reasons = append(items[i].Reasons, Reason{Code: c.edges[n].Kind, Node: &ref})
			items[i].Path = append(items[i].Path, c.hop(n, q.bureau))
		}
	}
	for i := range items {
		c.nearness(&items[i], origin)
	}
	return c.answer(q, "graph").finish(items), nil
}

// place is where a question is asked from.
type place struct {
	district string
	points   []point
}

func (c *city) origin(q Question) (place, error) {
	if q.Node == "" {
		return place{district: q.District}, nil
	}
	if err := c.known(q.Node, "node", q.bureau, kindEnterprise); err != nil {
		return place{}, err
	}
	n := c.nodes[q.Node]
	return place{cmp.Or(q.District, n.Props["district"]), points(n)}, nil
}

// nearness adds to the score, less than a better fit would, how near an item is: half for
// the same district, and up to 0.4 for few kilometres.
func (c *city) nearness(i *Item, from place) {
	n := c.nodes[i.Node.ID]
	if from.district != "" && n.Props["district"] == from.district {
		i.Score += 0.5
		ref := c.ref(kindDistrict + "/" + from.district)
		i.Reasons = append(i.Reasons, Reason{Code: "same-district", Node: &ref})
	}
	best := math.Inf(1)
	for _, a := range from.points {
		for _, b := range points(n) {
			best = min(best, kilometres(a, b))
		}
	}
	if !math.IsInf(best, 1) {
		best = math.Round(best*10) / 10
		i.Km = &best
		i.Score += 0.4 / (1 + best/10)
	}
}

// similar answers which enterprises are like one: by what both make, use and stand at,
// where what few have counts more (Adamic, Adar 2003).
func (c *city) similar(ctx context.Context, q Question) (Answer, error) {
	if err := c.known(q.Node, "node", q.bureau, kindEnterprise, kindOutside); err != nil {
		return Answer{}, err
	}
	kinds := []string{edgeMakes, edgeUses, edgeAt, edgeOf, edgeOffers}
	own, err := c.edgesOf(ctx, q.Node, q.bureau, kinds...)
	if err != nil {
		return Answer{}, err
	}
	at := map[string]int{}
	var items []Item
	for _, mine := range own {
		shared := c.other(mine, q.Node)
		theirs, err := c.edgesOf(ctx, shared, q.bureau, kinds...)
		if err != nil {
			return Answer{}, err
		}
		for _, n := range theirs {
			id := c.other(n, shared)
			if id == q.Node || c.nodes[id].Kind != kindEnterprise && c.nodes[id].Kind != kindOutside {
				continue
			}
			i, ok := at[id]
			if !ok {
				i = len(items)
				at[id], items = i, append(items, Item{Node: c.ref(id)})
			}
			ref, worth := c.ref(shared), 1/math.Log(1+float64(len(theirs)))
			items[i].Score += worth
			items[i].Reasons = append(items[i].Reasons, Reason{Code: "shared", Node: &ref, Value: worth})
			items[i].Path = append(items[i].Path, c.hop(mine, q.bureau), c.hop(n, q.bureau))
		}
	}
	return c.answer(q, "graph").finish(items), nil
}

// way answers the shortest ways by which two could come to work together. What joins
// everybody with everybody, as districts and industries do, is no way.
func (c *city) way(ctx context.Context, q Question) (Answer, error) {
	for _, x := range [][2]string{{"node", q.Node}, {"to", q.To}} {
		if err := c.known(x[1], x[0], q.bureau); err != nil {
			return Answer{}, err
		}
	}
	if q.Node == q.To {
		return Answer{}, missingField("to", "choose another one to get to")
	}
	v, err := c.view(q.bureau, without(nodeKinds(), append(meetingPlaces(), kindCapability)...), without(edgeKinds(), edgeIn, edgeOf, edgeSuits, edgeStep, edgeMode))
	if err != nil {
		return Answer{}, err
	}
	found, err := v.ShortestPaths(ctx, q.Node, q.To, min(q.most(), 5), graph.PathQuery{Direction: graph.Both, Limit: graph.Limit{Work: 2_000_000}})
	if err != nil {
		return Answer{}, fmt.Errorf("seek ways: %w", err)
	}
	a := c.answer(q, "graph")
	var items []Item
	for _, p := range found.List {
		i := Item{Node: c.ref(q.To), Score: -float64(len(p.Edges))}
		for _, e := range p.Edges {
			i.Path = append(i.Path, c.hop(e.Number, q.bureau))
		}
		i.Reasons = []Reason{{Code: "hops", Value: float64(len(p.Edges))}}
		items = append(items, i)
	}
	a = a.finish(items)
	a.Truncated = a.Truncated || found.Truncated
	return a, nil
}

func (c *city) said(e Edge) Hop {
	return Hop{
		From: c.ref(e.Src), Kind: e.Kind, To: c.ref(e.Dst), Source: e.Source, Event: e.Event, At: e.At, ValidFrom: e.From, ValidTo: e.To, Restricted: !c.open(e),
		Synthetic: e.Synthetic,
	}
}

// open tells whether everybody may see an edge: it and its ends.
func (c *city) open(e Edge) bool {
	return e.See == seePublic && c.nodes[e.Src].See == seePublic && c.nodes[e.Dst].See == seePublic
}
