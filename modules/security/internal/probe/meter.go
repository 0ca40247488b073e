package probe

import (
	"encoding/hex"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
	"linghang/lib/icsdissect/pdu"
	"linghang/modules/security/internal/batch"
)

// Bounds of what a meter holds.
const (
	windowLength  = 10 * time.Second
	mostKeys      = 20_000  // of one window
	mostTuples    = 200_000 // that are remembered as seen
	mostOther     = 4_000   // keys of conversations of no industrial protocol in one window, which leave room for the others
	mostOtherTold = 500     // of them, full records of one window
	mostOtherSeen = 50_000  // of them, that are remembered as seen
	clockWentBack = time.Hour
)

// start is where a run goes on: packets up to these are read again and told no more, and so many
// rows of the packet after them, and aggregates of the window after them.
type start struct {
	records, aggregates uint64
	rows, partial       int
}

// at is something with the number of the packet that it is of, and which of its rows it is.
type at[T any] struct {
	packet uint64
	row    int
	what   T
}

func (a at[T]) before(packet uint64, row int) bool {
	return a.packet < packet || a.packet == packet && a.row < row
}

// parties are two that talk, as far as is known now.
type parties struct {
	flow           uint64
	client, server icsdissect.Endpoint // without ports and addresses that differ in nothing
}

type unitKey struct {
	parties  parties
	protocol pdu.Protocol
	function string
	class    pdu.Class
	unit     uint32
	guess    bool // nothing said yet who asks whom
}

type counts struct{ requests, responses, exceptions, octets uint64 }

// tuple is what is seen for the first time once.
type tuple struct {
	client, server string
	protocol       pdu.Protocol
	function       string
	unit           uint32
}

// Meter measures packets of one run.
type Meter struct {
	d       *icsdissect.Dissector
	from    start
	ordinal uint64
	row     int // the last of the packet that was told
	octets  int // of the packet that is read
	open    bool
	window  time.Time
	keys    map[unitKey]*counts
	turned  map[uint64][2]icsdissect.Endpoint // conversations that turned round in this window
	left    allowance                         // of this window
	seen    map[tuple]struct{}
	other   others

	records    []at[batch.Record]
	facts      []at[batch.Fact]
	aggregates []at[batch.Aggregate] // with the last packet of their window
	complete   uint64                // last packet of the last window that was closed
	handed     uint64                // and of the last whose aggregates were all taken
	partial    int                   // aggregates taken of the window after it
	totals     batch.Totals
}

func newMeter(from start) *Meter {
	m := &Meter{from: from, keys: map[unitKey]*counts{}, turned: map[uint64][2]icsdissect.Endpoint{}, left: newAllowance(), seen: map[tuple]struct{}{}, other: newOthers(), complete: from.aggregates, handed: from.aggregates, partial: from.partial}
	m.d = icsdissect.New(icsdissect.Options{Record: m.record, Identity: m.identity, Correction: m.correction, Conversation: m.conversation})
	return m
}

// packet reads one packet.
func (m *Meter) packet(p capture.Packet) {
	window := p.Time.UTC().Truncate(windowLength)
	switch {
	case !m.open:
		m.open, m.window = true, window
	case window.After(m.window) || window.Before(m.window.Add(-clockWentBack)):
		m.closeWindow()
		m.window = window
	case window.Before(m.window):
		m.totals.Late++
	}
	m.ordinal, m.row = m.ordinal+1, 0
	m.octets = len(p.Octets)
	m.totals.Packets++
	m.totals.Octets += uint64(len(p.Octets))
	m.d.Packet(p.Time, p.Link, p.Octets)
}

// idle closes a window that no packet will close, when time has gone on without any.
func (m *Meter) idle(now time.Time) {
	if m.open && now.Sub(m.window) > 2*windowLength {
		m.closeWindow()
		m.open = false
	}
}

// finish reads what waits for missing packets, and closes the window.
func (m *Meter) finish() {
	m.ordinal, m.row = m.ordinal+1, 0 // as of a packet more: all of the last may be told already
	m.d.Flush()
	if m.row == 0 {
		m.ordinal--
	}
	m.closeWindow()
	m.open = false
}

// sum returns what was counted in this run.
func (m *Meter) sum() batch.Totals {
	t, s := m.totals, m.d.Stats()
	t.Undecodable, t.Fragments, t.GapOctets, t.Malformed, t.Units = s.Broken, s.Fragments, s.GapOctets, s.Malformed, s.Records
	return t
}

func (m *Meter) record(r *icsdissect.Record) {
	m.count(r)
	why := m.why(r)
	if len(why) == 0 {
		return
	}
	if !m.left.record(why) {
		m.totals.Limited++
		return
	}
	if row, known := m.number(); !known {
		m.records = append(m.records, at[batch.Record]{m.ordinal, row, RecordOf(r, why)})
	}
}

