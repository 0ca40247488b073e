package kernel

import (
	"context"
	"fmt"
	"os"
	"time"

	"linghang/lib/match/latent"
	words "linghang/lib/match/text"
)

// readWords reads the word vectors that the configuration names. A big file takes seconds.
func (k *Kernel) readWords(ctx context.Context) error {
	if k.cfg.WordVectors == "" {
		return nil
	}
	f, err := os.Open(k.cfg.WordVectors)
	if err != nil {
		return fmt.Errorf("configuration word-vectors: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	began := time.Now()
	if k.words, err = latent.ReadModel(ctx, f, words.NewFolder()); err != nil {
		return fmt.Errorf("configuration word-vectors: %s: %w", k.cfg.WordVectors, err)
	}
	k.log.Info("word vectors", "file", k.cfg.WordVectors, "words", k.words.Words(), "numbers", k.words.Dimensions(), "took", time.Since(began).Round(time.Millisecond))
	return nil
}
