package scenario

import (
	"context"
	"time"
)

// meaningEvery is how often it is looked whether scenarios changed.
const meaningEvery = 10 * time.Minute

// learn learns what scenarios mean, in every replica, until the context ends. Without it
// they are found by words and classes all the same.
func (m *Module) learn(ctx context.Context) {
	tick := time.NewTicker(meaningEvery)
	defer tick.Stop()
	for {
		if err := m.finder.learn(ctx); err != nil && ctx.Err() == nil {
			m.kit.Log.WarnContext(ctx, "learn what scenarios mean", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
