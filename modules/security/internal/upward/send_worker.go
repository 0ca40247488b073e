package upward

import (
	"context"
	"fmt"
	"log/slog"

	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

// send sends what is due, to some upper levels at once, until nothing is.
func (u *Upward) send(ctx context.Context) error {
	claim := func(ctx context.Context) ([]Upper, error) { return u.store.claim(ctx, u.now(), uppersAtATm) }
	serve := func(ctx context.Context, x Upper) {
		if err := u.serve(ctx, x); err != nil && ctx.Err() == nil {
			u.kit.Log.Warn("what became of reports to an upper level was not noted", slog.String("upper", x.ID), slog.Any("error", err))
		}
	}
	return peer.Rounds(ctx, claim, serve, func() { u.kit.Notify(topic, "", "") }) //nolint:wrapcheck // it says all
}

// serve sends one upper level what is due, until the way fails.
func (u *Upward) serve(ctx context.Context, x Upper) error {
	secret, err := u.secretOf(ctx, x)
	if err != nil {
		return err
	}
	door, err := peer.Open(ctx, u.guard, x.Server, secret)
	closed := peer.ProblemOf(err)
	door.Client = once(door.Client)
	var problem *peer.Error
	for range mostOfTurn {
		r, found, err := u.store.next(ctx, x.ID, u.now())
		if err != nil {
			return err
		}
		if !found {
			break
		}
		after, p := u.attempt(ctx, x, door, closed, r)
		if ctx.Err() != nil { // the house closes; the lease ends by itself
			return ctx.Err()
		}
		if err := u.note(ctx, r, after); err != nil {
			return err
		}
		if p != nil && ofWay(p, r) {
			problem = p
			break
		}
	}
	if problem != nil {
		if err := u.giveUp(ctx, x, problem); err != nil {
			return err
		}
	}
	return u.store.rest(ctx, x, problem, u.now())
}

// ofWay tells a fault that every report would meet from one of this report.
func ofWay(p *peer.Error, r Report) bool {
	return !p.OfRequest() && (r.State != Pending || !p.Gone())
}

// giveUp ends what has been tried for long enough, when the way fails again.
func (u *Upward) giveUp(ctx context.Context, x Upper, p *peer.Error) error {
	list, err := u.store.overdue(ctx, x.ID, u.now())
	if err != nil {
		return err
	}
	for _, r := range list {
		if err := u.note(ctx, r, r.end(Failed, faultEnded, p.Error(), u.now())); err != nil {
			return err
		}
	}
	return nil
}

// once makes a client try once: how often and when is kept with the report.
func once(c *taxii.Client) *taxii.Client {
	if c != nil {
		c.Tries = 1
	}
	return c
}

// attempt sends a report, or asks what became of it.
func (u *Upward) attempt(ctx context.Context, x Upper, d peer.Door, closed *peer.Error, r Report) (Report, *peer.Error) {
	if closed != nil {
		return r.stumble(closed, u.now()), closed
	}
	status, err := u.exchange(ctx, x, d, r)
	if err != nil {
		p := peer.ProblemOf(err)
		return r.stumble(p, u.now()), p
	}
	return r.take(status, u.now()), nil
}

func (u *Upward) exchange(ctx context.Context, x Upper, d peer.Door, r Report) (taxii.Status, error) {
	if r.State == Pending && r.statusID != "" {
		return d.Status(ctx, x.Root, r.statusID)
	}
	objects := make([]taxii.Object, len(r.octets))
	for i, raw := range r.octets {
		o, err := taxii.ReadObject([]byte(raw))
		if err != nil {
			return taxii.Status{}, fmt.Errorf("read what is to be reported: %w", err)
		}
		objects[i] = o
	}
	return d.Add(ctx, d.Collection, objects...)
}

// secretOf opens the secret of an upper level; "" where it has none.
func (u *Upward) secretOf(ctx context.Context, x Upper) (string, error) {
	if x.secret == "" {
		return "", nil
	}
	plain, err := u.kit.Seal.Open(ctx, purpose, x.secret)
	if err != nil {
		return "", fmt.Errorf("open the secret of an upper level: %w", err)
	}
	return string(plain), nil
}
