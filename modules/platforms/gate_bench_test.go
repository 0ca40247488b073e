package platforms

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linghang/lib/remotewrite"
)

// BenchmarkDoors sends 500 known series through each door, into the ledger; of
// remote write four samples of each.
func BenchmarkDoors(b *testing.B) {
	s := newSite(b)
	s.room.gate = newGate(limits{RequestsPerSecond: 1e6, SamplesPerMinute: 1e9, Series: 5_000})
	at := time.Now().Add(-12 * time.Hour).Truncate(time.Second)
	series := func(n int) (list []remotewrite.Series) {
		for step := range n {
			for i := range 500 {
				list = append(list, remotewrite.Series{
					Labels: []remotewrite.Label{
						{Name: "__name__", Value: "iip_api_calls"},
						{Name: "instance", Value: "127.0.0.1:9090"},
						{Name: "job", Value: "platform"},
						{Name: "platform", Value: s.code},
						{Name: "type", Value: fmt.Sprintf("service-%03d", i)},
					},
					Samples: []remotewrite.Sample{{At: at.Add(time.Duration(step) * time.Second).UnixMilli(), Value: float64(i)}},
				})
			}
		}
		at = at.Add(time.Duration(n) * time.Second)
		return list
	}
	write := func(name, contentType string, encode func([]remotewrite.Series) []byte) {
		b.Run(name, func(b *testing.B) {
			bodies := make([][]byte, 50)
			for i := range bodies {
				bodies[i] = encode(series(4))
			}
			for i := 0; b.Loop(); i++ {
				if r := s.knock(writeDoor, s.push, bodies[i%len(bodies)], "Content-Type", contentType, "Content-Encoding", "snappy"); r.Status != 204 {
					b.Fatalf("%d %s", r.Status, r.Body)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*2000), "ns/sample")
		})
	}
	write("remote write 1", typeV1, remotewrite.EncodeV1)
	write("remote write 2", typeV2, remotewrite.EncodeV2)
	b.Run("signed JSON", func(b *testing.B) {
		var items strings.Builder
		for i := range 500 {
			fmt.Fprintf(&items, `,{"code":"api_calls","dims":{"type":"service-%03d"},"value":%d}`, i, i)
		}
		for b.Loop() {
			r := s.signed(s.nextReport(items.String()[1:]), time.Now(), s.seq)
			w := httptest.NewRecorder()
			if s.Handler().ServeHTTP(w, r); w.Code != 200 {
				b.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*500), "ns/sample")
	})
}
