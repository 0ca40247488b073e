package index_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/lib/match/index"
)

// BenchmarkSearch states how fast 50 000 documents of some 200 characters are indexed, and
// how long questions of eight characters take.
func BenchmarkSearch(b *testing.B) {
	vocabulary := slices.Sorted(maps.Keys(lexicon(20_000)))
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(vocabulary), func(i, j int) { vocabulary[i], vocabulary[j] = vocabulary[j], vocabulary[i] })
	pick := rand.NewZipf(r, 1.05, 4, uint64(len(vocabulary)-1))
	words := func(n int) string {
		var s strings.Builder
		for range n {
			s.WriteString(vocabulary[pick.Uint64()])
		}
		return s.String()
	}
	docs := make([]index.Document, 50_000)
	for i := range docs {
		docs[i] = doc(fmt.Sprint(i), words(6), words(80))
	}
	x := empty(b)
	began := time.Now()
	for part := range slices.Chunk(docs, 1000) {
		apply(b, x, index.Change{Put: part})
	}
	rate := float64(len(docs)) / time.Since(began).Seconds()
	for _, count := range []bool{false, true} {
		b.Run(fmt.Sprintf("count=%v", count), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				body := []rune(docs[r.IntN(len(docs))].Texts["body"])
				at := r.IntN(len(body) - 8)
				began := time.Now()
				search(b, x, index.Query{Text: string(body[at : at+8]), Count: count})
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(rate, "docs/s")
		})
	}
}

func lexicon(n int) map[string]bool {
	r := rand.New(rand.NewPCG(5, 5))
	list := map[string]bool{}
	for len(list) < n {
		word := make([]rune, 2+r.IntN(2))
		for j := range word {
			word[j] = rune(0x4e00 + int(math.Pow(r.Float64(), 2)*3500))
		}
		list[string(word)] = true
	}
	return list
}
