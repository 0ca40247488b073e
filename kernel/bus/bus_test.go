package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

type counted struct {
	Number int `json:"number"`
}

func (counted) Subject() string { return "shop.item.counted" }

// town is a bus with a sender's outbox and a receiver's database.
type town struct {
	dir      string
	bus      *bus.Bus
	sender   *sqldb.DB
	receiver *sqldb.DB
	ctx      context.Context //nolint:containedctx // ends with the bus, as in the kernel
	stop     func()
}

const numbers = `-- +goose Up
CREATE TABLE number (id TEXT PRIMARY KEY, n BIGINT NOT NULL);
`

func found(t *testing.T) *town {
	t.Helper()
	v := &town{dir: t.TempDir(), sender: kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, nil)}
	v.receiver = kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, fstest.MapFS{"0001_numbers.sql": {Data: []byte(numbers)}})
	v.open(t)
	t.Cleanup(func() { v.stop() })
	return v
}

// open starts the bus on the town's directory, and the relay of its outbox.
func (v *town) open(t *testing.T) {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Config{Dir: v.dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { b.Relay(ctx, v.sender, nil) })
	v.bus, v.ctx = b, ctx
	v.stop = func() { cancel(); wg.Wait(); b.Close(); v.stop = func() {} }
}

func (v *town) emit(t *testing.T, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		err := v.sender.Write(t.Context(), func(tx *sqldb.Tx) error { return tx.Emit(t.Context(), counted{i}) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// keep stores an event as its handler would.
func (v *town) keep(ctx context.Context, e counted) error {
	d := bus.DeliveryFrom(ctx)
	return v.receiver.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO number (id, n) VALUES ($1, $2)`, d.MessageID, e.Number)
		return err
	})
}

func (v *town) kept(t *testing.T) []int {
	t.Helper()
	rows, err := v.receiver.Query(context.Background(), `SELECT n FROM number ORDER BY n`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (int, error) {
		var n int
		err := r.Scan(&n)
		return n, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (v *town) waitFor(t *testing.T, n int) {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("%d events", n), func() bool { return len(v.kept(t)) >= n })
	want := make([]int, n)
	for i := range want {
		want[i] = i
	}
	if got := v.kept(t); !slices.Equal(got, want) {
		t.Errorf("kept %v, want each of %d once", got, n)
	}
}

func TestEveryEventArrivesAndIsAppliedOnce(t *testing.T) {
	v := found(t)
	v.emit(t, 0, 50) // before anybody listens
	var mu sync.Mutex
	tries := map[int]int{}
	err := v.bus.Subscribe(v.ctx, "till", bus.On(func(ctx context.Context, e counted) error {
		mu.Lock()
		tries[e.Number]++
		n := tries[e.Number]
		mu.Unlock()
		switch {
		case e.Number%10 == 3 && n == 1:
			return errors.New("not now")
		case e.Number%10 == 4 && n == 1:
			panic("in a handler")
		case e.Number%10 == 5 && n == 1:
			// The change is made, and its acknowledgement gets lost.
			return errors.Join(v.keep(ctx, e), errors.New("lost"))
		}
		return v.keep(ctx, e)
	}))
	if err != nil {
		t.Fatal(err)
	}
	v.emit(t, 50, 60)
	v.waitFor(t, 60)
	kerneltest.Wait(t, "the outbox to be empty", func() bool {
		n, _, err := v.sender.OutboxLag(t.Context())
		return err == nil && n == 0
	})
}

func TestEventsThatWaitAreHandledTogetherAndEachOnce(t *testing.T) {
	v := found(t)
	v.emit(t, 0, 150) // before anybody listens
	var mu sync.Mutex
	var sizes []int
	lost := false
	err := v.bus.Subscribe(v.ctx, "till", bus.OnMany(func(ctx context.Context, list []counted) error {
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, len(list))
		err := v.receiver.Write(ctx, func(tx *sqldb.Tx) error {
			for _, e := range list {
				if _, err := tx.Exec(ctx, `INSERT INTO number (id, n) VALUES ($1, $2)`, strconv.Itoa(e.Number), e.Number); err != nil {
					return err
				}
				if e.Number == 120 && len(list) > 1 {
					return errors.New("not together")
				}
			}
			return nil
		})
		if err == nil && len(list) > 1 && !lost {
			lost = true
			return errors.New("the change is made, and its acknowledgement gets lost")
		}
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	v.waitFor(t, 150)
	mu.Lock()
	defer mu.Unlock()
	if len(sizes) < 3 || slices.Max(sizes) < 20 {
		t.Errorf("events were handled in groups of %v, want those that wait together", sizes)
	}
}

func TestARestartLosesNothingAndRepeatsNothing(t *testing.T) {
	v := found(t)
	if err := v.bus.Subscribe(v.ctx, "till", bus.On(v.keep)); err != nil {
		t.Fatal(err)
	}
	v.emit(t, 0, 20)
	v.waitFor(t, 20)
	v.stop()
	v.emit(t, 20, 30) // while the bus is down
	if err := v.sender.Resend(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	v.open(t)
	if err := v.bus.Subscribe(v.ctx, "till", bus.On(v.keep)); err != nil {
		t.Fatal(err)
	}
	v.waitFor(t, 30)
	// The bus loses its stream altogether: the outbox has what was sent of late.
	v.stop()
	v.dir = t.TempDir()
	if err := v.sender.Resend(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	v.open(t)
	seen := make(chan int, 100)
	if err := v.bus.Subscribe(v.ctx, "till", bus.On(func(ctx context.Context, e counted) error {
		err := v.keep(ctx, e)
		seen <- e.Number
		return err
	})); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		select {
		case <-seen:
		case <-time.After(20 * time.Second):
			t.Fatal("waited 20 s for the outbox to be sent again")
		}
	}
	v.waitFor(t, 30)
}

func TestAnEventThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	v := found(t)
	err := v.sender.Write(t.Context(), func(tx *sqldb.Tx) error { return tx.Emit(t.Context(), wrong{"text"}) })
	if err != nil {
		t.Fatal(err)
	}
	if err := v.bus.Subscribe(v.ctx, "till", bus.On(v.keep)); err != nil {
		t.Fatal(err)
	}
	v.emit(t, 0, 5)
	v.waitFor(t, 5)
}

// wrong is of the same subject and of another form.
type wrong struct {
	Number string `json:"number"`
}

func (wrong) Subject() string { return counted{}.Subject() }

func TestClosingDoesNotWaitForEventsThatDoNotCome(t *testing.T) {
	v := found(t)
	for i := range 4 {
		if err := v.bus.Subscribe(v.ctx, fmt.Sprint("till", i), bus.On(v.keep)); err != nil {
			t.Fatal(err)
		}
	}
	v.emit(t, 0, 1)
	kerneltest.Wait(t, "an event", func() bool { return len(v.kept(t)) > 0 })
	start := time.Now()
	v.stop()
	if took := time.Since(start); took > time.Second {
		t.Errorf("closing took %s", took)
	}
}

// Whether the bus is ready is asked by many at once; the race detector looks on.
func TestReadinessMayBeAskedForByManyAtOnce(t *testing.T) {
	v := found(t)
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for range 20 {
				if err := v.bus.Ready(v.ctx); err != nil {
					t.Errorf("not ready: %v", err)
				}
			}
		})
	}
	asking.Wait()
}

func TestBroadcastsReachWhoListens(t *testing.T) {
	v := found(t)
	heard := make(chan string, 1)
	if err := v.bus.Hear(t.Context(), "news", func(data []byte) { heard <- string(data) }); err != nil {
		t.Fatal(err)
	}
	if err := v.bus.Broadcast("news", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-heard:
		if got != "hello" {
			t.Errorf("heard %q", got)
		}
	case <-time.After(10 * time.Second):
		t.Error("waited 10 s for a broadcast")
	}
}

// After Purge no file holds a handled event, those that come later arrive, and none
// is dropped that somebody has still to handle.
func TestPurgedEventsAreInNoFile(t *testing.T) {
	v := found(t)
	open := make(chan struct{})
	err := v.bus.Subscribe(v.ctx, "till", bus.On(func(ctx context.Context, e counted) error {
		select {
		case <-open:
		case <-ctx.Done():
			return ctx.Err()
		}
		return v.keep(ctx, e)
	}))
	if err != nil {
		t.Fatal(err)
	}
	v.emit(t, 0, 5)
	kerneltest.Wait(t, "the events to be on the bus", func() bool { return len(kerneltest.Traces(t, v.dir, `"number":4`)) > 0 })
	if waiting, err := v.bus.Purge(t.Context()); !waiting || err != nil {
		t.Errorf("purged before they were handled: %t, %v", waiting, err)
	}
	close(open)
	v.waitFor(t, 5)
	kerneltest.Wait(t, "the purge", func() bool {
		waiting, err := v.bus.Purge(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return !waiting
	})
	kerneltest.Wait(t, "the files to go", func() bool { return len(kerneltest.Traces(t, v.dir, `"number":`)) == 0 })
	v.emit(t, 5, 8)
	v.waitFor(t, 8)
}

// What one erasure read the events with does not wait for events in the next.
func TestErasuresFollowEachOther(t *testing.T) {
	v := found(t)
	if err := v.bus.Subscribe(v.ctx, "till", bus.On(v.keep)); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		v.emit(t, i, i+1)
		v.waitFor(t, i+1)
		kerneltest.Wait(t, "the erasure", func() bool {
			waiting, err := v.bus.Erase(t.Context(), func(data []byte) bool { return bytes.Contains(data, []byte(`"number":`)) })
			if err != nil {
				t.Fatal(err)
			}
			return !waiting
		})
	}
}
