package incident

import (
	"context"
)

// Reader is a database, or a transaction.
type Reader = reader

// Seen reads an incident for who asks, if they may know of it.
func (m *Incidents) Seen(ctx context.Context, db Reader, id string) (Case, error) {
	i, _, err := m.store.seen(ctx, db, id, m.now())
	return i, err
}
