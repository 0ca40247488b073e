// Package live tells browsers that something changed, so that they read it
// again: small notices by topic, never data.
package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// Topic is something a browser can watch. Rooms declare theirs.
type Topic struct {
	Name       string // <room>.<noun>
	Permission string
}

// Notice says that an object of a topic changed.
type Notice struct {
	Topic string    `json:"topic"`
	Kind  string    `json:"kind"` // changed, removed or missed
	ID    string    `json:"id,omitempty"`
	At    time.Time `json:"at"`
	// Organisation owns the object; empty when everybody who may watch may know.
	Organisation string `json:"-"`
	// Person is the only one who may know; empty when it is nobody's own.
	Person string `json:"-"`
}

type wire struct {
	Notice
	Organisation string `json:"organisation,omitempty"`
	Person       string `json:"person,omitempty"`
}

// Carrier takes notices to all replicas, this one included.
type Carrier interface {
	Broadcast(subject string, data []byte) error
}

const subject = "live.notice"

// Hub hands notices to the watchers of this process.
type Hub struct {
	mu       sync.Mutex
	watchers map[*Watcher]struct{}
	carrier  Carrier
	log      *slog.Logger
}

// NewHub returns a hub whose notices stay in this process until Carry.
func NewHub(log *slog.Logger) *Hub {
	return &Hub{watchers: map[*Watcher]struct{}{}, log: log}
}

// Carry sends notices through the carrier from now on; call it before serving.
func (h *Hub) Carry(c Carrier) { h.carrier = c }

// Subject is what the carrier broadcasts notices under; pass what arrives to Receive.
func (h *Hub) Subject() string { return subject }

// Notify tells all watchers of the topic, in every replica. It never blocks
// and never fails: who misses a notice sees the change on the next reading.
func (h *Hub) Notify(n Notice) {
	if n.At.IsZero() {
		n.At = time.Now().UTC()
	}
	if h.carrier == nil {
		h.deliver(n)
		return
	}
	data, err := json.Marshal(wire{Notice: n, Organisation: n.Organisation, Person: n.Person})
	if err != nil {
		return
	}
	if err := h.carrier.Broadcast(subject, data); err != nil {
		h.log.Warn("live notice was not broadcast", "topic", n.Topic, "error", err)
		h.deliver(n)
	}
}

// Receive takes a notice off the carrier.
func (h *Hub) Receive(data []byte) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		h.log.Warn("live notice cannot be read", "error", err)
		return
	}
	w.Notice.Organisation, w.Notice.Person = w.Organisation, w.Person
	h.deliver(w.Notice)
}

func (h *Hub) deliver(n Notice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		w.offer(n)
	}
}

// Watcher receives the notices that its filter lets through.
type Watcher struct {
	C      chan Notice
	allows func(Notice) bool
	mu     sync.Mutex
	missed map[string]bool
}

// Watch registers a watcher until ctx ends.
func (h *Hub) Watch(ctx context.Context, allows func(Notice) bool) *Watcher {
	w := &Watcher{C: make(chan Notice, 64), allows: allows, missed: map[string]bool{}}
	h.mu.Lock()
	h.watchers[w] = struct{}{}
	h.mu.Unlock()
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		delete(h.watchers, w)
		h.mu.Unlock()
	})
	return w
}

// Watching returns how many watchers this process has.
func (h *Hub) Watching() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watchers)
}

// offer drops what a slow watcher has no room for and remembers the topic, so
// that the watcher learns that it must read again.
func (w *Watcher) offer(n Notice) {
	if !w.allows(n) {
		return
	}
	select {
	case w.C <- n:
	default:
		w.mu.Lock()
		w.missed[n.Topic] = true
		w.mu.Unlock()
	}
}

// Missed returns, once, the topics of which notices were dropped.
func (w *Watcher) Missed() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	topics := make([]string, 0, len(w.missed))
	for t := range w.missed {
		topics = append(topics, t)
	}
	clear(w.missed)
	return topics
}
