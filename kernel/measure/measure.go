// Package measure is the register of numbers that rooms can answer. The plan
// reads it and knows none of the rooms.
package measure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Value is what a measure reads now.
type Value struct {
	Number float64
	At     time.Time // as of when
	// Known is false while nothing has been counted that would give a number.
	Known bool
	// Synthetic is true when demonstration data is part of the number.
	Synthetic bool
}

// Measure is one number of a room, computed by a query whenever it is read.
type Measure struct {
	ID    string // <room>.<noun>
	Title lang.Text
	Unit  lang.Text
	// Counts says in one sentence what is counted and what is not.
	Counts lang.Text
	// Page is where what is counted can be looked at one by one; empty: nowhere.
	Page  string
	Value func(ctx context.Context) (Value, error)
}

// Entry is a registered measure with the room it comes from.
type Entry struct {
	Room string
	Measure
}

// Register holds the measures of all rooms; it is complete before anything reads it.
type Register struct {
	entries map[string]Entry
}

// NewRegister returns an empty register.
func NewRegister() *Register { return &Register{entries: map[string]Entry{}} }

// Add registers the measures of a room. IDs begin with the room's name.
func (r *Register) Add(room string, measures []Measure) error {
	for _, m := range measures {
		if !strings.HasPrefix(m.ID, room+".") || m.Value == nil {
			return fmt.Errorf("measure %q of %s needs the prefix %s. and a value", m.ID, room, room)
		}
		if _, twice := r.entries[m.ID]; twice {
			return fmt.Errorf("measure %s is declared twice", m.ID)
		}
		r.entries[m.ID] = Entry{Room: room, Measure: m}
	}
	return nil
}

// List returns all measures by ID.
func (r *Register) List() []Entry {
	list := make([]Entry, 0, len(r.entries))
	for _, e := range r.entries {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// Get returns one measure; ok is false when no room answers it.
func (r *Register) Get(id string) (e Entry, ok bool) {
	e, ok = r.entries[id]
	return e, ok
}

// Read asks a measure for its value, for at most ten seconds.
func (r *Register) Read(ctx context.Context, id string) (Value, error) {
	e, ok := r.entries[id]
	if !ok {
		return Value{}, fault.New(fault.NotFound, "kernel.measure.unknown", "no room answers the measure %s", id)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	v, err := e.Value(ctx)
	if err != nil {
		return Value{}, fmt.Errorf("read measure %s: %w", id, err)
	}
	return v, nil
}