func (m *Meter) count(r *icsdissect.Record) {
	k := unitKey{parties{r.Flow.ID, r.Flow.Client, r.Flow.Server}, r.PDU.Protocol, name(r), r.PDU.Class, r.PDU.Unit, r.Flow.Orientation == icsdissect.ByNothing}
	k.parties.client.Addr = netip.AddrPortFrom(k.parties.client.Addr.Addr(), 0) // ports of clients tell nothing
	c := m.keys[k]
	if c == nil {
		if len(m.keys) >= mostKeys {
			m.totals.Folded++
			return
		}
		c = &counts{}
		m.keys[k] = c
	}
	m.add(c, r)
}

func (m *Meter) add(c *counts, r *icsdissect.Record) {
	if r.FromClient {
		c.requests++
	} else {
		c.responses++
	}
	if r.PDU.Exception != "" {
		c.exceptions++
	}
	c.octets += uint64(m.octets) //nolint:gosec // the length of a packet
	m.octets = 0                 // the packet is counted with the first unit that ends in it
}

// name is the function of a unit; an answer has that of its request.
func name(r *icsdissect.Record) string {
	switch {
	case r.PDU.Function != "":
		return word(r.PDU.Function)
	case r.Asked != "":
		return word(r.Asked)
	}
	return "unknown"
}

// word keeps a function in the letters that the format has.
func word(s string) string {
	s = strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || strings.ContainsRune(`"'\<>&()[]{},;`, c) {
			return '_'
		}
		return c
	}, s)
	return s[:min(len(s), 64)]
}

// why tells for what reasons a unit is kept in full.
func (m *Meter) why(r *icsdissect.Record) []string {
	list := whyOf(r)
	if m.first(r) {
		list = append(list, batch.WhyFirstSeen)
	}
	return list
}

// whyOf are the reasons that are in the unit itself.
func whyOf(r *icsdissect.Record) (list []string) {
	p := r.PDU
	answered := p.Role == pdu.Response && r.Asked != "" // its request was told
	if !answered {
		switch p.Class {
		case pdu.Write:
			list = append(list, batch.WhyWrite)
		case pdu.Control:
			list = append(list, batch.WhyControl)
		case pdu.Program:
			list = append(list, batch.WhyProgram)
		case pdu.Config:
			list = append(list, batch.WhyConfig)
		case pdu.Other, pdu.Session, pdu.Read, pdu.Diagnostic, pdu.Identity, pdu.Failure:
			// a failure is told below, and the others change nothing
		}
	}
	if p.Exception != "" || p.Malformed != "" || p.Class == pdu.Failure {
		list = append(list, batch.WhyError)
	}
	return list
}

// first tells whether these two never spoke so before, as far as is remembered.
func (m *Meter) first(r *icsdissect.Record) bool {
	t := tuple{hostOf(r.Flow.Client), hostOf(r.Flow.Server), r.PDU.Protocol, name(r), r.PDU.Unit}
	if _, known := m.seen[t]; known {
		return false
	}
	if len(m.seen) >= mostTuples { // begin anew rather than grow: the city knows what it had
		clear(m.seen)
	}
	m.seen[t] = struct{}{}
	return true
}

func (m *Meter) identity(id *icsdissect.Identity) {
	f := batch.Fact{At: id.Time.UTC(), VLAN: id.VLAN, Source: word(id.Source), Unit: id.Unit}
	if id.MAC != (icsdissect.MAC{}) {
		f.MAC = macOf(id.MAC)
	}
	if id.Addr.IsValid() && !id.Addr.IsUnspecified() {
		f.Addr = id.Addr.Unmap().WithZone("").String()
	}
	if f.MAC == "" && f.Addr == "" {
		return
	}
	list := id.Facts
	if len(list) == 0 { // what binds addresses to each other, and says no more
		list = []pdu.Fact{{Kind: pdu.Address, Value: f.Addr}}
	}
	for _, said := range list {
		if f.Kind, f.Value = word(string(said.Kind)), clean(said.Value); f.Value == "" {
			continue
		}
		if !m.left.fact() {
			m.totals.Limited++
			continue
		}
		if row, known := m.number(); !known {
			m.facts = append(m.facts, at[batch.Fact]{m.ordinal, row, f})
		}
	}
}

// correction turns a conversation round: in what is open here, and by a record for what is not.
func (m *Meter) correction(c *icsdissect.Correction) {
	m.turned[c.Flow.ID] = [2]icsdissect.Endpoint{c.Flow.Client, c.Flow.Server}
	why := []string{batch.WhyCorrected}
	if !m.left.record(why) {
		m.totals.Limited++
		return
	}
	row, known := m.number()
	if known {
		return
	}
	r := conversation(&c.Flow)
	r.At, r.Why = c.Time.UTC(), why
	m.records = append(m.records, at[batch.Record]{m.ordinal, row, r})
}

