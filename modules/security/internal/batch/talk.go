package batch

import "time"

// Talk is what two said to each other in one way, summed over the aggregates of a batch.
type Talk struct {
	Client   string    `json:"client"`
	Server   string    `json:"server"`
	Protocol string    `json:"protocol"`
	Port     uint16    `json:"port,omitempty"`
	Unit     uint32    `json:"unit,omitempty"`
	Class    string    `json:"class"`
	Function string    `json:"function"`
	Guess    bool      `json:"guess,omitempty"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Units    int64     `json:"units"`
}

// Talks sums the aggregates of a batch up, in the order in which they come; shift puts their
// times right.
func (b *Batch) Talks(shift time.Duration) []Talk {
	place := map[Talk]int{}
	var out []Talk
	for i := range b.Aggregates {
		g := &b.Aggregates[i]
		t := Talk{Client: g.Client, Server: g.Server, Protocol: g.Protocol, Port: g.Port, Unit: g.Unit, Class: g.Class, Function: g.Function, Guess: g.Guess}
		at, known := place[t]
		if !known {
			at = len(out)
			place[t] = at
			t.First = g.From.Add(shift).UTC()
			t.Last = t.First
			out = append(out, t)
		}
		from := g.From.Add(shift).UTC()
		if from.Before(out[at].First) {
			out[at].First = from
		}
		if from.After(out[at].Last) {
			out[at].Last = from
		}
		out[at].Units += int64(g.Requests + g.Responses) //nolint:gosec // bounded by the reader
	}
	return out
}
