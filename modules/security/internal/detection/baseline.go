package detection

import (
	"strconv"

	"linghang/modules/security/internal/batch"
)

// The rules that compare with a baseline.
const (
	ruleNewCommand = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0001"
	ruleNewRead    = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0002"
)

// Tuple is who speaks with whom for what kind of thing.
type Tuple struct {
	Client, Server, Protocol, Class string
	Unit                            uint32
}

// Baseline is what a person approved for a sensor; nil: nothing is enforced.
type Baseline struct{ tuples map[Tuple]bool }

// judge tells of an event between two that do not speak so by the approved baseline. What only
// opens a session, answers or is an error says nothing new.
func (b *Baseline) judge(p *Pack, e Event) (Finding, bool) {
	if b == nil || !e.sure() || e.Record.Protocol == "" {
		return Finding{}, false
	}
	t := Tuple{e.Client, e.Server, e.Record.Protocol, e.Record.Class, e.Record.Unit}
	if b.tuples[t] {
		return Finding{}, false
	}
	id := ruleNewRead
	switch e.Record.Class {
	case batch.WhyWrite, batch.WhyControl, batch.WhyProgram, batch.WhyConfig:
		id = ruleNewCommand
	case "read", "diagnostic", "identity":
	default:
		return Finding{}, false
	}
	r, known := p.Rule(id)
	if !known {
		return Finding{}, false
	}
	return Finding{
		Rule: r, Client: e.Client, Server: e.Server, Unit: strconv.FormatUint(uint64(e.Record.Unit), 10), First: e.At, Last: e.At, Count: 1, Records: []string{e.ID},
		Why: r.sentence(e.words()), Reasons: []Reason{{"protocol", t.Protocol}, {"class", t.Class}, {"unit", strconv.FormatUint(uint64(t.Unit), 10)}},
	}, true
}
