package platforms

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkLedger records submissions of 300 values of known series, one after
// the other and from eight senders, who share their syncs.
func BenchmarkLedger(b *testing.B) {
	s := newSite(b)
	p := platform{ID: s.id, Code: s.code}
	next := func(i int) submission {
		now := time.Now().UTC()
		sub := newSubmission(p, key{ID: s.push.ID}, channelRemoteWrite, fmt.Sprint(i), now)
		r, err := s.room.ledger.rolls.of(b.Context(), s.id)
		if err != nil {
			b.Fatal(err)
		}
		sieve := s.room.catalogue.sieve(p, r, &marks{}, 5_000, now)
		for j := range 300 {
			k, why := sieve.find("ent_served", dims{Industry: industries()[j/10].Code, District: districts()[j%10].Code}.key())
			if why != nil {
				b.Fatal(why.Message)
			}
			sub.entries = append(sub.entries, entry{known: k, At: now.UnixMilli(), Value: float64(j)})
		}
		_, _, sub.top = sieve.done()
		sub.Items = len(sub.entries)
		return sub
	}
	record := func(b *testing.B, i int) {
		if got, err := s.room.ledger.record(b.Context(), p, next(i)); err != nil || got.Accepted != 300 {
			b.Errorf("record: %d accepted, %v", got.Accepted, err)
		}
	}
	b.Run("one sender", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			record(b, i)
		}
	})
	b.Run("eight senders", func(b *testing.B) {
		b.SetParallelism(4)
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				record(b, i)
			}
		})
	})
}
