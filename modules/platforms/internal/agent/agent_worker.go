package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// errGone ends what an agent does when it is told to end.
var errGone = errors.New("the agent ends")

// Agent reads sources and sends what they say.
type Agent struct {
	c     Config
	queue queue
	send  sender
	log   *slog.Logger
	now   func() time.Time
	more  chan struct{} // there is something to send

	mu   sync.Mutex // of numbers, and of what was read
	last int64      // number that was given
	done map[string]string
}

// Open opens the directory of an agent.
func Open(c Config, log *slog.Logger) (*Agent, error) {
	a := &Agent{c: c, log: log, now: time.Now, more: make(chan struct{}, 1)}
	var err error
	if a.queue, err = openQueue(c.Directory); err != nil {
		return nil, err
	}
	if a.done, err = a.queue.done(); err != nil {
		return nil, err
	}
	a.send, err = newSender(&c)
	return a, err
}

// Run reads and sends until the context ends.
func (a *Agent) Run(ctx context.Context) error {
	work, ctx := errgroup.WithContext(ctx)
	for i := range a.c.Sources {
		work.Go(func() error { return a.follow(ctx, &a.c.Sources[i]) })
	}
	work.Go(func() error { return a.deliver(ctx) })
	if err := work.Wait(); err != nil && !errors.Is(err, errGone) {
		return err
	}
	return nil
}

// follow reads a source whenever it is due. One that cannot be read is told, and
// read again: values of the moment when they are due next, of a day or a month soon.
func (a *Agent) follow(ctx context.Context, s *Source) error {
	after := a.now()
	for {
		d := s.next(after, a.doneOf(s))
		if !pause(ctx, d.at.Sub(a.now())) {
			return errGone
		}
		n, err := a.collect(ctx, s, d.period)
		after = a.now() // what was missed meanwhile is not read for a time that is over
		if after.Before(d.at) {
			after = d.at
		}
		if err == nil {
			a.log.InfoContext(ctx, "read", "source", s.Name, "period", d.period, "values", n)
			continue
		}
		if ctx.Err() != nil {
			return errGone
		}
		a.log.ErrorContext(ctx, "a source cannot be read", "source", s.Name, "period", d.period, "error", err)
		if s.Of != Moment {
			if !pause(ctx, readPause) {
				return errGone
			}
			after = a.now()
		}
	}
}

// readPause is when a day or a month is read again that could not be.
const readPause = 5 * time.Minute

func (a *Agent) doneOf(s *Source) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.done[s.Name]
}

