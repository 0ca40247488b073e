package latent_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"linghang/lib/match/latent"
	"linghang/lib/match/text"
)

// BenchmarkNearest looks for the nearest 100 of 50 000 vectors of 128 numbers.
func BenchmarkNearest(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	random := func() []float32 {
		v := make([]float32, 128)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		return v
	}
	set, err := latent.NewVectors(128)
	if err != nil {
		b.Fatal(err)
	}
	for i := range 50_000 {
		if err := set.Put(fmt.Sprint(i), random()); err != nil {
			b.Fatal(err)
		}
	}
	x := random()
	for b.Loop() {
		if _, err := set.Nearest(b.Context(), x, 100); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTrain learns a space of 128 dimensions from 5 000 texts of some 200 characters.
func BenchmarkTrain(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 20_000)
	for i := range words {
		words[i] = string([]rune{rune(0x4e00 + int(math.Pow(r.Float64(), 2)*3500)), rune(0x4e00 + int(math.Pow(r.Float64(), 2)*3500))})
	}
	pick := rand.NewZipf(r, 1.05, 4, uint64(len(words)-1))
	texts := make([]string, 5000)
	for i := range texts {
		var s strings.Builder
		for range 90 {
			s.WriteString(words[pick.Uint64()])
		}
		texts[i] = s.String()
	}
	for b.Loop() {
		if _, err := latent.Train(b.Context(), text.New(nil), texts, latent.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
