package atlas

// count is how many of something there are, and whether some are made up.
type count struct {
	n         int
	synthetic bool
}

func (c *count) add(synthetic bool) {
	c.n++
	c.synthetic = c.synthetic || synthetic
}

// tally is what there is on a day, all of it, whoever may see it: figures tell nobody what.
type tally struct {
	chains, stages, without, outside, nodes, edges count
	of                                             map[string]count // edges by a kind of node at one end
}

// tally counts once.
func (c *city) tally() tally {
	c.tallyOnce.Do(func() {
		t := tally{of: map[string]count{}}
		local := map[string]bool{}
		for _, e := range c.edges {
			t.edges.add(e.Synthetic)
			src, dst := c.nodes[e.Src].Kind, c.nodes[e.Dst].Kind
			for _, kind := range graphKinds() {
				if src == kind || dst == kind {
					x := t.of[kind]
					x.add(e.Synthetic)
					t.of[kind] = x
				}
			}
			if e.Kind == edgeAt && src == kindEnterprise {
				local[e.Dst] = true
			}
		}
		for id := range c.hidden { // the nodes that are there on the day
			n := c.nodes[id]
			t.nodes.add(n.Synthetic)
			switch n.Kind {
			case kindChain:
				t.chains.add(n.Synthetic)
			case kindOutside:
				t.outside.add(n.Synthetic)
			case kindStage:
				t.stages.add(n.Synthetic)
				if !local[id] {
					t.without.add(n.Synthetic)
				}
			}
		}
		c.tallied = t
	})
	return c.tallied
}

// graphKinds are what the city's graphs are drawn around: of scenarios, of what services
// can do, of technologies, and of the chains of its industry.
func graphKinds() []string { return []string{kindScenario, kindCapability, kindTechnology, kindStage} }
