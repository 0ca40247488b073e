package need

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"linghang/lib/match/latent"
	"linghang/modules/enterprise/internal/provider"
)

// What a space of meanings is learned from.
const (
	meaningLeast = 50   // providers: fewer say too little
	meaningMost  = 2000 // providers: more take minutes
	meaningSeed  = 1
)

// meaning is what providers offer as vectors, in a space that was learned from their own
// texts: docs/benchmarks/needs.md tells by how much it helps. Behind the matcher's lock.
type meaning struct {
	space   *latent.Space
	vectors map[string][]float32 // by provider, of length 1; it does not change
	of      map[string]int64     // versions that the space was learned from
}

// outdated tells whether a tenth of the providers is new or changed since the space was
// learned.
func (x meaning) outdated(list []provider.Provider) bool {
	changed := 0
	for _, p := range list {
		if x.of[p.ID] != p.Version {
			changed++
		}
	}
	return len(list) >= meaningLeast && 10*changed >= len(list)
}

// learn makes a space of what the providers say, if there are enough and enough changed.
// It takes seconds, in which others search.
func (m *matcher) learn(ctx context.Context, list []provider.Provider) error {
	m.mu.Lock()
	due := m.meaning.outdated(list)
	m.mu.Unlock()
	if !due {
		return nil
	}
	// The same providers give the same space in every replica.
	list = slices.SortedFunc(slices.Values(list), func(a, b provider.Provider) int { return cmp.Compare(a.ID, b.ID) })
	x := meaning{vectors: map[string][]float32{}, of: map[string]int64{}}
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i], x.of[p.ID] = m.spoken(p), p.Version
	}
	space, err := latent.Train(ctx, m.analyser, texts[:min(len(texts), meaningMost)], latent.Options{Seed: meaningSeed})
	if errors.Is(err, latent.ErrCorpus) {
		return nil // they say nothing in common
	}
	if err != nil {
		return fmt.Errorf("learn what providers mean: %w", err)
	}
	vectors, err := space.Embed(ctx, texts)
	if err != nil {
		return fmt.Errorf("learn what providers mean: %w", err)
	}
	x.space = space
	for i, p := range list {
		x.vectors[p.ID] = vectors[i]
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.meaning = x
	return nil
}

// spoken is all that the index has of a provider.
func (m *matcher) spoken(p provider.Provider) string { return spoken(m.document(p).Texts) }

func spoken(texts map[string]string) string {
	return strings.Join([]string{texts["name"], texts["offer"]}, " ")
}

// near returns by provider how near it is to what is asked, as cosines; nothing before a
// space was learned.
func (m *matcher) near(ctx context.Context, asked string) (func(id string) float64, error) {
	m.mu.Lock()
	x := m.meaning
	m.mu.Unlock()
	if x.space == nil {
		return func(string) float64 { return 0 }, nil
	}
	v, err := x.space.Embed(ctx, []string{asked})
	if err != nil {
		return nil, fmt.Errorf("read what is asked: %w", err)
	}
	return func(id string) float64 { return cosine(v[0], x.vectors[id]) }, nil
}

// cosine of vectors of length 1; 0 where one is not known.
func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range min(len(a), len(b)) {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// with is the space with vectors of providers that changed since it was learned, so that
// who is new is not taken for one that means nothing.
func (x meaning) with(ctx context.Context, ids, texts []string) (meaning, error) {
	if x.space == nil || len(ids) == 0 {
		return x, nil
	}
	vectors, err := x.space.Embed(ctx, texts)
	if err != nil {
		return x, fmt.Errorf("read what providers mean: %w", err)
	}
	x.vectors = maps.Clone(x.vectors)
	for i, id := range ids {
		x.vectors[id] = vectors[i]
	}
	return x, nil
}
