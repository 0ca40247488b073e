package record

import (
	"maps"
	"slices"

	"linghang/lib/handle/wire"
)

// head is how far a store has come.
type head struct {
	last    uint64 // number of the last change
	written int64  // when it was logged, milliseconds since 1970; never earlier than the one before
}

// draft is a commit in the making: what its changes find, and what they leave.
// It decides; the stores read before it and write after it.
type draft struct {
	head
	now     int64
	records map[string]*turn[Record] // by folded handle
	homes   map[string]*turn[Home]   // by folded handle of the prefix
	log     []Logged
	counts  map[string]int64 // how many more records a folded prefix has
	marks   map[string]uint64
}

// turn is what something was before a commit and is after it; nil is nothing.
type turn[T any] struct{ before, after *T }

// newDraft returns a draft that knows of what its changes are about, and nothing
// yet of what is there.
func newDraft(requests []*request, now int64) *draft {
	d := &draft{now: now, records: map[string]*turn[Record]{}, homes: map[string]*turn[Home]{}, counts: map[string]int64{}, marks: map[string]uint64{}}
	for _, r := range requests {
		for i := range r.changes {
			key := wire.Fold(r.changes[i].Handle)
			if r.changes[i].ofHome() {
				d.homes[key] = &turn[Home]{}
			} else {
				d.records[key] = &turn[Record]{}
			}
		}
	}
	return d
}

func (c *Change) ofHome() bool {
	return c.Action == wire.ActionHome || c.Action == wire.ActionUnhome
}

// keys returns what the draft must be told of, in order.
func (d *draft) keys() (records, homes []string) {
	return slices.Sorted(maps.Keys(d.records)), slices.Sorted(maps.Keys(d.homes))
}

// found tells the draft of a record that is there.
func (d *draft) found(key string, r *Record) { *d.records[key] = turn[Record]{r, r} }

// foundHome tells the draft of a home that is there.
func (d *draft) foundHome(key string, h *Home) { *d.homes[key] = turn[Home]{h, h} }

// begin tells the draft how far the store has come.
func (d *draft) begin(h head) {
	d.head = h
	d.written = max(h.written, d.now)
}

// make decides the changes of the requests, in their order.
func (d *draft) make(requests []*request) {
	for _, r := range requests {
		r.numbers = make([]uint64, len(r.changes))
		for i := range r.changes {
			r.numbers[i] = d.change(&r.changes[i])
		}
		for _, m := range r.marks {
			d.marks[m.Name] = m.Position
		}
	}
}

// idle tells whether nothing is to be written.
func (d *draft) idle() bool { return len(d.log) == 0 && len(d.marks) == 0 }

func (d *draft) change(c *Change) uint64 {
	key := wire.Fold(c.Handle)
	if c.ofHome() {
		return d.changeHome(c, d.homes[key])
	}
	t := d.records[key]
	was := uint64(0)
	if t.after != nil {
		was = t.after.Change
	}
	if c.Was != Any && c.Was != was || c.Action == wire.ActionDelete && was == 0 {
		return 0
	}
	prefix, _ := wire.Split(key)
	if c.Action == wire.ActionDelete {
		t.after = nil
		d.counts[prefix]--
		return d.note(c, wire.ActionDelete, c.Handle)
	}
	r := &Record{Handle: c.Handle, Values: c.Values}
	action := wire.ActionCreate
	if was != 0 {
		r.Handle, action = t.after.Handle, wire.ActionUpdate
	} else {
		d.counts[prefix]++
	}
	r.Change = d.note(c, action, r.Handle)
	r.At = d.log[len(d.log)-1].At
	t.after = r
	return r.Change
}

func (d *draft) changeHome(c *Change, t *turn[Home]) uint64 {
	was := uint64(0)
	if t.after != nil {
		was = t.after.Change
	}
	if c.Was != Any && c.Was != was || c.Action == wire.ActionUnhome && was == 0 {
		return 0
	}
	n := d.note(c, c.Action, c.Handle)
	t.after = nil
	if c.Action == wire.ActionHome {
		t.after = &Home{Prefix: c.Handle, Node: string(c.Values), Change: n}
	}
	return n
}

// note gives the change its number and its place in the log.
func (d *draft) note(c *Change, action wire.Action, handle string) uint64 {
	d.last++
	at := c.At
	if at == 0 {
		at = d.now
	}
	d.log = append(d.log, Logged{Number: d.last, At: at, Action: action, Handle: handle, By: c.By, From: c.From, Via: c.Via})
	return d.last
}
