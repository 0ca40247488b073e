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

	// Model gives what more is known of what words mean, nil for nothing: how near
	// documents are is then a quarter that, and the rest what was learned. More would
	// harm where little was read for the model: docs/benchmarks/needs.md.
	Model func() *Model
}

// modelShare is how much of the cosines is the model's.
const modelShare = 0.25

// Corpus keeps documents as vectors in a space that is learned from the documents
// themselves, and learned anew when a tenth of them changed; and, where there is a model,
// in the space of that. Safe for concurrent use.
type Corpus struct {
	analyser *text.Analyser
	options  CorpusOptions

	mu       sync.Mutex
	space    *Space
	vectors  map[string][]float32 // of length 1; a map that was handed out does not change
	of       map[string]int64     // versions that the space was learned from
	fitted   *Fitted              // the model as it was fitted to what the space was learned from
	modelled map[string][]float32 // by the model; as vectors
}

// NewCorpus returns a corpus without a space: without a model, nothing is near before it
// was learned.
func NewCorpus(a *text.Analyser, o CorpusOptions) *Corpus {
	o.Least, o.Most = or(o.Least, 50), or(o.Most, 2000)
	if o.Model == nil {
		o.Model = func() *Model { return nil }
	}
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
	fitted, modelled, err := c.fit(ctx, texts, list)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.space, c.vectors, c.of, c.fitted, c.modelled = space, vectors, of, fitted, modelled
	return nil
}

// fit fits the model to documents, if there is one.
func (c *Corpus) fit(ctx context.Context, texts []string, list []Said) (*Fitted, map[string][]float32, error) {
	model := c.options.Model()
	if model == nil {
		return nil, nil, nil
	}
	fitted, err := model.Fit(ctx, texts)
	if err != nil {
		return nil, nil, fmt.Errorf("fit the model of words: %w", err)
	}
	modelled, err := added(ctx, fitted, nil, list)
	return fitted, modelled, err
}

// model is what words mean to this corpus, nil where there is no model.
func (c *Corpus) model() Embedder {
	if c.fitted != nil {
		return c.fitted
	}
	if m := c.options.Model(); m != nil {
		return m
	}
	return nil
}

// Put takes what documents say now into the spaces as they are, so that who is new is not
// taken for one that means nothing; before a space was learned, into that of the model
// only.
func (c *Corpus) Put(ctx context.Context, list []Said) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	var err error
	if c.space != nil {
		if c.vectors, err = added(ctx, c.space, c.vectors, list); err != nil {
			return err
		}
	}
	if model := c.model(); model != nil {
		c.modelled, err = added(ctx, model, c.modelled, list)
	}
	return err
}

// added are vectors with those of more documents.
func added(ctx context.Context, in Embedder, to map[string][]float32, list []Said) (map[string][]float32, error) {
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = d.Text
	}
	vectors, err := in.Embed(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("read what documents mean: %w", err)
	}
	if to = maps.Clone(to); to == nil {
		to = map[string][]float32{}
	}
	for i, d := range list {
		to[d.ID] = vectors[i]
	}
	return to, nil
}

// Near returns by document how near it is to what is asked, as cosines: 0 of what is not
// known, and of all where there is neither a model nor was a space learned.
func (c *Corpus) Near(ctx context.Context, asked string) (func(id string) float64, error) {
	c.mu.Lock()
	space, vectors, model, modelled := c.space, c.vectors, c.model(), c.modelled
	c.mu.Unlock()
	learned, err := nearIn(ctx, space, space != nil, vectors, asked)
	if err != nil {
		return nil, err
	}
	known, err := nearIn(ctx, model, model != nil, modelled, asked)
	if err != nil {
		return nil, err
	}
	if model == nil {
		return learned, nil
	}
	return func(id string) float64 { return (1-modelShare)*learned(id) + modelShare*known(id) }, nil
}

// nearIn is how near documents are in one space, if there is one.
func nearIn(ctx context.Context, in Embedder, there bool, vectors map[string][]float32, asked string) (func(id string) float64, error) {
	if !there {
		return func(string) float64 { return 0 }, nil
	}
	v, err := in.Embed(ctx, []string{asked})
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
