package live_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"linghang/kernel/live"
)

// wire hands notices from one replica to all.
type wire struct{ hubs []*live.Hub }

func (w *wire) Broadcast(_ string, data []byte) error {
	for _, h := range w.hubs {
		h.Receive(data)
	}
	return nil
}

func TestANoticeReachesWatchersOfEveryReplicaWhoMayKnow(t *testing.T) {
	w := &wire{}
	for range 2 {
		h := live.NewHub(slog.New(slog.DiscardHandler))
		h.Carry(w)
		w.hubs = append(w.hubs, h)
	}
	all := w.hubs[1].Watch(t.Context(), func(live.Notice) bool { return true })
	ours := w.hubs[1].Watch(t.Context(), func(n live.Notice) bool { return n.Organisation == "" || n.Organisation == "ours" })
	w.hubs[0].Notify(live.Notice{Topic: "plan.board", Kind: "changed", ID: "1", Organisation: "theirs"})
	w.hubs[0].Notify(live.Notice{Topic: "plan.board", Kind: "changed", ID: "2", Organisation: "ours"})
	if n := <-all.C; n.ID != "1" || n.Organisation != "theirs" || n.At.IsZero() {
		t.Errorf("got %+v", n)
	}
	if n := <-ours.C; n.ID != "2" {
		t.Errorf("got %+v, which is not ours to know", n)
	}
}

func TestASlowWatcherLearnsWhatItMissedOnce(t *testing.T) {
	h := live.NewHub(slog.New(slog.DiscardHandler))
	slow := h.Watch(t.Context(), func(live.Notice) bool { return true })
	for i := range cap(slow.C) + 10 {
		h.Notify(live.Notice{Topic: fmt.Sprint("t.", i%2), Kind: "changed"})
	}
	if len(slow.C) != cap(slow.C) {
		t.Errorf("%d notices wait", len(slow.C))
	}
	missed := slow.Missed()
	slices.Sort(missed)
	if !slices.Equal(missed, []string{"t.0", "t.1"}) || len(slow.Missed()) != 0 {
		t.Errorf("missed %v", missed)
	}
}

func TestAWatcherThatHasGoneHearsNothing(t *testing.T) {
	h := live.NewHub(slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{}, 10)
	_ = h.Watch(ctx, func(live.Notice) bool { asked <- struct{}{}; return true })
	h.Notify(live.Notice{Topic: "t"})
	<-asked
	cancel()
	for h.Watching() > 0 {
		h.Notify(live.Notice{Topic: "t"})
		select {
		case <-asked:
		default:
		}
	}
	h.Notify(live.Notice{Topic: "t"})
	if len(asked) > 0 {
		t.Error("a watcher that has gone was asked")
	}
	h.Receive([]byte("no notice"))
}
