package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"linghang/lib/handle/wire"
)

// ErrDumpAgain says that a server cannot tell what changed behind the transaction
// that it was asked for: its log begins later, or is another. Dump again.
var ErrDumpAgain = errors.New("the server's log does not lead on from there; dump again")

// Source is the server that a mirror follows: one of a site.
type Source struct {
	Site   wire.Site
	Server int // its number in Site.Servers
}

// Changes calls what a server changed behind a transaction, in order, and returns
// the date, in milliseconds since 1970, to ask from the next time. The client's
// Identity must be a mirror of the server. An error of each ends it.
//
// When live is set the server is asked to go on telling what changes. A server
// that does so tells every few seconds how far it is by a change of no handle
// (wire.ActionNone), whose Transaction is its last, and ends after some minutes;
// others end at once. Asked again with the last transaction, either goes on from
// there. A server that is silent for Options.Timeout is given up.
func (c *Client) Changes(ctx context.Context, from Source, q wire.TransactionQuery, live bool, each func(wire.Change) error) (date uint64, err error) {
	a := &ask{op: wire.OpTransactions, body: q.Append(nil, from.Site.Version.Spoken()), why: "what changed"}
	if live {
		a.flags = wire.FlagContinued
	}
	err = c.receive(ctx, from, a, func(s *wire.StreamReader) error {
		status, err := s.Transactions()
		if err != nil {
			return fmt.Errorf("begin of the transactions: %w", err)
		}
		if status == wire.StreamDumpAgain {
			return ErrDumpAgain
		}
		for last := q.Last; ; {
			change, more, err := s.Change()
			if err != nil {
				return fmt.Errorf("the transaction behind %d: %w", last, err)
			}
			if !more {
				date = change.Date
				return nil
			}
			last = change.Transaction
			if err := each(change); err != nil {
				return err
			}
		}
	})
	return date, err
}

// Dump calls everything that a server has: first a record of kind wire.DumpSource,
// with the transaction to follow from, then the prefixes and handles. It is whole
// if there is no error. The client's Identity must be a mirror of the server.
func (c *Client) Dump(ctx context.Context, from Source, q wire.DumpQuery, each func(wire.DumpRecord) error) error {
	a := &ask{op: wire.OpDump, body: q.Append(nil), why: "all that is there"}
	return c.receive(ctx, from, a, func(s *wire.StreamReader) error {
		if err := s.Dump(); err != nil {
			return fmt.Errorf("begin of the dump: %w", err)
		}
		for n := 0; ; n++ {
			r, err := s.DumpRecord()
			if err != nil {
				return fmt.Errorf("record %d of the dump: %w", n, err)
			}
			if n == 0 && r.Kind != wire.DumpSource {
				return fmt.Errorf("record 0 of the dump: %w: it does not say which transaction the dump is of", wire.ErrMalformed)
			}
			if r.Kind == wire.DumpEnd {
				return nil
			}
			if err := each(r); err != nil {
				return err
			}
		}
	})
}

// receive asks one server for a stream and reads it.
func (c *Client) receive(ctx context.Context, from Source, a *ask, read func(*wire.StreamReader) error) error {
	if from.Server < 0 || from.Server >= len(from.Site.Servers) {
		return fmt.Errorf("%s: the site has no server number %d: %w", a.op, from.Server, ErrNoService)
	}
	t := target{&from.Site, &from.Site.Servers[from.Server]}
	door, ok := t.server.Door(wire.ServiceAdmin, wire.TCP)
	if !ok {
		return fmt.Errorf("%s: server %d takes nothing by TCP, which streams need: %w", a.op, t.server.ID, ErrNoService)
	}
	a.handle, a.admin = wire.NoHandle, true
	a.flags |= wire.FlagAuthoritative
	a.stream = func(ctx context.Context, conn net.Conn) error { return c.stream(ctx, conn, t.server, read) }
	r, err := c.exchange(ctx, t, door, wire.TCP, a, c.newWalk(ctx))
	if err != nil {
		return fmt.Errorf("%s at %s: %w", a.op, door, errors.Join(err, ctx.Err()))
	}
	if r.message.Code != wire.CodeSuccess {
		return failure(r, a)
	}
	return nil
}

// stream reads what follows an answer on its connection: a mark, and then TLS, in
// which the server shows the key of its site.
func (c *Client) stream(ctx context.Context, conn net.Conn, server *wire.Server, read func(*wire.StreamReader) error) error {
	patient := &patient{Conn: conn, ctx: ctx, time: c.o.Timeout}
	var mark [4]byte
	if _, err := io.ReadFull(patient, mark[:]); err != nil {
		return fmt.Errorf("begin of the stream: %w", err)
	}
	if err := wire.DecodeStreamKind(mark[:]); err != nil {
		return fmt.Errorf("begin of the stream: only one inside TLS is read: %w", err)
	}
	secured := tls.Client(patient, keyConfig(server))
	if err := secured.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("shake hands for the stream: %w", err)
	}
	return read(wire.NewStreamReader(secured))
}

// patient gives each read and write of a stream the time of an exchange, until
// its context ends.
type patient struct {
	net.Conn
	ctx  context.Context //nolint:containedctx // of the one call that reads
	time time.Duration
}

func (p *patient) extend() error {
	if err := p.SetDeadline(time.Now().Add(p.time)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	return p.ctx.Err() // whoever ends it sets a deadline too, before or after
}

// Read implements net.Conn.
func (p *patient) Read(b []byte) (int, error) {
	if err := p.extend(); err != nil {
		return 0, err
	}
	return p.Conn.Read(b) //nolint:wrapcheck // io.Reader
}

// Write implements net.Conn.
func (p *patient) Write(b []byte) (int, error) {
	if err := p.extend(); err != nil {
		return 0, err
	}
	return p.Conn.Write(b) //nolint:wrapcheck // io.Writer
}
