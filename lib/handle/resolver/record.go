package resolver

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// Filter chooses records that are kept. Empty fields choose all.
type Filter struct {
	Handle string
	Prefix string // as 88.101: its handles, its own, and all below
	Index  int32  // records with a value of the index
	Type   string // and of the type; one that ends with a dot is it and all below
}

// Record is what is kept of a handle.
type Record struct {
	Handle  string
	Code    wire.Code
	Message string
	Values  []wire.Value
	Stored  time.Time
	Until   time.Time
	Stale   bool // its time is over
	Checked bool // it was looked for what signatures hold
	Octets  int64
}

// chooser is a filter that was made ready.
type chooser struct {
	key    []byte
	prefix []byte
	query  wire.Query
}

func (r *Resolver) chooser(f *Filter) chooser {
	c := chooser{prefix: []byte(wire.Fold(f.Prefix))}
	if f.Handle != "" {
		c.key = r.policy.Load().appendKey(nil, []byte(f.Handle))
	}
	var indexes []int32
	var types []string
	if f.Index != 0 {
		indexes = []int32{f.Index}
	}
	if f.Type != "" {
		types = []string{f.Type}
	}
	c.query = wire.NewQuery(f.Handle, indexes, types)
	return c
}

func (c *chooser) chooses(e *entry) bool {
	if len(c.key) > 0 && !bytes.Equal(c.key, e.name()) || len(c.prefix) > 0 && !under(subject(e.name()), c.prefix) {
		return false
	}
	if c.query.All() {
		return true
	}
	if e.code != wire.CodeSuccess {
		return false
	}
	for rest := e.rest(); len(rest) > 0; {
		var v wire.Encoded
		if v, _, rest = cut(rest); c.query.Wants(v.Index(), v.Type()) {
			return true
		}
	}
	return false
}

// under tells whether a folded prefix is the other, or below it.
func under(prefix, above []byte) bool {
	return bytes.HasPrefix(prefix, above) && (len(prefix) == len(above) || prefix[len(above)] == '.')
}

// Records calls what is kept, in no order.
func (r *Resolver) Records(f Filter) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		c, now := r.chooser(&f), r.o.Now()
		for e := range r.cache.all {
			if !c.chooses(e) {
				continue
			}
			record := Record{
				Handle: e.handle(), Code: e.code, Message: e.message(), Values: e.values(serving{}), Stored: time.UnixMilli(e.stored),
				Until: time.UnixMilli(e.until), Stale: !e.fresh(now.UnixMilli()), Checked: e.checked, Octets: e.size(),
			}
			if !yield(record) {
				return
			}
		}
	}
}

// Delete drops the records that are chosen, and returns how many there were. A
// record is kept whole: one with a value that is chosen is dropped whole.
func (r *Resolver) Delete(f Filter) int {
	c := r.chooser(&f)
	n := r.deleteIf(c.chooses)
	if f.Index == 0 && f.Type == "" {
		r.places.forget(func(place string) bool {
			name := bytes.TrimSuffix([]byte(place), []byte{'.'})
			return (len(c.key) == 0 || bytes.Equal(name, c.key)) && (len(c.prefix) == 0 || under(subject(name), c.prefix))
		})
	}
	return n
}

func (r *Resolver) deleteIf(chosen func(*entry) bool) int {
	n := 0
	for e := range r.cache.all {
		if chosen(e) && r.cache.remove(e) {
			n++
		}
	}
	return n
}

// SetPolicy changes the policy, as a whole and at once. One with a fault changes
// nothing. What was found out under the old policy and would be found out
// otherwise now is dropped.
func (r *Resolver) SetPolicy(p Policy) error {
	fresh, err := compile(&p)
	if err != nil {
		return err
	}
	old := r.policy.Swap(fresh)
	select {
	case r.changed <- struct{}{}:
	default:
	}
	changed := changedPrefixes(old, fresh)
	trust := !reflect.DeepEqual(old.Trust, fresh.Trust)
	if len(changed) == 0 && !trust {
		return nil
	}
	r.deleteIf(func(e *entry) bool {
		if trust && e.checked {
			return true
		}
		for _, prefix := range changed {
			if prefix == "" || under(subject(e.name()), []byte(prefix)) {
				return true
			}
		}
		return false
	})
	return nil
}

// SetRoot changes the root, and forgets where services are. Records stay: Delete
// drops those of another tree.
func (r *Resolver) SetRoot(sites []wire.Site) error {
	if len(sites) == 0 {
		return fmt.Errorf("a recursive node: the root: %w", client.ErrNoService)
	}
	r.client.SetRoot(sites)
	r.places.forget(func(string) bool { return true })
	return nil
}

// Policy returns the policy that holds.
func (r *Resolver) Policy() Policy { return r.policy.Load().Policy }

// changedPrefixes returns the prefixes that are asked for elsewhere, or kept
// otherwise, under one policy than under the other. The empty one is all.
func changedPrefixes(a, b *rules) []string {
	differs := func(x, y *prefixRule) bool {
		var f, g *Forwarders
		if x.forward != nil {
			f = x.forward.Forwarders
		}
		if y.forward != nil {
			g = y.forward.Forwarders
		}
		return x.sensitive != y.sensitive || !reflect.DeepEqual(f, g)
	}
	if differs(a.any, b.any) {
		return []string{""}
	}
	found := map[string]bool{}
	for _, list := range []map[string]*prefixRule{a.prefixes, b.prefixes} {
		for name := range list {
			if differs(a.above([]byte(name)), b.above([]byte(name))) {
				found[name] = true
			}
		}
	}
	for _, list := range []map[string][]wire.Value{a.places, b.places} {
		for place := range list {
			if !reflect.DeepEqual(a.places[place], b.places[place]) {
				found[string(bytes.TrimSuffix([]byte(place[len(wire.NA):]), []byte{'.'}))] = true
			}
		}
	}
	var names []string
	for name := range maps.Keys(found) {
		names = append(names, name)
	}
	return names
}