// closeWindow makes aggregates of the window, in an order that does not depend on chance.
func (m *Meter) closeWindow() {
	m.left = newAllowance()
	m.other.told, m.other.keys = 0, 0
	if m.ordinal <= m.from.aggregates {
		clear(m.keys)
		clear(m.turned)
		return
	}
	sums, sure := map[batch.Aggregate]*counts{}, m.sure()
	for k, c := range m.keys {
		a := batch.Aggregate{From: m.window, Seconds: int(windowLength / time.Second), Protocol: string(k.protocol), Unit: k.unit, Class: k.class.String(), Function: k.function, Guess: k.guess && !sure[k.parties.flow]}
		client, server := k.parties.client, k.parties.server
		if now, turned := m.turned[k.parties.flow]; turned && k.parties.flow != 0 && client.Addr.Addr() != now[0].Addr.Addr() {
			client, server = now[0], now[1]
			c.requests, c.responses = c.responses, c.requests
		}
		a.Client, a.Server, a.Port = hostOf(client), hostOf(server), server.Addr.Port()
		s := sums[a]
		if s == nil {
			s = &counts{}
			sums[a] = s
		}
		s.requests, s.responses, s.exceptions, s.octets = s.requests+c.requests, s.responses+c.responses, s.exceptions+c.exceptions, s.octets+c.octets
	}
	keys := slices.SortedFunc(maps.Keys(sums), compareAggregates)
	if m.partial > 0 && m.handed == m.from.aggregates && len(m.aggregates) == 0 && m.complete == m.from.aggregates {
		keys = keys[min(m.partial, len(keys)):] // the spool has them
	}
	for _, a := range keys {
		s := sums[a]
		a.Requests, a.Responses, a.Exceptions, a.Octets = s.requests, s.responses, s.exceptions, s.octets
		m.aggregates = append(m.aggregates, at[batch.Aggregate]{packet: m.ordinal, what: a})
	}
	m.complete = m.ordinal
	clear(m.keys)
	clear(m.turned)
}

// sure are conversations of this window of which something said who asks whom.
func (m *Meter) sure() map[uint64]bool {
	list := map[uint64]bool{}
	for k := range m.keys {
		if !k.guess && k.parties.flow != 0 {
			list[k.parties.flow] = true
		}
	}
	return list
}

// RecordOf is a unit in full, as it is sent to the city.
func RecordOf(r *icsdissect.Record, why []string) batch.Record {
	out := conversation(&r.Flow)
	p := r.PDU
	out.At, out.Why, out.FromClient = r.Time.UTC(), why, r.FromClient
	out.Protocol, out.Function, out.Class, out.Unit = string(p.Protocol), name(r), p.Class.String(), p.Unit
	out.Exception, out.Malformed, out.Text = clean(p.Exception), clean(p.Malformed), clean(p.Text)
	objects := p.Objects
	if len(objects) == 0 && r.Request != nil {
		objects = []pdu.Object{*r.Request}
	}
	out.More = min(p.More+max(len(objects)-batch.MaxObjects, 0), 1<<20)
	for _, o := range objects[:min(len(objects), batch.MaxObjects)] {
		out.Objects = append(out.Objects, batch.Object{
			Space: word(o.Space), Area: o.Area, Address: min(o.Address, 1<<62), Element: o.Element, Count: o.Count, Name: clean(pdu.Printable(o.Name)), Value: hex.EncodeToString(pdu.Clip(o.Value)),
		})
	}
	return out
}

func conversation(f *icsdissect.Flow) batch.Record {
	r := batch.Record{
		Flow: f.ID, VLAN: f.VLAN, Client: hostOf(f.Client), Server: hostOf(f.Server), Port: f.Server.Addr.Port(), Transport: string(f.Transport),
		Orientation: word(f.Orientation.String()), Confidence: f.Orientation.Confidence(),
	}
	if f.Client.Addr.IsValid() {
		r.ClientMAC, r.ServerMAC = macOrNone(f.Client.MAC), macOrNone(f.Server.MAC)
	}
	return r
}

func hostOf(e icsdissect.Endpoint) string {
	if a := e.Addr.Addr(); a.IsValid() {
		return a.Unmap().WithZone("").String()
	}
	return macOf(e.MAC)
}

func macOrNone(m icsdissect.MAC) string {
	if m == (icsdissect.MAC{}) {
		return ""
	}
	return macOf(m)
}

func macOf(m icsdissect.MAC) string {
	const digits = "0123456789abcdef"
	text := make([]byte, 0, 17)
	for i, b := range m {
		if i > 0 {
			text = append(text, ':')
		}
		text = append(text, digits[b>>4], digits[b&15])
	}
	return string(text)
}

// clean keeps what devices say within the format.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 {
			return '.'
		}
		return c
	}, s), ".")
	if list := []rune(s); len(list) > batch.MaxText {
		return string(list[:batch.MaxText])
	}
	return s
}
