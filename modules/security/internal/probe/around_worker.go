package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/ring"
)

// Bounds of what is told around alerts.
const (
	mostAsks     = 64  // that wait
	mostAnswered = 256 // alerts that are remembered, so that none is answered twice
	aroundWaits  = 3 * time.Second
	latestAround = 3 * time.Minute // that is waited for: a clock that was set does not hold up the others
)

// asked takes what the city wants to have around alerts, once. What finds no room is asked for again
// with the next batch.
func (p *Probe) asked(ctx context.Context, list []batch.Around) {
	if p.asks == nil {
		return
	}
	for _, a := range list {
		if !a.Good() || p.spool.knows(a.Alert) {
			continue
		}
		select {
		case p.asks <- a:
			p.log.InfoContext(ctx, "the city asks what was said around an alert", "alert", a.Alert, "client", a.Client, "server", a.Server, "from", a.From, "to", a.To)
			p.spool.notes(a.Alert)
		default:
		}
	}
}

// answer tells what the city asks for, one after the other, once its time is over.
func (p *Probe) answer(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case a := <-p.asks:
			if left := min(time.Until(a.To)+aroundWaits, latestAround); left > 0 && !pause(ctx, left) {
				return nil
			}
			if err := p.tellAround(ctx, a); err != nil {
				return err
			}
		}
	}
}

// tellAround puts what two said to each other into the spool: units that were not told as they
// came, in one batch at most, those nearest to the middle of the time.
func (p *Probe) tellAround(ctx context.Context, a batch.Around) error {
	near, err := p.around(ctx, a)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was heard yet
	}
	if err != nil {
		if ctx.Err() == nil {
			p.log.WarnContext(ctx, "what was said around an alert cannot be read", "alert", a.Alert, "error", err)
		}
		return nil
	}
	records, left := near.take()
	p.log.InfoContext(ctx, "it is told what was said around an alert", "alert", a.Alert, "records", len(records), "left_out", left)
	if len(records) == 0 {
		return nil
	}
	b := &batch.Batch{Stream: batch.Records, MadeAt: time.Now().UTC(), Version: p.version, Input: p.c.input(), Run: ulid.Make().String(), Live: true, Around: a.Alert, Records: records}
	return p.spool.Add(b, batch.Totals{})
}

// around reads units out of the packets that are kept.
func (p *Probe) around(ctx context.Context, a batch.Around) (*nearest, error) {
	near := &nearest{middle: a.From.Add(a.To.Sub(a.From) / 2)}
	d := icsdissect.New(icsdissect.Options{Record: func(r *icsdissect.Record) {
		if len(whyOf(r)) == 0 { // the others were told as they came
			near.add(RecordOf(r, []string{batch.WhyAround}))
		}
	}})
	_, err := ring.Each(ctx, p.c.PacketsIn(), ring.Query{From: a.From, To: a.To, Hosts: []string{a.Client, a.Server}}, func(x capture.Packet) error {
		d.Packet(x.Time, x.Link, x.Octets)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read packets: %w", err)
	}
	d.Flush()
	return near, nil
}

// nearest are the records nearest to a time, of those that come in their order: as many before it
// and after it as a batch has.
type nearest struct {
	middle        time.Time
	before, after []batch.Record
	left          int // out
}

func (n *nearest) add(r batch.Record) {
	switch {
	case !r.At.After(n.middle):
		if len(n.before) == batch.MaxRecords {
			n.before = n.before[1:]
			n.left++
		}
		n.before = append(n.before, r)
	case len(n.after) < batch.MaxRecords:
		n.after = append(n.after, r)
	default:
		n.left++
	}
}

// take returns as many as one batch has, in their order, and how many are left out.
func (n *nearest) take() (records []batch.Record, left int) {
	size := 0
	i, j := len(n.before), 0 // taken are those from i on, and those up to j
	for len(n.before)-i+j < batch.MaxRecords && size < fullSize && (i > 0 || j < len(n.after)) {
		if j == len(n.after) || i > 0 && n.middle.Sub(n.before[i-1].At) <= n.after[j].At.Sub(n.middle) {
			i--
			size += sizeOfRecord(&n.before[i])
			continue
		}
		size += sizeOfRecord(&n.after[j])
		j++
	}
	return slices.Concat(n.before[i:], n.after[:j]), n.left + i + len(n.after) - j
}

// knows tells whether an alert was answered, or is about to be.
func (s *Spool) knows(alert string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.at.Around, alert) || slices.Contains(s.asked, alert)
}

// notes remembers an alert that is about to be answered. It is asked for again after a start.
func (s *Spool) notes(alert string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked[max(0, len(s.asked)-mostAnswered+1):], alert)
}

// answered remembers an alert whose answer is in the spool.
func (s *Spool) answered(alert string) {
	s.at.Around = append(s.at.Around[max(0, len(s.at.Around)-mostAnswered+1):], alert)
}
