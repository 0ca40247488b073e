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

// number gives what is told of a packet its place in it, and tells whether it was told by a run
// before. What is left out has no number, so that numbers are the same whenever a file is read.
func (m *Meter) number() (row int, known bool) {
	m.row++
	return m.row, m.ordinal <= m.from.records || m.ordinal == m.from.records+1 && m.row <= m.from.rows
}

// takeRecords returns at most so many records and as many facts, of about so many octets together,
// in the order in which they were seen, the last packet of which all are taken, and how many rows
// are taken of the one after it: one packet may bring more than a batch holds.
func (m *Meter) takeRecords(most, octets int) (records []batch.Record, facts []batch.Fact, packet uint64, partial int) {
	size := 0
	for len(m.records)+len(m.facts) > 0 {
		if len(m.facts) == 0 || len(m.records) > 0 && m.records[0].before(m.facts[0].packet, m.facts[0].row) {
			next := m.records[0]
			if len(records) == most || size >= octets {
				return records, facts, next.packet - 1, next.row - 1
			}
			size += sizeOfRecord(&next.what)
			records, m.records = append(records, next.what), m.records[1:]
			continue
		}
		next := m.facts[0]
		if len(facts) == most || size >= octets {
			return records, facts, next.packet - 1, next.row - 1
		}
		size += sizeOfFact(&next.what)
		facts, m.facts = append(facts, next.what), m.facts[1:]
	}
	m.records, m.facts = nil, nil
	return records, facts, m.ordinal, 0
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
