package provider

import (
	"context"
	"slices"
	"time"
)

// Words are the vocabularies that providers and needs are told in.
func (m *Providers) Words() Words { return m.store.words }

// Serving returns the providers that may be invited and offer now.
func (m *Providers) Serving(ctx context.Context, now time.Time) ([]Provider, error) {
	list, err := m.store.inForce(ctx)
	return slices.DeleteFunc(list, func(p Provider) bool { return !p.Serving(now) }), err
}

// InForce returns the providers that were accepted and not suspended, also those whose
// year is over.
func (m *Providers) InForce(ctx context.Context) ([]Provider, error) { return m.store.inForce(ctx) }

// Named returns providers by their IDs, whatever became of them.
func (m *Providers) Named(ctx context.Context, ids []string) ([]Provider, error) {
	list := []Provider{}
	for _, id := range ids {
		p, err := get(ctx, m.store.db, id)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}
