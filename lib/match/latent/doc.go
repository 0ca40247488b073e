// Package latent finds documents about the same matter in other words: texts become
// vectors in a space that is learned from the own corpus, and near vectors are alike.
//
// Train makes the space (S. Deerwester et al.: Indexing by latent semantic analysis,
// 1990): documents × terms, (1 + ln tf)·ln(N/df), rows of length 1, is decomposed by
// randomised SVD with power iterations (N. Halko, P.-G. Martinsson, J. Tropp: Finding
// structure with randomness, 2011). It is done apart from requests; the same texts in
// the same order, options and seed give the same space, bit for bit.
//
// Embedder is what turns texts into vectors: a Space; a Model, read from a file of word
// vectors that somebody trained on much more text; or an adapter of the caller to
// something else. Vectors keeps vectors and finds the nearest by looking at all of
// them, which is exact: 50 000 of 128 numbers are 25 MB. Fuse joins what was found by
// words with what was found by vectors.
package latent

import (
	"context"
	"errors"
)

// What the package reports.
var (
	ErrCorpus = errors.New("no space can be made of the texts")
	ErrVector = errors.New("the vector does not fit")
	ErrLimit  = errors.New("there is more than the limit allows")
	ErrFile   = errors.New("the file of a space is damaged")
	ErrStale  = errors.New("the file of a space was made with other terms")
)

// Embedder turns texts into vectors of one length, in their order. A text of which it
// knows nothing becomes zeros.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
	Dimensions() int
}

// Options of a training. All have a use when they are zero.
type Options struct {
	Dimensions int // 128, at most 512
	Terms      int // the most frequent that are kept, 50 000
	Passes     int // of the power iteration, 2
	Seed       uint64
}

func (o Options) withDefaults() Options {
	o.Dimensions = min(or(o.Dimensions, 128), 512)
	o.Terms = or(o.Terms, 50_000)
	o.Passes = min(or(o.Passes, 2), 8)
	return o
}

func or(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}
