package icsdissect

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"linghang/lib/icsdissect/dcp"
	"linghang/lib/icsdissect/ident"
	"linghang/lib/icsdissect/pdu"
)

const (
	triesOfBanner = 1
	repeatAfter   = 10 * time.Minute
)

// memory suppresses identities that were told lately: a table of fixed size,
// in which a newer entry displaces an older one.
type memory struct {
	seed maphash.Seed
	used bool
	told [4096]struct {
		hash uint64
		at   time.Time
	}
}

func (m *memory) fresh(id *Identity, at time.Time) bool {
	if !m.used {
		m.seed, m.used = maphash.MakeSeed(), true
	}
	var h maphash.Hash
	h.SetSeed(m.seed)
	_, _ = h.Write(id.MAC[:])
	a := id.Addr.As16()
	_, _ = h.Write(a[:])
	var numbers [6]byte
	binary.LittleEndian.PutUint16(numbers[:], id.VLAN)
	binary.LittleEndian.PutUint32(numbers[2:], id.Unit)
	_, _ = h.Write(numbers[:])
	_, _ = h.WriteString(id.Source)
	for _, f := range id.Facts {
		_, _ = h.WriteString(string(f.Kind))
		_, _ = h.WriteString(f.Value)
		_ = h.WriteByte(0)
	}
	sum := h.Sum64()
	slot := &m.told[sum%uint64(len(m.told))]
	if slot.hash == sum && at.Sub(slot.at) < repeatAfter && !slot.at.IsZero() {
		return false
	}
	slot.hash, slot.at = sum, at
	return true
}

// identify tells an identity unless it was told lately.
func (d *Dissector) identify(id *Identity) {
	if d.options.Identity == nil {
		return
	}
	if !d.known.fresh(id, d.now) {
		d.stats.Suppressed++
		return
	}
	d.options.Identity(id)
}

// facts tells what a PDU says of its sender.
func (d *Dissector) facts(fl *flow, side uint8, p *pdu.PDU) {
	if len(p.Facts) == 0 || d.options.Identity == nil {
		return
	}
	at := fl.side[side]
	d.identify(&Identity{
		Time: d.now, MAC: at.MAC, VLAN: fl.key.vlan, Addr: at.Addr.Addr(),
		Source: string(p.Protocol), Unit: p.Unit, Facts: p.Facts,
	})
}

// link reads frames of Ethernet that carry no IP.
func (d *Dissector) link(f *frame) {
	switch f.ether {
	case etherARP:
		found, ok := ident.ARP(f.payload)
		d.found(f, found, ok)
	case etherLLDP:
		found, ok := ident.LLDP(f.payload)
		d.found(f, found, ok)
	case etherPROFINET:
		d.profinet(f)
	}
}

// profinet tells frames of DCP; the sender of a request is the client.
func (d *Dissector) profinet(f *frame) {
	if !dcp.Is(f.payload) {
		d.stats.Other++
		return
	}
	d.stats.Frames++
	d.list.Reset()
	dcp.Decode(f.payload, &d.list)
	for i := range d.list.All() {
		p := &d.list.All()[i]
		d.stats.Records++
		if p.Malformed != "" {
			d.stats.Malformed++
		}
		if len(p.Facts) > 0 && d.options.Identity != nil {
			d.identify(&Identity{Time: d.now, MAC: f.srcMAC, VLAN: f.vlan, Source: string(p.Protocol), Facts: p.Facts})
		}
		if d.options.Record == nil {
			continue
		}
		from, to := Endpoint{MAC: f.srcMAC}, Endpoint{MAC: f.dstMAC}
		request := p.Role == pdu.Request
		if !request {
			from, to = to, from
		}
		d.record = Record{
			Time: d.now, Flow: Flow{Transport: Ethernet, VLAN: f.vlan, Client: from, Server: to, Orientation: BySemantics},
			FromClient: request, PDU: p,
		}
		d.options.Record(&d.record)
	}
}

// identityDatagram reads datagrams that only tell who somebody is.
func (d *Dissector) identityDatagram(f *frame) bool {
	switch {
	case f.dport == 67 || f.dport == 68:
		found, ok := ident.DHCP(f.payload)
		d.found(f, found, ok)
		return ok
	case f.sport == 5353:
		found, ok := ident.MDNS(f.payload)
		if ok && !found.Addr.IsValid() {
			found.Addr = f.src
		}
		d.found(f, found, ok)
		return true
	}
	return false
}

func (d *Dissector) found(f *frame, found ident.Found, ok bool) {
	if !ok || d.options.Identity == nil {
		return
	}
	mac := MAC(found.MAC)
	if mac == (MAC{}) {
		mac = f.srcMAC
	}
	d.identify(&Identity{Time: d.now, MAC: mac, VLAN: f.vlan, Addr: found.Addr, Source: found.Source, Facts: found.Facts})
}

// banner reads the first words of a stream.
func (d *Dissector) banner(fl *flow, side uint8, b []byte) {
	if fl.protocol != nil || d.options.Identity == nil {
		return
	}
	if found, ok := ident.Banner(b); ok {
		at := fl.side[side]
		d.identify(&Identity{Time: d.now, MAC: at.MAC, VLAN: fl.key.vlan, Addr: at.Addr.Addr(), Source: found.Source, Facts: found.Facts})
	}
}
