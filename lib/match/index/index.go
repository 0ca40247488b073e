package index

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"linghang/lib/match/text"
)

// Index is documents that can be searched. Any number of goroutines may search and
// change it.
type Index struct {
	schema   Schema
	analyser *text.Analyser
	options  Options

	mu     sync.Mutex // of who changes
	places map[string]place
	now    atomic.Pointer[snapshot]
}

// place is where a document is.
type place struct {
	segment *segment
	doc     uint32
}

// snapshot is what a search sees.
type snapshot struct {
	parts  []part
	docs   int
	length uint64 // of all documents
}

// New returns an empty index. It reports ErrSchema.
func New(schema Schema, analyser *text.Analyser, o Options) (*Index, error) {
	if err := schema.check(); err != nil {
		return nil, err
	}
	schema = Schema{slices.Clone(schema.Fields), slices.Clone(schema.Columns)}
	x := &Index{schema: schema, analyser: analyser, options: o.withDefaults(), places: map[string]place{}}
	x.now.Store(&snapshot{})
	return x, nil
}

// Len returns how many documents there are.
func (x *Index) Len() int { return x.now.Load().docs }

// Change is documents to be put in, each instead of the one with its ID, and IDs to be
// removed; those that are not there are passed over. Of two documents with one ID the
// later counts; what is removed and put is put.
type Change struct {
	Put    []Document
	Remove []string
}

// Apply makes a change, all of it or, with an error, nothing: ErrDocument tells what
// does not fit, ErrLimit that there would be too many. When it returns, the change is
// seen by searches that begin. It merges what has become alike in size, which takes its
// time once in a while.
func (x *Index) Apply(ctx context.Context, c Change) error {
	for i, d := range c.Put {
		if err := x.checkDocument(d); err != nil {
			return fmt.Errorf("document %d: %w", i, err)
		}
	}
	b := builder{schema: x.schema, analyser: x.analyser}
	made, err := b.build(ctx, latest(c.Put))
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	removed := slices.Concat(made.ids, c.Remove)
	slices.Sort(removed)
	removed = slices.Compact(removed)
	known := 0
	for _, id := range removed {
		if _, ok := x.places[id]; ok {
			known++
		}
	}
	old := x.now.Load()
	if n := old.docs - known + len(made.ids); n > x.options.MaxDocuments {
		return fmt.Errorf("%w: %d documents, not more than %d", ErrLimit, n, x.options.MaxDocuments)
	}
	next := &snapshot{slices.Clone(old.parts), old.docs, old.length}
	x.remove(next, removed)
	x.take(next, made)
	x.now.Store(next)
	x.tidy(ctx)
	return nil
}

// latest leaves of documents with one ID the last.
func latest(list []Document) []Document {
	at := make(map[string]int, len(list))
	for i, d := range list {
		at[d.ID] = i
	}
	if len(at) == len(list) {
		return list
	}
	var out []Document
	for i, d := range list {
		if at[d.ID] == i {
			out = append(out, d)
		}
	}
	return out
}

// take adds a segment.
func (x *Index) take(to *snapshot, s *segment) {
	if len(s.ids) == 0 {
		return
	}
	to.parts = append(to.parts, whole(s))
	to.docs += len(s.ids)
	for i, id := range s.ids {
		to.length += uint64(s.lengths[i])
		x.places[id] = place{s, uint32(i)}
	}
}

// remove marks documents as gone, and takes them from the counts of their terms.
func (x *Index) remove(from *snapshot, ids []string) {
	own := map[*segment]bool{} // whose marks are ours already
	for _, id := range ids {
		at, ok := x.places[id]
		if !ok {
			continue
		}
		delete(x.places, id)
		i := slices.IndexFunc(from.parts, func(p part) bool { return p.segment == at.segment })
		p := &from.parts[i]
		if !own[at.segment] {
			*p, own[at.segment] = p.own(), true
		}
		p.gone[at.doc/64] |= 1 << (at.doc % 64)
		p.count--
		from.docs--
		from.length -= uint64(at.segment.lengths[at.doc])
		x.uncount(*p, at.doc)
	}
}

// uncount takes a document from the counts of its terms.
func (x *Index) uncount(p part, doc uint32) {
	seen := map[string]bool{}
	n := len(x.schema.Fields)
	for f, t := range p.texts[int(doc)*n : (int(doc)+1)*n] {
		x.analyser.Each(t, x.schema.Fields[f].Spelled, func(term text.Term) {
			if seen[term.Text] {
				return
			}
			seen[term.Text] = true
			if i, ok := p.dict.find(term.Text); ok && p.live[i] > 0 {
				p.live[i]--
			}
		})
	}
}

// fanIn is how many segments of like size become one.
const fanIn = 8

// tidy merges segments of like size, and drops what is gone where that is more than is
// there.
func (x *Index) tidy(ctx context.Context) {
	for ctx.Err() == nil {
		now := x.now.Load()
		chosen := due(now.parts)
		if len(chosen) == 0 {
			return
		}
		x.now.Store(x.merged(now, chosen))
	}
}

// due returns which parts should become one: those of the smallest size of which there
// are enough, or one that is mostly gone.
func due(parts []part) []int {
	var levels [32][]int
	for i, p := range parts {
		if gone := len(p.ids) - p.count; p.count == 0 || gone > p.count && gone > 64 {
			return []int{i}
		}
		level := 0
		for n := p.count; n >= fanIn; n /= fanIn {
			level++
		}
		levels[level] = append(levels[level], i)
	}
	for _, list := range levels {
		if len(list) >= fanIn {
			return list
		}
	}
	return nil
}

// merged returns a snapshot in which chosen parts are one.
func (x *Index) merged(now *snapshot, chosen []int) *snapshot {
	var from, parts []part
	for i, p := range now.parts {
		if slices.Contains(chosen, i) {
			from = append(from, p)
			continue
		}
		parts = append(parts, p)
	}
	s := merge(from)
	if len(s.ids) > 0 {
		parts = append(parts, whole(s))
	}
	for i, id := range s.ids {
		x.places[id] = place{s, uint32(i)}
	}
	return &snapshot{parts, now.docs, now.length}
}

// Compact makes one segment of all, without what is gone.
func (x *Index) Compact() {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.now.Load()
	if len(now.parts) == 0 || len(now.parts) == 1 && now.parts[0].gone == nil {
		return
	}
	all := make([]int, len(now.parts))
	for i := range all {
		all[i] = i
	}
	x.now.Store(x.merged(now, all))
}
