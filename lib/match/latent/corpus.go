package latent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"linghang/lib/match/text"
)

// Said is a document of a corpus that changes. Another version says something else.
type Said struct {
	ID      string
	Version int64
	Text    string
}

// CorpusOptions of a corpus.
type CorpusOptions struct {
	Options
	Least int // documents of which a space is learned; fewer say too little: 50
	Most  int // of which it is learned, the first by ID: more take minutes: 2 000
}

// Corpus keeps documents as vectors in a space that is learned from the documents
// themselves, and learned anew when a tenth of them changed. Safe for concurrent use.
type Corpus struct {
	analyser *text.Analyser
	options  CorpusOptions

	mu      sync.Mutex
	space   *Space
	vectors map[string][]float32 // of length 1; a map that was handed out does not change
	of      map[string]int64     // versions that the space was learned from
}

// NewCorpus returns a corpus without a space: nothing is near before it was learned.
func NewCorpus(a *text.Analyser, o CorpusOptions) *Corpus {
	o.Least, o.Most = or(o.Least, 50), or(o.Most, 2000)
	return &Corpus{analyser: a, options: o}
}

// Due tells whether a tenth of the documents is new or changed since the space was
// learned, and there are enough. It looks at IDs and versions only.
func (c *Corpus) Due(list []Said) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := 0
	for _, d := range list {
		if v, known := c.of[d.ID]; !known || v != d.Version {
			changed++
		}
	}
	return len(list) >= c.options.Least && 10*changed >= len(list)
}

// Learn makes the space anew; the same documents give the same one. It takes seconds, in
// which others ask. Where the documents say nothing in common, the space stays as it was.
func (c *Corpus) Learn(ctx context.Context, list []Said) error {
	list = slices.SortedFunc(slices.Values(list), func(a, b Said) int { return strings.Compare(a.ID, b.ID) })
	texts, of := make([]string, len(list)), map[string]int64{}
	for i, d := range list {
		texts[i], of[d.ID] = d.Text, d.Version
	}
	space, err := Train(ctx, c.analyser, texts[:min(len(texts), c.options.Most)], c.options.Options)
	if errors.Is(err, ErrCorpus) {
		return nil
	}
	if err != nil {
		return err
	}
	learned, err := space.Embed(ctx, texts)
	if err != nil {
		return err
	}
	vectors := map[string][]float32{}
	for i, d := range list {
		vectors[d.ID] = learned[i]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.space, c.vectors, c.of = space, vectors, of
	return nil
}

// Put takes what documents say now into the space as it is, so that who is new is not
// taken for one that means nothing; before a space was learned it does nothing.
func (c *Corpus) Put(ctx context.Context, list []Said) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.space == nil || len(list) == 0 {
		return nil
	}
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = d.Text
	}
	vectors, err := c.space.Embed(ctx, texts)
	if err != nil {
		return fmt.Errorf("read what documents mean: %w", err)
	}
	c.vectors = maps.Clone(c.vectors)
	for i, d := range list {
		c.vectors[d.ID] = vectors[i]
	}
	return nil
}

// Near returns by document how near it is to what is asked, as cosines: 0 of what is not
// known, and of all before a space was learned.
func (c *Corpus) Near(ctx context.Context, asked string) (func(id string) float64, error) {
	c.mu.Lock()
	space, vectors := c.space, c.vectors
	c.mu.Unlock()
	if space == nil {
		return func(string) float64 { return 0 }, nil
	}
	v, err := space.Embed(ctx, []string{asked})
	if err != nil {
		return nil, fmt.Errorf("read what is asked: %w", err)
	}
	return func(id string) float64 {
		of, known := vectors[id]
		if !known {
			return 0
		}
		return float64(cosine(v[0], of))
	}, nil
}
