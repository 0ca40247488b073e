package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// Erase overwrites events that everybody has handled and that match. waiting
// says that some match and are still to be handled.
func (b *Bus) Erase(ctx context.Context, match func(data []byte) bool) (waiting bool, err error) {
	floor, err := b.handledUpTo(ctx)
	if err != nil {
		return false, err
	}
	info, err := b.info(ctx)
	if err != nil {
		return false, err
	}
	if info.State.Msgs == 0 {
		return false, nil
	}
	reader, err := b.stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return false, fmt.Errorf("read the event stream: %w", err)
	}
	defer b.leave(ctx, reader)
	for last := uint64(0); last < info.State.LastSeq; {
		batch, err := reader.FetchNoWait(500)
		if err != nil {
			return waiting, fmt.Errorf("read the event stream: %w", err)
		}
		n := 0
		for m := range batch.Messages() {
			meta, err := m.Metadata()
			if err != nil {
				return waiting, fmt.Errorf("read an event: %w", err)
			}
			n, last = n+1, meta.Sequence.Stream
			if !match(m.Data()) {
				continue
			}
			if last > floor {
				waiting = true
				continue
			}
			if err := b.stream.SecureDeleteMsg(ctx, last); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
				return waiting, fmt.Errorf("overwrite an event: %w", err)
			}
		}
		if n == 0 || batch.Error() != nil {
			return waiting, batch.Error()
		}
	}
	return waiting, nil
}

// leave lets a reader of the stream go at once: an erasure is tried often, and a server
// keeps no more readers than it is told to.
func (b *Bus) leave(ctx context.Context, reader jetstream.Consumer) {
	err := b.stream.DeleteConsumer(ctx, reader.CachedInfo().Name)
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		b.log.Warn("a reader of the event stream stays until the server lets it go", "error", err)
	}
}

// Purge drops all events, with their files, when everybody has handled them;
// waiting says that somebody has not. It is for the embedded bus after a crash:
// NATS notes that an event is deleted before it overwrites it, so what a crash
// interrupts stays in the file and is found no longer. A bus elsewhere did not
// crash with us.
func (b *Bus) Purge(ctx context.Context) (waiting bool, err error) {
	if b.embedded == nil {
		return false, nil
	}
	floor, err := b.handledUpTo(ctx)
	if err != nil {
		return false, err
	}
	info, err := b.info(ctx)
	if err != nil {
		return false, err
	}
	if floor < info.State.LastSeq {
		return true, nil
	}
	if err := b.stream.Purge(ctx, jetstream.WithPurgeSequence(info.State.LastSeq+1)); err != nil {
		return false, fmt.Errorf("drop the events: %w", err)
	}
	// Beside a newer event, the file stays.
	info, err = b.info(ctx)
	return err == nil && info.State.Msgs > 0, err
}

// handledUpTo returns the last event that all subscriptions have done with.
func (b *Bus) handledUpTo(ctx context.Context) (uint64, error) {
	floor := ^uint64(0)
	list := b.stream.ListConsumers(ctx)
	for c := range list.Info() {
		if c.Config.Durable == "" {
			continue // somebody reads the stream without handling it, as an erasure does
		}
		if c.NumPending > 0 || c.NumAckPending > 0 {
			floor = min(floor, c.AckFloor.Stream)
		}
	}
	if err := list.Err(); err != nil {
		return 0, fmt.Errorf("ask the consumers of the event stream: %w", err)
	}
	return floor, nil
}
