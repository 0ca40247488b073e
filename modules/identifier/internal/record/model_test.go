package record_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// model is what a store does, as plain as can be.
type model struct {
	last    uint64
	records map[string]record.Record
	homes   map[string]record.Home
	marks   map[string]uint64
	log     []record.Logged
}

func newModel() *model {
	return &model{records: map[string]record.Record{}, homes: map[string]record.Home{}, marks: map[string]uint64{}}
}

func (m *model) apply(c record.Change) uint64 {
	key := wire.Fold(c.Handle)
	was, action := m.records[key].Change, c.Action
	if c.Action == wire.ActionHome || c.Action == wire.ActionUnhome {
		was = m.homes[key].Change
	}
	removes := c.Action == wire.ActionDelete || c.Action == wire.ActionUnhome
	if c.Was != record.Any && c.Was != was || removes && was == 0 {
		return 0
	}
	m.last++
	handle := c.Handle
	switch c.Action {
	case wire.ActionHome:
		m.homes[key] = record.Home{Prefix: c.Handle, Node: string(c.Values), Change: m.last}
	case wire.ActionUnhome:
		delete(m.homes, key)
	case wire.ActionDelete:
		delete(m.records, key)
	default:
		if action = wire.ActionCreate; was != 0 {
			handle, action = m.records[key].Handle, wire.ActionUpdate
		}
		m.records[key] = record.Record{Handle: handle, Change: m.last, At: c.At, Values: c.Values}
	}
	m.log = append(m.log, record.Logged{Number: m.last, At: c.At, Action: action, Handle: handle, By: c.By, From: c.From, Via: c.Via})
	return m.last
}

// randomChange makes one that often meets what is there.
func (m *model) randomChange(r *rand.Rand) record.Change {
	suffix := []string{"a", "A", "b", "B/x", "c", "一", "\x00"}[r.IntN(7)]
	c := record.Change{
		Action: []wire.Action{wire.ActionCreate, wire.ActionUpdate, wire.ActionDelete, wire.ActionHome, wire.ActionUnhome}[r.IntN(5)],
		Handle: fmt.Sprintf("88.%d/%s", r.IntN(4), suffix), At: 1 + r.Int64N(1e12), By: fmt.Sprint(r.IntN(3)), From: "192.0.2.1", Via: "tcp",
	}
	if c.Action == wire.ActionHome || c.Action == wire.ActionUnhome {
		c.Handle = fmt.Sprintf("0.NA/88.%d%s", r.IntN(4), []string{"", ".x", ".X"}[r.IntN(3)])
	}
	switch c.Action {
	case wire.ActionCreate, wire.ActionUpdate:
		c.Values = values(fmt.Sprint(r.Uint64()))
	case wire.ActionHome:
		c.Values = []byte([]string{"east", "west"}[r.IntN(2)])
	default:
	}
	switch r.IntN(4) {
	case 0:
		c.Was = record.Any
	case 1:
		c.Was = m.records[wire.Fold(c.Handle)].Change + m.homes[wire.Fold(c.Handle)].Change
	case 2:
		c.Was = r.Uint64N(m.last + 2)
	default:
	}
	return c
}

// same compares a store with the model.
func (m *model) same(t *testing.T, s record.Store) {
	t.Helper()
	ctx := t.Context()
	counts := map[string]int64{}
	for _, key := range slices.Sorted(maps.Keys(m.records)) {
		want := m.records[key]
		prefix, _ := wire.Split(want.Handle)
		counts[prefix]++
		if r := load(t, s, want.Handle); r == nil || r.Handle != want.Handle || r.Change != want.Change || r.At != want.At || !bytes.Equal(r.Values, want.Values) {
			t.Fatalf("%s is %+v, want %+v", key, r, want)
		}
	}
	shot := must(s.Snapshot(ctx))(t)
	defer shot.Close() //nolint:errcheck // nothing is written
	n := 0
	for r, err := range shot.Records(ctx) {
		if err != nil || m.records[wire.Fold(r.Handle)].Change != r.Change {
			t.Fatalf("the snapshot has %+v: %v", r, err)
		}
		n++
	}
	if n != len(m.records) || shot.Number != m.last {
		t.Fatalf("the snapshot has %d records as of %d, want %d as of %d", n, shot.Number, len(m.records), m.last)
	}
	for i := range 4 {
		prefix := fmt.Sprintf("88.%d", i)
		if got, listed := count(t, s, prefix), len(list(t, s, prefix, "")); got != counts[prefix] || int64(listed) != counts[prefix] {
			t.Fatalf("%s has %d records, %d are counted and %d listed", prefix, counts[prefix], got, listed)
		}
	}
	var want []record.Home
	for _, key := range slices.Sorted(maps.Keys(m.homes)) {
		want = append(want, m.homes[key])
	}
	if diff := cmp.Diff(want, append([]record.Home(nil), homes(t, s)...)); diff != "" {
		t.Fatal(diff)
	}
	for name, position := range m.marks {
		if got := must(s.Mark(ctx, name))(t); got != position {
			t.Fatalf("the mark %s is %d, want %d", name, got, position)
		}
	}
	if m.last > 0 {
		if diff := cmp.Diff(m.log, must(s.Log(ctx, 0, len(m.log)+1))(t)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestRandomChangesDoWhatTheModelDoes(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		r := rand.New(rand.NewPCG(1, uint64(len(t.Name()))))
		m := newModel()
		for range 60 {
			var changes []record.Change
			var want []uint64
			for range r.IntN(20) {
				c := m.randomChange(r)
				changes, want = append(changes, c), append(want, m.apply(c))
			}
			m.marks["source"] = m.last
			got, err := s.Apply(t.Context(), changes, record.Mark{Name: "source", Position: m.last})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, append([]uint64(nil), got...)); diff != "" {
				t.Fatal(diff)
			}
			m.same(t, s)
		}
	})
}
