package atlas

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"linghang/lib/graph"
)

// Bounds of what one enterprise's surroundings are asked for.
const (
	mostNeighbours = 200 // enterprises
	mostEdgesEach  = 100 // of a neighbour or a scenario
	mostHolders    = 2000
)

// Fit is what the graph knows of an enterprise that could help another.
type Fit struct {
	EntryID      string
	Serves       bool
	Neighbours   int      // for how many of the other's neighbours it works
	Technologies []string // of those that were asked for, by their names in Chinese
}

// Fits are what the graph knows of those that could help an enterprise, which asks: who
// serves it by an agreement, which the enterprise knows itself, and beside that what
// everybody may know: who supplies, cooperates with or carries out scenarios of
// enterprises that stand at its stages or those next to them, or that trade with it; and
// who has the technologies, named in Chinese. It may be as old as recentFor.
func (g *Graph) Fits(ctx context.Context, entry string, technologies []string) ([]Fit, error) {
	c, err := g.memory.recent(ctx)
	if err != nil {
		return nil, err
	}
	f := fitting{city: c, by: map[string]*Fit{}}
	id := enterpriseNode(entry)
	if err := errors.Join(f.serving(ctx, id), f.neighbouring(ctx, id), f.having(ctx, technologies)); err != nil {
		return nil, fmt.Errorf("ask the graph who fits: %w", err)
	}
	delete(f.by, entry)
	list := []Fit{}
	for _, id := range slices.Sorted(maps.Keys(f.by)) {
		list = append(list, *f.by[id])
	}
	return list, nil
}

// fitting gathers fits, by the ID of the enterprise's entry.
type fitting struct {
	*city
	by map[string]*Fit
}

func (f fitting) of(node string) *Fit {
	entry := f.nodes[node].ID[len(kindEnterprise)+1:]
	if f.by[entry] == nil {
		f.by[entry] = &Fit{EntryID: entry}
	}
	return f.by[entry]
}

// serving finds who serves an enterprise by an agreement.
func (f fitting) serving(ctx context.Context, id string) error {
	numbers, err := f.edgesOf(ctx, id, true, edgeServed)
	for _, n := range numbers {
		if e := f.edges[n]; e.Dst == id && f.nodes[e.Src].Kind == kindEnterprise {
			f.of(e.Src).Serves = true
		}
	}
	return err
}

// ends are what edges of some kinds that everybody may see lead to.
func ends(ctx context.Context, v *graph.View, id string, most int) ([]graph.Neighbour, error) {
	found, err := v.Neighbours(ctx, id, graph.NeighbourQuery{Direction: graph.Both, Limit: graph.Limit{Nodes: most}})
	if errors.Is(err, graph.ErrUnknownNode) {
		return nil, nil
	}
	return found.List, err
}

// neighbours are the enterprises of the stages of an enterprise, and of those next to
// them, and those that it trades with.
func (f fitting) neighbours(ctx context.Context, id string) ([]string, error) {
	v, err := f.view(false, nil, []string{edgeAt, edgeFeeds, edgeSupplies})
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	near, err := ends(ctx, v, id, mostNeighbours)
	if err != nil {
		return nil, err
	}
	stages := map[string]bool{}
	for _, x := range near {
		if x.Edge.Type == edgeSupplies {
			found[x.Node.ID] = true
			continue
		}
		stages[x.Node.ID] = true
		around, err := ends(ctx, v, x.Node.ID, mostHolders)
		if err != nil {
			return nil, err
		}
		for _, y := range around {
			if y.Edge.Type == edgeFeeds {
				stages[y.Node.ID] = true
			}
		}
	}
	for _, s := range sortedKeys(stages) {
		there, err := ends(ctx, v, s, mostNeighbours)
		if err != nil {
			return nil, err
		}
		for _, x := range there {
			found[x.Node.ID] = found[x.Node.ID] || x.Edge.Type == edgeAt
		}
	}
	list := slices.DeleteFunc(sortedKeys(found), func(n string) bool { return n == id || !found[n] || f.nodes[n].Kind != kindEnterprise })
	return list[:min(len(list), mostNeighbours)], nil
}

// neighbouring counts for how many neighbours of an enterprise others work.
func (f fitting) neighbouring(ctx context.Context, id string) error {
	list, err := f.neighbours(ctx, id)
	if err != nil {
		return err
	}
	v, err := f.view(false, nil, []string{edgeSupplies, edgeCooperates, edgeOwns, edgeProvides})
	if err != nil {
		return err
	}
	for _, n := range list {
		work, err := f.working(ctx, v, n)
		if err != nil {
			return err
		}
		for w := range work {
			f.of(w).Neighbours++
		}
	}
	return nil
}

// working are the enterprises that supply one, cooperate with it or carry out scenarios
// of it.
func (f fitting) working(ctx context.Context, v *graph.View, id string) (map[string]bool, error) {
	work := map[string]bool{}
	near, err := ends(ctx, v, id, mostEdgesEach)
	if err != nil {
		return nil, err
	}
	for _, x := range near {
		switch e := f.edges[x.Edge.Number]; {
		case e.Kind == edgeSupplies && e.Dst == id, e.Kind == edgeCooperates:
			work[x.Node.ID] = true
		case e.Kind == edgeOwns:
			who, err := f.providing(ctx, v, x.Node.ID)
			if err != nil {
				return nil, err
			}
			maps.Copy(work, who)
		}
	}
	delete(work, id)
	maps.DeleteFunc(work, func(n string, _ bool) bool { return f.nodes[n].Kind != kindEnterprise })
	return work, nil
}

// providing are those that carry a scenario out.
func (f fitting) providing(ctx context.Context, v *graph.View, scenario string) (map[string]bool, error) {
	who := map[string]bool{}
	near, err := ends(ctx, v, scenario, mostEdgesEach)
	for _, x := range near {
		if x.Edge.Type == edgeProvides {
			who[x.Node.ID] = true
		}
	}
	return who, err
}

// having finds who has technologies: offers or uses them, or carries scenarios out that
// use them.
func (f fitting) having(ctx context.Context, technologies []string) error {
	v, err := f.view(false, nil, []string{edgeOffers, edgeUses, edgeProvides})
	if err != nil {
		return err
	}
	for _, t := range technologies {
		who := map[string]bool{}
		near, err := ends(ctx, v, term(kindTechnology, t).ID, mostHolders)
		if err != nil {
			return err
		}
		for _, x := range near {
			if f.nodes[x.Node.ID].Kind != kindScenario {
				who[x.Node.ID] = true
				continue
			}
			others, err := f.providing(ctx, v, x.Node.ID)
			if err != nil {
				return err
			}
			maps.Copy(who, others)
		}
		for n := range who {
			if f.nodes[n].Kind == kindEnterprise {
				x := f.of(n)
				x.Technologies = append(x.Technologies, t)
			}
		}
	}
	return nil
}
