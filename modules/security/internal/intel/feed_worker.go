package intel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

// poll reads the feeds that are due, some at once, until none is.
func (m *Intel) poll(ctx context.Context) error {
	for ctx.Err() == nil {
		list, err := m.store.claim(ctx, m.now(), feedsAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		var readers sync.WaitGroup
		for _, f := range list {
			readers.Go(func() {
				if err := m.readFeed(ctx, f); err != nil && ctx.Err() == nil {
					m.kit.Log.Warn("a reading of a feed was not noted", slog.String("feed", f.ID), slog.Any("error", err))
				}
			})
		}
		readers.Wait()
		m.kit.Notify(topic, "", "")
	}
	return ctx.Err()
}

// readFeed reads a feed once, and notes what came of it.
func (m *Intel) readFeed(ctx context.Context, f Feed) error {
	began := m.now()
	var r run
	limited, cancel := context.WithTimeout(ctx, runLimit)
	err := m.pages(limited, f, &r)
	cancel()
	if errors.Is(err, errTaken) {
		return nil
	}
	var problem *peer.Error
	if err != nil && !errors.As(err, &problem) {
		m.kit.Log.Warn("what a feed brought was not kept", slog.String("feed", f.ID), slog.Any("error", err))
		problem = &peer.Error{Class: peer.FaultStore, Text: short(err.Error(), 300)}
	}
	if ctx.Err() != nil { // the house closes; the lease ends by itself
		return ctx.Err()
	}
	return m.store.done(ctx, f, r, problem, began, m.now())
}

// pages reads page by page. The cursor goes to what is surely read: pages may part objects
// that were added at one time, and after the process was killed it is asked anew by time.
func (m *Intel) pages(ctx context.Context, f Feed, r *run) error {
	secret, err := m.secretOf(ctx, f)
	if err != nil {
		return err
	}
	d, err := peer.Open(ctx, m.guard, f.Server, secret)
	if err != nil {
		return err
	}
	q := taxii.Query{Limit: pageLimit}
	if f.Cursor != "" {
		if q.AddedAfter, err = taxii.ParseStamp(f.Cursor); err != nil {
			return fmt.Errorf("read how far a feed was read: %w", err)
		}
	}
	sure, last := q.AddedAfter, q.AddedAfter
	for range mostPages {
		page, err := readPage(ctx, d, q)
		if err != nil {
			return err
		}
		if len(page.Objects) > 0 && page.Last.After(last) {
			sure, last = last, page.Last
		}
		if !page.More {
			sure = last
		}
		if err := m.takePage(ctx, f, page, sure, r); err != nil {
			return err
		}
		r.pages++
		if !page.More {
			return nil
		}
		if q, err = after(q, page.Next, last); err != nil {
			return err
		}
	}
	return nil // the rest comes with the next reading
}

// after is what is asked for next.
func after(q taxii.Query, next string, last time.Time) (taxii.Query, error) {
	before := q
	if q.Next = next; next == "" {
		q.AddedAfter = last
	}
	if q.Next == before.Next && q.AddedAfter.Equal(before.AddedAfter) {
		return q, &peer.Error{Class: peer.FaultAnswer, Text: "the server says that there is more and not where"}
	}
	return q, nil
}

// secretOf opens the secret of a feed; "" where it has none.
func (m *Intel) secretOf(ctx context.Context, f Feed) (string, error) {
	if f.secret == "" {
		return "", nil
	}
	plain, err := m.kit.Seal.Open(ctx, feedPurpose, f.secret)
	if err != nil {
		return "", fmt.Errorf("open the secret of a feed: %w", err)
	}
	return string(plain), nil
}
