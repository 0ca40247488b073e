package bus

import (
	"errors"
	"maps"
	"sync"
)

// Count is what one consumer did in this process since the start.
type Count struct {
	Handled  int64 // applied now
	Repeated int64 // applied before; nothing was done
	Failed   int64 // given back, to be tried again
}

// counts holds the counts of all consumers.
type counts struct {
	mu sync.Mutex
	by map[string]Count
}

func (c *counts) add(consumer string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.by[consumer]
	switch {
	case err == nil:
		n.Handled++
	case errors.Is(err, ErrHandled):
		n.Repeated++
	default:
		n.Failed++
	}
	if c.by == nil {
		c.by = map[string]Count{}
	}
	c.by[consumer] = n
}

// Counts returns what each consumer did in this process.
func (b *Bus) Counts() map[string]Count {
	b.counts.mu.Lock()
	defer b.counts.mu.Unlock()
	return maps.Clone(b.counts.by)
}
