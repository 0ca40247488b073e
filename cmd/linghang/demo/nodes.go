package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The synthetic part of identifier resolution: secondary nodes of industries, the
// enterprise nodes below them, and identifiers of each.
const (
	secondaryNodes  = 8
	identifiersEach = 12
	firstPrefix     = 9001 // 88.9001 to 88.9008: no prefix that anybody has
)

// industries are those of the synthetic secondary nodes.
func industries() [secondaryNodes]struct{ code, district, zh, en string } {
	return [secondaryNodes]struct{ code, district, zh, en string }{
		{"C38", "370212", "智能家电", "Smart appliances"},
		{"C29", "370281", "橡胶轮胎", "Rubber and tyres"},
		{"C37", "370214", "轨道交通", "Rail transit"},
		{"C18", "370215", "纺织服装", "Apparel"},
		{"C26", "370211", "精细化工", "Fine chemicals"},
		{"C13", "370283", "食品加工", "Food processing"},
		{"C36", "370285", "汽车制造", "Vehicles"},
		{"C35", "370213", "专用装备", "Special equipment"},
	}
}

// node is a node as the API tells of it.
type node struct {
	ID        string `json:"id"`
	Role      string `json:"role"`
	Prefix    string `json:"prefix"`
	State     string `json:"state"`
	Synthetic bool   `json:"synthetic"`
}

// network is what there is of identifier resolution.
type network struct {
	root        node
	enterprises []node
	handles     []string
}

// nodesThere reads all nodes, by their prefixes.
func (d *demo) nodesThere(ctx context.Context) (map[string]node, error) {
	there := map[string]node{}
	for cursor := ""; ; {
		var page struct {
			Items []node `json:"items"`
			Next  string `json:"next_cursor"`
		}
		if err := d.api.call(ctx, http.MethodGet, "/api/identifier/nodes?limit=500&cursor="+cursor, nil, &page); err != nil {
			return nil, fmt.Errorf("read nodes: %w", err)
		}
		for _, n := range page.Items {
			there[n.Prefix] = n
		}
		if cursor = page.Next; cursor == "" {
			return there, nil
		}
	}
}

// identifiers builds the synthetic network, or finds it, with identifiers that are
// registered over the protocol.
func (d *demo) identifiers(ctx context.Context) (*network, error) {
	there, err := d.nodesThere(ctx)
	if err != nil {
		return nil, err
	}
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	net := &network{}
	net.root, err = d.node(ctx, there, map[string]any{"role": "root", "prefix": "0.NA", "name": text{"演示·根节点", "Demo · root"}, "hosting": "hosted", "synthetic": true})
	if err != nil {
		return nil, err
	}
	var fresh []node
	for i, industry := range industries() {
		above, err := d.node(ctx, there, map[string]any{
			"role": "secondary", "prefix": fmt.Sprintf("88.%d", firstPrefix+i), "above_id": net.root.ID, "industry": industry.code, "district": industry.district, "hosting": "hosted",
			"name": text{"演示·" + industry.zh + "二级节点", "Demo · " + industry.en + " secondary node"}, "synthetic": true,
		})
		if err != nil {
			return nil, err
		}
		made, err := d.enterprisesBelow(ctx, there, above, i, key, net)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, made...)
		d.say("%d of %d enterprise nodes are there", len(net.enterprises), d.Enterprises/secondaryNodes*secondaryNodes)
	}
	return net, d.registerAll(ctx, net, fresh, key)
}

