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
	// Together handles several events in one Write, or none of them; nil where
	// each is handled alone.
	Together func(ctx context.Context, data [][]byte) error
}

// On subscribes to the events of type E. The handler makes its changes in one
// Write of its own database; that Write also records that the event was handled.
func On[E Event](handle func(context.Context, E) error) Subscription {
	var zero E
	return Subscription{
		Subject: zero.Subject(),
		Event:   reflect.TypeFor[E](),
		Handle: func(ctx context.Context, data []byte) error {
			e, err := decode[E](data)
			if err != nil {
				return err
			}
			return handle(ctx, e)
		},
	}
}

// OnMany is On for events of which there are so many that those which wait are
// handled together, in the order of their emission.
func OnMany[E Event](handle func(context.Context, []E) error) Subscription {
	s := On(func(ctx context.Context, e E) error { return handle(ctx, []E{e}) })
	s.Together = func(ctx context.Context, data [][]byte) error {
		list := make([]E, len(data))
		for i, d := range data {
			var err error
			if list[i], err = decode[E](d); err != nil {
				return err
			}
		}
		return handle(ctx, list)
	}
	return s
}

func decode[E Event](data []byte) (e E, err error) {
	if err := json.Unmarshal(data, &e); err != nil {
		return e, fmt.Errorf("decode event %s: %w: %w", e.Subject(), ErrUnreadable, err)
	}
	return e, nil
}

// Delivery is one handling of one message, or of several together; Write finds
// it in the context and stores it in the inbox together with what the handler
// changes.
type Delivery struct {
	MessageID string
	Others    []string // messages that are handled with it
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
