package latent

import (
	"context"
	"math"
)

// unseen is what a word counts that is in none of one's own texts, as a share of what one
// in a single text does: it may say what they say in other words, or nothing of the field.
// Chosen with docs/benchmarks/needs.md, as is the square of the rarity.
const unseen = 0.1

// Fitted is a model that knows which of its words say something among one's own texts: it
// weighs them by how rare they are there, squared, beside how rare they are anywhere, and
// takes off what all of one's own texts have in common. It does not change, and is an
// Embedder.
type Fitted struct {
	model *Model
	rare  []float32 // of each word
	mean  []float64 // of one's own texts
}

// Fit fits the model to one's own texts.
func (m *Model) Fit(ctx context.Context, texts []string) (*Fitted, error) {
	in, last := make([]int32, len(m.number)), make([]int32, len(m.number))
	for i, t := range texts {
		m.each(t, func(word int) {
			if last[word] != int32(i+1) { //nolint:gosec // far fewer texts
				in[word]++
				last[word] = int32(i + 1) //nolint:gosec // far fewer texts
			}
		})
	}
	f := &Fitted{model: m, rare: make([]float32, len(in)), mean: make([]float64, m.dimensions)}
	for i, n := range in {
		of := math.Log(float64(len(texts)+1) / float64(n+1))
		if n == 0 {
			of = unseen * math.Log(float64(len(texts)+1))
		}
		f.rare[i] = float32(of * of)
	}
	vectors, err := m.embed(ctx, texts, f.weight, nil)
	if err != nil {
		return nil, err
	}
	for _, v := range vectors {
		for j, x := range v {
			f.mean[j] += float64(x) / float64(len(vectors))
		}
	}
	return f, nil
}

func (f *Fitted) weight(word int) float64 { return f.model.weight(word) * float64(f.rare[word]) }

// Dimensions implements Embedder.
func (f *Fitted) Dimensions() int { return f.model.dimensions }

// Embed implements Embedder. Vectors have length 1, or are zeros where no word is known.
func (f *Fitted) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	return f.model.embed(ctx, texts, f.weight, f.mean)
}
