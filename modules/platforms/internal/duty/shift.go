package duty

import (
	"slices"
	"time"
)

// Duty is who is on duty, and why.
type Duty struct {
	Person   Member `json:"person" doc:"Without an ID: nobody, a gap"`
	Layer    int    `json:"layer" doc:"From 1; 0 is an override or nobody"`
	Override bool   `json:"override"`
}

// Nobody tells that there is a gap.
func (d Duty) Nobody() bool { return d.Person.ID == "" }

// Shift is a time in which the same person is on duty for the same reason.
type Shift struct {
	Duty
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Roster is a rota with its overrides, read once.
type Roster struct {
	layers    []rotation
	overrides []Override
}

// NewRoster reads a rota that passed its check. Overrides are in the order in which
// they were made.
func NewRoster(r Rota, overrides []Override) Roster {
	zone, err := zoneOf(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	x := Roster{overrides: overrides}
	for _, l := range r.Layers {
		x.layers = append(x.layers, rotationOf(l, zone))
	}
	return x
}

// Layer is one layer alone, from 0.
func (x Roster) Layer(i int) Roster { return Roster{layers: x.layers[i : i+1]} }

// OnDuty returns who is on duty at a time: by the newest override that holds, or by
// the first layer that has somebody.
func (x Roster) OnDuty(at time.Time) Duty {
	for _, o := range slices.Backward(x.overrides) {
		if !at.Before(o.From) && at.Before(o.To) {
			return Duty{Person: o.Person, Override: true}
		}
	}
	for i, l := range x.layers {
		if m, ok := l.on(at); ok {
			return Duty{Person: m, Layer: i + 1}
		}
	}
	return Duty{}
}

// Shifts returns who is on duty from a time to another, without overlaps; gaps are
// shifts of nobody.
func (x Roster) Shifts(from, to time.Time) []Shift {
	cuts := []time.Time{from}
	for _, l := range x.layers {
		cuts = append(cuts, l.cuts(from, to)...)
	}
	for _, o := range x.overrides {
		cuts = append(cuts, o.From, o.To)
	}
	cuts = slices.DeleteFunc(cuts, func(t time.Time) bool { return t.Before(from) || !t.Before(to) })
	slices.SortFunc(cuts, time.Time.Compare)
	list := []Shift{}
	for _, at := range cuts {
		d := x.OnDuty(at)
		if last := len(list) - 1; last >= 0 {
			if list[last].Duty == d {
				continue
			}
			list[last].To = at
		}
		list = append(list, Shift{d, at.UTC(), to.UTC()})
	}
	return list
}
