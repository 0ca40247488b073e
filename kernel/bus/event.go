// Package bus carries events between rooms: typed, at least once, over NATS
// JetStream (embedded, or a cluster by configuration).
//
// The durable record of an event is the outbox row that the sender's
// transaction wrote; JetStream only moves it. A consumer stores the event's id
// in the transaction that handles it (the inbox), so a repeat changes nothing.
package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// Event is a fact in the past tense. Event packages hold plain structs whose
// Subject is constant: <room>.<noun>.<happened>.
type Event interface {
	Subject() string
}

// Message is an event on its way.
type Message struct {
	ID      string    // ULID, given when the outbox row was written
	Subject string    // <room>.<noun>.<happened>
	At      time.Time // when it was emitted
	Data    []byte    // JSON of the event
	Trace   string    // W3C trace context of who emitted it, empty for none
}

// Subscription is one handler of one event type. Make one with On.
type Subscription struct {
	Subject string
	Event   reflect.Type
	Handle  func(ctx context.Context, data []byte) error
}

// On subscribes to the events of type E. The handler makes its changes in one
// Write of its own database; that Write also records that the event was handled.
func On[E Event](handle func(context.Context, E) error) Subscription {
	var zero E
	return Subscription{
		Subject: zero.Subject(),
		Event:   reflect.TypeFor[E](),
		Handle: func(ctx context.Context, data []byte) error {
			var e E
			if err := json.Unmarshal(data, &e); err != nil {
				return fmt.Errorf("decode event %s: %w: %w", zero.Subject(), ErrUnreadable, err)
			}
			return handle(ctx, e)
		},
	}
}

// Delivery is one handling of one message; Write finds it in the context and
// stores it in the inbox together with what the handler changes.
type Delivery struct {
	MessageID string
	Consumer  string
	// Applied is set once the transaction that handled the message has committed.
	Applied bool
}

type deliveryKey struct{}

// WithDelivery marks ctx as the handling of a message.
func WithDelivery(ctx context.Context, d *Delivery) context.Context {
	return context.WithValue(ctx, deliveryKey{}, d)
}

// DeliveryFrom returns the delivery that ctx handles, or nil.
func DeliveryFrom(ctx context.Context) *Delivery {
	d, _ := ctx.Value(deliveryKey{}).(*Delivery)
	return d
}
