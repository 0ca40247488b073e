package mirror

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// Options say what is mirrored.
type Options struct {
	Store  record.Store
	Client *client.Client // whose identity the primary knows as a mirror's
	// Primary returns where the primary is. It is asked before each conversation.
	Primary func(ctx context.Context) (wire.Site, error)
	Share   wire.Receiver // which handles are mirrored: what hashes to a server of a site; all when zero
	Node    string        // whose homes the primary's prefixes become here
	Log     *slog.Logger
	Now     func() time.Time // time.Now

	// Observe is told how long ago each change was made when it is here.
	Observe func(delay time.Duration)
	// Settled is called when a dump is here, before the mirror is Whole.
	Settled func(ctx context.Context) error
}

// Mirror follows a primary.
type Mirror struct {
	o     Options
	state state
	whole atomic.Bool
	again bool // what follows the last dump leads nowhere; of Run
}

// Whole tells whether there was a whole dump, ever: before, the mirror has nothing
// to answer with.
func (m *Mirror) Whole() bool { return m.whole.Load() }

// Marks in the store: the last transaction of the primary that is here and its date,
// whether there was a whole dump, the number of the store's change behind which a
// dump began that is not whole, and whose numbers these are, by the primary's key.
const (
	markPosition = "primary"
	markDate     = "primary date"
	markWhole    = "primary whole"
	markDump     = "primary dump"
	markKey      = "primary key"
)

// New returns a mirror. Open must be called before anything else.
func New(o Options) *Mirror {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(time.Duration) {}
	}
	if o.Settled == nil {
		o.Settled = func(context.Context) error { return nil }
	}
	return &Mirror{o: o}
}

// Open reads how far the mirror had come.
func (m *Mirror) Open(ctx context.Context) error {
	var n [5]uint64
	for i, name := range []string{markPosition, markDate, markWhole, markDump, markKey} {
		var err error
		if n[i], err = m.o.Store.Mark(ctx, name); err != nil {
			return fmt.Errorf("read how far the mirror is: %w", err)
		}
	}
	m.state.set(func(l *Lag) {
		l.Position, l.date, l.Whole, l.begun, l.key = n[0], n[1], n[2] > 0, n[3], n[4]
	})
	m.whole.Store(n[2] > 0)
	return nil
}

// How a primary is asked.
const (
	pollPause  = 30 * time.Second // that answers at once, and holds no stream open
	heldAtOnce = time.Second      // a stream that lasts less was not held open
	retryFirst = 200 * time.Millisecond
	retryLast  = 15 * time.Second // while the primary does not answer
	retryDump  = 5 * time.Minute  // while dumps fail
)

// Run follows the primary until ctx ends.
func (m *Mirror) Run(ctx context.Context) error {
	wait := retryFirst
	for ctx.Err() == nil {
		began := m.o.Now()
		err := m.converse(ctx)
		m.state.set(func(l *Lag) { l.Connected = false })
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was told to end
		case err == nil && m.o.Now().Sub(began) >= heldAtOnce:
			wait = retryFirst
			continue // the stream was held open, and is again
		case err == nil:
			wait = pollPause
		default:
			m.failed(ctx, err)
			most := retryLast
			if m.again || m.state.get().begun > 0 {
				most = retryDump
			}
			if m.o.Now().Sub(began) > most {
				wait = retryFirst // it went well for a while
			}
			wait = min(2*wait, most)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait - time.Duration(rand.Int64N(int64(wait/4)))): //nolint:gosec // no secret
		}
		if err == nil {
			wait = retryFirst
		}
	}
	return nil
}

func (m *Mirror) failed(ctx context.Context, err error) {
	m.state.set(func(l *Lag) { l.Fault = err.Error() })
	m.o.Log.WarnContext(ctx, "the primary is not followed now", "error", err)
}

// converse asks the primary what changed, or for a dump if it takes one.
func (m *Mirror) converse(ctx context.Context) error {
	site, err := m.o.Primary(ctx)
	if err != nil {
		return fmt.Errorf("find the primary: %w", err)
	}
	from, err := m.source(site)
	if err != nil {
		return err
	}
	if at := m.state.get(); at.Whole && at.begun == 0 && at.key == keyOf(from) && !m.again {
		if err = m.follow(ctx, from); !leadsNowhere(err) {
			return err
		}
		m.o.Log.WarnContext(ctx, "everything is asked of the primary again", "reason", err)
	}
	if err := m.dump(ctx, from); err != nil {
		return err
	}
	err = m.follow(ctx, from)
	m.again = leadsNowhere(err) // and not at once, or it would go on for ever
	return err
}

// source is the server that is followed: the one that was before, if the site has it
// still, for a site that becomes one of several servers has what is mirrored at the
// first of them until the mirror has it all. Else it is the one with the same share.
func (m *Mirror) source(site wire.Site) (client.Source, error) {
	before := m.state.get().key
	for i := range site.Servers {
		if from := (client.Source{Site: site, Server: i}); before != 0 && keyOf(from) == before {
			return from, nil
		}
	}
	switch n := len(site.Servers); {
	case n == 1:
		return client.Source{Site: site}, nil
	case uint32(n) == m.o.Share.Servers: //nolint:gosec // few
		return client.Source{Site: site, Server: int(m.o.Share.Server)}, nil
	default:
		return client.Source{}, fmt.Errorf("the primary has %d servers; a mirror follows a primary of one, or one server of them with the same share", n)
	}
}

