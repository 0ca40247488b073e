package intel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

// poll reads the feeds that are due, some at once, until none is.
func (m *Intel) poll(ctx context.Context) error {
	claim := func(ctx context.Context) ([]Feed, error) { return m.store.claim(ctx, m.now(), feedsAtOnce) }
	read := func(ctx context.Context, f Feed) {
		if err := m.readFeed(ctx, f); err != nil && ctx.Err() == nil {
			m.kit.Log.Warn("a reading of a feed was not noted", slog.String("feed", f.ID), slog.Any("error", err))
		}
	}
	return peer.Rounds(ctx, claim, read, func() { m.kit.Notify(topic, "", "") }) //nolint:wrapcheck // it says all
}

// readFeed reads a feed once, and notes what came of it.
func (m *Intel) readFeed(ctx context.Context, f Feed) error {
	began := m.now()
	var r run
	err := m.pages(ctx, f, &r)
	if errors.Is(err, peer.ErrChanged) {
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

// pages reads page by page.
func (m *Intel) pages(ctx context.Context, f Feed, r *run) error {
	secret, err := m.secretOf(ctx, f)
	if err != nil {
		return err
	}
	d, err := peer.Open(ctx, m.guard, f.Server, secret)
	if err != nil {
		return err //nolint:wrapcheck // its class says all
	}
	return d.Read(ctx, f.Cursor, func(ctx context.Context, page taxii.Fetched, cursor string) error { //nolint:wrapcheck // as above
		if err := m.takePage(ctx, f, page, cursor, r); err != nil {
			return err
		}
		r.pages++
		return nil
	})
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
