package probe

import (
	"cmp"

	"linghang/modules/security/internal/batch"
)

// compareAggregates orders the aggregates of a window.
func compareAggregates(a, b batch.Aggregate) int {
	return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Server, b.Server), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port),
		cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Function, b.Function), cmp.Compare(guess(a), guess(b)))
}

func guess(a batch.Aggregate) int {
	if a.Guess {
		return 1
	}
	return 0
}

// takeRecords returns at most so many records and facts in the order in which they
// were seen, whole packets of them, and the last packet.
func (m *Meter) takeRecords(most int) (records []batch.Record, facts []batch.Fact, packet uint64) {
	packet = m.ordinal
	if len(m.records) > most {
		packet = min(packet, m.records[most].packet-1)
	}
	if len(m.facts) > most {
		packet = min(packet, m.facts[most].packet-1)
	}
	m.records, records = until(m.records, packet)
	m.facts, facts = until(m.facts, packet)
	return records, facts, packet
}

// until splits off what is of packets up to one.
func until[T any](list []at[T], packet uint64) (rest []at[T], taken []T) {
	n := 0
	for n < len(list) && list[n].packet <= packet {
		taken = append(taken, list[n].what)
		n++
	}
	return list[n:], taken
}

// takeAggregates returns at most so many aggregates of closed windows, the last packet
// of the last window of which all are taken, and how many are taken of the one after it.
func (m *Meter) takeAggregates(most int) (list []batch.Aggregate, packet uint64, partial int) {
	n := min(len(m.aggregates), most)
	if n == 0 {
		return nil, m.handed, m.partial
	}
	for _, a := range m.aggregates[:n] {
		list = append(list, a.what)
	}
	if n == len(m.aggregates) {
		m.aggregates, m.handed, m.partial = nil, m.complete, 0
		return list, m.handed, 0
	}
	next := m.aggregates[n].packet
	first := n
	for first > 0 && m.aggregates[first-1].packet == next {
		first--
	}
	if first > 0 {
		m.handed, m.partial = m.aggregates[first-1].packet, 0
	}
	m.partial += n - first
	m.aggregates = m.aggregates[n:]
	return list, m.handed, m.partial
}
