package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

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
	leads, err := e.leadsOn(ctx, &q, req.Header.Flags.Has(wire.FlagContinued))
	if err != nil {
		return fmt.Errorf("read where the log leads from: %w", err)
	}
	res.Code, res.Body = wire.CodeSuccess, append(res.Body[:0], 0)
	if !leads {
		res.Stream = func(_ context.Context, w io.Writer) error {
			return send(w, wire.AppendTransactions(nil, wire.StreamDumpAgain))
		}
		return nil
	}
	live := req.Header.Flags.Has(wire.FlagContinued)
	res.Stream = func(ctx context.Context, w io.Writer) error { return e.sendChanges(ctx, w, &q, live) }
	return nil
}

// leadsOn tells whether a mirror that has a transaction can follow from there. One
// that says when the transaction was made is believed only if it was made no later:
// else the numbers have begun afresh since.
func (e *Engine) leadsOn(ctx context.Context, q *wire.TransactionQuery, dated bool) (bool, error) {
	first, err := e.o.Store.First(ctx)
	if err != nil {
		return false, err //nolint:wrapcheck // the caller says what for
	}
	last, err := e.o.Store.Last(ctx)
	if err != nil || q.Last+1 < first || q.Last > last {
		return false, err //nolint:wrapcheck // the caller says what for
	}
	if !dated || q.Date == 0 || q.Last < first {
		return true, nil
	}
	list, err := e.o.Store.Log(ctx, q.Last-1, 1)
	if errors.Is(err, record.ErrForgotten) {
		return false, nil
	}
	if err != nil || len(list) == 0 {
		return false, err //nolint:wrapcheck // the caller says what for
	}
	return list[0].At <= int64(q.Date), nil //nolint:gosec // milliseconds
}

func send(w io.Writer, octets []byte) error {
	if _, err := w.Write(octets); err != nil {
		return fmt.Errorf("send to the mirror: %w", err)
	}
	return nil
}

// How long a stream of changes stays open for a mirror that asks to be told at
// once, how often it says that nothing has changed, and how many are open.
const (
	liveTime = 5 * time.Minute
	liveBeat = 2 * time.Second
	liveMost = 64

	dumpsAtOnce = 4 // others wait
)

// outgoing are changes on their way to a mirror.
type outgoing struct {
	e    *Engine
	w    io.Writer
	to   wire.Receiver
	out  []byte
	last uint64
	date int64 // of the last change, or now if that is later
}

// sendChanges streams what changed. A live stream goes on for a while: a change of
// no handle says how far it is, whenever nothing follows, and again and again.
func (e *Engine) sendChanges(ctx context.Context, w io.Writer, q *wire.TransactionQuery, live bool) error {
	o := &outgoing{e: e, w: w, to: q.Receiver, out: wire.AppendTransactions(nil, wire.StreamSending), last: q.Last}
	if live {
		select {
		case e.live <- struct{}{}:
			defer func() { <-e.live }()
		default:
			live = false // it asks again
		}
	}
	beat, end := time.NewTicker(liveBeat), time.NewTimer(liveTime)
	defer beat.Stop()
	defer end.Stop()
	for {
		changed := e.o.Store.Changed()
		if err := o.catchUp(ctx); err != nil {
			return err
		}
		if !live {
			return send(w, wire.AppendEnd(o.out, uint64(o.date))) //nolint:gosec // after 1970
		}
		here := wire.Change{Transaction: o.last, Action: wire.ActionNone, Date: uint64(o.date)} //nolint:gosec // after 1970
		if err := send(w, here.Append(o.out)); err != nil {
			return err
		}
		o.out = o.out[:0]
		select {
		case <-changed:
		case <-beat.C:
		case <-end.C:
			live = false
		case <-ctx.Done():
			return nil
		}
	}
}

// catchUp sends what is in the log, up to its end.
func (o *outgoing) catchUp(ctx context.Context) error {
	now := o.e.o.Now().UnixMilli()
	o.date = max(o.date, now)
	for {
		list, err := o.e.o.Store.Log(ctx, o.last, followed)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		if slices.ContainsFunc(list, func(l record.Logged) bool { return l.Action == wire.ActionHome || l.Action == wire.ActionUnhome }) {
			if err := o.e.refresh(ctx); err != nil { // who follows the log may not have come so far
				return err
			}
		}
		for i := range list {
			o.last, o.date = list[i].Number, max(o.date, list[i].At)
			if !o.e.sends(list[i].Handle, list[i].Action, o.to) {
				continue
			}
			change, err := o.e.changeNow(ctx, &list[i])
			if err != nil {
				return err
			}
			if change.Action == wire.ActionHome {
				if err := o.addAll(ctx, change); err != nil {
					return err
				}
			}
			if err := o.add(change); err != nil {
				return err
			}
		}
		if len(list) < followed {
			return nil
		}
	}
}

func (o *outgoing) add(change *wire.Change) error {
	if o.out = change.Append(o.out); len(o.out) < streamed {
		return nil
	}
	err := send(o.w, o.out)
	o.out = o.out[:0]
	return err
}

// addAll adds the handles of a prefix that comes home with some, as what was
// before: what they were was not told, and a mirror that is cut off among them is
// told of the home again.
func (o *outgoing) addAll(ctx context.Context, home *wire.Change) error {
	_, prefix := wire.Split(home.Handle)
	below := wire.Fold(home.Handle) + "."
	for r, err := range o.e.o.Store.List(ctx, prefix, "") {
		if err := o.addRecord(r, err, home); err != nil {
			return err
		}
	}
	for r, err := range o.e.o.Store.List(ctx, wire.NA[:len(wire.NA)-1], below) {
		if err == nil && !strings.HasPrefix(wire.Fold(r.Handle), below) {
			return nil
		}
		if err := o.addRecord(r, err, home); err != nil {
			return err
		}
	}
	return nil
}

func (o *outgoing) addRecord(r *record.Record, err error, home *wire.Change) error {
	if err != nil {
		return fmt.Errorf("list the handles of %s: %w", home.Handle, err)
	}
	if !o.e.sends(r.Handle, wire.ActionUpdate, o.to) {
		return nil
	}
	values, err := decode(r)
	if err != nil {
		return err
	}
	return o.add(&wire.Change{Transaction: home.Transaction - 1, Handle: r.Handle, Action: wire.ActionUpdate, Date: uint64(r.At), Values: values}) //nolint:gosec // after 1970
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
	res.Stream = func(ctx context.Context, w io.Writer) error {
		select {
		case e.dumps <- struct{}{}:
			defer func() { <-e.dumps }()
			return e.sendAll(ctx, w, q.Receiver)
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

func (e *Engine) sendAll(ctx context.Context, w io.Writer, to wire.Receiver) (err error) {
	s, err := e.o.Store.Snapshot(ctx)
	if err != nil {
		return fmt.Errorf("take a snapshot: %w", err)
	}
	date := uint64(e.o.Now().UnixMilli())
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
