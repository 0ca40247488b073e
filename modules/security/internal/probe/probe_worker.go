package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/oklog/ulid/v2"
	"golang.org/x/sync/errgroup"

	"linghang/lib/icsdissect/capture"
	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/ring"
)

// How often what was found is taken off the meter.
const (
	everyRecords    = time.Second
	everyAggregates = 10 * time.Second
	everySign       = time.Minute // of life, where nothing is said
	eagerRows       = 4_000       // aggregates that are not left waiting
)

// everything is taken where it goes into no batch.
const everything = 1 << 30

// reading is an input with its meter.
type reading struct {
	in      *Input
	meter   *Meter
	pump    *pump
	lost    uint64
	unknown bool // a link type that nobody reads was seen
	tick    *time.Ticker
	ring    *ring.Ring // keeps the packets themselves; nil where nobody wants them
}

func begin(in *Input, from start, done <-chan struct{}) *reading {
	return &reading{in: in, meter: newMeter(from), pump: startPump(in, done), tick: time.NewTicker(everyRecords)}
}

// sum is what was counted, with what was lost on the way to the meter.
func (r *reading) sum() batch.Totals {
	t := r.meter.sum()
	t.QueueDrops, _ = r.pump.state()
	t.KernelDrops = r.lost
	return t
}

// each hands packets to the meter, and calls take whenever there is something to take:
// every second, and whenever much has come. It returns at the end of the capture.
func (r *reading) each(ctx context.Context, take func(end bool) error) error {
	defer r.tick.Stop()
	defer r.in.close()
	for {
		select {
		case <-ctx.Done():
			if r.in.live {
				r.meter.finish()
				return take(true)
			}
			return take(false) // what is open in a file is read again
		case p, more := <-r.pump.packets:
			if !more {
				return r.end(take)
			}
			r.read(p)
			if r.meter.much() {
				if err := take(false); err != nil {
					return err
				}
			}
		case <-r.tick.C:
			if n, err := r.in.lost(); err == nil {
				r.lost += n
			}
			if r.in.live {
				r.meter.idle(time.Now())
			}
			if r.ring != nil {
				r.ring.Tick()
			}
			if err := take(false); err != nil {
				return err
			}
		}
	}
}

func (r *reading) read(p capture.Packet) {
	if !linkKnown(p.Link) {
		r.unknown = true
	}
	if r.ring != nil {
		r.ring.Keep(p)
	}
	r.meter.packet(p)
	r.pump.release(p)
}

func (r *reading) end(take func(end bool) error) error {
	r.meter.finish()
	if err := take(true); err != nil {
		return err
	}
	if _, err := r.pump.state(); !ended(err) {
		return fmt.Errorf("the capture cannot be read further: %w", err)
	}
	if r.unknown {
		return errors.New("the capture has packets of a link type that is not read; they count as undecodable")
	}
	return nil
}

func (m *Meter) much() bool {
	return len(m.records) >= batch.MaxRecords || len(m.facts) >= batch.MaxFacts || len(m.aggregates) >= eagerRows
}

// Print reads an input and writes what it finds as lines of JSON, each an object with one
// of the names record, fact and aggregate, and totals at the end.
func Print(ctx context.Context, in *Input, w io.Writer) error {
	done := make(chan struct{})
	defer close(done)
	r := begin(in, start{}, done)
	lines := json.NewEncoder(w)
	err := r.each(ctx, func(bool) error {
		records, facts, _, _ := r.meter.takeRecords(everything, everything)
		aggregates, _, _ := r.meter.takeAggregates(everything)
		return errors.Join(print1(lines, "record", records), print1(lines, "fact", facts), print1(lines, "aggregate", aggregates))
	})
	return errors.Join(err, print1(lines, "totals", []batch.Totals{r.sum()}))
}

func print1[T any](lines *json.Encoder, name string, list []T) error {
	for i := range list {
		if err := lines.Encode(map[string]*T{name: &list[i]}); err != nil {
			return fmt.Errorf("write what was found: %w", err)
		}
	}
	return nil
}

// Tell reads an input and returns what was counted; each is called with what was found.
func Tell(ctx context.Context, in *Input, each func(batch.Batch)) (batch.Totals, error) {
	done := make(chan struct{})
	defer close(done)
	r := begin(in, start{}, done)
	err := r.each(ctx, func(bool) error {
		var b batch.Batch
		b.Records, b.Facts, _, _ = r.meter.takeRecords(everything, everything)
		b.Aggregates, _, _ = r.meter.takeAggregates(everything)
		each(b)
		return nil
	})
	return r.sum(), err
}

// Probe reads, keeps and sends.
type Probe struct {
	c       Config
	spool   *Spool
	send    sender
	version string
	log     *slog.Logger
	asks    chan batch.Around // that wait to be answered; nil where nothing is
}

// Open opens the spool of a probe.
func Open(c Config, version string, log *slog.Logger) (*Probe, error) {
	s, err := OpenSpool(c.Spool, c.budget)
	if err != nil {
		return nil, err
	}
	send, err := newSender(c.Machine)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	p := &Probe{c: c, spool: s, send: send, version: version, log: log}
	if c.AroundAlerts {
		p.asks, p.send.around = make(chan batch.Around, mostAsks), true
	}
	return p, nil
}

// errOver ends what else a probe does when a capture is at its end and delivered.
var errOver = errors.New("the capture is over")

