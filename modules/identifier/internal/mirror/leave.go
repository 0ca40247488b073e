package mirror

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linghang/modules/identifier/internal/record"
)

// ErrPart says that a store does not have everything of its primary.
var ErrPart = errors.New("a dump of the primary was begun and is not whole; what is here is a part of what the primary has")

// Leave ends that a store follows a primary: what is in it is its own from now on.
// Its log is forgotten, so that mirrors of the old primary take everything again:
// its numbers are others.
func Leave(ctx context.Context, store record.Store) error {
	whole, err := store.Mark(ctx, markWhole)
	if err != nil {
		return fmt.Errorf("read how far the mirror is: %w", err)
	}
	begun, err := store.Mark(ctx, markDump)
	if err != nil {
		return fmt.Errorf("read how far the mirror is: %w", err)
	}
	if whole == 0 || begun > 0 {
		return ErrPart
	}
	marks := []record.Mark{{Name: markWhole}, {Name: markPosition}, {Name: markDate}, {Name: markKey}}
	if _, err := store.Apply(ctx, nil, marks...); err != nil {
		return fmt.Errorf("leave the primary: %w", err)
	}
	if err := store.Trim(ctx, time.Now().Add(time.Minute)); err != nil {
		return fmt.Errorf("forget the log of the mirror: %w", err)
	}
	return nil
}
