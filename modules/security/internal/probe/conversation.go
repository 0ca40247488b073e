package probe

import (
	"net/netip"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/pdu"
	"linghang/modules/security/internal/batch"
)

// others are conversations of no industrial protocol, as far as they are remembered. They have
// bounds of their own, below those of the window: the web of an office never crowds out a plant.
type others struct {
	seen       map[tuple]struct{}
	keys, told int // of the window
}

func newOthers() others { return others{seen: map[tuple]struct{}{}} }

// conversation counts a conversation of no industrial protocol, and keeps it in full when two
// had never had such a one.
func (m *Meter) conversation(c *icsdissect.Conversation) {
	r := recordOfConversation(c)
	m.countOther(r)
	t := tuple{hostOf(c.Flow.Client), hostOf(c.Flow.Server), r.PDU.Protocol, r.PDU.Function, 0}
	if _, known := m.other.seen[t]; known {
		return
	}
	if len(m.other.seen) >= mostOtherSeen { // begin anew rather than grow: the city knows what it had
		clear(m.other.seen)
	}
	m.other.seen[t] = struct{}{}
	if m.other.told >= mostOtherTold {
		m.totals.Limited++
		return
	}
	m.other.told++
	if row, known := m.number(); !known {
		m.records = append(m.records, at[batch.Record]{m.ordinal, row, RecordOf(r, []string{batch.WhyFirstSeen})})
	}
}

// countOther counts by hosts, not by conversation: there are many short ones. A port of which
// nothing says that it is the server's is left out. How many octets they have is not known: a
// conversation is told by how it begins.
func (m *Meter) countOther(r *icsdissect.Record) {
	k := unitKey{parties{0, r.Flow.Client, r.Flow.Server}, r.PDU.Protocol, r.PDU.Function, r.PDU.Class, 0, r.Flow.Orientation == icsdissect.ByNothing}
	k.parties.client.Addr = netip.AddrPortFrom(k.parties.client.Addr.Addr(), 0)
	if k.guess {
		k.parties.server.Addr = netip.AddrPortFrom(k.parties.server.Addr.Addr(), 0)
	}
	c := m.keys[k]
	if c == nil {
		if m.other.keys >= mostOther || len(m.keys) >= mostKeys {
			m.totals.Folded++
			return
		}
		c = &counts{}
		m.keys[k] = c
		m.other.keys++
	}
	c.requests++
}

// recordOfConversation is a conversation in the words of records: its service, or what carries
// it, in place of the protocol.
func recordOfConversation(c *icsdissect.Conversation) *icsdissect.Record {
	name := c.Service
	if name == "" {
		name = string(c.Flow.Transport)
	}
	return &icsdissect.Record{
		Time: c.Time, Flow: c.Flow, FromClient: true,
		PDU: &pdu.PDU{Protocol: pdu.Protocol(name), Role: pdu.Request, Class: pdu.Session, Function: batch.Connection},
	}
}
