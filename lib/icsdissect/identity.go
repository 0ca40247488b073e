package icsdissect

import (
	"hash/maphash"
	"time"

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
	_, _ = h.Write([]byte{byte(id.VLAN), byte(id.VLAN >> 8), byte(id.Unit), byte(id.Unit >> 8), byte(id.Unit >> 16), byte(id.Unit >> 24)})
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

func (d *Dissector) link(*frame) {}

func (d *Dissector) identityDatagram(*frame) bool { return false }

func (d *Dissector) banner(*flow, uint8, []byte) {}
