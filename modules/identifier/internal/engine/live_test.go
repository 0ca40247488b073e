package engine_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// live opens a stream of changes that stays open, until the test ends.
func (e *office) live(t *testing.T, last uint64) *wire.StreamReader {
	t.Helper()
	q := wire.TransactionQuery{Last: last, Receiver: wire.Receiver{Servers: 1}}
	res := e.ask(wire.OpTransactions, "300:88.101.5/MIRROR", wire.FlagContinued, q.Append(nil, wire.Current()))
	if res.Stream == nil {
		t.Fatalf("code %d", res.Code)
	}
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = w.CloseWithError(res.Stream(ctx, w)) })
	t.Cleanup(func() {
		cancel()
		_ = r.Close()
		running.Wait()
	})
	s := wire.NewStreamReader(r)
	if status, err := s.Transactions(); err != nil || status != wire.StreamSending {
		t.Fatalf("status %d, %v", status, err)
	}
	return s
}

// next returns what the stream tells next; that nothing has changed is passed over.
func next(t *testing.T, s *wire.StreamReader) wire.Change {
	t.Helper()
	for {
		c, more, err := s.Change()
		if err != nil || !more {
			t.Fatalf("the stream ended: %v", err)
		}
		if c.Action != wire.ActionNone {
			return c
		}
	}
}

func last(t *testing.T, s record.Store) uint64 {
	t.Helper()
	n, err := s.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAMirrorThatAsksToIsToldOfChangesAsTheyAreMade(t *testing.T) {
	e := open(t)
	s := e.live(t, last(t, e.store))
	e.put(t, product, url(1))
	if c := next(t, s); c.Handle != product || c.Action != wire.ActionCreate || len(c.Values) != 1 || c.Transaction != last(t, e.store) {
		t.Errorf("told of %+v", c)
	}
	c, more, err := s.Change()
	if err != nil || !more || c.Action != wire.ActionNone || c.Transaction != last(t, e.store) || c.Date == 0 {
		t.Errorf("where the primary is was told as %+v, %v", c, err)
	}
}

// The handles of a prefix that comes home come with it: they were made before, when
// they were not told.
func TestAPrefixThatComesHomeBringsItsHandles(t *testing.T) {
	e := open(t)
	for _, handle := range []string{"88.7/A", "0.NA/88.7.1", "88.70/B", "0.NA/88.70"} {
		e.put(t, handle, url(1)) // nobody's home is asked
	}
	s := e.live(t, last(t, e.store))
	if err := e.Settle(t.Context(), "0.NA/88.7", "here"); err != nil {
		t.Fatal(err)
	}
	home := last(t, e.store)
	for _, want := range []struct {
		handle string
		number uint64
	}{{"88.7/A", home - 1}, {"0.NA/88.7.1", home - 1}, {"0.NA/88.7", home}} {
		if c := next(t, s); c.Handle != want.handle || c.Transaction != want.number {
			t.Errorf("told of %s in %d, not of %s in %d", c.Handle, c.Transaction, want.handle, want.number)
		}
	}
}

func TestALogThatLeadsOnFromElsewhereIsTold(t *testing.T) {
	e := open(t)
	e.put(t, product, url(1))
	n := last(t, e.store)
	list, err := e.store.Log(t.Context(), n-1, 1)
	if err != nil {
		t.Fatal(err)
	}
	at := uint64(list[0].At)
	for name, tt := range map[string]struct {
		last, date uint64
		flags      wire.Flags
		want       wire.StreamStatus
	}{
		"from the start":                           {0, 0, 0, wire.StreamSending},
		"up to date":                               {n, at, wire.FlagContinued, wire.StreamSending},
		"beyond the end":                           {n + 1, at, 0, wire.StreamDumpAgain},
		"the last number there is":                 {^uint64(0), at, 0, wire.StreamDumpAgain},
		"made after the mirror had it":             {n, at - 1, wire.FlagContinued, wire.StreamDumpAgain},
		"whose date is another clock's, not known": {n, at - 1, 0, wire.StreamSending},
	} {
		q := wire.TransactionQuery{Last: tt.last, Date: tt.date, Receiver: wire.Receiver{Servers: 1}}
		res := e.ask(wire.OpTransactions, "300:88.101.5/MIRROR", tt.flags, q.Append(nil, wire.Current()))
		ctx, cancel := context.WithCancel(t.Context())
		if tt.flags != 0 {
			cancel() // what is there is sent, and no more is waited for
		}
		var b bytes.Buffer
		err := res.Stream(ctx, &b)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if status, _, err := wire.DecodeTransactions(b.Bytes()); err != nil || status != tt.want {
			t.Errorf("%s: status %d, %v", name, status, err)
		}
	}
}