// enterprisesBelow founds the enterprise nodes of a secondary node and returns
// those that were not there.
func (d *demo) enterprisesBelow(ctx context.Context, there map[string]node, above node, i int, key demoKey, net *network) (fresh []node, err error) {
	industry := industries()[i]
	for e := range d.Enterprises / secondaryNodes {
		prefix := fmt.Sprintf("%s.%d", above.Prefix, e+1)
		_, known := there[prefix]
		n, err := d.node(ctx, there, map[string]any{
			"role": "enterprise", "prefix": prefix, "above_id": above.ID, "industry": industry.code, "district": industry.district, "hosting": "hosted", "public_key": key.public,
			"name": text{fmt.Sprintf("演示·%s企业%03d", industry.zh, e+1), fmt.Sprintf("Demo · %s enterprise %03d", industry.en, e+1)}, "synthetic": true,
		})
		if err != nil {
			return nil, err
		}
		net.enterprises = append(net.enterprises, n)
		for h := range identifiersEach {
			net.handles = append(net.handles, handleOf(prefix, h))
		}
		if !known {
			fresh = append(fresh, n)
		}
	}
	return fresh, nil
}

// node founds a node that is not there yet.
func (d *demo) node(ctx context.Context, there map[string]node, body map[string]any) (node, error) {
	prefix := fmt.Sprint(body["prefix"])
	if n, ok := there[prefix]; ok {
		return n, nil
	}
	var n node
	if err := d.api.call(ctx, http.MethodPost, "/api/identifier/nodes", body, &n); err != nil {
		return n, fmt.Errorf("found the node %s: %w", prefix, err)
	}
	there[prefix] = n
	return n, nil
}

// handleOf is the name of an identifier of an enterprise: product and number.
func handleOf(prefix string, n int) string { return fmt.Sprintf("%s/P%02d.%06d", prefix, n%3+1, n+1) }

// registerAll registers the identifiers of enterprise nodes that are new.
func (d *demo) registerAll(ctx context.Context, net *network, fresh []node, key demoKey) error {
	if len(fresh) == 0 {
		return nil
	}
	site, err := d.siteOf(ctx, net.root.ID)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	var made atomic.Int64
	faults := make(chan error, 4)
	for w := range cap(faults) {
		work.Go(func() {
			for i := w; i < len(fresh); i += cap(faults) {
				if err := key.register(ctx, site, fresh[i].Prefix); err != nil {
					faults <- err
					return
				}
				made.Add(identifiersEach)
			}
		})
	}
	work.Wait()
	close(faults)
	d.say("%d identifiers were registered over the protocol", made.Load())
	return <-faults
}

// resolvePace is how long the demonstration waits between two resolutions.
const resolvePace = 50 * time.Millisecond

// resolve asks for identifiers until ctx ends: some often, most seldom, a few that
// are not there.
func (d *demo) resolve(ctx context.Context, net *network, sums *asked) {
	site, err := d.siteOf(ctx, net.root.ID)
	if err != nil {
		sums.add(err)
		return
	}
	ask := newAsker(site)
	defer ask.close()
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // which identifier is asked for is no secret
	often := rand.NewZipf(dice, 1.1, 8, uint64(len(net.handles)-1))
	tick := time.NewTicker(resolvePace)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		handle := net.handles[often.Uint64()]
		if dice.IntN(50) == 0 {
			handle += "-none"
		}
		if err := ask.resolve(ctx, handle); ctx.Err() == nil {
			sums.add(err)
		}
	}
}

// asked counts how resolutions went.
type asked struct{ found, missing, failed atomic.Int64 }

func (a *asked) String() string {
	return fmt.Sprintf("%d identifiers resolved, %d not there, %d failed", a.found.Load(), a.missing.Load(), a.failed.Load())
}

// removeNodes takes the synthetic nodes away, those below first.
func (d *demo) removeNodes(ctx context.Context) error {
	there, err := d.nodesThere(ctx)
	if err != nil {
		return err
	}
	removed := 0
	for _, role := range []string{"enterprise", "secondary", "root"} {
		for _, n := range there {
			if !n.Synthetic || n.Role != role {
				continue
			}
			if err := d.api.call(ctx, http.MethodDelete, "/api/identifier/nodes/"+n.ID, nil, nil); err != nil {
				return fmt.Errorf("remove the node %s: %w", n.Prefix, err)
			}
			removed++
		}
	}
	d.say("%d synthetic nodes removed", removed)
	return nil
}
