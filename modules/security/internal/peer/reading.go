package peer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"linghang/lib/taxii"
)

// Bounds of one reading of a collection.
const (
	mostPages  = 200
	pageLimit  = 500   // objects of a page that is asked for
	mostOfPage = 5_000 // objects of a page that is taken
	runLimit   = 5 * time.Minute
)

// LeaseFor is how long one process has a server to itself, more than a reading may take.
const LeaseFor = 10 * time.Minute

// ErrChanged says that a server was entered anew while it was read: what was not kept yet is
// read by the new entry.
var ErrChanged = errors.New("the server was entered anew meanwhile")

// Rounds serves what is claimed, what a claim gives at once, until there is nothing more.
func Rounds[T any](ctx context.Context, claim func(ctx context.Context) ([]T, error), serve func(ctx context.Context, x T), after func()) error {
	for ctx.Err() == nil {
		list, err := claim(ctx)
		if err != nil || len(list) == 0 {
			return err
		}
		var all sync.WaitGroup
		for _, x := range list {
			all.Go(func() { serve(ctx, x) })
		}
		all.Wait()
		after()
	}
	return ctx.Err()
}

// Take takes over what a page has, and keeps with it how far it surely came: empty where that is
// not known yet.
type Take func(ctx context.Context, page taxii.Fetched, cursor string) error

// Read reads a collection once, from a cursor on, within the time of one reading. The cursor
// goes to what is surely read: pages may part objects that were added at one time, and after the
// process was killed it is asked anew by time. An Error is of the way; others are of who takes.
func (d Door) Read(ctx context.Context, cursor string, take Take) error {
	ctx, cancel := context.WithTimeout(ctx, runLimit)
	defer cancel()
	q := taxii.Query{Limit: pageLimit}
	if cursor != "" {
		var err error
		if q.AddedAfter, err = taxii.ParseStamp(cursor); err != nil {
			return fmt.Errorf("read how far a server was read: %w", err)
		}
	}
	sure, last := q.AddedAfter, q.AddedAfter
	for range mostPages {
		page, err := d.page(ctx, q)
		if err != nil {
			return err
		}
		if len(page.Objects) > 0 && page.Last.After(last) {
			sure, last = last, page.Last
		}
		if !page.More {
			sure = last
		}
		cursor = ""
		if !sure.IsZero() {
			cursor = taxii.Stamp(sure)
		}
		if err := take(ctx, page, cursor); err != nil {
			return err
		}
		if !page.More {
			return nil
		}
		if q, err = after(q, page.Next, last); err != nil {
			return err
		}
	}
	return nil // the rest comes with the next reading
}

// page reads a page; an error is an Error.
func (d Door) page(ctx context.Context, q taxii.Query) (taxii.Fetched, error) {
	got, err := d.Page(ctx, d.Collection, q)
	if err != nil {
		return got, Classed(err)
	}
	if len(got.Objects) > mostOfPage {
		return got, &Error{Class: FaultAnswer, Text: fmt.Sprintf("a page has %d objects, where %d were asked for", len(got.Objects), pageLimit)}
	}
	if len(got.Objects) > 0 && got.Last.IsZero() {
		return got, &Error{Class: FaultAnswer, Text: "the server does not say when objects were added (X-TAXII-Date-Added-Last)"}
	}
	return got, nil
}

// after is what is asked for next.
func after(q taxii.Query, next string, last time.Time) (taxii.Query, error) {
	before := q
	if q.Next = next; next == "" {
		q.AddedAfter = last
	}
	if q.Next == before.Next && q.AddedAfter.Equal(before.AddedAfter) {
		return q, &Error{Class: FaultAnswer, Text: "the server says that there is more and not where"}
	}
	return q, nil
}