// Run reads, keeps and sends until the context ends, or a capture is at its end, the city
// has all of it and no logs are followed.
func (p *Probe) Run(ctx context.Context, stdin io.Reader) error {
	defer func() { _ = p.spool.Close() }() // the lock goes with the process
	work, ctx := errgroup.WithContext(ctx)
	over := make(chan struct{})
	if p.c.Interface != "" || p.c.Read != "" {
		in, err := p.open(stdin)
		if err != nil {
			return err
		}
		work.Go(func() error {
			if len(p.c.Logs) == 0 { // else it goes on for them
				defer close(over)
			}
			return p.collect(ctx, in)
		})
	}
	for _, c := range p.c.Logs {
		if c.Listen != "" {
			work.Go(func() error { return p.receive(ctx, c) })
			continue
		}
		work.Go(func() error { return p.follow(ctx, c) })
	}
	work.Go(func() error { return p.deliver(ctx, over) })
	if p.asks != nil {
		work.Go(func() error { return p.answer(ctx) })
	}
	if !p.c.Unattended {
		work.Go(func() error { return p.send.renew(ctx, p.log) })
	}
	if err := work.Wait(); err != nil && !errors.Is(err, errOver) && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func (p *Probe) open(stdin io.Reader) (*Input, error) {
	if p.c.Interface != "" {
		return OpenInterface(p.c.Interface, !p.c.Selective)
	}
	return OpenFile(p.c.Read, stdin)
}

// collect reads the input into the spool.
func (p *Probe) collect(ctx context.Context, in *Input) error {
	from, err := p.spool.begin(in.key, in.file)
	if err != nil {
		return err
	}
	run := in.key
	if !in.file {
		run = ulid.Make().String()
	}
	done := make(chan struct{})
	defer close(done)
	r := begin(in, from, done)
	if r.ring, err = p.keepPackets(ctx, in); err != nil {
		return err
	}
	k := keeping{p: p, r: r, run: run, last: time.Now()}
	err = r.each(ctx, k.take)
	if r.ring != nil {
		err = errors.Join(err, r.ring.Close())
	}
	return err
}

// keeping puts what a meter found into the spool.
type keeping struct {
	p    *Probe
	r    *reading
	run  string
	last time.Time // that aggregates were kept
	sign time.Time // that anything was
}

func (k *keeping) take(end bool) error {
	for {
		b := k.batch(batch.Records)
		b.Records, b.Facts, b.Position, b.Partial = k.r.meter.takeRecords(batch.MaxRecords, fullSize)
		if b.Rows() == 0 {
			break
		}
		if err := k.p.spool.Add(b, k.r.sum()); err != nil {
			return err
		}
	}
	if m := k.r.meter; !end && len(m.aggregates) < eagerRows && time.Since(k.last) < everyAggregates {
		return nil
	}
	k.last = time.Now()
	for {
		b := k.batch(batch.Aggregates)
		b.Aggregates, b.Position, b.Partial = k.r.meter.takeAggregates(mostAggregates)
		if b.Rows() == 0 && time.Since(k.sign) < everySign && !end {
			return nil
		}
		k.sign = time.Now()
		if err := k.p.spool.Add(b, k.r.sum()); err != nil || len(k.r.meter.aggregates) == 0 {
			return err
		}
	}
}

func (k *keeping) batch(s batch.Stream) *batch.Batch {
	return &batch.Batch{Stream: s, MadeAt: time.Now().UTC(), Version: k.p.version, Input: k.r.in.name, Run: k.run, Live: k.r.in.live}
}

// Pauses before a batch is sent again: from the first, doubled up to the last.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 5 * time.Minute
)

// deliver sends what waits, one after the other.
func (p *Probe) deliver(ctx context.Context, over <-chan struct{}) error {
	wait := firstPause
	for {
		sent, after, err := p.deliverAll(ctx)
		if ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // it is told to end
		}
		if sent > 0 {
			wait = firstPause
		}
		if err == nil {
			select {
			case <-ctx.Done():
				return ctx.Err() //nolint:wrapcheck // it is told to end
			case <-p.spool.more:
			case <-over:
				if n, _ := p.spool.Left(); n == 0 {
					return errOver
				}
			}
			continue
		}
		wait = max(wait, min(after, lastPause))
		p.log.WarnContext(ctx, "the city does not take batches; they wait", "error", err, "again", wait.String())
		if !pause(ctx, wait) {
			return ctx.Err() //nolint:wrapcheck // it is told to end
		}
		wait = min(2*wait, lastPause)
	}
}

// deliverAll sends until nothing waits; an error says why the rest goes on waiting.
func (p *Probe) deliverAll(ctx context.Context) (sent int, after time.Duration, err error) {
	for {
		w, body, found, err := p.spool.next()
		if err != nil || !found {
			return sent, 0, err
		}
		o, err := p.send.send(ctx, body)
		switch {
		case err != nil:
			p.spool.kept()
			return sent, 0, err
		case o.taken():
			err = p.spool.sent(w)
			p.asked(ctx, o.asks())
		case o.never():
			p.log.ErrorContext(ctx, "the city refuses a batch; it is put aside", "stream", w.stream, "sequence", w.sequence, "why", o.why())
			err = p.spool.refused(w, body, o.answer)
		default:
			p.spool.kept()
			return sent, o.after, fmt.Errorf("%d: %s", o.status, o.why())
		}
		if err != nil {
			p.spool.kept()
			return sent, 0, err
		}
		sent++
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
