package ferry

import (
	"context"
	"errors"
	"log/slog"

	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

const sourcesAtOnce = 4

// poll reads the collections that are due, some at once, until none is.
func (m *Ferry) poll(ctx context.Context) error {
	claim := func(ctx context.Context) ([]NoticeSource, error) { return m.store.claim(ctx, m.now(), sourcesAtOnce) }
	read := func(ctx context.Context, s NoticeSource) {
		if err := m.readSource(ctx, s); err != nil && ctx.Err() == nil {
			m.kit.Log.Warn("a reading of a source of notices was not noted", slog.String("source", s.ID), slog.Any("error", err))
		}
	}
	return peer.Rounds(ctx, claim, read, func() { m.kit.Notify(topic, "", "") }) //nolint:wrapcheck // it says all
}

// readSource reads a collection once, and notes what came of it.
func (m *Ferry) readSource(ctx context.Context, s NoticeSource) error {
	err := m.pages(ctx, s)
	if errors.Is(err, peer.ErrChanged) {
		return nil
	}
	var problem *peer.Error
	if err != nil && !errors.As(err, &problem) {
		m.kit.Log.Warn("what a source of notices brought was not kept", slog.String("source", s.ID), slog.Any("error", err))
		problem = &peer.Error{Class: peer.FaultStore, Text: peer.Short(err.Error())}
	}
	if ctx.Err() != nil { // the house closes; the lease ends by itself
		return ctx.Err()
	}
	return m.rest(ctx, s, problem, m.now())
}

// pages reads page by page, each kept in one transaction with how far it goes.
func (m *Ferry) pages(ctx context.Context, s NoticeSource) error {
	secret, err := m.secretOf(ctx, s)
	if err != nil {
		return err
	}
	door, err := peer.Open(ctx, m.guard, s.server(), secret)
	if err != nil {
		return err //nolint:wrapcheck // its class says all
	}
	return door.Read(ctx, s.Cursor, func(ctx context.Context, page taxii.Fetched, cursor string) error { //nolint:wrapcheck // as above
		return m.takePage(ctx, s, page, cursor)
	})
}
