package atlas

import (
	"context"
	"slices"
	"strconv"
)

// Tie is that two enterprises have to do with each other: one holds a share of the other,
// or they work or worked together.
type Tie struct {
	FromCode, FromName string // unified social credit code, and name in Chinese
	ToCode, ToName     string
	Kind               string // shareholding or cooperation
	Share              float64
	Since, Until       string // as 2026-01-31; Until is the first day on which it is over, empty: it goes on
	Source             string
}

// mostTies bounds how many ties an answer has.
const mostTies = 50_000

// Ties are what the graph knows, with what is for the bureau alone, of ties of some
// enterprises, named by their codes, and of those that they are joined to by
// shareholdings; also of what is over.
func (g *Graph) Ties(ctx context.Context, codes []string) ([]Tie, error) {
	c, err := g.memory.now(ctx)
	if err != nil {
		return nil, err
	}
	return c.tiesOf(codes), nil
}

func (c *city) tiesOf(codes []string) []Tie {
	by := map[string][]Edge{} // at either end
	for _, e := range c.history {
		if e.Kind == edgeHolds || e.Kind == edgeCooperates || e.Kind == edgeServed {
			by[e.Src] = append(by[e.Src], e)
			by[e.Dst] = append(by[e.Dst], e)
		}
	}
	var next []string
	for id := range by {
		if slices.Contains(codes, c.nodes[id].Props["code"]) {
			next = append(next, id)
		}
	}
	slices.Sort(next)
	reached, told := map[string]bool{}, map[string]bool{}
	list := []Tie{}
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		if reached[id] {
			continue
		}
		reached[id] = true
		for _, e := range by[id] {
			if e.Kind == edgeHolds {
				next = append(next, e.Src, e.Dst)
			}
			if t, ok := c.tie(e); ok && !told[e.ID] && len(list) < mostTies {
				told[e.ID], list = true, append(list, t)
			}
		}
	}
	return list
}

// tie is an edge between two that have codes.
func (c *city) tie(e Edge) (Tie, bool) {
	from, to := c.nodes[e.Src], c.nodes[e.Dst]
	t := Tie{
		FromCode: from.Props["code"], FromName: from.Name.ZH, ToCode: to.Props["code"], ToName: to.Name.ZH, Kind: "cooperation", Since: e.From, Until: e.To, Source: e.Source,
	}
	if e.Kind == edgeHolds {
		t.Kind = "shareholding"
		t.Share, _ = strconv.ParseFloat(e.Props["share"], 64) // the import has read it; else it is not known
	}
	return t, t.FromCode != "" && t.ToCode != ""
}
