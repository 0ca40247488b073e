package atlas

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/lib/graph/chain"
)

// chainContent is a chain in its present version.
type chainContent struct {
	Chain
	Content
}

// gaps answers which stages of a chain have no enterprise of the city, one only, or
// depend on one supplier: what is missing first, by how much hangs on it and is wanted.
func (c *city) gaps(ctx context.Context, q Question, ch chainContent) (Answer, error) {
	a, err := c.analyse(ctx, ch.ID, ch.Content, q.bureau)
	if err != nil {
		return Answer{}, err
	}
	ranked, err := a.chain.Rank(ctx, a.report, chain.RankOptions{})
	if err != nil {
		return Answer{}, fmt.Errorf("rank gaps of %s: %w", ch.ID, err)
	}
	var items []Item
	for _, s := range a.stages {
		if s.State == string(chain.Sound) {
			continue
		}
		i := Item{Node: c.ref(s.Node), State: s.State, Reasons: s.Reasons}
		switch chain.State(s.State) {
		case chain.Missing:
			at := slices.IndexFunc(ranked, func(g chain.Gap) bool { return g.Stage == s.Stage.ID })
			i.Score, i.Reasons = 2+1/float64(at+2), []Reason{}
			for _, r := range ranked[at].Reasons {
				i.Reasons = append(i.Reasons, c.reason(ch.ID, r))
			}
		default:
			if s.State != string(chain.Weak) {
				break
			}
			i.Score = 1 + min(0.9, float64(len(s.Reasons))/10)
		}
		if s.Outside > 0 {
			i.Reasons = append(i.Reasons, Reason{Code: "outside", Value: float64(s.Outside)})
		}
		if i.Path, err = c.around(ctx, s.Node, q.bureau); err != nil {
			return Answer{}, err
		}
		items = append(items, i)
	}
	return c.answer(q, a.basis()).finish(items), nil
}

// around are the edges that say where in its chain a stage is and who stands there.
func (c *city) around(ctx context.Context, stage string, bureau bool) ([]Hop, error) {
	numbers, err := c.edgesOf(ctx, stage, bureau, edgeFeeds, edgeAt)
	list := []Hop{}
	for _, n := range numbers[:min(20, len(numbers))] {
		list = append(list, c.hop(n, bureau))
	}
	return list, err
}

// stop answers what breaks if an enterprise stops: stages that are worse, end products
// that no way leads to any more, and who buys from it, in all chains in which it stands.
func (c *city) stop(ctx context.Context, q Question, chains []chainContent) (Answer, error) {
	if err := c.known(q.Node, "node", q.bureau, kindEnterprise); err != nil {
		return Answer{}, err
	}
	basis := "presence"
	var items []Item
	for _, ch := range chains {
		a, err := c.analyse(ctx, ch.ID, ch.Content, q.bureau)
		if err != nil {
			return Answer{}, err
		}
		impact, err := a.chain.Stop(ctx, a.thresholds(), q.Node)
		if errors.Is(err, chain.ErrUnknown) {
			continue
		}
		if err != nil {
			return Answer{}, fmt.Errorf("stop %s in %s: %w", q.Node, ch.ID, err)
		}
		if a.figures {
			basis = "figures"
		}
		list, err := c.broken(ctx, q, ch.ID, impact)
		if err != nil {
			return Answer{}, err
		}
		items = append(items, list...)
	}
	return c.answer(q, basis).finish(items), nil
}

