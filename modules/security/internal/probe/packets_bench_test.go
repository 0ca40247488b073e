package probe

import (
	"bytes"
	"testing"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/ring"
)

// BenchmarkPackets is what it costs to keep the packets of a plant beside what is told of them.
func BenchmarkPackets(b *testing.B) {
	data := plant(20_000).Bytes()
	for name, keep := range map[string]bool{"told": false, "told and kept": true} {
		b.Run(name, func(b *testing.B) {
			dir, packets := b.TempDir(), uint64(0)
			for b.Loop() {
				in, err := OpenFile("-", bytes.NewReader(data))
				if err != nil {
					b.Fatal(err)
				}
				done := make(chan struct{})
				r := begin(in, start{}, done)
				if keep {
					if r.ring, err = ring.Open(dir, 64<<20); err != nil {
						b.Fatal(err)
					}
				}
				if err := r.each(b.Context(), func(bool) error {
					r.meter.takeRecords(batch.MaxRecords, fullSize)
					r.meter.takeAggregates(mostAggregates)
					return nil
				}); err != nil {
					b.Fatal(err)
				}
				if keep {
					if err := r.ring.Close(); err != nil {
						b.Fatal(err)
					}
				}
				packets += r.sum().Packets
				close(done)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
		})
	}
}
