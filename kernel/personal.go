package kernel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
)

// gather returns what all rooms keep about a person: by room, table and row.
func (k *Kernel) gather(ctx context.Context, s identity.Subject) (map[string]map[string][]map[string]string, error) {
	all := map[string]map[string][]map[string]string{}
	for _, r := range k.rooms {
		for _, p := range r.manifest.Personal {
			rows, err := r.kit.DB.PersonalRows(ctx, p, s.ID)
			if err != nil {
				return nil, err
			}
			if len(rows) == 0 {
				continue
			}
			if all[r.manifest.Name] == nil {
				all[r.manifest.Name] = map[string][]map[string]string{}
			}
			all[r.manifest.Name][p.Table] = append(all[r.manifest.Name][p.Table], rows...)
		}
	}
	return all, nil
}

// erase forgets a person in all rooms, in the audit log, and in the events that
// were sent. All of it may be done again after a crash.
func (k *Kernel) erase(ctx context.Context, s identity.Subject, again bool, progress func(fraction float64)) error {
	for i, r := range k.rooms {
		for _, p := range r.manifest.Personal {
			if err := r.kit.DB.ForgetPerson(ctx, p, s.ID); err != nil {
				return err
			}
		}
		if r.manifest.Forget != nil {
			if err := r.manifest.Forget(ctx, s); err != nil {
				return fmt.Errorf("forget a person in %s: %w", r.manifest.Name, err)
			}
		}
		progress(float64(i+1) / float64(len(k.rooms)+2))
	}
	if err := k.audit.Erase(ctx, s.ID); err != nil {
		return err
	}
	if err := handled(ctx, func() (bool, error) { return k.eraseEvents(ctx, s) }); err != nil || !again {
		return err
	}
	return handled(ctx, func() (bool, error) { return k.bus.Purge(ctx) })
}

// eventsFor is how long an erasure waits for events to be handled.
const eventsFor = time.Minute

// handled repeats what is done with events that everybody has handled until none
// is waiting, which is soon.
func handled(ctx context.Context, do func() (waiting bool, err error)) error {
	next := time.NewTicker(time.Second / 2)
	defer next.Stop()
	for end := time.Now().Add(eventsFor); ; {
		waiting, err := do()
		if err != nil || !waiting {
			return err
		}
		if time.Now().After(end) {
			return fault.New(fault.Unavailable, "system.personal.events", "events about the person are still on their way").After(5)
		}
		select {
		case <-next.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// eraseEvents drops what handled events say of a person; waiting says that some are
// not handled. Events that name a person carry their number; addresses need none.
func (k *Kernel) eraseEvents(ctx context.Context, s identity.Subject) (waiting bool, err error) {
	var words []string
	for _, w := range append([]string{s.Email}, s.Phones...) {
		if len(w) >= 5 {
			words = append(words, w)
		}
	}
	pairs := [][2]string{{s.ID, s.Name}, {s.ID, s.Login}}
	for _, r := range k.rooms {
		more, err := r.kit.DB.ForgetEvents(ctx, words, pairs)
		if err != nil {
			return false, err
		}
		waiting = waiting || more
	}
	more, err := k.bus.Erase(ctx, func(data []byte) bool {
		for _, w := range words {
			if bytes.Contains(data, []byte(w)) {
				return true
			}
		}
		return bytes.Contains(data, []byte(s.ID)) && (bytes.Contains(data, []byte(s.Name)) || bytes.Contains(data, []byte(s.Login)))
	})
	return waiting || more, err
}

// flush moves erased rows out of the databases' journals.
func (k *Kernel) flush(ctx context.Context) error {
	var errs []error
	for _, r := range k.rooms {
		errs = append(errs, r.kit.DB.Flush(ctx))
	}
	return errors.Join(errs...)
}
