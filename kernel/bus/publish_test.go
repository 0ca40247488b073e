package bus

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

func row(from, to int) (list []Message) {
	for i := from; i < to; i++ {
		list = append(list, Message{ID: fmt.Sprintf("event-%03d", i), Subject: "shop.item.counted", At: time.Now(), Data: fmt.Appendf(nil, "%d", i)})
	}
	return list
}

// An event that gets lost, and one of somebody else in between, take those behind
// them along: what is published again keeps its order.
func TestARowOfEventsKeepsItsOrder(t *testing.T) {
	b, err := Open(t.Context(), Config{Dir: t.TempDir()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	always := func() bool { return true }
	if n, err := b.publishAll(t.Context(), row(0, 20), always); n != 20 || err != nil {
		t.Fatalf("published %d of 20: %v", n, err)
	}
	// Number 20 is lost: those behind it are refused.
	if n, err := b.publishBehind(t.Context(), row(21, 40), 21); n != 0 || err != nil {
		t.Fatalf("published %d behind a lost one: %v", n, err)
	}
	// Some are there already, others are not.
	if n, err := b.publishAll(t.Context(), row(15, 30), always); n != 15 || err != nil {
		t.Fatalf("published %d of 15, some of them again: %v", n, err)
	}
	// Another process publishes in between.
	if _, err := b.js.Publish(t.Context(), prefix+"event.other", nil, jetstream.WithMsgID("other")); err != nil {
		t.Fatal(err)
	}
	for list := row(30, 50); len(list) > 0; {
		n, err := b.publishAll(t.Context(), list, always)
		if n == 0 || err != nil {
			t.Fatalf("published %d: %v", n, err)
		}
		list = list[n:]
	}
	if got := stored(t, b); !slices.IsSorted(got) || len(got) != 50 {
		t.Errorf("the stream has %v", got)
	}
}

func stored(t *testing.T, b *Bus) (list []string) {
	t.Helper()
	c, err := b.stream.OrderedConsumer(t.Context(), jetstream.OrderedConsumerConfig{FilterSubjects: []string{prefix + "event.shop.>"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	batch, err := c.FetchNoWait(1000)
	if err != nil {
		t.Fatal(err)
	}
	for m := range batch.Messages() {
		if ctx.Err() != nil {
			t.Fatal("the stream does not end")
		}
		list = append(list, m.Headers().Get("Nats-Msg-Id"))
	}
	return list
}
