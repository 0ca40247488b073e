package platforms

import (
	"context"
	"sync"
	"time"
)

// keyring remembers for a moment whose keys were valid, so that a platform
// that sends many requests is looked up once. A key that is revoked, or a
// platform that is suspended, in this process is forgotten at once, in another
// replica within heldFor.
type keyring struct {
	store keyStore
	mu    sync.Mutex
	held  map[string]holding
}

type holding struct {
	key      key
	platform platform
	until    time.Time
	noted    time.Time // when the key's use was noted
}

const (
	heldFor   = 500 * time.Millisecond
	heldMost  = 10_000
	noteEvery = 5 * time.Second
)

func newKeyring(store keyStore) *keyring { return &keyring{store: store, held: map[string]holding{}} }

// holder returns a valid key with the platform it belongs to, and whether the
// use of the key is to be noted.
func (r *keyring) holder(ctx context.Context, id string) (key, platform, bool, error) {
	now := time.Now()
	r.mu.Lock()
	h, ok := r.held[id]
	note := now.Sub(h.noted) > noteEvery
	if ok && note && now.Before(h.until) {
		h.noted = now
		r.held[id] = h
	}
	r.mu.Unlock()
	if ok && now.Before(h.until) {
		return h.key, h.platform, note, nil
	}
	k, p, err := r.store.holder(ctx, id)
	if err != nil {
		r.drop(id)
		return k, p, false, err
	}
	if note {
		h.noted = now
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.held) >= heldMost {
		clear(r.held)
	}
	r.held[id] = holding{k, p, now.Add(heldFor), h.noted}
	return k, p, note, nil
}

func (r *keyring) drop(id string) {
	r.mu.Lock()
	delete(r.held, id)
	r.mu.Unlock()
}

// forget drops what is remembered of a platform's keys: something changed.
func (r *keyring) forget(platformID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, h := range r.held {
		if h.platform.ID == platformID {
			delete(r.held, id)
		}
	}
}
