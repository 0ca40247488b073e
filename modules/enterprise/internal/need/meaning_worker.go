package need

import (
	"context"
	"time"
)

// meaningEvery is how often it is looked whether providers or needs changed.
const meaningEvery = 10 * time.Minute

// Run learns what providers and needs mean, in every replica, until the context ends. Without it
// they are matched all the same.
func (m *Needs) Run(ctx context.Context) {
	tick := time.NewTicker(meaningEvery)
	defer tick.Stop()
	for {
		if err := m.learnMeaning(ctx); err != nil && ctx.Err() == nil {
			m.kit.Log.WarnContext(ctx, "learn what providers and needs mean", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (m *Needs) learnMeaning(ctx context.Context) error {
	list, err := m.providers.Serving(ctx, now())
	if err != nil {
		return err
	}
	if err := m.matcher.learn(ctx, list); err != nil {
		return err
	}
	needs, err := m.store.demanded(ctx)
	if err != nil {
		return err
	}
	return m.demand.learn(ctx, needs)
}
