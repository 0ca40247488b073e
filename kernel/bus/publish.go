package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"linghang/kernel/trace"
)

// publishWait is how long the stream may take to acknowledge an event.
const publishWait = 10 * time.Second

// publishAll hands events to the stream in their order and returns how many of
// them, from the first, it has. Waiting for each would make a cluster, which
// copies before it acknowledges, take a few hundred a second. So the first is
// waited for, and each further one says which number the one before it has got:
// what overtakes a lost one is refused, and comes again with it.
func (b *Bus) publishAll(ctx context.Context, list []Message, mine func() bool) (int, error) {
	b.publishing.Lock()
	defer b.publishing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	for i := range list {
		if !mine() {
			return i, nil
		}
		ack, err := b.publish(ctx, &list[i])
		if err != nil {
			return i, fmt.Errorf("publish event %s: %w", list[i].ID, err)
		}
		// A repeat has the number that it got then.
		if !ack.Duplicate {
			n, err := b.publishBehind(ctx, list[i+1:], ack.Sequence)
			return i + 1 + n, err
		}
	}
	return len(list), nil
}

// publish hands one event to the stream and waits until it has it.
func (b *Bus) publish(ctx context.Context, m *Message) (*jetstream.PubAck, error) {
	msg, end := b.parcel(ctx, m)
	ack, err := b.js.PublishMsg(ctx, msg, jetstream.WithMsgID(m.ID))
	end(err)
	return ack, err //nolint:wrapcheck // the caller says which event it is
}

// publishBehind hands events to the stream that follow the one with a number, and
// returns how many of them, from the first, it has.
func (b *Bus) publishBehind(ctx context.Context, list []Message, number uint64) (int, error) {
	acks := make([]jetstream.PubAckFuture, 0, len(list))
	ends := make([]func(error), 0, len(list))
	var fault error
	for i := range list {
		msg, end := b.parcel(ctx, &list[i])
		ack, err := b.js.PublishMsgAsync(msg, jetstream.WithMsgID(list[i].ID), jetstream.WithExpectLastSequence(number+uint64(i)))
		if err != nil {
			end(err)
			fault = fmt.Errorf("publish event %s: %w", list[i].ID, err)
			break
		}
		acks, ends = append(acks, ack), append(ends, end)
	}
	sent, broken := 0, false
	for i, ack := range acks {
		err := acknowledged(ctx, ack)
		ends[i](err)
		switch {
		case err == nil && !broken:
			sent++
		case err != nil && !broken:
			// Those behind it are refused too, or were there before and are known again.
			broken = true
			if !overtaken(err) {
				fault = errors.Join(fault, fmt.Errorf("publish event %s: %w", list[i].ID, err))
			}
		}
	}
	return sent, fault
}

// overtaken tells that another event came between: those behind it are published
// again, with the number that it got.
func overtaken(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

func acknowledged(ctx context.Context, ack jetstream.PubAckFuture) error {
	select {
	case <-ack.Ok():
		return nil
	case err := <-ack.Err():
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the stream: %w", ctx.Err())
	}
}

// parcel is an event as the stream gets it, as a part of the trace that emitted
// it. end ends the span.
func (b *Bus) parcel(ctx context.Context, m *Message) (msg *nats.Msg, end func(error)) {
	msg = &nats.Msg{Subject: prefix + "event." + m.Subject, Data: m.Data, Header: nats.Header{}}
	if m.Trace == "" {
		return msg, func(error) {}
	}
	ctx, span := b.trace.Begin(ctx, trace.Producer, "publish "+m.Subject, m.Trace, messaging("publish", m.Subject, m.ID)...)
	parent := m.Trace
	if own := trace.Parent(ctx); own != "" {
		parent = own
	}
	msg.Header.Set(trace.Header, parent)
	return msg, func(err error) { ended(span, err) }
}
