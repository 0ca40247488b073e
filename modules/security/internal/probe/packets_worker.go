package probe

import (
	"context"
	"time"

	"linghang/modules/security/internal/ring"
)

// everyMissed is how often it is told that packets are missing in the ring.
const everyMissed = time.Minute

// keepPackets opens the ring of packets, when one is wanted: nil is none.
func (p *Probe) keepPackets(ctx context.Context, in *Input) (*ring.Ring, error) {
	if in.file || !p.c.KeepsPackets() {
		return nil, nil //nolint:nilnil // it says so
	}
	r, err := ring.Open(p.c.PacketsIn(), p.c.packets)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	p.spool.yields(r.Spare)
	go p.tellMissed(ctx, r)
	return r, nil
}

// tellMissed tells of packets that the disk could not take.
func (p *Probe) tellMissed(ctx context.Context, r *ring.Ring) {
	tick := time.NewTicker(everyMissed)
	defer tick.Stop()
	var told uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s := r.State(); s.Missed > told {
			told = s.Missed
			p.log.WarnContext(ctx, "packets are missing among those that are kept: the disk is too slow or full", "packets", s.Missed, "error", s.Fault)
		}
	}
}

// yields says who gives up room on a full disk before the spool does.
func (s *Spool) yields(spare func(size int64) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spare = spare
}
