package remark

import (
	"context"
	"time"
)

// Sweep looks for what is to be swept as if it were another time.
func (m *Room) Sweep(ctx context.Context, now time.Time) error { return m.sweep(ctx, now) }

// Edit edits a comment as if it were another time.
func Edit(c Comment, author, actor string, now time.Time) error {
	c.author = author
	_, err := c.edit(actor, "later", now)
	return err
}

// Clean is how a text is kept.
func Clean(text string) string { return clean(text) }
