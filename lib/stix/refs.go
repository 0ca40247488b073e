package stix

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Ref is a reference from an object to another.
type Ref struct {
	Path string // JSON pointer from the object
	To   ID
}

// Refs gives the references of the object: texts of properties whose names end in
// _ref, lists of those whose names end in _refs, wherever they are, also in custom
// properties.
func (o *Object) Refs() []Ref {
	var out []Ref
	refs(&out, nil, o.root)
	return out
}

func refs(out *[]Ref, at *way, n *node) {
	for i, k := range n.kids {
		here := &way{at, k.key}
		if n.kind == kindList {
			here.key = fmt.Sprint(i)
		}
		switch {
		case n.kind == kindObject && k.kind == kindText && strings.HasSuffix(k.key, "_ref"):
			*out = append(*out, Ref{here.String(), ID(k.text)})
		case n.kind == kindObject && k.kind == kindList && strings.HasSuffix(k.key, "_refs"):
			for j, item := range k.kids {
				if item.kind == kindText {
					*out = append(*out, Ref{(&way{here, fmt.Sprint(j)}).String(), ID(item.text)})
				}
			}
		default:
			refs(out, here, k)
		}
	}
}

// Latest gives the newest version of each object of the bundle by its identifier.
func (b *Bundle) Latest() map[ID]*Object {
	out := make(map[ID]*Object, len(b.objects))
	for _, o := range b.objects {
		if old := out[o.ID()]; old == nil || o.Version().Compare(old.Version()) > 0 {
			out[o.ID()] = o
		}
	}
	return out
}

// Reach gives what an object leads to by references inside the bundle, the
// nearest first, itself first of all, each once however the references loop. It
// stops at limit objects and says whether there were more.
func (b *Bundle) Reach(from ID, limit int) (reached []*Object, more bool) {
	all := b.Latest()
	seen := map[ID]bool{from: true}
	for next := []ID{from}; len(next) > 0; next = next[1:] {
		o := all[next[0]]
		if o == nil {
			continue
		}
		if len(reached) >= limit {
			return reached, true
		}
		reached = append(reached, o)
		for _, r := range o.Refs() {
			if !seen[r.To] {
				seen[r.To] = true
				next = append(next, r.To)
			}
		}
	}
	return reached, false
}

// Missing gives the identifiers that objects of the bundle refer to and that are
// not in it, in order.
func (b *Bundle) Missing() []ID {
	all := b.Latest()
	out := map[ID]bool{}
	for _, o := range b.objects {
		for _, r := range o.Refs() {
			if all[r.To] == nil {
				out[r.To] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(out))
}

// markingLoops tells of markings that mark each other in a loop.
func (b *Bundle) markingLoops(out *Result) {
	marks := map[ID][]ID{}
	for _, o := range b.objects {
		if o.Type() == "marking-definition" {
			marks[o.ID()] = append(marks[o.ID()], o.MarkingRefs()...)
		}
	}
	const open, done = 1, 2
	state := map[ID]int{}
	type step struct {
		id   ID
		next int
	}
	for _, start := range slices.Sorted(maps.Keys(marks)) {
		for stack := []step{{start, 0}}; len(stack) > 0 && state[start] != done; {
			top := &stack[len(stack)-1]
			state[top.id] = open
			if top.next == len(marks[top.id]) {
				state[top.id] = done
				stack = stack[:len(stack)-1]
				continue
			}
			to := marks[top.id][top.next]
			top.next++
			switch {
			case to != top.id && state[to] == open:
				out.add(Finding{Object: top.id, Rule: "marking", Section: "7.2.1", Text: fmt.Sprintf("markings go in a loop through %.120s", to)})
			case state[to] == 0 && marks[to] != nil:
				stack = append(stack, step{to, 0})
			}
		}
	}
}
