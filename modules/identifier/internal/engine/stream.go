package engine

import (
	"context"
	"fmt"
	"io"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// mayFollow checks that who asks is a mirror.
func (e *Engine) mayFollow(ctx context.Context, req *server.Request, res *server.Response) (bool, error) {
	if !req.Proven() {
		res.Code = wire.CodeAuthNeeded
		return false, nil
	}
	is, err := e.among(ctx, e.o.Mirrors, req.Identity)
	if err != nil {
		return false, err
	}
	if !is {
		return false, refuse(wire.CodeNotAdmin, "%s is not a mirror of this node", req.Identity)
	}
	return true, nil
}

// transactions streams what changed since a mirror last asked.
func (e *Engine) transactions(ctx context.Context, req *server.Request, res *server.Response) error {
	q, err := wire.DecodeTransactionQuery(req.Version, req.Body)
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	if may, err := e.mayFollow(ctx, req, res); !may {
		return err
	}
	if len(q.State) > 0 {
		return refuse(wire.CodeUnsupported, "this node is one source; ask with a number and a date")
	}
	first, err := e.o.Store.First(ctx)
	if err != nil {
		return fmt.Errorf("read where the log begins: %w", err)
	}
	res.Code, res.Body = wire.CodeSuccess, append(res.Body[:0], 0)
	if q.Last+1 < first {
		res.Stream = func(_ context.Context, w io.Writer) error {
			return send(w, wire.AppendTransactions(nil, wire.StreamDumpAgain))
		}
		return nil
	}
	res.Stream = func(ctx context.Context, w io.Writer) error { return e.sendChanges(ctx, w, &q) }
	return nil
}

func send(w io.Writer, octets []byte) error {
	if _, err := w.Write(octets); err != nil {
		return fmt.Errorf("send to the mirror: %w", err)
	}
	return nil
}

func (e *Engine) sendChanges(ctx context.Context, w io.Writer, q *wire.TransactionQuery) error {
	out := wire.AppendTransactions(nil, wire.StreamSending)
	date := uint64(e.o.Now().UnixMilli())
	for last := q.Last; ; {
		list, err := e.o.Store.Log(ctx, last, followed)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		for i := range list {
			last = list[i].Number
			if !e.sends(list[i].Handle, list[i].Action, q.Receiver) {
				continue
			}
			change, err := e.changeNow(ctx, &list[i])
			if err != nil {
				return err
			}
			if out = change.Append(out); len(out) >= streamed {
				if err := send(w, out); err != nil {
					return err
				}
				out = out[:0]
			}
		}
		if len(list) < followed {
			return send(w, wire.AppendEnd(out, date))
		}
	}
}

// streamed is how many octets of a stream are written at once.
const streamed = 64 << 10

// sends tells whether a mirror gets what happened to a handle.
func (e *Engine) sends(handle string, action wire.Action, to wire.Receiver) bool {
	h := e.homes.Load()
	if action == wire.ActionHome || action == wire.ActionUnhome {
		return action == wire.ActionUnhome || h.has(wire.Fold(handle))
	}
	return h.of([]byte(wire.Fold(handle))) != nil && to.Wants(handle)
}

// changeNow returns a change with the values that the handle has now, as mirrors
// expect; a handle that is gone meanwhile is told as deleted.
func (e *Engine) changeNow(ctx context.Context, l *record.Logged) (*wire.Change, error) {
	c := &wire.Change{Transaction: l.Number, Handle: l.Handle, Action: l.Action, Date: uint64(l.At)} //nolint:gosec // after 1970
	if l.Action != wire.ActionCreate && l.Action != wire.ActionUpdate {
		return c, nil
	}
	r, err := e.o.Store.Load(ctx, l.Handle)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", l.Handle, err)
	}
	if r == nil {
		c.Action = wire.ActionDelete
		return c, nil
	}
	c.Values, err = decode(r)
	return c, err
}

// dump streams everything a mirror is to have.
func (e *Engine) dump(ctx context.Context, req *server.Request, res *server.Response) error {
	q, err := wire.DecodeDumpQuery(req.Body)
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	if may, err := e.mayFollow(ctx, req, res); !may {
		return err
	}
	if len(q.Start) > 0 {
		return refuse(wire.CodeUnsupported, "a dump is not resumed here; ask for the whole")
	}
	res.Code, res.Body = wire.CodeSuccess, append(res.Body[:0], 0)
	res.Stream = func(ctx context.Context, w io.Writer) error { return e.sendAll(ctx, w, q.Receiver) }
	return nil
}

func (e *Engine) sendAll(ctx context.Context, w io.Writer, to wire.Receiver) (err error) {
	date := uint64(e.o.Now().UnixMilli())
	s, err := e.o.Store.Snapshot(ctx)
	if err != nil {
		return fmt.Errorf("take a snapshot: %w", err)
	}
	defer func() {
		if closed := s.Close(); err == nil && closed != nil {
			err = fmt.Errorf("let the snapshot go: %w", closed)
		}
	}()
	source := wire.DumpRecord{Kind: wire.DumpSource, Date: date, Transaction: s.Number}
	out := source.Append(wire.AppendDump(nil))
	for _, h := range s.Homes {
		if e.o.Serves(h.Node) {
			homed := wire.DumpRecord{Kind: wire.DumpHomed, Handle: h.Prefix}
			out = homed.Append(out)
		}
	}
	for r, err := range s.Records(ctx) {
		if err != nil {
			return fmt.Errorf("read the snapshot: %w", err)
		}
		if !e.sends(r.Handle, wire.ActionCreate, to) {
			continue
		}
		values, err := decode(r)
		if err != nil {
			return err
		}
		one := wire.DumpRecord{Kind: wire.DumpHandle, Handle: r.Handle, Values: values}
		if out = one.Append(out); len(out) >= streamed {
			if err := send(w, out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
	end := wire.DumpRecord{Kind: wire.DumpEnd}
	return send(w, end.Append(out))
}
