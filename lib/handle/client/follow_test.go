package client_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// following is a primary whose streams a test writes, and a client that is its
// mirror.
func following(t *testing.T, streams func(ctx context.Context, body []byte, w io.Writer) error, change ...func(*client.Options)) (*client.Client, client.Source) {
	t.Helper()
	h := newHouse(t)
	h.enterprise.streams = streams
	return h.ask(t, append(change, h.admin(t))...), client.Source{Site: h.enterprise.site}
}

func written(w io.Writer, octets []byte) error {
	_, err := w.Write(octets)
	return err
}

func TestAMirrorAsksForWhatChangedBehindANumber(t *testing.T) {
	values := []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}
	var asked wire.TransactionQuery
	c, from := following(t, func(_ context.Context, body []byte, w io.Writer) (err error) {
		if asked, err = wire.DecodeTransactionQuery(wire.Current(), body); err != nil {
			return err
		}
		out := wire.AppendTransactions(nil, wire.StreamSending)
		for n := asked.Last + 1; n <= 5000; n++ {
			change := wire.Change{Transaction: n, Handle: fmt.Sprint("88.101.5/", n), Action: wire.ActionCreate, Date: n, Values: values}
			out = change.Append(out)
		}
		return written(w, wire.AppendEnd(out, 9))
	}, func(o *client.Options) { o.KeepIdle = 2 })
	last, stopped := uint64(0), errors.New("enough")
	for range 2 { // the second goes on where the first was ended
		date, err := c.Changes(t.Context(), from, wire.TransactionQuery{Last: last, Date: 7, Receiver: wire.Receiver{Servers: 1}}, false, func(change wire.Change) error {
			if change.Transaction != last+1 || len(change.Values) != 1 {
				t.Errorf("%d follows %d", change.Transaction, last)
			}
			if last++; last == 1234 {
				return stopped
			}
			return nil
		})
		if errors.Is(err, stopped) {
			continue
		}
		if err != nil || date != 9 {
			t.Errorf("date %d, %v", date, err)
		}
	}
	if last != 5000 || asked.Last != 1234 || asked.Date != 7 {
		t.Errorf("came to %d, asked %+v last", last, asked)
	}
}

func TestADumpIsWholeOrAnError(t *testing.T) {
	records := []wire.DumpRecord{
		{Kind: wire.DumpSource, Date: 1, Transaction: 7},
		{Kind: wire.DumpHomed, Handle: enterpriseHandle},
		{Kind: wire.DumpHandle, Handle: product, Values: []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example")}},
		{Kind: wire.DumpEnd},
	}
	sent := func(list []wire.DumpRecord) []byte {
		out := wire.AppendDump(nil)
		for i := range list {
			out = list[i].Append(out)
		}
		return out
	}
	for name, tt := range map[string]struct {
		octets []byte
		want   error
		got    int
	}{
		"whole":            {sent(records), nil, 3},
		"without its end":  {sent(records[:3]), io.ErrUnexpectedEOF, 3},
		"without a source": {sent(records[1:]), wire.ErrMalformed, 0},
		"another version":  {[]byte{0, 0, 0, 9}, wire.ErrMalformed, 0},
		"broken":           {append(sent(records[:2]), 77), wire.ErrMalformed, 2},
	} {
		c, from := following(t, func(_ context.Context, _ []byte, w io.Writer) error { return written(w, tt.octets) })
		got := 0
		err := c.Dump(t.Context(), from, wire.DumpQuery{}, func(wire.DumpRecord) error { got++; return nil })
		if !errors.Is(err, tt.want) || got != tt.got {
			t.Errorf("%s: %d records, %v", name, got, err)
		}
	}
}

func TestAMirrorIsToldWhyItCannotFollow(t *testing.T) {
	none := func(wire.Change) error { return nil }
	h := newHouse(t)
	stranger := h.ask(t)
	from := client.Source{Site: h.enterprise.site}
	if _, err := stranger.Changes(t.Context(), from, wire.TransactionQuery{}, false, none); client.CodeOf(err) != wire.CodeAuthNeeded {
		t.Errorf("nobody: %v", err)
	}
	c := h.ask(t, h.admin(t))
	h.enterprise.streams = func(_ context.Context, _ []byte, w io.Writer) error {
		return written(w, wire.AppendTransactions(nil, wire.StreamDumpAgain))
	}
	if _, err := c.Changes(t.Context(), from, wire.TransactionQuery{Last: 3}, false, none); !errors.Is(err, client.ErrDumpAgain) {
		t.Errorf("a log that begins later: %v", err)
	}
	if _, err := c.Changes(t.Context(), client.Source{Site: from.Site, Server: 1}, wire.TransactionQuery{}, false, none); !errors.Is(err, client.ErrNoService) {
		t.Errorf("a server that there is not: %v", err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged := from.Site
	forged.Servers = append([]wire.Server(nil), forged.Servers...)
	if forged.Servers[0].PublicKey, err = auth.EncodePublicKey(&other.PublicKey); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Changes(t.Context(), client.Source{Site: forged}, wire.TransactionQuery{}, false, none); err == nil {
		t.Error("a server without the key of its site was followed")
	}
}

func TestAStreamThatStaysOpenTellsAtOnce(t *testing.T) {
	told, more := make(chan uint64), make(chan uint64)
	c, from := following(t, func(ctx context.Context, _ []byte, w io.Writer) error {
		out := wire.AppendTransactions(nil, wire.StreamSending)
		for {
			if err := written(w, out); err != nil {
				return err
			}
			select {
			case n := <-more:
				change := wire.Change{Transaction: n, Action: wire.ActionNone}
				out = change.Append(nil)
			case <-ctx.Done():
				return nil
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := c.Changes(ctx, from, wire.TransactionQuery{}, true, func(change wire.Change) error { told <- change.Transaction; return nil })
		ended <- err
	}()
	for n := range uint64(3) {
		more <- n
		if got := <-told; got != n {
			t.Errorf("told of %d, not of %d", got, n)
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	c, from := following(t, func(ctx context.Context, _ []byte, _ io.Writer) error { <-ctx.Done(); return nil },
		func(o *client.Options) { o.Timeout = 200 * time.Millisecond })
	if _, err := c.Changes(t.Context(), from, wire.TransactionQuery{}, true, func(wire.Change) error { return nil }); err == nil {
		t.Error("a server that says nothing was waited for until it closed")
	}
}

// A server that is busy is not the only one: another of the handle's sites is asked.
func TestWhoIsBusySendsAQueryToAnother(t *testing.T) {
	h := newHouse(t)
	busy := start(t, newStore(enterpriseHandle), func(o *server.Options) { o.Handler = busyHandler{} })
	h.secondary.put(enterpriseHandle, busy.siteValue(1, wire.TypeSite), h.enterprise.siteValue(2, wire.TypeSite))
	for range 10 {
		if _, err := h.ask(t).Resolve(t.Context(), product, client.Query{}); err != nil {
			t.Fatal(err)
		}
	}
	h.secondary.put(enterpriseHandle, busy.siteValue(1, wire.TypeSite))
	if _, err := h.ask(t).Resolve(t.Context(), product, client.Query{}); client.CodeOf(err) != wire.CodeBusy {
		t.Errorf("the only server is busy: %v", err)
	}
}

type busyHandler struct{}

func (busyHandler) Handle(_ context.Context, _ *server.Request, res *server.Response) {
	res.Fail(wire.CodeBusy, "later")
}
