package machine

import (
	"context"
	"time"
)

// SetNow moves the room's clock.
func (m *Room) SetNow(now func() time.Time) { m.now = now }

// Watch does the periodic work now.
func (m *Room) Watch(ctx context.Context) error { return m.watch(ctx) }