// keyOf is a number that another primary, with another key, does not have.
func keyOf(from client.Source) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(from.Site.Servers[from.Server].PublicKey) // it does not fail
	return h.Sum64() >> 1
}

// leadsNowhere tells whether asking for the same again would end the same.
func leadsNowhere(err error) bool {
	for _, why := range []error{client.ErrDumpAgain, wire.ErrMalformed, wire.ErrHandle, errRefused} {
		if errors.Is(err, why) {
			return true
		}
	}
	return false
}

// errRefused says that a change cannot be kept.
var errRefused = errors.New("what the primary sent cannot be kept")

// wants is which handles the primary is asked for.
func (m *Mirror) wants() wire.Receiver {
	if m.o.Share.Servers > 0 {
		return m.o.Share
	}
	return wire.Receiver{Hash: wire.HashAll, Servers: 1}
}

// follow makes the changes that the primary tells of. Its error is nil if the
// stream ended well.
func (m *Mirror) follow(ctx context.Context, from client.Source) error {
	b := batch{m: m}
	at := m.state.get()
	q := wire.TransactionQuery{Last: at.Position, Date: at.date, Receiver: m.wants()}
	_, err := m.o.Client.Changes(ctx, from, q, true, func(c wire.Change) error {
		if c.Action == wire.ActionNone {
			if c.Transaction < m.state.get().Position {
				return fmt.Errorf("the primary is at %d, before %d: %w", c.Transaction, m.state.get().Position, client.ErrDumpAgain)
			}
			return b.here(ctx, c.Transaction, c.Date)
		}
		if c.Action == wire.ActionDeleteAll {
			return fmt.Errorf("all handles of the primary were deleted: %w", client.ErrDumpAgain)
		}
		return b.add(ctx, &c)
	})
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	if err := b.save(ctx); err != nil {
		return err
	}
	m.state.set(func(l *Lag) { l.contact(m.o.Now(), l.Position) })
	return nil
}

// Bounds of a commit.
const (
	batchMost   = 2000
	batchOctets = 8 << 20
)

// batch is what is written in one commit.
type batch struct {
	m       *Mirror
	changes []record.Change
	octets  int
	last    uint64 // transaction
	date    uint64
}

// here saves: the primary says that this is where it is.
func (b *batch) here(ctx context.Context, last, date uint64) error {
	if moved := last > b.m.state.get().Position; moved || len(b.changes) > 0 {
		b.last, b.date = last, date
		if err := b.save(ctx); err != nil {
			return err
		}
	}
	b.m.state.set(func(l *Lag) { l.Connected = true; l.contact(b.m.o.Now(), last) })
	return nil
}

// add takes a change.
func (b *batch) add(ctx context.Context, c *wire.Change) error {
	b.last, b.date = c.Transaction, c.Date
	r := record.Change{Action: c.Action, Handle: c.Handle, Was: record.Any, At: int64(c.Date), By: byPrimary} //nolint:gosec // the store checks it
	switch c.Action {
	case wire.ActionCreate, wire.ActionUpdate:
		r.Values = encode(c.Values)
	case wire.ActionHome:
		r.Values = []byte(b.m.o.Node)
	case wire.ActionDelete, wire.ActionUnhome:
	default:
		return fmt.Errorf("transaction %d has the action %d: %w", c.Transaction, c.Action, errRefused)
	}
	return b.put(ctx, r)
}

// put takes what is to be written.
func (b *batch) put(ctx context.Context, r record.Change) error {
	b.changes = append(b.changes, r)
	b.octets += len(r.Values)
	if len(b.changes) < batchMost && b.octets < batchOctets {
		return nil
	}
	if b.last == 0 {
		return b.write(ctx) // of a dump, which has no place of its own until it is whole
	}
	return b.save(ctx)
}

// save writes what was taken, and how far that is.
func (b *batch) save(ctx context.Context) error {
	if b.last == 0 {
		return nil // nothing has come
	}
	if err := b.write(ctx, record.Mark{Name: markPosition, Position: b.last}, record.Mark{Name: markDate, Position: b.date}); err != nil {
		return err
	}
	b.m.state.set(func(l *Lag) {
		l.Position, l.date = b.last, b.date
		l.coming(b.m.o.Now())
	})
	b.last = 0
	return nil
}

func (b *batch) write(ctx context.Context, marks ...record.Mark) error {
	if _, err := b.m.o.Store.Apply(ctx, b.changes, marks...); err != nil {
		return saying(err)
	}
	now := b.m.o.Now()
	for i := range b.changes {
		if at := b.changes[i].At; at > 0 {
			b.m.o.Observe(max(0, now.Sub(time.UnixMilli(at))))
		}
	}
	b.m.state.set(func(l *Lag) { l.Changes += uint64(len(b.changes)) })
	b.changes, b.octets = b.changes[:0], 0
	return nil
}

const byPrimary = "primary"

// encode returns values as a record keeps them.
func encode(values []wire.Value) []byte {
	v := wire.Values{Values: values}
	return v.Append(nil)[4:] // without the empty handle
}
