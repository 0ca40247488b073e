package sqldb

import (
	"context"
	"fmt"
)

// Batch is something that all changes of one commit write together, because
// many rows at once cost little more than one: entries of a log, for example.
type Batch[T any] struct {
	write func(ctx context.Context, tx *Tx, items []T) error
}

// NewBatch returns a batch. write is called once before the commit, with what
// the changes that share it have added, in their order; when it fails none of
// them is made.
func NewBatch[T any](write func(ctx context.Context, tx *Tx, items []T) error) *Batch[T] {
	return &Batch[T]{write}
}

// Add adds an item, to be written with the change or not at all.
func (b *Batch[T]) Add(tx *Tx, item T) {
	tx.gathered = append(tx.gathered, gathered{b, item})
}

// gathered is an item on its way into its batch.
type gathered struct {
	batch batch
	item  any
}

type batch interface {
	writeAll(ctx context.Context, tx *Tx, items []any) error
}

func (b *Batch[T]) writeAll(ctx context.Context, tx *Tx, items []any) error {
	list := make([]T, len(items))
	for i, item := range items {
		list[i], _ = item.(T) // Add took nothing else
	}
	return b.write(ctx, tx, list)
}

// writeGathered writes every batch that something was added to.
func writeGathered(ctx context.Context, tx *Tx, list []gathered) error {
	var order []batch
	items := map[batch][]any{}
	for _, g := range list {
		if _, ok := items[g.batch]; !ok {
			order = append(order, g.batch)
		}
		items[g.batch] = append(items[g.batch], g.item)
	}
	for _, b := range order {
		if err := protect(func() error { return b.writeAll(ctx, tx, items[b]) }); err != nil {
			return fmt.Errorf("write together: %w", err)
		}
	}
	return nil
}
