package need

import (
	"context"
	"fmt"
	"strings"

	"linghang/lib/match/latent"
	"linghang/lib/match/text"
	"linghang/modules/enterprise/internal/provider"
)

// newMeaning keeps what providers offer, or needs ask for, as vectors in a space that is
// learned from their own texts, and in that of the installation's word vectors if it has
// some: docs/benchmarks/needs.md tells by how much they help.
func newMeaning(a *text.Analyser, known func() *latent.Model) *latent.Corpus {
	return latent.NewCorpus(a, latent.CorpusOptions{Options: latent.Options{Seed: 1}, Model: known})
}

// learn makes a space of what the providers say, if there are enough and enough changed.
func (m *matcher) learn(ctx context.Context, list []provider.Provider) error {
	said := make([]latent.Said, len(list))
	for i, p := range list {
		said[i] = latent.Said{ID: p.ID, Version: p.Version}
	}
	if !m.meaning.Due(said) {
		return nil
	}
	for i, p := range list {
		said[i].Text = m.spoken(p)
	}
	if err := m.meaning.Learn(ctx, said); err != nil {
		return fmt.Errorf("learn what providers mean: %w", err)
	}
	return nil
}

// spoken is all that the index has of a provider.
func (m *matcher) spoken(p provider.Provider) string { return spoken(m.document(p).Texts) }

func spoken(texts map[string]string) string {
	return strings.Join([]string{texts["name"], texts["offer"]}, " ")
}