func (c *city) broken(ctx context.Context, q Question, id string, impact chain.Impact) ([]Item, error) {
	var items []Item
	for _, s := range impact.Broken {
		items = append(items, Item{Node: c.ref(stageNode(id, s)), State: "broken", Score: 3, Reasons: []Reason{{Code: "end-breaks", Value: impact.Exposed}}})
	}
	for _, s := range impact.Stages {
		i := Item{Node: c.ref(stageNode(id, s.Stage)), State: string(s.After), Score: 2, Reasons: []Reason{{Code: "was-" + string(s.Before)}}}
		if s.After == chain.Weak {
			i.Score = 1
		}
		var err error
		if i.Path, err = c.around(ctx, i.Node.ID, q.bureau); err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	for _, b := range impact.Buyers {
		i := Item{Node: c.ref(b.Enterprise), State: "buyer", Score: b.Share, Reasons: []Reason{{Code: "buys", Value: b.Share}}}
		numbers, err := c.edgesOf(ctx, b.Enterprise, q.bureau, edgeSupplies)
		if err != nil {
			return nil, err
		}
		for _, n := range numbers {
			if c.edges[n].Src == q.Node {
				i.Path = append(i.Path, c.hop(n, q.bureau))
			}
		}
		items = append(items, i)
	}
	return items, nil
}

// candidates answers which enterprises outside could fill a stage, or all that are
// missing in a chain: 3 for being named for the stage, 2 for making its product, up to 3
// for supplying enterprises of the city, up to 2 for technologies that neighbours share.
func (c *city) candidates(ctx context.Context, q Question, ch chainContent) (Answer, error) {
	a, err := c.analyse(ctx, ch.ID, ch.Content, q.bureau)
	if err != nil {
		return Answer{}, err
	}
	if q.Stage != "" && !slices.ContainsFunc(ch.Content.Stages, func(s Stage) bool { return s.ID == q.Stage }) {
		return Answer{}, fault.New(fault.NotFound, "kernel.not_found", "the chain has no stage %.60q", q.Stage)
	}
	var items []Item
	for _, s := range a.stages {
		if s.Stage.ID == q.Stage || q.Stage == "" && (s.State == string(chain.Missing) || s.State == string(chain.Absent)) {
			list, err := c.fillers(ctx, q, s.Node)
			if err != nil {
				return Answer{}, err
			}
			items = append(items, list...)
		}
	}
	return c.answer(q, a.basis()).finish(items), nil
}

// fillers are the enterprises outside that could fill a stage.
func (c *city) fillers(ctx context.Context, q Question, stage string) ([]Item, error) {
	at := map[string]int{}
	var items []Item
	other := c.ref(stage)
	note := func(number int, outside string, r Reason, worth float64) {
		if c.nodes[outside].Kind != kindOutside {
			return
		}
		i, ok := at[outside]
		if !ok {
			i = len(items)
			at[outside], items = i, append(items, Item{Node: c.ref(outside), Other: &other})
		}
		r.Value = worth
		items[i].Score += worth
		items[i].Reasons = append(items[i].Reasons, r)
		items[i].Path = append(items[i].Path, c.hop(number, q.bureau))
	}
	direct, err := c.edgesOf(ctx, stage, q.bureau, edgeAt, edgeYields)
	if err != nil {
		return nil, err
	}
	for _, n := range direct {
		end := c.other(n, stage)
		if c.edges[n].Kind == edgeAt {
			note(n, end, Reason{Code: "named-for-stage"}, 3)
			continue
		}
		makers, err := c.edgesOf(ctx, end, q.bureau, edgeMakes)
		if err != nil {
			return nil, err
		}
		product := c.ref(end)
		for _, m := range makers {
			note(m, c.other(m, end), Reason{Code: "makes-product", Node: &product}, 2)
		}
	}
	return items, c.ties(ctx, q, stage, items)
}

// ties adds to candidates what joins them to the city already.
func (c *city) ties(ctx context.Context, q Question, stage string, items []Item) error {
	near, err := c.technologiesNear(ctx, q, stage)
	if err != nil {
		return err
	}
	for i := range items {
		id := items[i].Node.ID
		numbers, err := c.edgesOf(ctx, id, q.bureau, edgeSupplies, edgeUses)
		if err != nil {
			return err
		}
		supplies, uses := 0, 0
		for _, n := range numbers {
			end := c.other(n, id)
			ref := c.ref(end)
			switch {
			case c.edges[n].Kind == edgeSupplies && c.nodes[end].Kind == kindEnterprise && supplies < 3:
				supplies++
				items[i].Score++
				items[i].Reasons = append(items[i].Reasons, Reason{Code: "supplies-local", Node: &ref, Value: 1})
				items[i].Path = append(items[i].Path, c.hop(n, q.bureau))
			case near[end] && uses < 4:
				uses++
				items[i].Score += 0.5
				items[i].Reasons = append(items[i].Reasons, Reason{Code: "shares-technology", Node: &ref, Value: 0.5})
				items[i].Path = append(items[i].Path, c.hop(n, q.bureau))
			}
		}
	}
	return nil
}

// technologiesNear are those of enterprises of the city at the stages beside one.
func (c *city) technologiesNear(ctx context.Context, q Question, stage string) (map[string]bool, error) {
	near := map[string]bool{}
	beside, err := c.edgesOf(ctx, stage, q.bureau, edgeFeeds)
	if err != nil {
		return nil, err
	}
	for _, n := range beside {
		next := c.other(n, stage)
		there, err := c.edgesOf(ctx, next, q.bureau, edgeAt)
		if err != nil {
			return nil, err
		}
		for _, t := range there {
			id := c.other(t, next)
			if !strings.HasPrefix(id, kindEnterprise+"/") {
				continue
			}
			uses, err := c.edgesOf(ctx, id, q.bureau, edgeUses)
			if err != nil {
				return nil, err
			}
			for _, u := range uses {
				near[c.other(u, id)] = true
			}
		}
	}
	return near, nil
}