// collect reads a source and keeps the report; it is on the disk when collect returns.
func (a *Agent) collect(ctx context.Context, s *Source, period string) (int, error) {
	items, err := s.read(ctx)
	if err != nil {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(items) > 0 {
		if err := a.keep(period, items); err != nil {
			return 0, err
		}
	}
	if s.Of != Moment {
		a.done[s.Name] = period
		if err := a.queue.note(a.done); err != nil {
			return 0, err
		}
	}
	return len(items), nil
}

func (a *Agent) keep(period string, items []item) error {
	text, err := report(period, a.now(), items)
	if err != nil {
		return err
	}
	for taken := true; taken; {
		if a.last, err = a.queue.number(a.now(), a.last); err != nil {
			return err
		}
		err = a.queue.add(a.last, text)
		if taken = errors.Is(err, fs.ErrExist); err != nil && !taken { // by another process, with --once
			return err
		}
	}
	select {
	case a.more <- struct{}{}:
	default:
	}
	return nil
}

func (s *Source) read(ctx context.Context) ([]item, error) {
	if s.SQL != nil {
		return s.SQL.read(ctx)
	}
	f, err := os.Open(s.CSV)
	if err != nil {
		return nil, fmt.Errorf("open the file: %w", err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	return readCSV(f)
}

// Pauses before a report is sent again: from the first, doubled up to the last.
const (
	firstPause = time.Second
	lastPause  = 5 * time.Minute
	skewTold   = time.Minute
)

// deliver sends what waits, one after the other, until the context ends.
func (a *Agent) deliver(ctx context.Context) error {
	wait := firstPause
	for {
		sent, err := a.deliverAll(ctx)
		if ctx.Err() != nil {
			return errGone
		}
		if sent > 0 {
			wait = firstPause
		}
		if err == nil {
			select {
			case <-ctx.Done():
				return errGone
			case <-a.more:
			}
			continue
		}
		var later laterError
		if errors.As(err, &later) && later.after > 0 {
			wait = later.after
		}
		a.log.WarnContext(ctx, "the city does not take reports; they wait", "error", err, "again", wait.String())
		if !pause(ctx, wait) {
			return errGone
		}
		wait = min(2*wait, lastPause)
	}
}

// laterError says that a report waits.
type laterError struct {
	why   string
	after time.Duration
}

// Error implements error.
func (e laterError) Error() string { return e.why }

// deliverAll sends all that waits. An error says why the rest goes on waiting.
func (a *Agent) deliverAll(ctx context.Context) (sent int, err error) {
	list, err := a.queue.list()
	for len(list) > 0 && err == nil {
		var again bool
		if again, err = a.deliverOne(ctx, list[0]); err != nil {
			return sent, err
		}
		if again { // the numbers are others now
			list, err = a.queue.list()
			continue
		}
		sent++
		list = list[1:]
	}
	return sent, err
}

// deliverOne sends a report, and acts by the answer. again says that the reports
// got other numbers.
func (a *Agent) deliverOne(ctx context.Context, seq int64) (again bool, err error) {
	body, err := a.queue.read(seq)
	if err != nil {
		return false, err
	}
	o, err := a.send.send(ctx, reportPath, seq, body, a.now())
	if err != nil {
		return false, err
	}
	if o.skew > skewTold || o.skew < -skewTold {
		a.log.WarnContext(ctx, "the clock is wrong", "city_ahead", o.skew.Round(time.Second).String())
	}
	switch {
	case o.taken():
		return false, a.queue.remove(seq)
	case o.newest > 0:
		a.log.WarnContext(ctx, "the city knows later numbers; reports get others", "newest", o.newest)
		a.mu.Lock()
		defer a.mu.Unlock()
		return true, a.queue.renumber(o.newest + 1)
	case o.wrong():
		a.log.ErrorContext(ctx, "values were refused; see the agent's directory", "refused", seq, "why", o.why())
		return false, a.queue.refuse(seq, body, o.answer)
	default:
		return false, laterError{fmt.Sprintf("%d: %s", o.status, o.why()), o.after}
	}
}

// Once reads all sources of the moment now, and those of days and months that are
// due, and sends all that waits.
func (a *Agent) Once(ctx context.Context) error {
	now := a.now()
	var errs []error
	for i := range a.c.Sources {
		s := &a.c.Sources[i]
		period := now.In(cityTime()).Format(time.RFC3339)
		if s.Of != Moment {
			d := s.next(now, a.doneOf(s))
			if d.at.After(now) {
				continue
			}
			period = d.period
		}
		if _, err := a.collect(ctx, s, period); err != nil {
			errs = append(errs, fmt.Errorf("source %s: %w", s.Name, err))
		}
	}
	if _, err := a.deliverAll(ctx); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Checked is what the city would say of what a source reads now.
type Checked struct {
	Source string
	Values int
	Status int
	Why    string // empty if all is taken
}

// Check reads all sources and has the city check what they say; nothing is kept.
func (a *Agent) Check(ctx context.Context) ([]Checked, error) {
	var list []Checked
	for i := range a.c.Sources {
		s := &a.c.Sources[i]
		items, err := s.read(ctx)
		if err != nil {
			return list, fmt.Errorf("source %s: %w", s.Name, err)
		}
		c := Checked{Source: s.Name, Values: len(items)}
		if len(items) > 0 {
			now := a.now()
			text, err := report(s.periodOf(now), now, items)
			if err != nil {
				return list, err
			}
			body, err := numbered(text, now.UnixMilli())
			if err != nil {
				return list, err
			}
			o, err := a.send.send(ctx, checkPath, now.UnixMilli(), body, now)
			if err != nil {
				return list, err
			}
			if c.Status = o.status; !o.taken() {
				c.Why = o.why()
			}
		}
		list = append(list, c)
	}
	return list, nil
}

// periodOf is the period of which a source would be read at a time.
func (s *Source) periodOf(now time.Time) string {
	switch s.Of {
	case Day:
		return dayOf(now).AddDate(0, 0, -1).Format("2006-01-02")
	case Month:
		return monthOf(now).AddDate(0, -1, 0).Format("2006-01")
	default:
		return now.In(cityTime()).Format(time.RFC3339)
	}
}

// Waiting is how many reports wait, and how many were refused lately.
func (a *Agent) Waiting() (waiting, refused int, err error) {
	list, err := a.queue.list()
	if err != nil {
		return 0, 0, err
	}
	entries, err := os.ReadDir(a.queue.refused())
	if err != nil {
		return 0, 0, fmt.Errorf("read what was refused: %w", err)
	}
	return len(list), len(entries) / 2, nil
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
