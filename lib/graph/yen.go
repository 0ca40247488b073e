package graph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// ShortestPaths returns up to k ways that visit no node twice, the shortest first.
// Ways differ in the nodes that they visit; between two nodes each takes the shortest
// edge. It reports ErrUnknownNode and ErrQuery.
func (v *View) ShortestPaths(ctx context.Context, from, to string, k int, q PathQuery) (Paths, error) {
	if k < 1 || k > MaxPaths {
		return Paths{}, fmt.Errorf("paths: %w: %d ways, and 1 to %d can be asked for", ErrQuery, k, MaxPaths)
	}
	if err := q.check(); err != nil {
		return Paths{}, fmt.Errorf("paths: %w", err)
	}
	a, err := v.find(from)
	if err != nil {
		return Paths{}, fmt.Errorf("paths, from: %w", err)
	}
	b, err := v.find(to)
	if err != nil {
		return Paths{}, fmt.Errorf("paths, to: %w", err)
	}
	s := &seeker{v: v, q: q, work: meter{left: q.Limit.withDefaults().Work}, a: v.s.takeDesk(), b: v.s.takeDesk()}
	defer v.s.desks.Put(s.a)
	defer v.s.desks.Put(s.b)
	ways, err := s.yen(ctx, a, b, k)
	if err != nil {
		return Paths{}, fmt.Errorf("paths from %s to %s: %w", quote(from), quote(to), err)
	}
	answer := Paths{Truncated: s.spent}
	for _, w := range ways {
		answer.List = append(answer.List, v.pathOf(w))
	}
	return answer, nil
}

// yen finds each further way as the shortest that leaves one of those before.
func (k *seeker) yen(ctx context.Context, from, to uint32, most int) ([]*way, error) {
	first, err := k.seek(ctx, from, to)
	if err != nil || first == nil {
		return nil, err
	}
	ways := []*way{first}
	var open []*way
	for len(ways) < most && !k.spent {
		found, err := k.leave(ctx, ways, to)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			if !slices.ContainsFunc(open, w.same) {
				open = append(open, w)
			}
		}
		if k.spent || len(open) == 0 {
			break // with candidates missing, the shortest of the rest may not be next
		}
		slices.SortStableFunc(open, compareWays)
		ways = append(ways, open[0])
		open = open[1:]
	}
	return ways, nil
}

func (w *way) same(other *way) bool { return slices.Equal(w.nodes, other.nodes) }

func compareWays(a, b *way) int {
	return cmp.Or(cmp.Compare(a.length, b.length), cmp.Compare(len(a.nodes), len(b.nodes)), slices.Compare(a.nodes, b.nodes))
}

// leave returns the shortest way that leaves the last of the ways at each of its nodes,
// from where it left another itself: what leaves before was found with that other.
func (k *seeker) leave(ctx context.Context, ways []*way, to uint32) ([]*way, error) {
	last := ways[len(ways)-1]
	var found []*way
	for i := last.branch; i < len(last.nodes)-1; i++ {
		root := last.nodes[:i+1]
		k.barred, k.refused = map[uint32]bool{}, map[uint32]bool{}
		for _, u := range root[:i] {
			k.barred[u] = true
		}
		for _, w := range ways {
			if len(w.nodes) > i+1 && slices.Equal(w.nodes[:i+1], root) {
				k.refused[w.nodes[i+1]] = true
			}
		}
		spur, err := k.seek(ctx, last.nodes[i], to)
		if err != nil || k.spent {
			return found, err
		}
		if spur == nil {
			continue
		}
		w := &way{
			nodes:  slices.Concat(root[:i], spur.nodes),
			places: slices.Concat(last.places[:i], spur.places),
			length: spur.length, branch: i,
		}
		for _, at := range last.places[:i] {
			length, _ := k.length(at)
			w.length += length
		}
		found = append(found, w)
	}
	return found, nil
}
