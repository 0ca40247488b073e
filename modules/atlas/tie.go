package atlas

import (
	"context"
	"slices"
	"strconv"

	"linghang/kernel/fault"
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

const (
	// mostTies bounds how many ties an answer has.
	mostTies = 200_000
	// mostHoldings is over how many shareholdings in a row ties are sought: a conflict of
	// interest goes no further.
	mostHoldings = 10
)

// Ties are what the graph knows, with what is for the bureau alone, of ties of some
// enterprises, named by their codes, and of those that they are joined to by
// shareholdings; also of what is over. Who asks decides by it, so that half of an answer
// would be worse than none.
func (g *Graph) Ties(ctx context.Context, codes []string) ([]Tie, error) {
	c, err := g.memory.now(ctx)
	if err != nil {
		return nil, err
	}
	list, all := c.tiesOf(codes)
	if !all {
		return nil, fault.New(fault.Unavailable, "atlas.ties.many", "there are more than %d ties between the enterprises and those that they are joined to", mostTies)
	}
	return list, nil
}

// bonds are the ties of the whole history by the nodes at their ends, and the nodes by
// their codes.
type bonds struct {
	by   map[string][]int32 // numbers in the history
	code map[string][]string
}

// bonds walks through the history once.
func (c *city) bonds() *bonds {
	c.bondsOnce.Do(func() {
		b := &bonds{map[string][]int32{}, map[string][]string{}}
		for i, e := range c.history {
			if e.Kind == edgeHolds || e.Kind == edgeCooperates || e.Kind == edgeServed {
				b.by[e.Src] = append(b.by[e.Src], int32(i))
				if e.Dst != e.Src {
					b.by[e.Dst] = append(b.by[e.Dst], int32(i))
				}
			}
		}
		for id := range b.by {
			if code := c.nodes[id].Props["code"]; code != "" {
				b.code[code] = append(b.code[code], id)
			}
		}
		c.bound = b
	})
	return c.bound
}

// tiesOf are the ties of some enterprises and of those that they are joined to, the
// nearest first; all tells whether there are not more.
func (c *city) tiesOf(codes []string) (list []Tie, all bool) {
	b := c.bonds()
	var next []string
	for _, code := range codes {
		next = append(next, b.code[code]...)
	}
	slices.Sort(next)
	reached, told := map[string]bool{}, map[int32]bool{}
	list = []Tie{}
	for range mostHoldings + 1 {
		layer := next
		next = nil
		for _, id := range layer {
			if reached[id] {
				continue
			}
			reached[id] = true
			for _, i := range b.by[id] {
				e := &c.history[i]
				if e.Kind == edgeHolds {
					next = append(next, e.Src, e.Dst)
				}
				if told[i] {
					continue
				}
				told[i] = true
				if t, ok := c.tie(*e); ok {
					list = append(list, t)
				}
			}
			if len(list) > mostTies {
				return nil, false
			}
		}
	}
	return list, true
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
